package reach

import (
	"context"
	"time"
)

// beginBackfill sets a backfill going; false when it is. One that was done begins at the newest post again.
func beginBackfill(ctx context.Context, q querier, accountID int64, now time.Time) (bool, error) {
	tag, err := q.Exec(ctx, `
INSERT INTO backfills AS b (account_id, state, max_id, found, total, reason, started_at, updated_at)
VALUES ($1, 'running', '', 0, 0, '', coalesce((SELECT since FROM account_watches WHERE account_id = $1), $2),
    $2)
ON CONFLICT (account_id) DO UPDATE SET state = 'running', reason = '', updated_at = $2,
    max_id = CASE WHEN b.state = 'failed' THEN b.max_id ELSE '' END, found = CASE
        WHEN b.state = 'failed' THEN b.found ELSE 0 END
WHERE b.state <> 'running'`, accountID, now)

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
	list, err := rows[Backfill](ctx, q, `SELECT * FROM backfills WHERE account_id = ANY($1)`, ids)

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
UPDATE backfills SET state = $2, max_id = $3, found = $4, total = $5, reason = $6, updated_at = $7
    WHERE account_id = $1`,
		backfill.AccountID,
		string(backfill.State),
		backfill.MaxID,
		backfill.Found,
		backfill.Total,
		backfill.Reason,
		backfill.UpdatedAt,
	)

	return err
}
