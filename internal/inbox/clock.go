package inbox

import (
	"slices"
	"time"

	"juzhen/internal/beijing"
)

// Fact is that somebody said something at an instant of the platform.
type Fact struct {
	At   time.Time
	Ours bool
}

// Clock runs from something that a citizen said to the next answer.
type Clock struct {
	First   bool // nothing was answered before
	Since   time.Time
	Stopped *time.Time // by an answer; nil: it runs
}

// Clocks are the clocks of a matter, in order: one starts at the first that the citizen says, and at the
// first after each answer. Facts may come in any order; at one instant the citizen is taken to have spoken
// first, so that an answer of the same second answers.
func Clocks(facts []Fact) (clocks []Clock) {
	facts = slices.Clone(facts)
	slices.SortStableFunc(facts, func(a, b Fact) int {
		switch c := a.At.Compare(b.At); {
		case c != 0 || a.Ours == b.Ours:
			return c
		case b.Ours:
			return -1
		}

		return 1
	})
	answered := false

	for _, fact := range facts {
		running := len(clocks) > 0 && clocks[len(clocks)-1].Stopped == nil

		switch {
		case fact.Ours && running:
			at := fact.At
			clocks[len(clocks)-1].Stopped = &at
			answered = true
		case fact.Ours:
			answered = true
		case !running:
			clocks = append(clocks, Clock{First: !answered, Since: fact.At})
		}
	}

	return clocks
}

// Span is a stretch of time; a zero end is open.
type Span struct{ From, Until time.Time }

// Hours is when a unit serves, from an instant on.
type Hours struct {
	Since  time.Time
	Begin  time.Duration // after midnight in Shanghai
	End    time.Duration
	Days   [7]bool // by time.Weekday
	Works  bool    // days off and worked weekends of the holiday table count
	Always bool    // day and night, whatever the rest says: urgent kinds
}

// Calendar is when a unit serves: the version in force at each instant, in order of their beginnings.
// Before the first of them the first holds.
type Calendar struct {
	Versions []Hours
	Special  func(day time.Time) (works, known bool) // of a day that is not worked as its weekday says

	known map[time.Time][]Span // by day, for one who asks for many clocks; nil: nothing is kept
}

// UsualHours is when a unit serves that has said nothing else: workdays from nine to five.
func UsualHours() Hours {
	return Hours{
		Begin: 9 * time.Hour, End: 17 * time.Hour, Works: true,
		Days: [7]bool{time.Monday: true, time.Tuesday: true, time.Wednesday: true, time.Thursday: true,
			time.Friday: true},
	}
}

// horizon is how many days ahead an end of a limit is looked for.
const horizon = 800

// spans gives the service of one day of Shanghai.
func (c Calendar) spans(day time.Time) []Span {
	spans, ok := c.known[day]
	if !ok {
		spans = c.reckonSpans(day)
		if c.known != nil {
			c.known[day] = spans
		}
	}

	return spans
}

func (c Calendar) reckonSpans(day time.Time) (spans []Span) {
	next := day.AddDate(0, 0, 1)

	for i, version := range c.Versions {
		from, until := version.Since, next
		if i == 0 {
			from = day
		}
		if i+1 < len(c.Versions) {
			until = c.Versions[i+1].Since
		}
		if !day.Before(until) || !from.Before(next) {
			continue
		}
		span := c.served(version, day, next)
		span = Span{later(span.From, from), earlier(span.Until, until)}
		if span.From.Before(span.Until) {
			spans = append(spans, span)
		}
	}

	return spans
}

// served is the service of a day by one version; an empty span where it does not serve.
func (c Calendar) served(version Hours, day, next time.Time) Span {
	if version.Always {
		return Span{day, next}
	}
	works := version.Days[day.Weekday()]
	if version.Works && c.Special != nil {
		if special, known := c.Special(day); known {
			works = special
		}
	}
	if !works {
		return Span{day, day}
	}

	return Span{day.Add(version.Begin), day.Add(version.End)}
}

// Due is the first instant at which a clock that runs from an instant has run for the limit: only within
// the service of the calendar, and not within pauses. nil where it stands, or is not reached within two
// years.
func (c Calendar) Due(from time.Time, limit time.Duration, pauses []Span) *time.Time {
	if limit <= 0 {
		return nil
	}
	left, first := limit, beijing.Day(from)

	for n := range horizon {
		day := first.AddDate(0, 0, n)
		if stands(pauses, day) {
			return nil
		}

		for _, span := range c.spans(day) {
			for _, run := range without(Span{later(span.From, from), span.Until}, pauses) {
				length := run.Until.Sub(run.From)
				if length >= left {
					due := run.From.Add(left)
					return &due
				}
				left -= length
			}
		}
	}

	return nil
}

// stands tells whether a pause without an end has begun.
func stands(pauses []Span, at time.Time) bool {
	return slices.ContainsFunc(pauses, func(p Span) bool { return p.Until.IsZero() && p.From.Before(at) })
}

// Running is how long a clock has run between two instants.
func (c Calendar) Running(from, until time.Time, pauses []Span) (sum time.Duration) {
	for day := beijing.Day(from); day.Before(until); day = day.AddDate(0, 0, 1) {
		for _, span := range c.spans(day) {
			for _, run := range without(Span{later(span.From, from), earlier(span.Until, until)}, pauses) {
				sum += run.Until.Sub(run.From)
			}
		}
	}

	return sum
}

// without is what pauses leave of a span, in order.
func without(span Span, pauses []Span) []Span {
	if !span.From.Before(span.Until) {
		return nil
	}
	left := []Span{span}
	if len(pauses) == 0 {
		return left
	}

	for _, pause := range pauses {
		var next []Span

		for _, one := range left {
			until := one.Until
			if pause.From.Before(until) {
				until = pause.From
			}
			next = append(next, Span{one.From, until})
			if !pause.Until.IsZero() {
				next = append(next, Span{later(one.From, pause.Until), one.Until})
			}
		}
		left = next
	}
	left = slices.DeleteFunc(left, func(one Span) bool { return !one.From.Before(one.Until) })
	slices.SortFunc(left, func(a, b Span) int { return a.From.Compare(b.From) })

	return left
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}

	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}

	return b
}
