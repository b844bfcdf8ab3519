package sandbox

import (
	"sync"
	"time"
)

// shanghai is the zone Weibo counts its days in. A fixed zone: the image may carry no zone data, and
// China has no summer time.
var shanghai = time.FixedZone("CST", 8*3600)

// clock is a clock that can be turned, stopped and waited on.
type clock struct {
	base   func() time.Time
	custom bool // base may jump without telling us: waiting has to look at it now and then

	mu     sync.RWMutex
	start  time.Time // of a clock that was frozen from the beginning
	frozen bool
	at     time.Time
	offset time.Duration
	turned chan struct{} // closed at every turn
}

const lookAgain = 5 * time.Millisecond // how often a foreign clock is looked at while somebody waits

func newClock(base func() time.Time, frozen time.Time) *clock {
	c := &clock{base: base, custom: base != nil, start: frozen, turned: make(chan struct{})}
	if base == nil {
		c.base = time.Now
	}
	c.frozen, c.at = !frozen.IsZero(), frozen

	return c
}

func (c *clock) now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.read()
}

func (c *clock) read() time.Time {
	if c.frozen {
		return c.at
	}

	return c.base().Add(c.offset)
}

// turn changes the clock and wakes everybody who waits on it.
func (c *clock) turn(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
	close(c.turned)
	c.turned = make(chan struct{})
}

func (c *clock) advance(d time.Duration) {
	c.turn(func() { c.at, c.offset = c.at.Add(d), c.offset+d })
}

func (c *clock) set(t time.Time) {
	c.turn(func() { c.at, c.offset = t, t.Sub(c.base()) })
}

func (c *clock) freeze() {
	c.turn(func() { c.at, c.frozen = c.read(), true })
}

func (c *clock) reset() {
	c.turn(func() { c.frozen, c.at, c.offset = !c.start.IsZero(), c.start, 0 })
}

// wait returns true when d has gone by on this clock, false when stop was closed first.
func (c *clock) wait(d time.Duration, stop <-chan struct{}) bool {
	return c.waitUntil(c.now().Add(d), stop)
}

// waitUntil returns true when this clock has reached the instant, false when stop was closed first.
func (c *clock) waitUntil(until time.Time, stop <-chan struct{}) bool {
	for {
		c.mu.RLock()
		left, frozen, turned := until.Sub(c.read()), c.frozen, c.turned
		c.mu.RUnlock()
		if left <= 0 {
			return true
		}
		if c.custom {
			left, frozen = min(left, lookAgain), false
		}
		if !c.sleep(left, frozen, turned, stop) {
			return false
		}
	}
}

func (c *clock) sleep(left time.Duration, frozen bool, turned, stop <-chan struct{}) bool {
	var ring <-chan time.Time
	if !frozen {
		timer := time.NewTimer(left)
		defer timer.Stop()
		ring = timer.C
	}

	select {
	case <-ring:
	case <-turned:
	case <-stop:
		return false
	}

	return true
}
