// Package inbox holds what citizens say to the accounts: comments under their posts and posts and comments
// that name them, read from the platform, each once, and the work of answering: whose a matter is, until
// when it is to be answered, what was answered, how it ended. An answer is sent by package delivery as posts
// are; or it is given on the platform by a person, and read back or recorded here.
package inbox

import (
	"strconv"
	"time"

	"juzhen/internal/post"
)

// Source is how something came to the account.
type Source string

// The sources.
const (
	FromComment Source = "comment" // under a post of the account
	FromMention Source = "mention" // a post that names it
	FromNaming  Source = "naming"  // a comment elsewhere that names it
	FromAnswer  Source = "answer"  // the account's own, read on the platform
	FromHand    Source = "hand"    // an answer that a person recorded
	FromMessage Source = "message" // a private message, pushed
)

// Label is the Chinese name of the source.
func (s Source) Label() string {
	return map[Source]string{
		FromComment: "评论", FromMention: "微博 @", FromNaming: "评论 @", FromAnswer: "微博上的答复",
		FromHand: "登记的答复", FromMessage: "私信",
	}[s]
}

// Sources lists the sources of what citizens say.
func Sources() []Source { return []Source{FromComment, FromMention, FromNaming, FromMessage} }

// Result is how a matter ended.
type Result string

// The results.
const (
	Solved       Result = "solved"
	OnlyAnswered Result = "answered"
	PassedOn     Result = "referred"
	Unneeded     Result = "unneeded"
	Merged       Result = "merged" // it is dealt with in another one
)

// Results lists the results of closing in the order in which they are offered. Merged is none of them: it
// comes with an act of its own.
func Results() []Result { return []Result{Solved, OnlyAnswered, PassedOn, Unneeded} }

// Label is the Chinese word for the result.
func (r Result) Label() string {
	return map[Result]string{
		Solved: "已解决", OnlyAnswered: "已答复说明", PassedOn: "已转其他单位", Unneeded: "无需答复",
		Merged: "并入另一件",
	}[r]
}

// Way is how an answer was given.
type Way string

// The ways. The first two are public and have an address.
const (
	ByComment Way = "comment"
	ByPost    Way = "post"
	ByMessage Way = "message"
	ByPhone   Way = "phone"
)

// Ways lists the ways in the order in which they are offered.
func Ways() []Way { return []Way{ByComment, ByPost, ByMessage, ByPhone} }

// Label is the Chinese word for the way.
func (w Way) Label() string {
	return map[Way]string{ByComment: "回复评论", ByPost: "发微博", ByMessage: "私信", ByPhone: "电话或当面"}[w]
}

// public tells whether an answer given so has an address.
func (w Way) public() bool { return w == ByComment || w == ByPost }

// Bounds of what is written, in signs, and of putting off.
const (
	MaxText   = 2000
	MaxNumber = 100
	MaxSnooze = 30 * 24 * time.Hour
)

// Matter is what one citizen wants of one account under one post.
type Matter struct {
	ID           int64
	AccountID    int64
	Handle       string
	AccountUID   string
	AccountPath  string // of the unit whose account it is
	UnitID       int64  // who deals with it
	UnitName     string
	UnitPath     string
	OwnerID      *int64
	Owner        string
	Citizen      string
	Thread       string
	ThreadUID    string
	State        State
	Kind         Kind
	OpenedAt     time.Time
	AskedAt      time.Time
	WaitsSince   *time.Time
	DueAt        *time.Time
	AnsweredAt   *time.Time
	SnoozedUntil *time.Time
	Result       Result
	Rating       Rating // until it is opened again
	ReferredTo   string
	MergedInto   *int64 // see DealtIn
	LastItemID   int64
	Revision     int
	UpdatedAt    time.Time
	ReopenedAt   *time.Time
	ClosedAt     *time.Time // when it was last closed
	PurgedAt     *time.Time

	// of the last that the citizen said
	Source Source
	Name   string
	Text   string
	GoneAt *time.Time
	Items  int // all that was said
}

// At is the account as people write it.
func (m Matter) At() string { return "@" + m.Handle }

// Ref names the matter in the audit trail.
func (m Matter) Ref() string { return "inbox/" + strconv.FormatInt(m.ID, 10) }

// Snoozed tells whether the matter is put off.
func (m Matter) Snoozed(now time.Time) bool {
	return m.SnoozedUntil != nil && m.SnoozedUntil.After(now) && m.State.Waits()
}

// Late tells whether the matter is over its time.
func (m Matter) Late(now time.Time) bool {
	return m.DueAt != nil && m.DueAt.Before(now) && m.State.Waits()
}

// URL is where the post stands under which it is said; "" where that cannot be told.
func (m Matter) URL() string {
	uid := m.ThreadUID
	if uid == "" {
		uid = m.AccountUID
	}
	if uid == "" || m.Private() {
		return ""
	}

	return "https://weibo.com/" + uid + "/" + post.EncodeMID(m.Thread)
}

// masked hides the citizen as lists do.
func (m Matter) masked() Matter {
	m.Name, m.Text = MaskName(m.Name), MaskNumbers(m.Text)
	if m.GoneAt != nil {
		m.Text = ""
	}

	return m
}

// Item is something that was said, by the citizen or the account.
type Item struct {
	ID       int64
	Thing    string
	RemoteID string
	Source   Source
	Form     Form // of a private message
	Contract string
	SaidAt   time.Time
	Author   string
	Name     string
	Text     string
	Link     string
	Way      Way
	By       string // who recorded it
	TakenAt  time.Time
	GoneAt   *time.Time
	PurgedAt *time.Time
}

// Ours tells whether the account said it.
func (i Item) Ours() bool { return i.Source == FromAnswer || i.Source == FromHand }

// masked hides the citizen.
func (i Item) masked() Item {
	if !i.Ours() {
		i.Name = MaskName(i.Name)
	}
	i.Text = MaskNumbers(i.Text)
	if i.GoneAt != nil {
		i.Text = ""
	}

	return i
}
