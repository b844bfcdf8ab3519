package account

import (
	"context"
	"errors"
	"strconv"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
	"juzhen/internal/weibo"
)

// use is what the sub-key of tokens is derived for.
const use = "credential"

func bind(id int64) string    { return "credential/" + strconv.FormatInt(id, 10) }
func todoKey(id int64) string { return "account/" + strconv.FormatInt(id, 10) + "/token" }

// Token opens the token of an account for a job that calls the platform. It takes no actor: no page may
// show a token. Fails with fault.Conflict of code "token_none", "token_expired", "token_revoked" or
// "token_unreadable" when there is none that could be used; a token that cannot be opened is marked and
// people are told.
func (s *Service) Token(ctx context.Context, id int64) (_ weibo.Token, err error) {
	defer fault.Step(&err, "account.Token %d", id)

	row, err := findSealed(ctx, s.db.Gorm(ctx), id)
	if err != nil {
		return "", err
	}
	if state := row.summary().At(s.now()); !state.Usable() {
		return "", unusable(state)
	}
	if row.AccountUID != "" && row.AccountUID != row.RemoteUID {
		return "", fault.Conflict("账号的授权属于微博 UID {.uid}，不是登记的 {.want}；请撤销后重新授权",
			"uid", row.RemoteUID,
			"want", row.AccountUID,
		).WithCode("token_foreign")
	}
	plain, err := s.box.Open(use, bind(id), row.seal())
	if err == nil {
		return weibo.Token(plain), nil
	}
	mark := s.db.InTx(
		ctx,
		func(tx pg.Tx) error { return s.MarkTokenBadTx(ctx, tx, s.now(), id, TokenUnreadable) },
	)

	return "", errors.Join(unusable(TokenUnreadable), err, mark)
}

// unusable says why no call can be made.
func unusable(tokenState TokenState) error {
	text := map[TokenState]*fault.Error{
		TokenNone:       fault.Conflict("账号尚未授权，无法调用接口"),
		TokenExpired:    fault.Conflict("账号授权已过期，请重新授权"),
		TokenRevoked:    fault.Conflict("账号授权已撤销，请重新授权"),
		TokenUnreadable: fault.Conflict("账号令牌无法用当前密钥解密，请重新授权"),
	}[tokenState]

	return text.WithCode("token_" + string(tokenState))
}

// MarkTokenBadTx records that the platform refused the token (TokenExpired, TokenRevoked) or that it
// cannot be opened, and raises the to-do once. at is the instant the refused call began: a token
// obtained since is left alone.
func (s *Service) MarkTokenBadTx(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	id int64,
	bad TokenState,
) (err error) {
	defer fault.Step(&err, "account.MarkTokenBadTx %d", id)

	changed, err := markCredential(ctx, tx.DB, id, bad, at)
	if err != nil || !changed {
		return err
	}
	account, err := FindTx(ctx, tx, id)
	if err != nil {
		return err
	}

	return s.tell(ctx, tx, account, tokenMatters[bad], nil)
}

// tokenMatters are what is told of a token that no call can be made with.
var tokenMatters = map[TokenState]todo.Matter{
	TokenNone:       todoTokenMissing,
	TokenExpired:    todoTokenExpired,
	TokenRevoked:    todoTokenRevoked,
	TokenUnreadable: todoTokenUnreadable,
}

// tell raises the to-do about the token of a, in place of an older one about the same token.
func (s *Service) tell(
	ctx context.Context,
	tx pg.Tx,
	account Account,
	matter todo.Matter,
	expires *time.Time,
) error {
	if err := todo.ResolveTx(ctx, tx, s.now(), todoKey(account.ID), 0); err != nil {
		return err
	}
	args := map[string]any{"account": account.At()}
	if expires != nil {
		args["n"] = account.Token.DaysLeft(s.now())
	}

	return todo.RaiseTx(ctx, tx, s.now(), todo.Item{
		Matter:    matter,
		Key:       todoKey(account.ID),
		UnitPath:  account.UnitPath,
		SubjectID: account.ID,
		Args:      args,
		DueAt:     expires,
	})
}

// keep seals a verified token and puts it in the place of the old one.
func (s *Service) keep(ctx context.Context, tx pg.Tx, account Account, v verified, by int64) error {
	sealed, err := s.box.Seal(use, bind(account.ID), []byte(v.token))
	if err != nil {
		return err
	}
	if account.RemoteUID == "" {
		if err := setRemoteUID(ctx, tx.DB, account.ID, v.uid); err != nil {
			return err
		}
	}
	if err := putCredential(ctx, tx.DB, account.ID, sealed, v, by, s.now()); err != nil {
		return err
	}

	return todo.ResolveTx(ctx, tx, s.now(), todoKey(account.ID), by)
}

