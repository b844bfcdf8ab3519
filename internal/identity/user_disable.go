package identity

import (
	"context"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

func (s *Service) DisableUser(ctx context.Context, actor access.Actor, id int64, why string) error {
	if id == actor.UserID {
		return fault.Forbidden("不能停用自己")
	}
	return s.db.InTx(ctx, func(tx pg.Tx) error {
		u, err := s.whole(ctx, tx, actor, id)
		if err != nil || u.DisabledAt != nil {
			return err
		}
		if err := s.disableTx(ctx, tx, actor, u, why); err != nil {
			return err
		}
		return tellTaken(ctx, tx, s.now(), actor, u, u.UnitPath, todoDisabled, nil)
	})
}

func (s *Service) disableTx(ctx context.Context, tx pg.Tx, actor access.Actor, u userRow, why string) error {
	now := s.now()
	err := s.keepAdministrator(ctx, tx, func() error {
		if err := setDisabled(ctx, tx.DB, u.ID, &now); err != nil {
			return err
		}
		_, err := revokeSessions(ctx, tx.DB, u.ID, now, "TRUE")
		return err
	})
	if err != nil {
		return err
	}
	return s.record(ctx, tx, actor, actUserDisable, u.ID, u.UnitPath, why, nil)
}

func (s *Service) EnableUser(ctx context.Context, actor access.Actor, id int64) error {
	d, err := alone(actor)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx pg.Tx) error { return s.enableTx(ctx, tx, d, id) })
}

func (s *Service) enableTx(ctx context.Context, tx pg.Tx, d deed, id int64) error {
	u, err := s.whole(ctx, tx, d.asker, id)
	switch {
	case err != nil:
		return err
	case u.DisabledAt == nil && d.asker.IsSystem():
		return nil
	case u.DisabledAt == nil:
		return fault.Conflict("该用户没有停用")
	}
	if err := postFree(ctx, tx.DB, u.UnitID, id, u.DisplayName); err != nil {
		return err
	}
	if err := setDisabled(ctx, tx.DB, id, nil); err != nil {
		return err
	}
	return s.recordDeed(ctx, tx, d, actUserEnable, id, u.UnitPath, nil)
}

func (s *Service) whole(ctx context.Context, tx pg.Tx, asker access.Actor, id int64) (userRow, error) {
	if _, err := visibleUser(ctx, tx.DB, asker, id, s.now()); err != nil {
		return userRow{}, err
	}
	u, err := lockUser(ctx, tx.DB, id)
	if err != nil {
		return userRow{}, err
	}
	grants, err := grantsOf(ctx, tx.DB, id)
	if err != nil {
		return userRow{}, err
	}
	all := asker.CanAt(access.UserManage, u.UnitPath)
	for _, g := range grants {
		all = all && (!g.InForce(s.now()) || asker.CanAt(access.UserManage, g.UnitPath))
	}
	if !all {
		return userRow{}, fault.Forbidden("该用户属于您管辖范围以外的单位，或有范围以外的授权，须由上级管理员办理")
	}
	return u, nil
}
