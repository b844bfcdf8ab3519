package faultbook

import (
	"context"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/audit"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/inspect"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// Service is the use cases of the register. It is safe for concurrent use.
type Service struct {
	db    *pg.DB
	rules *inspect.Service
	clock func() time.Time
	most  int // faults that one sweep opens, or tells of; the next one goes on
	daily int // faults of a code that rules open within a day
}

// New makes the service. rules say which accounts fail.
func New(db *pg.DB, rules *inspect.Service, now func() time.Time) *Service {
	return &Service{db: db, rules: rules, clock: now, most: 500, daily: MaxDaily}
}

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

const pageSize = 200

// Query asks for faults. The zero value is all that the actor sees and that are not closed, the last
// changed first.
type Query struct {
	UnitPath  string // the account's unit or the one that puts it right, with all below
	State     State
	Closed    bool // also closed ones, where no state is asked for
	Code      string
	AccountID int64
	Overdue   bool
	After     string
	Limit     int // 200 when 0, and at most

	// Entered from the one instant on and before the other; zero: whenever.
	OpenedFrom, OpenedTo time.Time
}

// List gives faults in the actor's scope.
func (s *Service) List(ctx context.Context, actor access.Actor, query Query) (_ pg.Page[Fault], err error) {
	defer fault.Step(&err, "faultbook.List")

	return listFaults(ctx, s.db.Gorm(ctx), actor, query, s.now())
}

// Count counts the faults that the actor sees by state, and how many are overdue. unitPath is as in Query.
func (s *Service) Count(
	ctx context.Context,
	actor access.Actor,
	unitPath string,
) (_ map[State]int, overdue int, err error) {
	defer fault.Step(&err, "faultbook.Count")

	return countStates(ctx, s.db.Gorm(ctx), actor, unitPath, s.now())
}

// Find reads one fault. Fails with fault.NotFound where the actor does not see it.
func (s *Service) Find(ctx context.Context, actor access.Actor, id int64) (_ Fault, err error) {
	defer fault.Step(&err, "faultbook.Find %d", id)

	return findFault(ctx, s.db.Gorm(ctx), actor, id)
}

// Steps are what was done with a fault, the last first; at most 200. Fails with fault.NotFound.
func (s *Service) Steps(ctx context.Context, actor access.Actor, id int64) (_ []Step, err error) {
	defer fault.Step(&err, "faultbook.Steps %d", id)

	if _, err := s.Find(ctx, actor, id); err != nil {
		return nil, err
	}

	return stepsOf(ctx, s.db.Gorm(ctx), id)
}

// Open writes a fault into the book. It is the account's unit's until it is assigned. Fails with
// fault.NotFound and fault.Forbidden at the account's unit, with fault.Fields, with fault.Conflict, naming
// it, where one is open of this account, code and subject.
func (s *Service) Open(ctx context.Context, actor access.Actor, made Entry) (out Fault, err error) {
	defer fault.Step(&err, "faultbook.Open")

	if made, err = made.clean(); err != nil {
		return Fault{}, err
	}
	source := ByPerson
	if strings.HasPrefix(made.Subject, "post/") || strings.HasPrefix(made.Subject, "platform_post/") {
		source = ByPost
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		about, err := account.FindTx(ctx, tx, made.AccountID)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.FaultWrite, about.UnitPath); err != nil {
			return err
		}
		id, err := s.insert(ctx, tx, actor, made, about.UnitID, source, nil)
		if err != nil {
			return err
		}
		if id == 0 {
			open, err := openOne(ctx, tx, made)
			if err != nil {
				return err
			}

			return errTwice(open)
		}
		out, err = findFault(ctx, tx.DB, actor, id)

		return err
	})

	return out, err
}

