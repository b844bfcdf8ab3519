package dispatch

import (
	"container/heap"
	"sync"
	"time"

	"juzhen/internal/post"
	"juzhen/internal/weibo"
)

// lane is what is sent in turn: the posts of an account, or its replies. Neither holds the other up.
type lane struct {
	account int64
	kind    post.Kind
}

// item is a delivery this process has prepared and holds in memory. The row is the truth; an item that
// is lost costs a second.
type item struct {
	lane
	id            int64
	plan          int
	connector     string
	due, notAfter time.Time
	hash          []byte
	gap           time.Duration
	payload       weibo.Payload
	token         weibo.Token
	pics          []string
	markKey       string       // hex, for annotations
	body          int          // bytes of the request
	composed      *weibo.Ready // the request, unless it is large

	fireAt  time.Time
	place   int  // in the heap, -1 outside
	refused bool // the last mark did not take it, and nobody knows when one will: it tries again by guess

	// a mark ahead did not take it, or it came back from one: it is marked at its instant
	notAhead bool
	number   int64         // of a mark ahead
	spread   time.Duration // of the clock when it was marked ahead

	attempt  string
	mark     weibo.Mark
	markedAt time.Time
}

func (it *item) sending() weibo.Sending {
	return weibo.Sending{Token: it.token, DeliveryID: it.markKey, PicIDs: it.pics}
}

// request is what is to be written.
func (it *item) request(client *weibo.Client) weibo.Ready {
	if it.composed != nil {
		return *it.composed
	}

	return client.Compose(it.payload, it.sending())
}

// desk holds the items: a heap by instant, and per lane at most one that is being sent, with the others in
// line behind it.
type desk struct {
	mu     sync.Mutex
	items  map[int64]*item
	byTime timeHeap
	busy   map[lane]*item   // on its way, or back in the heap to try again
	line   map[lane][]*item // due and waiting for busy
	// what fell due before this instant waits for it, so that none overtakes the line
	gaps   map[lane]time.Time
	ready  []*item
	hopes  int           // of those that are ready: not refused, so that a mark may be expected to take them
	signal chan struct{} // something is ready
	early  chan struct{} // something may be due earlier than the heap sleeps
	closed bool
}

func newDesk() *desk {
	return &desk{items: map[int64]*item{}, busy: map[lane]*item{}, line: map[lane][]*item{},
		gaps: map[lane]time.Time{}, signal: make(chan struct{}, 1), early: make(chan struct{}, 1)}
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// add puts prepared items into the heap. One that is on its way already stays as it is.
func (k *desk) add(items []*item) {
	k.mu.Lock()
	defer k.mu.Unlock()

	for _, it := range items {
		if old, ok := k.items[it.id]; ok {
			if old.place < 0 || k.busy[old.lane] == old {
				continue
			}
			heap.Remove(&k.byTime, old.place)
		}
		k.items[it.id] = it
		heap.Push(&k.byTime, it)
	}
	poke(k.early)
}

// holds tells which of the ids are in memory.
func (k *desk) holds(id int64) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, ok := k.items[id]

	return ok
}

// due moves what is due into the hands of the markers and gives the instant of the next; zero when
// there is none.
func (k *desk) due(now time.Time) (next time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()

	for len(k.byTime) > 0 && !k.byTime[0].fireAt.After(now) {
		it := heap.Pop(&k.byTime).(*item)
		if first := k.busy[it.lane]; first != nil && first != it {
			k.line[it.lane] = append(k.line[it.lane], it)
			continue
		}
		if gap := k.gaps[it.lane]; gap.After(now) {
			it.fireAt = gap
			heap.Push(&k.byTime, it)
			continue
		}
		delete(k.gaps, it.lane)
		k.busy[it.lane] = it
		k.ready = append(k.ready, it)
		k.hopes += hopes(it)
	}
	if len(k.ready) > 0 {
		poke(k.signal)
	}
	if len(k.byTime) > 0 {
		next = k.byTime[0].fireAt
	}

	return next
}

// crowd counts the items that are due at the next instant or right after it, by the way they are sent.
// The instant is zero when nothing is waiting.
func (k *desk) crowd(within time.Duration) (at time.Time, by map[weibo.Mode]int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.byTime) == 0 {
		return time.Time{}, nil
	}

	at, by = k.byTime[0].fireAt, map[weibo.Mode]int{}
	for _, item := range k.byTime {
		if item.fireAt.Sub(at) <= within {
			by[item.payload.Mode()]++
		}
	}

	return at, by
}

