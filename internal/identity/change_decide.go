package identity

import (
	"context"
	"fmt"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// deed is who wants an act and who lets it happen: the rights of the asker decide, the trail names who
// acts now.
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

// Confirm does what was asked. It answers with the one-time code for the person's first sign-in where
// there is one: to be shown once, to the confirmer alone, who hands it to the person. Fails with
// fault.Forbidden for the asker, for the user concerned and for somebody the asker has made alone; with
// fault.NotFound outside of the confirmer's units; with fault.Conflict when it was decided, has
// expired, or can no longer be done.
func (s *Service) Confirm(ctx context.Context, actor access.Actor, id int64) (_ Change, _ First, err error) {
	defer fault.Step(&err, "identity.Confirm %d", id)

	var done Change
	var first First
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		change, err := s.deciding(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if change.State, err = change.State.after(stepConfirm); err != nil {
			return err
		}
		asker, err := s.mayConfirm(ctx, tx, actor, &change)
		if err != nil {
			return err
		}

		if first, err = s.apply(ctx, tx, deed{
			asker: asker, actor: actor, change: change.ID,
		}, change); err != nil {
			return outdated(err)
		}
		if err := confirmChange(ctx, tx.DB, change, actor.UserID, s.now()); err != nil {
			return err
		}
		if done, err = lockChange(ctx, tx.DB, id); err != nil {
			return err
		}
		if err := s.recordChange(ctx, tx, actor, actChangeConfirm, done, ""); err != nil {
			return err
		}

		return tellConfirmed(ctx, access.NewAct(tx, s.now(), actor), done)
	})

	return done, first, err
}

// deciding locks a change that the actor may see, as it stands now.
func (s *Service) deciding(ctx context.Context, tx pg.Tx, actor access.Actor, id int64) (Change, error) {
	if _, err := findChange(ctx, tx.DB, actor, id); err != nil {
		return Change{}, err
	}
	change, err := lockChange(ctx, tx.DB, id)

	return change.at(s.now()), err
}

// mayConfirm asks whether the actor may be the second person, at the places the change is about by now,
// and gives the asker with the rights held at this moment.
func (s *Service) mayConfirm(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	change *Change,
) (asker access.Actor, err error) {
	paths, err := s.concerned(ctx, tx, &Change{Kind: change.Kind, UserID: change.UserID, What: change.What})
	if err != nil {
		return asker, err
	}
	change.UnitPath = common(append(paths, change.UnitPath))
	if err := change.MayConfirm(actor); err != nil {
		return asker, err
	}
	if !actor.IsSystem() {
		independent, err := independentOf(ctx, tx.DB, actor.UserID, change.AskedBy, change.UnitPath, s.now())
		if err != nil {
			return asker, err
		}
		if !independent {
			return asker, fault.Forbidden("您的用户或角色是申请人单独设立的，须由与申请人无关的人确认").WithCode("same_person")
		}
	}

	return actorNow(ctx, tx.DB, change.AskedBy, s.now())
}

// outdated turns a fault of the asked change into one the confirmer can read: there is no form with its
// fields.
func outdated(err error) error {
	switch fault.KindOf(err) {
	case fault.KindInvalid, fault.KindNotFound, fault.KindForbidden:
		return fault.Conflict("现在不能照此办理：{.reason}", "reason", fault.Public(err).Plain()).
			WithCode("overtaken").
			With(err)
	}

	return err
}

