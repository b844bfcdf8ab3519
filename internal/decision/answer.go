package decision

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// FindTx reads a decision. It checks no right.
func FindTx(ctx context.Context, tx pg.Tx, id int64) (_ Decision, err error) {
	defer fault.Step(&err, "decision.FindTx %d", id)

	return find(ctx, tx.DB, id)
}

// FindBatchTx reads a batch as far as the actor may see it.
func FindBatchTx(ctx context.Context, tx pg.Tx, actor access.Actor, id int64) (_ Batch, err error) {
	defer fault.Step(&err, "decision.FindBatchTx %d", id)

	return findBatch(ctx, tx.DB, actor, id)
}

// OfDeliveryTx lists the decisions about a delivery, newest first. It checks no right.
func OfDeliveryTx(ctx context.Context, tx pg.Tx, deliveryID int64) (_ []Decision, err error) {
	defer fault.Step(&err, "decision.OfDeliveryTx %d", deliveryID)

	return listWithin(ctx, tx.DB, access.System("decision"), "x.delivery_id = ?", deliveryID)
}

// AskedDownTx tells for which deliveries of a post a take-down waits or is carried out.
func AskedDownTx(ctx context.Context, tx pg.Tx, postID int64) (_ map[int64]bool, err error) {
	defer fault.Step(&err, "decision.AskedDownTx %d", postID)

	rows, err := tx.Pgx.Query(ctx, `
SELECT x.delivery_id FROM delivery_decisions x JOIN deliveries d ON d.id = x.delivery_id
WHERE d.post_id = @post AND x.kind = 'takedown' AND x.state IN ('awaiting_second', 'confirmed')`,
		pgx.NamedArgs{"post": postID})
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	asked := make(map[int64]bool, len(ids))

	for _, id := range ids {
		asked[id] = true
	}

	return asked, err
}

// AnswerTx writes down a second person's answer to those of the decisions that still wait, with an entry for
// each in the trail, and gives them. The caller has asked MayAnswer and holds the deliveries. why is the
// reason of a refusal; else the reason stands for which each was asked. It fails with fault.Conflict of code
// "state_changed" when none waits any more.
func AnswerTx(
	ctx context.Context,
	act access.Act,
	items []Decision,
	to State,
	why string,
) (_ []Decision, err error) {
	defer fault.Step(&err, "decision.AnswerTx")

	if !slices.Contains(arrows[Awaiting], to) {
		return nil, fmt.Errorf("a second person's answer is not %s", to)
	}
	done, err := answer(ctx, act.Tx, act.Now, act.Actor.UserID, items, to)
	if err != nil {
		return nil, err
	}
	if len(done) == 0 {
		return nil, errAnswered()
	}

	for _, decision := range done {
		if err := note(ctx, act, decision, to, why, nil); err != nil {
			return nil, err
		}
	}

	return done, settle(ctx, act.Tx, act.Now, done, act.Actor.UserID)
}

// answer is the compare-and-set of an answer.
func answer(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	by int64,
	items []Decision,
	to State,
) ([]Decision, error) {
	ids := make([]int64, len(items))
	for i, decision := range items {
		ids[i] = decision.ID
	}
	rows, err := tx.Pgx.Query(ctx, `
UPDATE delivery_decisions SET state = @to, answered_by = @by, answered_at = @now,
    done_at = CASE WHEN @to = 'done' THEN @now::timestamptz END
WHERE id = ANY (@ids) AND state = 'awaiting_second' RETURNING id`,
		pgx.NamedArgs{"to": string(to), "by": by, "now": now, "ids": ids})
	if err != nil {
		return nil, err
	}
	answered, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	slices.Sort(answered)

	return slices.DeleteFunc(slices.Clone(items), func(decision Decision) bool {
		_, ours := slices.BinarySearch(answered, decision.ID)
		return !ours
	}), err
}

// note writes an answer into the trail.
func note(
	ctx context.Context,
	act access.Act,
	decision Decision,
	to State,
	why string,
	also map[string]any,
) error {
	what := actConfirm
	if to == Declined {
		what = actRefuse
	}
	if why == "" {
		why = decision.Reason
	}
	detail := map[string]any{"decision": decision.ID, "kind": string(decision.Kind)}
	if decision.BatchID != nil {
		detail["batch"] = *decision.BatchID
	}

	for name, value := range also {
		detail[name] = value
	}

	return audit.Write(ctx, act.Tx, audit.Entry{
		Actor:    act.Actor,
		At:       act.Now,
		Action:   what,
		Subject:  fmt.Sprintf("delivery/%d", decision.DeliveryID),
		UnitPath: decision.UnitPath,
		Why:      why,
		Detail:   detail,
	})
}

