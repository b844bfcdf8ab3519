// Package inbox holds what citizens say to the accounts: comments under their posts and posts and comments
// that name them, read from the platform, each once, and the work of answering: whose a matter is, until
// when it is to be answered, what was answered, how it ended. An answer is sent by package delivery as posts
// are; or it is given on the platform by a person, and read back or recorded here.
package inbox

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
	"juzhen/internal/post"
)

// State is where a matter stands.
type State string

// The states.
const (
	Open     State = "open"     // it came, and is nobody's yet
	Assigned State = "assigned" // a unit or a person has it
	Referred State = "referred" // somebody outside has it, with its number; the clock stands
	Answered State = "answered" // the account spoke last
	Closed   State = "closed"
	Reopened State = "reopened" // the citizen wrote again, or a person opened it
)

// States lists all states in the order in which they need people.
func States() []State { return []State{Reopened, Open, Assigned, Referred, Answered, Closed} }

// Valid tells whether s is one of the states.
func (s State) Valid() bool { return slices.Contains(States(), s) }

// Label is the Chinese word for the state.
func (s State) Label() string {
	return map[State]string{
		Open:     "待分派|互动",
		Assigned: "办理中|互动",
		Referred: "外单位办理中",
		Answered: "已答复",
		Closed:   "已办结|互动",
		Reopened: "追问",
	}[s]
}

// Waits tells whether the citizen waits for an answer.
func (s State) Waits() bool { return s == Open || s == Assigned || s == Referred || s == Reopened }

// Act is what is done with a matter: by people, or by what is read.
type Act string

// The acts.
const (
	Assign Act = "assign" // to a unit or a person, also to another one
	Return Act = "return" // give it back to be assigned
	Refer  Act = "refer"  // to somebody outside, with a number
	Back   Act = "back"   // it came back from there
	Send   Act = "send"   // answer from here
	Answer Act = "answer" // record what was answered elsewhere
	Close  Act = "close"
	Reopen Act = "reopen"
	Snooze Act = "snooze"
	Sort   Act = "sort" // say of which kind it is
	Note   Act = "note"
	Merge  Act = "merge" // deal with it in another one of the same citizen

	Took  Act = "took"  // another one was merged into it
	Asked Act = "asked" // the citizen wrote again
	Found Act = "found" // the answer was read on the platform

	// of an answer that is sent from here; they leave the matter where it is
	Decided Act = "decided" // a person says what became of it
	Unsent  Act = "unsent"  // it did not go out
)

// Label is the Chinese word for the act.
func (a Act) Label() string {
	return map[Act]string{
		Assign:  "分派",
		Return:  "退回分派",
		Refer:   "转外单位",
		Back:    "收回办理",
		Send:    "发出答复",
		Answer:  "登记答复",
		Close:   "办结",
		Reopen:  "重新打开",
		Snooze:  "稍后处理",
		Sort:    "改类别",
		Note:    "备注|动词",
		Merge:   "并入另一件",
		Took:    "另一件并入这里",
		Asked:   "市民再次来信",
		Found:   "读到答复",
		Decided: "核对答复",
		Unsent:  "答复没有发出",
	}[a]
}

// arrows is the whole of what may be done in which state, and where it leads. What leads to the same state
// changes something else about the matter.
var arrows = map[State]map[Act]State{
	Open: {
		Assign: Assigned,
		Refer:  Referred,
		Send:   Open,
		Answer: Answered,
		Close:  Closed,
		Snooze: Open,
		Sort:   Open,
		Note:   Open,
		Merge:  Closed,
		Took:   Open,
		Asked:  Open,
		Found:  Answered,
	},
	Assigned: {
		Assign: Assigned, Return: Open, Refer: Referred, Send: Assigned, Answer: Answered, Close: Closed,
		Snooze: Assigned,
		Sort:   Assigned, Note: Assigned, Merge: Closed, Took: Assigned, Asked: Assigned, Found: Answered,
	},
	Referred: {
		Back:   Assigned,
		Send:   Referred,
		Answer: Answered,
		Close:  Closed,
		Sort:   Referred,
		Note:   Referred,
		Took:   Referred,
		Asked:  Referred,
		Found:  Answered,
	},
	Answered: {
		Send:   Answered,
		Close:  Closed,
		Reopen: Reopened,
		Sort:   Answered,
		Note:   Answered,
		Merge:  Closed,
		Took:   Answered,
		Asked:  Reopened,
		Found:  Answered,
	},
	Closed: {Reopen: Reopened, Note: Closed, Asked: Reopened, Found: Closed},
	Reopened: {
		Assign: Assigned, Return: Open, Refer: Referred, Send: Reopened, Answer: Answered, Close: Closed,
		Snooze: Reopened,
		Sort:   Reopened, Note: Reopened, Merge: Closed, Took: Reopened, Asked: Reopened, Found: Answered,
	},
}

// After is the state that an act leads to; false where it is not to be done.
func (s State) After(act Act) (State, bool) {
	to, ok := arrows[s][act]
	return to, ok
}

