package account

import (
	"context"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/seal"
	"juzhen/internal/todo"
	"juzhen/internal/weibo"
)

// Options say where authorisation comes back to and for which application tokens must be.
type Options struct {
	AppKey      string           // tokens of another application are refused
	CallbackURL string           // where Weibo sends the browser back to, as registered with the application
	Now         func() time.Time // default time.Now in UTC
	Watch       Watch            // told of what stops or allows posting; may be nil
	First       First            // called before an account's row is locked for a change; may be nil
}

// Service is the use cases of accounts. It is safe for concurrent use.
type Service struct {
	db  *pg.DB
	box *seal.Box
	api *weibo.Client
	opt Options
}

// New builds the service. It makes no call and reads nothing.
func New(db *pg.DB, box *seal.Box, api *weibo.Client, opt Options) *Service {
	if opt.Now == nil {
		opt.Now = time.Now
	}

	return &Service{db: db, box: box, api: api, opt: opt}
}

func (s *Service) now() time.Time { return s.opt.Now().UTC().Truncate(time.Microsecond) }

// Filter narrows a list. The zero value lists every account the actor may see.
type Filter struct {
	Permission access.Permission // default access.AccountView
	UnitPath   string            // this unit and all below it
	States     []State
	Query      string // part of a handle or a display name
	IDs        []int64
	Limit      int // 0: all
}

// List gives the accounts in the actor's scope in the order of the matrix.
func (s *Service) List(ctx context.Context, actor access.Actor, filter Filter) (_ []Account, err error) {
	defer fault.Step(&err, "account.List")

	if filter.Permission == "" {
		filter.Permission = access.AccountView
	}
	cond, args := access.Scope(actor, filter.Permission, "u.path")
	if filter.UnitPath != "" {
		cond, args = cond+" AND u.path LIKE ?", append(args, filter.UnitPath+"%")
	}
	if len(filter.States) > 0 {
		cond, args = cond+" AND a.state IN ?", append(args, filter.States)
	}
	if len(filter.IDs) > 0 {
		cond, args = cond+" AND a.id IN ?", append(args, filter.IDs)
	}
	if q := strings.TrimPrefix(strings.TrimSpace(filter.Query), "@"); q != "" {
		cond = cond + `
			 AND (strpos(lower(a.handle), lower(?)) > 0 OR strpos(lower(a.display_name), lower(?)) > 0)`
		args = append(args, q, q)
	}

	return selectFirst(ctx, s.db.Gorm(ctx), filter.Limit, cond, args...)
}

// Find reads one account. It fails with fault.NotFound when it is not there or not in the actor's scope.
func (s *Service) Find(ctx context.Context, actor access.Actor, id int64) (_ Account, err error) {
	defer fault.Step(&err, "account.Find %d", id)

	return findAccount(ctx, s.db.Gorm(ctx), actor, access.AccountView, id)
}

// FindTx reads one account for features above, without a scope: they have decided already who may act.
func FindTx(ctx context.Context, tx pg.Tx, id int64) (_ Account, err error) {
	defer fault.Step(&err, "account.FindTx %d", id)

	return one(selectAccounts(ctx, tx.DB, "a.id = ?", id))
}

// FindManyTx reads several accounts in one statement, by id. What does not exist is left out.
func FindManyTx(ctx context.Context, tx pg.Tx, ids []int64) (_ map[int64]Account, err error) {
	defer fault.Step(&err, "account.FindManyTx")

	found := make(map[int64]Account, len(ids))
	if len(ids) == 0 {
		return found, nil
	}

	list, err := selectAccounts(ctx, tx.DB, "a.id IN ?", ids)
	for _, account := range list {
		found[account.ID] = account
	}

	return found, err
}

// Names is the history of an account's names, the newest first.
func (s *Service) Names(ctx context.Context, actor access.Actor, id int64) (_ []Name, err error) {
	defer fault.Step(&err, "account.Names %d", id)

	if _, err := s.Find(ctx, actor, id); err != nil {
		return nil, err
	}

	return selectNames(ctx, s.db.Gorm(ctx), id)
}

