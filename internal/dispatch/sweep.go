package dispatch

import (
	"context"
	"errors"
	"time"

	"juzhen/internal/delivery"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// sweeper looks at the rows each second and whenever it is nudged. It is the only rescue for what no
// job comes for any more.
func (e *Engine) sweeper(ctx context.Context) {
	tick := time.NewTicker(e.set.Sweep)
	defer tick.Stop()

	for {
		e.yield(ctx, func() bool { return false })
		if err := e.sweep(ctx); err != nil && ctx.Err() == nil {
			e.log.Warn("sweep failed", "error", err)
		}
		e.step("swept")

		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-e.nudge:
		}
	}
}

// sweep does each part, whoever owns the rows; one that fails does not keep the others from their work.
func (e *Engine) sweep(ctx context.Context) error {
	if e.clk.Jumped() {
		poke(e.self.measure)
		return nil
	}
	parts := []func(context.Context) error{
		e.undo, e.overtime, e.takeOver, e.orphans, e.claimDue, e.lost, e.silent, e.handOffs,
		e.planLooks, e.lookDue, e.tellClock, e.tidy, e.endRequests,
	}
	var errs []error

	for _, part := range parts {
		if err := part(ctx); err != nil {
			errs = append(errs, err)
		}
	}

	return errors.Join(errs...)
}

// claimDue takes what waits and is near.
func (e *Engine) claimDue(ctx context.Context) error {
	if !e.self.mayMark() {
		return nil
	}

	return e.claim(ctx, claimable+" AND NOT d.settled", nil)
}

const deadSQL = `
SELECT p.id::text FROM processes p WHERE p.id <> $1::text::uuid
  AND EXISTS (SELECT FROM all_deliveries d
      WHERE d.owner = p.id AND NOT d.settled AND d.state IN ('preparing', 'sending') AND d.due_at <= $3)
  AND (p.lease_until < clock_timestamp() OR p.stopped_at IS NOT NULL
       OR NOT ` + lockHeld + ` AND clock_timestamp() > pg_postmaster_start_time() + make_interval(secs => $2))`

// lockHeld asks pg_locks for the process's lock; peers look, they never try it.
const lockHeld = `EXISTS (
    SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (l.classid::bigint << 32) | l.objid::bigint = p.lock_key)`

// dead lists processes that own deliveries and are gone: their lease ran out, or their lock is free.
// Right after a restart of the server every lock is free, so then only the lease counts.
func (e *Engine) dead(ctx context.Context) ([]string, error) {
	rows, err := e.db.Pool().
		Query(ctx, deadSQL, e.self.id, e.set.Lease.Seconds(), e.clk.Now().Add(2*e.del.Lead))
	if err != nil {
		return nil, err
	}

	return collectTexts(rows)
}

// takeOver goes on with what dead processes had prepared, and calls unknown what they were sending. The
// first is safe because the owner changes: an old owner that comes back finds no row to mark. The
// second is only a word: nothing is sent again by it.
func (e *Engine) takeOver(ctx context.Context) error {
	if !e.self.mayMark() {
		return nil
	}
	gone, err := e.dead(ctx)
	if err != nil || len(gone) == 0 {
		return err
	}
	now := e.clk.Now()
	if err := e.recall(ctx, gone); err != nil {
		return err
	}
	_, err = delivery.Move{
		From:  []delivery.State{delivery.Sending},
		To:    delivery.Unknown,
		Code:  delivery.OwnerGone,
		Where: "NOT d.settled AND d.owner = ANY (@gone::text[]::uuid[])",
		Set:   "next_look_at = @look::timestamptz",
		Args:  args{"gone": gone, "look": now.Add(e.del.FirstLook)},
		Skip:  true,
	}.Run(ctx, e.db.Pool(), now)
	if err != nil {
		return err
	}

	return e.adopt(ctx, "NOT d.settled AND d.owner = ANY (@gone::text[]::uuid[])", args{"gone": gone})
}

// adopt makes deliveries in preparation ours and prepares them again.
func (e *Engine) adopt(ctx context.Context, where string, with args) error {
	with["me"] = e.self.id
	moved, err := delivery.Move{
		From:  []delivery.State{delivery.Preparing},
		Code:  delivery.TakenOver,
		Where: where,
		Set:   "owner = @me::text::uuid",
		Args:  with,
		Limit: e.set.BatchRows,
		Skip:  true,
	}.Run(ctx, e.db.Pool(), e.clk.Now())
	if err != nil || len(moved) == 0 {
		return err
	}
	e.step("taken over", idsOf(moved)...)

	return e.makeReady(ctx, idsOf(moved))
}

