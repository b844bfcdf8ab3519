package dispatch

import (
	"context"
	"sync"
	"time"

	"juzhen/internal/stoppoint"
	"juzhen/internal/weibo"
)

// ending is the end of a call, on its way to be recorded. What the answer means is read only then:
// while others wait for their instant their requests go first.
type ending struct {
	it *item
	a  weibo.Answered
	o  weibo.Outcome // of a, once it is read
}

// crew makes the calls: at most so many at once, each caller going on with the next item itself.
// Callers come when there is work and go when there is none.
type crew struct {
	most int

	mu      sync.Mutex
	line    []*item
	callers int
	calling int
}

func newCrew(most int) *crew { return &crew{most: most} }

// enlist puts items in line and tells how many more callers are needed.
func (c *crew) enlist(items []*item) (more int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line = append(c.line, items...)
	more = min(len(items), c.most-c.callers)
	c.callers += more

	return more
}

// next gives the item that waited longest; nil when there is none, and the caller then goes. done tells
// that it comes from a call.
func (c *crew) next(done bool) *item {
	c.mu.Lock()
	defer c.mu.Unlock()
	if done {
		c.calling--
	}
	if len(c.line) == 0 {
		c.line = nil
		c.callers--
		return nil
	}
	it := c.line[0]
	c.line[0], c.line = nil, c.line[1:]
	c.calling++

	return it
}

// busy is how many calls are under way.
func (c *crew) busy() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calling
}

// callAll lets the calls of marked items begin. It is only ever asked for ids the mark gave back.
func (e *Engine) callAll(marked []*item) {
	e.calls.Add(len(marked))

	for range e.crew.enlist(marked) {
		go e.caller()
	}
}

func (e *Engine) caller() {
	for item := e.crew.next(false); item != nil; item = e.crew.next(true) {
		e.call(item)
	}
}

// call posts a marked item, with no transaction open, and hands the answer on.
func (e *Engine) call(it *item) {
	stoppoint.At(stoppoint.AfterMark, it.id)
	began := time.Now()
	over := stoppoint.During(it.id)
	answered := e.o.Weibo.Deliver(context.Background(), it.request(e.o.Weibo), it.mark)
	over()
	e.slots.freeAfter(time.Since(began))
	stoppoint.At(stoppoint.AfterCall, it.id)
	e.step("called", it.id)
	if first := answered.FirstByte(); !first.IsZero() {
		e.stats.started(first.Sub(it.due.Add(-e.offset())))
	}
	e.records.put(ending{it: it, a: answered})
}

// offset is the database's clock against ours, zero while it is not known.
func (e *Engine) offset() time.Duration {
	d, _ := e.clk.Offset()
	return d
}
