package inbox

import (
	"slices"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
)

// OutState is what became of an answer that the console sends.
type OutState string

// The states.
const (
	OutOpen  OutState = "open"  // under way, or nobody knows yet
	OutSent  OutState = "out"   // the citizen can read it
	OutEnded OutState = "ended" // it did not go out
)

// Label is the Chinese word for the state.
func (s OutState) Label() string {
	return map[OutState]string{OutOpen: "正在发送|互动", OutSent: "已发出", OutEnded: "没有发出|互动"}[s]
}

// Outgoing is an answer that the console sends, with where its sending stands.
type Outgoing struct {
	ID         int64
	MatterID   int64
	PostID     int64
	DeliveryID int64
	State      OutState
	Text       string // "" once it is cleared
	SawItemID  int64  // the last that the citizen had said when it was written
	WrittenBy  int64
	By         string
	WrittenAt  time.Time
	DeniedBy   *int64 // says that it is not out
	DeniedName string
	DeniedAt   *time.Time

	Delivery   delivery.State
	Reason     delivery.Reason
	ReasonArgs delivery.Args `gorm:"serializer:json"`
	SentAt     *time.Time
}

// OutAct is what people do about an answer that is not out.
type OutAct string

// The acts.
const (
	TakeBack  OutAct = "take_back" // before it is sent
	SawIt     OutAct = "saw_it"    // it is on the platform after all
	Deny      OutAct = "deny"      // it is not; a second person must agree
	AgreeNot  OutAct = "agree"     // the second person does
	RefuseNot OutAct = "refuse"    // the second person does not: it stays open
)

// Label is the Chinese word for the act.
func (a OutAct) Label() string {
	return map[OutAct]string{
		TakeBack: "撤回答复", SawIt: "微博上已有这条答复", Deny: "微博上没有这条答复", AgreeNot: "确认没有发出",
		RefuseNot: "不能确认",
	}[a]
}

// OutActs lists the acts in the order in which they are offered.
func OutActs() []OutAct { return []OutAct{TakeBack, SawIt, Deny, AgreeNot, RefuseNot} }

// stoppable are the states of a delivery in which an answer can be taken back.
var stoppable = []delivery.State{delivery.Waiting, delivery.Held}

// may tells whether the user may do an act as the answer stands; the right to deal with the matter is asked
// before. "Not sent" is what two people say who both looked: from then on another answer can be given.
func (o Outgoing) may(user int64, act OutAct) error {
	unknown := o.State == OutOpen && o.Delivery == delivery.Unknown

	switch {
	case act == TakeBack && o.State == OutOpen && slices.Contains(stoppable, o.Delivery),
		act == SawIt && unknown,
		act == Deny && unknown && o.DeniedBy == nil:
		return nil
	case (act == AgreeNot || act == RefuseNot) && unknown && o.DeniedBy != nil:
		if *o.DeniedBy == user {
			return fault.Forbidden("须由另一人到微博上核对后确认").WithCode("same_person")
		}

		return nil
	}

	return fault.Conflict("这条答复现在不能{.act}，请刷新后再看", "act", i18n.Text(act.Label())).
		WithCode("state_changed")
}

// Acts lists what the actor may do about an answer of the matter.
func (o Outgoing) Acts(actor access.Actor, m Matter) (acts []OutAct) {
	if m.deals(actor, access.InboxAnswer) != nil {
		return nil
	}

	for _, act := range OutActs() {
		if o.may(actor.UserID, act) == nil {
			acts = append(acts, act)
		}
	}

	return acts
}

// Stage says in Chinese where the sending stands.
func (o Outgoing) Stage() string {
	switch {
	case o.State != OutOpen:
		return o.State.Label()
	case o.Delivery == delivery.Unknown && o.DeniedBy != nil:
		return i18n.N("结果待核，一人认为没有发出，等第二人确认")
	case o.Delivery == delivery.Unknown:
		return i18n.N("结果待核：微博没有确认是否发出")
	case o.Delivery == delivery.Held:
		return i18n.N("停在这里，没有发出")
	}

	return o.State.Label()
}

// ReasonText is why the sending stands where it does, as a Chinese text with its parameters.
func (o Outgoing) ReasonText() (text string, args []any) {
	return delivery.Delivery{Reason: o.Reason, ReasonArgs: o.ReasonArgs}.ReasonText()
}
