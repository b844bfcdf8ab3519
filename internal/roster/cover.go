package roster

import (
	"context"
	"fmt"
	"slices"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// SetCover says between which times of a day somebody is to be on duty. Fails as Add does, on "to".
func (s *Service) SetCover(
	ctx context.Context,
	actor access.Actor,
	unitID int64,
	revision int,
	cover Cover,
) (err error) {
	defer fault.Step(&err, "roster.SetCover %d", unitID)

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := s.managed(ctx, tx, actor, unitID)
		if err != nil {
			return err
		}
		if err := cover.check(); err != nil {
			return err
		}
		if err := turn(ctx, tx, unitID, revision); err != nil {
			return err
		}
		if err := updateCover(ctx, tx, unitID, cover); err != nil {
			return err
		}
		if err := s.filled(ctx, tx, unitID); err != nil {
			return err
		}

		return audit.Write(ctx, tx, audit.Entry{
			Actor: actor, At: s.now(), Action: actCover, Subject: ref(unitID), UnitPath: unit.Path,
			Detail: map[string]any{"from": cover.Clock(cover.From), "to": cover.Clock(cover.To)},
		})
	})
}

// Clock is a minute of the day as it is typed.
func (c Cover) Clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// filled takes the gaps that there are no more from the lists.
func (s *Service) filled(ctx context.Context, tx pg.Tx, unitID int64) error {
	gaps, err := s.gaps(ctx, tx, unitID)
	if err != nil {
		return err
	}
	open, err := openGaps(ctx, tx, unitID)
	if err != nil {
		return err
	}
	over := slices.DeleteFunc(open, func(key string) bool {
		return slices.ContainsFunc(gaps, func(gap Gap) bool { return gapKey(unitID, gap.From) == key })
	})

	return todo.ResolveManyTx(ctx, tx, s.now(), over, 0)
}

// gaps are those of the next three days. One that has begun is known by its beginning.
func (s *Service) gaps(ctx context.Context, tx pg.Tx, unitID int64) ([]Gap, error) {
	_, cover, err := findRoster(ctx, tx, unitID)
	if err != nil {
		return nil, err
	}
	now := s.now()
	from := now.Add(-inUse)
	shifts, err := shiftsBetween(ctx, tx, unitID, from, now.Add(toldAhead), now)
	if err != nil {
		return nil, err
	}
	gaps := cover.Gaps(shifts, beijing.Day(from), now.Add(toldAhead))

	return slices.DeleteFunc(gaps, func(gap Gap) bool { return !gap.To.After(now) }), nil
}

// Sweep puts the gaps of the next three days on the lists of those who keep the rosters in use, and takes
// off what is over. It is the work of a job and asks for no right.
func (s *Service) Sweep(ctx context.Context) (err error) {
	defer fault.Step(&err, "roster.Sweep")

	units, err := unitsInUse(ctx, s.db, s.now().Add(-inUse))
	if err != nil {
		return err
	}

	for _, unit := range units {
		err := s.db.InTx(ctx, func(tx pg.Tx) error {
			if err := s.filled(ctx, tx, unit.ID); err != nil {
				return err
			}
			gaps, err := s.gaps(ctx, tx, unit.ID)
			if err != nil {
				return err
			}

			items := make([]todo.Item, len(gaps))
			for i, gap := range gaps {
				items[i] = gapOf(unit, gap)
			}

			return todo.RaiseManyTx(ctx, tx, s.now(), items)
		})
		if err != nil {
			return err
		}
	}

	return nil
}
