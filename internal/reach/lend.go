package reach

import (
	"context"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/weibo"
)

// Lent is an account that another feature reads for its inbox: with its token, within the inbox's own share
// of the account's day and the readings' share of the address's hour.
type Lent struct {
	account.Account
	Token weibo.Token
	Mode  weibo.Mode

	src source
	s   *Service
}

// Lend gives an account to be read. Fails with the fault of account.Service.Token when there is no token,
// with fault.Conflict for an account without an interface; PutOff understands both.
func (s *Service) Lend(ctx context.Context, accountID int64) (lent Lent, err error) {
	defer fault.Step(&err, "reach.Lend %d", accountID)

	src, err := s.open(ctx, accountID)

	return Lent{Account: src.Account, Token: src.token, Mode: src.mode, src: src, s: s}, err
}

// Spend takes one call out of the shares: of the interface that the account reads by, or of the public one.
// PutOff understands its error.
func (l Lent) Spend(ctx context.Context, public bool) (err error) {
	defer fault.Step(&err, "reach.Spend %d", l.ID)

	for _, window := range l.windows(public) {
		ok, err := l.s.purse.spend(ctx, l.s.db.Pool(), window)
		if err != nil {
			return err
		}
		if !ok {
			return errBudget
		}
	}

	return nil
}

func (l Lent) windows(public bool) []window {
	if !public && l.Mode == weibo.Commercial {
		return []window{l.s.opt.Limits.hourly(CommercialHost, l.s.now())}
	}

	return []window{l.s.opt.Limits.inboxDaily(l.ID, l.s.now()), l.s.opt.Limits.hourly(PublicHost, l.s.now())}
}

// PutOff says why an account cannot be read now, and when to come back; with an error when the job should
// be tried again at once. A window that the platform closed is closed for the readings too.
func (l Lent) PutOff(
	ctx context.Context,
	public bool,
	cause error,
) (_ Reason, _ time.Time, err error) {
	defer fault.Step(&err, "reach.PutOff %d", l.ID)

	host := l.src.host()
	if public {
		host = PublicHost
	}
	reason, next, err := l.s.judge(ctx, l.src, host, cause)
	if reason == reasonLimit {
		if closed := l.s.closeWindow(ctx, l.windows(public)[0]); closed != nil {
			return reason, next, closed
		}
	}

	return reason, next, err
}

// GiveWay holds a job back while much is about to be sent, as those of this package are.
func (s *Service) GiveWay(ctx context.Context) (err error) {
	defer fault.Step(&err, "reach.GiveWay")

	return s.giveWay(ctx)
}

// Reason says why a reading is put off; "" where none is.
type Reason string

// The reasons.
const (
	reasonUnreachable Reason = "unreachable"
	reasonBudget      Reason = "budget"
	reasonToken       Reason = "token"
	reasonLimit       Reason = "limit"
	reasonRefused     Reason = "refused"
)

// Label is the Chinese word for the reason.
func (r Reason) Label() string {
	return map[Reason]string{
		reasonUnreachable: "微博没有有效答复", reasonBudget: "读取次数已用完", reasonToken: "账号授权不可用",
		reasonLimit: "微博限制了读取次数", reasonRefused: "微博拒绝了读取",
	}[r]
}

// Budget tells whether calls ran out: ours, or those that the platform allows.
func (r Reason) Budget() bool { return r == reasonBudget || r == reasonLimit }
