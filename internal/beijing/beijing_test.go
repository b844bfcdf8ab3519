package beijing

import (
	"testing"
	"time"
)

func TestADayBeginsInShanghai(t *testing.T) {
	t.Parallel()

	for at, want := range map[string]string{
		"2026-11-29T15:59:59Z": "2026-11-29",
		"2026-11-29T16:00:00Z": "2026-11-30",
		"2026-12-31T16:00:00Z": "2027-01-01",
	} {
		instant, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := Date(instant); got != want {
			t.Errorf("%s is of %s, want %s", at, got, want)
		}
		if got := Day(instant).Format(time.RFC3339); got != want+"T00:00:00+08:00" {
			t.Errorf("the day of %s begins at %s", at, got)
		}
	}
}
