package identity

import (
	"context"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// DisableUser ends the sessions and tokens of a user, who cannot sign in until EnableUser. It needs no second
// person; those who watch over the unit are told. Nobody does it to himself.
func (s *Service) DisableUser(ctx context.Context, actor access.Actor, id int64, why string) (err error) {
	defer fault.Step(&err, "identity.DisableUser %d", id)

	if id == actor.UserID {
		return fault.Forbidden("不能停用自己")
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		row, err := s.whole(ctx, tx, actor, id)
		if err != nil || row.DisabledAt != nil {
			return err
		}
		if err := s.disableTx(ctx, tx, actor, row, why); err != nil {
			return err
		}

		return tellTaken(ctx, access.NewAct(tx, s.now(), actor), row, row.UnitPath, todoDisabled, nil)
	})
}

func (s *Service) disableTx(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	row userRow,
	why string,
) error {
	now := s.now()
	err := s.keepAdministrator(ctx, tx, func() error {
		if err := setDisabled(ctx, tx.DB, row.ID, &now); err != nil {
			return err
		}
		_, err := revokeSessions(ctx, tx.DB, row.ID, now, "TRUE")

		return err
	})
	if err != nil {
		return err
	}

	return s.record(ctx, tx, actor, actUserDisable, row.ID, row.UnitPath, why, nil)
}

// EnableUser lets a disabled user sign in again. Only the machine does it by itself; a person asks for
// it by a Change, which another confirms.
func (s *Service) EnableUser(ctx context.Context, actor access.Actor, id int64) (err error) {
	defer fault.Step(&err, "identity.EnableUser %d", id)

	deed, err := alone(actor)
	if err != nil {
		return err
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error { return s.enableTx(ctx, tx, deed, id) })
}

func (s *Service) enableTx(ctx context.Context, tx pg.Tx, d deed, id int64) error {
	row, err := s.whole(ctx, tx, d.asker, id)
	switch {
	case err != nil:
		return err
	case row.DisabledAt == nil && d.asker.IsSystem():
		return nil
	case row.DisabledAt == nil:
		return fault.Conflict("该用户没有停用")
	}
	if err := postFree(ctx, tx.DB, row.UnitID, id, row.DisplayName); err != nil {
		return err
	}
	if err := setDisabled(ctx, tx.DB, id, nil); err != nil {
		return err
	}

	return s.recordDeed(ctx, tx, d, actUserEnable, id, row.UnitPath, nil)
}

func (s *Service) whole(ctx context.Context, tx pg.Tx, asker access.Actor, id int64) (userRow, error) {
	if _, err := visibleUser(ctx, tx.DB, asker, id, s.now()); err != nil {
		return userRow{}, err
	}
	row, err := lockUser(ctx, tx.DB, id)
	if err != nil {
		return userRow{}, err
	}
	grants, err := grantsOf(ctx, tx.DB, id)
	if err != nil {
		return userRow{}, err
	}

	all := asker.CanAt(access.UserManage, row.UnitPath)
	for _, grant := range grants {
		all = all && (!grant.InForce(s.now()) || asker.CanAt(access.UserManage, grant.UnitPath))
	}
	if !all {
		return userRow{}, fault.Forbidden("该用户属于您管辖范围以外的单位，或有范围以外的授权，须由上级管理员办理")
	}

	return row, nil
}
