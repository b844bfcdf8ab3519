package push

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/inbox"
	"juzhen/internal/pg"
	"juzhen/internal/seal"
)

// Options of the service.
type Options struct {
	Inbox *inbox.Service
	Box   *seal.Box
	Now   func() time.Time
	URL   string           // by which the platform reaches the listener, without a slash at its end; "": none
	Log   *slog.Logger     // default slog.Default()
	Clock func() time.Time // against which the platform's is held; default the database's
}

// Service is the use cases of push addresses. It is safe for concurrent use.
type Service struct {
	db  *pg.DB
	opt Options
}

// New makes the service.
func New(db *pg.DB, options Options) *Service {
	if options.Log == nil {
		options.Log = slog.Default()
	}

	return &Service{db: db, opt: options}
}

func (s *Service) now() time.Time { return s.opt.Now().UTC().Truncate(time.Microsecond) }

// Listens tells whether there is a listener that addresses could lead to.
func (s *Service) Listens() bool { return s.opt.URL != "" }

// use is what the sub-key of these secrets is derived for: none of them opens as a token of an account, nor
// the other way round.
const use = "push secret"

func bind(accountID int64) string { return "push/" + strconv.FormatInt(accountID, 10) }

// Find reads the address of an account. It fails with fault.NotFound where the actor does not manage it.
func (s *Service) Find(ctx context.Context, actor access.Actor, accountID int64) (_ Address, err error) {
	defer fault.Step(&err, "push.Find %d", accountID)

	return findAddress(ctx, s.db.Gorm(ctx), actor, accountID)
}

// Make gives an account a new address and ends the old one at once. The secret is that of the fans service;
// "" keeps the one there is. The addresses are kept nowhere: only the token's hash is. Fails with
// fault.NotFound, with fault.Invalid at "secret", with fault.Conflict where the page was an old one, the
// account is closed, or nothing listens.
func (s *Service) Make(
	ctx context.Context,
	actor access.Actor,
	accountID int64,
	revision int,
	secret string,
) (told Addresses, err error) {
	defer fault.Step(&err, "push.Make %d", accountID)

	if !s.Listens() {
		return told, fault.Conflict("没有开启推送监听（JUZHEN_PUSH_LISTEN），地址没有用处").WithCode("no_listener")
	}
	if secret, err = cleanSecret(secret); err != nil {
		return told, err
	}
	token := newToken()

	return s.addresses(token), s.change(ctx, actor, accountID, revision, func(tx pg.Tx, old Address) error {
		sealed := seal.Sealed{}
		if secret != "" {
			if sealed, err = s.opt.Box.Seal(use, bind(accountID), []byte(secret)); err != nil {
				return err
			}
		}
		if err := putAddress(ctx, tx, accountID, hashOf(token), sealed, actor.UserID, s.now()); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, accountID, actMake, "", map[string]any{
			"renewed": old.Open, "secret": secret != "",
		})
	})
}

func (s *Service) addresses(token string) Addresses {
	return Addresses{
		Fans:    s.opt.URL + "/push/weibo/fans/" + token,
		Partner: s.opt.URL + "/push/weibo/partner/" + token,
	}
}

// Revoke ends the address of an account at once and wipes the secret. It fails as Make does.
func (s *Service) Revoke(
	ctx context.Context,
	actor access.Actor,
	accountID int64,
	revision int,
	why string,
) (err error) {
	defer fault.Step(&err, "push.Revoke %d", accountID)

	return s.change(ctx, actor, accountID, revision, func(tx pg.Tx, old Address) error {
		if !old.Open {
			return fault.Conflict("账号没有可撤销的推送地址")
		}
		if err := wipeAddress(ctx, tx, accountID); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, accountID, actRevoke, strings.TrimSpace(why), nil)
	})
}

// change does something with an address of a revision, which nobody else does meanwhile.
func (s *Service) change(
	ctx context.Context,
	actor access.Actor,
	accountID int64,
	revision int,
	do func(tx pg.Tx, old Address) error,
) error {
	return s.db.InTx(ctx, func(tx pg.Tx) error {
		if err := lockAddress(ctx, tx, accountID); err != nil {
			return err
		}
		a, err := account.FindTx(ctx, tx, accountID)
		if err != nil {
			return err
		}
		old, err := findAddress(ctx, tx.DB, actor, accountID)
		if err != nil {
			return err
		}
		if a.State == account.Closed {
			return fault.Conflict("账号已关停，不能再修改")
		}
		if old.Revision != revision {
			return fault.Conflict("推送地址刚刚被他人改过，请刷新后再看").WithCode("stale")
		}

		return do(tx, old)
	})
}

func (s *Service) record(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	accountID int64,
	act audit.Act,
	why string,
	detail map[string]any,
) error {
	a, err := account.FindTx(ctx, tx, accountID)
	if err != nil {
		return err
	}

	return audit.Write(ctx, tx, audit.Entry{
		Actor: actor, At: s.now(), Action: act, Subject: "account/" + strconv.FormatInt(accountID, 10),
		UnitPath: a.UnitPath, Why: why, Detail: detail,
	})
}

// AccountChangedTx wipes the address of an account that is closed.
func AccountChangedTx(
	ctx context.Context,
	tx pg.Tx,
	_ time.Time,
	_ int64,
	a account.Account,
	change account.Change,
) (err error) {
	defer fault.Step(&err, "push.AccountChangedTx %d", a.ID)

	if change != account.WasClosed {
		return nil
	}

	return wipeAddress(ctx, tx, a.ID)
}

