package reach

import (
	"math"
	"testing"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/index"
)

// TestAnIndexIsCountedAnewFromThePosts: days of the period only, in Shanghai, without what was removed, and
// the originals apart.
func TestAnIndexIsCountedAnewFromThePosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	period, err := ParsePeriod("", "2026-11-10", "2026-11-11", w.Now())
	if err != nil {
		t.Fatal(err)
	}

	empty, err := w.s.Spread(w.Context(), w.boss, a.ID, period)
	if err != nil || empty.Index(index.BCI7) != nil {
		t.Errorf("an account of which nothing is known: %+v, %v", empty, err)
	}

	w.past(
		a.ID,
		"11 2026-11-10 100",
		"12 2026-11-11 200",
		"13 2026-11-11 400",
		"14 2026-11-12 800",
		"15 2026-11-09 1",
	)
	w.Exec(`UPDATE platform_posts SET reposts = 10, comments = 20`)
	w.Exec(`UPDATE platform_posts SET original = false WHERE remote_id = '12'`)
	w.Exec(`UPDATE platform_posts SET state = 'removed' WHERE remote_id = '13'`)
	w.Exec(`UPDATE platform_posts SET posted_at = '2026-11-11 15:59:59.9Z' WHERE remote_id = '12'`)
	w.Exec(`UPDATE platform_posts SET posted_at = '2026-11-11 16:00:00Z' WHERE remote_id = '14'`)

	got, err := w.s.Spread(w.Context(), w.boss, a.ID, period)
	want := index.Counts{
		Posts:            2,
		Originals:        1,
		Reposts:          20,
		Comments:         40,
		OriginalReposts:  10,
		OriginalComments: 20,
		Likes:            300,
	}
	if err != nil || got.Counts != want {
		t.Errorf("%+v, %v; want %+v", got.Counts, err, want)
	}
	value := got.Index(index.BCI7)
	if value == nil || math.Abs(*value-index.BCI7.Of(want)) > 1e-9 {
		t.Errorf("%v", value)
	}

	district := w.User("区宣传专员", access.PressOfficer, "朝阳区")
	if _, err := w.s.Spread(w.Context(), district, a.ID, period); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a district asks for the bureau's: %v", err)
	}
}
