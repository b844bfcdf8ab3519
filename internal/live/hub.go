// Package live tells the pages of this process that something changed. One connection listens to what
// the database says of committed changes and hands it on to whoever asked; a page then reads again with
// its own reader's rights. It carries no content, only names of things, and knows none of them.
package live

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"juzhen/internal/fault"
)

// Channel is where the triggers of the schema speak (migration 00045).
const Channel = "juzhen_live"

// Mark names one thing that changed, such as "post/12". Path is the path of its unit; it is empty when
// only those who look at the thing itself are told.
type Mark struct{ Name, Path string }

// Everything is the notice that names nothing: much changed at once, or a notice may have been missed.
const everything = "*"

// Options of a hub.
type Options struct {
	Most     int           // streams of this process at once; 1,000 when 0
	PerOwner int           // streams of one session at once; 8 when 0
	Again    time.Duration // between tries to reach the database; 1 s when 0
	Quiet    time.Duration // silence after which the connection is tried; 20 s when 0
	Log      *slog.Logger  // slog.Default() when nil
}

func (o Options) filled() Options {
	if o.Most == 0 {
		o.Most = 1000
	}
	if o.PerOwner == 0 {
		o.PerOwner = 8
	}
	if o.Again == 0 {
		o.Again = time.Second
	}
	if o.Quiet == 0 {
		o.Quiet = 20 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}

	return o
}

// Listener is one connection that listens on Channel.
type Listener interface {
	// Wait gives the next notice. It fails with the cause of ctx when ctx ends first; the connection is
	// then still good.
	Wait(ctx context.Context) (payload string, err error)
	Ping(ctx context.Context) error
	Close() error
}

// Hub hands notices on. It is safe for concurrent use.
type Hub struct {
	opt    Options
	listen func(ctx context.Context) (Listener, error)

	mu     sync.Mutex
	subs   map[*Subscription]struct{}
	owners map[int64]int
	closed bool
	past   []heard   // the last notices, oldest first
	whole  time.Time // since when past holds every notice
}

// heard is a notice of a moment ago, for pages that were made before it and hear from after it.
type heard struct {
	at    time.Time
	marks []Mark
	much  bool
}

// How far back a stream may ask, and how many notices are kept for it.
const (
	Memory   = time.Minute
	mostPast = 1000
)

// New makes a hub that listens through a connection of its own. Nothing runs before Run.
func New(listen func(ctx context.Context) (Listener, error), options Options) *Hub {
	return &Hub{
		opt:    options.filled(),
		listen: listen,
		subs:   map[*Subscription]struct{}{},
		owners: map[int64]int{},
	}
}

// Subscription is one stream. Woken gets a value when something it wanted changed; several changes in a
// row are one.
type Subscription struct {
	Woken chan Wake     // room for one
	Ended chan struct{} // closed when the process stops

	hub   *Hub
	owner int64
	want  func(Mark) bool
}

// Wake says how much changed.
type Wake struct {
	Much bool // many things at once: readers take their time, so that not all of them come at the same moment
}

// Subscribe opens a stream of the session owner for the marks that want picks; want must be quick and
// must not block. A page is made a while before its stream is open: what changed in that while, ago, wakes it
// at once. It fails with fault.Unavailable when the process or the session holds too many: the
// page then asks again by itself from time to time. In a process that stops, the stream has ended
// already.
func (h *Hub) Subscribe(owner int64, ago time.Duration, want func(Mark) bool) (*Subscription, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.subs) >= h.opt.Most || h.owners[owner] >= h.opt.PerOwner {
		return nil, fault.Unavailable("打开的页面太多，本页改为定时更新").After(30 * time.Second)
	}
	subscription := &Subscription{
		Woken: make(chan Wake, 1),
		Ended: make(chan struct{}),
		hub:   h,
		owner: owner,
		want:  want,
	}
	h.subs[subscription] = struct{}{}
	h.owners[owner]++
	if ago > 0 {
		h.recall(subscription, time.Now().Add(-ago))
	}
	if h.closed {
		close(subscription.Ended)
	}

	return subscription, nil
}

