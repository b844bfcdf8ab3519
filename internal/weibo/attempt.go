package weibo

import (
	"errors"
	"sync"
	"time"
)

// Reasons why a write put no byte on the wire. Each means: surely not published.
var (
	ErrTooLate = errors.New("weibo: the hard end of the call had passed")
	ErrStopped = errors.New("weibo: stopped by the caller before the first byte")
	errDone    = errors.New("weibo: the call is over")
)

// Mark is the instant from which the hard end of a write is counted, by the wall and by the monotonic
// clock of this process. Take it before the durable mark is written, so that everybody else's reckoning
// is the later one.
type Mark struct {
	wall time.Time
	mono time.Duration
}

// Mark reads both clocks.
func (c *Client) Mark() Mark { return Mark{wall: c.opt.Clock(), mono: c.opt.Mono()} }

// Earlier is a mark that was made so long before this one.
func (m Mark) Earlier(d time.Duration) Mark { return Mark{wall: m.wall.Add(-d), mono: m.mono - d} }

// At is the wall instant of the mark, UTC.
func (m Mark) At() time.Time { return m.wall.UTC() }

// attempt is one request on its way out: until when it may write, and what it has written.
type attempt struct {
	clock    func() time.Time
	mono     func() time.Duration
	wallEnd  time.Time
	monoEnd  time.Duration
	mu       sync.Mutex
	sealed   error // not nil: nothing may be written any more
	touched  bool  // a byte was, or may have been, handed to the kernel
	first    time.Time
	bytes    int64
	finished bool
}

func (c *Client) newAttempt(mark Mark, body int) *attempt {
	limit := c.HardEnd(body)

	return &attempt{
		clock:   c.opt.Clock,
		mono:    c.opt.Mono,
		wallEnd: mark.wall.Add(limit),
		monoEnd: mark.mono + limit,
	}
}

// left is the time to the hard end by the clock that says less; zero or less when it is over.
func (a *attempt) left() time.Duration {
	wall := a.wallEnd.Round(0).Sub(a.clock().Round(0))
	return min(wall, a.monoEnd-a.mono())
}

// permit allows one piece to be written, or says why not.
func (a *attempt) permit() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.sealed == nil && a.left() <= 0 {
		a.sealed = ErrTooLate
	}
	if a.sealed != nil {
		return a.sealed
	}
	if !a.touched {
		a.touched, a.first = true, a.clock()
	}

	return nil
}

// wroteBytes notes what the kernel took. A first piece of which it took nothing leaves the attempt
// untouched, unless the caller has meanwhile been told otherwise.
func (a *attempt) wroteBytes(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.bytes += int64(n)
	if a.bytes == 0 && a.sealed == nil {
		a.touched, a.first = false, time.Time{}
	}
}

// refuse seals the attempt if no byte was written yet; afterwards only the hard end may stop it.
func (a *attempt) refuse(why error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.touched && a.sealed == nil {
		a.sealed = why
	}
}

// seal forbids every further byte, for the first reason given.
func (a *attempt) seal(why error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.sealed == nil {
		a.sealed = why
	}
}

// wrote tells whether a byte was, or may have been, written.
func (a *attempt) wrote() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.touched
}

// close seals the attempt for good and tells whether a byte was written. well: the answer was read to
// its end.
func (a *attempt) close(well bool) (touched bool, first time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.sealed == nil {
		a.sealed = errDone
	}
	a.finished = a.finished || well

	return a.touched, a.first
}

func (a *attempt) endedWell() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.finished
}

func (a *attempt) reason() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.sealed
}
