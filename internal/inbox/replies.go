package inbox

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/fault"
)

// Replies says how much of what citizens asked an account was answered.
type Replies struct {
	Known    bool          // the inbox was read from the beginning of the period on
	Asked    int64         // matters that had an answer, or should have had one by now
	Answered int64         // those of them that had at least one
	Half     time.Duration // in which half of those had their first one
}

// Replies counts the matters that were opened from one instant to before another: those with an answer, read
// or recorded, and those without one whose time is over. What is still within its time, was closed without
// the need of an answer, passed on or merged, praise and what is no matter are not counted. They are counts
// alone; the caller has seen to the rights.
func (s *Service) Replies(ctx context.Context, accountID int64, from, to time.Time) (out Replies, err error) {
	defer fault.Step(&err, "inbox.Replies %d", accountID)

	var half float64

	err = s.db.Pool().QueryRow(ctx, `
WITH matters AS (
    SELECT m.state, m.due_at, m.opened_at, (SELECT min(i.said_at) FROM inbox_items i
        WHERE i.matter_id = m.id AND i.source IN ('answer', 'hand') AND i.said_at >= m.opened_at) AS answered
    FROM inbox_matters m
    WHERE m.account_id = @account_id AND m.opened_at >= @from AND m.opened_at < @to
        AND m.kind NOT IN ('praise', 'none'))
SELECT EXISTS (SELECT FROM inbox_watches WHERE account_id = @account_id AND asked_at IS NOT NULL
    AND since <= @from),
    count(*) FILTER (WHERE answered IS NOT NULL OR state <> 'closed' AND due_at <= @due_at), count(answered),
    coalesce(extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY answered - opened_at)), 0)::float8
FROM matters`, pgx.NamedArgs{
		"account_id": accountID,
		"from":       from,
		"to":         to,
		"due_at":     s.now(),
	}).Scan(&out.Known, &out.Asked, &out.Answered, &half)
	out.Half = time.Duration(half * float64(time.Second))

	return out, err
}
