package delivery

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// A delivery of a crowd is marked ahead of its instant and released at it (docs/decisions/0004). Until
// its number is released it surely was not called, and may be taken back. Whoever does so locks the
// owner's row of releases before anything else, in every transaction.

// recallWithin is how near its due time a delivery may be marked ahead, with much to spare for clocks
// and slow transactions.
const recallWithin = 5 * time.Second

// recallTx takes back what was marked ahead and not released yet, of the deliveries d for which where
// holds: they wait again, and what follows in the transaction finds them so. It must come first in the
// transaction. Nothing is locked when nothing of them is near, and no process's row that never marked
// ahead.
func recallTx(ctx context.Context, tx pg.Tx, now time.Time, where string, args pgx.NamedArgs) error {
	named := pgx.NamedArgs{"recall_from": now.Add(-time.Minute), "recall_until": now.Add(recallWithin)}
	for name, v := range args {
		named[name] = v
	}
	var near bool
	err := tx.Pgx.QueryRow(ctx, `
SELECT EXISTS (SELECT FROM all_deliveries d
    WHERE NOT d.settled AND d.state IN ('waiting', 'preparing', 'sending')
        AND d.due_at BETWEEN @recall_from::timestamptz AND @recall_until::timestamptz AND (`+where+`))`, named).
		Scan(&near)
	if err != nil || !near {
		return err
	}
	rows, err := tx.Pgx.Query(ctx, `
SELECT r.process_id::text FROM releases r JOIN processes p ON p.id = r.process_id
WHERE r.marked > 0 AND p.stopped_at IS NULL AND p.lease_until > clock_timestamp() - interval '1 hour'
    ORDER BY r.process_id FOR UPDATE OF r`)
	if err != nil {
		return err
	}
	owners, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	_, err = takeBack(ctx, tx, now, owners, MarkRecalled, where, args)

	return err
}

// RecallOfTx takes back all that the processes marked ahead and have not released, whether they live or
// not: from now on they cannot release it. It locks their rows of releases, so it must come first in
// the transaction. It checks no right: for the engine.
func RecallOfTx(ctx context.Context, tx pg.Tx, now time.Time, owners []string) (_ []int64, err error) {
	defer fault.Step(&err, "delivery.RecallOfTx")

	if _, err := tx.Pgx.Exec(ctx, `
SELECT FROM releases WHERE process_id = ANY (@owners::text[]::uuid[]) ORDER BY process_id FOR UPDATE`,
		pgx.NamedArgs{"owners": owners}); err != nil {
		return nil, err
	}
	if _, err := tx.Pgx.Exec(ctx, `
		UPDATE releases SET recalls = recalls + 1 WHERE process_id = ANY (@owners::text[]::uuid[])`,
		pgx.NamedArgs{"owners": owners}); err != nil {
		return nil, err
	}

	return takeBack(ctx, tx, now, owners, MarkRecalled, "true", nil)
}

// takeBack moves what the owners, whose rows of releases are locked, have marked ahead and not released.
func takeBack(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	owners []string,
	code Reason,
	where string,
	args pgx.NamedArgs,
) ([]int64, error) {
	named := pgx.NamedArgs{"owners": owners}
	for name, v := range args {
		named[name] = v
	}
	ids, err := UncalledTx(ctx, tx, now, code, `NOT d.settled AND d.ahead_no > (SELECT r.released
			FROM releases r WHERE r.process_id = d.owner)
    AND d.owner = ANY (@owners::text[]::uuid[]) AND (`+where+")", named)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	_, err = tx.Pgx.Exec(ctx, `
		UPDATE releases SET recalls = recalls + 1 WHERE process_id = ANY (@owners::text[]::uuid[])`,
		pgx.NamedArgs{"owners": owners})

	return ids, err
}

// UncalledTx lets deliveries d wait again that are marked and for which where holds, and which surely
// were not called nor will be: the caller answers for that. A wish of a person is followed at once. The
// account's turn is as it was before the mark.
func UncalledTx(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	code Reason,
	where string,
	args pgx.NamedArgs,
) (_ []int64, err error) {
	defer fault.Step(&err, "delivery.UncalledTx")

	moved, err := Move{
		From:  []State{Sending},
		To:    Waiting,
		Code:  code,
		Where: "d.wish IS NULL AND (" + where + ")",
		Set:   "owner = NULL, ahead_no = NULL",
		Args:  args,
	}.Run(ctx, tx.Pgx, now)
	if err != nil {
		return nil, err
	}

	ids := make([]int64, len(moved))
	for i, m := range moved {
		ids[i] = m.ID
	}
	rows, err := tx.Pgx.Query(ctx, `
SELECT d.id FROM all_deliveries d WHERE d.state = 'sending' AND d.wish IS NOT NULL AND (`+where+`) ORDER BY d.id
		FOR UPDATE OF d`, args)
	if err != nil {
		return nil, err
	}
	wished, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, err
	}
	list, err := Load(ctx, tx.DB, wished)
	if err != nil {
		return nil, err
	}

	for _, delivery := range list {
		var change Change
		change.again(delivery, code, nil, now)
		if err := ApplyTx(ctx, tx, now, delivery, change, 0); err != nil {
			return nil, err
		}
		if _, err := tx.Pgx.Exec(
			ctx,
			"UPDATE all_deliveries SET ahead_no = NULL WHERE id = @id",
			pgx.NamedArgs{"id": delivery.ID},
		); err != nil {
			return nil, err
		}
		ids = append(ids, delivery.ID)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	_, err = tx.Pgx.Exec(ctx, `
UPDATE account_turns
    SET delivery_id = NULL, last_mark = nullif(coalesce(mark_before, last_mark), '-infinity'),
    mark_before = NULL, allowance = allowance + 1
WHERE delivery_id = ANY (@ids)`, pgx.NamedArgs{"ids": ids})

	return ids, err
}
