package dispatch

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/delivery"
	"juzhen/internal/pg"
	"juzhen/internal/stoppoint"
)

// Where a crowd falls due at one instant, its marks are made in the second before and released at it. Why that is safe, and in which order
// rows are locked, stands in docs/decisions/0004.

const (
	aheadWithin = time.Second            // before the instant
	aheadSpare  = 30 * time.Millisecond  // before the instant no more marks ahead are begun
	aheadEvery  = 100 * time.Millisecond // crowds are looked for
	releaseFor  = 3 * time.Second        // after the instant; what is left then is marked one by one
)

// early holds what is marked ahead, in the order of its numbers.
type early struct {
	mu     sync.Mutex
	list   []*item
	known  int64 // recalls under which every row of the list was read or marked; unread when they differ
	number int64 // last given out
	signal chan struct{}
}

func newEarly() *early { return &early{signal: make(chan struct{}, 1)} }

// unread is a value that recalls never has: the rows must be read before anything of them is released.
const unread = -1

// add appends what was marked under that value of recalls.
func (h *early) add(items []*item, recalls int64) {
	if len(items) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case len(h.list) == 0:
		h.known = recalls
	case h.known != recalls:
		h.known = unread
	}
	h.list = append(h.list, items...)
	poke(h.signal)
}

// next is when the first of the list is due, and the last instant in it; zero when there is none.
func (h *early) next() (first, last time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.list) == 0 {
		return first, last
	}
	return h.list[0].due, h.list[len(h.list)-1].due
}

// due tells whether something waits for its release.
func (h *early) due(now time.Time) bool {
	first, _ := h.next()
	return !first.IsZero() && !first.After(now)
}

// head gives up to n that are due, without taking them, and the value of recalls they were read under.
func (h *early) head(now time.Time, n int) (items []*item, known int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, it := range h.list {
		if len(items) == n || it.due.After(now) {
			break
		}
		items = append(items, it)
	}
	return items, h.known
}

// drop takes out the first n.
func (h *early) drop(n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.list = h.list[n:]; len(h.list) == 0 {
		h.list = nil
	}
}

// takeAll empties the list.
func (h *early) takeAll() []*item {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := h.list
	h.list = nil
	return list
}

// putBack puts the oldest items back. Nothing is known of the rows any more.
func (h *early) putBack(items []*item) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list, h.known = append(items, h.list...), unread
}

// keep leaves, of those whose rows were asked for, only what stands under that value of recalls, and gives the rest. What was added since
// must be asked for yet.
func (h *early) keep(asked []string, stands map[string]bool, recalls int64) (gone []*item) {
	h.mu.Lock()
	defer h.mu.Unlock()
	known := make(map[string]bool, len(asked))
	for _, attempt := range asked {
		known[attempt] = true
	}
	var list []*item
	h.known = recalls
	for _, it := range h.list {
		switch {
		case !known[it.attempt]:
			list, h.known = append(list, it), unread
		case stands[it.attempt]:
			list = append(list, it)
		default:
			gone = append(gone, it)
		}
	}
	h.list = list
	return gone
}

// all are the attempts in the list.
func (h *early) all() (ids []int64, attempts []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, it := range h.list {
		ids, attempts = append(ids, it.id), append(attempts, it.attempt)
	}
	return ids, attempts
}

// numbers gives out n numbers and tells the first.
func (h *early) numbers(n int) (first int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	first = h.number + 1
	h.number += int64(n)
	return first
}

