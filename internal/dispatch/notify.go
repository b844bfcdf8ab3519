package dispatch

import (
	"context"
	"sync"
	"time"
)

// Open pages hear of a change by a notice of the database. Marks and records make none themselves
// (quiet): notices in their transactions would make all commits wait for one another (migration 00052).
// What they wrote is told together, a moment later.
const (
	// a condition that is always true; for this transaction
	quiet = "set_config('juzhen.quiet', 'on', true) = 'on'"

	notifyAfter = 200 * time.Millisecond
	notifyAgain = 2 * time.Second // after the database could not be asked
	notifyEach  = 20              // of more deliveries than these only that much has changed is told
)

// notices are the deliveries of which open pages have not been told yet.
type notices struct {
	mu    sync.Mutex
	ids   map[int64]struct{}
	fresh chan struct{} // something was added
}

func newNotices() *notices { return &notices{ids: map[int64]struct{}{}, fresh: make(chan struct{}, 1)} }

// add keeps the ids. Beyond those that are told by name only their number matters, and that is bounded.
func (n *notices) add(ids ...int64) {
	n.mu.Lock()
	for _, id := range ids {
		if len(n.ids) <= notifyEach {
			n.ids[id] = struct{}{}
		}
	}
	n.mu.Unlock()
	if len(ids) > 0 {
		poke(n.fresh)
	}
}

func (n *notices) take() (ids []int64) {
	n.mu.Lock()
	defer n.mu.Unlock()

	for id := range n.ids {
		ids = append(ids, id)
	}
	n.ids = map[int64]struct{}{}

	return ids
}

// notifier tells open pages what was marked and recorded. What cannot be told is told with what comes next.
func (e *Engine) notifier(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.untold.fresh:
		}
		wait(ctx, notifyAfter)

		ids := e.untold.take()
		if _, err := e.db.Pool().
			Exec(ctx, "SELECT live_deliveries($1)", ids); err != nil &&
			ctx.Err() == nil {
			e.log.Debug("open pages could not be told", "deliveries", len(ids), "error", err)
			wait(ctx, notifyAgain)
			e.untold.add(ids...)
		}
	}
}
