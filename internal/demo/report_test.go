package demo

import (
	"testing"
	"time"
)

func TestTheQuarterBeforeIsWhole(t *testing.T) {
	t.Parallel()

	for _, c := range []struct{ now, from, to string }{
		{"2026-12-01T09:00:00+08:00", "2026-07-01", "2026-09-30"},
		{"2027-01-01T00:30:00+08:00", "2026-10-01", "2026-12-31"},
		{"2026-03-31T23:30:00+08:00", "2025-10-01", "2025-12-31"},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		if from, to := quarterBefore(now.UTC()); from != c.from || to != c.to {
			t.Errorf("%s: %s to %s", c.now, from, to)
		}
	}
}
