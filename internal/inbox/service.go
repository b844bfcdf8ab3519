package inbox

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/plan"
	"juzhen/internal/reach"
	"juzhen/internal/todo"
	"juzhen/internal/weibo"
)

// Options of the service. All but the last three must be given.
type Options struct {
	Weibo      *weibo.Client
	Reading    *reach.Service    // the accounts' tokens, and the budget of calls
	Deliveries *delivery.Service // which sends the answers
	Plan       *plan.Service     // which days are worked
	Now        func() time.Time
	Log        *slog.Logger  // default slog.Default()
	Keep       time.Duration // how long what citizens say is kept once it is dealt with; default 180 days
	Since      time.Duration // how far back the first look at an account goes; default a day
}

// Service is the use cases of the inbox. It is safe for concurrent use.
type Service struct {
	db   *pg.DB
	opt  Options
	days almanac
}

// New makes the service.
func New(db *pg.DB, options Options) *Service {
	if options.Log == nil {
		options.Log = slog.Default()
	}
	if options.Keep <= 0 {
		options.Keep = 180 * 24 * time.Hour
	}
	if options.Since <= 0 {
		options.Since = 24 * time.Hour
	}

	return &Service{db: db, opt: options}
}

func (s *Service) now() time.Time { return s.opt.Now().UTC().Truncate(time.Microsecond) }

const pageSize = 200

// Show says which matters are asked for beside those of one state.
type Show string

// The choices.
const (
	ShowWaiting Show = ""        // the citizen waits, and it is not put off
	ShowMine    Show = "mine"    // of these, the actor's own
	ShowSnoozed Show = "snoozed" // put off
	ShowAll     Show = "all"
)

// Query asks for matters. The zero value is all that the actor sees in which the citizen waits, the next
// due first.
type Query struct {
	Show      Show
	State     State // wins over Show
	Kind      Kind
	Source    Source
	AccountID int64
	UnitID    int64  // whose accounts, or who deals with it: the unit or one below
	Thread    string // the post, by its number on the platform
	Overdue   bool
	Text      string // words, all of which stand in one thing that was said, in small letters or large
	After     string
	Limit     int // 200 when 0, and at most
}

// List gives matters in the actor's scope, the next due first, the citizens masked.
func (s *Service) List(ctx context.Context, actor access.Actor, query Query) (_ pg.Page[Matter], err error) {
	defer fault.Step(&err, "inbox.List")

	page, err := listMatters(ctx, s.db.Gorm(ctx), actor, query, s.now())
	for i := range page.Rows {
		page.Rows[i] = page.Rows[i].masked()
	}

	return page, err
}

// MostCounted is how far matters are counted.
const MostCounted = 1000

// Counts are how many matters the actor sees, each up to MostCounted: that many stands for more.
type Counts struct {
	By      map[State]int
	Overdue int
	Snoozed int
	Mine    int
}

// Count counts the matters that the actor sees.
func (s *Service) Count(ctx context.Context, actor access.Actor) (_ Counts, err error) {
	defer fault.Step(&err, "inbox.Count")

	return countMatters(ctx, s.db.Gorm(ctx), actor, s.now())
}

// Find reads one matter, the citizen masked. Fails with fault.NotFound where the actor does not see it.
func (s *Service) Find(ctx context.Context, actor access.Actor, id int64) (_ Matter, err error) {
	defer fault.Step(&err, "inbox.Find %d", id)

	found, err := findMatter(ctx, s.db.Gorm(ctx), actor, id)

	return found.masked(), err
}

// Items are what was said in a matter, in order, the citizen masked; at most 500. Fails with fault.NotFound.
func (s *Service) Items(ctx context.Context, actor access.Actor, id int64) (_ []Item, err error) {
	defer fault.Step(&err, "inbox.Items %d", id)

	if _, err := findMatter(ctx, s.db.Gorm(ctx), actor, id); err != nil {
		return nil, err
	}

	items, err := itemsOf(ctx, s.db.Gorm(ctx), id)
	for i := range items {
		items[i] = items[i].masked()
	}

	return items, err
}

