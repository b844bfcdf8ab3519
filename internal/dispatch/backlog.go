package dispatch

import (
	"context"
	"time"

	"juzhen/internal/fault"
)

// Backlog is what all processes together have before them: for programs that watch the sending.
type Backlog struct {
	// deliveries that are not settled, by state; of the most urgent BacklogCounted
	Queue         map[string]int
	NextDue       *time.Time
	LastSent      *time.Time // by the platform's clock, of any process, within the last week
	Paused        int        // pauses that are open
	TokensEnding  int        // live accounts whose token ends within a fortnight
	NextTokenEnds *time.Time
}

// BacklogCounted bounds how many open deliveries Backlog counts, so that asking costs the same however
// far ahead is planned.
const BacklogCounted = 5_000

// lastSuccesses are looked through for the newest by the platform's clock: what was recorded last need
// not have been sent last.
const lastSuccesses = 200

// Backlog reads the figures in two statements.
func (e *Engine) Backlog(ctx context.Context) (_ Backlog, err error) {
	defer fault.Step(&err, "dispatch.Backlog")

	backlog, now := Backlog{Queue: map[string]int{}}, e.clk.Now()
	rows, err := e.db.Pool().Query(ctx, `
SELECT state, count(*)
FROM (SELECT state FROM all_deliveries WHERE NOT settled ORDER BY due_at, id LIMIT $1) open
GROUP BY state`, BacklogCounted)
	if err != nil {
		return backlog, err
	}
	defer rows.Close()

	for rows.Next() {
		var state string
		var n int
		if err := rows.Scan(&state, &n); err != nil {
			return backlog, err
		}
		backlog.Queue[state] = n
	}
	if err := rows.Err(); err != nil {
		return backlog, err
	}
	err = e.db.Pool().QueryRow(ctx, `
SELECT (SELECT min(due_at) FROM all_deliveries WHERE NOT settled AND state IN ('waiting', 'preparing')
    AND due_at >= $1::timestamptz),
       (SELECT max(sent_at)
           FROM (SELECT sent_at FROM all_deliveries WHERE sent_known_at > $1::timestamptz - interval '7 days'
         ORDER BY sent_known_at DESC LIMIT $2) late),
       (SELECT count(*) FROM pauses WHERE resumed_at IS NULL),
       count(*) FILTER (WHERE c.expires_at < $1::timestamptz + interval '14 days'), min(c.expires_at)
FROM accounts a JOIN credentials c ON c.account_id = a.id
WHERE a.state = 'live' AND a.connector <> 'manual' AND c.state = 'valid' AND c.expires_at > $1::timestamptz`,
		now, lastSuccesses).
		Scan(&backlog.NextDue, &backlog.LastSent, &backlog.Paused, &backlog.TokensEnding,
			&backlog.NextTokenEnds)

	return backlog, err
}
