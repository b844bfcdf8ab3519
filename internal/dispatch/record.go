package dispatch

import (
	"context"
	"sync"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/pg"
	"juzhen/internal/stoppoint"
	"juzhen/internal/weibo"
)

// pile collects endings until a recorder takes them, all that are there at once.
type pile struct {
	mu     sync.Mutex
	list   []ending
	signal chan struct{}
}

func newPile() *pile { return &pile{signal: make(chan struct{}, 1)} }

func (p *pile) put(x ending) {
	p.mu.Lock()
	p.list = append(p.list, x)
	p.mu.Unlock()
	poke(p.signal)
}

func (p *pile) take(n int) []ending {
	p.mu.Lock()
	defer p.mu.Unlock()
	n = min(n, len(p.list))
	out := append([]ending(nil), p.list[:n]...)
	if p.list = p.list[n:]; len(p.list) == 0 {
		p.list = nil
	} else {
		poke(p.signal)
	}

	return out
}

func (p *pile) size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.list)
}

// recorder writes down how calls ended, grouped; a record that cannot be written is tried again until
// the database is back.
func (e *Engine) recorder(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.records.signal:
		}

		for e.giveWay(ctx); ; e.giveWay(ctx) {
			batch := e.records.take(e.set.BatchRows)
			if len(batch) == 0 {
				break
			}
			e.recordAll(batch)
		}
	}
}

// giveWay lets marks go first while items that are due wait for theirs: a record may come a moment
// later, a post may not. It is short, because an account's next post waits for the record and a process
// may die.
func (e *Engine) giveWay(ctx context.Context) {
	e.yield(ctx, func() bool { return e.records.size() > yieldBatches*e.set.BatchRows })
}

// The longest that other work waits for a burst, and how many full groups of records may wait.
const (
	yieldNap     = 20 * time.Millisecond
	yieldNaps    = 15
	yieldBatches = 10
)

// pressed tells whether something waits that could be marked at this moment: it was not refused,
// sending is not stopped, and the calls under way let a mark through. What is overdue and cannot go
// keeps nobody waiting.
func (e *Engine) pressed() bool {
	return (e.desk.pressed() || e.early.due(e.clk.Now())) && !e.slots.stuck(2*yieldNap) && e.stopped() == ""
}

// yield waits while marks are pressed, unless it is urgent, and never for long.
func (e *Engine) yield(ctx context.Context, urgent func() bool) {
	for range yieldNaps {
		if !e.pressed() || urgent() || ctx.Err() != nil {
			return
		}
		wait(ctx, yieldNap)
	}
}

// recordSQL writes the ordinary end of many calls: published, with an id, on a row that still shows the
// attempt. Shaped like markSQL, for the same reasons.
const recordSQL = `
WITH done AS (
    SELECT * FROM unnest((SELECT $1::bigint[]), (SELECT $2::text[]::uuid[]), (SELECT $3::text[]),
        (SELECT $4::timestamptz[]), (SELECT $5::timestamptz[]), (SELECT $6::text[]))
        AS x(id, attempt_id, remote_id, sent_at, ended_at, url)),
mine AS MATERIALIZED (
    SELECT x.* FROM (SELECT * FROM done ORDER BY id) x CROSS JOIN LATERAL (
        SELECT FROM all_deliveries d WHERE d.id = x.id AND d.state = 'sending' AND d.attempt_id = x.attempt_id
            FOR UPDATE OF d) d),
upd AS (
    UPDATE all_deliveries d
        SET state = 'sent', reason = 'published', reason_args = '{}', attempts = d.attempts + 1, looks = 0,
        remote_id = x.remote_id,
           remote_url = nullif(x.url, ''), sent_at = x.sent_at, call_ended_at = x.ended_at, next_look_at = $7,
               not_before = NULL, wish = NULL,
           wish_due_at = NULL, owner = NULL, updated_at = $8
    FROM mine x WHERE d.id = x.id RETURNING d.id, d.account_id, d.plan, d.attempt_id),
freed AS (UPDATE account_turns t SET delivery_id = NULL FROM upd
    WHERE t.account_id = upd.account_id AND t.delivery_id = upd.id),
ev AS (
    INSERT INTO delivery_events (delivery_id, at, from_state, to_state, plan, attempt_id, owner, code)
    SELECT id, $8, 'sending', 'sent', plan, attempt_id, $9::text::uuid, 'published' FROM upd)
SELECT id FROM upd WHERE ` + quiet

func (e *Engine) recordAll(batch []ending) {
	var plain, odd []ending

	for _, x := range batch {
		x.o = x.a.Outcome()
		if x.o.Result == weibo.Published && x.o.ID != "" {
			plain = append(plain, x)
		} else {
			odd = append(odd, x)
		}
	}

	odd = append(odd, e.recordPlain(plain)...)
	for _, x := range odd {
		go e.recordOne(x)
	}
}