// insert writes a fault with its first step, its entry in the trail and its to-do; 0 where it is in the
// book.
func (s *Service) insert(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	made Entry,
	unitID int64,
	source Source,
	since *time.Time,
) (int64, error) {
	id, err := insertFault(ctx, tx, made, unitID, source, actor.UserID, s.now(), since)
	if err != nil || id == 0 {
		return 0, err
	}
	written, err := findFault(ctx, tx.DB, access.System("faultbook"), id)
	if err != nil {
		return 0, err
	}
	step := Step{To: Open, At: s.now()}
	if err := insertStep(ctx, tx, id, step, actor.UserID); err != nil {
		return 0, err
	}
	if err := s.wait(ctx, tx, written, 0); err != nil {
		return 0, err
	}

	return id, audit.Write(ctx, tx, audit.Entry{
		Actor: actor, At: s.now(), Action: actOpen, Subject: written.Ref(), UnitPath: written.UnitPath,
		Detail: map[string]any{"code": made.Code, "subject": made.Subject, "source": source},
	})
}

// wait puts the fault on the lists of those it waits for now, and takes off what it waited for before.
func (s *Service) wait(ctx context.Context, tx pg.Tx, f Fault, by int64) error {
	if err := todo.ResolveSubjectTx(ctx, tx, s.now(), TodoSubject, f.ID, by); err != nil {
		return err
	}
	item, waits := f.todo()
	if !waits {
		return nil
	}

	return todo.RaiseTx(ctx, tx, s.now(), item)
}

// Do does an act with a fault: the revision is the one that was shown. Fails with fault.NotFound, as
// Fault.May does, with fault.Fields, with fault.Conflict when somebody else was faster.
func (s *Service) Do(ctx context.Context, actor access.Actor, id int64, move Move) (out Fault, err error) {
	defer fault.Step(&err, "faultbook.Do %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		before, err := findFault(ctx, tx.DB, actor, id)
		if err != nil {
			return err
		}
		if err := before.May(actor, move.Act); err != nil {
			return err
		}
		if move, err = move.clean(s.now()); err != nil {
			return err
		}
		if err := s.owner(ctx, tx, actor, before, &move); err != nil {
			return err
		}
		if move.Act == Reopen {
			if err := alone(ctx, tx, before); err != nil {
				return err
			}
		}
		to, _ := before.State.After(move.Act)
		if err := updateFault(ctx, tx, before, to, move, actor.UserID, s.now()); err != nil {
			return err
		}
		if out, err = findFault(ctx, tx.DB, access.System("faultbook"), id); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, before, out, move)
	})

	return out, err
}

// alone refuses what would make a second open fault of one account, code and subject.
func alone(ctx context.Context, tx pg.Tx, f Fault) error {
	open, err := openOne(ctx, tx, Entry{AccountID: f.AccountID, Code: f.Code, Subject: f.Subject})
	if err != nil || open == 0 {
		return err
	}

	return errTwice(open)
}

// errTwice names the fault that is open already.
func errTwice(open int64) error {
	return fault.Conflict("台账里已有这个账号的同一问题，编号 {.id}，还没有销号", "id", open)
}

// owner says to whom a fault is assigned: the unit that has it when none is named, else one where the actor
// may.
func (s *Service) owner(ctx context.Context, tx pg.Tx, actor access.Actor, f Fault, move *Move) error {
	if move.Act != Assign {
		return nil
	}
	if move.UnitID == 0 {
		move.UnitID = f.UnitID
	}
	unit, err := org.Of(ctx, tx.DB, move.UnitID)
	if err != nil {
		return err
	}

	return access.Require(actor, f.needs(Assign), unit.Path)
}

func (s *Service) record(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	before, after Fault,
	move Move,
) error {
	note := strings.TrimSpace(move.Note + "\n" + move.Evidence)
	step := Step{Act: move.Act, From: before.State, To: after.State, Note: note, At: s.now()}
	if move.Act == Assign {
		step.Note = strings.TrimSpace(after.UnitName + " · " + after.Due() + "\n" + note)
	}
	if err := insertStep(ctx, tx, after.ID, step, actor.UserID); err != nil {
		return err
	}
	if err := s.wait(ctx, tx, after, actor.UserID); err != nil {
		return err
	}

	return audit.Write(ctx, tx, audit.Entry{
		Actor: actor, At: s.now(), Action: recorded[move.Act], Subject: after.Ref(), UnitPath: after.UnitPath,
		Why: note, Detail: map[string]any{
			"from": before.State, "to": after.State, "revision": move.Revision, "unit": after.UnitID,
			"deadline": after.Due(),
		},
	})
}

