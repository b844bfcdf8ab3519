package plan

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
SELECT i.id, i.name, i.kind, i.made_by AS by, u.display_name AS by_name, i.made_at AS at, i.posts, i.undone_at
FROM plan_imports i JOIN users u ON u.id = i.made_by WHERE `

// importOf finds the newest import of the same file that stands. Only the actor's own are told of: what
// others imported is theirs.
func importOf(ctx context.Context, db *pg.DB, actor access.Actor, sum []byte) (*Import, error) {
	rows, err := db.Pool().Query(ctx, selectImport+`
i.hash = @sum AND i.undone_at IS NULL AND i.made_by = @user_id ORDER BY i.id DESC LIMIT 1`,
		pgx.NamedArgs{"sum": sum, "user_id": actor.UserID})
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[Import])
	if err != nil || len(found) == 0 {
		return nil, err
	}

	return &found[0], nil
}

func importsOf(ctx context.Context, db *pg.DB, actor access.Actor) ([]Import, error) {
	rows, err := db.Pool().Query(ctx, selectImport+`
i.made_by = @user_id ORDER BY i.id DESC LIMIT @listed`,
		pgx.NamedArgs{"user_id": actor.UserID, "listed": listed})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByName[Import])
}

func insertImport(
	ctx context.Context,
	tx pg.Tx,
	made Import,
	sum []byte,
	posts []int64,
) (id int64, err error) {
	err = tx.Pgx.QueryRow(ctx, `
INSERT INTO plan_imports (name, kind, hash, posts, made_by, made_at) VALUES (@name, @kind, @sum, @posts,
    @by, @made_at) RETURNING id`,
		pgx.NamedArgs{
			"name":    made.Name,
			"kind":    made.Kind,
			"sum":     sum,
			"posts":   made.Posts,
			"by":      made.By,
			"made_at": made.At,
		}).Scan(&id)
	if err != nil {
		return 0, err
	}
	_, err = tx.Pgx.Exec(ctx, `
INSERT INTO plan_import_posts (import_id, post_id) SELECT @import_id, unnest(@posts::bigint[])`,
		pgx.NamedArgs{"import_id": id, "posts": posts})

	return id, err
}

func lockImport(ctx context.Context, tx pg.Tx, actor access.Actor, id int64) (Import, error) {
	rows, err := tx.Pgx.Query(
		ctx,
		selectImport+`
i.id = @id AND i.made_by = @user_id FOR UPDATE OF i`,
		pgx.NamedArgs{"id": id, "user_id": actor.UserID},
	)
	if err != nil {
		return Import{}, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[Import])
	if err == nil && len(found) == 0 {
		err = fault.NotFound("没有找到，或不是您导入或复制的")
	}
	if err != nil {
		return Import{}, err
	}

	return found[0], nil
}

func postsOf(ctx context.Context, tx pg.Tx, id int64) ([]int64, error) {
	rows, err := tx.Pgx.Query(
		ctx,
		"SELECT post_id FROM plan_import_posts WHERE import_id = @import_id ORDER BY 1",
		pgx.NamedArgs{"import_id": id},
	)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

func markUndone(ctx context.Context, tx pg.Tx, id, by int64, at time.Time) error {
	_, err := tx.Pgx.Exec(
		ctx,
		"UPDATE plan_imports SET undone_by = @by, undone_at = @undone_at WHERE id = @id",
		pgx.NamedArgs{"id": id, "by": by, "undone_at": at},
	)

	return err
}

// insertFile keeps a file, and drops those that are over.
func insertFile(ctx context.Context, db *pg.DB, by int64, file File, at time.Time) (id int64, err error) {
	if _, err := db.Pool().
		Exec(ctx, "DELETE FROM plan_files WHERE sent_at < @kept_for",
			pgx.NamedArgs{"kept_for": at.Add(-keptFor)}); err != nil {
		return 0, err
	}
	err = db.Pool().QueryRow(ctx, `
INSERT INTO plan_files (sent_by, sent_at, name, sheet, pictures) VALUES (@by, @sent_at, @name, @sheet,
    @pictures) RETURNING id`,
		pgx.NamedArgs{
			"by":       by,
			"sent_at":  at,
			"name":     file.Name,
			"sheet":    file.Sheet,
			"pictures": file.Pictures,
		}).Scan(&id)

	return id, err
}

func findFile(ctx context.Context, db *pg.DB, by, id int64) (file File, err error) {
	err = db.Pool().
		QueryRow(ctx, `
SELECT name, sheet, pictures FROM plan_files WHERE id = @id AND sent_by = @by`,
			pgx.NamedArgs{"id": id, "by": by}).
		Scan(&file.Name, &file.Sheet, &file.Pictures)
	if errors.Is(err, pgx.ErrNoRows) {
		err = fault.NotFound("没有找到这个文件：它已经导入，或超过了一天，请重新选择")
	}

	return file, err
}

func dropFile(ctx context.Context, db *pg.DB, id int64) error {
	_, err := db.Pool().Exec(ctx, `
DELETE FROM plan_files WHERE id = @id`, pgx.NamedArgs{"id": id})
	return err
}