// RevokeToken withdraws the token at the platform and wipes it here. The wiping happens even when the
// platform cannot be reached; told says whether it confirmed.
func (s *Service) RevokeToken(
	ctx context.Context,
	actor access.Actor,
	id int64,
	why string,
) (told bool, err error) {
	defer fault.Step(&err, "account.RevokeToken %d", id)

	account, err := findAccount(ctx, s.db.Gorm(ctx), actor, access.AccountManage, id)
	if err != nil {
		return false, err
	}
	if account.Token.State == TokenNone || account.Token.State == TokenRevoked {
		return false, fault.Conflict("账号没有可撤销的授权")
	}
	if token, err := s.Token(ctx, id); err == nil {
		told = s.api.Revoke(ctx, token) == nil
	}

	return told, s.db.InTxRetry(ctx, func(tx pg.Tx) error {
		a, err := s.lock(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if err := s.tellWatch(ctx, tx, actor.UserID, a, TokenGone); err != nil {
			return err
		}
		if err := wipeCredential(ctx, tx.DB, id); err != nil {
			return err
		}
		if err := s.tellIfNeeded(ctx, tx, a); err != nil {
			return err
		}

		return s.note(ctx, tx, actor, a, actRevoke, why, map[string]any{"platform_confirmed": told})
	})
}

// tellIfNeeded raises the to-do for an account that should post and cannot.
func (s *Service) tellIfNeeded(ctx context.Context, tx pg.Tx, account Account) error {
	if account.State != Live {
		return todo.ResolveTx(ctx, tx, s.now(), todoKey(account.ID), 0)
	}

	return s.tell(ctx, tx, account, todoTokenRevoked, nil)
}

// Sweep tells people of tokens that expire within 14, 7, 3 and 1 days, once per step, and marks those
// that have expired. It returns how many to-dos it raised. Running it twice, or in two processes,
// raises nothing more.
func (s *Service) Sweep(ctx context.Context) (_ int, err error) {
	defer fault.Step(&err, "account.Sweep")

	now := s.now()
	due, err := expiring(ctx, s.db.Gorm(ctx), now.Add(time.Duration(warnDays[0])*day))
	if err != nil {
		return 0, err
	}
	told := 0

	for _, row := range due {
		step := warnStep(*row.ExpiresAt, now)
		if row.WarnedDays != nil && *row.WarnedDays <= step {
			continue
		}
		done, err := s.foretell(ctx, row, step)
		if err != nil {
			return told, err
		}
		if done {
			told++
		}
	}

	return told, nil
}

// foretell takes the step of one token; false when another process was faster.
func (s *Service) foretell(ctx context.Context, row sealedRow, step int) (done bool, err error) {
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if done, err = stepCredential(ctx, tx.DB, row, step); err != nil || !done {
			return err
		}
		account, err := FindTx(ctx, tx, row.AccountID)
		if err != nil {
			return err
		}
		if step == 0 {
			return s.tell(ctx, tx, account, todoTokenExpired, nil)
		}

		return s.tell(ctx, tx, account, todoTokenExpiring, row.ExpiresAt)
	})

	return done, err
}

// checkRow is the row of installation that proves that the key is still the one that sealed the tokens.
const checkRow = "seal_check"

// CheckKey compares the master key with the one that sealed what lies in the database; the first start
// records it. With another key it fails with fault.Conflict of code "wrong_key" that says how many
// tokens would need a new authorisation: the start is refused.
func (s *Service) CheckKey(ctx context.Context) (err error) {
	defer fault.Step(&err, "account.CheckKey")

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		value, err := installed(ctx, tx.DB, checkRow, s.box.CheckValue(), s.now())
		if err != nil {
			return err
		}
		if s.box.Matches(value) {
			return nil
		}
		n, err := countReadable(ctx, tx.DB)
		if err != nil {
			return err
		}

		return wrongKey(n)
	})
}

func wrongKey(n int) error {
	return fault.Conflict("主密钥与数据库不符：{.n} 个账号的令牌将无法解密，需要重新授权。请换回原来的密钥，或确认更换后再启动", "n", n).
		WithCode("wrong_key")
}
