package plan

import (
	"fmt"
	"testing"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/post"
)

func TestTheNextFreeHalfHour(t *testing.T) {
	t.Parallel()

	at := func(text string) time.Time {
		day := dayAt("2026-" + text[:5])
		clock, err := time.Parse("15:04", text[6:])
		if err != nil {
			t.Fatal(err)
		}

		return day.Add(time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute)
	}
	times := func(list ...string) (all []time.Time) {
		for _, one := range list {
			all = append(all, at(one))
		}

		return all
	}

	for _, c := range []struct {
		now  string
		busy []time.Time
		want string
	}{
		{"11-30 10:00", nil, "11-30 10:30"},
		{"11-30 10:01", nil, "11-30 11:00"},
		{"11-30 02:00", nil, "11-30 08:00"},
		{"11-30 21:30", nil, "11-30 22:00"},
		{"11-30 21:31", nil, "12-01 08:00"},
		{"11-30 10:00", times("11-30 10:30"), "11-30 11:00"},
		{"11-30 10:00", times("11-30 10:45"), "11-30 11:30"}, // 10:30 and 11:00 lie too near
		{"11-30 10:00", times("11-30 10:10", "11-30 11:00", "11-30 11:20"), "11-30 12:00"},
		{"11-30 21:00", times("11-30 21:30", "11-30 22:00", "12-01 08:10"), "12-01 09:00"},
	} {
		got, ok := nextFree(at(c.now), c.busy, daytime)
		if !ok || !got.Equal(at(c.want)) {
			t.Errorf("at %s with %v: %s, want %s", c.now, c.busy, got, c.want)
		}
	}

	var full []time.Time
	for now := at("11-30 00:00"); len(full) < 15*48; now = now.Add(slot) {
		full = append(full, now)
	}
	if got, ok := nextFree(at("11-30 10:00"), full, daytime); ok {
		t.Errorf("in two full weeks: %s", got)
	}
}

func TestFreeIsWhatNoChosenAccountHas(t *testing.T) {
	t.Parallel()
	w := newWorld(t) // 10:00 in Shanghai
	stage.BureauAccounts(t, w.db)
	w.write(w.officer, 1, "11-30T10:30", "草稿", 1)
	w.write(w.officer, 1, "11-30T11:00", "另一个账号的", 2)
	going := w.write(w.officer, 1, "11-30T11:30", "已批准", 1)
	w.deliver(going, post.Approved, "waiting")

	for name, c := range map[string]struct {
		accounts []int64
		except   int64
		want     string
	}{
		"of none":        {nil, 0, "10:30"},
		"of one":         {[]int64{1}, 0, "11:00"},
		"of two":         {[]int64{1, 2}, 0, "12:00"},
		"but for itself": {[]int64{1, 2}, going.ID, "11:30"},
	} {
		at, ok, err := w.s.NextFree(t.Context(), w.officer, c.accounts, c.except)
		w.must(err)
		if got := at.Format("15:04"); !ok || got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	at, _, err := w.s.NextFree(t.Context(), w.district, []int64{1, 2}, 0)
	w.must(err)
	if got := at.Format("15:04"); got != "10:30" {
		t.Errorf("for a district, of accounts that are not its own: %s", got)
	}
}

// TestTheBestTimeIsFreeAndInAnHourThatWentWell: of the first account that has such an hour, the next one in
// which nothing is planned.
func TestTheBestTimeIsFreeAndInAnHourThatWentWell(t *testing.T) {
	t.Parallel()
	w := newWorld(t) // Monday, 10:00 in Shanghai
	stage.BureauAccounts(t, w.db)

	if _, ok, err := w.s.NextBest(t.Context(), w.officer, []int64{1, 2}, 0); ok || err != nil {
		t.Errorf("of accounts of which nothing is known: %t, %v", ok, err)
	}

	_, err := w.db.Pool().Exec(t.Context(), `
INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original, pictures,
    state, state_at, reposts, comments, likes, read_at)
SELECT 1, 'weibo', '90' || n, 'past', at, '微博', true, 0, 'live', at, count, 0, 0, at + interval '2 days'
FROM (VALUES (1, '2026-11-11 20:10+08'::timestamptz, 90), (2, '2026-11-18 20:20+08', 80),
    (3, '2026-11-25 20:59+08', 70), (4, '2026-11-12 09:00+08', 1), (5, '2026-11-19 09:00+08', 2),
    (6, '2026-11-26 09:00+08', 3)) p (n, at, count)`)
	w.must(err)
	best := func(accounts ...int64) string {
		found, ok, err := w.s.NextBest(t.Context(), w.officer, accounts, 0)
		w.must(err)
		if !ok {
			return "none"
		}

		return fmt.Sprintf("%s of %d, %d posts", found.At.In(beijing.Zone).Format("01-02 15:04"),
			found.AccountID, found.Slot.Posts)
	}

	for name, c := range map[string]struct {
		accounts []int64
		want     string
	}{
		"of the account":                   {[]int64{1}, "12-02 20:00 of 1, 3 posts"},
		"of the first that has some":       {[]int64{2, 1}, "12-02 20:00 of 1, 3 posts"},
		"of one whose reach is not theirs": {[]int64{2}, "none"},
		"of one that is not there at all":  {[]int64{987654}, "none"},
	} {
		if got := best(c.accounts...); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}

	w.write(w.officer, 1, "12-02T20:15", "草稿", 2)
	if got := best(1, 2); got != "12-09 20:00 of 1, 3 posts" {
		t.Errorf("with something planned in it: %s", got)
	}
	if got := best(1); got != "12-02 20:00 of 1, 3 posts" {
		t.Errorf("with something of another account planned in it: %s", got)
	}
}
