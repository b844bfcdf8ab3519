package reports

import (
	"testing"
	"time"

	"juzhen/internal/report"
)

func TestUsualPeriodsAreOver(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		now            string
		quarter, month [2]string
	}{
		{"2026-12-01T00:30:00+08:00", [2]string{"2026-07-01", "2026-09-30"}, [2]string{"2026-11-01", "2026-11-30"}},
		{"2026-11-30T23:30:00+08:00", [2]string{"2026-07-01", "2026-09-30"}, [2]string{"2026-10-01", "2026-10-31"}},
		{"2027-01-01T00:30:00+08:00", [2]string{"2026-10-01", "2026-12-31"}, [2]string{"2026-12-01", "2026-12-31"}},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		if quarter, month := lastQuarter(
			now.UTC(),
		), lastMonth(
			now.UTC(),
		); quarter != c.quarter ||
			month != c.month {
			t.Errorf("%s: %v, %v", c.now, quarter, month)
		}
	}
}

func TestEveryFormatAndPlaceHasItsLook(t *testing.T) {
	t.Parallel()

	for _, format := range report.Formats() {
		if icons[format] == "" {
			t.Errorf("%s has no icon", format)
		}
	}

	for _, state := range report.States() {
		if waits[state] == "" {
			t.Errorf("nobody is told what %s waits for", state)
		}
	}
	words := actForm{Overview: "一", Problems: "二", Measures: "三"}.words()
	if len(words) != 3 || words[report.Overview] != "一" || words[report.Measures] != "三" {
		t.Errorf("words %v", words)
	}
}
