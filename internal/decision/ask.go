package decision

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// Subject is a delivery that a decision is asked about.
type Subject struct {
	DeliveryID    int64
	AccountHandle string
	UnitPath      string
}

// Ask is what one person asks, about one delivery or about several at once.
type Ask struct {
	By    int64
	Kind  Kind
	Why   string
	About []Subject
}

// AskTx opens a decision about each of the deliveries, in their order, and puts them before those who may be
// the second person: several as one batch. It fails with fault.Conflict when the same is asked about one of
// them already.
func AskTx(ctx context.Context, tx pg.Tx, now time.Time, ask Ask) (_ []Decision, err error) {
	defer fault.Step(&err, "decision.AskTx")

	ids, err := insert(ctx, tx, now, ask)
	if err != nil {
		return nil, pg.Fault(err, map[string]error{"delivery_decisions_open": errAsked()})
	}
	if len(ask.About) == 1 {
		about := ask.About[0]
		err := todo.RaiseTx(ctx, tx, now, todo.Item{
			Matter:    todoConfirm,
			Key:       todoKey(ids[0]),
			UnitPath:  about.UnitPath,
			NotUser:   ask.By,
			SubjectID: ids[0],
			Args:      map[string]any{"account": "@" + about.AccountHandle, "what": ask.Kind.Label()},
		})
		if err != nil {
			return nil, err
		}
		one, err := find(ctx, tx.DB, ids[0])

		return []Decision{one}, err
	}

	batch := ids[0]
	if err := todo.RaiseTx(ctx, tx, now, todo.Item{
		Matter:    todoConfirmBatch,
		Key:       batchKey(batch),
		UnitPath:  commonPath(ask.About),
		NotUser:   ask.By,
		SubjectID: batch,
		Args:      map[string]any{"n": len(ask.About)},
	}); err != nil {
		return nil, err
	}
	opened, err := findBatch(ctx, tx.DB, access.System("decision"), batch)

	return opened.Items, err
}

// insert opens the decisions. Several are a batch, which is named by the first of them.
func insert(ctx context.Context, tx pg.Tx, now time.Time, ask Ask) ([]int64, error) {
	deliveries := make([]int64, len(ask.About))
	for i, subject := range ask.About {
		deliveries[i] = subject.DeliveryID
	}
	rows, err := tx.Pgx.Query(ctx, `
INSERT INTO delivery_decisions (delivery_id, kind, state, reason, asked_by, asked_at)
SELECT x.id, @kind, 'awaiting_second', @why, @by, @now
    FROM unnest(@deliveries::bigint[]) WITH ORDINALITY AS x (id, n) ORDER BY x.n RETURNING id`,
		pgx.NamedArgs{
			"kind": string(ask.Kind), "why": ask.Why, "by": ask.By, "now": now, "deliveries": deliveries,
		})
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil || len(ids) == 1 {
		return ids, err
	}
	_, err = tx.Pgx.Exec(ctx, `
UPDATE delivery_decisions SET batch_id = @batch WHERE id = ANY (@ids)`,
		pgx.NamedArgs{"batch": ids[0], "ids": ids})

	return ids, err
}