// recordPlain writes the group and gives what it could not write: rows that have moved on, or the whole
// group when it contradicts what is known.
func (e *Engine) recordPlain(batch []ending) (left []ending) {
	if len(batch) == 0 {
		return nil
	}

	done, err := e.tryPlain(batch)
	for ; err != nil && pg.Constraint(err) == ""; done, err = e.tryPlain(batch) {
		e.log.Warn("records cannot be written, will try again", "deliveries", len(batch), "error", err)
		if wait(e.hard, 200*time.Millisecond); e.hard.Err() != nil {
			return nil
		}
	}
	if err != nil {
		return batch
	}

	for _, x := range batch {
		if done[x.it.id] {
			e.finished(x.it, true)
		} else {
			left = append(left, x)
		}
	}

	return left
}

func (e *Engine) tryPlain(batch []ending) (map[int64]bool, error) {
	n := len(batch)
	ids, attempts, remotes, urls := make([]int64, n), make([]string, n), make([]string, n), make([]string, n)
	sent, ended := make([]time.Time, n), make([]time.Time, n)

	for i, x := range batch {
		change := delivery.AfterCall(delivery.Delivery{State: delivery.Sending}, x.o, e.del, e.clk.Now())
		ids[i] = x.it.id
		attempts[i] = x.it.attempt
		remotes[i] = change.RemoteID
		sent[i] = *change.SentAt
		ended[i] = *change.CallEnded
	}
	now := e.clk.Now()
	ctx, cancel := context.WithTimeout(e.hard, 30*time.Second)
	defer cancel()
	rows, err := e.db.Pool().
		Query(ctx, recordSQL, ids, attempts, remotes, sent, ended, urls, now.Add(e.del.ReadBack), now,
			e.self.id)
	if err != nil {
		return nil, err
	}
	got, err := collectIDs(rows)

	done := make(map[int64]bool, len(got))
	for _, id := range got {
		done[id] = true
	}
	if err == nil {
		e.untold.add(got...)
		e.out.add(got...)
		e.step("recorded", got...)
	}

	return done, err
}

// recordOne writes an end that needs thought, by the rules, until it is written.
func (e *Engine) recordOne(x ending) {
	for {
		err := e.tryOne(x)
		if err == nil {
			break
		}
		e.log.Warn("record cannot be written, will try again", "delivery", x.it.id, "error", err)
		if wait(e.hard, 200*time.Millisecond); e.hard.Err() != nil {
			return
		}
	}
	e.finished(x.it, false)
	e.Nudge()
}

func (e *Engine) tryOne(x ending) error {
	var state delivery.State
	err := e.db.InTxRetry(e.hard, func(tx pg.Tx) error {
		d, err := delivery.LockTx(e.hard, tx, x.it.id)
		if err != nil {
			return err
		}
		state = d.State
		if x.o.Err != nil && x.o.Err.Repeat {
			if d.Doubted, err = delivery.WasOpenTx(e.hard, tx, d); err != nil {
				return err
			}
		}
		change, ok := e.judge(d, x)
		if !ok {
			return nil
		}
		state = change.To
		if change.TokenRefused {
			if err := e.tokenRefused(tx, d, x); err != nil {
				return err
			}
		}

		return delivery.ApplyTx(e.hard, tx, e.clk.Now(), d, change, 0)
	})
	if pg.Constraint(err) == "deliveries_remote_unique" {
		return e.twice(x)
	}
	if err == nil {
		e.step("recorded as "+string(state), x.it.id)
	}

	return err
}

// judge asks the rules: for the attempt the row shows, or for one that comes late.
func (e *Engine) judge(d delivery.Delivery, x ending) (delivery.Change, bool) {
	same := d.AttemptID != nil && *d.AttemptID == x.it.attempt
	if d.State == delivery.Sending && same {
		return delivery.AfterCall(d, x.o, e.del, e.clk.Now()), true
	}

	return delivery.AfterLateCall(d, x.o, same, e.del, e.clk.Now())
}

func (e *Engine) tokenRefused(tx pg.Tx, d delivery.Delivery, x ending) error {
	bad := account.TokenRevoked
	if weibo.Expired(x.o.Code) {
		bad = account.TokenExpired
	}

	return e.o.Accounts.MarkTokenBadTx(e.hard, tx, x.it.markedAt, d.AccountID, bad)
}

// twice records that the platform gave an id that another delivery holds: people must look.
func (e *Engine) twice(x ending) error {
	return e.db.InTxRetry(e.hard, func(tx pg.Tx) error {
		d, err := delivery.LockTx(e.hard, tx, x.it.id)
		if err != nil {
			return err
		}
		change := delivery.Change{
			To:      delivery.Unknown,
			Code:    delivery.Twice,
			Raise:   delivery.TodoTwice,
			Attempt: true,
			Turn:    delivery.TurnFreed,
			Args:    delivery.Args{"id": x.o.ID},
		}
		if d.State != delivery.Sending {
			change.To, change.Attempt = d.State, false
		}

		return delivery.ApplyTx(e.hard, tx, e.clk.Now(), d, change, 0)
	})
}

// finished frees the account for its next post.
func (e *Engine) finished(it *item, sent bool) {
	stoppoint.At(stoppoint.AfterRecord, it.id)
	if sent {
		e.stats.success(e.clk.Now())
	}
	e.desk.release(it, it.markedAt.Add(it.gap))
	e.became(it.kind)
	e.calls.Done()
}
