package identity

import (
	"context"
	"fmt"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// deed is who wants an act and who lets it happen: the rights of the asker decide, the trail names who acts now.
type deed struct {
	asker  access.Actor
	actor  access.Actor
	change int64 // the confirmed change; 0: at once, on the machine
}

// alone is a deed that the machine does at once. Nobody else may.
func alone(actor access.Actor) (deed, error) {
	if !actor.IsSystem() {
		return deed{}, fault.Forbidden("须由第二人确认")
	}
	return deed{asker: actor, actor: actor}, nil
}

// Confirm does what was asked. It answers with the one-time code for the person's first sign-in where there is one: to be
// shown once, to the confirmer alone, who hands it to the person. Fails with fault.Forbidden for the asker, for the user
// concerned and for somebody the asker has made alone; with fault.NotFound outside of the confirmer's units; with
// fault.Conflict when it was decided, has expired, or can no longer be done.
func (s *Service) Confirm(ctx context.Context, actor access.Actor, id int64) (Change, First, error) {
	var done Change
	var first First
	err := s.db.InTx(ctx, func(tx pg.Tx) error {
		c, err := s.deciding(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if c.State, err = c.State.after(stepConfirm); err != nil {
			return err
		}
		asker, err := s.mayConfirm(ctx, tx, actor, &c)
		if err != nil {
			return err
		}

		if first, err = s.apply(ctx, tx, deed{asker: asker, actor: actor, change: c.ID}, c); err != nil {
			return outdated(err)
		}
		if err := confirmChange(ctx, tx.DB, c, actor.UserID, s.now()); err != nil {
			return err
		}
		if done, err = lockChange(ctx, tx.DB, id); err != nil {
			return err
		}
		if err := s.recordChange(ctx, tx, actor, actChangeConfirm, done, ""); err != nil {
			return err
		}
		return tellConfirmed(ctx, tx, s.now(), done, actor)
	})
	return done, first, err
}

// deciding locks a change that the actor may see, as it stands now.
func (s *Service) deciding(ctx context.Context, tx pg.Tx, actor access.Actor, id int64) (Change, error) {
	if _, err := findChange(ctx, tx.DB, actor, id); err != nil {
		return Change{}, err
	}
	c, err := lockChange(ctx, tx.DB, id)
	return c.at(s.now()), err
}

// mayConfirm asks whether the actor may be the second person, at the places the change is about by now, and gives the asker
// with the rights held at this moment.
func (s *Service) mayConfirm(ctx context.Context, tx pg.Tx, actor access.Actor, c *Change) (asker access.Actor, err error) {
	paths, err := s.concerned(ctx, tx, &Change{Kind: c.Kind, UserID: c.UserID, What: c.What})
	if err != nil {
		return asker, err
	}
	c.UnitPath = common(append(paths, c.UnitPath))
	if err := c.MayConfirm(actor); err != nil {
		return asker, err
	}
	if !actor.IsSystem() {
		independent, err := independentOf(ctx, tx.DB, actor.UserID, c.AskedBy, c.UnitPath, s.now())
		if err != nil {
			return asker, err
		}
		if !independent {
			return asker, fault.Forbidden("您的用户或角色是申请人单独设立的，须由与申请人无关的人确认").WithCode("same_person")
		}
	}
	return actorNow(ctx, tx.DB, c.AskedBy, s.now())
}

// outdated turns a fault of the asked change into one the confirmer can read: there is no form with its fields.
func outdated(err error) error {
	switch fault.KindOf(err) {
	case fault.KindInvalid, fault.KindNotFound, fault.KindForbidden:
		return fault.Conflict("现在不能照此办理：{.reason}", "reason", fault.Public(err).Plain()).WithCode("overtaken").With(err)
	}
	return err
}

// apply does the change with the rights of the deed's asker.
func (s *Service) apply(ctx context.Context, tx pg.Tx, d deed, c Change) (First, error) {
	switch c.Kind {
	case ChangeCreate:
		n := NewUser{Username: c.What.Username, DisplayName: c.What.DisplayName, UnitID: c.What.UnitID, MustChange: true}
		for _, g := range c.What.Grants {
			n.Grants = append(n.Grants, g.NewGrant)
		}
		id, err := s.createTx(ctx, tx, d, n, c.hash)
		if err != nil {
			return First{}, err
		}
		return s.firstTx(ctx, tx, d, id, n.Username)

	case ChangeGrant:
		if _, err := visibleUser(ctx, tx.DB, d.asker, c.UserID, s.now()); err != nil {
			return First{}, err
		}
		_, err := s.grantTx(ctx, tx, d, c.UserID, c.What.Grants[0].NewGrant)
		return First{}, err

	case ChangeReset:
		if err := s.resetTx(ctx, tx, d, c.UserID, c.hash); err != nil {
			return First{}, err
		}
		u, err := loadUser(ctx, tx.DB, c.UserID)
		if err != nil {
			return First{}, err
		}
		return s.firstTx(ctx, tx, d, c.UserID, u.Username)

	case ChangeEnable:
		return First{}, s.enableTx(ctx, tx, d, c.UserID)

	case ChangeUpdate:
		return First{}, s.updateTx(ctx, tx, d, c.UserID, c.What.DisplayName, c.What.UnitID)

	case ChangeMove:
		return First{}, s.moveTx(ctx, tx, d, c.What)
	}
	return First{}, fmt.Errorf("change of an unknown kind %q", c.Kind)
}

// tellConfirmed closes what asked for a second person and tells all who can take the change back.
func tellConfirmed(ctx context.Context, tx pg.Tx, now time.Time, c Change, actor access.Actor) error {
	if err := todo.ResolveTx(ctx, tx, now, c.key(), actor.UserID); err != nil {
		return err
	}
	if err := todo.ResolveTx(ctx, tx, now, c.key()+"/auditor", actor.UserID); err != nil {
		return err
	}
	return todo.RaiseTx(ctx, tx, now, todo.Item{
		Matter: todoConfirmed, Key: c.key() + "/done", UnitPath: c.UnitPath, NotUser: actor.UserID, SubjectID: c.ID,
		Args: map[string]any{"who": c.AskedByName, "what": c.Kind.Label(), "name": c.DisplayName, "second": actor.Name},
	})
}

// Stop refuses or withdraws what was asked; within seven days of a confirmation it takes back what that gave: the new or
// enabled user is disabled, the role revoked, the new password void, name and unit as they were. Needs a reason unless the
// asker withdraws. Fails with fault.Invalid at "reason", fault.NotFound, fault.Forbidden and fault.Conflict.
func (s *Service) Stop(ctx context.Context, actor access.Actor, id int64, why string) (Change, error) {
	why = glyph.Clean(why)
	var stopped Change
	err := s.db.InTx(ctx, func(tx pg.Tx) error {
		c, err := s.deciding(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if err := c.MayStop(actor); err != nil {
			return err
		}
		switch n := len([]rune(why)); {
		case n == 0 && actor.UserID != c.AskedBy:
			return fault.Invalid("reason", "请填写原因")
		case n > whyLimit:
			return fault.Invalid("reason", "原因最多 {.max} 个字", "max", whyLimit)
		}

		before := c
		if c.State, err = c.State.after(stepStop); err != nil {
			return err
		}
		action := actChangeStop
		if c.State == ChangeUndone {
			action = actChangeUndo
			if err := s.undo(ctx, tx, actor, before, why); err != nil {
				return err
			}
		}
		if err := stopChange(ctx, tx.DB, c, actor.UserID, s.now(), why); err != nil {
			return err
		}
		if stopped, err = lockChange(ctx, tx.DB, id); err != nil {
			return err
		}
		if err := s.recordChange(ctx, tx, actor, action, stopped, why); err != nil {
			return err
		}
		return tellStopped(ctx, tx, s.now(), stopped, actor)
	})
	return stopped, err
}

// tellStopped closes everything that waited because of the change, and tells the asker's side.
func tellStopped(ctx context.Context, tx pg.Tx, now time.Time, c Change, actor access.Actor) error {
	if err := todo.ResolveSubjectTx(ctx, tx, now, ChangeSubject, c.ID, actor.UserID); err != nil {
		return err
	}
	if actor.UserID == c.AskedBy {
		return nil
	}
	return todo.RaiseTx(ctx, tx, now, todo.Item{
		Matter: todoStopped, Key: c.key() + "/stopped", UnitPath: c.UnitPath, NotUser: actor.UserID, SubjectID: c.ID,
		Args: map[string]any{"who": actor.Name, "what": c.Kind.Label(), "name": c.DisplayName, "why": c.StopWhy},
	})
}

// undo takes back what a confirmed change gave.
func (s *Service) undo(ctx context.Context, tx pg.Tx, actor access.Actor, c Change, why string) error {
	now := s.now()
	if !c.CanUndo(now) {
		return fault.Conflict("确认已超过 {.n} 天，不能再整体撤回；请停用该用户或撤销授权", "n", int(undoWithin.Hours()/24))
	}
	if c.Kind == ChangeMove {
		return s.moveBack(ctx, tx, actor, c)
	}
	u, err := lockUser(ctx, tx.DB, c.UserID)
	if err != nil {
		return err
	}

	switch c.Kind {
	case ChangeGrant:
		g, err := grantOfChange(ctx, tx.DB, c.ID)
		if err != nil || !g.InForce(now) {
			return err
		}
		return s.revokeTx(ctx, tx, actor, g, why)

	case ChangeUpdate:
		if u.DisplayName != c.What.DisplayName || u.UnitID != c.What.UnitID {
			return fault.Conflict("名称或单位后来又改过，不能照此撤回").WithCode("overtaken")
		}
		if err := postFree(ctx, tx.DB, c.What.OldUnitID, u.ID, c.What.OldName); err != nil {
			return outdated(err)
		}
		if err := updateUser(ctx, tx.DB, u.ID, c.What.OldName, c.What.OldUnitID); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, actUserUpdate, u.ID, u.UnitPath, why, map[string]any{
			"from": u.DisplayName, "to": c.What.OldName, "unit": c.What.OldUnitName})

	case ChangeReset: // a later sign-in needs another reset
		if err := setPassword(ctx, tx.DB, u.ID, noPassword, true, now); err != nil {
			return err
		}
		if err := setFirst(ctx, tx.DB, u.ID, nil, nil); err != nil {
			return err
		}
		if _, err := revokeSessions(ctx, tx.DB, u.ID, now, "TRUE"); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, actUserVoid, u.ID, u.UnitPath, why, nil)
	}
	return s.disableTx(ctx, tx, actor, u, why)
}

// noPassword stands where a hash stands and is that of no password.
const noPassword = ""

// ChangeFilter narrows the list of changes. Zero fields do not filter.
type ChangeFilter struct {
	State   ChangeState
	UserID  int64
	MovedID int64 // the unit whose move is asked
	Before  int64 // the last id of the page before
	Limit   int   // 50 when zero
}

// Changes lists what was asked in the actor's units and by the actor, newest first.
func (s *Service) Changes(ctx context.Context, actor access.Actor, f ChangeFilter) ([]Change, error) {
	if f.Limit <= 0 || f.Limit > 500 {
		f.Limit = 50
	}
	list, err := listChanges(ctx, s.db.Gorm(ctx), actor, f, s.now())
	for i, c := range list {
		list[i] = c.at(s.now())
	}
	return list, err
}

// FindChange gives one change. Fails with fault.NotFound outside of the actor's units.
func (s *Service) FindChange(ctx context.Context, actor access.Actor, id int64) (Change, error) {
	c, err := findChange(ctx, s.db.Gorm(ctx), actor, id)
	return c.at(s.now()), err
}

// expire writes down which changes nobody confirmed in time, and ends what waited for them. Confirmations that cannot be
// taken back any more are no longer told.
func (s *Service) expire(ctx context.Context) error {
	now := s.now()
	if err := expireDue(ctx, s.db.Gorm(ctx), now); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx pg.Tx) error {
		ids, err := settled(ctx, tx.DB, now.Add(-undoWithin))
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := todo.ResolveSubjectTx(ctx, tx, now, ChangeSubject, id, 0); err != nil {
				return err
			}
		}
		return nil
	})
}
