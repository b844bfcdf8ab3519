package relay

import (
	"slices"
	"strconv"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

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

// URL is where the task's post is seen; "" while it is not out.
func (t Task) URL() string { return address(t.RemoteID, t.RemoteURL, t.RemoteUID) }

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
