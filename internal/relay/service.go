package relay

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/audit"
	"juzhen/internal/check"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// Options are the use cases below that relays call.
type Options struct {
	Deliveries *delivery.Service
	Checks     *check.Service // nil: suggested words are not looked through, as in tests of other matters
	// People gives a person with the grants in force and the language; fault.NotFound for one who is
	// disabled.
	People func(ctx context.Context, user int64) (_ access.Actor, lang string, _ error)
	Now    func() time.Time
	Log    *slog.Logger // slog.Default() when nil
}

// Service is the use cases of relays. It is safe for concurrent use.
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

// listed bounds the list of relays.
const listed = 100

// Set has a post ask accounts to carry it. While the post is a draft its approval covers what is asked,
// and the accounts hear of it then; of an approved post they hear now, and their words go through their
// own chains. Fails with fault.NotFound or fault.Forbidden at the post and at an account, with
// fault.Fields ("kind", "lead", "accounts", "words", "spread", "deadline", "reason"), with fault.Conflict
// once accounts were asked, for a post under review, and where somebody else changed the relay since.
func (s *Service) Set(
	ctx context.Context,
	actor access.Actor,
	postID int64,
	q Request,
) (relay Relay, err error) {
	defer fault.Step(&err, "relay.Set %d", postID)

	if err := s.LookThrough(ctx, actor, q); err != nil {
		return Relay{}, err
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		relay, err = s.SetTx(ctx, tx, actor, postID, q)
		return err
	})

	return relay, err
}

// SetTx is Set inside of a transaction, for words that were looked through before it.
func (s *Service) SetTx(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	postID int64,
	q Request,
) (relay Relay, err error) {
	defer fault.Step(&err, "relay.SetTx %d", postID)

	now := s.now()
	p, err := post.LockTx(ctx, tx, actor, access.RelayAsk, postID)
	if err != nil {
		return Relay{}, err
	}
	if q, err = q.check(now, p.DueAt); err != nil {
		return Relay{}, err
	}
	if err := s.mayBeSet(ctx, tx, p, q); err != nil {
		return Relay{}, err
	}
	if err := checkAccounts(ctx, tx, actor, p, q); err != nil {
		return Relay{}, err
	}
	id, err := putRelay(ctx, tx, now, p.ID, actor.UserID, q)
	if err != nil {
		return Relay{}, err
	}
	if relay, err = findAny(ctx, tx.DB, id); err != nil {
		return Relay{}, err
	}
	if p.Phase == post.Approved {
		err = wantSettled(ctx, tx, id)
	} else {
		err = post.SetRelayTx(ctx, tx, actor.UserID, p, relay.digest(q.AccountIDs))
	}
	if err != nil {
		return Relay{}, err
	}
	detail := map[string]any{
		"post": p.ID, "kind": string(q.Kind), "accounts": len(q.AccountIDs), "until": q.Deadline,
	}
	if q.AtOnce {
		detail["at_once"] = true
	}

	return relay, s.note(ctx, access.NewAct(tx, now, actor), actSet, relay, q.Reason, detail)
}

// mayBeSet tells why a post cannot ask accounts, or not in this way, now.
func (s *Service) mayBeSet(ctx context.Context, tx pg.Tx, p post.Post, q Request) error {
	found, err := ofPost(ctx, tx.DB, p.ID)
	if err != nil {
		return err
	}
	revision := 0

	for _, relay := range found {
		tasks, err := tasksOf(ctx, tx.DB, relay.ID)
		if err != nil {
			return err
		}
		if board := (Board{Relay: relay, Tasks: tasks}); !board.MayBeSet() {
			return fault.Conflict("已经向各账号发出任务，不能再改；可以撤回").WithCode("relay_asked")
		}
		revision = relay.Revision
	}

	switch {
	case q.Revision != revision:
		return fault.Conflict("联动的要求已被他人修改，请刷新页面，看过最新内容后再改").WithCode("stale")
	case p.Phase == post.Submitted:
		return fault.Conflict("稿件正在审核，联动的要求随它一起送审，现在不能改").WithCode("in_review")
	case p.Phase == post.Withdrawn:
		return fault.Conflict("稿件已撤回")
	}

	return nil
}

// checkAccounts looks at who is asked to carry whose post.
func checkAccounts(ctx context.Context, tx pg.Tx, actor access.Actor, p post.Post, q Request) error {
	version, err := post.VersionTx(ctx, tx, p.VersionID)
	if err != nil {
		return err
	}
	if _, ok := version.Target(q.LeadAccountID); !ok {
		return fault.Invalid("lead", "请选择一个发这篇稿件的账号作为首发")
	}
	accounts, err := account.FindManyTx(ctx, tx, q.AccountIDs)
	if err != nil {
		return err
	}

	for _, id := range q.AccountIDs {
		one, ok := accounts[id]

		switch _, lead := version.Target(id); {
		case !ok || !actor.CanAt(access.RelayAsk, one.UnitPath):
			return fault.Invalid("accounts", "所选账号不存在，或不在您的管辖范围内，请刷新后重选")
		case lead:
			return fault.Invalid("accounts", "{.account} 已在稿件的账号里，不必再参加联动", "account", one.At())
		case one.State != account.Live:
			return fault.Invalid("accounts", "{.account} 不在运行中，不能发布", "account", one.At())
		}
	}

	return nil
}

// LookThrough refuses suggested words in which the checks find something that stops, or that somebody
// would have to explain: nobody explains it at twenty accounts.
func (s *Service) LookThrough(ctx context.Context, actor access.Actor, q Request) error {
	if s.opt.Checks == nil || strings.TrimSpace(q.Words) == "" || len(q.AccountIDs) > MaxAccounts {
		return nil
	}
	found, err := s.opt.Checks.Text(ctx, actor, check.Question{AccountIDs: q.AccountIDs, Text: q.Words})
	if err != nil {
		return err
	}

	for _, finding := range found {
		if finding.Stops() || finding.Level == lexicon.Second {
			return fault.Invalid("words", "正文检查在建议的文字中发现“{.found}”，请改正", "found", finding.Found)
		}
	}

	return nil
}

// steer locks a relay whose course the actor may change.
func (s *Service) steer(ctx context.Context, tx pg.Tx, actor access.Actor, id int64) (Relay, error) {
	if err := lockRelay(ctx, tx, id, "UPDATE"); err != nil {
		return Relay{}, err
	}
	relay, err := findRelay(ctx, tx.DB, actor, id)
	if err != nil {
		return Relay{}, err
	}

	return relay, access.Require(actor, access.RelayAsk, relay.UnitPath)
}

func idsOf(tasks []Task) []int64 {
	ids := make([]int64, len(tasks))
	for i, task := range tasks {
		ids[i] = task.ID
	}

	return ids
}

func (s *Service) note(
	ctx context.Context,
	act access.Act,
	what audit.Act,
	relay Relay,
	why string,
	detail map[string]any,
) error {
	return audit.Write(ctx, act.Tx, audit.Entry{
		Actor: act.Actor, At: act.Now, Action: what, Subject: relay.Ref(), UnitPath: relay.UnitPath, Why: why,
		Detail: detail,
	})
}

// accountsOf are the accounts of tasks, as the digest counts them.
func accountsOf(tasks []Task) (ids []int64) {
	for _, task := range tasks {
		ids = append(ids, task.AccountID)
	}
	slices.Sort(ids)

	return ids
}
