package inbox

import (
	"context"
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
		calendar.known = map[time.Time][]Span{}
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
	out.due = d.due(m.Kind, clock, known.pauses)

	return out
}

// due is when the clock of a matter of a kind ends.
func (d *dial) due(kind Kind, clock Clock, pauses []Span) *time.Time {
	return d.calendar(kind).Due(clock.Since, d.course.Allowed(kind, clock), pauses)
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
// and the holidays of now give it; "" is all. Nearly all have it already: they are read once and kept from
// nobody. The others are reckoned in batches, and the pass may be broken off and begun again.
func (s *Service) Reckon(ctx context.Context, unitPath string) (err error) {
	defer fault.Step(&err, "inbox.Reckon %s", unitPath)

	if err := s.days.load(ctx, s.opt.Plan, s.now()); err != nil {
		return err
	}
	wrong, err := s.misreckoned(ctx, unitPath)
	if err != nil {
		return err
	}

	for batch := range slices.Chunk(wrong, reckonBatch) {
		err := s.db.InTx(ctx, func(tx pg.Tx) error { return s.reckonSome(ctx, tx, batch) })
		if err != nil {
			return err
		}
	}

	return nil
}

// misreckoned are the matters whose clock does not end when it should, by number. What is read may change at
// once: it only says at which matters to look.
func (s *Service) misreckoned(ctx context.Context, unitPath string) (wrong []int64, err error) {
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		versions, err := allTerms(ctx, tx)
		if err != nil {
			return err
		}
		pauses, err := pausesOfWaiting(ctx, tx, unitPath)
		if err != nil {
			return err
		}
		dials := map[string]*dial{}

		return eachRunning(ctx, tx, unitPath, func(m running) {
			if dials[m.path] == nil {
				dials[m.path] = newDial(CourseOf(m.path, versions), s.special())
			}
			dial := dials[m.path]
			due := dial.due(m.kind, Clock{First: m.first, Since: m.since}, pauses[m.id])
			if !same(due, m.due) {
				wrong = append(wrong, m.id)
			}
		})
	})

	return wrong, err
}

// reckonSome reckons some matters, as far as they wait still.
func (s *Service) reckonSome(ctx context.Context, tx pg.Tx, ids []int64) error {
	all, paths, err := lockWaiting(ctx, tx, ids)
	if err != nil || len(all) == 0 {
		return err
	}
	versions, err := allTerms(ctx, tx)
	if err != nil {
		return err
	}
	facts, err := factsOf(ctx, tx, all)
	if err != nil {
		return err
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

	return updateDue(ctx, tx, changed)
}

func same(a, b *time.Time) bool { return a == b || a != nil && b != nil && a.Equal(*b) }

// running is a matter that waits, with what its clock is reckoned by.
type running struct {
	id    int64
	path  string // of its account's unit
	kind  Kind
	since time.Time
	first bool // nothing was answered before
	due   *time.Time
}

// eachRunning reads the matters whose clock runs at the accounts of the unit of a path, or below.
func eachRunning(ctx context.Context, tx pg.Tx, unitPath string, each func(running)) error {
	rows, err := tx.Pgx.Query(ctx, `
SELECT m.id, u.path, m.kind, m.waits_since, m.answered_at IS NULL AND m.closed_at IS NULL, m.due_at
FROM inbox_matters m JOIN accounts a ON a.id = m.account_id JOIN units u ON u.id = a.unit_id
WHERE `+waiting+` AND m.waits_since IS NOT NULL AND starts_with(u.path, @unit_path)`,
		pgx.NamedArgs{"unit_path": unitPath})
	if err != nil {
		return err
	}
	var m running
	_, err = pgx.ForEachRow(rows, []any{&m.id, &m.path, &m.kind, &m.since, &m.first, &m.due}, func() error {
		each(m)
		return nil
	})

	return err
}

// pausesOfWaiting are when matters that wait were with somebody outside.
func pausesOfWaiting(ctx context.Context, tx pg.Tx, unitPath string) (map[int64][]Span, error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT p.matter_id, p.from_at, p.until_at
FROM inbox_pauses p JOIN inbox_matters m ON m.id = p.matter_id
    JOIN accounts a ON a.id = m.account_id JOIN units u ON u.id = a.unit_id
WHERE `+waiting+` AND starts_with(u.path, @unit_path) ORDER BY p.id`, pgx.NamedArgs{"unit_path": unitPath})
	if err != nil {
		return nil, err
	}

	return collectPauses(rows)
}

// collectPauses puts pauses beside the numbers of their matters.
func collectPauses(rows pgx.Rows) (map[int64][]Span, error) {
	var (
		matter int64
		from   time.Time
		until  *time.Time
	)
	pauses := map[int64][]Span{}
	_, err := pgx.ForEachRow(rows, []any{&matter, &from, &until}, func() error {
		pause := Span{From: from}
		if until != nil {
			pause.Until = *until
		}
		pauses[matter] = append(pauses[matter], pause)

		return nil
	})

	return pauses, err
}

// lockWaiting gives those of some matters that wait, in order of their numbers, with the paths of their
// accounts' units, and keeps them as they are. Nothing is taken in for their accounts meanwhile.
func lockWaiting(
	ctx context.Context, tx pg.Tx, ids []int64,
) (all []*standing, paths map[int64]string, err error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT m.id, u.path
FROM inbox_matters m JOIN accounts a ON a.id = m.account_id JOIN units u ON u.id = a.unit_id
WHERE m.id = ANY (@ids)`, pgx.NamedArgs{"ids": ids})
	if err != nil {
		return nil, nil, err
	}

	var (
		id   int64
		path string
	)
	paths = map[int64]string{}
	_, err = pgx.ForEachRow(rows, []any{&id, &path}, func() error { paths[id] = path; return nil })
	if err != nil || len(paths) == 0 {
		return nil, nil, err
	}
	_, err = tx.Pgx.Exec(ctx, `
SELECT FROM inbox_watches w
WHERE w.account_id IN (SELECT m.account_id FROM inbox_matters m WHERE m.id = ANY (@ids))
ORDER BY w.account_id FOR UPDATE`, pgx.NamedArgs{"ids": ids})
	if err != nil {
		return nil, nil, err
	}
	rows, err = tx.Pgx.Query(
		ctx,
		"SELECT "+standingColumns+", m.due_at FROM inbox_matters m WHERE m.id = ANY (@ids) AND "+
			waiting+" ORDER BY m.id FOR UPDATE",
		pgx.NamedArgs{"ids": ids},
	)
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
FROM unnest(@ids::bigint[], @dues::timestamptz[]) AS x (id, due) WHERE m.id = x.id
RETURNING m.id, coalesce(m.owner_id, 0), m.due_at`, pgx.NamedArgs{"ids": ids, "dues": dues})
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
