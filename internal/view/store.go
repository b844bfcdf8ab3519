package view

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// viewRow is a view as it lies in the database.
type viewRow struct {
	ID        int64
	UnitID    *int64
	UnitName  string
	UnitPath  string
	UserID    int64
	SavedBy   string
	List      string
	Name      string
	Filter    string
	Revision  int
	UpdatedAt time.Time
}

const selectView = `
SELECT v.id, v.unit_id, coalesce(u.name, '') AS unit_name, coalesce(u.path, '') AS unit_path, v.user_id,
    w.display_name AS saved_by, v.list, v.name, v.filter, v.revision, v.updated_at
FROM list_views v LEFT JOIN units u ON u.id = v.unit_id JOIN users w ON w.id = v.user_id
WHERE `

// mostRead bounds what one reading gives.
const mostRead = 500

// seen is the condition for the views that an actor sees: its own, and those of the units of its grants and
// of units above; with kept also those of units below that it may change.
func seen(actor access.Actor, kept bool) (cond string, args []any) {
	shared, args := []string{"FALSE"}, []any{actor.UserID}

	for _, grant := range actor.Grants {
		shared, args = append(shared, "? LIKE u.path || '%'"), append(args, grant.Path)
	}
	if kept {
		scope, more := access.Scope(actor, access.PlanManage, "u.path")
		shared, args = append(shared, scope), append(args, more...)
	}

	return "(v.unit_id IS NULL AND v.user_id = ? OR v.unit_id IS NOT NULL AND (" +
		strings.Join(shared, " OR ") + "))", args
}

// rowsFor reads the views of a list, "" of all, that an actor sees.
func rowsFor(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	list string,
	kept bool,
) ([]viewRow, error) {
	cond, args := seen(actor, kept)

	return gorm.G[viewRow](db).Raw(selectView+cond+`
AND ? IN ('', v.list) ORDER BY v.unit_id IS NOT NULL, u.path, v.name, v.id LIMIT ?`,
		append(args, list, mostRead)...).Find(ctx)
}

func rowOf(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) (viewRow, error) {
	cond, args := seen(actor, true)
	row, err := gorm.G[viewRow](db).Raw(selectView+cond+" AND v.id = ?", append(args, id)...).Take(ctx)

	return row, pg.OrNotFound(err, fault.NotFound("没有找到视图，可能已被删除"))
}

// of gives the views among which a name is taken once in a list.
func (v View) of() (where string, whose int64) {
	if v.UnitID != nil {
		return "v.unit_id = ?", *v.UnitID
	}

	return "v.unit_id IS NULL AND v.user_id = ?", v.UserID
}

func errTaken(name string) error {
	return fault.Conflict("这个列表已有视图“{.name}”，请换个名称，或先删除它", "name", name).WithCode("view_taken")
}

func insert(ctx context.Context, db *gorm.DB, view View) (id int64, err error) {
	of, whose := view.of()
	err = db.WithContext(ctx).Raw(`
INSERT INTO list_views (unit_id, user_id, list, name, filter, updated_at)
SELECT ?::bigint, ?, ?, ?, ?, ? WHERE (SELECT count(*) FROM list_views v WHERE `+of+`) < ?
ON CONFLICT DO NOTHING RETURNING id`,
		view.UnitID, view.UserID, view.List.Key, view.Name, view.Filter.Encode(), view.UpdatedAt, whose,
		maxKept).Row().Scan(&id)
	if pg.IsNotFound(err) {
		return 0, notInserted(ctx, db, view)
	}

	return id, err
}

// notInserted says why a view was not kept.
func notInserted(ctx context.Context, db *gorm.DB, view View) error {
	of, whose := view.of()
	_, err := gorm.G[viewRow](db).Raw(selectView+"v.list = ? AND v.name = ? AND "+of,
		view.List.Key, view.Name, whose).Take(ctx)
	if err == nil {
		return errTaken(view.Name)
	}

	return pg.OrNotFound(err, fault.Conflict("最多保存 {.max} 个视图，请先删去不用的", "max", maxKept))
}

func errStale() error {
	return fault.Conflict("视图刚刚被他人改动或删除，请刷新后再改").WithCode("stale")
}

func update(ctx context.Context, db *gorm.DB, view View, revision int) error {
	done := db.WithContext(ctx).Exec(`
UPDATE list_views SET name = ?, filter = ?, user_id = ?, updated_at = ?, revision = revision + 1
WHERE id = ? AND revision = ?`,
		view.Name, view.Filter.Encode(), view.UserID, view.UpdatedAt, view.ID, revision)

	switch {
	case pg.Constraint(done.Error) != "":
		return errTaken(view.Name)
	case done.Error == nil && done.RowsAffected == 0:
		return errStale()
	}

	return done.Error
}

func remove(ctx context.Context, db *gorm.DB, id int64, revision int) error {
	done := db.WithContext(ctx).Exec("DELETE FROM list_views WHERE id = ? AND revision = ?", id, revision)
	if done.Error == nil && done.RowsAffected == 0 {
		return errStale()
	}

	return done.Error
}