// Sweep opens a fault for every account, or post of one, that fails a rule, once for each time that it does
// and MaxDaily of a code within a day; it holds back the others, says of those that a rule finds no more that
// they are put right, and tells supervisors of what is overdue.
func (s *Service) Sweep(ctx context.Context) (err error) {
	defer fault.Step(&err, "faultbook.Sweep")

	failing, err := s.rules.Failing(ctx)
	if err != nil {
		return err
	}
	fresh, err := unheard(ctx, s.db, entriesOf(failing))
	if err != nil {
		return err
	}
	now, held, err := s.bounded(ctx, fresh)
	if err != nil {
		return err
	}
	if _, err := s.enter(ctx, access.System("faultbook"), now[:min(len(now), s.most)]); err != nil {
		return err
	}
	if err := s.hold(ctx, held); err != nil {
		return err
	}
	if err := s.mend(ctx, entriesOf(failing)); err != nil {
		return err
	}

	late, err := overdueFaults(ctx, s.db.Gorm(ctx), s.now(), s.most)
	if err != nil || len(late) == 0 {
		return err
	}

	items := make([]todo.Item, len(late))
	for i, f := range late {
		items[i] = f.overdue()
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error { return todo.RaiseManyTx(ctx, tx, s.now(), items) })
}

// mendable are the codes of which a rule can tell that they are put right, because each is about one thing.
var mendable = []string{"wording", "wording_grave", "link_dead", "interaction"}

// saidMended is what stands for the correction where a rule finds the fault no more.
const saidMended = "规则不再查出：微博已删除或改正，或词表不再列入、已登记例外，或链接又能打开，或互动检查表这一项改为是。"

// mend says of faults that rules entered and find no more that they are put right. A person looks again.
func (s *Service) mend(ctx context.Context, failing []ruled) error {
	over, err := mendedFaults(ctx, s.db, failing, s.most)
	if err != nil {
		return err
	}
	system := access.System("faultbook")

	for _, id := range over {
		err := s.db.InTx(ctx, func(tx pg.Tx) error {
			before, err := findFault(ctx, tx.DB, system, id)
			if err != nil {
				return err
			}
			move := Move{Act: Correct, Revision: before.Revision, Note: saidMended}
			if err := updateFault(ctx, tx, before, Corrected, move, 0, s.now()); err != nil {
				return err
			}
			after, err := findFault(ctx, tx.DB, system, id)
			if err != nil {
				return err
			}

			return s.record(ctx, tx, system, before, after, move)
		})
		if err != nil && !fault.Is(err, fault.KindConflict) { // somebody was faster: the next round sees
			return err
		}
	}

	return nil
}

// ruled is what a rule found, as it is written into the book of the account's unit.
type ruled struct {
	Entry
	unitID   int64
	unitPath string
	since    time.Time // what was closed out later than this is known; zero: whatever was
}

func entriesOf(failing []inspect.Finding) []ruled {
	words := i18n.For(i18n.Chinese)
	var entries []ruled

	for _, found := range failing {
		for _, breach := range found.Breaches {
			entries = append(
				entries,
				ruled{unitID: found.UnitID, unitPath: found.UnitPath, since: breach.Since, Entry: Entry{
					AccountID: found.ID,
					Code:      breach.Code,
					Subject:   breach.Subject,
					Description: found.Rule.Source + "：" + words.T(
						breach.Because.Text,
						breach.Because.Args...),
				}},
			)
		}
		if len(found.Breaches) > 0 {
			continue
		}
		because := found.Because[0]
		entries = append(entries, ruled{unitID: found.UnitID, unitPath: found.UnitPath, Entry: Entry{
			AccountID:   found.ID,
			Code:        string(found.Rule.Kind),
			Subject:     found.Rule.Code + "/" + beijing.Date(found.FailsOn),
			Description: found.Rule.Source + "：" + words.T(because.Text, because.Args...),
		}})
	}

	return entries
}