// Source is how something came to the account.
type Source string

// The sources.
const (
	FromComment Source = "comment" // under a post of the account
	FromMention Source = "mention" // a post that names it
	FromNaming  Source = "naming"  // a comment elsewhere that names it
	FromAnswer  Source = "answer"  // the account's own, read on the platform
	FromHand    Source = "hand"    // an answer that a person recorded
)

// Label is the Chinese name of the source.
func (s Source) Label() string {
	return map[Source]string{
		FromComment: "评论", FromMention: "微博 @", FromNaming: "评论 @", FromAnswer: "微博上的答复",
		FromHand: "登记的答复",
	}[s]
}

// Sources lists the sources of what citizens say.
func Sources() []Source { return []Source{FromComment, FromMention, FromNaming} }

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
	if uid == "" {
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

// Step is one step of a matter, as it was taken.
type Step struct {
	Act  Act
	From State
	To   State
	Note string
	By   string // "": the console
	At   time.Time
}

// Move is an act on a matter with what goes along.
type Move struct {
	Act      Act
	Revision int
	Note     string
	UnitID   int64 // to whom it is assigned
	OwnerID  int64 // 0: to the unit
	Kind     Kind
	Until    time.Time // until when it is put off; zero: not any more
	Number   string    // to whom outside it is referred, and under which number
	Way      Way
	Link     string
	Result   Result
	Into     int64 // the matter that it is merged into

	into Matter // Into, as it stands
}

func tooLong(field, text string, most int) *fault.Error {
	if glyph.Count(text) <= most {
		return nil
	}

	return fault.Invalid(field, "至多 {.max} 字", "max", most)
}

// needsNote are the acts that are worth nothing without a word, and what is asked for.
var needsNote = map[Act]string{
	Return: i18n.N("请写明为什么退回"),
	Answer: i18n.N("请写下答复的内容"),
	Note:   i18n.N("请写下备注"),
	Reopen: i18n.N("请写明为什么重新打开"),
}

func (m Move) clean(now time.Time) (Move, error) {
	m.Note, m.Number = strings.TrimSpace(m.Note), strings.TrimSpace(m.Number)
	m.Link = strings.TrimSpace(m.Link)
	var wrong fault.Fields

	if text, ok := needsNote[m.Act]; ok && m.Note == "" {
		wrong.Add(fault.Invalid("note", text))
	}
	wrong.Add(tooLong("note", m.Note, MaxText))
	wrong.Add(tooLong("number", m.Number, MaxNumber))

	switch m.Act {
	case Refer:
		if m.Number == "" {
			wrong.Add(fault.Invalid("number", "请写明转给哪个单位、编号多少"))
		}
	case Answer:
		if !slices.Contains(Ways(), m.Way) {
			wrong.Add(fault.Invalid("way", "请选择答复的方式"))
		}
	case Sort:
		if !m.Kind.Valid() {
			wrong.Add(fault.Invalid("kind", "请选择类别"))
		}
	case Snooze:
		if !m.Until.IsZero() && (!m.Until.After(now) || m.Until.After(now.Add(MaxSnooze))) {
			wrong.Add(fault.Invalid("until", "请选择三十天以内、以后的时间"))
		}
	case Close:
		if !slices.Contains(Results(), m.Result) {
			wrong.Add(fault.Invalid("result", "请选择办理结果"))
		}
	}

	return m, wrong.Err()
}

// closes says what a matter without an answer may be closed as: nobody's answer is made up.
func (m Matter) closes(move Move) *fault.Error {
	switch {
	case move.Act != Close || m.State == Answered:
		return nil
	case m.AnsweredAt == nil && (move.Result == OnlyAnswered || move.Result == Solved):
		return fault.Invalid("result", "还没有答复，不能按这个结果办结；请先登记答复")
	case move.Note == "":
		return fault.Invalid("note", "没有答复就办结，请写明原因")
	}

	return nil
}

// linked checks the address of a public answer, as those of hand-offs are: it stands under the post of the
// matter, or is a post of the account itself.
func (m Matter) linked(move Move) (Move, *fault.Error) {
	if !move.Way.public() {
		move.Link = ""
		return move, nil
	}
	link, bad := post.ReadLink("link", move.Link)
	if bad != nil {
		return move, bad
	}

	switch {
	case link.ID == m.Thread && move.Way == ByComment:
		move.Link = m.URL()
	case link.UID != "" && link.UID == m.AccountUID && move.Way == ByPost:
		move.Link = "https://weibo.com/" + link.UID + "/" + post.EncodeMID(link.ID)
	case move.Way == ByComment:
		return move, fault.Invalid("link", "这不是市民留言所在的那条微博的网址")
	case m.AccountUID == "":
		return move, fault.Invalid("link", "账号还没有登记微博 UID，无法核对链接；请管理员先登记")
	default:
		return move, fault.Invalid("link", "链接不是 {.account} 的微博，请核对", "account", m.At())
	}

	return move, nil
}
