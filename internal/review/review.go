// Package review decides on versions of posts: step by step along a chain, bound to the version's number
// and to the hash of what each reviewer was shown. It does not change the post and plans nothing: post and
// delivery do, in the same transaction.
package review

import (
	"slices"
	"time"
	"unicode/utf8"

	"juzhen/internal/fault"
)

// State is where a review stands.
type State string

// The states. Void: the version was changed or withdrawn before it was decided.
const (
	Pending  State = "pending"
	Approved State = "approved"
	Returned State = "returned"
	Void     State = "void"
)

// Label is the Chinese name of the state.
func (s State) Label() string {
	return map[State]string{Pending: "待审", Approved: "已批准", Returned: "退回", Void: "作废"}[s]
}

// Decision is what a reviewer says.
type Decision string

// The decisions.
const (
	Approve Decision = "approve"
	Return  Decision = "return"
	Edit    Decision = "edit" // of a step of editing: done, with or without a change
)

// leads is where a decision takes a pending review.
var leads = map[Decision]State{Approve: Approved, Return: Returned}

// maxOpinion is in runes.
const maxOpinion = 500

// Review is one decision about a version, or the step of it that waits for one, as lists show them.
type Review struct {
	ID            int64
	PostID        int64
	VersionID     int64
	VersionNumber int
	Level         int    // the number of the step
	Step          string // what the step is called
	Steps         int    // how many the chain has
	Hash          []byte // what the reviewer was shown
	State         State
	OpenedAt      time.Time
	DecidedBy     *int64
	DecidedName   string
	ForName       string // for whom a stand-in decided
	DecidedAt     *time.Time
	Opinion       string
	To            int  // of a return: the step it went back to; 0: the author
	Undone        bool // somebody returned to this step or to one before it since
}

// shown is a run as a list of decisions, the newest first, what waits before them.
func (r *Run) shown() (list []Review) {
	entry := Review{
		PostID: r.PostID, VersionID: r.VersionID, VersionNumber: r.VersionNumber,
		Steps: len(r.Steps), Hash: r.Hash,
	}
	if r.Cover != nil {
		covered := entry
		covered.ID, covered.State, covered.OpenedAt, covered.Level = r.ID, r.State, r.OpenedAt, 1
		covered.Step, covered.Steps = r.Cover.Kind.Label(), 1
		covered.DecidedName, covered.DecidedAt = r.Cover.People, r.EndedAt

		return []Review{covered}
	}
	if open := r.Open(); open != nil || r.State == Void {
		waiting := entry
		waiting.ID, waiting.State, waiting.OpenedAt, waiting.Level = r.ID, r.State, r.OpenedAt, 1
		if open != nil {
			waiting.Level, waiting.Step, waiting.OpenedAt = open.Number, open.Name, *open.OpenedAt
		}
		list = append(list, waiting)
	}

	for _, made := range slices.Backward(r.Made) {
		if made.Decision == Edit { // decides nothing: the way of the version shows it
			continue
		}
		done := entry
		done.ID, done.Level, done.OpenedAt = r.ID, made.Number, r.OpenedAt
		done.Step = r.Steps[made.Number-1].Name
		done.State, done.DecidedBy, done.DecidedName = leads[made.Decision], &made.By, made.ByName
		done.ForName, done.DecidedAt, done.Opinion, done.To = made.ForName, &made.At, made.Opinion, made.To
		done.Undone = !r.Counts(made)
		list = append(list, done)
	}

	return list
}

// Waiting is a step that waits for somebody, as a queue shows it.
type Waiting struct {
	Review
	UnitPath      string
	UnitName      string
	SubmittedName string
	Text          string
	RepostOf      string
	Accounts      int
	Pictures      int
	ThumbID       int64
	DueAt         *time.Time
	DueNow        bool
	Urgent        bool
	LimitAt       *time.Time // when the step goes to a stand-in or up
	Late          bool       // it did
	Own           bool       // the reader worked on it, or decided another step of it, and may not decide
	Opened        bool       // the reader has read this version as it is now, and keeps it for later
	Items         bool       // something is ticked before it is approved, or edited
	Edit          bool       // the step is one of editing
}

// checkDecision looks at what the reviewer wrote.
func checkDecision(decision Decision, opinion string) error {
	if _, ok := leads[decision]; !ok && decision != Edit {
		return fault.Invalid("decision", "请选择批准或退回")
	}
	if decision == Return && opinion == "" {
		return fault.Invalid("opinion", "请写明退回的意见，作者才知道怎样修改")
	}
	if utf8.RuneCountInString(opinion) > maxOpinion {
		return fault.Invalid("opinion", "意见最多 {.max} 字", "max", maxOpinion)
	}

	return nil
}
