package incident

import (
	"slices"
	"time"

	"juzhen/internal/i18n"
)

// Grade is how grave an event is; it says which clocks run.
type Grade string

// The grades.
const (
	Grave Grade = "grave" // 特别重大、重大突发事件
	Other Grade = "other" // 其他涉政务舆情
)

// Grades lists the grades, the gravest first.
func Grades() []Grade { return []Grade{Grave, Other} }

// Valid tells whether g is one of the grades.
func (g Grade) Valid() bool { return slices.Contains(Grades(), g) }

// Label is the Chinese word for the grade.
func (g Grade) Label() string {
	return map[Grade]string{
		Grave: i18n.N("特别重大、重大突发事件"),
		Other: i18n.N("其他政务舆情"),
	}[g]
}

// Due is what is to be done by a time.
type Due string

// What is to be done.
const (
	Speak  Due = "speak"  // authoritative information is out
	Meet   Due = "meet"   // the press conference begins
	Answer Due = "answer" // the matter is answered
)

// Label is the Chinese word for it.
func (d Due) Label() string {
	return map[Due]string{
		Speak:  i18n.N("发布权威信息"),
		Meet:   i18n.N("举行新闻发布会"),
		Answer: i18n.N("回应关切"),
	}[d]
}

// byPost tells whether a post that is out does it.
func (d Due) byPost() bool { return d != Meet }

// limits are how long after T0 each is due. A day for the press conference and two days for other matters are
// of 国办发〔2016〕61号; five hours are of the rules of November 2016 on carrying out open government
// (docs/incident.md §2).
var limits = map[Grade][]struct {
	due   Due
	limit time.Duration
}{
	Grave: {{Speak, 5 * time.Hour}, {Meet, 24 * time.Hour}},
	Other: {{Answer, 48 * time.Hour}},
}

// Mark is something done, as a person recorded it.
type Mark struct {
	Due  Due
	At   time.Time
	Note string // where: an address, a place
	By   string
}

// Clock is one thing to be done, until when, and when it was.
type Clock struct {
	Due   Due
	Until time.Time
	MetAt *time.Time // nil: not yet
	Note  string
}

// Clocks are the clocks of a grade since an instant. spoke is when the first post about the event was out;
// what a person recorded counts where it was earlier. It does not matter when the grade or the instant was
// changed, or whether the event was closed and opened again: a limit is never longer for that.
func Clocks(grade Grade, t0 time.Time, spoke *time.Time, marks []Mark) []Clock {
	all := make([]Clock, 0, len(limits[grade]))

	for _, one := range limits[grade] {
		clock := Clock{Due: one.due, Until: t0.Add(one.limit)}
		if one.due.byPost() && spoke != nil {
			clock.MetAt = spoke
		}

		for _, mark := range marks {
			same := mark.Due == one.due || mark.Due.byPost() && one.due.byPost()
			if same && (clock.MetAt == nil || mark.At.Before(*clock.MetAt)) {
				clock.MetAt, clock.Note = &mark.At, mark.Note
			}
		}
		all = append(all, clock)
	}

	return all
}

// Late tells whether the time went by, before it was done or without it.
func (c Clock) Late(now time.Time) bool {
	if c.MetAt != nil {
		return c.MetAt.After(c.Until)
	}

	return now.After(c.Until)
}

// Soon tells whether less than a fifth of the way to the end is left and it is not done.
func (c Clock) Soon(t0, now time.Time) bool {
	return c.MetAt == nil && !c.Late(now) && c.Until.Sub(now) < c.Until.Sub(t0)/5
}

// Left is how long is left at an instant; below zero: how much it is over. What was done is measured at its
// own instant.
func (c Clock) Left(now time.Time) time.Duration {
	if c.MetAt != nil {
		return c.Until.Sub(*c.MetAt)
	}

	return c.Until.Sub(now)
}

// Clocks are the clocks of the event.
func (i Incident) Clocks() []Clock { return Clocks(i.Grade, i.T0, i.FirstSpokenAt, i.Marks) }

// NextDue is the first clock that is not met; false when all are.
func (i Incident) NextDue() (next Clock, any bool) {
	for _, clock := range i.Clocks() {
		if clock.MetAt == nil && (!any || clock.Until.Before(next.Until)) {
			next, any = clock, true
		}
	}

	return next, any
}
