// Package relay has other accounts carry a post: a task for each, which its people confirm, put into words
// of their own or decline, and which a post of that account fulfils. It sends nothing and approves
// nothing: posts and deliveries are made by package delivery, as all others are.
package relay

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/account"
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

// URL is where the task's post is seen; "" while it is not out.
func (t Task) URL() string { return address(t.RemoteID, t.RemoteURL, t.RemoteUID) }

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

// Stage is what was said about a task.
type Stage string

// The stages. Planned: the lead is not approved yet.
const (
	Planned   Stage = "planned"
	Asked     Stage = "asked"
	Confirmed Stage = "confirmed" // a post was made of it
	Declined  Stage = "declined"
	Missed    Stage = "missed" // nobody confirmed it in time
	TakenBack Stage = "withdrawn"
)

// Act is what is done to a task.
type Act string

// The acts. Recall: the lead is written anew, and its accounts are asked again once that is approved.
const (
	Ask      Act = "ask"
	Confirm  Act = "confirm"
	Decline  Act = "decline"
	Lapse    Act = "lapse"
	Recall   Act = "recall"
	Revoke   Act = "revoke" // the standing approval that confirmed it was ended
	Withdraw Act = "withdraw"
)

// arrows is the whole life of a task's stage: from which stages an act may be done, and to which it leads.
var arrows = map[Act]struct {
	from []Stage
	to   Stage
}{
	Ask:      {[]Stage{Planned}, Asked},
	Confirm:  {[]Stage{Asked, Declined}, Confirmed},
	Decline:  {[]Stage{Asked}, Declined},
	Lapse:    {[]Stage{Asked}, Missed},
	Recall:   {[]Stage{Asked, Confirmed, Declined, Missed}, Planned},
	Revoke:   {[]Stage{Confirmed}, Asked},
	Withdraw: {[]Stage{Asked, Confirmed}, TakenBack}, // who was not asked need not know
}

// After gives the stage to which an act leads; ok is false when it may not be done.
func (s Stage) After(act Act) (to Stage, ok bool) {
	arrow := arrows[act]
	if !slices.Contains(arrow.from, s) {
		return s, false
	}

	return arrow.to, true
}

// WordsKind is whose words a confirmed task has.
type WordsKind string

// The kinds of words.
const (
	Suggested  WordsKind = "suggested"
	OwnWords   WordsKind = "own"
	ByStanding WordsKind = "standing"
)

// Label is the Chinese name of the kind.
func (k WordsKind) Label() string {
	return map[WordsKind]string{Suggested: "建议的文字", OwnWords: "自己的文字", ByStanding: "常设批准的文字"}[k]
}

// Task is what one account is asked to do.
type Task struct {
	ID           int64
	RelayID      int64
	AccountID    int64
	Handle       string
	Connector    account.Connector
	AccountLive  bool
	UnitID       int64
	UnitPath     string
	UnitName     string
	Place        int // from 0, in the order of the matrix
	Stage        Stage
	Words        WordsKind
	StandingID   *int64
	PostID       *int64
	AnsweredBy   *int64
	AnsweredName string
	AnsweredAt   *time.Time
	Why          string // of a refusal
	Stuck        *Stuck `gorm:"serializer:json"` // why it is not confirmed by itself
	Reminded     int
	RemindedAt   *time.Time

	// Of its post, once there is one.
	Text       string
	Phase      post.Phase
	DeliveryID int64
	Delivery   delivery.State
	Live       delivery.Live
	DueAt      *time.Time
	SentAt     *time.Time
	Reason     delivery.Reason
	RemoteID   string
	RemoteURL  string
	RemoteUID  string
}

// Stuck is why a task that was confirmed beforehand, or by a standing approval, waits for its people
// after all.
type Stuck struct {
	Text string // Chinese source text
	Args map[string]any
}

// Words are the text with its arguments.
func (s Stuck) Words() (text string, args []any) {
	for name, value := range s.Args {
		args = append(args, name, value)
	}

	return s.Text, args
}

// stuckBy is what a refusal says to people; nil for a failure of ours.
func stuckBy(refused error) *Stuck {
	told := fault.Public(refused)
	if fields := fault.FieldErrors(refused); len(fields) > 0 {
		told = fields[0]
	}
	if told == nil {
		return nil
	}

	return &Stuck{Text: told.Text, Args: argsOf(told)}
}

// Ref names the task in to-dos.
func (t Task) Ref() string { return "relay_task/" + strconv.FormatInt(t.ID, 10) }

// Free tells whether surely nothing of the task is out or can still go out, so that its account may be asked
// again: there is no post, or its delivery was cancelled. What is being sent, or may be on the platform, is
// not free, and neither is what failed or was missed: a person can send that again.
func (t Task) Free() bool {
	return t.PostID == nil || t.Delivery == delivery.Cancelled ||
		t.Delivery == "" && t.Phase == post.Withdrawn
}

// State is what became of a task.
type State string

