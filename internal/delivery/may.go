package delivery

import (
	"slices"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

// Doing is what a person does about one delivery.
type Doing string

// What people do. A test types out the whole: role by state by act.
const (
	ToCancel   Doing = "cancel"   // take the account out of the post
	ToWish     Doing = "wish"     // the same past the mark: followed if nothing went out
	ToReplan   Doing = "replan"   // send again what did not go out
	ToDecide   Doing = "decide"   // say what became of an unknown
	ToTake     Doing = "take"     // a hand-off, to post it by hand
	ToGiveBack Doing = "giveback" // a hand-off that somebody took
	ToRecord   Doing = "record"   // the link of what was posted by hand
	ToTakeDown Doing = "takedown"
	ToProve    Doing = "prove" // by a certificate
)

// Standing is what the rules ask about a delivery beside its own row.
type Standing struct {
	Phase post.Phase // of its post
	Asked bool       // a decision about it is open: asked for, or being carried out
}

// rule says who may do a thing, in which states, and what else must be so.
type rule struct {
	needs   access.Permission // at the unit of the account
	from    []State
	other   func() error // why not in any other state
	besides func(access.Actor, Delivery, Standing) error
}

// rules is the whole of who may do what with one delivery. The use cases ask it, and so does May.
var rules = map[Doing]rule{
	ToCancel: {
		needs: access.PostWrite,
		from:  append([]State{Failed, Missed, Expired}, unmarked...),
		other: errNoCancel,
	},
	ToWish: {
		needs: access.PostWrite,
		from:  open,
		other: errNoCancel,
	},
	ToReplan: {
		needs:   access.DeliveryDecide,
		from:    []State{Failed, Missed, Held},
		other:   errNoReplan,
		besides: replannable,
	},
	ToDecide: {
		needs: access.DeliveryDecide,
		from:  []State{Unknown},
		other: errStateMoved,
	},
	ToTake: {
		needs:   access.DeliveryDecide,
		from:    []State{Handoff},
		other:   errStateMoved,
		besides: notTaken,
	},
	ToGiveBack: {
		needs:   access.DeliveryDecide,
		from:    []State{Handoff},
		other:   errStateMoved,
		besides: returnable,
	},
	ToRecord: {
		needs:   access.DeliveryDecide,
		from:    []State{Handoff},
		other:   errStateMoved,
		besides: notTaken,
	},
	ToTakeDown: {
		needs:   access.Takedown,
		from:    States(), // each obstacle has words of its own
		besides: func(_ access.Actor, d Delivery, _ Standing) error { return d.obstacle().refused(d) },
	},
	ToProve: {
		needs: access.PostView,
		from:  []State{Sent},
		other: func() error { return fault.Conflict("还没有发出，没有发布凭证") },
	},
}

func errStateMoved() error { return errMoved() }

func errNoCancel() error {
	return fault.Conflict("已发出或已取消，不能再取消；已发出的可以下架")
}

func errNoReplan() error {
	return fault.Conflict("只有失败、错过或因疑点停下的发送可以重新安排；暂停的请在恢复时处理")
}

// replannable: what a pause holds is chosen at its end; nothing goes out without a valid approval.
func replannable(_ access.Actor, d Delivery, standing Standing) error {
	switch {
	case standing.Phase != post.Approved:
		return fault.Conflict("稿件当前没有有效的批准，请先提交审核")
	case d.PauseID != nil:
		return errNoReplan()
	}

	return nil
}

// notTaken: two do not post the same by hand.
func notTaken(actor access.Actor, d Delivery, _ Standing) error {
	if d.TakenBy != nil && !d.TakenByActor(actor) {
		return fault.Conflict("{.name} 已领取，正在人工发布", "name", d.TakenByName).WithCode("taken")
	}

	return nil
}

// returnable: whoever took it gives it back; a supervisor may for a colleague.
func returnable(actor access.Actor, d Delivery, _ Standing) error {
	switch {
	case d.TakenBy == nil:
		return fault.Conflict("还没有人领取，无需退回")
	case !d.TakenByActor(actor) && !actor.CanAt(access.Pause, d.UnitPath):
		return fault.Forbidden("只有领取人或主管可以退回")
	}

	return nil
}

// TakenByActor tells whether the actor holds the hand-off.
func (d Delivery) TakenByActor(actor access.Actor) bool {
	return d.TakenBy != nil && *d.TakenBy == actor.UserID
}

// refuse says why the actor may not do it with the delivery as it stands; nil when he or she may.
func (do Doing) refuse(actor access.Actor, d Delivery, standing Standing) error {
	rule := rules[do]
	if err := access.Require(actor, rule.needs, d.UnitPath); err != nil {
		return err
	}
	if !slices.Contains(rule.from, d.State) {
		return rule.other()
	}
	if rule.besides == nil {
		return nil
	}

	return rule.besides(actor, d, standing)
}

// Acts is what a person may do with one delivery as it stands.
type Acts struct {
	Cancel, Wish, Replan, Decide, Take, GiveBack, Record, Takedown, Certificate bool
}

// May tells what the actor may do, by the rules that the use cases ask. It leaves out what would change
// nothing: a wish that is kept already, and what is asked for and waits for a second person.
func May(actor access.Actor, d Delivery, standing Standing) Acts {
	may := func(do Doing) bool { return do.refuse(actor, d, standing) == nil }
	wished := d.Wish != nil && *d.Wish == WishCancel

	return Acts{
		Cancel:      may(ToCancel),
		Wish:        may(ToWish) && !wished,
		Replan:      may(ToReplan),
		Decide:      may(ToDecide) && !standing.Asked,
		Take:        may(ToTake),
		GiveBack:    may(ToGiveBack),
		Record:      may(ToRecord),
		Takedown:    may(ToTakeDown) && !standing.Asked,
		Certificate: may(ToProve),
	}
}

// Obstacle is what stands against taking a delivery down from the platform; "" is nothing.
type Obstacle string

// The obstacles.
const (
	AskedDown     Obstacle = "asked" // already, and waits for a second person
	NotOut        Obstacle = "not_out"
	DownAlready   Obstacle = "down"
	GoneAlready   Obstacle = "gone" // not by us
	PostedByHand  Obstacle = "by_hand"
	IDNotKnown    Obstacle = "no_id" // of the platform, yet
	NoRightToTake Obstacle = "no_right"
)

// Obstacles lists all obstacles.
func Obstacles() []Obstacle {
	return []Obstacle{
		AskedDown, NotOut, DownAlready, GoneAlready, PostedByHand, IDNotKnown, NoRightToTake,
	}
}

// AgainstTakedown tells what stands against a take-down that the actor would ask for.
func AgainstTakedown(actor access.Actor, d Delivery, asked bool) Obstacle {
	obstacle := d.obstacle()
	switch {
	case asked:
		return AskedDown
	case obstacle == "" && ToTakeDown.refuse(actor, d, Standing{}) != nil:
		return NoRightToTake
	}

	return obstacle
}

// obstacle is what stands against a take-down on the side of the delivery.
func (d Delivery) obstacle() Obstacle {
	switch {
	case d.State != Sent:
		return NotOut
	case d.Live != nil && *d.Live == LiveDown:
		return DownAlready
	case d.Live != nil && *d.Live == LiveRemoved:
		return GoneAlready
	case d.Connector == "manual":
		return PostedByHand
	case d.RemoteID == nil:
		return IDNotKnown
	}

	return ""
}

// refused says it to whoever tried; nil when nothing stands against it.
func (o Obstacle) refused(d Delivery) error {
	switch o {
	case NotOut:
		return fault.Conflict("@{.account} 还没有发出，请改用撤回或取消", "account", d.AccountHandle)
	case DownAlready, GoneAlready:
		return fault.Conflict("@{.account} 的这一条已不在平台上", "account", d.AccountHandle)
	case PostedByHand:
		return fault.Conflict("@{.account} 由人工发布，请登录微博删除", "account", d.AccountHandle)
	case IDNotKnown:
		return fault.Conflict("@{.account} 的微博编号还没有取得，请稍后再试", "account", d.AccountHandle)
	}

	return nil
}