// orphans finds deliveries in preparation past their time: ours that are not in memory at once, those
// of a living process after longer, and only when the account's turn is free, so that nobody's queue is
// taken for negligence.
func (e *Engine) orphans(ctx context.Context) error {
	now := e.clk.Now()
	rows, err := e.db.Pool().Query(ctx, `
SELECT d.id FROM all_deliveries d WHERE NOT d.settled AND d.state = 'preparing' AND d.owner = $1::text::uuid
    AND d.due_at < $2 ORDER BY d.id LIMIT 2000`,
		e.self.id, now.Add(-e.set.Overdue))
	if err != nil {
		return err
	}
	mine, err := collectIDs(rows)
	if err != nil {
		return err
	}
	var lost []int64

	for _, id := range mine {
		if !e.desk.holds(id) {
			lost = append(lost, id)
		}
	}
	if len(lost) > 0 {
		if err := e.makeReady(ctx, lost); err != nil {
			return err
		}
	}
	if e.stopped() != "" {
		return nil
	}

	return e.adopt(ctx, `NOT d.settled AND d.due_at < @stuck::timestamptz AND d.owner <> @me::text::uuid
			AND greatest(d.due_at, d.not_before) < @stuck::timestamptz AND EXISTS (
        SELECT FROM account_turns t JOIN accounts a ON a.id = t.account_id
            WHERE t.account_id = d.account_id AND t.kind = d.kind AND t.delivery_id IS NULL
          AND (t.last_mark IS NULL OR t.last_mark + a.min_gap < @stuck::timestamptz)
              AND (t.rest_until IS NULL OR t.rest_until < @stuck::timestamptz))`,
		args{"stuck": now.Add(-e.set.Stuck)})
}

// silent calls unknown what has been sending for longer than any call can last.
func (e *Engine) silent(ctx context.Context) error {
	now := e.clk.Now()
	moved, err := delivery.Move{
		From: []delivery.State{delivery.Sending},
		To:   delivery.Unknown,
		Code: delivery.CallOverdue,
		Where: `
			NOT d.settled AND d.due_at <= @now::timestamptz AND d.hard_end < @before::timestamptz`,
		Set:  "next_look_at = @now::timestamptz",
		Skip: true,
		Args: args{"before": now.Add(-e.set.CallGrace)},
	}.Run(ctx, e.db.Pool(), now)
	e.step("overdue", idsOf(moved)...)

	return err
}

// overtime ends what is past its limit: missed, or expired when nobody approved it. People are told.
func (e *Engine) overtime(ctx context.Context) error {
	now := e.clk.Now()
	missed, err := delivery.Move{
		From: []delivery.State{delivery.Waiting, delivery.Preparing, delivery.Held, delivery.Handoff},
		To:   delivery.Missed,
		Code: delivery.TooLate,
		Where: `
			NOT d.settled AND d.due_at < @now::timestamptz AND d.not_after < @now::timestamptz`,
		Set:   "owner = NULL, pause_id = NULL",
		Limit: e.set.BatchRows,
		Skip:  true,
	}.Run(ctx, e.db.Pool(), now)
	if err != nil {
		return err
	}
	expired, err := delivery.Move{
		From:  []delivery.State{delivery.Planned},
		To:    delivery.Expired,
		Code:  delivery.NotApproved,
		Where: "NOT d.settled AND d.due_at < @now::timestamptz",
		Limit: e.set.BatchRows,
		Skip:  true,
	}.Run(ctx, e.db.Pool(), now)
	if err != nil {
		return err
	}
	e.step("missed", idsOf(missed)...)
	e.step("expired", idsOf(expired)...)

	return errors.Join(e.tell(ctx, missed, delivery.Change{
		To:    delivery.Missed,
		Code:  delivery.TooLate,
		Raise: delivery.TodoMissed,
	}), e.tellExpired(ctx, expired))
}

