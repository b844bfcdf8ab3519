package org

import (
	"cmp"
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/pg"
)

// Service changes and reads the tree. It is safe for concurrent use.
type Service struct {
	db  *pg.DB
	now func() time.Time
}

// New makes the service.
func New(db *pg.DB, now func() time.Time) *Service { return &Service{db: db, now: now} }

// Tree gives the units the actor may see: parents before children, siblings in their order.
func (s *Service) Tree(ctx context.Context, actor access.Actor) (_ []Unit, err error) {
	defer fault.Step(&err, "org.Tree")

	return all(ctx, s.db.Gorm(ctx), actor, access.UnitView)
}

// Within gives the units where the actor holds p, in the order of Tree: the choices of a form.
func (s *Service) Within(
	ctx context.Context,
	actor access.Actor,
	permission access.Permission,
) (_ []Unit, err error) {
	defer fault.Step(&err, "org.Within")

	return all(ctx, s.db.Gorm(ctx), actor, permission)
}

// WithinTx is Within inside of a transaction.
func WithinTx(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	permission access.Permission,
) (_ []Unit, err error) {
	defer fault.Step(&err, "org.WithinTx")

	return all(ctx, tx.DB, actor, permission)
}

// Find gives one unit. Fails with fault.NotFound when the actor does not see it.
func (s *Service) Find(ctx context.Context, actor access.Actor, id int64) (_ Unit, err error) {
	defer fault.Step(&err, "org.Find %d", id)

	return find(ctx, s.db.Gorm(ctx), actor, access.UnitView, id)
}

// FindTx gives the unit if the actor holds p there, else fault.NotFound.
func FindTx(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	permission access.Permission,
	id int64,
) (_ Unit, err error) {
	defer fault.Step(&err, "org.FindTx %d", id)

	return find(ctx, tx.DB, actor, permission, id)
}

// ByName finds a unit by its full name, for the command line; among several of one name the topmost.
func (s *Service) ByName(ctx context.Context, name string) (_ Unit, err error) {
	defer fault.Step(&err, "org.ByName")

	return first(ctx, s.db.Gorm(ctx), "u.name = ? ORDER BY length(u.path), u.id", glyph.Clean(name))
}

// RootPathTx is the path of the topmost unit, under which acts without a place of their own are
// recorded; "/" before the first unit exists.
func RootPathTx(ctx context.Context, tx pg.Tx) (_ string, err error) {
	defer fault.Step(&err, "org.RootPathTx")

	unit, err := first(ctx, tx.DB, "u.parent_id IS NULL ORDER BY u.id")
	if fault.Is(err, fault.KindNotFound) {
		return "/", nil
	}

	return unit.Path, err
}

// Create adds a unit below parent. Parent 0 makes a root, which only the machine does, at the set-up.
// Fails with fault.Invalid at "name" or "kind", fault.NotFound or fault.Forbidden at the parent.
func (s *Service) Create(
	ctx context.Context,
	actor access.Actor,
	parentID int64,
	name string,
	kind Kind,
) (_ Unit, err error) {
	defer fault.Step(&err, "org.Create %d", parentID)

	name = glyph.Clean(name)
	if err := check(name, kind); err != nil {
		return Unit{}, err
	}
	var made Unit
	err = s.change(ctx, func(tx pg.Tx) error {
		parent, err := parentOf(ctx, tx, actor, parentID)
		if err != nil {
			return err
		}
		if err := nameFree(ctx, tx.DB, parentID, 0, name); err != nil {
			return err
		}
		if made, err = insert(ctx, tx.DB, parent, name, kind, s.now()); err != nil {
			return err
		}

		return record(
			ctx,
			access.NewAct(tx, s.now(), actor),
			made,
			actCreate,
			map[string]any{"name": name, "kind": kind},
		)
	})

	return made, err
}

// parentOf checks the place below which a unit is to be made; nil for a root.
func parentOf(ctx context.Context, tx pg.Tx, actor access.Actor, id int64) (*Unit, error) {
	if id == 0 && actor.IsSystem() {
		return nil, nil
	}
	parent, err := manageable(ctx, tx, actor, id)

	return &parent, err
}

// Rename changes name and kind. Same faults as Create.
func (s *Service) Rename(
	ctx context.Context,
	actor access.Actor,
	id int64,
	name string,
	kind Kind,
) (err error) {
	defer fault.Step(&err, "org.Rename %d", id)

	name = glyph.Clean(name)
	if err := check(name, kind); err != nil {
		return err
	}

	return s.change(ctx, func(tx pg.Tx) error {
		unit, err := manageable(ctx, tx, actor, id)
		if err != nil {
			return err
		}

		return s.rename(ctx, tx, actor, unit, name, kind)
	})
}

