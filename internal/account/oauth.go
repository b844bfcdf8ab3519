package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/weibo"
)

// readable turns an error of the connector into the fault a person reads; every other error stays as it is.
func readable(err error) error {
	var e *weibo.Error
	if errors.As(err, &e) {
		return e.Fault()
	}

	return err
}

// stateLife is how long a person may take to walk through Weibo's authorisation page.
const stateLife = 15 * time.Minute

// verified is a token whose owner and application the platform itself has confirmed.
type verified struct {
	token   weibo.Token
	uid     string
	appKey  string
	origin  Origin
	expires *time.Time
}

// StartOAuth begins the authorisation of one account and gives the address of Weibo's page. The state
// in it is good once, for fifteen minutes, for this account and this session only. Fails with
// fault.Conflict for an account posted to by hand or closed.
func (s *Service) StartOAuth(ctx context.Context, actor access.Actor, id int64) (_ string, err error) {
	defer fault.Step(&err, "account.StartOAuth %d", id)

	account, err := s.connectable(ctx, actor, id)
	if err != nil {
		return "", err
	}
	state := rand.Text() + rand.Text()
	now := s.now()
	if err := insertState(
		ctx,
		s.db.Gorm(ctx),
		hashState(state),
		account.ID,
		actor.UserID,
		actor.SessionID,
		now,
		now.Add(stateLife),
	); err != nil {
		return "", err
	}

	return s.api.AuthorizeURL(state, s.opt.CallbackURL, true), nil
}

func hashState(state string) []byte {
	h := sha256.Sum256([]byte(state))
	return h[:]
}

// connectable reads an account that the actor manages and that works with a token.
func (s *Service) connectable(ctx context.Context, actor access.Actor, id int64) (Account, error) {
	account, err := s.Find(ctx, actor, id)
	if err != nil {
		return Account{}, err
	}

	switch {
	case !actor.CanAt(access.AccountManage, account.UnitPath):
		return Account{}, access.Require(actor, access.AccountManage, account.UnitPath)
	case account.State == Closed:
		return Account{}, fault.Conflict("账号已关停，不能再修改")
	case !account.Connector.NeedsToken():
		return Account{}, fault.Conflict("人工发布的账号不需要授权")
	}

	return account, nil
}

// FinishOAuth is the return from Weibo's page. It uses the state up, exchanges the code, has the
// platform confirm whose token it is and for which application, and seals it. Fails with fault.Conflict
// when the state is not of this session or run out, and when the token is of another user than the
// account (the text names both).
func (s *Service) FinishOAuth(
	ctx context.Context,
	actor access.Actor,
	state, code string,
) (_ Account, err error) {
	defer fault.Step(&err, "account.FinishOAuth")

	id, err := takeState(ctx, s.db.Gorm(ctx), hashState(state), actor.UserID, actor.SessionID, s.now())
	if err != nil {
		return Account{}, err
	}
	account, err := s.connectable(ctx, actor, id)
	if err != nil {
		return Account{}, err
	}
	if code == "" {
		return account, fault.Conflict("微博上没有同意授权，账号 {.account} 未改变", "account", account.At()).
			WithCode("oauth_denied")
	}
	got, err := s.api.Exchange(ctx, code, s.opt.CallbackURL)
	if err != nil {
		return account, readable(err)
	}

	return s.adopt(ctx, actor, account, got.Token, ByOAuth, "")
}

// ImportToken takes a token an administrator got elsewhere. It is verified with the platform exactly
// like one from the authorisation page.
func (s *Service) ImportToken(
	ctx context.Context,
	actor access.Actor,
	id int64,
	token string,
) (_ Account, err error) {
	defer fault.Step(&err, "account.ImportToken %d", id)

	return s.ImportTokenOf(ctx, actor, id, token, "")
}

// ImportTokenOf is ImportToken for a caller who says whose token it is: when the platform names another
// uid, it fails with fault.Invalid at "uid" and nothing is kept.
func (s *Service) ImportTokenOf(
	ctx context.Context,
	actor access.Actor,
	id int64,
	token, uid string,
) (_ Account, err error) {
	defer fault.Step(&err, "account.ImportTokenOf %d", id)

	token = strings.TrimSpace(token)
	if token == "" || len(token) > 512 || strings.ContainsAny(token, " \r\n\t") {
		return Account{}, fault.Invalid("token", "请填写完整的访问令牌，中间没有空格")
	}
	account, err := s.connectable(ctx, actor, id)
	if err != nil {
		return Account{}, err
	}

	return s.adopt(ctx, actor, account, weibo.Token(token), ByImport, uid)
}