// Steps are what was done with a matter, the last first; at most 200. Fails with fault.NotFound.
func (s *Service) Steps(ctx context.Context, actor access.Actor, id int64) (_ []Step, err error) {
	defer fault.Step(&err, "inbox.Steps %d", id)

	if _, err := findMatter(ctx, s.db.Gorm(ctx), actor, id); err != nil {
		return nil, err
	}

	return stepsOf(ctx, s.db.Gorm(ctx), id)
}

// About is the post under which a matter is said, where it is known.
func (s *Service) About(ctx context.Context, actor access.Actor, m Matter) (_ *Post, err error) {
	defer fault.Step(&err, "inbox.About %d", m.ID)

	return postOf(ctx, s.db.Gorm(ctx), actor, m)
}

// Reveal shows a matter with the citizen's name and numbers, and records that it did. Fails with
// fault.NotFound and fault.Forbidden.
func (s *Service) Reveal(
	ctx context.Context,
	actor access.Actor,
	id int64,
) (m Matter, items []Item, err error) {
	defer fault.Step(&err, "inbox.Reveal %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) (err error) {
		if m, err = findMatter(ctx, tx.DB, actor, id); err != nil {
			return err
		}
		if err := m.MayReveal(actor); err != nil {
			return err
		}
		if items, err = itemsOf(ctx, tx.DB, id); err != nil {
			return err
		}
		m, items = m.numbered(items)

		return audit.Write(ctx, tx, audit.Entry{
			Actor: actor, At: s.now(), Action: actReveal, Subject: m.Ref(), UnitPath: m.AccountPath,
		})
	})

	return m, items, err
}

// Reading is when an account's inbox is asked for.
type Reading struct {
	AccountID int64
	Handle    string
	AskedAt   *time.Time // last answer; nil: none yet
	NextAt    time.Time
	Reason    reach.Reason // why the next is put off
	Messages  int64        // private messages that the platform counts as unread
}

// Readings tell of the accounts that the actor sees when each was asked for last, and when it is next.
func (s *Service) Readings(ctx context.Context, actor access.Actor) (_ []Reading, err error) {
	defer fault.Step(&err, "inbox.Readings")

	return readingsOf(ctx, s.db.Gorm(ctx), actor)
}

// People are those to whom the matter can be assigned: who answers at its unit or its account's.
func (s *Service) People(ctx context.Context, m Matter) (people []identity.Holder, err error) {
	defer fault.Step(&err, "inbox.People %d", m.ID)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		people, err = identity.AbleTx(ctx, tx, s.now(), access.InboxAnswer, m.UnitPath, m.AccountPath)
		return err
	})

	return people, err
}

// Do does an act with a matter: the revision is the one that was shown. Fails with fault.NotFound, as
// Matter.May does, with fault.Fields, with fault.Conflict when somebody else was faster or the citizen wrote
// since.
func (s *Service) Do(ctx context.Context, actor access.Actor, id int64, move Move) (out Matter, err error) {
	defer fault.Step(&err, "inbox.Do %d", id)

	if err := s.days.load(ctx, s.opt.Plan, s.now()); err != nil {
		return Matter{}, err
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		before, err := findMatter(ctx, tx.DB, actor, id)
		if err != nil {
			return err
		}
		if err := before.May(actor, move.Act); err != nil {
			return err
		}
		if move, err = s.ready(ctx, tx, actor, before, move); err != nil {
			return err
		}
		to, _ := before.State.After(move.Act)
		if err := updateMatter(ctx, tx, before, to, move, actor.UserID, s.now()); err != nil {
			return err
		}
		if err := s.reckon(ctx, tx, before); err != nil {
			return err
		}
		if out, err = findMatter(ctx, tx.DB, access.System("inbox"), id); err != nil {
			return err
		}

		if move.Act == Merge {
			if err := s.took(ctx, tx, actor, before, move); err != nil {
				return err
			}
		}

		return s.record(ctx, tx, actor, before, out, move)
	})

	return out.masked(), err
}