// settle resolves the to-dos of decisions, and of each batch of which nothing waits any more.
func settle(ctx context.Context, tx pg.Tx, now time.Time, answered []Decision, by int64) error {
	batches := map[int64]bool{}

	for _, decision := range answered {
		if decision.BatchID != nil {
			batches[*decision.BatchID] = true
			continue
		}
		if err := todo.ResolveTx(ctx, tx, now, todoKey(decision.ID), by); err != nil {
			return err
		}
	}

	for batch := range batches {
		left, err := LeftTx(ctx, tx, batch)
		if err != nil {
			return err
		}
		if left > 0 {
			continue
		}
		if err := todo.ResolveTx(ctx, tx, now, batchKey(batch), by); err != nil {
			return err
		}
	}

	return nil
}

// LeftTx tells how many of a batch still wait. Its first row is locked, so that the last two answers do not
// each leave the to-do to the other.
func LeftTx(ctx context.Context, tx pg.Tx, batch int64) (left int, err error) {
	defer fault.Step(&err, "decision.LeftTx %d", batch)

	args := pgx.NamedArgs{"batch": batch}
	if _, err := tx.Pgx.Exec(ctx, `
SELECT FROM delivery_decisions WHERE id = @batch FOR UPDATE`, args); err != nil {
		return 0, err
	}
	err = tx.Pgx.QueryRow(ctx, `
SELECT count(*) FROM delivery_decisions WHERE batch_id = @batch AND state = 'awaiting_second'`, args).
		Scan(&left)

	return left, err
}

// OvertakenTx ends what waits for a second person about a delivery that settled otherwise.
func OvertakenTx(ctx context.Context, tx pg.Tx, now time.Time, deliveryID int64) (err error) {
	defer fault.Step(&err, "decision.OvertakenTx %d", deliveryID)

	rows, err := tx.Pgx.Query(ctx, `
UPDATE delivery_decisions SET state = 'failed', outcome = 'overtaken', done_at = @now
    WHERE delivery_id = @delivery AND state = 'awaiting_second' RETURNING id, batch_id`,
		pgx.NamedArgs{"now": now, "delivery": deliveryID})
	if err != nil {
		return err
	}
	ended, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (decision Decision, err error) {
		return decision, row.Scan(&decision.ID, &decision.BatchID)
	})
	if err != nil {
		return err
	}

	return settle(ctx, tx, now, ended, 0)
}

// SnapshotTx keeps what the platform showed before the take-down; a later try does not overwrite it.
func SnapshotTx(ctx context.Context, tx pg.Tx, id int64, snapshot Snapshot) (err error) {
	defer fault.Step(&err, "decision.SnapshotTx %d", id)

	raw, err := json.Marshal(snapshot)
	if err != nil {
		return err
	}
	_, err = tx.Pgx.Exec(ctx, `
UPDATE delivery_decisions SET snapshot = @raw WHERE id = @id AND snapshot IS NULL`,
		pgx.NamedArgs{"id": id, "raw": string(raw)})

	return err
}

// CarriedOutTx writes down how it ended what was agreed on: done, or not and why. The trail has it in the
// name of the second person.
func CarriedOutTx(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	decision Decision,
	done bool,
	outcome string,
) (err error) {
	defer fault.Step(&err, "decision.CarriedOutTx %d", decision.ID)

	state := Undone
	if done {
		state = Done
	}
	if _, err := tx.Pgx.Exec(
		ctx,
		`
UPDATE delivery_decisions SET state = @state, outcome = @outcome, done_at = @now
    WHERE id = @id AND state = 'confirmed'`,
		pgx.NamedArgs{
			"state":   string(state),
			"outcome": outcome,
			"now":     now,
			"id":      decision.ID,
		},
	); err != nil {
		return err
	}
	actor := access.Actor{Name: decision.AnsweredName}
	if decision.AnsweredBy != nil {
		actor.UserID = *decision.AnsweredBy
	}

	return note(ctx, access.NewAct(tx, now, actor), decision, state, "", map[string]any{"gone": done})
}