// recall wakes a new stream for what was heard since, or may have been.
func (h *Hub) recall(subscription *Subscription, since time.Time) {
	if since.Before(h.whole) {
		subscription.wake(true)
	}

	for _, notice := range h.past {
		if !notice.at.Before(since) && (notice.much || wanted(subscription.want, notice.marks)) {
			subscription.wake(notice.much)
		}
	}
}

// remember keeps a notice for the streams that open soon.
func (h *Hub) remember(notice heard) {
	old := 0
	for old < len(h.past) && notice.at.Sub(h.past[old].at) > Memory {
		old++
	}
	if over := len(h.past) + 1 - mostPast; over > old {
		old = over
	}
	if old > 0 {
		h.whole = h.past[old-1].at.Add(1) // what was forgotten is not known any more
		h.past = append(h.past[:0], h.past[old:]...)
	}
	h.past = append(h.past, notice)
}

// Close ends the stream. It may be called more than once.
func (s *Subscription) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if _, open := s.hub.subs[s]; !open {
		return
	}
	delete(s.hub.subs, s)
	if s.hub.owners[s.owner]--; s.hub.owners[s.owner] == 0 {
		delete(s.hub.owners, s.owner)
	}
}

// Open is how many streams there are.
func (h *Hub) Open() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.subs)
}

// Close ends all streams, before a server waits for its requests to end, and each that is opened later.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return
	}

	h.closed = true
	for subscription := range h.subs {
		close(subscription.Ended)
	}
}

// Run listens until ctx ends. While the database is away streams stay open; once it is back all of them
// are woken, because what happened meanwhile was not heard.
func (h *Hub) Run(ctx context.Context) {
	for first := true; ctx.Err() == nil; first = false {
		listener, err := h.listen(ctx)
		if err == nil {
			if !first {
				h.tell(everything)
			}
			h.begin()
			err = h.hear(ctx, listener)
			_ = listener.Close()
		}
		if ctx.Err() != nil {
			return
		}
		h.opt.Log.Warn("changes are not heard for now, will try again", "error", err)

		select {
		case <-ctx.Done():
		case <-time.After(h.opt.Again):
		}
	}
}

// begin notes that nothing is missed from now on.
func (h *Hub) begin() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.past, h.whole = nil, time.Now()
}

// hear hands on what one connection says until it fails. A connection that says nothing is tried: one
// that broke without a word would else be waited on for ever.
func (h *Hub) hear(ctx context.Context, listener Listener) error {
	for {
		quiet, cancel := context.WithTimeout(ctx, h.opt.Quiet)
		payload, err := listener.Wait(quiet)
		silent := err != nil && quiet.Err() != nil && ctx.Err() == nil
		cancel()

		switch {
		case silent:
			if err := listener.Ping(ctx); err != nil {
				return err
			}
		case err != nil:
			return err
		default:
			h.tell(payload)
		}
	}
}

// tell wakes the streams that want something of the notice.
func (h *Hub) tell(payload string) {
	marks, much := parse(payload)
	h.mu.Lock()
	defer h.mu.Unlock()

	h.remember(heard{time.Now(), marks, much})

	for subscription := range h.subs {
		if much || wanted(subscription.want, marks) {
			subscription.wake(much)
		}
	}
}

func wanted(want func(Mark) bool, marks []Mark) bool {
	for _, mark := range marks {
		if want(mark) {
			return true
		}
	}

	return false
}

// wake leaves one value, which says "much" when any change since the last reading was so.
func (s *Subscription) wake(much bool) {
	select {
	case s.Woken <- Wake{Much: much}:
		return
	default:
	}
	if !much {
		return
	}

	select {
	case <-s.Woken:
	default:
	}

	select {
	case s.Woken <- Wake{Much: true}:
	default:
	}
}

// parse reads a notice: lines "name path". What cannot be read counts as everything, so that nothing is
// missed.
func parse(payload string) (marks []Mark, much bool) {
	if payload == everything {
		return nil, true
	}

	for line := range strings.Lines(payload) {
		name, path, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if !ok || name == "" {
			return nil, true
		}
		marks = append(marks, Mark{Name: name, Path: path})
	}

	return marks, len(marks) == 0
}