// Create adds an account in preparation. It fails with fault.Fields when the draft is wrong, with
// fault.Invalid on a handle that is already in the matrix and with fault.NotFound outside of the units
// the actor manages.
func (s *Service) Create(ctx context.Context, actor access.Actor, draft Draft) (_ Account, err error) {
	defer fault.Step(&err, "account.Create")

	draft, err = draft.clean()
	if err != nil {
		return Account{}, err
	}
	var account Account
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if err := mayPlace(ctx, tx, actor, draft.UnitID); err != nil {
			return err
		}
		if err := handleFree(ctx, tx, 0, draft.Handle); err != nil {
			return err
		}
		id, err := insertAccount(ctx, tx.DB, draft, s.now())
		if err != nil {
			return err
		}
		if err := insertName(ctx, tx.DB, id, draft, s.now(), actor.UserID); err != nil {
			return err
		}
		if account, err = FindTx(ctx, tx, id); err != nil {
			return err
		}

		return s.note(ctx, tx, actor, account, actCreate, "", map[string]any{
			"handle":    account.Handle,
			"connector": account.Connector,
			"seat":      account.Seat,
		})
	})

	return account, err
}

// mayPlace checks that the actor manages accounts of the unit.
func mayPlace(ctx context.Context, tx pg.Tx, actor access.Actor, unitID int64) error {
	unit, err := org.Of(ctx, tx.DB, unitID)
	if err != nil {
		return err
	}

	return access.Require(actor, access.AccountManage, unit.Path)
}

// note writes the audit entry of an act on an account.
func (s *Service) note(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	account Account,
	action audit.Act,
	why string,
	detail map[string]any,
) error {
	return audit.Write(ctx, tx, audit.Entry{
		Actor:    actor,
		At:       s.now(),
		Action:   action,
		Subject:  subject(account.ID),
		UnitPath: account.UnitPath,
		Why:      why,
		Detail:   detail,
	})
}

func subject(id int64) string { return "account/" + strconv.FormatInt(id, 10) }

