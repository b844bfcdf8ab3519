package dispatch

import (
	"context"
	"sync"

	"juzhen/internal/delivery"
	"juzhen/internal/pg"
)

// outs are the deliveries that were sent by a grouped record, until the writers of those posts were told
// that are out as a whole. That is asked behind the record, which an account's next post waits for.
type outs struct {
	mu      sync.Mutex
	ids     []int64
	fresh   chan struct{} // something was added
	telling sync.Mutex    // one at a time, so that a shutdown waits for the one under way
}

func newOuts() *outs { return &outs{fresh: make(chan struct{}, 1)} }

func (o *outs) add(ids ...int64) {
	o.mu.Lock()
	o.ids = append(o.ids, ids...)
	o.mu.Unlock()
	if len(ids) > 0 {
		poke(o.fresh)
	}
}

// take gives the oldest, some at a time.
func (o *outs) take() []int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := min(len(o.ids), outBatch)
	ids := o.ids[:n:n]
	if o.ids = o.ids[n:]; n == 0 {
		o.ids = nil
	}

	return ids
}

// outBatch is of how many deliveries' posts one transaction tells.
const outBatch = 1000

// outTeller tells writers what is out, a moment behind the record, so that a burst is asked about once.
// What cannot be told is told with what comes next; a process that dies leaves it untold.
func (e *Engine) outTeller(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.out.fresh:
		}
		wait(ctx, notifyAfter)
		e.giveWay(ctx)

		if err := e.tellOut(ctx); err != nil && ctx.Err() == nil {
			e.log.Warn("writers could not be told what is out, will try again", "error", err)
			wait(ctx, notifyAgain)
			poke(e.out.fresh)
		}
	}
}

// tellOut tells all that waits.
func (e *Engine) tellOut(ctx context.Context) error {
	e.out.telling.Lock()
	defer e.out.telling.Unlock()

	for ids := e.out.take(); len(ids) > 0; ids = e.out.take() {
		err := e.db.InTxRetry(ctx, func(tx pg.Tx) error {
			return delivery.TellOutTx(ctx, tx, e.clk.Now(), ids...)
		})
		if err != nil {
			e.out.add(ids...)
			return err
		}
		e.step("told out", ids...)
	}

	return nil
}