// adopt verifies a token and keeps it for the account. uid is whose it is said to be; empty: nobody said.
func (s *Service) adopt(
	ctx context.Context,
	actor access.Actor,
	account Account,
	token weibo.Token,
	origin Origin,
	uid string,
) (Account, error) {
	verified, err := s.verify(ctx, account, token)
	if err != nil {
		return account, err
	}
	if uid != "" && uid != verified.uid {
		return account, fault.Invalid("uid", "令牌属于 UID {.uid}，不是所填的 {.said}", "uid", verified.uid,
			"said", uid).
			WithCode("foreign_user")
	}
	verified.origin = origin
	action := map[Origin]audit.Act{ByOAuth: actAuthorise, ByImport: actImportToken}[origin]
	err = s.db.InTxRetry(ctx, func(tx pg.Tx) error {
		now, err := s.lock(ctx, tx, actor, account.ID)
		if err != nil {
			return err
		}
		if now.RemoteUID != "" && now.RemoteUID != verified.uid || now.Handle != account.Handle {
			return foreign(now, verified.uid, "")
		}
		if err := s.keep(ctx, tx, now, verified, actor.UserID); err != nil {
			return err
		}
		if account, err = FindTx(ctx, tx, account.ID); err != nil {
			return err
		}
		if err := s.tellIfMayPost(ctx, tx, actor.UserID, account); err != nil {
			return err
		}

		return s.note(ctx, tx, actor, account, action, "", map[string]any{
			"uid":        verified.uid,
			"expires_at": verified.expires,
		})
	})

	return account, err
}

// verify asks the platform whose token it is and for which application. Uid, handle and the token's own
// uid are compared every time: whoever changes one of them does not connect another user under the
// account's name.
func (s *Service) verify(ctx context.Context, account Account, token weibo.Token) (verified, error) {
	info, err := s.api.TokenInfo(ctx, token)
	if err != nil {
		return verified{}, readable(err)
	}

	switch {
	case info.AppKey != s.opt.AppKey:
		return verified{}, fault.Conflict("令牌属于另一个应用（AppKey {.got}），本系统的应用是 {.want}",
			"got", info.AppKey,
			"want", s.opt.AppKey,
		).WithCode("foreign_app")
	case !info.ExpiresAt.After(s.now()):
		return verified{}, unusable(TokenExpired)
	case account.RemoteUID != "" && account.RemoteUID != info.UID:
		return verified{}, foreign(account, info.UID, s.nameOf(ctx, token, info.UID))
	}

	user, err := s.api.UserShow(ctx, token, info.UID)
	switch {
	case err != nil:
		return verified{}, readable(err)
	case user.ScreenName == account.Handle:
	case account.RemoteUID == "":
		return verified{}, foreign(account, info.UID, user.ScreenName)
	default:
		return verified{}, fault.Conflict("微博上 UID {.uid} 的名称是 @{.name}，与登记的 {.account} 不同。如已改名，请先修改账号名称；否则请核对 UID",
			"uid", info.UID, "name", user.ScreenName, "account", account.At()).
			WithCode("foreign_user")
	}

	return verified{token: token, uid: info.UID, appKey: info.AppKey, expires: &info.ExpiresAt}, nil
}

// checkHandle asks the platform, where there is a token to ask with, whether a new handle is the name
// of the user that the account posts as. A token that it does not take any more can tell nothing: the
// next authorisation compares the names.
func (s *Service) checkHandle(ctx context.Context, actor access.Actor, id int64, handle string) error {
	account, err := s.Find(ctx, actor, id)
	if err != nil || handle == account.Handle || !actor.CanAt(access.AccountManage, account.UnitPath) ||
		!account.Token.At(s.now()).Usable() {
		return nil //nolint:nilerr // no change, or the change itself says why not
	}
	token, err := s.Token(ctx, id)
	if err != nil {
		return nil //nolint:nilerr // without a token nothing can be compared
	}
	user, err := s.api.UserShow(ctx, token, account.Token.RemoteUID)

	var said *weibo.Error
	switch {
	case errors.As(err, &said) && said.Class == weibo.ClassToken:
		return nil
	case err != nil:
		return readable(err)
	case user.ScreenName != handle:
		return fault.Invalid("handle", "微博上 UID {.uid} 的名称是 @{.name}，不是 @{.said}；请按微博上的名称填写",
			"uid", account.Token.RemoteUID, "name", user.ScreenName, "said", handle).WithCode("foreign_user")
	}

	return nil
}

// nameOf asks for the handle behind a uid; "" when the platform does not tell.
func (s *Service) nameOf(ctx context.Context, token weibo.Token, uid string) string {
	user, err := s.api.UserShow(ctx, token, uid)
	if err != nil {
		return ""
	}

	return user.ScreenName
}

// foreign says that a token is of another user, naming both.
func foreign(account Account, uid, name string) error {
	if name == "" {
		name = "—"
	}
	want := account.RemoteUID
	if want == "" {
		want = "—"
	}

	return fault.Conflict("授权的是微博用户 @{.name}（UID {.uid}），不是账号 {.account}（UID {.want}）。请在微博退出登录，换用 {.account} 再授权一次",
		"name", name, "uid", uid, "account", account.At(), "want", want).
		WithCode("foreign_user")
}
