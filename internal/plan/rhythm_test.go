package plan

import (
	"testing"
	"time"
)

func TestTheRuleOfTwoWeeksIsToldAhead(t *testing.T) {
	t.Parallel()
	now := dayAt("2026-11-30").Add(10 * time.Hour)
	at := func(days ...string) (list []time.Time) {
		for _, d := range days {
			list = append(list, dayAt(d).Add(9*time.Hour))
		}

		return list
	}

	for _, c := range []struct {
		name    string
		last    string // "": never
		planned []time.Time
		state   Pressure
		left    int
		broken  string
	}{
		{"never", "", at("2026-12-01"), NeverPosted, 0, ""},
		{"yesterday, nothing planned", "2026-11-29", nil, InTime, 13, "2026-12-14"},
		{"a week ago", "2026-11-23", nil, Pressing, 7, "2026-12-08"},
		{"a week ago, planned in time", "2026-11-23", at("2026-12-07"), InTime, 7, "2026-12-22"},
		{"a week ago, planned too late", "2026-11-23", at("2026-12-08"), Pressing, 7, "2026-12-08"},
		{"a gap behind the first", "2026-11-23", at("2026-12-22", "2026-12-07"), InTime, 7, "2026-12-22"},
		{"two weeks to the day", "2026-11-16", nil, Pressing, 0, "2026-12-01"},
		{"two weeks to the day, planned today", "2026-11-16", at("2026-11-30"), Pressing, 0, "2026-12-01"},
		{"over", "2026-11-15", at("2026-12-01"), Overdue, -1, "2026-11-30"},
		{"past plans do not count", "2026-11-20", at("2026-11-29"), Pressing, 4, "2026-12-05"},
	} {
		var last *time.Time
		if c.last != "" {
			day := dayAt(c.last).Add(20 * time.Hour)
			last = &day
		}

		got := LookAhead(MostSilent, last, c.planned, now)
		broken := ""
		if !got.Broken.IsZero() {
			broken = got.Broken.Format(time.DateOnly)
		}
		if got.State() != c.state || got.Left != c.left || broken != c.broken {
			t.Errorf("%s: %s, %d left, broken %s", c.name, got.State(), got.Left, broken)
		}
	}
}
