package inbox

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/queue"
	"juzhen/internal/todo"
)

// dial is what the clocks of the accounts of one unit run by.
type dial struct {
	course  Course
	special func(time.Time) (works, known bool)
	kinds   map[Kind]Calendar
}

func newDial(course Course, special func(time.Time) (works, known bool)) *dial {
	return &dial{course, special, map[Kind]Calendar{}}
}

// dialOf is that of the accounts of the unit of a path.
func (s *Service) dialOf(ctx context.Context, tx pg.Tx, path string) (*dial, error) {
	versions, err := termsAlong(ctx, tx, path)
	if err != nil {
		return nil, err
	}

	return newDial(CourseOf(path, versions), s.special()), nil
}

func (d *dial) calendar(kind Kind) Calendar {
	calendar, ok := d.kinds[kind]
	if !ok {
		calendar = d.course.Calendar(kind, d.special)
		d.kinds[kind] = calendar
	}

	return calendar
}

// settling is a matter with where it is put.
type settling struct {
	*standing
	to    State
	since *time.Time
	due   *time.Time
	known facts
}

// clocked gives the clock of a matter in a state.
func (d *dial) clocked(m *standing, known facts, to State) settling {
	out := settling{standing: m, to: to, known: known}
	if !to.Waits() {
		return out
	}
	clocks := Clocks(known.all(m))
	if len(clocks) == 0 || clocks[len(clocks)-1].Stopped != nil {
		return out
	}
	clock := clocks[len(clocks)-1]
	out.since = &clock.Since
	out.due = d.calendar(m.Kind).Due(clock.Since, d.course.Allowed(m.Kind, clock), known.pauses)

	return out
}

// ReckonArgs asks for the clocks of what waits to be reckoned again: at the accounts of a unit and of those
// below, or of all where there is none.
type ReckonArgs struct {
	UnitPath string `json:"unit_path"`
}

// Kind names the job.
func (ReckonArgs) Kind() string { return "inbox.reckon" }

// InsertOpts gives the queue. Each change is followed by a pass of its own: one that runs may have gone by.
func (ReckonArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queue.Pull, MaxAttempts: 5}
}

type reckoner struct {
	river.WorkerDefaults[ReckonArgs]
	s *Service
}

// Work reckons.
func (w reckoner) Work(ctx context.Context, job *river.Job[ReckonArgs]) (err error) {
	defer fault.Step(&err, "inbox.reckoner.Work")

	return w.s.Reckon(ctx, job.Args.UnitPath)
}

// reckonBatch is how many matters are reckoned in one transaction.
const reckonBatch = 2000

// Reckon gives each matter that waits at an account of the unit of a path, or below, the clock that the terms
// and the holidays of now give it; "" is all. It is done in batches, and may be broken off and begun again.
func (s *Service) Reckon(ctx context.Context, unitPath string) (err error) {
	defer fault.Step(&err, "inbox.Reckon %s", unitPath)

	if err := s.days.load(ctx, s.opt.Plan, s.now()); err != nil {
		return err
	}

	for last, more := int64(0), true; more; {
		err := s.db.InTx(ctx, func(tx pg.Tx) (err error) {
			last, more, err = s.reckonSome(ctx, tx, unitPath, last)
			return err
		})
		if err != nil {
			return err
		}
	}

	return nil
}

// reckonSome reckons the matters after one, and gives the last of them and whether there may be more.
func (s *Service) reckonSome(
	ctx context.Context, tx pg.Tx, unitPath string, after int64,
) (last int64, more bool, err error) {
	all, paths, err := waitingAfter(ctx, tx, unitPath, after, reckonBatch)
	if err != nil || len(all) == 0 {
		return after, false, err
	}
	versions, err := allTerms(ctx, tx)
	if err != nil {
		return after, false, err
	}
	facts, err := factsOf(ctx, tx, all)
	if err != nil {
		return after, false, err
	}
	dials := map[string]*dial{}
	changed := make([]settling, 0, len(all))

	for _, m := range all {
		path := paths[m.ID]
		if dials[path] == nil {
			dials[path] = newDial(CourseOf(path, versions), s.special())
		}
		settled := dials[path].clocked(m, facts[m.ID], m.State)
		if !same(settled.due, m.dueAt) {
			changed = append(changed, settled)
		}
	}

	return all[len(all)-1].ID, len(all) == reckonBatch, updateDue(ctx, tx, changed)
}

func same(a, b *time.Time) bool { return a == b || a != nil && b != nil && a.Equal(*b) }

// waitingAfter gives matters that wait, in order of their numbers, with the paths of their accounts' units,
// and keeps them as they are. Nothing is taken in for their accounts meanwhile.
func waitingAfter(
	ctx context.Context, tx pg.Tx, unitPath string, after int64, limit int,
) (all []*standing, paths map[int64]string, err error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT m.id, m.account_id, u.path
FROM inbox_matters m JOIN accounts a ON a.id = m.account_id JOIN units u ON u.id = a.unit_id
WHERE m.id > $1 AND `+waiting+` AND starts_with(u.path, $2) ORDER BY m.id LIMIT $3`, after, unitPath, limit)
	if err != nil {
		return nil, nil, err
	}

	var (
		id, account int64
		path        string
		ids         []int64
		accounts    = map[int64]bool{}
	)
	paths = map[int64]string{}
	_, err = pgx.ForEachRow(rows, []any{&id, &account, &path}, func() error {
		ids, paths[id], accounts[account] = append(ids, id), path, true
		return nil
	})
	if err != nil || len(ids) == 0 {
		return nil, nil, err
	}
	_, err = tx.Pgx.Exec(ctx,
		"SELECT FROM inbox_watches WHERE account_id = ANY ($1) ORDER BY account_id FOR UPDATE",
		slices.Sorted(maps.Keys(accounts)))
	if err != nil {
		return nil, nil, err
	}
	rows, err = tx.Pgx.Query(ctx, "SELECT "+standingColumns+`, m.due_at
FROM inbox_matters m WHERE m.id = ANY ($1) ORDER BY m.id FOR UPDATE`, ids)
	if err != nil {
		return nil, nil, err
	}
	all, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (*standing, error) {
		m := &standing{}
		return m, row.Scan(append(m.columns(), &m.dueAt)...)
	})

	return all, paths, err
}

// updateDue writes the ends of clocks, also into what is on the lists of owners.
func updateDue(ctx context.Context, tx pg.Tx, list []settling) error {
	if len(list) == 0 {
		return nil
	}

	ids, dues := make([]int64, len(list)), make([]*time.Time, len(list))
	for i, m := range list {
		ids[i], dues[i] = m.ID, m.due
	}
	rows, err := tx.Pgx.Query(ctx, `
UPDATE inbox_matters m SET due_at = x.due
FROM unnest($1::bigint[], $2::timestamptz[]) AS x (id, due) WHERE m.id = x.id
RETURNING m.id, coalesce(m.owner_id, 0), m.due_at`, ids, dues)
	if err != nil {
		return err
	}

	var (
		id, owner int64
		due       *time.Time
		waits     = map[string]*time.Time{}
	)
	_, err = pgx.ForEachRow(rows, []any{&id, &owner, &due}, func() error {
		if owner != 0 {
			waits[ownerKey(id, owner)] = due
		}

		return nil
	})
	if err != nil || len(waits) == 0 {
		return err
	}

	return todo.PutOffTx(ctx, tx, waits)
}
