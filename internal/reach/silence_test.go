package reach

import (
	"testing"
	"time"

	"juzhen/internal/beijing"
)

func TestSilenceIsCountedInDaysOfShanghai(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 1, 0, 0, 0, beijing.Zone)

	at := func(d time.Time) *time.Time { return &d }
	for _, c := range []struct {
		last  *time.Time
		days  int
		known bool
	}{
		{nil, 0, false},
		{at(now), 0, true},
		{at(now.Add(-2 * time.Hour)), 1, true}, // yesterday, two hours ago
		{at(now.Add(-25 * time.Hour)), 1, true},
		{at(now.Add(-26 * time.Hour)), 2, true},
		{at(now.Add(time.Hour)), 0, true},
	} {
		if days, known := (Row{LastPost: c.last}).Silent(now.UTC()); days != c.days || known != c.known {
			t.Errorf("last %v: %d %v, want %d %v", c.last, days, known, c.days, c.known)
		}
	}
}

func TestAccountsCompareByTenThousandFollowers(t *testing.T) {
	t.Parallel()

	n := func(v int64) *int64 { return &v }
	for _, c := range []struct {
		interactions, followers *int64
		want                    float64
		known                   bool
	}{
		{n(50), n(10_000), 50, true}, {n(3), n(2_000), 15, true}, {n(0), n(5), 0, true},
		{nil, n(5), 0, false}, {n(5), nil, 0, false}, {n(5), n(0), 0, false},
	} {
		got, known := (Row{Interacted: Change{Now: c.interactions}, Followers: c.followers}).PerTenThousand()
		if got != c.want || known != c.known {
			t.Errorf("%v over %v: %v %v", c.interactions, c.followers, got, known)
		}
	}
}