// apply does the change with the rights of the deed's asker.
func (s *Service) apply(ctx context.Context, tx pg.Tx, d deed, change Change) (First, error) {
	switch change.Kind {
	case ChangeCreate:
		newUser := NewUser{
			Username:    change.What.Username,
			DisplayName: change.What.DisplayName,
			UnitID:      change.What.UnitID,
			MustChange:  true,
		}
		for _, orderGrant := range change.What.Grants {
			newUser.Grants = append(newUser.Grants, orderGrant.NewGrant)
		}
		id, err := s.createTx(ctx, tx, d, newUser, change.hash)
		if err != nil {
			return First{}, err
		}

		return s.firstTx(ctx, tx, d, id, newUser.Username)

	case ChangeGrant:
		if _, err := visibleUser(ctx, tx.DB, d.asker, change.UserID, s.now()); err != nil {
			return First{}, err
		}
		_, err := s.grantTx(ctx, tx, d, change.UserID, change.What.Grants[0].NewGrant)

		return First{}, err

	case ChangeReset:
		if err := s.resetTx(ctx, tx, d, change.UserID, change.hash); err != nil {
			return First{}, err
		}
		row, err := loadUser(ctx, tx.DB, change.UserID)
		if err != nil {
			return First{}, err
		}

		return s.firstTx(ctx, tx, d, change.UserID, row.Username)

	case ChangeEnable:
		return First{}, s.enableTx(ctx, tx, d, change.UserID)

	case ChangeUpdate:
		return First{}, s.updateTx(ctx, tx, d, change.UserID, change.What.DisplayName, change.What.UnitID)

	case ChangeMove:
		return First{}, s.moveTx(ctx, tx, d, change.What)
	}

	return First{}, fmt.Errorf("change of an unknown kind %q", change.Kind)
}

// tellConfirmed closes what asked for a second person and tells all who can take the change back.
func tellConfirmed(ctx context.Context, act access.Act, change Change) error {
	if err := todo.ResolveTx(ctx, act.Tx, act.Now, change.key(), act.Actor.UserID); err != nil {
		return err
	}
	if err := todo.ResolveTx(ctx, act.Tx, act.Now, change.key()+"/auditor", act.Actor.UserID); err != nil {
		return err
	}

	return todo.RaiseTx(ctx, act.Tx, act.Now, todo.Item{
		Matter:    todoConfirmed,
		Key:       change.key() + "/done",
		UnitPath:  change.UnitPath,
		NotUser:   act.Actor.UserID,
		SubjectID: change.ID,
		Args: map[string]any{
			"who":    change.AskedByName,
			"what":   change.Kind.Label(),
			"name":   change.DisplayName,
			"second": act.Actor.Name,
		},
	})
}

// Stop refuses or withdraws what was asked; within seven days of a confirmation it takes back what that
// gave: the new or enabled user is disabled, the role revoked, the new password void, name and unit as
// they were. Needs a reason unless the asker withdraws. Fails with fault.Invalid at "reason",
// fault.NotFound, fault.Forbidden and fault.Conflict.
func (s *Service) Stop(ctx context.Context, actor access.Actor, id int64, why string) (_ Change, err error) {
	defer fault.Step(&err, "identity.Stop %d", id)

	why = glyph.Clean(why)
	var stopped Change
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		change, err := s.deciding(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if err := change.MayStop(actor); err != nil {
			return err
		}

		switch n := len([]rune(why)); {
		case n == 0 && actor.UserID != change.AskedBy:
			return fault.Invalid("reason", "请填写原因")
		case n > whyLimit:
			return fault.Invalid("reason", "原因最多 {.max} 个字", "max", whyLimit)
		}

		before := change
		if change.State, err = change.State.after(stepStop); err != nil {
			return err
		}
		action := actChangeStop
		if change.State == ChangeUndone {
			action = actChangeUndo
			if err := s.undo(ctx, tx, actor, before, why); err != nil {
				return err
			}
		}
		if err := stopChange(ctx, tx.DB, change, actor.UserID, s.now(), why); err != nil {
			return err
		}
		if stopped, err = lockChange(ctx, tx.DB, id); err != nil {
			return err
		}
		if err := s.recordChange(ctx, tx, actor, action, stopped, why); err != nil {
			return err
		}

		return tellStopped(ctx, access.NewAct(tx, s.now(), actor), stopped)
	})

	return stopped, err
}

