package dispatch

import (
	"context"
	"time"

	"juzhen/internal/fault"
)

// Health is what operators see of the sending of this process and of all.
type Health struct {
	// why nothing is marked now: shutdown, restored, clock_unmeasured, clock_wrong, lock_lost; "" while it is
	Stopped       string
	Process       string
	ClockOffset   time.Duration // the database's clock ahead of ours
	ClockKnown    bool
	ClockWarn     bool
	WeiboOffset   *time.Duration // Weibo's clock ahead of ours, by its last answer; good to a second
	Held          int            // deliveries in memory
	Calling       int            // calls under way
	Unrecorded    int            // calls whose end is not written yet
	LastSuccess   *time.Time     // of this process
	LateP50       time.Duration  // due time to first byte, of this process's last starts
	LateP99       time.Duration
	LateMax       time.Duration
	OldestOverdue *time.Time // due time of the oldest delivery that should have gone, by all processes
	Overdue       int
	Unknown       int
	DueSoon       int // within the next hour
	TokensBad     int // live accounts that need a token and have none that works
	Processes     int // alive by their lease
}

// Health reads the figures. It fails only when the database does not answer; what the process knows by
// itself is filled anyway.
func (e *Engine) Health(ctx context.Context) (_ Health, err error) {
	defer fault.Step(&err, "dispatch.Health")

	health := Health{
		Stopped:    e.stopped(),
		Process:    e.self.id,
		Calling:    e.crew.busy(),
		Unrecorded: e.records.size(),
	}
	health.ClockOffset, health.ClockKnown = e.clk.Offset()
	health.ClockWarn = health.ClockKnown && e.clk.Apart() > e.set.ClockWarn
	if d, ok := e.o.Weibo.ServerOffset(); ok {
		health.WeiboOffset = &d
	}
	health.Held, _ = e.desk.size()
	last, p50, p99, worst := e.stats.figures()
	if health.LateP50, health.LateP99, health.LateMax = p50, p99, worst; !last.IsZero() {
		health.LastSuccess = &last
	}
	now := e.clk.Now()
	err = e.db.Pool().QueryRow(ctx, `
SELECT min(due_at) FILTER (WHERE state IN ('waiting', 'preparing')
    AND greatest(due_at, not_before) < $1::timestamptz - interval '1 second'),
       count(*) FILTER (WHERE state IN ('waiting', 'preparing')
           AND greatest(due_at, not_before) < $1::timestamptz - interval '1 second'),
       count(*) FILTER (WHERE state = 'unknown'),
           count(*) FILTER (WHERE state IN ('waiting', 'preparing') AND due_at >= $1::timestamptz),
       (SELECT count(*) FROM accounts a LEFT JOIN credentials c ON c.account_id = a.id
        WHERE a.state = 'live' AND a.connector <> 'manual'
            AND (c.state IS DISTINCT FROM 'valid' OR c.expires_at <= $1::timestamptz)),
       (SELECT count(*) FROM processes WHERE lease_until > clock_timestamp() AND stopped_at IS NULL)
FROM all_deliveries WHERE NOT settled AND due_at < $1::timestamptz + interval '1 hour'`, now).
		Scan(&health.OldestOverdue, &health.Overdue, &health.Unknown, &health.DueSoon, &health.TokensBad,
			&health.Processes)

	return health, err
}
