package reach

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/weibo"
)

// Options of the service.
type Options struct {
	Limits Limits           // share of the call limits readings may use
	Now    func() time.Time // default time.Now
	Log    *slog.Logger     // default slog.Default()
	Due    DueFunc          // what is about to be sent, before which readings give way; default nothing

	// How long single readings of posts, and of accounts, are kept; the days made of them stay. 0: for ever.
	Keep, KeepAccounts time.Duration
}

// Service is the use cases of reach. It is safe for concurrent use.
type Service struct {
	db       *pg.DB
	api      *weibo.Client
	accounts *account.Service
	opt      Options
	purse    purse
	gate     gate

	importing chan struct{} // a place for each file that is read
}

// New builds the service. It makes no call and reads nothing.
func New(db *pg.DB, api *weibo.Client, accounts *account.Service, opt Options) *Service {
	opt.Limits = opt.Limits.filled()
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	service := &Service{
		db:        db,
		api:       api,
		accounts:  accounts,
		opt:       opt,
		importing: make(chan struct{}, importSlots),
	}
	service.gate = gate{due: opt.Due, now: service.now}

	return service
}

func (s *Service) now() time.Time { return s.opt.Now().UTC().Truncate(time.Microsecond) }

// errBudget says that the share of calls for readings is used up; the reading goes on in the next window.
var errBudget = errors.New("reach: the call budget is used up")

// account finds one account for who looks at its reach. Fails with fault.NotFound outside of
// the actor's scope.
func (s *Service) account(ctx context.Context, actor access.Actor, id int64) (account.Account, error) {
	found, err := s.accounts.List(ctx, actor, account.Filter{
		Permission: access.ReachView,
		IDs:        []int64{id},
	})
	if err != nil {
		return account.Account{}, err
	}
	if len(found) == 0 {
		return account.Account{}, fault.NotFound("没有找到，或不在您的管辖范围内")
	}

	return found[0], nil
}

// source is an account that is read, with the token to do so.
type source struct {
	account.Account
	token weibo.Token
	mode  weibo.Mode
	began time.Time
}

// open finds an account and its token. Fails with the fault of account.Service.Token when there is none.
func (s *Service) open(ctx context.Context, accountID int64) (source, error) {
	src := source{began: s.now()}
	err := s.db.InTx(ctx, func(tx pg.Tx) (err error) {
		src.Account, err = account.FindTx(ctx, tx, accountID)
		return err
	})
	if err != nil {
		return src, err
	}
	src.mode = weibo.Mode(src.Connector)
	if !src.Connector.NeedsToken() || src.State == account.Closed {
		return src, fault.Conflict("人工发布或已关停的账号没有可读取的接口").WithCode("no_interface")
	}
	src.token, err = s.accounts.Token(ctx, accountID)

	return src, err
}

// host is the interface that the account's own readings go to.
func (src source) host() Host {
	if src.mode == weibo.Commercial {
		return CommercialHost
	}

	return PublicHost
}

// spend takes one call out of the budget, or fails with errBudget.
func (s *Service) spend(ctx context.Context, host Host, accountID int64) error {
	for _, window := range s.opt.Limits.windows(host, accountID, s.now()) {
		ok, err := s.purse.spend(ctx, s.db.Pool(), window)
		if err != nil {
			return err
		}
		if !ok {
			return errBudget
		}
	}

	return nil
}

// refused records what an error of the platform means for later readings. It returns the error only
// when the job should be tried again.
func (s *Service) refused(ctx context.Context, src source, host Host, cause error) error {
	reason, next, retry := s.judge(ctx, src, host, cause)
	if reason == "" {
		return retry
	}
	if err := looked(ctx, s.db.Pool(), src.ID, s.now(), next, string(reason)); err != nil {
		return err
	}

	return retry
}

// judge says what an error of the platform means: why and until when readings of the account wait, and
// the error only when the job should be tried again; no reason where that could not be written down.
func (s *Service) judge(
	ctx context.Context,
	src source,
	host Host,
	cause error,
) (reason Reason, next time.Time, retry error) {
	now := s.now()

	var e *weibo.Error
	switch {
	case errors.Is(cause, errBudget):
		reason, next = reasonBudget, s.opt.Limits.hourly(host, now).ends
	case errors.As(cause, &e) && e.Class == weibo.ClassToken:
		reason, next = reasonToken, now.Add(hour)
		if err := s.tokenRefused(ctx, src, e); err != nil {
			return "", next, err
		}
	case errors.As(cause, &e) && e.Class == weibo.ClassSlow:
		reason, next = reasonLimit, e.RestUntil(now)
		if err := s.slowedDown(ctx, src, host, e); err != nil {
			return "", next, err
		}
	case errors.As(cause, &e) && e.Class != weibo.ClassRetry:
		reason, next = reasonRefused, now.Add(hour)
	case fault.Is(cause, fault.KindConflict):
		reason, next = reasonToken, now.Add(hour)
	default:
		return reasonUnreachable, now.Add(15 * time.Minute), cause
	}
	s.opt.Log.WarnContext(ctx, "reading put off",
		"account", src.ID,
		"reason", reason,
		"until", next,
		"err", cause,
	)

	return reason, next, nil
}

func (s *Service) tokenRefused(ctx context.Context, src source, e *weibo.Error) error {
	bad := account.TokenRevoked
	if weibo.Expired(e.Code) {
		bad = account.TokenExpired
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		return s.accounts.MarkTokenBadTx(ctx, tx, src.began, src.ID, bad)
	})
}

// slowedDown uses up the window the platform closed: the address's hour or the account's day.
func (s *Service) slowedDown(ctx context.Context, src source, host Host, e *weibo.Error) error {
	window := s.opt.Limits.daily(src.ID, s.now())
	if e.Scope == weibo.ScopeIP {
		window = s.opt.Limits.hourly(host, s.now())
	}

	return s.closeWindow(ctx, window)
}

// closeWindow lets nothing more be spent of a window. What other processes hold of it each of them
// learns to drop in the same way.
func (s *Service) closeWindow(ctx context.Context, w window) error {
	s.purse.empty(w)
	return exhaust(ctx, s.db.Pool(), w)
}
