package faultbook

import (
	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
)

// May tells whether the actor may do an act with the fault as it stands: nil, or fault.Forbidden with the
// reason, or fault.Conflict where the act is not to be done in this state. Who says that a fault is put
// right neither looks again nor closes it out; a deadline that was set is changed by who may close.
func (f Fault) May(actor access.Actor, act Act) error {
	if _, ok := f.State.After(act); !ok {
		return fault.Conflict(
			"这个问题现在是“{.state}”，不能{.act}",
			"state",
			i18n.Text(f.State.Label()),
			"act",
			i18n.Text(act.Label()),
		)
	}
	if !actor.CanAt(f.needs(act), f.UnitPath) {
		return fault.Forbidden(
			"这个问题由{.unit}整改，您没有{.act}的权限",
			"unit",
			f.UnitName,
			"act",
			i18n.Text(act.Label()),
		)
	}
	if f.CorrectedBy != nil && *f.CorrectedBy == actor.UserID {
		switch act {
		case Pass, Return:
			return fault.Forbidden("登记整改的人不能复核，请另一人复核")
		case Close:
			return fault.Forbidden("登记整改的人不能销号，请另一人销号")
		}
	}

	return nil
}

// needs is the permission that an act asks for.
func (f Fault) needs(act Act) access.Permission {
	switch {
	case act == Close || act == Reopen || act == Assign && f.State == Assigned:
		return access.FaultClose
	default:
		return access.FaultWrite
	}
}

// Acts lists what the actor may do with the fault, in the order of its life.
func (f Fault) Acts(actor access.Actor) (acts []Act) {
	for _, act := range []Act{Assign, Correct, Pass, Return, Close, Reopen} {
		if f.May(actor, act) == nil {
			acts = append(acts, act)
		}
	}

	return acts
}
