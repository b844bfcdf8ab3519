package roster

import (
	"context"
	"slices"
	"strconv"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

// Service is the use cases of rosters. It is safe for concurrent use.
type Service struct {
	db    *pg.DB
	clock func() time.Time
}

// New makes the service.
func New(db *pg.DB, now func() time.Time) *Service { return &Service{db: db, clock: now} }

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

const (
	mostShown  = 1000           // shifts that one reading gives
	mostPeriod = 62             // days that one reading covers
	toldAhead  = 72 * time.Hour // gaps so near are put on lists
	inUse      = 7 * 24 * time.Hour
)

// Roster is the roster of a unit in a period.
type Roster struct {
	Unit     org.Unit
	Revision int // 0: nobody wrote one yet
	Cover    Cover
	Shifts   []Shift // that touch the period, by their beginning
	Gaps     []Gap   // from now on, within the period; none where there is no roster yet
	OnDuty   Watch   // now
	May      bool    // the actor may change it
}

// Ref names the roster in the audit trail.
func (r Roster) Ref() string { return ref(r.Unit.ID) }

func ref(unit int64) string { return "roster/" + strconv.FormatInt(unit, 10) }

// Watch is who is on duty: of the unit itself or, where nobody is there, of the nearest one above. The zero
// Watch is nobody.
type Watch struct {
	UnitID   int64
	UnitName string
	Until    time.Time
	People   []Person
}

// Names are the people as a sentence names them.
func (w Watch) Names() string { return names(w.People) }

// Of gives the roster of a unit between two instants, at most 62 days. It needs post.view. Fails with
// fault.NotFound for a unit that the actor does not see.
func (s *Service) Of(
	ctx context.Context,
	actor access.Actor,
	unitID int64,
	from, to time.Time,
) (out Roster, err error) {
	defer fault.Step(&err, "roster.Of %d", unitID)

	if to.Sub(from) > mostPeriod*24*time.Hour || !from.Before(to) {
		return Roster{}, fault.Invalid("to", "一次最多看 {.n} 天", "n", mostPeriod)
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if out.Unit, err = org.FindTx(ctx, tx, actor, access.PostView, unitID); err != nil {
			return err
		}
		out.May = actor.CanAt(access.PlanManage, out.Unit.Path)
		if out.Revision, out.Cover, err = findRoster(ctx, tx, unitID); err != nil {
			return err
		}
		if out.Shifts, err = shiftsBetween(ctx, tx, unitID, from, to, s.now()); err != nil {
			return err
		}
		out.OnDuty, err = watchOf(ctx, tx, out.Unit.Path, s.now())

		return err
	})
	if now := s.now(); err == nil && out.Revision > 0 && now.Before(to) {
		out.Gaps = out.Cover.Gaps(out.Shifts, later(from, now), to)
	}

	return out, err
}

// OnDuty tells who is on duty now for what belongs to a unit. It checks no right: whoever sees a thing may
// know whom to ask about it.
func (s *Service) OnDuty(ctx context.Context, unitID int64) (watch Watch, err error) {
	defer fault.Step(&err, "roster.OnDuty %d", unitID)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := org.Of(ctx, tx.DB, unitID)
		if err != nil {
			return err
		}
		watch, err = watchOf(ctx, tx, unit.Path, s.now())

		return err
	})

	return watch, err
}

// Mine tells who is on duty at the unit of the actor's first grant; nobody for who has none.
func (s *Service) Mine(ctx context.Context, actor access.Actor) (_ Watch, err error) {
	defer fault.Step(&err, "roster.Mine")

	if len(actor.Grants) == 0 {
		return Watch{}, nil
	}

	return s.OnDuty(ctx, actor.Grants[0].UnitID)
}

// Find gives one shift. Fails with fault.NotFound where the actor does not see its unit.
func (s *Service) Find(ctx context.Context, actor access.Actor, id int64) (shift Shift, err error) {
	defer fault.Step(&err, "roster.Find %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		shift, err = s.find(ctx, tx, actor, id)
		return err
	})

	return shift, err
}

func (s *Service) find(ctx context.Context, tx pg.Tx, actor access.Actor, id int64) (Shift, error) {
	shift, err := findShift(ctx, tx, id, s.now())
	if err == nil && !actor.CanAt(access.PostView, shift.UnitPath) {
		err = errNotFound()
	}
	if err != nil {
		return Shift{}, err
	}

	return shift, nil
}

// People are those who can be put on duty at a unit: they see its posts and are not disabled. It needs
// plan.manage there. Fails with fault.NotFound and fault.Forbidden.
func (s *Service) People(
	ctx context.Context,
	actor access.Actor,
	unitID int64,
) (list []Candidate, err error) {
	defer fault.Step(&err, "roster.People %d", unitID)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := s.managed(ctx, tx, actor, unitID)
		if err != nil {
			return err
		}
		list, err = candidates(ctx, tx, unit.Path, s.now())

		return err
	})

	return list, err
}

// Candidate is somebody who can be put on duty.
type Candidate struct {
	ID       int64
	Name     string
	Username string
}

