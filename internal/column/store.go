package column

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// selectColumns reads columns with the unit whose they are. What was shipped is the root's.
const selectColumns = `
SELECT c.id, coalesce(u.id, 0) AS unit_id, coalesce(u.name, '') AS unit_name,
       coalesce(u.path, '/') AS unit_path, c.name, c.active, c.position
FROM columns c LEFT JOIN units u
    ON u.id = coalesce(c.unit_id, (SELECT min(id) FROM units WHERE parent_id IS NULL))
WHERE `

// inOrder is the order of every list: from the top of the tree down, as they were added.
const inOrder = " ORDER BY length(coalesce(u.path, '/')), u.id, c.position, c.id"

func errNotFound() error {
	return fault.NotFound("没有找到栏目，或不在您的管辖范围内")
}

// seen are the columns of the units that the actor sees, and those of units above, which hold there.
func seen(ctx context.Context, db *gorm.DB, actor access.Actor) ([]Column, error) {
	scope, args := access.Scope(actor, access.UnitView, "u.path")
	cond := "(" + scope

	for _, grant := range actor.Grants {
		cond += " OR starts_with(?, coalesce(u.path, '/'))"
		args = append(args, grant.Path)
	}

	return gorm.G[Column](db).Raw(selectColumns+cond+")"+inOrder, args...).Find(ctx)
}

// inLine are all columns of the units above and below the one at path, and of itself.
func inLine(ctx context.Context, db *gorm.DB, path string) ([]Column, error) {
	return gorm.G[Column](db).Raw(selectColumns+`
		(starts_with(?, coalesce(u.path, '/')) OR starts_with(u.path, ?))`+inOrder, path, path).Find(ctx)
}

// holding are the columns that posts of the unit at path may have.
func holding(ctx context.Context, db *gorm.DB, path string) ([]Column, error) {
	return gorm.G[Column](
		db,
	).Raw(selectColumns+"starts_with(?, coalesce(u.path, '/'))"+inOrder, path).
		Find(ctx)
}

func find(ctx context.Context, db *gorm.DB, id int64) (Column, error) {
	column, err := gorm.G[Column](db).Raw(selectColumns+"c.id = ?", id).Take(ctx)
	return column, pg.OrNotFound(err, errNotFound())
}

func insert(
	ctx context.Context,
	db *gorm.DB,
	unitID int64,
	name string,
	by int64,
	at time.Time,
) (id int64, err error) {
	err = db.WithContext(ctx).Raw(`
INSERT INTO columns (unit_id, name, position, created_by, created_at, updated_at)
SELECT ?, ?, coalesce(max(position), 0) + 1, nullif(?, 0), ?::timestamptz, ?::timestamptz
    FROM columns WHERE unit_id IS NOT DISTINCT FROM ?::bigint RETURNING id`,
		unitID, name, by, at, at, unitID).Row().Scan(&id)

	return id, err
}

func update(ctx context.Context, db *gorm.DB, column Column, at time.Time) error {
	return db.WithContext(ctx).Exec("UPDATE columns SET name = ?, active = ?, updated_at = ? WHERE id = ?",
		column.Name, column.Active, at, column.ID).Error
}

// lock makes changes of the list one after the other, so that no name slips in twice.
func lock(ctx context.Context, tx pg.Tx) error {
	_, err := tx.Pgx.Exec(ctx, `
SELECT pg_advisory_xact_lock(@list_lock)`, pgx.NamedArgs{"list_lock": int64(listLock)})
	return err
}

const listLock = 0x6a7a636f6c // "jzcol"
