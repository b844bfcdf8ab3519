package delivery

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

const deliveryColumns = `
SELECT d.id, d.kind, d.post_id, d.version_id, d.account_id, d.platform, d.connector, d.state, d.plan,
    d.urgent,
    d.due_at, d.not_after, d.not_before,
       d.approved, d.approved_from, d.payload_hash, d.approved_hash, d.mark_key, d.pause_id, d.owner,
           d.attempt_id, d.attempts, d.marked_at, d.call_ended_at,
       d.hard_end, d.sent_at, d.remote_id, d.remote_url, d.reason, d.reason_args, d.wish, d.wish_due_at,
           d.wish_by, d.looks, d.next_look_at,
       d.uploads, d.taken_by, d.taken_at, d.live, d.live_at, d.live_text, d.created_at, d.updated_at,
       a.handle AS account_handle, coalesce(a.remote_uid, '') AS account_uid, a.display_name AS account_name,
           u.id AS unit_id, u.path AS unit_path, u.name AS unit_name,
       coalesce(t.display_name, '') AS taken_by_name
`

const deliveryJoins = `
JOIN accounts a ON a.id = d.account_id JOIN units u ON u.id = a.unit_id
LEFT JOIN users t ON t.id = d.taken_by
WHERE `

// What people see and decide about are the deliveries of posts. Replies to citizens are dealt with where
// they were written; the engine sends both.
const (
	selectDelivery = deliveryColumns + "FROM deliveries d" + deliveryJoins
	selectAnyKind  = deliveryColumns + "FROM all_deliveries d" + deliveryJoins
)

func errNotFound() error { return fault.NotFound("没有找到，或不在您的管辖范围内") }

// findDelivery reads the delivery of a post that the actor may see, and fails with fault.Forbidden when perm
// is not held at its account's unit.
func findDelivery(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	perm access.Permission,
	id int64,
) (Delivery, error) {
	scope, args := access.Scope(actor, access.PostView, "u.path")
	delivery, err := gorm.G[Delivery](
		db,
	).Raw(selectDelivery+"d.id = ? AND "+scope, append([]any{id}, args...)...).
		Take(ctx)
	if err != nil {
		return Delivery{}, pg.OrNotFound(err, errNotFound())
	}

	return delivery, access.Require(actor, perm, delivery.UnitPath)
}

// lockDelivery is findDelivery with the row locked first, so that what is read stays so.
func lockDelivery(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	perm access.Permission,
	id int64,
) (Delivery, error) {
	if err := lockRow(ctx, db, id); err != nil {
		return Delivery{}, err
	}

	return findDelivery(ctx, db, actor, perm, id)
}

func lockRow(ctx context.Context, db *gorm.DB, id int64) error {
	return db.WithContext(ctx).Exec("SELECT FROM all_deliveries WHERE id = ? FOR UPDATE", id).Error
}

// lockFor is lockDelivery for what the actor wants to do with it, which the rules must allow.
func lockFor(ctx context.Context, tx pg.Tx, actor access.Actor, do Doing, id int64) (Delivery, error) {
	delivery, err := lockDelivery(ctx, tx.DB, actor, rules[do].needs, id)
	if err != nil {
		return Delivery{}, err
	}

	return delivery, do.refuse(actor, delivery, Standing{})
}

// LockTx reads a delivery of any kind and keeps others from changing it until the transaction ends. It checks
// no right: for the engine, and for whoever has seen to the rights.
func LockTx(ctx context.Context, tx pg.Tx, id int64) (_ Delivery, err error) {
	defer fault.Step(&err, "delivery.LockTx %d", id)

	if err := lockRow(ctx, tx.DB, id); err != nil {
		return Delivery{}, err
	}
	delivery, err := gorm.G[Delivery](tx.DB).Raw(selectAnyKind+"d.id = ?", id).Take(ctx)

	return delivery, pg.OrNotFound(err, errNotFound())
}

// Load reads deliveries by id. It checks no right: for the engine.
func Load(ctx context.Context, db *gorm.DB, ids []int64) (_ []Delivery, err error) {
	defer fault.Step(&err, "delivery.Load")

	if len(ids) == 0 {
		return nil, nil
	}

	return gorm.G[Delivery](db).Raw(selectAnyKind+"d.id IN ? ORDER BY d.id", ids).Find(ctx)
}

