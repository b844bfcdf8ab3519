package dispatch

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/delivery"
	"juzhen/internal/pg"
	"juzhen/internal/stoppoint"
)

// releaseFor is how long after its instant a crowd that is marked ahead may be released; what is left
// then is marked one by one.
const releaseFor = 3 * time.Second

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

// releaseSQL raises released, if everything that a mark asks at the instant is so: $2 the highest
// number, $3 recalls as the rows were last read under, $4 the instant, $5 the interfaces, $6 the
// accounts, $7 now, $8 what the database's clock is taken to be ahead.
const releaseSQL = `
UPDATE releases r SET released = $2
WHERE r.process_id = $1::text::uuid AND r.recalls = $3 AND r.marked >= $2 AND r.released < $2
  AND clock_timestamp() + $8::bigint * interval '1 microsecond' >= $4::timestamptz
  AND EXISTS (SELECT FROM processes p WHERE p.id = r.process_id AND p.stopped_at IS NULL
      AND p.lease_until > clock_timestamp())
  AND NOT ` + delivery.StoppedSQL + `
  AND NOT EXISTS (SELECT FROM shared_rests s
      WHERE s.until > $7::timestamptz AND s.scope = ANY ((SELECT $5::text[])::text[]))
  AND NOT EXISTS (SELECT FROM unnest((SELECT $6::bigint[])) AS a(id) CROSS JOIN LATERAL (
        SELECT FROM account_turns t
        WHERE t.account_id = a.id AND t.kind = 'post' AND t.rest_until > $7::timestamptz) t)`

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
		for _, item := range group {
			// its hard end counts from its instant
			item.mark = start.Earlier(max(0, now.Sub(item.due)) + max(0, spread-item.spread))
			stoppoint.At(stoppoint.Released, item.id)
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
		done, err := e.db.Pool().
			Exec(context.WithoutCancel(ctx), releaseSQL, e.self.id, last.number, known, last.due,
				connectors, accounts, e.clk.Now(),
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

// refusedRelease follows a release that the database did not make: somebody took some back, its clock
// is not there yet, or something keeps all of it from going.
func (e *Engine) refusedRelease(ctx context.Context, known int64, at time.Time) {
	var recalls int64
	var reached bool
	ids, attempts := e.early.all()
	rows, err := e.db.Pool().Query(ctx, `
SELECT r.recalls, clock_timestamp() + $5::bigint * interval '1 microsecond' >= $4::timestamptz,
    coalesce(d.attempt_id::text, '')
FROM releases r LEFT JOIN LATERAL (
    SELECT x.attempt_id FROM unnest($2::bigint[], $3::text[]::uuid[]) AS w(id, attempt_id)
        JOIN all_deliveries x ON x.id = w.id
    WHERE x.state = 'sending' AND x.attempt_id = w.attempt_id AND x.owner = r.process_id) d ON true
WHERE r.process_id = $1::text::uuid`, e.self.id, ids, attempts, at, e.ahead())
	stands := map[string]bool{}
	if err == nil {
		var attempt string
		_, err = pgx.ForEachRow(rows, []any{
			&recalls, &reached, &attempt,
		}, func() error { stands[attempt] = true; return nil })
	}

	switch {
	case err != nil:
		e.log.Warn("could not read what is marked ahead, will try again", "error", err)
		wait(ctx, 20*time.Millisecond)
	case recalls != known:
		gone := e.early.keep(attempts, stands, recalls)
		for _, item := range gone {
			e.desk.release(item, e.clk.Now())
		}
		e.step("recalled", idsOfItems(gone)...)
	case !reached:
		wait(ctx, time.Millisecond)
	default:
		e.giveUpAhead(ctx)
	}
}

// giveUpAhead gives all back that is marked ahead and not released: it is marked at its instant, as it
// would have been without.
func (e *Engine) giveUpAhead(ctx context.Context) {
	items := e.early.takeAll() // what is marked meanwhile finds its rows moved
	if err := e.recall(ctx, []string{e.self.id}); err != nil {
		e.log.Warn("what is marked ahead could not be given back, will try again", "error", err)
		e.early.putBack(items)
		wait(ctx, 100*time.Millisecond)

		return
	}

	for _, item := range items {
		e.desk.release(item, e.clk.Now())
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
