package dispatch

import (
	"context"
	"time"

	"juzhen/internal/delivery"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/stoppoint"
)

// markSQL is the mark. Turn rows are locked in the order of accounts, delivery rows in the order of
// ids, both without waiting: what somebody else holds is simply not marked now. All conditions on a
// delivery lie on its own row, which is locked before they are checked for good, so that no withdrawal,
// pause or new plan slips in between.
//
// Of the due time and the limit the row asks the database's own clock too: our measure of it may be
// overtaken when somebody sets it.
//
// The lateral joins and the arrays behind a SELECT leave the planner one way only, a look-up by primary
// key for each row: it once preferred to read both tables whole, or to compare everything with
// everything.
const markSQL = `
WITH want AS (
    SELECT * FROM unnest((SELECT $1::bigint[]), (SELECT $2::bigint[]), (SELECT $3::int[]),
        (SELECT $4::text[]::uuid[]), (SELECT $5::bytea[]),
        (SELECT $6::bigint[]), (SELECT $7::bigint[]), (SELECT $11::text[])) AS w(id, account_id, plan,
            attempt_id, hash, gap_us, limit_us, kind)),
turn AS MATERIALIZED (
    SELECT w.* FROM (SELECT * FROM want ORDER BY account_id) w CROSS JOIN LATERAL (
        SELECT FROM account_turns t
        WHERE t.account_id = w.account_id AND t.kind = w.kind AND t.delivery_id IS NULL
            AND (t.last_mark IS NULL OR t.last_mark + w.gap_us * interval '1 microsecond' <= $8)
          AND (t.rest_until IS NULL OR t.rest_until <= $8) AND (t.allowance IS NULL OR t.allowance > 0)
        FOR UPDATE OF t SKIP LOCKED) t),
mine AS MATERIALIZED (
    SELECT w.id, w.attempt_id, w.limit_us FROM (SELECT * FROM turn ORDER BY id) w CROSS JOIN LATERAL (
        SELECT FROM all_deliveries d
        WHERE d.id = w.id AND d.account_id = w.account_id AND d.state = 'preparing'
            AND d.owner = $9::text::uuid AND d.plan = w.plan AND d.pause_id IS NULL
          AND d.approved AND d.payload_hash = d.approved_hash AND d.approved_hash = w.hash
          AND d.due_at <= $8 AND $8 <= d.not_after
              AND clock_timestamp() + $10::bigint * interval '1 microsecond' BETWEEN d.due_at AND d.not_after
          AND d.approved_from <= $8 AND (d.not_before IS NULL OR d.not_before <= $8)
          AND d.connector <> ALL (ARRAY(SELECT r.scope FROM shared_rests r WHERE r.until > $8))
        FOR UPDATE OF d SKIP LOCKED) d),
upd AS (
    UPDATE all_deliveries d
        SET state = 'sending', attempt_id = mine.attempt_id, marked_at = $8, call_ended_at = NULL,
        updated_at = $8,
           hard_end = $8 + mine.limit_us * interval '1 microsecond', ahead_no = NULL, reason = 'marked',
               reason_args = '{}'
    FROM mine WHERE d.id = mine.id RETURNING d.id, d.account_id, d.kind, d.plan, d.attempt_id, d.owner),
taken AS (
    UPDATE account_turns t
        SET delivery_id = upd.id, last_mark = $8, mark_before = NULL, allowance = t.allowance - 1 FROM upd
        WHERE t.account_id = upd.account_id AND t.kind = upd.kind),
ev AS (
    INSERT INTO delivery_events (delivery_id, at, from_state, to_state, plan, attempt_id, owner, code)
    SELECT id, $8, 'preparing', 'sending', plan, attempt_id, owner, 'marked' FROM upd)
SELECT id FROM upd WHERE ` + quiet

// marker marks what is ready, as much at a time as there are calls to be made, and lets the calls begin.
func (e *Engine) marker(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.desk.signal:
		}

		for {
			batch := e.batch(ctx)
			if len(batch) == 0 {
				break
			}
			e.markBatch(ctx, batch)
		}
	}
}

