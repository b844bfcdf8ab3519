package library

import (
	"context"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/media"
	"juzhen/internal/pg"
)

var selectItem = `
SELECT i.id, i.unit_id, u.path AS unit_path, u.name AS unit_name, i.kind, i.title, i.text, i.media_id,
    i.source, i.licence, coalesce(to_char(i.expires_on, 'YYYY-MM-DD'), '') AS expires_on, i.revision, i.uses,
    i.last_used_at, i.retired_at, w.display_name AS updated_by, i.updated_at,
    coalesce(m.label, '') AS media_label, coalesce(m.label_unread, false) AS media_unread
FROM library_items i JOIN units u ON u.id = i.unit_id JOIN users w ON w.id = i.updated_by
    LEFT JOIN ` + media.MadeSQL() + ` m ON m.id = i.media_id
WHERE `

func errNotFound() error {
	return fault.NotFound("没有找到素材，或不在您的管辖范围内")
}

func errStale() error {
	return fault.Conflict("素材刚刚被他人改动或停用，没有保存")
}

func findItem(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) (Item, error) {
	cond, args := access.ScopeOrAbove(actor, access.PostView, "u.path")
	item, err := gorm.G[Item](
		db,
	).Raw(selectItem+"i.id = ? AND "+cond, append([]any{id}, args...)...).
		Take(ctx)

	return item, pg.OrNotFound(err, errNotFound())
}

func listItems(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	query ItemQuery,
) (pg.Page[Item], error) {
	cond, args := access.ScopeOrAbove(actor, access.PostView, "u.path")
	and := func(sql string, values ...any) { cond, args = cond+" AND "+sql, append(args, values...) }

	after, further, err := pg.ParseCursor(query.After)
	if err != nil {
		return pg.Page[Item]{}, err
	}
	and("i.retired_at IS NULL")
	if further {
		and("(i.updated_at, i.id) < (?, ?)", after.At, after.ID)
	}
	if len(query.Kinds) > 0 {
		and("i.kind IN ?", query.Kinds)
	}
	asked := terms(query.Words)
	if len(query.Words) > 4*maxWords || len(asked) > maxTerms {
		return pg.Page[Item]{}, fault.Invalid("q", "最多同时搜索 {.max} 个词", "max", maxTerms)
	}
	if len(asked) > 0 {
		and("i.grams @> ?::int[]", numbers(wanted(asked)))
	}

	for _, term := range asked {
		and("strpos(i.folded, ?) > 0", term)
	}
	limit := query.Limit
	if limit <= 0 || limit > pageSize {
		limit = pageSize
	}
	rows, err := gorm.G[Item](db).Raw(selectItem+cond+" ORDER BY i.updated_at DESC, i.id DESC LIMIT ?",
		append(args, limit+1)...).Find(ctx)

	return pg.Cut(rows, limit, func(i Item) pg.Cursor { return pg.Cursor{At: i.UpdatedAt, ID: i.ID} }), err
}

// numbers writes an array as Postgres reads it.
func numbers(list []int32) string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = strconv.Itoa(int(n))
	}

	return "{" + strings.Join(out, ",") + "}"
}

func insertItem(
	ctx context.Context,
	db *gorm.DB,
	unitID int64,
	kind Kind,
	edit Edit,
	by int64,
	at time.Time,
) (id int64, err error) {
	folded, letters := findable(edit)

	// Two at once may pass the limit by one; it is there against loops.
	err = db.WithContext(ctx).Raw(`
INSERT INTO library_items (unit_id, kind, title, text, media_id, source, licence, expires_on, folded, grams,
    created_by, created_at, updated_by, updated_at)
SELECT ?, ?, ?, ?, nullif(?, 0), ?, ?, nullif(?, '')::date, ?, ?::int[], ?, ?, ?, ?
WHERE (SELECT count(*) FROM library_items WHERE unit_id = ? AND retired_at IS NULL) < ? RETURNING id`,
		unitID, kind, edit.Title, edit.Text, edit.MediaID, edit.Source, edit.Licence, edit.ExpiresOn,
		folded, numbers(letters), by, at, by, at, unitID, maxOwn).
		Row().
		Scan(&id)

	return id, pg.OrNotFound(err, fault.Conflict("一个单位最多保存 {.max} 项素材，请先停用不再用的", "max", maxOwn))
}

func updateItem(
	ctx context.Context,
	db *gorm.DB,
	id int64,
	revision int,
	edit Edit,
	by int64,
	at time.Time,
) error {
	folded, letters := findable(edit)

	return changed(db.WithContext(ctx).Exec(`
UPDATE library_items SET title = ?, text = ?, source = ?, licence = ?, expires_on = nullif(?, '')::date,
    folded = ?, grams = ?::int[], revision = revision + 1, updated_by = ?, updated_at = ?
WHERE id = ? AND revision = ? AND retired_at IS NULL`,
		edit.Title, edit.Text, edit.Source, edit.Licence, edit.ExpiresOn, folded, numbers(letters), by, at,
		id, revision))
}

func retireItem(ctx context.Context, db *gorm.DB, id int64, revision int, by int64, at time.Time) error {
	return changed(db.WithContext(ctx).Exec(`
UPDATE library_items SET retired_at = ?, revision = revision + 1, updated_by = ?, updated_at = ?
WHERE id = ? AND revision = ? AND retired_at IS NULL`, at, by, at, id, revision))
}

func noteUse(ctx context.Context, db *gorm.DB, id int64, at time.Time) error {
	return changed(db.WithContext(ctx).Exec(`
UPDATE library_items SET uses = uses + 1, last_used_at = ? WHERE id = ? AND retired_at IS NULL`, at, id))
}

func changed(done *gorm.DB) error {
	if done.Error == nil && done.RowsAffected != 1 {
		return errStale()
	}

	return done.Error
}