// Verify answers the platform's question whether an address is ours: the text to answer, or ErrNoAddress or
// *Refused.
func (s *Service) Verify(ctx context.Context, token string, call Call, echo string) (_ string, err error) {
	defer fault.Step(&err, "push.Verify")

	to, err := s.open(ctx, token)
	if err != nil {
		return "", err
	}
	_, err = to.check(call)
	if err == nil && !echoes(echo) {
		err = refuse(BadForm)
	}
	if err != nil {
		return "", s.refused(ctx, to, err)
	}

	return echo, verified(ctx, s.db.Pool(), to.AccountID, s.now())
}

// Body reads what is sent, which nobody does before the sender has proved who it is. It gives nil for what is
// too large.
type Body func() ([]byte, error)

// Take takes in what the fans service pushed: nil once it is kept, or was before; ErrNoAddress, *Refused, or
// what kept it from being kept.
func (s *Service) Take(ctx context.Context, token string, call Call, body Body) (err error) {
	defer fault.Step(&err, "push.Take")

	to, err := s.open(ctx, token)
	if err != nil {
		return err
	}
	m, stamp, err := to.read(call, body)
	if err == nil {
		err = s.keep(ctx, to, call, stamp, m)
	}

	return s.refused(ctx, to, err)
}

// read reads a push and sees that it is for the account.
func (to target) read(call Call, body Body) (m message, stamp int64, err error) {
	if stamp, err = to.check(call); err != nil {
		return m, 0, err
	}
	raw, err := body()
	if err == nil && raw == nil {
		err = refuse(TooLarge)
	}
	if err != nil {
		return m, 0, err
	}
	if m, err = read(raw, to.now); err != nil {
		return m, 0, err
	}
	if string(m.Receiver) != to.UID {
		return m, 0, refuse(BadReceiver)
	}

	return m, stamp, nil
}

// keep brings a push into the books, and the signature with it. The row of the address is locked, so that one
// transaction at a time does so for an account.
func (s *Service) keep(ctx context.Context, to target, call Call, stamp int64, m message) error {
	if err := s.opt.Inbox.Prepare(ctx); err != nil {
		return err
	}

	return s.db.InTxRetry(ctx, func(tx pg.Tx) error {
		if err := lockTarget(ctx, tx, to); err != nil {
			return err
		}
		again, err := used(ctx, tx, to.AccountID, stamp, call.Nonce, m.hash[:], s.now())
		if err != nil || again {
			return err
		}
		a, err := account.FindTx(ctx, tx, to.AccountID)
		if err != nil {
			return err
		}
		if err := s.opt.Inbox.HearTx(ctx, tx, a, m.told()); err != nil {
			return err
		}

		return taken(ctx, tx, to.AccountID, s.now())
	})
}

// Hint takes in what the partner push sent. Its form is not known, and nothing in it is believed: it is kept
// for some days and has the account's inbox asked for soon. An echo is answered, so that the platform finds
// the address to be ours. It fails as Take does.
func (s *Service) Hint(ctx context.Context, token, echo string, body Body) (_ string, err error) {
	defer fault.Step(&err, "push.Hint")

	to, err := s.find(ctx, token)
	if err != nil {
		return "", err
	}

	raw, err := body()
	if err != nil {
		return "", err
	}

	switch {
	case raw == nil:
		return "", s.refused(ctx, to, refuse(TooLarge))
	case echo != "" && !echoes(echo):
		return "", s.refused(ctx, to, refuse(BadForm))
	case echo != "":
		return echo, verified(ctx, s.db.Pool(), to.AccountID, s.now())
	}

	return "", s.db.InTxRetry(ctx, func(tx pg.Tx) error {
		if err := lockTarget(ctx, tx, to); err != nil {
			return err
		}
		if err := putHint(ctx, tx, to.AccountID, raw, s.now()); err != nil {
			return err
		}

		return s.opt.Inbox.AskSoonTx(ctx, tx, to.AccountID)
	})
}

// find finds the address with a token.
func (s *Service) find(ctx context.Context, token string) (target, error) {
	if len(token) != 2*tokenBytes {
		return target{}, ErrNoAddress
	}
	to, err := findTarget(ctx, s.db.Pool(), hashOf(token))
	if s.opt.Clock != nil {
		to.now = s.opt.Clock()
	}

	return to, err
}

// open is find with the secret opened. Without one nothing is signed, which check tells.
func (s *Service) open(ctx context.Context, token string) (target, error) {
	to, err := s.find(ctx, token)
	if err != nil || len(to.Sealed) == 0 {
		return to, err
	}
	plain, err := s.opt.Box.Open(use, bind(to.AccountID), seal.Sealed{KeyID: to.KeyID, Data: to.Sealed})
	if err != nil {
		s.opt.Log.Error("push: secret cannot be opened", "account", to.AccountID, "error", err)
		return to, nil
	}
	to.secret = string(plain)

	return to, nil
}

// check tells whether the platform made a call: when, or *Refused.
func (to target) check(call Call) (stamp int64, err error) {
	if to.secret == "" {
		return 0, refuse(NoSecret)
	}

	return call.check(to.secret, to.now)
}

// refused counts what is refused, and gives back why.
func (s *Service) refused(ctx context.Context, to target, err error) error {
	var why *Refused
	if !errors.As(err, &why) {
		return err
	}
	s.opt.Log.Info("push refused", "account", to.AccountID, "reason", string(why.Reason))

	return errors.Join(err, countRefusal(ctx, s.db.Pool(), to.AccountID, why.Reason, s.now()))
}

// Sweep drops signatures that are too old to be used, and what the partner push sent some days ago.
func (s *Service) Sweep(ctx context.Context) (err error) {
	defer fault.Step(&err, "push.Sweep")

	return sweep(ctx, s.db.Pool(), s.now().Add(-seenFor), s.now().Add(-hintsFor))
}
