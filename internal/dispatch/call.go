package dispatch

import (
	"context"
	"time"

	"juzhen/internal/stoppoint"
	"juzhen/internal/weibo"
)

// ending is the end of a call, on its way to be recorded.
type ending struct {
	it *item
	o  weibo.Outcome
}

// call posts a marked item, with no transaction open, and hands the outcome on. It is only ever called for an id the mark gave back.
func (e *Engine) call(it *item) {
	stoppoint.At(stoppoint.AfterMark, it.id)
	e.conns <- struct{}{}
	began := time.Now()
	over := stoppoint.During(it.id)
	o := e.o.Weibo.SendReady(context.Background(), it.request(e.o.Weibo), it.mark)
	over()
	<-e.conns
	e.slots.free(1)
	e.slots.took(time.Since(began))
	stoppoint.At(stoppoint.AfterCall, it.id)
	e.step("called", it.id)
	if !o.FirstByte.IsZero() {
		e.stats.started(o.FirstByte.Sub(it.due.Add(-e.offset())))
	}
	e.records.put(ending{it, o})
}

// offset is the database's clock against ours, zero while it is not known.
func (e *Engine) offset() time.Duration {
	d, _ := e.clk.Offset()
	return d
}