// The states of a task.
const (
	ToBegin   State = "planned"
	ToConfirm State = "asked"
	InReview  State = "in_review"
	Back      State = "returned" // to its writer, by a reviewer or taken back by hand
	Scheduled State = "scheduled"
	InDoubt   State = "unknown"
	Sent      State = "sent"
	NotSent   State = "failed"
	Late      State = "missed"
	Refused   State = "declined"
	Gone      State = "withdrawn"
)

// States lists the states of a task, those that need people first.
func States() []State {
	return []State{
		InDoubt, NotSent, Late, Back, ToConfirm, InReview, Refused, Scheduled, ToBegin, Gone, Sent,
	}
}

// Label is the Chinese name of the state.
func (s State) Label() string {
	return map[State]string{
		ToBegin: "未开始", ToConfirm: "待确认", InReview: "送审中", Back: "退回修改", Scheduled: "已安排",
		InDoubt: "结果待核", Sent: "已发", NotSent: "失败", Late: "错过", Refused: "不参加", Gone: "已撤回",
	}[s]
}

// Waits tells whether somebody can still be reminded of a task in this state.
func (s State) Waits() bool { return s == ToConfirm || s == InReview || s == Back }

// State reads what became of the task at an instant: its stage, and once there is a post, the post's. What
// went out is out, whatever was said before or after.
func (t Task) State(now, deadline time.Time) State {
	if t.Delivery == delivery.Sent {
		return Sent
	}

	switch t.Stage {
	case Planned:
		return ToBegin
	case Asked:
		if now.After(deadline) {
			return Late
		}

		return ToConfirm
	case Declined:
		return Refused
	case Missed:
		return Late
	case TakenBack:
		return Gone
	}

	return t.posted()
}

// posted reads the state of a confirmed task from its post.
func (t Task) posted() State {
	switch t.Delivery {
	case delivery.Unknown:
		return InDoubt
	case delivery.Failed:
		return NotSent
	case delivery.Missed, delivery.Expired:
		return Late
	}

	switch t.Phase {
	case post.Submitted:
		return InReview
	case post.Draft, post.Returned:
		return Back
	case post.Withdrawn:
		return Gone
	}
	if t.Delivery == delivery.Cancelled {
		return Gone
	}

	return Scheduled
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

// MayConfirm says why a task cannot be confirmed now; nil when it can.
func (r Relay) MayConfirm(task Task, now time.Time) error {
	switch {
	case r.Status() == Withdrawn:
		return fault.Conflict("这次联动已撤回").WithCode("relay_withdrawn")
	case r.Status() == Closed:
		return fault.Conflict("这次联动已结束").WithCode("relay_closed")
	case r.Status() == Drafted || task.Stage == Planned:
		return fault.Conflict("首发还没有批准，请稍候").WithCode("relay_drafted")
	case task.Stage == Confirmed:
		return fault.Conflict("{.name} 已确认这项任务", "name", task.AnsweredName).WithCode("confirmed")
	case task.Stage == Missed || now.After(r.Deadline):
		return fault.Conflict("已过截止时间，不能再确认").WithCode("relay_late")
	case !task.AccountLive:
		return fault.Conflict("账号不在运行中，不能发布").WithCode("account_state")
	}
	if _, ok := task.Stage.After(Confirm); !ok {
		return fault.Conflict("这项任务已撤回").WithCode("relay_withdrawn")
	}

	return nil
}

// The rate of reminders: not sooner than this after the last one, and so often at most.
const (
	remindGap = 10 * time.Minute
	remindMax = 5
)

// MayRemind says why the people of a task cannot be reminded now; nil when they can.
func (r Relay) MayRemind(task Task, now time.Time) error {
	switch {
	case r.Status() != Open || !task.State(now, r.Deadline).Waits():
		return fault.Conflict("这项任务不需要提醒")
	case task.Reminded >= remindMax:
		return fault.Conflict("已提醒 {.n} 次，请电话联系", "n", task.Reminded)
	case task.RemindedAt != nil && now.Sub(*task.RemindedAt) < remindGap:
		return fault.Conflict("{.n} 分钟内已提醒过，请稍后再提醒", "n", int(remindGap.Minutes()))
	}

	return nil
}

// Request is what a person asks of accounts.
type Request struct {
	AtOnce        bool // whoever asks confirms, with the approval, for all accounts that he or she writes for
	Kind          Kind
	LeadAccountID int64
	AccountIDs    []int64
	Words         string
	Spread        time.Duration
	Deadline      time.Time
	Reason        string
	Revision      int // of the relay that the form showed; 0: there was none
}

// check looks at what was typed, by field: "kind", "accounts", "words", "spread", "deadline", "reason".
func (q Request) check(now time.Time, due *time.Time) (Request, error) {
	var wrong fault.Fields
	q.Words, q.Reason = strings.TrimSpace(q.Words), strings.TrimSpace(q.Reason)
	q.Deadline = q.Deadline.UTC().Truncate(time.Second)
	slices.Sort(q.AccountIDs)
	q.AccountIDs = slices.Compact(q.AccountIDs)

	if q.Kind != Repost && q.Kind != Own {
		wrong.Add(fault.Invalid("kind", "请选择怎样参加"))
	}

	switch n := len(q.AccountIDs); {
	case n == 0:
		wrong.Add(fault.Invalid("accounts", "请至少选择一个账号"))
	case n > MaxAccounts:
		wrong.Add(fault.Invalid("accounts", "一次最多选择 {.max} 个账号", "max", MaxAccounts))
	case q.needsReason() && q.Reason == "":
		wrong.Add(fault.Invalid("reason",
			"{.n} 个账号发同一条文字，须写明理由：不得用大量账号批量发布同样的内容", "n", n))
	}

	switch {
	case q.Kind == Own && q.Words == "":
		wrong.Add(fault.Invalid("words", "请填写建议的文字"))
	case len([]rune(q.Words)) > MaxWords:
		wrong.Add(fault.Invalid("words", "建议的文字最多 {.max} 字", "max", MaxWords))
	}
	if len([]rune(q.Reason)) > maxWhy {
		wrong.Add(fault.Invalid("reason", "理由最多 {.max} 字", "max", maxWhy))
	}
	if q.Spread < 0 || q.Spread > MaxSpread {
		wrong.Add(fault.Invalid("spread", "错开时间须在 0 分钟到 24 小时之间"))
	}
	wrong.Add(q.checkDeadline(now, due))

	return q, wrong.Err()
}

// checkDeadline wants a deadline behind the last account's time.
func (q Request) checkDeadline(now time.Time, due *time.Time) *fault.Error {
	last := now
	if due != nil && due.After(now) {
		last = *due
	}

	switch {
	case !q.Deadline.After(last.Add(q.Spread)):
		return fault.Invalid("deadline", "截止时间须晚于首发时间加上错开的时间")
	case q.Deadline.After(last.Add(maxAhead)):
		return fault.Invalid("deadline", "截止时间最多在首发之后 {.n} 天", "n", int(maxAhead.Hours()/24))
	}

	return nil
}

// needsReason tells whether so many accounts would publish one text that a reason must be stated. A repost
// is one post passed on, not many.
func (q Request) needsReason() bool { return q.Kind == Own && len(q.AccountIDs) >= ReasonFrom }

// Warns tells whether a page should ask for words of their own: many accounts are about to say the same.
func (r Relay) Warns(accounts int) bool {
	return r.Words != "" && (r.Kind == Own && accounts >= WarnFrom || accounts >= ReasonFrom)
}

// digest seals what a relay asks: SHA-256 over lines. The lead's approval covers it, and the words of a
// task are taken as approved only while it is the same.
func (r Relay) digest(accounts []int64) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "juzhen relay 1\nkind %s\nlead %d\nwords %x\nspread %d\nuntil %s\nreason %x\n",
		r.Kind, r.LeadAccountID, sha256.Sum256([]byte(r.Words)), int(r.Spread.Seconds()),
		r.Deadline.UTC().Format(time.RFC3339), sha256.Sum256([]byte(r.Reason)))

	for _, id := range slices.Sorted(slices.Values(accounts)) {
		fmt.Fprintf(&b, "account %d\n", id)
	}
	if r.AtOnceBy != nil {
		fmt.Fprintf(&b, "at once %d\n", *r.AtOnceBy)
	}
	sum := sha256.Sum256([]byte(b.String()))

	return sum[:]
}

