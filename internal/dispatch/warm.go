package dispatch

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// connections are opened so long before a burst; less than they are kept idle
	warmLead   = 2 * time.Second
	warmWithin = 100 * time.Millisecond // what is due so close together is one burst
	warmFrom   = 8                      // fewer items open their connections themselves
	warmEach   = 500 * time.Millisecond
)

// warmer opens connections ahead of bursts, so that the first bytes do not wait for them. A burst that
// is planned later than that opens its own.
func (e *Engine) warmer(ctx context.Context) {
	tick := time.NewTicker(warmEach)
	defer tick.Stop()

	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := e.clk.Now()
		at, by := e.desk.crowd(warmWithin)
		if at.IsZero() || at.Sub(now) > warmLead || e.stopped() != "" {
			continue
		}

		for mode, n := range by {
			if n < warmFrom {
				continue
			}
			e.warmMarks(ctx)
			if err := e.o.Weibo.Warm(ctx, mode, min(n, e.set.Conns)); err != nil && ctx.Err() == nil {
				e.log.Info("connections could not be opened ahead of a burst", "mode", mode, "error", err)
			}
		}
	}
}

// warmMarks lets every connection of the markers see the statement, with nothing to mark: the first
// time on a connection it is parsed and planned, and what the server knows of the tables is read.
func (e *Engine) warmMarks(ctx context.Context) {
	var held []*pgxpool.Conn
	defer func() {
		for _, c := range held {
			c.Release()
		}
	}()

	for range e.set.Markers {
		c, err := e.db.Pool().Acquire(ctx)
		if err != nil {
			return
		}
		held = append(held, c)
		if _, err := c.Exec(
			ctx,
			markSQL,
			[]int64{},
			[]int64{},
			[]int32{},
			[]string{},
			[][]byte{},
			[]int64{},
			[]int64{},
			e.clk.Now(),
			e.self.id,
			e.ahead(),
		); err != nil {
			return
		}
	}
}
