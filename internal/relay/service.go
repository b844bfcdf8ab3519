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
	"juzhen/internal/todo"
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

	return relay, s.note(ctx, tx, now, actor, actSet, relay, q.Reason, detail)
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

// Withdraw takes a relay back: what is not out is withdrawn, what is out stays out. Fails with
// fault.Invalid on "reason" without one once accounts were asked.
func (s *Service) Withdraw(ctx context.Context, actor access.Actor, id int64, why string) (err error) {
	defer fault.Step(&err, "relay.Withdraw %d", id)

	why = strings.TrimSpace(why)
	var relay Relay
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		found, err := findRelay(ctx, tx.DB, actor, id)
		if err != nil {
			return err
		}
		p, err := post.LockTx(ctx, tx, access.System("relay"), access.PostView, found.PostID)
		if err != nil {
			return err
		}
		if relay, err = s.steer(ctx, tx, actor, id); err != nil {
			return err
		}

		switch {
		case relay.Status() == Withdrawn || relay.Status() == Closed:
			return fault.Conflict("这次联动已结束")
		case relay.AskedAt != nil && why == "":
			return fault.Invalid("reason", "请写明原因，将记入审计日志")
		case len([]rune(why)) > maxWhy:
			return fault.Invalid("reason", "理由最多 {.max} 字", "max", maxWhy)
		}
		if relay.AskedAt == nil && (p.Phase == post.Draft || p.Phase == post.Returned) {
			if err := post.SetRelayTx(ctx, tx, actor.UserID, p, nil); err != nil {
				return err
			}
		} else if relay.AskedAt == nil && p.Phase == post.Submitted {
			return fault.Conflict("稿件正在审核，联动的要求随它一起送审，现在不能改").WithCode("in_review")
		}
		if err := setEnded(ctx, tx, s.now(), id, actor.UserID, true, why); err != nil {
			return err
		}
		if err := wantSettled(ctx, tx, id); err != nil { // it does what is not done at once
			return err
		}

		return s.note(ctx, tx, s.now(), actor, actWithdraw, relay, why, nil)
	})
	if err != nil {
		return err
	}
	if err := s.takeBackAll(ctx, id, Withdraw, why); err != nil {
		s.opt.Log.Warn("not all of a relay is taken back yet, a job goes on", "relay", id, "err", err)
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

// Remind puts tasks on their people's lists anew, taskID 0 for all that wait. It gives how many, and fails
// with fault.Conflict where a single one cannot be reminded or none can.
func (s *Service) Remind(ctx context.Context, actor access.Actor, id, taskID int64) (done int, err error) {
	defer fault.Step(&err, "relay.Remind %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		relay, err := s.steer(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		tasks, err := tasksOf(ctx, tx.DB, id)
		if err != nil {
			return err
		}
		now := s.now()
		var chosen []Task
		refused := error(fault.NotFound("没有找到联动任务，或不在您的管辖范围内"))

		for _, task := range tasks {
			if taskID != 0 && task.ID != taskID {
				continue
			}
			if err := relay.MayRemind(task, now); err != nil {
				refused = err
				continue
			}
			chosen = append(chosen, task)
		}
		if done = len(chosen); done == 0 {
			return refused
		}

		return s.remind(ctx, tx, now, actor, relay, chosen)
	})

	return done, err
}

func (s *Service) remind(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	actor access.Actor,
	relay Relay,
	chosen []Task,
) error {
	var ids []int64
	var keys []string
	var items []todo.Item

	for _, task := range chosen {
		item := item(relay, task, todoRemind, task.Ref()+"/remind")
		item.Args["who"] = actor.Name
		ids, keys, items = append(ids, task.ID), append(keys, item.Key), append(items, item)
	}
	if err := setReminded(ctx, tx, now, ids); err != nil {
		return err
	}
	if err := todo.ResolveManyTx(ctx, tx, now, keys, 0); err != nil {
		return err
	}
	if err := todo.RaiseManyTx(ctx, tx, now, items); err != nil {
		return err
	}

	return s.note(ctx, tx, now, actor, actRemind, relay, "", map[string]any{"tasks": ids})
}

// Close ends a relay with a statement: who has not confirmed has missed it, what is on its way goes on.
// The trail keeps the figures as they are then.
func (s *Service) Close(ctx context.Context, actor access.Actor, id int64, statement string) (err error) {
	defer fault.Step(&err, "relay.Close %d", id)

	statement = strings.TrimSpace(statement)
	if len([]rune(statement)) > MaxWords {
		return fault.Invalid("statement", "小结最多 {.max} 字", "max", MaxWords)
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		relay, err := s.steer(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if relay.Status() != Open {
			return fault.Conflict("这次联动没有在进行")
		}
		now := s.now()
		if _, err := lapse(ctx, tx, now, relay); err != nil {
			return err
		}
		asked, err := tasksOf(ctx, tx.DB, id)
		if err != nil {
			return err
		}
		if err := settleTodos(ctx, tx, now, idsOf(asked), actor.UserID); err != nil { // reminders
			return err
		}
		if err := setEnded(ctx, tx, now, id, actor.UserID, false, statement); err != nil {
			return err
		}
		tasks, err := tasksOf(ctx, tx.DB, id)
		if err != nil {
			return err
		}

		detail := map[string]any{"accounts": len(tasks)}
		for state, n := range FiguresOf(tasks, now, relay.Deadline).By {
			detail[string(state)] = n
		}

		return s.note(ctx, tx, now, actor, actClose, relay, statement, detail)
	})
}

// lapse has who was asked and did not answer miss the relay, and takes it from everybody's list.
func lapse(ctx context.Context, tx pg.Tx, now time.Time, relay Relay) (missed int, err error) {
	tasks, err := tasksOf(ctx, tx.DB, relay.ID)
	if err != nil {
		return 0, err
	}
	moved, err := moveTasks(ctx, tx, Lapse, tasks)
	if err != nil {
		return 0, err
	}

	return len(moved), settleTodos(ctx, tx, now, idsOf(moved), 0)
}

func idsOf(tasks []Task) []int64 {
	ids := make([]int64, len(tasks))
	for i, task := range tasks {
		ids[i] = task.ID
	}

	return ids
}

// settleTodos takes tasks from everybody's list.
func settleTodos(ctx context.Context, tx pg.Tx, now time.Time, ids []int64, by int64) error {
	var keys []string

	for _, id := range ids {
		key := Task{ID: id}.Ref()
		keys = append(keys, key, key+"/remind")
	}

	return todo.ResolveManyTx(ctx, tx, now, keys, by)
}

// item puts a task on its people's lists.
func item(relay Relay, task Task, matter todo.Matter, key string) todo.Item {
	deadline := relay.Deadline

	return todo.Item{
		Matter:    matter,
		Key:       key,
		UnitPath:  task.UnitPath,
		SubjectID: task.ID,
		Args:      map[string]any{"account": "@" + task.Handle, "title": relay.Title()},
		DueAt:     &deadline,
	}
}

func (s *Service) note(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	actor access.Actor,
	act audit.Act,
	relay Relay,
	why string,
	detail map[string]any,
) error {
	return audit.Write(ctx, tx, audit.Entry{
		Actor: actor, At: now, Action: act, Subject: relay.Ref(), UnitPath: relay.UnitPath, Why: why,
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