// ready checks and completes what goes along with an act.
func (s *Service) ready(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	m Matter,
	move Move,
) (Move, error) {
	move, err := move.clean(s.now())
	if err != nil {
		return move, err
	}
	if move.Act == Answer || move.Act == Close || move.Act == Merge {
		open, err := answering(ctx, tx, m.ID)
		if err != nil {
			return move, err
		}
		if open {
			return move, errAnswering()
		}
	}

	switch move.Act {
	case Answer:
		ready, bad := m.linked(move)
		if bad != nil {
			return move, bad
		}

		return ready, nil
	case Close:
		if bad := m.closes(move); bad != nil {
			return move, bad
		}
	case Assign:
		return s.owner(ctx, tx, actor, m, move)
	case Merge:
		return s.target(ctx, tx, actor, m, move)
	}

	return move, nil
}

// owner says to whom a matter is assigned: the unit that has it when none is named, else one where the actor
// may; a person who may answer there.
func (s *Service) owner(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	m Matter,
	move Move,
) (Move, error) {
	path := m.UnitPath
	if move.UnitID == 0 {
		move.UnitID = m.UnitID
	}
	if move.UnitID != m.UnitID {
		unit, err := org.Of(ctx, tx.DB, move.UnitID)
		if err != nil {
			return move, err
		}
		if err := access.Require(actor, access.InboxAssign, unit.Path); err != nil {
			return move, err
		}
		path = unit.Path
	}
	if move.OwnerID == 0 {
		return move, nil
	}
	people, err := identity.AbleTx(ctx, tx, s.now(), access.InboxAnswer, path)
	if err != nil {
		return move, err
	}
	if !slices.ContainsFunc(people, func(h identity.Holder) bool { return h.UserID == move.OwnerID }) {
		return move, fault.Invalid("owner", "这个人在该单位没有办理互动的权限")
	}

	return move, nil
}

// reckon gives a matter the clock of what it is now, by the terms of its account's unit: what a citizen is
// promised does not depend on who deals with it.
func (s *Service) reckon(ctx context.Context, tx pg.Tx, before Matter) error {
	id := before.ID
	m, err := standingOf(ctx, tx, id)
	if err != nil {
		return err
	}
	dial, err := s.dialOf(ctx, tx, before.AccountPath)
	if err != nil {
		return err
	}
	facts, err := factsOf(ctx, tx, []*standing{m})
	if err != nil {
		return err
	}
	clocked := dial.clocked(m, facts[id], m.State)

	return setClock(ctx, tx, id, clocked.since, clocked.due, facts[id].ours)
}

func (s *Service) record(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	before, after Matter,
	move Move,
) error {
	step := Step{Act: move.Act, From: before.State, To: after.State, Note: after.told(move), At: s.now()}
	if err := insertStep(ctx, tx, after.ID, step, actor.UserID); err != nil {
		return err
	}
	if err := s.wait(ctx, tx, before, after, actor.UserID); err != nil {
		return err
	}
	if err := s.looked(ctx, tx, after.ID, move.Act, actor.UserID); err != nil {
		return err
	}
	detail := map[string]any{
		"from": before.State, "to": after.State, "revision": move.Revision, "kind": after.Kind,
		"unit": after.UnitID,
	}
	if after.OwnerID != nil {
		detail["owner"] = *after.OwnerID
	}
	if move.Act == Answer {
		detail["way"] = move.Way
	}
	if move.Act == Close {
		detail["result"] = move.Result
	}
	if move.Act == Merge {
		detail["into"] = move.Into
	}

	return audit.Write(ctx, tx, audit.Entry{
		Actor: actor, At: s.now(), Action: recorded[move.Act], Subject: after.Ref(),
		UnitPath: after.AccountPath, Detail: detail,
	})
}

// wait puts the matter on its owner's list while it waits for one, and takes it off else.
func (s *Service) wait(ctx context.Context, tx pg.Tx, before, after Matter, by int64) error {
	item, waits := after.assigned()
	if old, had := before.assigned(); had && (!waits || old.Key != item.Key) {
		if err := todo.ResolveTx(ctx, tx, s.now(), old.Key, by); err != nil {
			return err
		}
	}
	if !waits || item.OnlyUsers[0] == by { // who takes it knows
		return nil
	}

	return todo.RaiseTx(ctx, tx, s.now(), item)
}
