package reach

import (
	"strconv"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/instant"
)

// Period is a stretch of whole days of Asia/Shanghai, From included, To not.
type Period struct {
	From, To time.Time
}

// Presets are the numbers of days a reader may choose.
func Presets() []int { return []int{7, 30, 90, 365} }

// The number of days shown when nobody chose, and the most.
const (
	defaultDays = 30
	maxDays     = 366
)

// LastDays is the period of n days that ends with today.
func LastDays(n int, now time.Time) Period {
	to := beijing.Day(now).AddDate(0, 0, 1)
	return Period{From: to.AddDate(0, 0, -n), To: to}
}

// ParsePeriod reads a period from an address: a number of days, or two days such as 2026-11-01 of which
// both are included. All empty is the default. It fails with fault.Invalid on anything else, and on
// more than 366 days.
func ParsePeriod(days, from, to string, now time.Time) (Period, error) {
	if from != "" || to != "" {
		return parseDays(from, to, now)
	}
	if days == "" {
		return LastDays(defaultDays, now), nil
	}
	n, err := strconv.Atoi(days)
	if err != nil || n < 1 || n > maxDays {
		return Period{}, fault.Invalid("days", "时段应为 1 到 {.max} 天", "max", maxDays)
	}

	return LastDays(n, now), nil
}

func parseDays(from, to string, now time.Time) (Period, error) {
	a, err := instant.Parse(from, time.DateOnly)
	if err != nil {
		return Period{}, fault.Invalid("from", "开始日期应写成 2026-11-01 这样")
	}
	b, err := instant.Parse(to, time.DateOnly)
	if err != nil {
		return Period{}, fault.Invalid("to", "结束日期应写成 2026-11-30 这样")
	}

	var wrong fault.Fields
	wrong.Add(instant.Check("from", a, now))
	wrong.Add(instant.Check("to", b, now))
	if err := wrong.Err(); err != nil {
		return Period{}, err
	}

	period := Period{From: a, To: b.AddDate(0, 0, 1)}
	if n := period.Days(); n < 1 || n > maxDays {
		return Period{}, fault.Invalid("to", "时段应为 1 到 {.max} 天", "max", maxDays)
	}

	return period, nil
}

// Days is the length in days.
func (p Period) Days() int { return int(p.To.Sub(p.From) / day) }

// Months is how many whole calendar months the period is; 0 where it is counted in days.
func (p Period) Months() int {
	if p.From.Day() != 1 || p.To.Day() != 1 {
		return 0
	}

	return (p.To.Year()-p.From.Year())*12 + int(p.To.Month()) - int(p.From.Month())
}

// Before is the period of the same length that ends where p begins.
func (p Period) Before() Period {
	return Period{From: p.From.AddDate(0, 0, -p.Days()), To: p.From}
}

// Last is the last day of the period.
func (p Period) Last() time.Time { return p.To.AddDate(0, 0, -1) }

// Each lists the days of the period.
func (p Period) Each() []time.Time {
	out := make([]time.Time, 0, p.Days())
	for d := p.From; d.Before(p.To); d = d.AddDate(0, 0, 1) {
		out = append(out, d)
	}

	return out
}

// Change is how a figure stands to the same figure of the period before. Nil values are not available.
type Change struct {
	Now, Before *int64
}

// Percent is the change in hundredths of the earlier value; false when one of the two is missing or the
// earlier is zero.
func (c Change) Percent() (float64, bool) {
	if c.Now == nil || c.Before == nil || *c.Before == 0 {
		return 0, false
	}

	return float64(*c.Now-*c.Before) / float64(*c.Before) * 100, true
}

// Trend is 1 for more than before, -1 for less, 0 for the same or unknown.
func (c Change) Trend() int {
	switch {
	case c.Now == nil || c.Before == nil || *c.Now == *c.Before:
		return 0
	case *c.Now > *c.Before:
		return 1
	}

	return -1
}