// Figures are the count of a relay's tasks.
type Figures struct {
	Tasks     int
	By        map[State]int
	Suggested int // words of what is out
	OwnWords  int
	Standing  int
	First     *time.Time // when the first and the last were out
	Last      *time.Time
	InTime    int // out before the deadline
}

// FiguresOf counts tasks at an instant.
func FiguresOf(tasks []Task, now, deadline time.Time) Figures {
	f := Figures{Tasks: len(tasks), By: map[State]int{}}

	for _, task := range tasks {
		state := task.State(now, deadline)
		f.By[state]++
		if state != Sent {
			continue
		}

		switch task.Words {
		case Suggested:
			f.Suggested++
		case OwnWords:
			f.OwnWords++
		case ByStanding:
			f.Standing++
		}
		if task.SentAt == nil {
			continue
		}
		if !task.SentAt.After(deadline) {
			f.InTime++
		}
		if f.First == nil || task.SentAt.Before(*f.First) {
			f.First = task.SentAt
		}
		if f.Last == nil || task.SentAt.After(*f.Last) {
			f.Last = task.SentAt
		}
	}

	return f
}

// Done counts the tasks that are out.
func (f Figures) Done() int { return f.By[Sent] }

// Asked counts the tasks that nobody has answered.
func (f Figures) Asked() int { return f.By[ToConfirm] }

// Missed counts the tasks whose time went by.
func (f Figures) Missed() int { return f.By[Late] }

// Failed counts the tasks whose post surely is not out and cannot be.
func (f Figures) Failed() int { return f.By[NotSent] }

// Declined counts the tasks that people refused.
func (f Figures) Declined() int { return f.By[Refused] }

// Left counts the tasks of which something can still come.
func (f Figures) Left() int {
	return f.By[ToBegin] + f.By[ToConfirm] + f.By[InReview] + f.By[Back] + f.By[Scheduled] + f.By[InDoubt]
}
