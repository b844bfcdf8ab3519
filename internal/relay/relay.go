// Package relay has other accounts carry a post: a task for each, which its people confirm, put into words
// of their own or decline, and which a post of that account fulfils. It sends nothing and approves
// nothing: posts and deliveries are made by package delivery, as all others are.
package relay

import (
	"strconv"
	"time"

	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

// Limits of what is asked.
const (
	MaxWords    = 500 // letters of the suggested words, of a standing's, of a statement
	MaxAccounts = 500
	MaxSpread   = 24 * time.Hour
	maxWhy      = 200
	maxAhead    = 30 * 24 * time.Hour // of the deadline

	// WarnFrom is from how many accounts with one text the page warns, ReasonFrom from how many a reason is
	// asked: the rules of 2021 on public accounts forbid to publish the same in bulk through many.
	WarnFrom   = 3
	ReasonFrom = 10
)

// Kind is how an account carries the post.
type Kind string

// The kinds.
const (
	Repost Kind = "repost" // passes the lead on, with words in front
	Own    Kind = "own"    // a post of its own
)

// Label is the Chinese name of the kind.
func (k Kind) Label() string {
	return map[Kind]string{Repost: "转发首发微博", Own: "各自发一条"}[k]
}

// Relay is what a post asks of other accounts.
type Relay struct {
	ID            int64
	PostID        int64 // the lead
	UnitID        int64 // of the lead
	UnitPath      string
	UnitName      string
	Text          string // of the lead, as the leading account says it
	Phase         post.Phase
	VersionID     int64 // the lead's current one
	ColumnID      int64 // of that version
	Urgent        bool
	DueAt         *time.Time // of the lead
	Kind          Kind
	LeadAccountID int64 // whose post is passed on
	LeadHandle    string
	Words         string // suggested; "" for a repost without words
	Spread        time.Duration
	Deadline      time.Time
	AtOnceBy      *int64 // who has confirmed beforehand for all accounts that he or she writes for
	Reason        string // why many accounts say the same
	Revision      int
	LeadVersion   *int64 // for which the accounts were asked
	Covered       bool   // its approval covers the suggested words
	AskedAt       *time.Time
	WithdrawnAt   *time.Time
	WithdrawnWhy  string
	ClosedAt      *time.Time
	Statement     string
	CreatedBy     int64
	CreatedName   string
	CreatedAt     time.Time

	// Of the lead's delivery, once it is planned.
	LeadDeliveryID  int64
	LeadState       delivery.State
	LeadSentVersion int64
	LeadSentAt      *time.Time
	LeadRemoteID    string
	LeadRemoteURL   string
	LeadRemoteUID   string
}

// Title is the lead's first line.
func (r Relay) Title() string { return post.Title(r.Text) }

// LeadURL is where the lead is seen; "" while it is not out.
func (r Relay) LeadURL() string { return address(r.LeadRemoteID, r.LeadRemoteURL, r.LeadRemoteUID) }

func address(id, url, uid string) string {
	d := delivery.Delivery{AccountUID: uid}
	if id != "" {
		d.RemoteID = &id
	}
	if url != "" {
		d.RemoteURL = &url
	}

	return d.URL()
}

// Ref names the relay in the audit trail.
func (r Relay) Ref() string { return "relay/" + strconv.FormatInt(r.ID, 10) }

// Status is where a relay stands as a whole.
type Status string

// The statuses. Drafted: its lead is not approved, and nobody was asked.
const (
	Drafted   Status = "drafted"
	Open      Status = "open"
	Closed    Status = "closed"
	Withdrawn Status = "withdrawn"
)

// Label is the Chinese name of the status.
func (s Status) Label() string {
	return map[Status]string{Drafted: "未开始", Open: "进行中", Closed: "已结束", Withdrawn: "已撤回"}[s]
}

// Status tells where the relay stands.
func (r Relay) Status() Status {
	switch {
	case r.WithdrawnAt != nil:
		return Withdrawn
	case r.ClosedAt != nil:
		return Closed
	case r.AskedAt == nil:
		return Drafted
	}

	return Open
}

// stands tells whether the lead is still what the accounts were asked for: approved as it was then, or,
// where it is passed on, out as it was then.
func (r Relay) stands() bool {
	switch {
	case r.LeadVersion == nil:
		return false
	case r.Phase == post.Approved && r.VersionID == *r.LeadVersion:
		return true
	}

	return r.Kind == Repost && r.Phase != post.Withdrawn &&
		r.LeadState == delivery.Sent && r.LeadSentVersion == *r.LeadVersion
}

// fits says why a lead as it was approved cannot have the accounts of tasks carry it; nil when it can. The
// draft may have been changed since they were chosen.
func (r Relay) fits(version post.Version, tasks []Task) *fault.Error {
	if _, ok := version.Target(r.LeadAccountID); !ok {
		return fault.Conflict("首发账号 @{.account} 已不在稿件的账号里", "account", r.LeadHandle)
	}

	for _, task := range tasks {
		if _, ok := version.Target(task.AccountID); ok {
			return fault.Conflict("@{.account} 既发这篇稿件，又被要求联动", "account", task.Handle)
		}
	}

	return r.inTime()
}

// inTime says that the lead has moved behind the deadline; nil while it has not.
func (r Relay) inTime() *fault.Error {
	if r.DueAt != nil && !r.Deadline.After(r.DueAt.Add(r.Spread)) {
		return fault.Conflict("首发的时间加上错开的时间已晚于截止时间")
	}

	return nil
}

// Slot is when the account at a place of so many is due: the first with the lead, the others evenly behind
// it within the spread, in the order of the matrix.
func Slot(lead time.Time, spread time.Duration, place, of int) time.Time {
	if of < 2 {
		return lead
	}

	return lead.Add(spread / time.Duration(of) * time.Duration(place)).Truncate(time.Second)
}

// Slot is when a task is due that is confirmed now.
func (r Relay) Slot(task Task, of int, now time.Time) time.Time {
	due, ok := r.place(task, of)
	if !ok || due.Before(now) {
		due = now
	}

	return due
}

// place is a task's time behind the lead's; ok is false while the lead has none.
func (r Relay) place(task Task, of int) (due time.Time, ok bool) {
	if r.DueAt == nil {
		return time.Time{}, false
	}

	return Slot(*r.DueAt, r.Spread, task.Place, of), true
}

// Lead is what a task of a repost passes on, waited for until the deadline, or a little after for what is
// confirmed late.
func (r Relay) Lead(deliveryID int64, due time.Time) post.Lead {
	until := r.Deadline
	if due.After(until) {
		until = due
	}

	return post.Lead{Delivery: deliveryID, Version: *r.LeadVersion, Until: until.UTC().Truncate(time.Second)}
}
