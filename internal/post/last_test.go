package post_test

import (
	"testing"
	"time"

	"juzhen/internal/post"
)

func TestTheNextOneGoesOutAtTheTimeOfDayOfTheLast(t *testing.T) {
	t.Parallel()
	at := func(s string) *time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}

		return &v
	}

	for _, c := range []struct{ name, last, now, want string }{
		{"later today", "2026-11-20T18:30:00+08:00", "2026-11-30T12:00:00+08:00", "2026-11-30T18:30:00+08:00"},
		{"it is over today", "2026-11-20T08:00:00+08:00", "2026-11-30T12:00:00+08:00", "2026-12-01T08:00:00+08:00"},
		{"at this instant", "2026-11-20T12:00:00+08:00", "2026-11-30T12:00:00+08:00", "2026-12-01T12:00:00+08:00"},
		{"early in Beijing", "2026-11-20T00:30:00+08:00", "2026-12-31T23:59:00+08:00", "2027-01-01T00:30:00+08:00"},
	} {
		got := post.Last{DueAt: at(c.last)}.Next(*at(c.now))
		if got == nil || !got.Equal(*at(c.want)) {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}

	if got := (post.Last{}).Next(*at("2026-11-30T12:00:00+08:00")); got != nil {
		t.Errorf("without a time: %v", got)
	}
}
