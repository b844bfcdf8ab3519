package identity

import (
	"context"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

// moveTx puts a unit where it was asked to go. What was not part of the order stays as it is by now.
func (s *Service) moveTx(ctx context.Context, tx pg.Tx, d deed, what Order) error {
	move := org.Move{UnitID: what.MovedID, ParentID: what.UnitID, Asker: d.asker, Actor: d.actor}
	if what.DisplayName != what.OldName {
		move.Name = what.DisplayName
	}
	if what.MovedKind != what.OldKind {
		move.Kind = what.MovedKind
	}
	if d.change != 0 {
		move.Detail = map[string]any{"change": d.change, "asked_by": d.asker.Name}
		if err := standsAt(ctx, tx, what.MovedID, what.OldUnitID, "单位后来又移动过，不能照此办理"); err != nil {
			return err
		}
	}
	_, err := org.MoveTx(ctx, tx, s.now(), move, s.moved)

	return err
}

// moveBack takes a confirmed move back: the unit goes where it was, under the name it had. Who may stop
// the change may do so, whether or not he or she manages units: it gives nobody more than was there
// before.
func (s *Service) moveBack(ctx context.Context, tx pg.Tx, actor access.Actor, change Change) error {
	what := change.What
	if err := standsAt(ctx, tx, what.MovedID, what.UnitID, "单位后来又移动过，不能照此撤回"); err != nil {
		return err
	}
	move := org.Move{
		UnitID: what.MovedID, ParentID: what.OldUnitID, Asker: access.System("撤回"), Actor: actor,
		Detail: map[string]any{"change": change.ID, "undone": true},
	}
	if what.DisplayName != what.OldName {
		move.Name = what.OldName
	}
	if what.MovedKind != what.OldKind {
		move.Kind = what.OldKind
	}
	_, err := org.MoveTx(ctx, tx, s.now(), move, s.moved)

	return outdated(err)
}

// standsAt refuses with a reason when a unit does not lie below the parent.
func standsAt(ctx context.Context, tx pg.Tx, unit, parent int64, why string) error {
	units, err := unitsOf(ctx, tx.DB, Order{UnitID: unit})
	if err != nil {
		return err
	}
	if u, ok := units[unit]; !ok || u.ParentID != parent {
		return fault.Conflict(why).WithCode("overtaken")
	}

	return nil
}