// crowded gives the first instant within the time at which so many posts are due that are due just
// then, and not put off; zero for none. It looks at no more of the heap than falls due within the time,
// however much is held for later.
func (k *desk) crowded(now time.Time, within time.Duration, from int) (at time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.byTime) < from {
		return time.Time{}
	}

	counts := map[int64]int{}

	for next := []int{0}; len(next) > 0; {
		i := next[len(next)-1]
		next = next[:len(next)-1]
		if i >= len(k.byTime) || k.byTime[i].fireAt.Sub(now) > within {
			continue // nor is what lies below it due any earlier
		}
		if item := k.byTime[i]; item.kind == post.Ordinary && item.fireAt.After(now) &&
			item.fireAt.Equal(item.due) {
			counts[item.fireAt.UnixMicro()]++
		}
		next = append(next, 2*i+1, 2*i+2)
	}

	for micros, n := range counts {
		if t := time.UnixMicro(micros).UTC(); n >= from && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}

	return at
}

// takeAhead gives up to n items of a crowd that is due at the instant, one of each account, with the
// accounts' places; not those that were refused before.
func (k *desk) takeAhead(at time.Time, n int) (out []*item) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var rest timeHeap

	for _, it := range k.byTime {
		if len(out) < n && it.kind == post.Ordinary && it.fireAt.Equal(at) && it.due.Equal(at) &&
			!it.notAhead &&
			k.busy[it.lane] == nil &&
			!k.gaps[it.lane].After(at) {
			k.busy[it.lane] = it
			it.place = -1
			out = append(out, it)

			continue
		}
		it.place = len(rest)
		rest = append(rest, it)
	}
	k.byTime = rest
	heap.Init(&k.byTime)

	return out
}

// take gives up to n items that are ready, in the order in which they became due.
func (k *desk) take(n int) []*item {
	k.mu.Lock()
	defer k.mu.Unlock()
	n = min(n, len(k.ready))
	out := append([]*item(nil), k.ready[:n]...)
	k.ready = k.ready[n:]
	k.hopes -= hopes(out...)
	if len(k.ready) == 0 {
		k.ready = nil
	} else {
		poke(k.signal)
	}

	return out
}

// pressed tells whether more is ready than the markers have taken, of what a mark may take now.
func (k *desk) pressed() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.hopes > 0
}

// hopes counts the items that no mark has refused.
func hopes(items ...*item) (n int) {
	for _, it := range items {
		if !it.refused {
			n++
		}
	}

	return n
}

// untake puts items back at the head of those that are ready.
func (k *desk) untake(items []*item) {
	if len(items) == 0 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ready = append(append([]*item(nil), items...), k.ready...)
	k.hopes += hopes(items...)
	poke(k.signal)
}

// later lets an item that could not be marked try again at an instant; it keeps its place before the
// others of its account. guess tells that nobody knows whether it can be marked then.
func (k *desk) later(it *item, at time.Time, guess bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.items[it.id] != it || k.closed {
		return
	}
	it.fireAt, it.refused = at, guess
	heap.Push(&k.byTime, it)
	poke(k.early)
}

// release forgets an item and lets the next of its account try, not before the instant.
func (k *desk) release(it *item, next time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.items[it.id] == it {
		delete(k.items, it.id)
	}
	if k.busy[it.lane] != it {
		return
	}
	delete(k.busy, it.lane)
	if len(k.line[it.lane]) > 0 {
		k.gaps[it.lane] = next
	}

	for _, w := range k.line[it.lane] {
		if w.fireAt.Before(next) {
			w.fireAt = next
		}
		heap.Push(&k.byTime, w)
	}
	delete(k.line, it.lane)
	poke(k.early)
}

// close stops the heap: what is not on its way is forgotten, and its ids are given for the rows to be
// given back.
func (k *desk) close() (ids []int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.closed = true

	forget := append(append([]*item(nil), k.byTime...), k.ready...)
	for _, line := range k.line {
		forget = append(forget, line...)
	}

	for _, it := range forget {
		ids = append(ids, it.id)
		delete(k.items, it.id)
	}
	k.byTime, k.ready, k.hopes, k.line = nil, nil, 0, map[lane][]*item{}

	return ids
}

// size is how many are held, and how many of them wait for their instant.
func (k *desk) size() (held, waiting int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.items), len(k.byTime)
}

// timeHeap orders items by instant, then by due time and id, so that an account's posts go out in their
// order.
type timeHeap []*item

func (h timeHeap) Len() int { return len(h) }

func (h timeHeap) Less(i, j int) bool {
	item, b := h[i], h[j]
	if c := item.fireAt.Compare(b.fireAt); c != 0 {
		return c < 0
	}
	if c := item.due.Compare(b.due); c != 0 {
		return c < 0
	}

	return item.id < b.id
}

func (h timeHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}

// Push is heap.Interface's.
func (h *timeHeap) Push(x any) {
	it := x.(*item)
	it.place = len(*h)
	*h = append(*h, it)
}

// Pop is heap.Interface's.
func (h *timeHeap) Pop() any {
	old := *h
	item := old[len(old)-1]
	old[len(old)-1], *h = nil, old[:len(old)-1]
	item.place = -1

	return item
}
