package decision

import (
	"context"

	"gorm.io/gorm"

	"juzhen/internal/access"
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

// mostListed bounds lists that are shown whole.
const mostListed = "200"

// listWithin reads those that the actor may see, newest first.
func listWithin(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	cond string,
	args ...any,
) ([]Decision, error) {
	scope, more := access.Scope(actor, access.PostView, "u.path")
	query := selectDecision + cond + " AND " + scope + " ORDER BY x.id DESC LIMIT " + mostListed

	return gorm.G[Decision](db).Raw(query, append(args, more...)...).Find(ctx)
}

func find(ctx context.Context, db *gorm.DB, id int64) (Decision, error) {
	decision, err := gorm.G[Decision](db).Raw(selectDecision+"x.id = ?", id).Take(ctx)
	return decision, pg.OrNotFound(err, errNotFound())
}

// findBatch reads a batch as far as the actor may see it, in the order in which it was asked for.
func findBatch(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) (Batch, error) {
	scope, args := access.Scope(actor, access.PostView, "u.path")
	query := selectDecision + "x.batch_id = ? AND " + scope + " ORDER BY x.id"
	items, err := gorm.G[Decision](db).Raw(query, append([]any{id}, args...)...).Find(ctx)
	if err != nil {
		return Batch{}, err
	}
	if len(items) == 0 {
		return Batch{}, errNotFound()
	}

	return batchOf(id, items), nil
}
