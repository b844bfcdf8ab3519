package inbox

import (
	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
)

// needs is the permission that an act asks for.
func (a Act) needs() access.Permission {
	if a == Assign {
		return access.InboxAssign
	}

	return access.InboxAnswer
}

// May tells whether the actor may do an act with the matter as it stands: nil, or fault.Forbidden with the
// reason, or fault.Conflict where the act is not to be done in this state. Who holds a matter deals with it,
// wherever the account is.
func (m Matter) May(actor access.Actor, act Act) error {
	if _, ok := m.State.After(act); !ok || act == Asked || act == Found || act == Took {
		return fault.Conflict(
			"这件互动现在是“{.state}”，不能{.act}",
			"state",
			i18n.Text(m.State.Label()),
			"act",
			i18n.Text(act.Label()),
		)
	}
	if act == Reopen && m.PurgedAt != nil {
		return fault.Conflict("这件互动的文字已按保存期限清除，不能重新打开")
	}
	if m.deals(actor, act.needs()) == nil {
		return nil
	}

	return fault.Forbidden(
		"这件互动由{.unit}办理，您没有{.act}的权限",
		"unit",
		m.UnitName,
		"act",
		i18n.Text(act.Label()),
	)
}

// deals tells whether the actor holds a permission for the matter: at the unit that has it, at its account's,
// or as its owner.
func (m Matter) deals(actor access.Actor, needs access.Permission) error {
	if actor.CanAt(needs, m.UnitPath) || actor.CanAt(needs, m.AccountPath) {
		return nil
	}
	if m.OwnerID != nil && *m.OwnerID == actor.UserID && actor.Can(needs) {
		return nil
	}

	return fault.Forbidden("这件互动由{.unit}办理，您没有办理的权限", "unit", m.UnitName)
}

// MayReveal tells whether the actor may see the citizen's name and numbers: nil or fault.Forbidden.
func (m Matter) MayReveal(actor access.Actor) error {
	for _, path := range []string{m.UnitPath, m.AccountPath} {
		if actor.CanAt(access.InboxReveal, path) {
			return nil
		}
	}

	return fault.Forbidden("您没有查看市民姓名和号码的权限")
}

// Acts lists what the actor may do with the matter, in the order of its life.
func (m Matter) Acts(actor access.Actor) (acts []Act) {
	for _, act := range []Act{
		Send, Assign, Return, Refer, Back, Answer, Close, Rate, Reopen, Snooze, Sort, Merge, Note,
	} {
		if m.May(actor, act) == nil {
			acts = append(acts, act)
		}
	}

	return acts
}
