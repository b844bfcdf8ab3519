package reach

import (
	"slices"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/fault"
)

// TestTheResponseIsToldByTheHourOfTheWeek in Shanghai, by the post in the middle, of posts that were read
// long enough.
func TestTheResponseIsToldByTheHourOfTheWeek(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	a := w.connect("环保北京", "北京市环境保护局", account.Commercial)
	period, err := ParsePeriod("", "2026-11-02", "2026-11-22", w.Now())
	if err != nil {
		t.Fatal(err)
	}

	empty, err := w.s.Heat(w.Context(), w.boss, a.ID, period)
	if err != nil || empty.Posts != 0 || len(empty.Slots) != 0 || len(empty.Best) != 0 {
		t.Errorf("an account without posts: %+v, %v", empty, err)
	}

	// Mondays, Tuesdays and one Wednesday at noon in Shanghai
	w.past(
		a.ID,
		"11 2026-11-02 10", "12 2026-11-09 20", "13 2026-11-16 99999",
		"21 2026-11-03 4", "22 2026-11-10 5", "23 2026-11-17 6",
		"31 2026-11-04 1000",
		"41 2026-11-05 7", "42 2026-11-12 7", "43 2026-11-19 7",
	)
	w.Exec(`UPDATE platform_posts SET posted_at = posted_at + interval '12 hours' WHERE remote_id LIKE '2%'`)
	w.Exec(`UPDATE platform_posts SET state = 'removed' WHERE remote_id = '42'`)
	w.Exec(`UPDATE platform_posts SET read_at = posted_at + interval '23 hours' WHERE remote_id = '43'`)

	heat, err := w.s.Heat(w.Context(), w.boss, a.ID, period)
	want := []Slot{
		{time.Monday, 12, 3, 20},
		{time.Wednesday, 0, 3, 5}, // twelve hours after Tuesday's noon
		{time.Wednesday, 12, 1, 1000},
		{time.Thursday, 12, 1, 7},
	}
	if err != nil || !slices.Equal(heat.Slots, want) {
		t.Errorf("%+v, %v; want %+v", heat.Slots, err, want)
	}
	if heat.Posts != 8 || heat.Median != 8.5 {
		t.Errorf("of all: %d posts, median %v", heat.Posts, heat.Median)
	}
	if !slices.Equal(heat.Best, want[:1]) {
		t.Errorf("best: %+v; one post alone proves nothing, and what is below all is not good", heat.Best)
	}

	district := w.User("区宣传专员", access.PressOfficer, "朝阳区")
	if _, err := w.s.Heat(w.Context(), district, a.ID, period); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a district asks for the bureau's: %v", err)
	}
}

// TestTheBestHoursAreFew: three at most, the better first, more posts before fewer.
func TestTheBestHoursAreFew(t *testing.T) {
	t.Parallel()

	rows := []slotRow{{-1, -1, 40, 5}, {7, 20, 3, 9}}
	for hour := range 5 {
		rows = append(rows, slotRow{1, hour, int64(3 + hour), 8})
	}
	got := heatOf(Period{}, rows)
	want := []Slot{{time.Sunday, 20, 3, 9}, {time.Monday, 4, 7, 8}, {time.Monday, 3, 6, 8}}
	if !slices.Equal(got.Best, want) {
		t.Errorf("%+v, want %+v", got.Best, want)
	}
}