// aheadSQL is the mark ahead of an instant, $8. It is markSQL as of that instant, under the lock of the owner's row of releases, and takes
// nothing of an account that has something due before. $10 is the highest number in it.
const aheadSQL = `
WITH own AS MATERIALIZED (
    UPDATE releases SET marked = $10 WHERE process_id = $9::text::uuid AND marked < $10 RETURNING recalls),
want AS (
    SELECT w.* FROM own CROSS JOIN unnest((SELECT $1::bigint[]), (SELECT $2::bigint[]), (SELECT $3::int[]), (SELECT $4::text[]::uuid[]),
        (SELECT $5::bytea[]), (SELECT $6::bigint[]), (SELECT $7::bigint[]), (SELECT $11::bigint[]))
        AS w(id, account_id, plan, attempt_id, hash, gap_us, limit_us, number)),
turn AS MATERIALIZED (
    SELECT w.* FROM (SELECT * FROM want ORDER BY account_id) w CROSS JOIN LATERAL (
        SELECT FROM account_turns t
        WHERE t.account_id = w.account_id AND t.delivery_id IS NULL AND (t.last_mark IS NULL OR t.last_mark + w.gap_us * interval '1 microsecond' <= $8)
          AND (t.rest_until IS NULL OR t.rest_until <= $8) AND (t.allowance IS NULL OR t.allowance > 0)
        FOR UPDATE OF t SKIP LOCKED) t
    WHERE w.account_id <> ALL (ARRAY(
        SELECT x.account_id FROM deliveries x WHERE NOT x.settled AND x.due_at < $8 AND x.state IN ('waiting', 'preparing')))),
mine AS MATERIALIZED (
    SELECT w.id, w.attempt_id, w.limit_us, w.number FROM (SELECT * FROM turn ORDER BY id) w CROSS JOIN LATERAL (
        SELECT FROM deliveries d
        WHERE d.id = w.id AND d.account_id = w.account_id AND d.state = 'preparing' AND d.owner = $9::text::uuid AND d.plan = w.plan AND d.pause_id IS NULL
          AND d.approved AND d.payload_hash = d.approved_hash AND d.approved_hash = w.hash
          AND d.due_at = $8 AND $8 <= d.not_after AND d.approved_from <= $8 AND (d.not_before IS NULL OR d.not_before <= $8)
          AND d.connector <> ALL (ARRAY(SELECT r.scope FROM shared_rests r WHERE r.until > $8))
        FOR UPDATE OF d SKIP LOCKED) d),
upd AS (
    UPDATE deliveries d SET state = 'sending', attempt_id = mine.attempt_id, marked_at = $8, call_ended_at = NULL, updated_at = $12,
           hard_end = $8 + mine.limit_us * interval '1 microsecond', ahead_no = mine.number, reason = 'marked_ahead', reason_args = '{}'
    FROM mine WHERE d.id = mine.id RETURNING d.id, d.account_id, d.plan, d.attempt_id, d.owner),
taken AS (
    UPDATE account_turns t SET delivery_id = upd.id, mark_before = coalesce(t.last_mark, '-infinity'), last_mark = $8, allowance = t.allowance - 1
    FROM upd WHERE t.account_id = upd.account_id),
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

func (e *Engine) markAhead(ctx context.Context, batch []*item, at time.Time) (recalls int64, marked map[int64]bool, err error) {
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
		rows, err := e.db.Pool().Query(context.WithoutCancel(ctx), aheadSQL, ids, accounts, plans, attempts, hashes, gaps, limits, at, e.self.id,
			numbers[n-1], numbers, e.clk.Now())
		if err == nil {
			_, err = pgx.ForEachRow(rows, []any{&recalls, &id}, func() error { marked[id] = true; return nil })
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

// releaser releases what is due of what was marked ahead, as much at a time as there are rights to call.
func (e *Engine) releaser(ctx context.Context) {
	t := time.NewTimer(0)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		case <-e.early.signal:
		}
		nap := e.set.Nap
		for ctx.Err() == nil {
			first, _ := e.early.next()
			now := e.clk.Now()
			if first.IsZero() {
				break
			}
			if first.After(now) {
				nap = min(nap, first.Sub(now))
				break
			}
			e.releaseSome(ctx, now)
		}
		t.Reset(max(nap, 0))
	}
}

// releaseSQL raises released, if everything that a mark asks at the instant is so: $2 the highest number, $3 recalls as the rows were last
// read under, $4 the instant, $5 the interfaces, $6 the accounts, $7 now, $8 what the database's clock is taken to be ahead.
const releaseSQL = `
UPDATE releases r SET released = $2
WHERE r.process_id = $1::text::uuid AND r.recalls = $3 AND r.marked >= $2 AND r.released < $2
  AND clock_timestamp() + $8::bigint * interval '1 microsecond' >= $4::timestamptz
  AND EXISTS (SELECT FROM processes p WHERE p.id = r.process_id AND p.stopped_at IS NULL AND p.lease_until > clock_timestamp())
  AND NOT EXISTS (SELECT FROM installation WHERE name = 'sending_stopped')
  AND NOT EXISTS (SELECT FROM shared_rests s WHERE s.until > $7::timestamptz AND s.scope = ANY ((SELECT $5::text[])::text[]))
  AND NOT EXISTS (SELECT FROM unnest((SELECT $6::bigint[])) AS a(id) CROSS JOIN LATERAL (
        SELECT FROM account_turns t WHERE t.account_id = a.id AND t.rest_until > $7::timestamptz) t)`

// releaseSome releases one group and lets its calls begin, or does what keeps it from that.
func (e *Engine) releaseSome(ctx context.Context, now time.Time) {
	group, _ := e.early.head(now, e.set.Conns*(1+aheadMost))
	n := e.slots.takeReleased(ctx, len(group))
	if n == 0 {
		return
	}
	now = e.clk.Now()
	group, known := e.early.head(now, n) // as it is now
	e.slots.free(n - len(group))
	if len(group) == 0 {
		return
	}
	last := group[len(group)-1]
	late := now.Sub(group[0].due) > releaseFor
	if late || e.stopped() != "" {
		e.slots.free(len(group))
		if late {
			e.giveUpAhead(ctx)
		} else {
			wait(ctx, 20*time.Millisecond)
		}
		return
	}
	start := e.o.Weibo.Mark()
	done, err := e.release(ctx, group, known)
	switch {
	case err != nil:
		e.early.drop(len(group))
		e.slots.free(len(group))
		e.unacknowledged(group, err)
	case !done:
		e.slots.free(len(group))
		e.refusedRelease(ctx, known, last.due)
	default:
		e.early.drop(len(group))
		spread := e.clk.Spread()
		for _, it := range group {
			it.mark = start.Earlier(max(0, now.Sub(it.due)) + max(0, spread-it.spread)) // its hard end counts from its instant
			stoppoint.At(stoppoint.Released, it.id)
		}
		e.step("released", idsOfItems(group)...)
		e.callAll(group)
	}
}

func (e *Engine) release(ctx context.Context, group []*item, known int64) (bool, error) {
	accounts, modes := make([]int64, len(group)), map[string]bool{}
	for i, it := range group {
		accounts[i] = it.account
		modes[it.connector] = true
	}
	var connectors []string
	for mode := range modes {
		connectors = append(connectors, mode)
	}
	last := group[len(group)-1]
	for {
		done, err := e.db.Pool().Exec(context.WithoutCancel(ctx), releaseSQL, e.self.id, last.number, known, last.due, connectors, accounts, e.clk.Now(),
			e.ahead())
		if pg.Retryable(err) {
			continue
		}
		return done.RowsAffected() == 1, err
	}
}

func idsOfItems(items []*item) []int64 {
	ids := make([]int64, len(items))
	for i, it := range items {
		ids[i] = it.id
	}
	return ids
}

// refusedRelease follows a release that the database did not make: somebody took some back, its clock is not there yet, or something keeps
// all of it from going.
func (e *Engine) refusedRelease(ctx context.Context, known int64, at time.Time) {
	var recalls int64
	var reached bool
	ids, attempts := e.early.all()
	rows, err := e.db.Pool().Query(ctx, `
