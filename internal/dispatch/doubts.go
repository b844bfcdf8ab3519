package dispatch

import (
	"sync"
	"time"
)

// doubts remembers attempts whose mark was not acknowledged and whose call never began, for as long as
// a statement left behind at the server could still take effect.
type doubts struct {
	mu   sync.Mutex
	open map[string]doubt
}

type doubt struct {
	id int64
	at time.Time
}

// doubtFor is longer than any statement may run at the server.
const doubtFor = time.Minute

func newDoubts() *doubts { return &doubts{open: map[string]doubt{}} }

func (d *doubts) add(items []*item, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()

	for _, it := range items {
		d.open[it.attempt] = doubt{it.id, now}
	}
}

func (d *doubts) list(now time.Time) (ids []int64, attempts []string) {
	d.mu.Lock()
	defer d.mu.Unlock()

	for attempt, doubt := range d.open {
		if now.Sub(doubt.at) > doubtFor {
			delete(d.open, attempt)
			continue
		}
		ids, attempts = append(ids, doubt.id), append(attempts, attempt)
	}

	return ids, attempts
}