// tellStopped closes everything that waited because of the change, and tells the asker's side.
func tellStopped(ctx context.Context, act access.Act, change Change) error {
	if err := todo.ResolveSubjectTx(
		ctx,
		act.Tx,
		act.Now,
		ChangeSubject,
		change.ID,
		act.Actor.UserID,
	); err != nil {
		return err
	}
	if act.Actor.UserID == change.AskedBy {
		return nil
	}

	return todo.RaiseTx(ctx, act.Tx, act.Now, todo.Item{
		Matter:    todoStopped,
		Key:       change.key() + "/stopped",
		UnitPath:  change.UnitPath,
		NotUser:   act.Actor.UserID,
		SubjectID: change.ID,
		Args: map[string]any{
			"who":  act.Actor.Name,
			"what": change.Kind.Label(),
			"name": change.DisplayName,
			"why":  change.StopWhy,
		},
	})
}

// undo takes back what a confirmed change gave.
func (s *Service) undo(ctx context.Context, tx pg.Tx, actor access.Actor, change Change, why string) error {
	now := s.now()
	if !change.CanUndo(now) {
		return fault.Conflict("确认已超过 {.n} 天，不能再整体撤回；请停用该用户或撤销授权", "n", int(undoWithin.Hours()/24))
	}
	if change.Kind == ChangeMove {
		return s.moveBack(ctx, tx, actor, change)
	}
	row, err := lockUser(ctx, tx.DB, change.UserID)
	if err != nil {
		return err
	}

	switch change.Kind {
	case ChangeGrant:
		grant, err := grantOfChange(ctx, tx.DB, change.ID)
		if err != nil || !grant.InForce(now) {
			return err
		}

		return s.revokeTx(ctx, tx, actor, grant, why)

	case ChangeUpdate:
		if row.DisplayName != change.What.DisplayName || row.UnitID != change.What.UnitID {
			return fault.Conflict("名称或单位后来又改过，不能照此撤回").WithCode("overtaken")
		}
		if err := postFree(ctx, tx.DB, change.What.OldUnitID, row.ID, change.What.OldName); err != nil {
			return outdated(err)
		}
		if err := updateUser(ctx, tx.DB, row.ID, change.What.OldName, change.What.OldUnitID); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actUserUpdate, row.ID, row.UnitPath, why, map[string]any{
			"from": row.DisplayName, "to": change.What.OldName, "unit": change.What.OldUnitName})

	case ChangeReset: // a later sign-in needs another reset
		if err := setPassword(ctx, tx.DB, row.ID, noPassword, true, now); err != nil {
			return err
		}
		if err := setFirst(ctx, tx.DB, row.ID, nil, nil); err != nil {
			return err
		}
		if _, err := revokeSessions(ctx, tx.DB, row.ID, now, "TRUE"); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actUserVoid, row.ID, row.UnitPath, why, nil)
	}

	return s.disableTx(ctx, tx, actor, row, why)
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
func (s *Service) Changes(
	ctx context.Context,
	actor access.Actor,
	filter ChangeFilter,
) (_ []Change, err error) {
	defer fault.Step(&err, "identity.Changes")

	if filter.Limit <= 0 || filter.Limit > 500 {
		filter.Limit = 50
	}

	list, err := listChanges(ctx, s.db.Gorm(ctx), actor, filter, s.now())
	for i, change := range list {
		list[i] = change.at(s.now())
	}

	return list, err
}

// FindChange gives one change. Fails with fault.NotFound outside of the actor's units.
func (s *Service) FindChange(ctx context.Context, actor access.Actor, id int64) (_ Change, err error) {
	defer fault.Step(&err, "identity.FindChange %d", id)

	change, err := findChange(ctx, s.db.Gorm(ctx), actor, id)

	return change.at(s.now()), err
}

// expire writes down which changes nobody confirmed in time, and ends what waited for them.
// Confirmations that cannot be taken back any more are no longer told.
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
