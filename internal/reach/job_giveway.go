package reach

import (
	"context"
	"sync"
	"time"

	"github.com/riverqueue/river"
)

// Sending comes first: while many deliveries are due within seconds or under way, readings wait. A
// reading is never urgent, but it must not wait for ever either.
const (
	burst     = 50               // deliveries that are due make a burst
	ahead     = 10 * time.Second // what is due within it counts
	patience  = 2 * time.Minute  // readings give way no longer, and then
	turn      = time.Minute      // go on for this long whatever is due
	askAgain  = time.Second      // between two questions about what is due
	holdFor   = 2 * time.Second  // a job waits in its worker, so that the queue behind it is not moved about
	comeAgain = 5 * time.Second  // and then comes back
)

// DueFunc counts the deliveries that should go within some time, overdue ones and those under way
// included. It may stop at atMost.
type DueFunc func(ctx context.Context, within time.Duration, atMost int) (int, error)

// gate keeps readings back during a burst. It is safe for concurrent use.
type gate struct {
	due DueFunc // nil: nothing is ever due
	now func() time.Time

	mu    sync.Mutex
	asked time.Time
	busy  bool
	since time.Time // when readings began to give way; zero: they do not
	free  time.Time // until when they need not
}

// closed tells whether to wait. When what is due cannot be asked for, nobody waits.
func (g *gate) closed(ctx context.Context) bool {
	if g.due == nil {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if now.Before(g.free) {
		return false
	}
	if now.Sub(g.asked) >= askAgain {
		n, err := g.due(ctx, ahead, burst)
		g.asked, g.busy = now, err == nil && n >= burst
	}

	switch {
	case !g.busy:
		g.since = time.Time{}
		return false
	case g.since.IsZero():
		g.since = now
	case now.Sub(g.since) >= patience:
		g.since, g.free = time.Time{}, now.Add(turn)
		return false
	}

	return true
}

// giveWay returns at once when no burst is near. During one it holds the worker for a moment, and then
// puts the job off.
func (s *Service) giveWay(ctx context.Context) error {
	if !s.gate.closed(ctx) {
		return nil
	}
	t := time.NewTimer(holdFor)
	defer t.Stop()

	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
	}
	if s.gate.closed(ctx) {
		return river.JobSnooze(comeAgain)
	}

	return nil
}