// batch takes ready items together with the right to call for each: no more is marked than can be
// called at once.
func (e *Engine) batch(ctx context.Context) []*item {
	items := e.desk.take(e.set.BatchRows)
	if len(items) == 0 {
		return nil
	}
	n := e.slots.take(ctx, len(items))
	e.desk.untake(items[n:])

	return items[:n]
}

// markBatch makes one mark statement and calls for exactly the ids it gave back.
func (e *Engine) markBatch(ctx context.Context, batch []*item) {
	if why := e.stopped(); why != "" {
		e.slots.free(len(batch))

		for _, it := range batch {
			e.desk.later(it, e.clk.Now().Add(100*time.Millisecond), false)
		}

		return
	}

	for _, it := range batch {
		stoppoint.At(stoppoint.BeforeMark, it.id)
	}
	marked, err := e.mark(ctx, batch)
	if err != nil {
		e.slots.free(len(batch))
		e.unacknowledged(batch, err)
		return
	}
	var left, ours []*item

	for _, it := range batch {
		if marked[it.id] {
			ours = append(ours, it)
		} else {
			left = append(left, it)
		}
	}
	e.callAll(ours)
	e.slots.free(len(left))
	e.reconsider(ctx, left)
}

// mark runs the statement. The clocks that bound the call are read before it, so that everybody else's
// reckoning is the later one.
func (e *Engine) mark(ctx context.Context, batch []*item) (map[int64]bool, error) {
	n := len(batch)
	ids, accounts, plans := make([]int64, n), make([]int64, n), make([]int32, n)
	attempts, hashes, gaps, limits := make([]string, n), make([][]byte, n), make([]int64, n), make([]int64, n)
	kinds := make([]post.Kind, n)

	start, now, spread := e.o.Weibo.Mark(), e.clk.Now(), e.clk.Spread()
	for i, it := range batch {
		it.attempt, it.mark, it.markedAt = newUUID(), start, now
		ids[i], accounts[i], kinds[i], plans[i] = it.id, it.account, it.kind, int32(it.plan)
		attempts[i], hashes[i], gaps[i] = it.attempt, it.hash, it.gap.Microseconds()
		limits[i] = (e.o.Weibo.HardEnd(it.body) + spread).Microseconds()
	}

	for {
		rows, err := e.db.Pool().
			Query(context.WithoutCancel(ctx), markSQL, ids, accounts, plans, attempts, hashes, gaps,
				limits, now, e.self.id, e.ahead(), kinds)
		var got []int64
		if err == nil {
			got, err = collectIDs(rows)
		}
		if pg.Retryable(err) {
			continue
		}
		if err != nil {
			return nil, err
		}

		marked := make(map[int64]bool, len(got))
		for _, id := range got {
			marked[id] = true
		}
		e.untold.add(got...)
		e.step("marked", got...)

		return marked, nil
	}
}

// ahead is how many microseconds tests want the database's clock to be ahead of what it says.
func (e *Engine) ahead() int64 {
	if e.o.DBAhead == nil {
		return 0
	}

	return e.o.DBAhead().Microseconds()
}

// unacknowledged follows a mark of which the database did not say whether it holds: nothing is called.
// Once the database answers, the rows are read again by attempt; what was marked goes back to waiting,
// the rest is tried again.
func (e *Engine) unacknowledged(batch []*item, cause error) {
	e.log.Warn("mark was not acknowledged; nothing is called", "deliveries", len(batch), "error", cause)
	e.work.Add(1)
	go func() {
		defer e.work.Done()
		e.doubts.add(batch, time.Now())

		for e.hard.Err() == nil {
			if err := e.undo(e.hard); err == nil {
				break
			}
			wait(e.hard, 100*time.Millisecond)
		}

		for _, it := range batch {
			e.desk.release(it, e.clk.Now())
		}
		e.Nudge()
	}()
}

