package reach

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// beginBackfill sets a backfill going; false when it is. One that was done begins at the newest post again.
func beginBackfill(ctx context.Context, q querier, accountID int64, now time.Time) (bool, error) {
	tag, err := q.Exec(ctx, `
INSERT INTO backfills AS b (account_id, state, max_id, found, total, reason, started_at, updated_at)
VALUES (@account_id, 'running', '', 0, 0, '',
    coalesce((SELECT since FROM account_watches WHERE account_id = @account_id), @now),
    @now)
ON CONFLICT (account_id) DO UPDATE SET state = 'running', reason = '', updated_at = @now,
    max_id = CASE WHEN b.state = 'failed' THEN b.max_id ELSE '' END, found = CASE
        WHEN b.state = 'failed' THEN b.found ELSE 0 END
WHERE b.state <> 'running'`, pgx.NamedArgs{"account_id": accountID, "now": now})

	return tag.RowsAffected() == 1, err
}

func findBackfill(ctx context.Context, q querier, accountID int64) (Backfill, error) {
	found, err := findBackfills(ctx, q, []int64{accountID})
	if backfill, ok := found[accountID]; ok {
		return backfill, err
	}

	return Backfill{AccountID: accountID, State: BackfillNone}, err
}

func findBackfills(ctx context.Context, q querier, ids []int64) (map[int64]Backfill, error) {
	list, err := rows[Backfill](
		ctx,
		q,
		`SELECT * FROM backfills WHERE account_id = ANY(@ids)`,
		pgx.NamedArgs{"ids": ids},
	)

	found := make(map[int64]Backfill, len(list))
	for _, backfill := range list {
		found[backfill.AccountID] = backfill
	}

	return found, err
}

func putBackfill(ctx context.Context, q querier, backfill Backfill) error {
	_, err := q.Exec(
		ctx,
		`
UPDATE backfills SET state = @state, max_id = @max_id, found = @found, total = @total, reason = @reason,
    updated_at = @updated_at
    WHERE account_id = @account_id`,
		pgx.NamedArgs{
			"account_id": backfill.AccountID,
			"state":      string(backfill.State),
			"max_id":     backfill.MaxID,
			"found":      backfill.Found,
			"total":      backfill.Total,
			"reason":     backfill.Reason,
			"updated_at": backfill.UpdatedAt,
		},
	)

	return err
}
