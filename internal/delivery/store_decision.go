package delivery

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

const selectDecision = `
SELECT x.id, x.delivery_id, d.post_id, x.kind, x.state, x.reason, x.asked_by, q.display_name AS asked_name,
    x.asked_at, x.answered_by,
       coalesce(w.display_name, '') AS answered_name, x.answered_at, x.snapshot, x.outcome, x.done_at,
           x.batch_id, a.handle AS account_handle, u.path AS unit_path
FROM delivery_decisions x JOIN deliveries d ON d.id = x.delivery_id JOIN accounts a ON a.id = d.account_id
    JOIN units u ON u.id = a.unit_id
JOIN users q ON q.id = x.asked_by LEFT JOIN users w ON w.id = x.answered_by WHERE `

func decisions(ctx context.Context, db *gorm.DB, cond string, args ...any) ([]Decision, error) {
	return gorm.G[Decision](db).Raw(selectDecision+cond+" ORDER BY x.id DESC LIMIT 200", args...).Find(ctx)
}

func findDecision(ctx context.Context, db *gorm.DB, id int64) (Decision, error) {
	decision, err := gorm.G[Decision](db).Raw(selectDecision+"x.id = ?", id).Take(ctx)
	return decision, pg.OrNotFound(err, errNotFound())
}

func insertDecision(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	deliveryID int64,
	kind Asked,
	why string,
	by int64,
) (id int64, err error) {
	err = tx.Pgx.QueryRow(ctx, `
INSERT INTO delivery_decisions (delivery_id, kind, state, reason, asked_by, asked_at)
    VALUES ($1, $2, 'awaiting_second', $3, $4, $5) RETURNING id`,
		deliveryID, string(kind), why, by, now).Scan(&id)

	return id, err
}

// answerDecision is the compare-and-set of the second person's answer.
func answerDecision(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	id int64,
	to DecisionState,
	by int64,
) error {
	done, err := tx.Pgx.Exec(ctx, `
UPDATE delivery_decisions SET state = $2, answered_by = $3, answered_at = $4, done_at = CASE
    WHEN $2 = 'done' THEN $4::timestamptz END
WHERE id = $1 AND state = 'awaiting_second'`, id, string(to), by, now)
	if err == nil && done.RowsAffected() != 1 {
		return errMoved()
	}

	return err
}

// closeDecisions ends what waits for a second person about a delivery that settled otherwise.
func closeDecisions(ctx context.Context, tx pg.Tx, now time.Time, deliveryID int64) error {
	rows, err := tx.Pgx.Query(ctx, `
UPDATE delivery_decisions SET state = 'failed', outcome = 'overtaken', done_at = $2
    WHERE delivery_id = $1 AND state = 'awaiting_second' RETURNING id, batch_id`, deliveryID, now)
	if err != nil {
		return err
	}
	closed, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (decision Decision, err error) {
		return decision, r.Scan(&decision.ID, &decision.BatchID)
	})
	if err != nil {
		return err
	}

	for _, decision := range closed {
		if err := settle(ctx, tx, now, decision, 0); err != nil {
			return err
		}
	}

	return nil
}

// TakedownTx reads what a confirmed take-down needs. It checks no right: for the engine.
func TakedownTx(ctx context.Context, tx pg.Tx, decisionID int64) (_ Decision, _ Delivery, err error) {
	defer fault.Step(&err, "delivery.TakedownTx %d", decisionID)

	dec, err := findDecision(ctx, tx.DB, decisionID)
	if err != nil {
		return Decision{}, Delivery{}, err
	}
	delivery, err := LockTx(ctx, tx, dec.DeliveryID)

	return dec, delivery, err
}

// SnapshotTx keeps what the platform showed before the take-down; a later try does not overwrite it.
func SnapshotTx(ctx context.Context, tx pg.Tx, decisionID int64, snapshot Snapshot) (err error) {
	defer fault.Step(&err, "delivery.SnapshotTx %d", decisionID)

	raw, err := json.Marshal(snapshot)
	if err != nil {
		return err
	}
	_, err = tx.Pgx.Exec(ctx, `
		UPDATE delivery_decisions SET snapshot = $2 WHERE id = $1 AND snapshot IS NULL`,
		decisionID, string(raw))

	return err
}

// TakenDownTx records how a take-down ended: gone from the platform, or why not, which is told to people.
func TakenDownTx(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	dec Decision,
	delivery Delivery,
	gone bool,
	code int,
	text string,
) (err error) {
	defer fault.Step(&err, "delivery.TakenDownTx")

	change := Change{To: delivery.State, Code: WasTakenDown, Live: LiveDown, Resolve: TodoLive}
	state, outcome := Done, None
	if !gone {
		change = Change{
			To:    delivery.State,
			Code:  TakedownFailed,
			Args:  Args{"code": code, "text": text},
			Raise: TodoLive,
		}
		state, outcome = Undone, TakedownFailed
	}
	_, err = tx.Pgx.Exec(ctx, `
		UPDATE delivery_decisions SET state = $2, outcome = $3, done_at = $4
			WHERE id = $1 AND state = 'confirmed'`,
		dec.ID, string(state), string(outcome), now)
	if err != nil {
		return err
	}
	by := int64(0)
	if dec.AnsweredBy != nil {
		by = *dec.AnsweredBy
	}
	if err := ApplyTx(ctx, tx, now, delivery, change, by); err != nil {
		return err
	}
	actor := access.Actor{UserID: by, Name: dec.AnsweredName}

	return note(
		ctx,
		tx,
		now,
		actor,
		actConfirm,
		delivery.Ref(),
		delivery.UnitPath,
		dec.Reason,
		map[string]any{
			"decision": dec.ID, "kind": "takedown", "gone": gone,
		},
	)
}