// ofPost reads all deliveries of a post, in the order of the matrix. It checks no right: find the post first.
func ofPost(ctx context.Context, db *gorm.DB, postID int64) ([]Delivery, error) {
	return gorm.G[Delivery](db).Raw(selectDelivery+"d.post_id = ? ORDER BY a.position, a.id", postID).
		Find(ctx)
}

const selectEvent = `
SELECT e.id, e.delivery_id, e.at, e.from_state, e.to_state, e.plan, e.attempt_id, e.owner, e.by_user,
    coalesce(u.display_name, '') AS by_name,
       e.code, e.args
FROM delivery_events e LEFT JOIN users u ON u.id = e.by_user WHERE `

func eventsOf(ctx context.Context, db *gorm.DB, id int64) ([]Event, error) {
	return gorm.G[Event](db).Raw(selectEvent+"e.delivery_id = ? ORDER BY e.id", id).Find(ctx)
}

// reviewedLately tells whether the platform reviewed or delayed a post of the account since then.
func reviewedLately(ctx context.Context, db *gorm.DB, accountID int64, since time.Time) (bool, error) {
	var yes bool
	err := db.WithContext(ctx).Raw(`
SELECT EXISTS (SELECT FROM all_deliveries d JOIN delivery_events e ON e.delivery_id = d.id
               WHERE d.account_id = ? AND d.marked_at > ? AND e.code IN (?, ?))`,
		accountID, since, PublishedReview, PublishedSlow).Row().Scan(&yes)

	return yes, err
}

// ReviewedLately tells whether the platform reviewed or delayed a post of the account since then, which
// forbids a resend.
func ReviewedLately(ctx context.Context, db *gorm.DB, accountID int64, since time.Time) (_ bool, err error) {
	defer fault.Step(&err, "delivery.ReviewedLately %d", accountID)

	return reviewedLately(ctx, db, accountID, since)
}

// RepeatedLately tells whether the platform called a call of the delivery's present plan repeated content.
func RepeatedLately(ctx context.Context, db *gorm.DB, delivery Delivery) (yes bool, err error) {
	defer fault.Step(&err, "delivery.RepeatedLately")

	err = db.WithContext(ctx).Raw(`
		SELECT EXISTS (SELECT FROM delivery_events WHERE delivery_id = ? AND code = ? AND plan = ?)`,
		delivery.ID, Repeated, delivery.Plan).
		Row().Scan(&yes)

	return yes, err
}

// WasOpenTx tells whether the outcome of a call of the delivery before its present one was open: that
// call may have published. One that ended with its process is not among the attempts.
func WasOpenTx(ctx context.Context, tx pg.Tx, delivery Delivery) (yes bool, err error) {
	defer fault.Step(&err, "delivery.WasOpenTx")

	err = tx.Pgx.QueryRow(ctx, `
SELECT EXISTS (SELECT FROM delivery_events WHERE delivery_id = @delivery_id AND to_state = 'unknown'
    AND attempt_id IS DISTINCT FROM @attempt_id::text::uuid)`,
		pgx.NamedArgs{"delivery_id": delivery.ID, "attempt_id": delivery.AttemptID}).
		Scan(&yes)

	return yes, err
}

// Recorded tells which of the platform's ids belong to other deliveries of the same kind already: posts and
// comments are numbered apart.
func Recorded(
	ctx context.Context,
	db *gorm.DB,
	delivery Delivery,
	ids []string,
) (_ map[string]bool, err error) {
	defer fault.Step(&err, "delivery.Recorded")

	out := map[string]bool{}
	if len(ids) == 0 {
		return out, nil
	}
	var known []string

	err = db.WithContext(ctx).Raw(`
		SELECT remote_id FROM all_deliveries WHERE platform = ? AND remote_id IN ? AND kind = ? AND id <> ?`,
		delivery.Platform, ids, delivery.Kind, delivery.ID).
		Scan(&known).Error
	for _, id := range known {
		out[id] = true
	}

	return out, err
}
