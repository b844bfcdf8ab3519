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

const feedColumns = "id, user_id, name, made_at, used_at"

func feedsOf(ctx context.Context, db *pg.DB, user int64) ([]Feed, error) {
	rows, err := db.Pool().Query(ctx, "SELECT "+feedColumns+
		" FROM plan_feeds WHERE user_id = @user AND revoked_at IS NULL ORDER BY id",
		pgx.NamedArgs{"user": user})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByName[Feed])
}

// insertFeed counts under the lock of the person, so that nobody has one too many.
func insertFeed(ctx context.Context, tx pg.Tx, feed Feed, hash []byte) (id int64, err error) {
	var open int
	if _, err = tx.Pgx.Exec(
		ctx,
		"SELECT FROM users WHERE id = @user_id FOR NO KEY UPDATE",
		pgx.NamedArgs{"user_id": feed.UserID},
	); err != nil {
		return 0, err
	}
	err = tx.Pgx.QueryRow(ctx, `
SELECT count(*) FROM plan_feeds WHERE user_id = @user_id AND revoked_at IS NULL`,
		pgx.NamedArgs{"user_id": feed.UserID}).Scan(&open)
	if err == nil && open >= MaxFeeds {
		err = fault.Conflict("最多 {.max} 个订阅地址，请先停用不用的", "max", MaxFeeds)
	}
	if err != nil {
		return 0, err
	}
	err = tx.Pgx.QueryRow(ctx, `
INSERT INTO plan_feeds (user_id, name, token_hash, made_at) VALUES (@user_id, @name, @hash,
    @made_at) RETURNING id`,
		pgx.NamedArgs{
			"user_id": feed.UserID,
			"name":    feed.Name,
			"hash":    hash,
			"made_at": feed.MadeAt,
		}).Scan(&id)

	return id, err
}

func revokeFeed(ctx context.Context, tx pg.Tx, user, id int64, at time.Time) (Feed, error) {
	rows, err := tx.Pgx.Query(ctx, `
UPDATE plan_feeds SET revoked_at = @revoked_at WHERE id = @id AND user_id = @user`+
		" AND revoked_at IS NULL RETURNING "+feedColumns,
		pgx.NamedArgs{"id": id, "user": user, "revoked_at": at})
	if err != nil {
		return Feed{}, err
	}

	return oneFeed(rows)
}

func findFeed(ctx context.Context, db *pg.DB, hash []byte) (Feed, error) {
	rows, err := db.Pool().Query(ctx, "SELECT "+feedColumns+
		" FROM plan_feeds WHERE token_hash = @hash AND revoked_at IS NULL",
		pgx.NamedArgs{"hash": hash})
	if err != nil {
		return Feed{}, err
	}

	return oneFeed(rows)
}

func oneFeed(rows pgx.Rows) (Feed, error) {
	feed, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Feed])
	if errors.Is(err, pgx.ErrNoRows) {
		err = errNoFeed()
	}

	return feed, err
}

func touchFeed(ctx context.Context, db *pg.DB, id int64, at time.Time) error {
	_, err := db.Pool().Exec(ctx, `
UPDATE plan_feeds SET used_at = @used_at WHERE id = @id`, pgx.NamedArgs{"id": id, "used_at": at})
	return err
}

// fedRow is a post without its text; its state is told by delivery.
type fedRow struct {
	PostID    int64
	DueAt     time.Time
	Accounts  int
	Names     string
	Revision  int
	UpdatedAt time.Time
}

func fedPosts(ctx context.Context, db *pg.DB, actor access.Actor, from, to time.Time) ([]FedPost, error) {
	scope, args := access.Scope(actor, access.PostView, "u.path")
	given := []any{from, to, maxFed}
	rows, err := db.Pool().Query(ctx, `
SELECT p.id AS post_id, p.due_at, p.revision, p.updated_at,
    (SELECT count(*) FROM version_targets t WHERE t.version_id = p.version_id) AS accounts,
    coalesce((SELECT string_agg(x.handle, ' ' ORDER BY x.position, x.id) FROM (
        SELECT c.handle, c.position, c.id FROM version_targets t JOIN accounts c ON c.id = t.account_id
        WHERE t.version_id = p.version_id ORDER BY c.position, c.id LIMIT 2) x), '') AS names
FROM (SELECT p.* FROM posts p JOIN units u ON u.id = p.unit_id
    WHERE p.due_at >= $1 AND p.due_at < $2 AND p.phase <> 'withdrawn' AND `+numbered(scope, len(given))+`
    ORDER BY p.due_at, p.id LIMIT $3) p
ORDER BY p.due_at, p.id`, append(given, args...)...)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[fedRow])
	list := make([]FedPost, len(found))

	for i, one := range found {
		list[i] = FedPost{
			PostID: one.PostID, DueAt: one.DueAt, Accounts: one.Accounts, Names: one.Names,
			Revision: one.Revision, UpdatedAt: one.UpdatedAt,
		}
	}

	return list, err
}
