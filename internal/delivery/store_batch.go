package delivery

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// lockDeliveries reads some that the actor may see and keeps others from changing them until the
// transaction ends, in the order of ids. It fails with fault.NotFound when one is not among them, with
// fault.Forbidden where perm is not held.
func lockDeliveries(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	perm access.Permission,
	ids []int64,
) ([]Delivery, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if err := lockRows(ctx, tx, ids); err != nil {
		return nil, err
	}
	scope, args := access.Scope(actor, access.PostView, "u.path")
	list, err := gorm.G[Delivery](tx.DB).Raw(selectDelivery+"d.id IN ? AND "+scope+
		" ORDER BY a.position, a.id, d.id", append([]any{ids}, args...)...).Find(ctx)
	if err != nil {
		return nil, err
	}
	if len(list) != len(ids) {
		return nil, errNotFound()
	}

	for _, delivery := range list {
		if err := access.Require(actor, perm, delivery.UnitPath); err != nil {
			return nil, err
		}
	}

	return list, nil
}

func lockRows(ctx context.Context, tx pg.Tx, ids []int64) error {
	_, err := tx.Pgx.Exec(ctx, "SELECT FROM deliveries WHERE id = ANY ($1) ORDER BY id FOR UPDATE", ids)
	return err
}

// ofPostWithin reads the deliveries of a post that the actor may see, in the order of the matrix.
func ofPostWithin(ctx context.Context, db *gorm.DB, actor access.Actor, postID int64) ([]Delivery, error) {
	scope, args := access.Scope(actor, access.PostView, "u.path")

	return gorm.G[Delivery](db).Raw(selectDelivery+"d.post_id = ? AND "+scope+
		" ORDER BY a.position, a.id", append([]any{postID}, args...)...).Find(ctx)
}

// askedDown are the deliveries of a post for which a take-down waits or is carried out.
func askedDown(ctx context.Context, db *gorm.DB, postID int64) ([]Decision, error) {
	return gorm.G[Decision](db).Raw(`
SELECT x.delivery_id, x.state, x.batch_id FROM delivery_decisions x JOIN deliveries d ON d.id = x.delivery_id
WHERE d.post_id = ? AND x.kind = 'takedown' AND x.state IN ('awaiting_second', 'confirmed')`, postID).
		Find(ctx)
}

// batchDecisions reads a batch as far as the actor may see it.
func batchDecisions(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) ([]Decision, error) {
	scope, args := access.Scope(actor, access.PostView, "u.path")

	return gorm.G[Decision](db).Raw(selectDecision+"x.batch_id = ? AND "+scope+" ORDER BY x.id",
		append([]any{id}, args...)...).Find(ctx)
}

// insertBatch opens a take-down for each delivery. The batch is named by the first of them.
func insertBatch(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	deliveries []int64,
	why string,
	by int64,
) (batch int64, err error) {
	err = tx.Pgx.QueryRow(ctx, `
WITH asked AS (
    INSERT INTO delivery_decisions (delivery_id, kind, state, reason, asked_by, asked_at)
    SELECT x.id, 'takedown', 'awaiting_second', $2, $3, $4
        FROM unnest($1::bigint[]) WITH ORDINALITY AS x (id, n) ORDER BY x.n RETURNING id)
SELECT min(id) FROM asked`, deliveries, why, by, now).Scan(&batch)
	if err != nil {
		return 0, err
	}
	_, err = tx.Pgx.Exec(ctx, `
UPDATE delivery_decisions SET batch_id = $2 WHERE delivery_id = ANY ($1) AND kind = 'takedown'
    AND state = 'awaiting_second'`, deliveries, batch)

	return batch, err
}

// noteMany writes the same step of a person into the stories of deliveries whose state stays.
func noteMany(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	deliveries []int64,
	code Reason,
	by int64,
	args string,
) error {
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO delivery_events (delivery_id, at, from_state, to_state, plan, attempt_id, owner, by_user, code,
    args)
SELECT d.id, $2, d.state, d.state, d.plan, d.attempt_id, d.owner, $3, $4, $5 FROM deliveries d
    WHERE d.id = ANY ($1)`, deliveries, now, by, string(code), args)

	return err
}

// answerMany answers those that still wait, and gives them.
func answerMany(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	items []Decision,
	to DecisionState,
	by int64,
) ([]Decision, error) {
	var ids, deliveries []int64
	for _, decision := range items {
		ids, deliveries = append(ids, decision.ID), append(deliveries, decision.DeliveryID)
	}
	if err := lockRows(ctx, tx, deliveries); err != nil {
		return nil, err
	}
	rows, err := tx.Pgx.Query(ctx, `
UPDATE delivery_decisions SET state = $2, answered_by = $3, answered_at = $4
    WHERE id = ANY ($1) AND state = 'awaiting_second' RETURNING id`, ids, string(to), by, now)
	if err != nil {
		return nil, err
	}
	done, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, err
	}
	if len(done) == 0 {
		return nil, errMoved()
	}

	answered := map[int64]bool{}
	for _, id := range done {
		answered[id] = true
	}

	return slices.DeleteFunc(slices.Clone(items), func(decision Decision) bool {
		return !answered[decision.ID]
	}), nil
}

// closeBatch resolves the matter of a batch once nothing of it waits, and tells how many do. The first
// row is locked, so that the last two answers do not each leave it to the other.
func closeBatch(ctx context.Context, tx pg.Tx, now time.Time, batch, by int64) (left int, err error) {
	_, err = tx.Pgx.Exec(ctx, "SELECT FROM delivery_decisions WHERE id = $1 FOR UPDATE", batch)
	if err != nil {
		return 0, err
	}
	err = tx.Pgx.QueryRow(ctx, `
		SELECT count(*) FROM delivery_decisions WHERE batch_id = $1 AND state = 'awaiting_second'`, batch).
		Scan(&left)
	if err != nil || left > 0 {
		return left, err
	}

	return 0, todo.ResolveTx(ctx, tx, now, batchKey(batch), by)
}
