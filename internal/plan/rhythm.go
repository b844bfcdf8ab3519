package plan

import (
	"slices"
	"time"

	"juzhen/internal/beijing"
)

// MostSilent is how many days an account may be silent: whoever looks finds no update in the two weeks
// before and strikes the account out (国办秘函〔2019〕19号, 单项否决：内容不更新). WarnSilent is when people are told.
const (
	MostSilent = 14
	WarnSilent = 7
)

// Outlook is what the rule of two weeks says of an account, from what it published and what it has planned.
type Outlook struct {
	Known    bool      // a post of the account is known
	Silent   int       // days since the last one, in Shanghai
	Deadline time.Time // the day, by its beginning, on which the next post is due at the latest
	Left     int       // days until then; negative: past
	Kept     bool      // what is planned comes in time
	// the first day in the future on which the rule is broken as things are planned; zero: none before the
	// last of what is planned, or nothing is known
	Broken time.Time
}

// LookAhead reads a rule of silence for an account: most is how many days it may be silent. last is its
// latest post; nil: none is known. planned are the instants of what is to go out, those that are past left
// out.
func LookAhead(most int, last *time.Time, planned []time.Time, now time.Time) Outlook {
	if last == nil {
		return Outlook{}
	}
	today, from := beijing.Day(now), beijing.Day(*last)
	out := Outlook{Known: true, Silent: daysBetween(from, today), Deadline: from.AddDate(0, 0, most)}
	out.Left = daysBetween(today, out.Deadline)

	days := make([]time.Time, 0, len(planned))
	for _, at := range planned {
		if at.After(now) {
			days = append(days, beijing.Day(at))
		}
	}
	slices.SortFunc(days, time.Time.Compare)
	out.Kept = len(days) > 0 && !days[0].After(out.Deadline)

	for _, day := range days {
		if daysBetween(from, day) > most {
			break
		}
		from = later(from, day)
	}
	out.Broken = later(from.AddDate(0, 0, most+1), today)
	if out.Left < 0 {
		out.Broken = today
	}

	return out
}

// State is how much the countdown presses.
func (o Outlook) State() Pressure {
	switch {
	case !o.Known:
		return NeverPosted
	case o.Left < 0:
		return Overdue
	case o.Kept:
		return InTime
	case o.Silent >= WarnSilent:
		return Pressing
	}

	return InTime
}

// Pressure is how much the rule of two weeks presses.
type Pressure string

// The pressures.
const (
	InTime      Pressure = "in_time"
	Pressing    Pressure = "pressing"
	Overdue     Pressure = "overdue"
	NeverPosted Pressure = "never"
)

// Label is the Chinese name of the pressure.
func (p Pressure) Label() string {
	return map[Pressure]string{
		InTime: "更新及时", Pressing: "临近两周", Overdue: "超过两周", NeverPosted: "未见发布",
	}[p]
}

func daysBetween(from, to time.Time) int { return int(to.Sub(from) / (24 * time.Hour)) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}

	return b
}
