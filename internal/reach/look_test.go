package reach

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/sandbox"
	"juzhen/internal/weibo"
)

// shows is how many single posts were asked for with the account's token today.
func (w *world) shows(id int64) int {
	w.Helper()
	return one[int](w, `SELECT coalesce(sum(calls), 0) FROM call_usage WHERE scope = $1`, accountScope(id))
}

// source is an account as the readings hold it.
func (w *world) source(id int64) source {
	w.Helper()
	src, err := w.s.open(w.Context(), id)
	if err != nil {
		w.Fatal(err)
	}

	return src
}

func TestAPinnedPostDoesNotMakeAllOthersSuspect(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3000)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	w.backfill(a.ID)
	line, err := w.s.api.UserTimeline(
		w.Context(),
		weibo.Commercial,
		w.source(a.ID).token,
		weibo.TimelineQuery{Count: 20},
	)
	if err != nil {
		t.Fatal(err)
	}
	pinned := weibo.Post{ID: "99", CreatedAt: w.Now().AddDate(-5, 0, 0)}
	gone, err := w.s.absent(w.Context(), w.source(a.ID), append([]weibo.Post{pinned}, line.Posts...))
	if err != nil || len(gone) != 0 || w.shows(a.ID) != 0 {
		t.Errorf("%d posts are gone, %d were asked for, %v", len(gone), w.shows(a.ID), err)
	}
	if gone, err := w.s.absent(w.Context(), w.source(a.ID), nil); err != nil || gone != nil {
		t.Errorf("an empty page proved %v, %v", gone, err)
	}
}

func TestAHiddenPostIsAskedForWithItsCountsOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	first := w.Weibo.Rival("环保北京", "占位")
	w.deliver(a, "sent", strconv.FormatInt(first.ID, 10), "占位")
	w.Advance(time.Second)
	post := w.Weibo.Rival("环保北京", "会被隐藏")
	w.deliver(a, "sent", strconv.FormatInt(post.ID, 10), "会被隐藏")
	w.round()
	w.Exec(
		`UPDATE platform_posts SET state = 'hidden', next_read_at = NULL WHERE remote_id = $1`,
		strconv.FormatInt(post.ID, 10),
	)
	w.Weibo.Hide(post.ID, 6*time.Hour)

	before := w.shows(a.ID)
	for range 3 {
		w.Advance(11 * time.Minute)
		w.round()
	}
	if n := w.shows(a.ID); n != before {
		t.Errorf("%d calls for a post that is known to be hidden", n-before)
	}
	// Visible again, but out of the first page's sight: the counts find it.
	w.Weibo.Hide(post.ID, 0)
	w.Advance(time.Minute)
	w.Exec(`UPDATE platform_posts SET next_read_at = $1`, w.Now())
	w.Exec(`UPDATE account_watches SET next_at = $1`, w.Now().Add(time.Hour))
	w.round()
	if got := one[string](
		w,
		`SELECT state FROM platform_posts WHERE remote_id = $1`,
		strconv.FormatInt(post.ID, 10),
	); got != "live" {
		t.Errorf("state %q", got)
	}
}

func TestALookGoesOnWhenSinglePostsCannotBeAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorldWith(t, 0, Limits{AccountDay: 1})
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	oldest := w.Weibo.Rival("环保北京", "最早")
	w.deliver(a, "sent", strconv.FormatInt(oldest.ID, 10), "最早")
	var ids []int64

	for i := range 3 {
		w.Advance(time.Second)
		post := w.Weibo.Rival("环保北京", fmt.Sprint("第", i))
		w.deliver(a, "sent", strconv.FormatInt(post.ID, 10), fmt.Sprint("第", i))
		ids = append(ids, post.ID)
	}
	w.round()

	for _, id := range ids {
		w.Weibo.Remove(id)
	}
	w.Advance(11 * time.Minute)
	w.Weibo.Rival("环保北京", "别处发的")
	w.round()
	if n := one[int](w, `SELECT count(*) FROM platform_posts WHERE origin = 'elsewhere'`); n != 1 {
		t.Errorf("%d posts of others noticed", n)
	}
	if n := one[int](w, `SELECT count(*) FROM platform_posts WHERE state = 'removed'`); n > 1 {
		t.Errorf("%d posts confirmed with a budget of one call", n)
	}
	if got := one[string](w, `SELECT reason FROM account_watches`); got != "" {
		t.Errorf("the look failed with %q", got)
	}
}