// managed gives a unit whose roster the actor may change.
func (s *Service) managed(ctx context.Context, tx pg.Tx, actor access.Actor, unitID int64) (org.Unit, error) {
	unit, err := org.FindTx(ctx, tx, actor, access.PostView, unitID)
	if err != nil {
		return org.Unit{}, err
	}

	return unit, access.Require(actor, access.PlanManage, unit.Path)
}

// Add puts a shift into the roster of a unit. revision is the roster's as it was shown. Fails with
// fault.NotFound and fault.Forbidden at the unit, with fault.Fields on "starts_at", "ends_at" and "people",
// with fault.Conflict where somebody else was faster.
func (s *Service) Add(
	ctx context.Context,
	actor access.Actor,
	unitID int64,
	revision int,
	entry Entry,
) (shift Shift, err error) {
	defer fault.Step(&err, "roster.Add %d", unitID)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := s.managed(ctx, tx, actor, unitID)
		if err != nil {
			return err
		}
		if err := entry.check(nil, s.now()); err != nil {
			return err
		}
		if err := turn(ctx, tx, unitID, revision); err != nil {
			return err
		}
		id, err := insertShift(ctx, tx, unitID, entry)
		if err != nil {
			return err
		}
		if shift, err = s.written(ctx, tx, unit, id, entry); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actAdd, shift, nil)
	})

	return shift, err
}

// Change gives a shift other times or people. Fails as Add and Shift.May do.
func (s *Service) Change(
	ctx context.Context,
	actor access.Actor,
	id int64,
	revision int,
	entry Entry,
) (shift Shift, err error) {
	defer fault.Step(&err, "roster.Change %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		before, err := s.open(ctx, tx, actor, id, revision, Change)
		if err != nil {
			return err
		}
		if err := entry.check(&before, s.now()); err != nil {
			return err
		}
		if err := updateShift(ctx, tx, id, entry); err != nil {
			return err
		}
		unit := org.Unit{ID: before.UnitID, Name: before.UnitName, Path: before.UnitPath}
		if shift, err = s.written(ctx, tx, unit, id, entry); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actChange, shift, map[string]any{"before": toldOf(before)})
	})

	return shift, err
}

// Remove takes a shift that has not begun out of the roster. Fails as Change does.
func (s *Service) Remove(ctx context.Context, actor access.Actor, id int64, revision int) (err error) {
	defer fault.Step(&err, "roster.Remove %d", id)

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		before, err := s.open(ctx, tx, actor, id, revision, Remove)
		if err != nil {
			return err
		}
		if err := deleteShift(ctx, tx, id); err != nil {
			return err
		}
		if err := s.handAgain(ctx, tx, before.UnitID); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actRemove, before, nil)
	})
}

// open gives a shift that the actor may change now, and takes the roster's turn.
func (s *Service) open(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	id int64,
	revision int,
	act Act,
) (Shift, error) {
	shift, err := s.find(ctx, tx, actor, id)
	if err != nil {
		return Shift{}, err
	}
	if err := shift.May(actor, act, s.now()); err != nil {
		return Shift{}, err
	}
	if err := turn(ctx, tx, shift.UnitID, revision); err != nil {
		return Shift{}, err
	}

	return shift, nil
}

// written checks a shift against its unit's people and other shifts, and gives it as it stands now.
func (s *Service) written(
	ctx context.Context,
	tx pg.Tx,
	unit org.Unit,
	id int64,
	entry Entry,
) (Shift, error) {
	known, err := candidates(ctx, tx, unit.Path, s.now())
	if err != nil {
		return Shift{}, err
	}

	for _, person := range entry.People {
		if !slices.ContainsFunc(known, func(one Candidate) bool { return one.ID == person }) {
			return Shift{}, fault.Invalid("people", "所选的人里有看不到这个单位稿件或已停用的")
		}
	}
	if err := putPeople(ctx, tx, id, entry.People); err != nil {
		return Shift{}, err
	}
	if err := alone(ctx, tx, unit.ID, []int64{id}); err != nil {
		return Shift{}, err
	}
	if err := s.handAgain(ctx, tx, unit.ID); err != nil {
		return Shift{}, err
	}
	if err := s.filled(ctx, tx, unit.ID); err != nil {
		return Shift{}, err
	}

	return findShift(ctx, tx, id, s.now())
}

// alone refuses a person who would be in two shifts of a unit at one time.
func alone(ctx context.Context, tx pg.Tx, unitID int64, shifts []int64) error {
	name, at, err := clash(ctx, tx, unitID, shifts)
	if err != nil || name == "" {
		return err
	}

	return fault.Invalid("people", "{.name}在 {.at} 开始的一班里已经值班", "name", name, "at", clock(at))
}

// toldOf is a shift as the trail keeps it.
func toldOf(shift Shift) map[string]any {
	return map[string]any{
		"from": clock(shift.StartsAt), "to": clock(shift.EndsAt), "people": shift.Names(),
	}
}

func (s *Service) record(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	act audit.Act,
	shift Shift,
	more map[string]any,
) error {
	detail := toldOf(shift)
	for key, value := range more {
		detail[key] = value
	}

	return audit.Write(ctx, tx, audit.Entry{
		Actor:    actor,
		At:       s.now(),
		Action:   act,
		Subject:  shift.Ref(),
		UnitPath: shift.UnitPath,
		Detail:   detail,
	})
}
