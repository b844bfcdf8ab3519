package delivery

import "slices"

// State is where a delivery stands.
type State string

// The states. docs/delivery.md tells what each promises.
const (
	Planned   State = "planned"   // the row exists, its version is not approved
	Waiting   State = "waiting"   // approved
	Preparing State = "preparing" // a process owns it and makes it ready
	Sending   State = "sending"   // marked: the call may be under way
	Unknown   State = "unknown"   // the call's outcome is not known
	Held      State = "held"      // paused, or stopped by a doubt
	Handoff   State = "handoff"   // an officer posts it by hand
	Sent      State = "sent"
	Failed    State = "failed" // surely not published and cannot be
	Missed    State = "missed" // its time went by; never sent by itself
	Cancelled State = "cancelled"
	Expired   State = "expired" // due and not approved
)

// States lists all states in the order in which they need people.
func States() []State {
	return []State{
		Unknown, Failed, Missed, Held, Handoff, Sending, Preparing, Waiting, Planned, Expired,
		Cancelled, Sent,
	}
}

// arrows is the whole of what may follow what. docs/delivery.md prints it with the reasons; a test
// tries every pair.
var arrows = map[State][]State{
	// An approval under a pause is held at once. Unknown: only after a restore, when the time went by unseen.
	Planned: {Waiting, Held, Cancelled, Expired, Unknown},
	// Planned: a new version. Sent: a late answer to a call whose outcome had been taken for absent.
	Waiting:   {Planned, Preparing, Held, Handoff, Cancelled, Missed, Sent, Unknown},
	Preparing: {Planned, Waiting, Sending, Held, Cancelled, Missed, Failed, Sent, Unknown},
	Sending:   {Waiting, Held, Cancelled, Missed, Failed, Sent, Unknown},
	// Failed: a late answer that refuses.
	Unknown: {Waiting, Held, Cancelled, Missed, Failed, Sent},
	Held:    {Planned, Waiting, Cancelled, Missed, Sent, Unknown},
	Handoff: {Planned, Waiting, Held, Cancelled, Missed, Sent, Unknown},
	// A person plans again, a new version begins anew, or a late answer tells that it went out after all.
	Failed:    {Planned, Waiting, Held, Cancelled, Sent},
	Missed:    {Planned, Waiting, Held, Cancelled, Sent},
	Cancelled: {Planned, Sent},
	Expired:   {Planned, Waiting, Held, Cancelled},
	Sent:      {}, // final; what happens to the post later is told beside it
}

// CanGo tells whether a delivery may go from one state to the other in one step.
func CanGo(from, to State) bool { return slices.Contains(arrows[from], to) }

// Valid tells whether s is one of the states.
func (s State) Valid() bool { _, ok := arrows[s]; return ok }

// Final tells whether nothing happens to the delivery any more unless a person wants it.
func (s State) Final() bool {
	return slices.Contains([]State{Sent, Failed, Missed, Cancelled, Expired}, s)
}

// Troubled tells the states that need somebody: in doubt, or not gone out. The schema knows them as
// deliveries.troubled.
func (s State) Troubled() bool { return s == Unknown || s == Failed || s == Missed }

// Unmarked tells whether it is sure that no call of the present plan has begun.
func (s State) Unmarked() bool { return s != Sending && s != Unknown && s != Sent }

// Stoppable tells whether a person's act may still take the delivery out of its plan.
func (s State) Stoppable() bool { return slices.Contains(unmarked, s) }

// OnItsWay tells whether the delivery is approved and still to go out, by itself or by hand.
func (s State) OnItsWay() bool { return slices.Contains(movable, s) }

// Label is the Chinese word for the state.
func (s State) Label() string {
	switch s {
	case Planned:
		return "待批"
	case Waiting:
		return "待发"
	case Preparing:
		return "准备中"
	case Sending:
		return "发送中"
	case Unknown:
		return "结果待核"
	case Held:
		return "暂停"
	case Handoff:
		return "待人工发布"
	case Sent:
		return "已发"
	case Failed:
		return "失败"
	case Missed:
		return "错过"
	case Cancelled:
		return "已取消"
	case Expired:
		return "过期"
	}

	return string(s)
}

// unmarked are the states a person's act may still take a delivery out of.
var unmarked = []State{Planned, Waiting, Preparing, Held, Handoff}

// open are the states in which a call may be under way.
var open = []State{Sending, Unknown}
