package identity

import (
	"bytes"
	"context"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// ResetPassword sets an initial password, which must be changed at the first sign-in, and ends all sessions.
// Likewise by the machine alone.
func (s *Service) ResetPassword(
	ctx context.Context,
	actor access.Actor,
	id int64,
	password string,
) (err error) {
	defer fault.Step(&err, "identity.ResetPassword %d", id)

	deed, err := alone(actor)
	if err != nil {
		return err
	}
	row, err := loadUser(ctx, s.db.Gorm(ctx), id)
	if err != nil {
		return err
	}
	if err := checkPassword("password", password, row.Username); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error { return s.resetTx(ctx, tx, deed, id, hash) })
}

func (s *Service) resetTx(ctx context.Context, tx pg.Tx, d deed, id int64, hash string) error {
	if id == d.asker.UserID {
		return fault.Forbidden("本人密码请在“我的”页面修改")
	}
	row, err := s.whole(ctx, tx, d.asker, id)
	if err != nil {
		return err
	}
	if err := rememberPassword(ctx, tx.DB, row, s.now()); err != nil {
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

	return s.recordDeed(ctx, tx, d, actUserReset, id, row.UnitPath, nil)
}

// ChangePassword is how the actor chooses a new password of his own. Fails with fault.Invalid at the
// field that is wrong: the present password, or a new one that is weak or was used lately.
func (s *Service) ChangePassword(
	ctx context.Context,
	actor access.Actor,
	newPassword NewPassword,
) (err error) {
	defer fault.Step(&err, "identity.ChangePassword")

	row, err := loadUser(ctx, s.db.Gorm(ctx), actor.UserID)
	if err != nil {
		return err
	}
	if err := s.checkCurrent(ctx, actor, row, newPassword); err != nil {
		return err
	}
	if err := s.mayChoose(ctx, row, newPassword); err != nil {
		return err
	}

	return s.choose(ctx, actor, row, newPassword)
}

func (s *Service) mayChoose(ctx context.Context, row userRow, newPassword NewPassword) error {
	if err := checkPassword("password", newPassword.Password, row.Username); err != nil {
		return err
	}
	if err := checkStrength("password", newPassword.Password, row.Username, row.DisplayName); err != nil {
		return err
	}
	if newPassword.Password == newPassword.Current {
		return fault.Invalid("password", "新密码不能与当前密码相同")
	}

	return s.notUsedBefore(ctx, row, newPassword.Password)
}

func (s *Service) choose(
	ctx context.Context,
	actor access.Actor,
	row userRow,
	newPassword NewPassword,
) error {
	hash, err := s.hasher.hash(ctx, newPassword.Password)
	if err != nil {
		return err
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		fresh, err := lockUser(ctx, tx.DB, row.ID)
		if err != nil {
			return err
		}
		if fresh.PasswordHash != row.PasswordHash || !bytes.Equal(fresh.FirstHash, row.FirstHash) ||
			fresh.DisabledAt != nil {
			return fault.Conflict("密码刚刚被修改过，请重新登录")
		}
		if err := rememberPassword(ctx, tx.DB, row, s.now()); err != nil {
			return err
		}
		if err := setPassword(ctx, tx.DB, row.ID, hash, false, s.now()); err != nil {
			return err
		}
		if err := setFirst(ctx, tx.DB, row.ID, nil, nil); err != nil {
			return err
		}
		ended, err := revokeSessions(ctx, tx.DB, row.ID, s.now(), "id <> ?", actor.SessionID)
		if err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actUserPassword, row.ID, row.UnitPath, "", map[string]any{
			"ended": ended,
			"first": row.FirstHash != nil,
		})
	})
}

func (s *Service) checkCurrent(
	ctx context.Context,
	actor access.Actor,
	row userRow,
	newPassword NewPassword,
) error {
	if err := s.claimTry(ctx, row.Username, actor.IP); err != nil {
		return err
	}
	ok, _, err := s.hasher.check(ctx, newPassword.Current, row.PasswordHash)
	if err != nil {
		return err
	}
	if !ok {
		return fault.Invalid("current", "当前密码不正确")
	}
	if err := row.checkFirst(newPassword.Code, s.now()); err != nil {
		return err
	}

	return s.forgetTries(ctx, s.db.Gorm(ctx), row.Username, actor.IP)
}