// undo gives back every row that carries an attempt of which we know that its call never began.
func (e *Engine) undo(ctx context.Context) error {
	ids, attempts := e.doubts.list(time.Now())
	if len(ids) == 0 {
		return nil
	}
	var undone []int64
	err := e.db.InTxRetry(ctx, func(tx pg.Tx) (err error) {
		undone, err = delivery.UncalledTx(ctx, tx, e.clk.Now(), delivery.MarkUndone,
			`
				d.id = ANY (@ids) AND d.attempt_id = ANY (@attempts::text[]::uuid[])`, args{
				"ids": ids, "attempts": attempts,
			})

		return err
	})
	if err == nil {
		e.step("undone", undone...)
	}

	return err
}

// standing is what a delivery that could not be marked looks like.
type standing struct {
	ID       int64
	Mine     bool // preparing, owned by this process, of the plan we know
	Ready    bool // approved and unchanged
	DueAt    time.Time
	Late     bool
	TurnBusy bool
	NextMark *time.Time
	Rest     *time.Time // by account, by address, or its own
	Plan     int
}

const standingSQL = `
SELECT d.id, coalesce(d.state = 'preparing' AND d.owner = $2::text::uuid, false) AS mine,
    coalesce(d.approved AND d.payload_hash = d.approved_hash, false) AS ready,
       greatest(d.due_at, d.approved_from) AS due_at,
       coalesce(d.not_after < $3, false) AS late, t.delivery_id IS NOT NULL
           OR coalesce(t.allowance <= 0, false) AS turn_busy, t.last_mark,
       greatest(t.rest_until, d.not_before, (SELECT r.until FROM shared_rests r
           WHERE r.scope = d.connector)) AS rest, d.plan
FROM all_deliveries d JOIN account_turns t ON t.account_id = d.account_id AND t.kind = d.kind
WHERE d.id = ANY ($1)`

// reconsider decides about items that the mark did not take: whose turn it is not tries again, what is
// no longer ours is forgotten.
func (e *Engine) reconsider(ctx context.Context, items []*item) {
	if len(items) == 0 {
		return
	}
	now := e.clk.Now()

	found, err := e.standings(ctx, items, now)
	for _, it := range items {
		standing, ok := found[it.id]
		switch {
		case err != nil:
			e.log.Warn("could not read why a mark was not made, will try again",
				"delivery", it.id,
				"error", err,
			)
			e.desk.later(it, now.Add(200*time.Millisecond), true)
		case !ok || !standing.Mine || standing.Plan != it.plan || standing.Late:
			e.desk.release(it, now)
			e.step("forgotten", it.id)
		case !standing.Ready || string(it.hash) == "":
			e.desk.release(it, now)
			e.hold(ctx, it.id)
		case standing.Rest != nil && standing.Rest.After(now.Add(2*time.Second)):
			e.desk.release(it, now)
			e.giveBack(ctx, it.id, *standing.Rest)
		default:
			at, guess := nextTry(it, standing, now)
			e.desk.later(it, at, guess)
		}
	}
}

func (e *Engine) standings(ctx context.Context, items []*item, now time.Time) (map[int64]standing, error) {
	ids := make([]int64, len(items))
	for i, it := range items {
		ids[i] = it.id
	}
	rows, err := e.db.Pool().Query(ctx, standingSQL, ids, e.self.id, now)
	if err != nil {
		return nil, err
	}
	list, err := collectStandings(rows)

	out := make(map[int64]standing, len(list))
	for _, s := range list {
		out[s.ID] = s
	}

	return out, err
}

// nextTry is when an item whose turn it was not tries again; guess tells that nothing is known that
// ends then.
func nextTry(it *item, s standing, now time.Time) (next time.Time, guess bool) {
	next, guess = now.Add(20*time.Millisecond), true
	if s.TurnBusy {
		next = now.Add(100 * time.Millisecond)
	}

	for _, t := range []*time.Time{s.NextMark, s.Rest, &s.DueAt} {
		if t == nil {
			continue
		}
		at := *t
		if t == s.NextMark {
			at = at.Add(it.gap)
		}
		if at.After(next) {
			next, guess = at, s.TurnBusy
		}
	}

	return next, guess
}
