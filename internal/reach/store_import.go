package reach

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

const selectImport = `
SELECT i.id, i.account_id, a.handle, u.path AS unit_path, coalesce(p.display_name, '') AS user_name,
    i.file_name, i.bytes, i.state, i.rows,
       i.rejected, i.done, i.added, i.kept, i.created_at, i.beat_at, i.ended_at
FROM imports i JOIN accounts a ON a.id = i.account_id JOIN units u ON u.id = a.unit_id LEFT
    JOIN users p ON p.id = i.user_id
WHERE `

func insertImport(
	ctx context.Context,
	q pgx.Tx,
	actor access.Actor,
	i Import,
	raw []byte,
	rejects []Rejected,
) (id int64, err error) {
	err = q.QueryRow(ctx, `
INSERT INTO imports (account_id, user_id, file_name, bytes, state, rows, rejected, created_at)
VALUES (@account_id, nullif(@user_id::bigint, 0), @file_name, @bytes, 'waiting', @rows, @rejected,
    @created_at) RETURNING id`,
		pgx.NamedArgs{
			"account_id": i.AccountID,
			"user_id":    actor.UserID,
			"file_name":  i.FileName,
			"bytes":      i.Bytes,
			"rows":       i.Rows,
			"rejected":   i.Rejected,
			"created_at": i.CreatedAt,
		}).Scan(&id)
	if err != nil {
		return 0, err
	}

	if _, err := q.Exec(
		ctx,
		`INSERT INTO import_files (import_id, data) VALUES (@import_id, @raw)`,
		pgx.NamedArgs{"import_id": id, "raw": raw},
	); err != nil {
		return 0, err
	}

	_, err = q.CopyFrom(ctx, pgx.Identifier{"import_rejects"}, []string{"import_id", "line", "reason"},
		pgx.CopyFromSlice(len(rejects), func(n int) ([]any, error) {
			return []any{id, rejects[n].Line, string(rejects[n].Reason)}, nil
		}))

	return id, err
}

func findImport(ctx context.Context, q querier, id int64) (Import, error) {
	return oneImport(ctx, q, "i.id = @id", pgx.NamedArgs{"id": id})
}

func findImportFor(ctx context.Context, q querier, actor access.Actor, id int64) (Import, error) {
	scope, args := scoped(actor, access.AccountView, "u.path", 2)
	return oneImport(ctx, q, "i.id = $1 AND "+scope, append([]any{id}, args...)...)
}

func oneImport(ctx context.Context, q querier, where string, args ...any) (Import, error) {
	list, err := rows[Import](ctx, q, selectImport+where, args...)
	if err == nil && len(list) == 0 {
		err = fault.NotFound("没有找到，或不在您的管辖范围内")
	}
	if err != nil {
		return Import{}, err
	}

	return list[0], nil
}

func latestImports(ctx context.Context, q querier, actor access.Actor, accountID int64) ([]Import, error) {
	scope, args := scoped(actor, access.AccountView, "u.path", 2)

	return rows[Import](
		ctx,
		q,
		selectImport+"i.account_id = $1 AND "+scope+" ORDER BY i.id DESC LIMIT 20",
		append([]any{accountID}, args...)...)
}

func importRejects(ctx context.Context, q querier, id int64) ([]Rejected, error) {
	return rows[Rejected](
		ctx,
		q,
		`SELECT line, reason FROM import_rejects WHERE import_id = @id ORDER BY line`,
		pgx.NamedArgs{"id": id},
	)
}

// beginImport sets an import going and gives its file; one that has ended comes without.
func beginImport(
	ctx context.Context,
	db *pg.DB,
	id int64,
	now time.Time,
) (begun Import, raw []byte, err error) {
	err = db.InTx(ctx, func(tx pg.Tx) error {
		if _, err := tx.Pgx.Exec(ctx, `UPDATE imports SET state = 'running', beat_at = @now
				WHERE id = @id AND state IN ('waiting', 'running')`,
			pgx.NamedArgs{"id": id, "now": now}); err != nil {
			return err
		}
		if begun, err = findImport(ctx, tx.Pgx, id); err != nil || begun.State.Ended() {
			return err
		}

		return tx.Pgx.QueryRow(ctx, `SELECT data FROM import_files WHERE import_id = @import_id`,
			pgx.NamedArgs{"import_id": id}).Scan(&raw)
	})

	return begun, raw, err
}

