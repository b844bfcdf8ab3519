package roster

import (
	"slices"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
)

// Cover is between which minutes of a day, in Shanghai, somebody is to be on duty: 0 and 1440 for the whole
// day.
type Cover struct{ From, To int }

// allDay is what a unit that said nothing else covers.
var allDay = Cover{0, dayMinutes}

func (c Cover) check() error {
	if c.From < 0 || c.From >= c.To || c.To > dayMinutes {
		return fault.Invalid("to", "要有人值班的时段，结束要晚于开始，最晚 24:00")
	}

	return nil
}

// Gap is a time at which somebody is to be on duty and nobody is.
type Gap struct{ From, To time.Time }

// Gaps gives the times between from and to that are to be covered and at which none of the shifts has anybody
// who can be there. What touches is one gap.
func (c Cover) Gaps(shifts []Shift, from, to time.Time) (gaps []Gap) {
	busy := make([]Gap, 0, len(shifts))

	for _, shift := range shifts {
		if slices.ContainsFunc(shift.People, func(person Person) bool { return !person.Gone }) {
			busy = append(busy, Gap{shift.StartsAt, shift.EndsAt})
		}
	}
	slices.SortFunc(busy, func(a, b Gap) int { return a.From.Compare(b.From) })

	for day := beijing.Day(from); day.Before(to); day = day.AddDate(0, 0, 1) {
		open := Gap{later(day.Add(minutes(c.From)), from), earlier(day.Add(minutes(c.To)), to)}

		for _, gap := range open.without(busy) {
			if last := len(gaps) - 1; last >= 0 && gaps[last].To.Equal(gap.From) {
				gaps[last].To = gap.To
			} else {
				gaps = append(gaps, gap)
			}
		}
	}

	return gaps
}

// without is what is left of a time beside others, which are in order.
func (g Gap) without(busy []Gap) (left []Gap) {
	at := g.From

	for _, other := range busy {
		if !other.To.After(at) {
			continue
		}
		if !other.From.Before(g.To) {
			break
		}
		if other.From.After(at) {
			left = append(left, Gap{at, other.From})
		}
		at = other.To
	}
	if at.Before(g.To) {
		left = append(left, Gap{at, g.To})
	}

	return left
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}

	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}

	return b
}
