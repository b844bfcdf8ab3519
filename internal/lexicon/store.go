package lexicon

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

const selectLists = `SELECT l.id, l.unit_id, u.name AS unit_name, u.path AS unit_path, l.kind, l.name, l.state,
	l.version, l.entries, l.shipped, l.shipped_version, v.at AS changed_at,
	coalesce(w.display_name, '') AS changed_by,
	(SELECT count(*) FROM lexicon_changes c WHERE c.lexicon_id = l.id AND c.state = 'asked') AS asked
FROM lexicons l
JOIN units u ON u.id = l.unit_id
LEFT JOIN lexicon_versions v ON v.lexicon_id = l.id AND v.version = l.version
LEFT JOIN users w ON w.id = v.made_by
WHERE `

// seen is the condition that a list is the actor's to see: of the own units, or of a unit above one of them,
// whose lists hold there.
func seen(actor access.Actor) (string, []any) {
	scope, args := access.Scope(actor, access.LexiconView, "u.path")

	for _, grant := range actor.Grants {
		if access.ExtentOf(grant.Role, access.LexiconView) != access.Nowhere {
			scope, args = scope+" OR starts_with(?, u.path)", append(args, grant.Path)
		}
	}

	return "(" + scope + ")", args
}

func visibleLists(ctx context.Context, db *gorm.DB, actor access.Actor) ([]List, error) {
	cond, args := seen(actor)

	return gorm.G[List](db).Raw(selectLists+cond+" ORDER BY u.path, l.id LIMIT 1000", args...).Find(ctx)
}

func findList(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) (List, error) {
	cond, args := seen(actor)

	return oneList(ctx, db, "l.id = ? AND "+cond, append([]any{id}, args...)...)
}

func oneList(ctx context.Context, db *gorm.DB, where string, args ...any) (List, error) {
	lists, err := gorm.G[List](db).Raw(selectLists+where, args...).Find(ctx)
	if err != nil {
		return List{}, fmt.Errorf("read word list: %w", err)
	}
	if len(lists) == 0 {
		return List{}, fault.NotFound("没有找到这个词表，或不在您的管辖范围内")
	}

	return lists[0], nil
}

// lockList reads a list and holds its row until the transaction ends.
func lockList(ctx context.Context, tx pg.Tx, id int64) (List, error) {
	return oneList(ctx, tx.DB, "l.id = ? FOR UPDATE OF l", id)
}

// inForce gives the lists that hold for units: their own and those of the units above.
func inForce(ctx context.Context, q querier, units []int64) ([]version, error) {
	rows, err := q.Query(ctx, `SELECT l.id, l.kind, l.version FROM lexicons l JOIN units u ON u.id = l.unit_id
		WHERE l.state = 'on' AND l.entries > 0
		AND EXISTS (SELECT FROM units t WHERE t.id = ANY (@units) AND starts_with(t.path,
		    u.path)) ORDER BY l.id`,
		pgx.NamedArgs{"units": units})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByPos[version])
}

// allInForce gives the lists that hold anywhere, as far as they are not more than a number of entries.
func allInForce(ctx context.Context, q querier, entries int) ([]version, error) {
	rows, err := q.Query(ctx, `SELECT id, kind, version FROM
		(SELECT l.*, sum(entries) OVER (ORDER BY id) AS so_far
		FROM lexicons l WHERE state = 'on' AND entries > 0) l
		WHERE so_far <= @entries ORDER BY id`, pgx.NamedArgs{"entries": entries})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByPos[version])
}

func listsOf(ctx context.Context, tx pg.Tx, unit int64) (n int, err error) {
	err = tx.Pgx.QueryRow(ctx, `SELECT count(*) FROM lexicons WHERE unit_id = @unit`,
		pgx.NamedArgs{"unit": unit}).Scan(&n)
	return n, err
}

var listConstraints = map[string]error{
	"lexicons_one_name": fault.Invalid("name", "该单位已有同名的词表"),
}

// shippedAs says that a list came with the program.
type shippedAs struct {
	key     string
	version int
}

func insertList(
	ctx context.Context,
	tx pg.Tx,
	list NewList,
	from shippedAs,
	now time.Time,
) (id int64, err error) {
	err = tx.Pgx.QueryRow(ctx, `INSERT INTO lexicons
		(unit_id, kind, name, state, version, entries, shipped, shipped_version, created_at)
		VALUES (@unit_id, @kind, @name, 'on', 1, 0, @key, @version, @now) RETURNING id`,
		pgx.NamedArgs{
			"unit_id": list.UnitID,
			"kind":    list.Kind,
			"name":    list.Name,
			"key":     from.key,
			"version": from.version,
			"now":     now,
		}).Scan(&id)

	return id, pg.Fault(err, listConstraints)
}

