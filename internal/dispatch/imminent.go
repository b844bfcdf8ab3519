package dispatch

import (
	"context"
	"time"

	"juzhen/internal/fault"
)

// Imminent counts the deliveries of all processes that should go within some time, overdue ones and
// those under way included, and stops at atMost: what can wait asks it before it takes the database's
// time.
func (e *Engine) Imminent(ctx context.Context, within time.Duration, atMost int) (n int, err error) {
	defer fault.Step(&err, "dispatch.Imminent")

	err = e.db.Pool().QueryRow(ctx, `
SELECT count(*) FROM (SELECT FROM all_deliveries
WHERE NOT settled AND due_at < $1 AND state IN ('waiting', 'preparing', 'sending')
    AND NOT (state = 'waiting' AND lead_id IS NOT NULL) LIMIT $2) d`,
		e.clk.Now().Add(within), atMost).
		Scan(&n)

	return n, err
}
