// Package decision is what two people decide about one delivery: that it did not go out, or that it comes
// down from the platform. One asks, with a reason; a second one, who is somebody else and may, agrees or
// refuses. Take-downs asked for together are one batch, answered at once or one by one.
//
// The room holds the agreement alone. What is agreed on is carried out by delivery, which asks for it and
// locks the delivery before it hands an answer in.
package decision

import (
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
)

// Kind is what a decision is about.
type Kind string

// The decisions that need a second person.
const (
	NotSent  Kind = "not_sent"
	Takedown Kind = "takedown"
)

// Label is the Chinese name of what is asked.
func (k Kind) Label() string {
	if k == Takedown {
		return i18n.N("下架")
	}

	return i18n.N("确认未发")
}

// State is where a decision stands.
type State string

// The states. Confirmed: agreed on and being carried out.
const (
	Awaiting  State = "awaiting_second"
	Confirmed State = "confirmed"
	Declined  State = "refused"
	Done      State = "done"
	Undone    State = "failed"
)

// arrows are the ways between the states; who goes them is said beside each.
var arrows = map[State][]State{
	Awaiting: {
		Confirmed, // a second person, for what a job carries out
		Done,      // a second person, for what is carried out in the same transaction
		Declined,  // a second person
		Undone,    // the machine: the delivery settled otherwise
	},
	Confirmed: {Done, Undone}, // the machine
	Declined:  nil,
	Done:      nil,
	Undone:    nil,
}

// States lists all states.
func States() []State { return []State{Awaiting, Confirmed, Declined, Done, Undone} }

// Label is the Chinese word for the state.
func (s State) Label() string {
	switch s {
	case Awaiting:
		return "待第二人确认"
	case Confirmed:
		return "已确认，正在执行"
	case Declined:
		return "未同意"
	case Done:
		return "已执行"
	case Undone:
		return "未成功"
	}

	return string(s)
}

// Decision is an act that needs a second person.
type Decision struct {
	ID           int64
	DeliveryID   int64
	PostID       int64
	Kind         Kind
	State        State
	Reason       string
	AskedBy      int64
	AskedName    string
	AskedAt      time.Time
	AnsweredBy   *int64
	AnsweredName string
	AnsweredAt   *time.Time
	Snapshot     *Snapshot `gorm:"serializer:json"`
	Outcome      string    // the code of a delivery's reason, once it is carried out or overtaken
	DoneAt       *time.Time
	BatchID      *int64 // take-downs asked for together

	AccountHandle string
	UnitPath      string
}

// Snapshot is what the platform showed before a take-down.
type Snapshot struct {
	At       time.Time `json:"at"`
	RemoteID string    `json:"remote_id"`
	Text     string    `json:"text"`
	Pictures int       `json:"pictures"`
	Reposts  int64     `json:"reposts"`
	Comments int64     `json:"comments"`
	Likes    int64     `json:"likes"`
	Error    string    `json:"error,omitempty"`
}

// Open tells that the decision is asked for, or agreed on and being carried out.
func (d Decision) Open() bool { return d.State == Awaiting || d.State == Confirmed }

// MayAnswer says why somebody may not be the second person; nil when he or she may.
func (d Decision) MayAnswer(actor access.Actor) error {
	if err := access.Require(actor, access.DeliveryConfirm, d.UnitPath); err != nil {
		return err
	}

	switch {
	case d.State != Awaiting:
		return fault.Conflict("{.name} 已处理这项申请", "name", d.AnsweredName).WithCode("decided")
	case d.AskedBy == actor.UserID:
		return errAsker()
	}

	return nil
}

func errNotFound() error { return fault.NotFound("没有找到，或不在您的管辖范围内") }

func errAsker() error {
	return fault.Forbidden("申请人不能自己确认，请由另一位审核员或主管处理").WithCode("same_person")
}

// errAnswered says that somebody or something was faster.
func errAnswered() error {
	return fault.Conflict("发送状态刚刚变化，请刷新后再看").WithCode("state_changed")
}

func errAsked() error { return fault.Conflict("已有同样的申请在等待确认") }
