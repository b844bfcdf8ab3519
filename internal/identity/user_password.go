package identity

import (
	"bytes"
	"context"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

func (s *Service) ResetPassword(ctx context.Context, actor access.Actor, id int64, password string) error {
	d, err := alone(actor)
	if err != nil {
		return err
	}
	u, err := loadUser(ctx, s.db.Gorm(ctx), id)
	if err != nil {
		return err
	}
	if err := checkPassword("password", password, u.Username); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx pg.Tx) error { return s.resetTx(ctx, tx, d, id, hash) })
}

func (s *Service) resetTx(ctx context.Context, tx pg.Tx, d deed, id int64, hash string) error {
	if id == d.asker.UserID {
		return fault.Forbidden("本人密码请在“我的”页面修改")
	}
	u, err := s.whole(ctx, tx, d.asker, id)
	if err != nil {
		return err
	}
	if err := rememberPassword(ctx, tx.DB, u, s.now()); err != nil {
		return err
	}
	if err := setPassword(ctx, tx.DB, id, hash, true, s.now()); err != nil {
		return err
	}
	if err := setFirst(ctx, tx.DB, id, nil, nil); err != nil {
		return err
	}
	if _, err := revokeSessions(ctx, tx.DB, id, s.now(), "TRUE"); err != nil {
		return err
	}
	return s.recordDeed(ctx, tx, d, actUserReset, id, u.UnitPath, nil)
}

func (s *Service) ChangePassword(ctx context.Context, actor access.Actor, n NewPassword) error {
	u, err := loadUser(ctx, s.db.Gorm(ctx), actor.UserID)
	if err != nil {
		return err
	}
	if err := s.checkCurrent(ctx, actor, u, n); err != nil {
		return err
	}
	if err := s.mayChoose(ctx, u, n); err != nil {
		return err
	}
	return s.choose(ctx, actor, u, n)
}

func (s *Service) mayChoose(ctx context.Context, u userRow, n NewPassword) error {
	if err := checkPassword("password", n.Password, u.Username); err != nil {
		return err
	}
	if err := checkStrength("password", n.Password, u.Username, u.DisplayName); err != nil {
		return err
	}
	if n.Password == n.Current {
		return fault.Invalid("password", "新密码不能与当前密码相同")
	}
	return s.notUsedBefore(ctx, u, n.Password)
}

func (s *Service) choose(ctx context.Context, actor access.Actor, u userRow, n NewPassword) error {
	hash, err := s.hasher.hash(ctx, n.Password)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx pg.Tx) error {
		fresh, err := lockUser(ctx, tx.DB, u.ID)
		if err != nil {
			return err
		}
		if fresh.PasswordHash != u.PasswordHash || !bytes.Equal(fresh.FirstHash, u.FirstHash) || fresh.DisabledAt != nil {
			return fault.Conflict("密码刚刚被修改过，请重新登录")
		}
		if err := rememberPassword(ctx, tx.DB, u, s.now()); err != nil {
			return err
		}
		if err := setPassword(ctx, tx.DB, u.ID, hash, false, s.now()); err != nil {
			return err
		}
		if err := setFirst(ctx, tx.DB, u.ID, nil, nil); err != nil {
			return err
		}
		ended, err := revokeSessions(ctx, tx.DB, u.ID, s.now(), "id <> ?", actor.SessionID)
		if err != nil {
			return err
		}
		return s.record(ctx, tx, actor, actUserPassword, u.ID, u.UnitPath, "", map[string]any{"ended": ended, "first": u.FirstHash != nil})
	})
}

func (s *Service) checkCurrent(ctx context.Context, actor access.Actor, u userRow, n NewPassword) error {
	if err := s.claimTry(ctx, u.Username, actor.IP); err != nil {
		return err
	}
	ok, _, err := s.hasher.check(ctx, n.Current, u.PasswordHash)
	if err != nil {
		return err
	}
	if !ok {
		return fault.Invalid("current", "当前密码不正确")
	}
	if err := u.checkFirst(n.Code, s.now()); err != nil {
		return err
	}
	return s.forgetTries(ctx, s.db.Gorm(ctx), u.Username, actor.IP)
}