// Update changes an account; a new name goes into its history. A live account keeps its interface:
// suspend it first. It fails with fault.Conflict then, when the account is closed, and when the new uid
// is not the one its token is of; with fault.Invalid at "handle" when the platform knows the token's
// user by another name than the new one.
func (s *Service) Update(
	ctx context.Context,
	actor access.Actor,
	id int64,
	draft Draft,
) (_ Account, err error) {
	defer fault.Step(&err, "account.Update %d", id)

	draft, err = draft.clean()
	if err != nil {
		return Account{}, err
	}
	if err := s.checkHandle(ctx, actor, id, draft.Handle); err != nil {
		return Account{}, err
	}
	var account Account
	err = s.db.InTxRetry(ctx, func(tx pg.Tx) error {
		d := draft
		old, err := s.lock(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if d.RemoteUID == "" {
			d.RemoteUID = old.RemoteUID
		}
		if err := mayChange(ctx, tx, actor, old, d); err != nil {
			return err
		}
		account, err = s.change(ctx, tx, actor, old, d)

		return err
	})

	return account, err
}

func mayChange(ctx context.Context, tx pg.Tx, actor access.Actor, old Account, draft Draft) error {
	switch {
	case old.State == Closed:
		return fault.Conflict("账号已关停，不能再修改")
	case old.State == Live && draft.Connector != old.Connector:
		return fault.Conflict("运行中的账号不能更换接口方式，请先停用")
	case draft.RemoteUID != old.RemoteUID && old.Token.RemoteUID != "" &&
		draft.RemoteUID != old.Token.RemoteUID && old.Token.State != TokenRevoked:
		return fault.Conflict("账号的授权属于微博 UID {.uid}；更换 UID 前请先撤销授权", "uid", old.Token.RemoteUID)
	}

	return mayPlace(ctx, tx, actor, draft.UnitID)
}

func (s *Service) change(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	old Account,
	draft Draft,
) (Account, error) {
	if draft.Handle != old.Handle {
		if err := handleFree(ctx, tx, old.ID, draft.Handle); err != nil {
			return Account{}, err
		}
	}
	if err := updateAccount(ctx, tx.DB, old.ID, draft); err != nil {
		return Account{}, err
	}
	if draft.Handle != old.Handle || draft.DisplayName != old.DisplayName {
		if err := insertName(ctx, tx.DB, old.ID, draft, s.now(), actor.UserID); err != nil {
			return Account{}, err
		}
	}
	account, err := FindTx(ctx, tx, old.ID)
	if err != nil {
		return Account{}, err
	}
	if account.UnitID != old.UnitID {
		if err := s.tellWatch(ctx, tx, actor.UserID, account, Placed); err != nil {
			return Account{}, err
		}
	}
	if old.RemoteUID != "" && account.RemoteUID != old.RemoteUID {
		if err := s.tellWatch(ctx, tx, actor.UserID, account, UserChanged); err != nil {
			return Account{}, err
		}
		if err := s.tellOtherUser(ctx, tx, actor, old, account); err != nil {
			return Account{}, err
		}
	}

	return account, s.note(ctx, tx, actor, account, actUpdate, "", changes(old, account))
}

// tellOtherUser puts a changed uid before others than who changed it: the account is another user of
// the platform from now on.
func (s *Service) tellOtherUser(ctx context.Context, tx pg.Tx, actor access.Actor, old, now Account) error {
	return todo.RaiseTx(ctx, tx, s.now(), todo.Item{
		Matter:    todoOtherUser,
		Key:       otherUserKey(now.ID),
		UnitPath:  now.UnitPath,
		NotUser:   actor.UserID,
		SubjectID: now.ID,
		Args:      map[string]any{"account": now.At(), "from": old.RemoteUID, "to": now.RemoteUID},
	})
}

func otherUserKey(id int64) string { return "account/" + strconv.FormatInt(id, 10) + "/user" }

// changes lists what differs, as "from" and "to" for the audit trail.
func changes(old, now Account) map[string]any {
	out := map[string]any{}
	put := func(name string, from, to any) {
		if from != to {
			out[name] = map[string]any{"from": from, "to": to}
		}
	}
	put("unit", old.UnitID, now.UnitID)
	put("handle", old.Handle, now.Handle)
	put("display_name", old.DisplayName, now.DisplayName)
	put("seat", string(old.Seat), string(now.Seat))
	put("connector", string(old.Connector), string(now.Connector))
	put("remote_uid", old.RemoteUID, now.RemoteUID)
	put("late_limit", old.LateLimit.String(), now.LateLimit.String())
	put("min_gap", old.MinGap.String(), now.MinGap.String())
	put("auto_resend", old.AutoResend, now.AutoResend)
	put("position", old.Position, now.Position)

	return out
}

// SetState moves an account along its life. Going live needs a usable token and a passed connection
// test unless the account is posted to by hand; suspending and closing need a reason; closing wipes the
// token. It fails with fault.Conflict when the table of states has no such arrow or the account is not
// ready.
func (s *Service) SetState(
	ctx context.Context,
	actor access.Actor,
	id int64,
	to State,
	why string,
) (_ Account, err error) {
	defer fault.Step(&err, "account.SetState %d", id)

	why = strings.TrimSpace(why)
	if to != Live && why == "" {
		return Account{}, fault.Invalid("why", "请写明原因，将记入审计日志")
	}
	var account Account
	err = s.db.InTxRetry(ctx, func(tx pg.Tx) error {
		old, err := s.lock(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if err := s.mayMove(old, to); err != nil {
			return err
		}
		if err := s.move(ctx, tx, actor, old, to); err != nil {
			return err
		}
		account, err = FindTx(ctx, tx, id)
		if err != nil {
			return err
		}

		return s.note(ctx, tx, actor, account, ActState, why, map[string]any{"from": old.State, "to": to})
	})

	return account, err
}

func (s *Service) mayMove(account Account, to State) error {
	switch {
	case !account.State.May(to):
		return fault.Conflict("账号的状态已变化，不能这样操作，请刷新后再看").WithCode("state_changed")
	case to != Live || !account.Connector.NeedsToken():
		return nil
	case !account.Token.At(s.now()).Usable():
		return fault.Conflict("账号没有有效授权，请先完成授权").WithCode("no_token")
	case account.TestedAt == nil:
		return fault.Conflict("请先通过接口测试，再启用账号").WithCode("not_tested")
	}

	return nil
}

// move changes the state. Who posts is told before the token goes: a post on its way locks the two in
// this order too.
func (s *Service) move(ctx context.Context, tx pg.Tx, actor access.Actor, account Account, to State) error {
	done, err := setState(ctx, tx.DB, account.ID, account.State, to)
	if err != nil {
		return err
	}
	if !done {
		return fault.Conflict("账号的状态已变化，不能这样操作，请刷新后再看").WithCode("state_changed")
	}
	account.State = to
	if err := s.tellMoved(ctx, tx, actor.UserID, account); err != nil {
		return err
	}
	if to != Closed {
		return nil
	}
	if err := wipeCredential(ctx, tx.DB, account.ID); err != nil {
		return err
	}

	return todo.ResolveTx(ctx, tx, s.now(), todoKey(account.ID), 0)
}
