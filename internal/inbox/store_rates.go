package inbox

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/pg"
)

// begunIn are the matters that count of a stretch of time, in the order of the units of their accounts.
func begunIn(
	ctx context.Context, tx pg.Tx, actor access.Actor, from, until time.Time,
) (matters []begunMatter, err error) {
	cond, args := access.Scope(actor, access.InboxView, "u.path")
	matters, err = gorm.G[begunMatter](tx.DB).Raw(`
SELECT m.id, u.id AS unit, u.name, u.path, m.kind, m.state, m.result, m.rating
FROM inbox_matters m JOIN accounts a ON a.id = m.account_id JOIN units u ON u.id = a.unit_id
WHERE m.opened_at >= ? AND m.opened_at < ? AND `+cond+" ORDER BY u.path, m.id",
		append([]any{from, until}, args...)...).Find(ctx)

	return slices.DeleteFunc(matters, func(m begunMatter) bool { return !m.counts() }), err
}

// talkOf is who said something when in matters, and when they were outside.
func talkOf(ctx context.Context, tx pg.Tx, matters []begunMatter) (map[int64]facts, error) {
	all := make([]*standing, len(matters))
	for i, m := range matters {
		all[i] = &standing{ID: m.ID}
	}

	return factsOf(ctx, tx, all)
}
