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
i.hash = $1 AND i.undone_at IS NULL AND i.made_by = $2 ORDER BY i.id DESC LIMIT 1`, sum, actor.UserID)
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
	rows, err := db.Pool().Query(ctx, selectImport+"i.made_by = $1 ORDER BY i.id DESC LIMIT $2",
		actor.UserID, listed)
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
INSERT INTO plan_imports (name, kind, hash, posts, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		made.Name, made.Kind, sum, made.Posts, made.By, made.At).Scan(&id)
	if err != nil {
		return 0, err
	}
	_, err = tx.Pgx.Exec(ctx, `
INSERT INTO plan_import_posts (import_id, post_id) SELECT $1, unnest($2::bigint[])`, id, posts)

	return id, err
}

func lockImport(ctx context.Context, tx pg.Tx, actor access.Actor, id int64) (Import, error) {
	rows, err := tx.Pgx.Query(
		ctx,
		selectImport+"i.id = $1 AND i.made_by = $2 FOR UPDATE OF i",
		id,
		actor.UserID,
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
		"SELECT post_id FROM plan_import_posts WHERE import_id = $1 ORDER BY 1",
		id,
	)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

func markUndone(ctx context.Context, tx pg.Tx, id, by int64, at time.Time) error {
	_, err := tx.Pgx.Exec(
		ctx,
		"UPDATE plan_imports SET undone_by = $2, undone_at = $3 WHERE id = $1",
		id,
		by,
		at,
	)

	return err
}

// insertFile keeps a file, and drops those that are over.
func insertFile(ctx context.Context, db *pg.DB, by int64, file File, at time.Time) (id int64, err error) {
	if _, err := db.Pool().
		Exec(ctx, "DELETE FROM plan_files WHERE sent_at < $1", at.Add(-keptFor)); err != nil {
		return 0, err
	}
	err = db.Pool().QueryRow(ctx, `
INSERT INTO plan_files (sent_by, sent_at, name, sheet, pictures) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		by, at, file.Name, file.Sheet, file.Pictures).Scan(&id)

	return id, err
}

func findFile(ctx context.Context, db *pg.DB, by, id int64) (file File, err error) {
	err = db.Pool().
		QueryRow(ctx, "SELECT name, sheet, pictures FROM plan_files WHERE id = $1 AND sent_by = $2",
			id, by).
		Scan(&file.Name, &file.Sheet, &file.Pictures)
	if errors.Is(err, pgx.ErrNoRows) {
		err = fault.NotFound("没有找到这个文件：它已经导入，或超过了一天，请重新选择")
	}

	return file, err
}

func dropFile(ctx context.Context, db *pg.DB, id int64) error {
	_, err := db.Pool().Exec(ctx, "DELETE FROM plan_files WHERE id = $1", id)
	return err
}