// tell raises a to-do for each.
func (e *Engine) tell(ctx context.Context, moved []delivery.Moved, change delivery.Change) error {
	if len(moved) == 0 {
		return nil
	}

	return e.db.InTxRetry(ctx, func(tx pg.Tx) error {
		rows, err := delivery.Load(ctx, tx.DB, idsOf(moved))
		if err != nil {
			return err
		}

		for _, d := range rows {
			if err := delivery.RaiseTx(ctx, tx, e.clk.Now(), d, change); err != nil {
				return err
			}
		}

		return nil
	})
}

// tellExpired tells the writers of a post once, however many accounts it was for.
func (e *Engine) tellExpired(ctx context.Context, moved []delivery.Moved) error {
	posts := map[int64]bool{}
	for _, m := range moved {
		posts[m.PostID] = true
	}
	if len(posts) == 0 {
		return nil
	}

	return e.db.InTxRetry(ctx, func(tx pg.Tx) error {
		for id := range posts {
			if err := delivery.RaiseExpiredTx(ctx, tx, e.clk.Now(), id); err != nil {
				return err
			}
		}

		return nil
	})
}

// handOffs gives what is due and posted by hand to the officers, and takes back what one of them kept
// too long.
func (e *Engine) handOffs(ctx context.Context) error {
	now := e.clk.Now()
	moved, err := delivery.Move{
		From: []delivery.State{delivery.Waiting},
		To:   delivery.Handoff,
		Code: delivery.HandoffDue,
		Where: `
			NOT d.settled AND d.connector = 'manual' AND d.due_at <= @now::timestamptz
				AND d.not_after >= @now::timestamptz AND ` + delivery.LeadOutSQL,
		Skip: true,
	}.Run(ctx, e.db.Pool(), now)
	if err != nil {
		return err
	}
	e.step("handed off", idsOf(moved)...)
	if err := e.tell(ctx, moved, delivery.Change{
		To:    delivery.Handoff,
		Code:  delivery.HandoffDue,
		Raise: delivery.TodoHandoff,
	}); err != nil {
		return err
	}
	back, err := delivery.Move{
		From: []delivery.State{delivery.Handoff},
		Code: delivery.HandoffReturned,
		Where: `
		NOT d.settled AND d.due_at <= @now::timestamptz AND d.taken_at < @before::timestamptz`,
		Set:  "taken_by = NULL, taken_at = NULL",
		Skip: true,
		Args: args{"before": now.Add(-e.del.Handoff)},
	}.Run(ctx, e.db.Pool(), now)
	e.step("handed back", idsOf(back)...)

	return err
}

// endRequests closes requests to send earlier whose approved time has come.
func (e *Engine) endRequests(ctx context.Context) error {
	now := e.clk.Now()
	passed, err := delivery.AnyPassed(ctx, e.db, now)
	if err != nil || !passed {
		return err
	}

	return e.db.InTxRetry(ctx, func(tx pg.Tx) error { return delivery.EndPassedTx(ctx, tx, now) })
}

// tidy closes to-dos about deliveries that went on by themselves, such as a token that was renewed in time.
func (e *Engine) tidy(ctx context.Context) error {
	var stale []string

	for _, subject := range []todo.Subject{delivery.TodoSubject, delivery.ReplySubject} {
		keys, err := e.overtaken(ctx, subject)
		if err != nil {
			return err
		}
		stale = append(stale, keys...)
	}
	if len(stale) == 0 {
		return nil
	}

	return e.db.InTxRetry(ctx, func(tx pg.Tx) error {
		for _, key := range stale {
			if err := todo.ResolveTx(ctx, tx, e.clk.Now(), key, 0); err != nil {
				return err
			}
		}

		return nil
	})
}

// overtaken are the keys of to-dos about deliveries that went on, some at a time.
func (e *Engine) overtaken(ctx context.Context, subject todo.Subject) ([]string, error) {
	rows, err := e.db.Pool().Query(ctx, `
SELECT t.key FROM `+todo.OpenSQL(subject)+` t JOIN all_deliveries d ON d.id = t.subject_id
WHERE t.kind = 'problem' AND (d.state IN ('sent', 'cancelled', 'sending') OR d.state = 'preparing'
        AND d.reason IN ('claimed', 'prepared'))
    OR t.kind IN ('handoff', 'unknown') AND d.state IN ('sent', 'cancelled', 'missed', 'planned', 'held')
    OR t.kind = 'missed' AND d.state IN ('sent', 'cancelled', 'planned', 'waiting') LIMIT 200`)
	if err != nil {
		return nil, err
	}

	return collectTexts(rows)
}
