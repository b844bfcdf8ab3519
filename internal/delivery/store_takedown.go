package delivery

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/pg"
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
	_, err := tx.Pgx.Exec(ctx, `
SELECT FROM deliveries WHERE id = ANY (@ids) ORDER BY id FOR UPDATE`, pgx.NamedArgs{"ids": ids})
	return err
}

// ofPostWithin reads the deliveries of a post that the actor may see, in the order of the matrix.
func ofPostWithin(ctx context.Context, db *gorm.DB, actor access.Actor, postID int64) ([]Delivery, error) {
	scope, args := access.Scope(actor, access.PostView, "u.path")

	return gorm.G[Delivery](db).Raw(selectDelivery+"d.post_id = ? AND "+scope+
		" ORDER BY a.position, a.id", append([]any{postID}, args...)...).Find(ctx)
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
SELECT d.id, @now, d.state, d.state, d.plan, d.attempt_id, d.owner, @by, @code, @args FROM deliveries d
    WHERE d.id = ANY (@deliveries)`, pgx.NamedArgs{
		"deliveries": deliveries,
		"now":        now,
		"by":         by,
		"code":       string(code),
		"args":       args,
	})

	return err
}
