package delivery

import (
	"fmt"
	"slices"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
)

// Advance is a request to send earlier than approved: of a whole post, or of one delivery that did not
// go out. Nothing moves before a second person agrees.
type Advance struct {
	ID           int64
	PostID       int64
	DeliveryID   *int64 // nil: all accounts of the post
	Basis        Basis
	State        AdvanceState
	DueFrom      time.Time  // for when it is approved
	DueTo        *time.Time // when it is to go out; nil: as soon as somebody agrees
	Reason       string     // may be empty
	AskedBy      int64
	AskedName    string
	AskedAt      time.Time
	AnsweredBy   *int64
	AnsweredName string
	AnsweredAt   *time.Time
	Opinion      string // why it was refused

	AccountHandle string // of the one delivery
	UnitPath      string // of the post
}

// Basis is when a request was made, which says who may agree to it.
type Basis string

// The bases.
const (
	AfterApproval Basis = "approved"  // what was approved is to go out earlier
	AtApproval    Basis = "approving" // whoever approved wants it earlier than it was submitted for
)

// AdvanceState is where a request stands.
type AdvanceState string

// The states.
const (
	AdvanceAsked   AdvanceState = "asked"
	AdvanceAgreed  AdvanceState = "agreed"  // moved
	AdvanceRefused AdvanceState = "refused" // it stays at its time
	AdvanceOver    AdvanceState = "superseded"
)

// AdvanceStates lists all states in the order of a request's life.
func AdvanceStates() []AdvanceState {
	return []AdvanceState{AdvanceAsked, AdvanceAgreed, AdvanceRefused, AdvanceOver}
}

// advanceArrows is the whole life of a request. Superseded: moved, revised or withdrawn otherwise, or
// its time has come.
var advanceArrows = map[AdvanceState][]AdvanceState{
	AdvanceAsked:   {AdvanceAgreed, AdvanceRefused, AdvanceOver},
	AdvanceAgreed:  {},
	AdvanceRefused: {},
	AdvanceOver:    {},
}

// May tells whether a request may go from this state to the other.
func (s AdvanceState) May(to AdvanceState) bool { return slices.Contains(advanceArrows[s], to) }

// Label is the Chinese word for the state.
func (s AdvanceState) Label() string {
	switch s {
	case AdvanceAsked:
		return i18n.N("待第二人同意")
	case AdvanceAgreed:
		return i18n.N("已同意")
	case AdvanceRefused:
		return i18n.N("未同意")
	case AdvanceOver:
		return i18n.N("已失效")
	}

	return string(s)
}

// answerer is what the rule asks about the person who wants to answer a request.
type answerer struct {
	Asked   bool // it is this person's own request
	Worked  bool // wrote, changed or submitted the wording
	Writes  bool // holds post.write where the post is
	Reviews bool // holds post.review there
}

// mayAnswer says who is a second person for a request. What is approved goes out earlier only with a
// reviewer who neither wrote nor moved it; what a reviewer wants earlier while approving, with the
// writer or another reviewer.
func (b Basis) mayAnswer(who answerer) *fault.Error {
	switch {
	case who.Asked:
		return fault.Forbidden("申请人不能自己同意，须由另一人决定").WithCode("same_person")
	case b == AtApproval && who.Worked && who.Writes:
		return nil
	case !who.Reviews && b == AtApproval:
		return fault.Forbidden("须由稿件作者或另一位审核员决定").WithCode("not_second")
	case !who.Reviews:
		return fault.Forbidden("须由有审核权限的另一人决定").WithCode("not_second")
	case who.Worked:
		return fault.Forbidden("您参与了这份稿件的撰写或提交，须由其他审核员决定").WithCode("self_review")
	}

	return nil
}

// toldTime is the wanted time as an event keeps it; "" for as soon as agreed.
func (x Advance) toldTime() any {
	if x.DueTo == nil {
		return nil
	}

	return x.DueTo.UTC()
}

// Wanted is the time asked for at the instant now: a request without one is for at once.
func (x Advance) wanted(now time.Time) (time.Time, error) {
	if x.DueTo == nil {
		return now, nil
	}
	if !x.DueTo.After(now) {
		return now, fault.Conflict("申请的时间 {.time} 已过；仍需提前请另行申请", "time", beijing.ClockTime(*x.DueTo)).
			WithCode("time_passed")
	}

	return *x.DueTo, nil
}

// answered says who was faster, or that the request is over.
func (x Advance) answered() error {
	if x.State == AdvanceOver || x.AnsweredAt == nil {
		return fault.Conflict("这项申请已失效：稿件已另行处理，或原定时间已到").WithCode("decided")
	}

	return fault.Conflict("{.name} 已于 {.time} 处理这项申请",
		"name", x.AnsweredName,
		"time", beijing.ClockTime(*x.AnsweredAt),
	).WithCode("decided")
}

func advanceKey(id int64, part string) string { return fmt.Sprintf("advance/%d/%s", id, part) }
