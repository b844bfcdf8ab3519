package dispatch

import (
	"sync"
	"time"
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

// keep leaves, of those whose rows were asked for, only what stands under that value of recalls, and
// gives the rest. What was added since must be asked for yet.
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

	for _, item := range h.list {
		ids, attempts = append(ids, item.id), append(attempts, item.attempt)
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