func (s *Service) rename(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	unit Unit,
	name string,
	kind Kind,
) error {
	if unit.Name == name && unit.Kind == kind {
		return nil
	}
	if err := nameFree(ctx, tx.DB, unit.ParentID, unit.ID, name); err != nil {
		return err
	}
	if err := update(ctx, tx.DB, unit.ID, name, kind); err != nil {
		return err
	}

	return s.renamed(ctx, tx, actor, unit, name, kind)
}

func (s *Service) renamed(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	unit Unit,
	name string,
	kind Kind,
) error {
	return record(ctx, access.NewAct(tx, s.now(), actor), unit, actRename, map[string]any{
		"from": unit.Name, "to": name, "kind": kind,
	})
}

// Change is what is to be different about a unit where it stands. What is zero stays as it is.
type Change struct {
	Name string
	Kind Kind
}

// Change renames a unit, or makes it one of another kind. Same faults as Rename.
func (s *Service) Change(
	ctx context.Context,
	actor access.Actor,
	id int64,
	change Change,
) (_ Unit, err error) {
	defer fault.Step(&err, "org.Change %d", id)

	var changed Unit
	err = s.change(ctx, func(tx pg.Tx) error {
		unit, err := manageable(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		name, kind := glyph.Clean(cmp.Or(change.Name, unit.Name)), cmp.Or(change.Kind, unit.Kind)
		if err := check(name, kind); err != nil {
			return err
		}
		if err = s.rename(ctx, tx, actor, unit, name, kind); err == nil {
			changed, err = first(ctx, tx.DB, "u.id = ?", id)
		}

		return err
	})

	return changed, err
}

// Delete removes a unit that has nothing: no unit below, no user, grant, account or post, not even past
// ones. Else fault.Conflict says so.
func (s *Service) Delete(ctx context.Context, actor access.Actor, id int64) (err error) {
	defer fault.Step(&err, "org.Delete %d", id)

	return s.change(ctx, func(tx pg.Tx) error {
		unit, err := leaving(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		_, err = first(ctx, tx.DB, "u.parent_id = ?", id)
		if err == nil {
			return fault.Conflict("请先移走或删除下级单位")
		}
		if !fault.Is(err, fault.KindNotFound) {
			return err
		}
		if err := record(
			ctx,
			access.NewAct(tx, s.now(), actor),
			unit,
			actDelete,
			map[string]any{"name": unit.Name},
		); err != nil {
			return err
		}

		return remove(ctx, tx.DB, id)
	})
}

// change runs fn alone among all changes of the tree.
func (s *Service) change(ctx context.Context, fn func(tx pg.Tx) error) error {
	return s.db.InTx(ctx, func(tx pg.Tx) error {
		if err := lockTree(ctx, tx); err != nil {
			return err
		}

		return fn(tx)
	})
}

// manageable gives a unit that the actor may change.
func manageable(ctx context.Context, tx pg.Tx, actor access.Actor, id int64) (Unit, error) {
	unit, err := find(ctx, tx.DB, actor, access.UnitView, id)
	if err != nil {
		return Unit{}, err
	}

	return unit, access.Require(actor, access.UnitManage, unit.Path)
}

// leaving gives a unit that the actor may take away from its place: the actor must manage the unit
// above as well, so that nobody carries off or deletes the ground the own grant stands on.
func leaving(ctx context.Context, tx pg.Tx, actor access.Actor, id int64) (Unit, error) {
	unit, err := manageable(ctx, tx, actor, id)
	if err != nil {
		return unit, err
	}
	if unit.ParentID == 0 {
		return Unit{}, fault.Conflict("最上级单位不能移动或删除")
	}
	if _, err := find(ctx, tx.DB, actor, access.UnitManage, unit.ParentID); err != nil {
		return Unit{}, fault.Forbidden("移动或删除该单位，须由上级单位的管理员办理").With(err)
	}

	return unit, nil
}

func record(ctx context.Context, act access.Act, unit Unit, action audit.Act, detail map[string]any) error {
	return audit.Write(ctx, act.Tx, audit.Entry{
		Actor: act.Actor, At: act.Now, Action: action, Subject: unit.Ref(), UnitPath: unit.Path,
		Detail: detail,
	})
}
