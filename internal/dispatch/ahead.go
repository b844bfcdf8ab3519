package dispatch

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/pg"
	"juzhen/internal/stoppoint"
)

// Where a crowd falls due at one instant, its marks are made in the second before and released at it.
// Why that is safe, and in which order rows are locked, stands in docs/decisions/0004.

const (
	aheadWithin = time.Second            // before the instant
	aheadSpare  = 30 * time.Millisecond  // before the instant no more marks ahead are begun
	aheadEvery  = 100 * time.Millisecond // crowds are looked for
)

// aheadSQL is the mark ahead of an instant, $8, of posts: replies never make a crowd. It is markSQL as of
// that instant, under the lock of the owner's row of releases, and takes nothing of an account that has
// something due before. $10 is the highest number in it.
const aheadSQL = `
WITH own AS MATERIALIZED (
    UPDATE releases SET marked = $10 WHERE process_id = $9::text::uuid AND marked < $10 RETURNING recalls),
want AS (
    SELECT w.* FROM own CROSS
        JOIN unnest((SELECT $1::bigint[]), (SELECT $2::bigint[]), (SELECT $3::int[]),
        (SELECT $4::text[]::uuid[]),
        (SELECT $5::bytea[]), (SELECT $6::bigint[]), (SELECT $7::bigint[]), (SELECT $11::bigint[]))
        AS w(id, account_id, plan, attempt_id, hash, gap_us, limit_us, number)),
turn AS MATERIALIZED (
    SELECT w.* FROM (SELECT * FROM want ORDER BY account_id) w CROSS JOIN LATERAL (
        SELECT FROM account_turns t
        WHERE t.account_id = w.account_id AND t.kind = 'post' AND t.delivery_id IS NULL
            AND (t.last_mark IS NULL OR t.last_mark + w.gap_us * interval '1 microsecond' <= $8)
          AND (t.rest_until IS NULL OR t.rest_until <= $8) AND (t.allowance IS NULL OR t.allowance > 0)
        FOR UPDATE OF t SKIP LOCKED) t
    WHERE w.account_id <> ALL (ARRAY(
        SELECT x.account_id FROM all_deliveries x
            WHERE x.kind = 'post' AND NOT x.settled AND x.due_at < $8 AND x.state IN ('waiting', 'preparing')))),
mine AS MATERIALIZED (
    SELECT w.id, w.attempt_id, w.limit_us, w.number FROM (SELECT * FROM turn ORDER BY id) w CROSS
        JOIN LATERAL (
        SELECT FROM all_deliveries d
        WHERE d.id = w.id AND d.account_id = w.account_id AND d.state = 'preparing'
            AND d.owner = $9::text::uuid AND d.plan = w.plan AND d.pause_id IS NULL
          AND d.approved AND d.payload_hash = d.approved_hash AND d.approved_hash = w.hash
          AND d.due_at = $8 AND $8 <= d.not_after AND d.approved_from <= $8
              AND (d.not_before IS NULL OR d.not_before <= $8)
          AND d.connector <> ALL (ARRAY(SELECT r.scope FROM shared_rests r WHERE r.until > $8))
        FOR UPDATE OF d SKIP LOCKED) d),
upd AS (
    UPDATE all_deliveries d
        SET state = 'sending', attempt_id = mine.attempt_id, marked_at = $8, call_ended_at = NULL,
        updated_at = $12,
           hard_end = $8 + mine.limit_us * interval '1 microsecond', ahead_no = mine.number,
               reason = 'marked_ahead', reason_args = '{}'
    FROM mine WHERE d.id = mine.id RETURNING d.id, d.account_id, d.plan, d.attempt_id, d.owner),
taken AS (
    UPDATE account_turns t
        SET delivery_id = upd.id, mark_before = coalesce(t.last_mark, '-infinity'), last_mark = $8,
        allowance = t.allowance - 1
    FROM upd WHERE t.account_id = upd.account_id AND t.kind = 'post'),
ev AS (
    INSERT INTO delivery_events (delivery_id, at, from_state, to_state, plan, attempt_id, owner, code)
    SELECT id, $12, 'preparing', 'sending', plan, attempt_id, owner, 'marked_ahead' FROM upd)
SELECT (SELECT recalls FROM own), id FROM upd WHERE ` + quiet

// aheadMarker looks for crowds and marks them ahead.
func (e *Engine) aheadMarker(ctx context.Context) {
	tick := time.NewTicker(aheadEvery)
	defer tick.Stop()

	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}

		for e.markCrowd(ctx) {
		}
	}
}

// markCrowd marks one group of a crowd ahead; false when there is none, or no time for it.
func (e *Engine) markCrowd(ctx context.Context) bool {
	now := e.clk.Now()
	if ctx.Err() != nil || e.stopped() != "" {
		return false
	}
	at := e.desk.crowded(now, aheadWithin, e.set.AheadFrom)
	if at.IsZero() || at.Sub(now) < aheadSpare {
		return false
	}
	if _, last := e.early.next(); at.Before(last) {
		return false // numbers go with instants
	}
	batch := e.desk.takeAhead(at, e.set.BatchRows)
	if len(batch) == 0 {
		return false
	}
	recalls, marked, err := e.markAhead(ctx, batch, at)
	if err != nil {
		e.unacknowledged(batch, err)
		return false
	}
	var ours []*item

	for _, it := range batch {
		it.notAhead = true
		if marked[it.id] {
			e.untold.add(it.id)
			ours = append(ours, it)
			stoppoint.At(stoppoint.MarkedAhead, it.id)
		} else {
			e.desk.later(it, at, false)
		}
	}
	e.early.add(ours, recalls)

	return true
}

func (e *Engine) markAhead(
	ctx context.Context,
	batch []*item,
	at time.Time,
) (recalls int64, marked map[int64]bool, err error) {
	n := len(batch)
	ids, accounts, plans, numbers := make([]int64, n), make([]int64, n), make([]int32, n), make([]int64, n)
	attempts, hashes, gaps, limits := make([]string, n), make([][]byte, n), make([]int64, n), make([]int64, n)

	first, spread := e.early.numbers(n), e.clk.Spread()
	for i, it := range batch {
		it.attempt, it.markedAt, it.number, it.spread = newUUID(), at, first+int64(i), spread
		ids[i], accounts[i], plans[i], numbers[i] = it.id, it.account, int32(it.plan), it.number
		attempts[i], hashes[i], gaps[i] = it.attempt, it.hash, it.gap.Microseconds()
		limits[i] = (e.o.Weibo.HardEnd(it.body) + spread).Microseconds()
	}

	for {
		var id int64
		marked = map[int64]bool{}
		rows, err := e.db.Pool().
			Query(context.WithoutCancel(ctx), aheadSQL, ids, accounts, plans, attempts, hashes, gaps,
				limits, at, e.self.id,
				numbers[n-1], numbers, e.clk.Now())
		if err == nil {
			_, err = pgx.ForEachRow(rows, []any{
				&recalls, &id,
			}, func() error { marked[id] = true; return nil })
		}
		if pg.Retryable(err) {
			continue
		}
		if err == nil {
			e.step("marked ahead", keys(marked)...)
		}

		return recalls, marked, err
	}
}

func keys(set map[int64]bool) (ids []int64) {
	for id := range set {
		ids = append(ids, id)
	}

	return ids
}
