package org

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/pg"
)

// treeLock is held by whoever changes the shape of the tree. Changes are rare; one after the other, no
// path is ever computed from a parent that is moving.
const treeLock = 0x6a7a6f7267 // "jzorg"

const columns = "u.id, coalesce(u.parent_id, 0) AS parent_id, u.name, u.kind, u.path, u.position"

var errNameTaken = fault.Invalid("name", "同一上级之下已有同名单位")

var constraints = map[string]error{"units_name_in_parent": errNameTaken}

// nameFree refuses a name that nobody could tell from that of another unit under the same parent (0: a
// root). Changes of the tree run one after the other, so that none slips in between.
func nameFree(ctx context.Context, db *gorm.DB, parent, self int64, name string) error {
	names, err := gorm.G[string](db).Raw(
		"SELECT name FROM units WHERE coalesce(parent_id, 0) = ? AND id <> ?", parent, self).Find(ctx)
	if err != nil {
		return fmt.Errorf("read names of units: %w", err)
	}

	for _, other := range names {
		if glyph.Fold(other) == glyph.Fold(name) {
			return errNameTaken
		}
	}

	return nil
}

func lockTree(ctx context.Context, tx pg.Tx) error {
	_, err := tx.Pgx.Exec(ctx, `
SELECT pg_advisory_xact_lock(@tree_lock)`, pgx.NamedArgs{"tree_lock": int64(treeLock)})
	return err
}

// all reads the units in scope as a tree: parents before children, siblings by position. The sort key
// is the way of positions from the root, because paths alone would sort by number as text.
func all(ctx context.Context, db *gorm.DB, actor access.Actor, permission access.Permission) ([]Unit, error) {
	scope, args := access.Scope(actor, permission, "u.path")

	return gorm.G[Unit](db).Raw(`WITH RECURSIVE t AS (
			SELECT id, ARRAY[position, id]::bigint[] AS way FROM units WHERE parent_id IS NULL
			UNION ALL SELECT c.id, t.way || ARRAY[c.position, c.id]::bigint[] FROM units c
				JOIN t ON c.parent_id = t.id)
		SELECT `+columns+` FROM units u JOIN t USING (id) WHERE `+scope+` ORDER BY t.way`, args...).Find(ctx)
}

func find(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	permission access.Permission,
	id int64,
) (Unit, error) {
	scope, args := access.Scope(actor, permission, "u.path")
	return first(ctx, db, "u.id = ? AND "+scope, append([]any{id}, args...)...)
}

func first(ctx context.Context, db *gorm.DB, where string, args ...any) (Unit, error) {
	units, err := gorm.G[Unit](
		db,
	).Raw("SELECT "+columns+" FROM units u WHERE "+where+" LIMIT 1", args...).
		Find(ctx)
	if err != nil {
		return Unit{}, fmt.Errorf("find unit: %w", err)
	}
	if len(units) == 0 {
		return Unit{}, fault.NotFound("没有找到该单位，或不在您的管辖范围内")
	}

	return units[0], nil
}

// Of gives the unit of an id to a caller that checks itself whether the actor may: nobody else learns that it
// is there. Fails with fault.NotFound.
func Of(ctx context.Context, db *gorm.DB, id int64) (_ Unit, err error) {
	defer fault.Step(&err, "org.Of %d", id)

	unit, err := first(ctx, db, "u.id = ?", id)
	if fault.Is(err, fault.KindNotFound) {
		return Unit{}, fault.NotFound("没有找到，或不在您的管辖范围内")
	}

	return unit, err
}

// insert puts u last among the children of parent (nil for a root) and gives it with number and path.
func insert(
	ctx context.Context,
	db *gorm.DB,
	parent *Unit,
	name string,
	kind Kind,
	now time.Time,
) (Unit, error) {
	var above *int64
	prefix := "/"
	if parent != nil {
		above, prefix = &parent.ID, parent.Path
	}
	units, err := gorm.G[Unit](db).Raw(`WITH n AS (SELECT nextval(pg_get_serial_sequence('units',
			'id')) AS id)
		INSERT INTO units (id, parent_id, name, kind, path, position, created_at) OVERRIDING SYSTEM VALUE
		SELECT n.id, ?::bigint, ?, ?, ? || n.id || '/',
			(SELECT coalesce(max(position), 0) + 1 FROM units WHERE parent_id IS NOT DISTINCT FROM ?::bigint),
				?::timestamptz FROM n
		RETURNING id, coalesce(parent_id, 0) AS parent_id, name, kind, path, position`,
		above, name, string(kind), prefix, above, now).Find(ctx)
	if err != nil {
		return Unit{}, pg.Fault(err, constraints)
	}

	return units[0], nil
}

func update(ctx context.Context, db *gorm.DB, id int64, name string, kind Kind) error {
	return pg.Fault(
		db.WithContext(ctx).
			Exec("UPDATE units SET name = ?, kind = ? WHERE id = ?", name, string(kind), id).
			Error,
		constraints,
	)
}

// move puts u below parent under a name, and rewrites its path and those of everything below it.
func move(ctx context.Context, db *gorm.DB, u, parent Unit, name string, kind Kind) error {
	err := db.WithContext(ctx).Exec(`UPDATE units SET parent_id = ?, name = ?, kind = ?,
		position = (SELECT coalesce(max(position), 0) + 1 FROM units WHERE parent_id = ?) WHERE id = ?`,
		parent.ID, name, string(kind), parent.ID, u.ID).Error
	if err != nil {
		return pg.Fault(err, constraints)
	}

	return db.WithContext(ctx).Exec("UPDATE units SET path = ? || substr(path, ?) WHERE starts_with(path, ?)",
		fmt.Sprintf("%s%d/", parent.Path, u.ID), len(u.Path)+1, u.Path).Error
}

// remove deletes a unit that nothing points at.
func remove(ctx context.Context, db *gorm.DB, id int64) error {
	err := db.WithContext(ctx).Exec("DELETE FROM units WHERE id = ?", id).Error
	if pg.Constraint(err) != "" {
		return fault.Conflict("该单位还有用户、授权、账号或稿件等记录，不能删除").With(err)
	}

	return err
}
