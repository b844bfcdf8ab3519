package org

import (
	"cmp"
	"context"
	"maps"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/pg"
)

// A move changes who may do what in everything below the unit. Nobody does that alone: package identity
// asks a second person and calls MoveTx when there is one.

// Move is where a unit is to go. Name and Kind may be empty: they stay.
type Move struct {
	UnitID   int64
	ParentID int64
	Name     string
	Kind     Kind

	Asker  access.Actor   // whose rights decide
	Actor  access.Actor   // who acts now, as the trail names it
	Detail map[string]any // for the trail, beside the places
}

// Watch does what a move means for others, in its transaction; either may be nil. Before comes before
// any row of the tree is locked, with the path the unit leaves; After with its new one.
type Watch struct {
	Before func(ctx context.Context, tx pg.Tx, now time.Time, path string) error
	After  func(ctx context.Context, tx pg.Tx, now time.Time, by int64, path string) error
}

// MoveTx puts a unit with all below it under another parent, under another name if one is given: in one
// step, as the old name may be taken there and the new one here. Grants over the units above lose and
// gain it at once. The asker must manage the unit, the place it leaves and the place it goes to. Fails
// with fault.Conflict for a root, with fault.Invalid at "parent" below itself and at "name" or "kind",
// with fault.NotFound and fault.Forbidden.
func MoveTx(ctx context.Context, tx pg.Tx, now time.Time, move Move, watch Watch) (_ Unit, err error) {
	defer fault.Step(&err, "org.MoveTx")

	unit, err := first(ctx, tx.DB, "u.id = ?", move.UnitID)
	if err != nil {
		return Unit{}, err
	}
	if watch.Before != nil {
		if err := watch.Before(ctx, tx, now, unit.Path); err != nil {
			return Unit{}, err
		}
	}
	if err := lockTree(ctx, tx); err != nil {
		return Unit{}, err
	}

	if unit, err = leaving(ctx, tx, move.Asker, move.UnitID); err != nil {
		return Unit{}, err
	}
	moved, err := moveLocked(ctx, tx, now, move, unit)
	if err != nil {
		return Unit{}, err
	}
	if watch.After != nil {
		err = watch.After(ctx, tx, now, move.Actor.UserID, moved.Path)
	}

	return moved, err
}

// moveLocked moves u while nothing else of the tree changes.
func moveLocked(ctx context.Context, tx pg.Tx, now time.Time, m Move, unit Unit) (Unit, error) {
	name, kind := glyph.Clean(cmp.Or(m.Name, unit.Name)), cmp.Or(m.Kind, unit.Kind)
	if err := check(name, kind); err != nil {
		return Unit{}, err
	}
	parent, err := manageable(ctx, tx, m.Asker, m.ParentID)
	if err != nil {
		return Unit{}, err
	}
	if err := canMove(unit, parent); err != nil {
		return Unit{}, err
	}
	if err := nameFree(ctx, tx.DB, parent.ID, unit.ID, name); err != nil {
		return Unit{}, err
	}

	if err := move(ctx, tx.DB, unit, parent, name, kind); err != nil {
		return Unit{}, err
	}
	detail := map[string]any{"from": unit.Path, "below": parent.Path, "below_name": parent.Name}
	maps.Copy(detail, m.Detail)
	if err := record(ctx, access.NewAct(tx, now, m.Actor), unit, actMove, detail); err != nil {
		return Unit{}, err
	}
	if name != unit.Name || kind != unit.Kind {
		renamed := map[string]any{"from": unit.Name, "to": name, "kind": kind}
		if err := record(ctx, access.NewAct(tx, now, m.Actor), unit, actRename, renamed); err != nil {
			return Unit{}, err
		}
	}

	return first(ctx, tx.DB, "u.id = ?", unit.ID)
}
