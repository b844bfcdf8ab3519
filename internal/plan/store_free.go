package plan

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/pg"
)

// busyTimes reads the minutes at which accounts have something planned, in order.
func busyTimes(
	ctx context.Context,
	db reader,
	actor access.Actor,
	accounts []int64,
	except int64,
	from, to time.Time,
) ([]time.Time, error) {
	scope, args := access.Scope(actor, access.PostWrite, "u.path")
	given := []any{accounts, from, to, except}
	rows, err := db.Query(ctx, `
WITH mine AS (
    SELECT a.id FROM accounts a JOIN units u ON u.id = a.unit_id
    WHERE a.id = ANY ($1) AND `+numbered(scope, len(given))+`)
SELECT DISTINCT date_trunc('minute', t.due_at) AS at FROM (
    SELECT d.due_at FROM mine m CROSS JOIN LATERAL (SELECT x.due_at FROM deliveries x
        WHERE x.account_id = m.id AND x.due_at >= $2 AND x.due_at < $3 AND NOT x.settled
            AND x.post_id <> $4) d
    UNION ALL
    SELECT p.due_at FROM posts p JOIN version_targets v ON v.version_id = p.version_id
        JOIN mine m ON m.id = v.account_id
    WHERE p.phase IN ('draft', 'returned') AND p.due_at >= $2 AND p.due_at < $3 AND p.id <> $4) t
ORDER BY 1`, append(given, args...)...)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[time.Time])
}

// lockQueue lets one person at a time choose a slot of the account, until the transaction ends.
func lockQueue(ctx context.Context, tx pg.Tx, accountID int64) error {
	_, err := tx.Pgx.Exec(ctx, `
SELECT pg_advisory_xact_lock(hashtextextended('queue', @account_id))`,
		pgx.NamedArgs{"account_id": accountID})

	return err
}
