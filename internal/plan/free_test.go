package plan

import (
	"testing"
	"time"

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
		got, ok := nextFree(at(c.now), c.busy)
		if !ok || !got.Equal(at(c.want)) {
			t.Errorf("at %s with %v: %s, want %s", c.now, c.busy, got, c.want)
		}
	}

	var full []time.Time
	for now := at("11-30 00:00"); len(full) < 15*48; now = now.Add(slot) {
		full = append(full, now)
	}
	if got, ok := nextFree(at("11-30 10:00"), full); ok {
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