// beatImport says how far an import is and holds its row until the transaction ends; false when it does
// not go on.
func beatImport(ctx context.Context, q querier, id int64, done int, now time.Time) (bool, error) {
	tag, err := q.Exec(ctx, `UPDATE imports SET done = greatest(done, @done), beat_at = @now
			WHERE id = @id AND state = 'running'`, pgx.NamedArgs{"id": id, "done": done, "now": now})
	return tag.RowsAffected() == 1, err
}

func markImported(ctx context.Context, q querier, id int64, posts map[string]int64) error {
	ids := make([]int64, 0, len(posts))
	for _, post := range posts {
		ids = append(ids, post)
	}
	_, err := q.Exec(ctx, `UPDATE platform_posts SET import_id = @import_id WHERE id = ANY(@ids)`,
		pgx.NamedArgs{"import_id": id, "ids": ids})

	return err
}

// endImport closes an import that was worked through, counts what it brought and drops the file.
func endImport(ctx context.Context, q querier, id int64, now time.Time) error {
	tag, err := q.Exec(ctx, `
UPDATE imports SET state = 'done', done = rows - rejected, ended_at = @now,
       added = (SELECT count(*) FROM platform_posts p WHERE p.import_id = @import_id)
WHERE id = @import_id AND state = 'running'`, pgx.NamedArgs{"import_id": id, "now": now})
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}

	return dropFile(ctx, q, id)
}

func dropFile(ctx context.Context, q querier, id int64) error {
	_, err := q.Exec(ctx, `DELETE FROM import_files WHERE import_id = @import_id`,
		pgx.NamedArgs{"import_id": id})
	return err
}

// undoImport marks an import undone, whatever became of it; false when it is already.
func undoImport(ctx context.Context, q querier, id int64, now time.Time) (bool, error) {
	tag, err := q.Exec(ctx, `UPDATE imports SET state = 'undone', ended_at = @now
			WHERE id = @id AND state <> 'undone'`, pgx.NamedArgs{"id": id, "now": now})
	if err != nil || tag.RowsAffected() == 0 {
		return false, err
	}

	return true, dropFile(ctx, q, id)
}

// removeImported deletes the posts of an import that nothing else knows, and gives the days they lay in.
func removeImported(ctx context.Context, q querier, id int64) (removed int, days []time.Time, err error) {
	const own = `import_id = $1 AND seen_at IS NULL AND delivery_id IS NULL AND noted_at IS NULL`

	if _, err = q.Exec(ctx, `
DELETE FROM post_readings WHERE platform_post_id IN (SELECT id FROM platform_posts WHERE `+own+`)`,
		id); err != nil {
		return 0, nil, err
	}

	found, err := q.Query(ctx, `DELETE FROM platform_posts WHERE `+own+` RETURNING posted_at`, id)
	if err != nil {
		return 0, nil, err
	}
	posted, err := pgx.CollectRows(found, pgx.RowTo[time.Time])
	if err != nil {
		return 0, nil, err
	}

	_, err = q.Exec(ctx, `UPDATE imports SET kept = (SELECT count(*)
    FROM platform_posts WHERE import_id = @import_id)
			WHERE id = @import_id`, pgx.NamedArgs{"import_id": id})

	return len(posted), daysOf(posted), err
}

// failImport closes an import that cannot be worked through.
func failImport(ctx context.Context, q querier, id int64, now time.Time) error {
	tag, err := q.Exec(ctx, `UPDATE imports SET state = 'failed', ended_at = @now
			WHERE id = @id AND state IN ('waiting', 'running')`, pgx.NamedArgs{"id": id, "now": now})
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}

	return dropFile(ctx, q, id)
}

// importIsQuiet tells whether nobody works on an import now.
func importIsQuiet(ctx context.Context, q querier, id int64, since time.Time) (quiet bool, err error) {
	err = q.QueryRow(ctx, `SELECT beat_at IS NULL OR beat_at < @since FROM imports WHERE id = @id`,
		pgx.NamedArgs{"id": id, "since": since}).
		Scan(&quiet)
	if errors.Is(err, pgx.ErrNoRows) {
		return true, nil
	}

	return quiet, err
}