func TestABudgetIsNeverOverdrawn(t *testing.T) {
	t.Parallel()
	w := newWorldWith(t, 0, Limits{CommercialHour: 20})
	var wg sync.WaitGroup
	var mu sync.Mutex
	got := map[error]int{}

	for range 60 {
		wg.Go(func() {
			err := w.s.spend(w.Context(), CommercialHost, 1)
			mu.Lock()
			got[err]++
			mu.Unlock()
		})
	}
	wg.Wait()
	if got[nil] != 20 || got[errBudget] != 40 {
		t.Errorf("spent %v", got)
	}
}

func TestTwoReadersOfOneAccountDoNotCountTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 200)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	w.Advance(time.Minute)
	w.Weibo.Rival("环保北京", "别处发的")

	var wg sync.WaitGroup
	for range 4 {
		// one of them may lose a race and is tried again by its job
		wg.Go(func() { _ = w.s.Read(w.Context(), a.ID) })
	}
	wg.Wait()
	w.round()
	if n := one[int](w, `SELECT count(*) FROM todos WHERE resolved_at IS NULL`); n != 1 {
		t.Errorf("%d open to-dos", n)
	}
	if n := one[int](w, `SELECT count(*) - count(DISTINCT remote_id) FROM platform_posts`); n != 0 {
		t.Errorf("%d posts twice", n)
	}
}

func TestTheNextPageBeginsBelowTheLeastID(t *testing.T) {
	t.Parallel()

	posts := func(ids ...string) (out []weibo.Post) {
		for _, id := range ids {
			out = append(out, weibo.Post{ID: id})
		}

		return out
	}
	for name, c := range map[string]struct {
		posts []weibo.Post
		max   string
		want  string
	}{
		"first page":              {posts("90", "80", "70"), "", "69"},
		"pinned post on top":      {posts("5", "90", "80"), "", "4"},
		"nothing older":           {posts("99"), "69", ""},
		"the same page again":     {posts("70"), "69", ""},
		"empty":                   {nil, "69", ""},
		"an id that is no number": {posts("x", "60"), "69", "59"},
	} {
		if got := below(c.posts, c.max); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestNoAgeIsReadInThePast tries any age of a post against the schedules.
func TestNoAgeIsReadInThePast(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		posted := time.Unix(rapid.Int64Range(1_400_000_000, 1_900_000_000).Draw(t, "posted"), 0)

		now := posted.Add(time.Duration(rapid.Int64Range(-int64(time.Hour), int64(100*day)).Draw(t, "age")))
		for _, connector := range account.Connectors() {
			next := NextRead(connector, posted, now)
			if next.IsZero() {
				continue
			}
			if !next.After(now) {
				t.Fatalf("%s: a post of %v is read again %v ago", connector, now.Sub(posted), now.Sub(next))
			}
			if wait := next.Sub(now); wait > 31*day {
				t.Fatalf("%s: a post of %v waits %v", connector, now.Sub(posted), wait)
			}
		}
	})
}

// TestNoCellIsAFormula writes any cell and reads it back as a spreadsheet would.
func TestNoCellIsAFormula(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringMatching(`[=+\-@\t ＝a-z0-9.,"\n]{0,12}`).Draw(t, "cell")
		safe := safeCell(cell)
		if safe != cell && safe != "'"+cell {
			t.Fatalf("%q became %q", cell, safe)
		}
		if safe == "" || !strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(safe)[0]) {
			return
		}
		if _, err := strconv.ParseFloat(safe, 64); err != nil {
			t.Fatalf("%q runs in a spreadsheet", safe)
		}
	})
}