func updateList(ctx context.Context, tx pg.Tx, list List) error {
	_, err := tx.Pgx.Exec(ctx, `UPDATE lexicons SET state = @state, version = @version,
    entries = @entries WHERE id = @id`,
		pgx.NamedArgs{
			"id":      list.ID,
			"state":   list.State,
			"version": list.Version,
			"entries": list.Entries,
		})

	return err
}

func insertVersion(ctx context.Context, tx pg.Tx, list List, step step, now time.Time) error {
	var second *int64
	if step.confirmed != nil && step.confirmed.UserID != 0 {
		second = &step.confirmed.UserID
	}
	_, err := tx.Pgx.Exec(ctx, `INSERT INTO lexicon_versions
		(lexicon_id, version, at, made_by, confirmed_by, what, added, changed)
		VALUES (@lexicon_id, @version, @now, nullif(@user_id::bigint, 0), @second, @what, @added, @changed)`,
		pgx.NamedArgs{
			"lexicon_id": list.ID,
			"version":    list.Version,
			"now":        now,
			"user_id":    step.by.UserID,
			"second":     second,
			"what":       step.what,
			"added":      step.added,
			"changed":    step.changed,
		})

	return err
}

func versionsOf(ctx context.Context, db *gorm.DB, id int64) ([]Version, error) {
	return gorm.G[Version](db).Raw(`SELECT v.version, v.at, coalesce(m.display_name, '') AS by,
		coalesce(c.display_name, '') AS confirmed_by, v.what, v.added, v.changed
		FROM lexicon_versions v
		LEFT JOIN users m ON m.id = v.made_by LEFT JOIN users c ON c.id = v.confirmed_by
		WHERE v.lexicon_id = ? ORDER BY v.version DESC LIMIT 100`, id).Find(ctx)
}

// shippedThere gives the lists that came with the program, by their keys, with the version that was taken. It
// lets one process at a time look.
func shippedThere(ctx context.Context, tx pg.Tx) (map[string]int, error) {
	if _, err := tx.Pgx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('lexicon.shipped'))`); err != nil {
		return nil, err
	}
	rows, err := tx.Pgx.Query(ctx, `SELECT shipped, shipped_version FROM lexicons WHERE shipped <> ''`)
	if err != nil {
		return nil, err
	}
	there := map[string]int{}
	var key string
	var version int
	_, err = pgx.ForEachRow(rows, []any{&key, &version}, func() error {
		there[key] = version
		return nil
	})

	return there, err
}

// insertFile keeps a file, and drops those that are too old.
func insertFile(
	ctx context.Context,
	tx pg.Tx,
	list, by int64,
	name string,
	raw []byte,
	now time.Time,
) (id int64, err error) {
	if _, err := tx.Pgx.Exec(
		ctx,
		`DELETE FROM lexicon_files WHERE sent_at < @files_kept`,
		pgx.NamedArgs{"files_kept": now.Add(-filesKept)},
	); err != nil {
		return 0, err
	}
	err = tx.Pgx.QueryRow(ctx, `INSERT INTO lexicon_files (lexicon_id, sent_by, sent_at, name, data)
		VALUES (@list, @by, @now, @name, @raw) RETURNING id`, pgx.NamedArgs{
		"list": list,
		"by":   by,
		"now":  now,
		"name": name,
		"raw":  raw,
	}).Scan(&id)

	return id, err
}

func findFile(
	ctx context.Context,
	pool *pgxpool.Pool,
	list, id, by int64,
) (name string, raw []byte, err error) {
	err = pool.QueryRow(ctx, `SELECT name, data FROM lexicon_files
		WHERE id = @id AND lexicon_id = @list AND sent_by = @by`,
		pgx.NamedArgs{"id": id, "list": list, "by": by}).Scan(&name, &raw)

	return name, raw, pg.OrNotFound(err, fault.NotFound("没有找到这个文件：可能已经导入，或已过了一天。请重新选择文件"))
}

func dropFile(ctx context.Context, pool *pgxpool.Pool, id int64) error {
	_, err := pool.Exec(ctx, `DELETE FROM lexicon_files WHERE id = @id`, pgx.NamedArgs{"id": id})
	return err
}