SELECT r.recalls, clock_timestamp() + $5::bigint * interval '1 microsecond' >= $4::timestamptz, coalesce(d.attempt_id::text, '')
FROM releases r LEFT JOIN LATERAL (
    SELECT x.attempt_id FROM unnest($2::bigint[], $3::text[]::uuid[]) AS w(id, attempt_id) JOIN deliveries x ON x.id = w.id
    WHERE x.state = 'sending' AND x.attempt_id = w.attempt_id AND x.owner = r.process_id) d ON true
WHERE r.process_id = $1::text::uuid`, e.self.id, ids, attempts, at, e.ahead())
	stands := map[string]bool{}
	if err == nil {
		var attempt string
		_, err = pgx.ForEachRow(rows, []any{&recalls, &reached, &attempt}, func() error { stands[attempt] = true; return nil })
	}
	switch {
	case err != nil:
		e.log.Warn("could not read what is marked ahead, will try again", "error", err)
		wait(ctx, 20*time.Millisecond)
	case recalls != known:
		gone := e.early.keep(attempts, stands, recalls)
		for _, it := range gone {
			e.desk.release(it, e.clk.Now())
		}
		e.step("recalled", idsOfItems(gone)...)
	case !reached:
		wait(ctx, time.Millisecond)
	default:
		e.giveUpAhead(ctx)
	}
}

// giveUpAhead gives all back that is marked ahead and not released: it is marked at its instant, as it would have been without.
func (e *Engine) giveUpAhead(ctx context.Context) {
	items := e.early.takeAll() // what is marked meanwhile finds its rows moved
	if err := e.recall(ctx, []string{e.self.id}); err != nil {
		e.log.Warn("what is marked ahead could not be given back, will try again", "error", err)
		e.early.putBack(items)
		wait(ctx, 100*time.Millisecond)
		return
	}
	for _, it := range items {
		e.desk.release(it, e.clk.Now())
	}
	e.Nudge()
}

// recall takes back what processes, be it this one, marked ahead and have not released.
func (e *Engine) recall(ctx context.Context, owners []string) error {
	var ids []int64
	err := e.db.InTxRetry(ctx, func(tx pg.Tx) (err error) {
		ids, err = delivery.RecallOfTx(ctx, tx, e.clk.Now(), owners)
		return err
	})
	if err != nil {
		return errors.Join(errors.New("recall what is marked ahead"), err)
	}
	e.step("taken back", ids...)
	return nil
}
