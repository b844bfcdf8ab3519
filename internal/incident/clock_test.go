package incident

import (
	"math/rand/v2"
	"testing"
	"time"
)

var t0 = time.Date(2026, 12, 1, 14, 0, 0, 0, time.UTC) // 22:00 in Beijing

func after(hours float64) *time.Time {
	at := t0.Add(time.Duration(hours * float64(time.Hour)))
	return &at
}

func TestEachGradeHasItsClocks(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		grade Grade
		spoke *time.Time
		marks []Mark
		now   float64 // hours after T0
		want  []string
	}{
		"grave begins": {
			Grave, nil, nil, 1, []string{"speak 5h open", "meet 24h open"},
		},
		"an hour before the end": {
			Grave, nil, nil, 4.5, []string{"speak 5h soon", "meet 24h open"},
		},
		"spoken in time": {
			Grave, after(4), nil, 6, []string{"speak 5h met", "meet 24h open"},
		},
		"spoken late": {
			Grave, after(5.1), nil, 6, []string{"speak 5h late met", "meet 24h open"},
		},
		"never spoken": {
			Grave, nil, nil, 30, []string{"speak 5h late", "meet 24h late"},
		},
		"recorded earlier than the post": {
			Grave, after(6), []Mark{{Due: Speak, At: *after(3)}, {Due: Meet, At: *after(20)}}, 30,
			[]string{"speak 5h met", "meet 24h met"},
		},
		"recorded later than the post": {
			Grave, after(2), []Mark{{Due: Speak, At: *after(9)}}, 10,
			[]string{"speak 5h met", "meet 24h open"},
		},
		"a conference is no post": {
			Grave, nil, []Mark{{Due: Meet, At: *after(2)}}, 6, []string{"speak 5h late", "meet 24h met"},
		},
		"other matters": {
			Other, nil, nil, 47, []string{"answer 48h soon"},
		},
		"answered by a post": {
			Other, after(47), nil, 60, []string{"answer 48h met"},
		},
		"a statement answers after the grade was lowered": {
			Other, nil, []Mark{{Due: Speak, At: *after(4)}}, 60, []string{"answer 48h met"},
		},
	} {
		now := *after(c.now)
		clocks := Clocks(c.grade, t0, c.spoke, c.marks)
		if len(clocks) != len(c.want) {
			t.Fatalf("%s: %d clocks", name, len(clocks))
		}

		for n, clock := range clocks {
			if got := told(clock, now); got != c.want[n] {
				t.Errorf("%s: %s, want %s", name, got, c.want[n])
			}
		}
	}
}

func told(clock Clock, now time.Time) string {
	out := string(clock.Due) + " " + clock.Until.Sub(t0).String()
	out = out[:len(out)-len("0m0s")]
	if clock.Late(now) {
		out += " late"
	}

	switch {
	case clock.MetAt != nil:
		out += " met"
	case clock.Soon(t0, now):
		out += " soon"
	case !clock.Late(now):
		out += " open"
	}

	return out
}

// TestAClockIsNeverLongerForWhatPeopleDo: however T0 and grade are changed, and however often the event is
// closed and opened again, what counts is the last T0 and grade; and what was met stays met.
func TestAClockIsNeverLongerForWhatPeopleDo(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(20161208, 61)) //nolint:gosec // the same cases each time

	for range 2000 {
		i := Incident{State: Open, Facts: Facts{Grade: Other, T0: t0}}

		now, met := t0, map[Due]time.Time{}
		for range random.IntN(12) + 1 {
			now = now.Add(time.Duration(random.IntN(600)) * time.Minute)
			switch random.IntN(5) {
			case 0:
				i.Grade = Grades()[random.IntN(2)]
			case 1:
				i.T0 = t0.Add(-time.Duration(random.IntN(300)) * time.Minute)
			case 2:
				i.State = []State{Closed, Open}[random.IntN(2)]
			case 3:
				if spoke := now; i.FirstSpokenAt == nil {
					i.FirstSpokenAt = &spoke
				}
			case 4:
				i.Marks = append(i.Marks, Mark{Due: Meet, At: now})
			}

			for _, clock := range i.Clocks() {
				if limit := clock.Until.Sub(i.T0); limit != want(clock.Due) {
					t.Fatalf("%s: %v after T0", clock.Due, limit)
				}
				before, was := met[clock.Due]
				if was && (clock.MetAt == nil || clock.MetAt.After(before)) {
					t.Fatalf("%s was met at %v and is met at %v", clock.Due, before, clock.MetAt)
				}
				if clock.MetAt != nil {
					met[clock.Due] = *clock.MetAt
				}
				if clock.Late(now) && clock.Soon(i.T0, now) || clock.Late(now) != (clock.Left(now) < 0) {
					t.Fatalf("%s: late %v, left %v", clock.Due, clock.Late(now), clock.Left(now))
				}
			}
			if next, any := i.NextDue(); any && (next.MetAt != nil || next.Until.Before(i.T0)) {
				t.Fatalf("next: %+v", next)
			}
		}
	}
}

func want(due Due) time.Duration {
	return map[Due]time.Duration{Speak: 5 * time.Hour, Meet: 24 * time.Hour, Answer: 48 * time.Hour}[due]
}
