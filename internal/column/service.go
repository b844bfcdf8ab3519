package column

import (
	"context"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

// Service is the use cases of the list. It is safe for concurrent use.
type Service struct {
	db    *pg.DB
	clock func() time.Time
}

// New builds the service.
func New(db *pg.DB, now func() time.Time) *Service { return &Service{db: db, clock: now} }

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// List gives the columns of the units that the actor sees, and those of units above, from the top down;
// those switched off too.
func (s *Service) List(ctx context.Context, actor access.Actor) (_ []Column, err error) {
	defer fault.Step(&err, "column.List")

	return seen(ctx, s.db.Gorm(ctx), actor)
}

// For gives the columns that posts of a unit may have, those switched off too. Fails with
// fault.NotFound for a unit that the actor does not see.
func (s *Service) For(ctx context.Context, actor access.Actor, unitID int64) (_ []Column, err error) {
	defer fault.Step(&err, "column.For %d", unitID)

	unit, err := org.Of(ctx, s.db.Gorm(ctx), unitID)
	if err != nil {
		return nil, err
	}
	if err := access.Require(actor, access.UnitView, unit.Path); err != nil {
		return nil, err
	}

	return holding(ctx, s.db.Gorm(ctx), unit.Path)
}

// Create adds a column to a unit's list; it holds for all below. Fails with fault.NotFound or
// fault.Forbidden at the unit, with fault.Invalid on "name".
func (s *Service) Create(
	ctx context.Context,
	actor access.Actor,
	unitID int64,
	name string,
) (column Column, err error) {
	defer fault.Step(&err, "column.Create %d", unitID)

	name = strings.TrimSpace(name)
	if err := checkName(name); err != nil {
		return Column{}, err
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := org.Of(ctx, tx.DB, unitID)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.ColumnManage, unit.Path); err != nil {
			return err
		}
		if err := s.free(ctx, tx, unit.Path, Column{Name: name}); err != nil {
			return err
		}
		id, err := insert(ctx, tx.DB, unit.ID, name, actor.UserID, s.now())
		if err != nil {
			return err
		}
		if column, err = find(ctx, tx.DB, id); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actCreate, column, map[string]any{"name": name})
	})

	return column, err
}

// free refuses a name that stands in the line of units already, and a list without end.
func (s *Service) free(ctx context.Context, tx pg.Tx, path string, column Column) error {
	if err := lock(ctx, tx); err != nil {
		return err
	}
	others, err := inLine(ctx, tx.DB, path)
	if err != nil {
		return err
	}

	own := 0

	for _, other := range others {
		if other.UnitPath == path {
			own++
		}
	}
	if column.ID == 0 && own >= maxOwn {
		return fault.Invalid("name", "一个单位最多 {.max} 个栏目", "max", maxOwn)
	}

	return checkFree(others, column.ID, column.Name)
}

// Change renames a column or switches it on or off; posts keep it, whatever it is called. Fails with
// fault.NotFound or fault.Forbidden at its unit, with fault.Invalid on "name".
func (s *Service) Change(
	ctx context.Context,
	actor access.Actor,
	id int64,
	change Change,
) (column Column, err error) {
	defer fault.Step(&err, "column.Change %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		before, err := find(ctx, tx.DB, id)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.ColumnManage, before.UnitPath); err != nil {
			return err
		}

		column = before
		if change.Name != nil {
			column.Name = strings.TrimSpace(*change.Name)
		}
		if change.Active != nil {
			column.Active = *change.Active
		}
		if column == before {
			return nil
		}
		if err := checkName(column.Name); err != nil {
			return err
		}
		if err := s.free(ctx, tx, column.UnitPath, column); err != nil {
			return err
		}
		if err := update(ctx, tx.DB, column, s.now()); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actChange, column, changed(before, column))
	})

	return column, err
}

// changed is what the trail keeps of a change.
func changed(before, after Column) map[string]any {
	detail := map[string]any{"name": after.Name}
	if before.Name != after.Name {
		detail["from"] = before.Name
	}
	if before.Active != after.Active {
		detail["active"] = after.Active
	}

	return detail
}

func (s *Service) record(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	act audit.Act,
	column Column,
	detail map[string]any,
) error {
	return audit.Write(ctx, tx, audit.Entry{
		Actor:    actor,
		At:       s.now(),
		Action:   act,
		Subject:  column.Ref(),
		UnitPath: column.UnitPath,
		Detail:   detail,
	})
}

// HoldsTx finds the column that a post of the unit at path is to have. Fails with fault.Invalid on
// "column" when there is none, when it is another unit's, and when it was switched off.
func HoldsTx(ctx context.Context, tx pg.Tx, id int64, path string) (_ Column, err error) {
	defer fault.Step(&err, "column.HoldsTx %d", id)

	column, err := find(ctx, tx.DB, id)
	switch {
	case fault.Is(err, fault.KindNotFound), err == nil && !column.HoldsFor(path):
		return Column{}, fault.Invalid("column", "没有这个栏目，请重新选择")
	case err != nil:
		return Column{}, err
	case !column.Active:
		return Column{}, fault.Invalid("column", "栏目“{.name}”已停用，请另选", "name", column.Name)
	}

	return column, nil
}