// TestSameTextIsAnEquivalence holds the comparison to what every comparison of equals must obey.
func TestSameTextIsAnEquivalence(t *testing.T) {
	t.Parallel()
	text := rapid.StringMatching(`(今日|空气|PM2\.5|良| |http://t\.cn/[a-z]{3}|&lt;){0,12}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		if !sameText(a, a) {
			t.Fatalf("%q is not itself", a)
		}
		if sameText(a, b) != sameText(b, a) {
			t.Fatalf("%q and %q depend on their order", a, b)
		}
	})
}

func TestInstantsOfFilesAreShanghaisUnlessTheySayOtherwise(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 10, 1, 0, 30, 0, 0, time.UTC)

	for _, s := range []string{
		"2026-10-01 08:30", "2026-10-01 08:30:00", "2026/10/1 8:30", "2026/10/1 8:30:00",
		"2026-10-01T00:30:00Z", "2026-10-01T08:30:00+08:00", "Thu Oct 01 08:30:00 +0800 2026",
	} {
		got, ok := rowReader{}.instant(values{"posted_at": s})
		if !ok || !got.Equal(want) {
			t.Errorf("%q is %v", s, got)
		}
	}

	for _, s := range []string{"", "昨天", "2026-13-01", "08:30"} {
		if _, ok := (rowReader{}).instant(values{"posted_at": s}); ok {
			t.Errorf("%q was taken", s)
		}
	}
}

// TestEachUseCaseAsksForItsRight types the rights by hand: what each role may do with an account of its
// own unit.
func TestEachUseCaseAsksForItsRight(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("朝阳环保示例", "朝阳区", account.Public)
	if _, err := w.s.ImportPast(
		w.Context(),
		w.admin,
		a.ID,
		"x",
		strings.NewReader("id,posted_at,text\n7,2026-11-20 08:00,甲\n"),
	); err != nil {
		t.Fatal(err)
	}
	post := one[int64](w, `SELECT id FROM platform_posts`)
	w.Exec(`UPDATE platform_posts SET origin = 'elsewhere'`)
	period := LastDays(7, w.Now())
	acts := []struct {
		name string
		do   func(access.Actor) error
	}{
		{
			"series",
			func(who access.Actor) error { _, err := w.summed().Series(w.Context(), who, a.ID, period); return err },
		},
		{"post", func(who access.Actor) error { _, _, err := w.s.Post(w.Context(), who, post); return err }},
		{"note", func(who access.Actor) error { return w.s.TakeNote(w.Context(), who, post, "核对") }},
		{"backfill", func(who access.Actor) error { return w.s.StartBackfill(w.Context(), who, a.ID) }},
		{"import", func(who access.Actor) error {
			_, err := w.s.ImportPast(
				w.Context(),
				who,
				a.ID,
				"x",
				strings.NewReader("id,posted_at,text\n8,2026-11-20 08:00,乙\n"),
			)

			return err
		}},
	}
	// series post note backfill import: Y allowed, F forbidden, N not found.
	for _, c := range []struct {
		role access.Role
		want string
	}{
		{access.Reviewer, "Y Y F F F"},
		{access.Auditor, "Y Y F F F"},
		{access.Administrator, "N N N Y Y"},
		{access.PressOfficer, "Y Y Y F F"},
	} {
		inside := w.User(string(c.role)+" 内", c.role, "朝阳区")
		outside := access.Actor{UserID: 1, Grants: []access.Grant{{Role: c.role, UnitID: 999, Path: "/999/"}}}

		var got []string
		for _, act := range acts {
			got = append(got, stage.Answer(act.do(inside)))
			if kind := stage.Answer(act.do(outside)); kind != "N" {
				t.Errorf("%s outside of the unit, %s: %s", c.role, act.name, kind)
			}
		}
		if row := strings.Join(got, " "); row != c.want {
			t.Errorf("%s: %s, want %s", c.role, row, c.want)
		}
	}
}

// TestEveryRefusalOfAReadingIsUnderstood sends each kind of refusal over HTTP and asks what became of
// the account's readings.
func TestEveryRefusalOfAReadingIsUnderstood(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		fault  sandbox.Fault
		reason string
		todo   string
		fails  bool // the job is tried again
	}{
		{sandbox.Fault{Kind: sandbox.FaultExpired}, "token", "token.expired", false},
		{sandbox.Fault{Kind: sandbox.FaultRevoked}, "token", "token.revoked", false},
		{sandbox.Fault{Kind: sandbox.FaultLimit, Code: 10022}, "limit", "", false},
		{sandbox.Fault{Kind: sandbox.FaultLimit, Code: 10023}, "limit", "", false},
		{sandbox.Fault{Kind: sandbox.FaultError, Code: 10014}, "refused", "", false},
		{sandbox.Fault{Kind: sandbox.FaultError, Code: 10001}, "unreachable", "", true},
		{sandbox.Fault{Kind: sandbox.FaultBroken}, "unreachable", "", true},
		{sandbox.Fault{Kind: sandbox.FaultEmpty}, "unreachable", "", true},
		{sandbox.Fault{Kind: sandbox.FaultCut}, "unreachable", "", true},
		{sandbox.Fault{Kind: sandbox.FaultStatus, Status: 503}, "unreachable", "", true},
		{sandbox.Fault{Kind: sandbox.FaultRedirect}, "unreachable", "", true},
	} {
		w := newWorld(t, 0)
		a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
		f := c.fault
		f.Call = "statuses/user_timeline/biz"
		w.Weibo.Fault(f)
		err := w.s.Read(w.Context(), a.ID)
		wa, _, findErr := findWatch(w.Context(), w.DB.Pool(), a.ID)
		if (err != nil) != c.fails || findErr != nil || wa.Reason != c.reason || !wa.NextAt.After(w.Now()) ||
			w.OpenTodos() != c.todo {
			t.Errorf(
				"%s %d: error %v, reason %q, next in %v, to-dos %q",
				f.Kind,
				f.Code,
				err,
				wa.Reason,
				wa.NextAt.Sub(w.Now()),
				w.OpenTodos(),
			)
		}
	}
}
