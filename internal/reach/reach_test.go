package reach

import (
	"testing"
	"time"

	"juzhen/internal/account"
)

func TestYoungPostsAreReadOftenAndOldOnesRarely(t *testing.T) {
	t.Parallel()

	posted := time.Date(2026, 11, 23, 1, 2, 3, 0, time.UTC)
	for _, c := range []struct {
		connector account.Connector
		age       time.Duration
		wait      time.Duration // until the next read; negative: never
	}{
		{account.Commercial, 0, 5 * time.Minute},
		{account.Commercial, 5 * time.Minute, 5 * time.Minute},
		{account.Commercial, 14 * time.Minute, time.Minute},
		{account.Commercial, 15 * time.Minute, 15 * time.Minute},
		{account.Commercial, 91 * day, -1},
		{account.Public, 0, 20 * time.Minute},
		{account.Public, 31 * day, -1},
		{account.Manual, 0, -1},
	} {
		now := posted.Add(c.age)
		got := NextRead(c.connector, posted, now)
		if c.wait < 0 {
			if !got.IsZero() {
				t.Errorf("%s at age %v is read again at %v", c.connector, c.age, got)
			}

			continue
		}
		if got.Sub(now) != c.wait {
			t.Errorf("%s at age %v is read after %v, want %v", c.connector, c.age, got.Sub(now), c.wait)
		}
	}
}

func TestReadingsOfOldPostsShareTheirInstants(t *testing.T) {
	t.Parallel()
	posted := time.Date(2026, 11, 20, 1, 2, 3, 0, time.UTC)
	next := NextRead(account.Commercial, posted, posted.Add(2*day))
	if !next.Equal(next.Truncate(grid)) || next.Sub(posted) < 3*day || next.Sub(posted) > 3*day+grid {
		t.Errorf("next reading at %v is not on the raster a day on", next)
	}
}

// TestAPostCostsFewReadings adds up a post's whole life against the budget of its interface.
func TestAPostCostsFewReadings(t *testing.T) {
	t.Parallel()

	for connector, most := range map[account.Connector]int{account.Commercial: 29, account.Public: 19} {
		posted := time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)

		n, at := 0, posted
		for {
			next := NextRead(connector, posted, at)
			if next.IsZero() {
				break
			}
			if !next.After(at) {
				t.Fatalf("%s: after %v comes %v", connector, at, next)
			}
			n, at = n+1, next
		}
		if n > most || n < most/2 {
			t.Errorf("%s: a post is read %d times in its life, want about %d", connector, n, most)
		}
	}
}

func TestEveryWordIsThere(t *testing.T) {
	t.Parallel()

	for _, origin := range []Origin{FromConsole, Past, Elsewhere, Unsure} {
		if origin.Label() == "" {
			t.Errorf("origin %s has no name", origin)
		}
	}

	for _, live := range []Live{Shown, Changed, Hidden, Removed} {
		if live.Label() == "" {
			t.Errorf("condition %s has no name", live)
		}
	}
	if got := (Counts{Reposts: 1, Comments: 2, Likes: 4}).Interactions(); got != 7 {
		t.Errorf("interactions %d", got)
	}
}
