package dispatch

import (
	"sync"
	"time"
)

// clock tells the database's time and is never ahead of it: by it nothing is sent early, however long
// the question was on its way and however unequal the two halves of the trip were.
//
// What the database said is its time at some instant between our question and our having the answer.
// Counted from the answer it is a lower bound of its time, counted from the question an upper one.
// Several measurements hold at once, so the closest bounds count, and the shortest trip wins by itself.
// Between measurements our monotonic clock carries the bounds on, and both give way by the drift that
// two clocks may have against each other. The wall clock is only watched: whoever sets it moves no
// post.
type clock struct {
	wall func() time.Time
	mono func() time.Duration // since some instant; never set, not running while the machine sleeps
	set  Settings

	mu       sync.Mutex
	measured bool
	last     reading // when the bounds were noted
	low      time.Time
	high     time.Time
}

// reading is both own clocks, taken together.
type reading struct {
	wall time.Time
	mono time.Duration
}

// moved tells how far the wall clock moved against the monotonic one since an earlier reading.
func (r reading) moved(since reading) time.Duration {
	return r.wall.Sub(since.wall) - (r.mono - since.mono)
}

// driftPart is one part in so many: what each bound gives way for each second without a measurement.
// Two clocks that are both slewed by NTP at its fastest part by a thousandth; what parts faster is
// caught by the next measurement, and by the mark, which asks the database's clock itself.
const driftPart = 1000

// clockTick is the resolution of the database's clock: what it says is up to so much behind.
const clockTick = time.Microsecond

func newClock(wall func() time.Time, set Settings) *clock {
	start := time.Now()
	c := &clock{wall: wall, mono: func() time.Duration { return time.Since(start) }, set: set}
	c.last = c.read()

	return c
}

// read takes both clocks; the wall one without the monotonic part Go hides in it.
func (c *clock) read() reading { return reading{c.wall().Round(0), c.mono()} }

// Now is the database's time at the earliest, UTC, in microseconds; the own wall clock's before the
// first measurement.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.low.IsZero() {
		return c.wall().Round(0).UTC().Truncate(time.Microsecond)
	}
	low, _ := c.bounds(c.mono())

	return low.UTC().Truncate(time.Microsecond)
}

// bounds are the earliest and the latest the database's clock may say at an instant of the monotonic
// clock. The lock must be held.
func (c *clock) bounds(at time.Duration) (low, high time.Time) {
	since := at - c.last.mono
	drift := since/driftPart + 1
	return c.low.Add(since - drift), c.high.Add(since + drift)
}

// Measured takes in what the database's clock said between two readings of ours. It tells whether that
// contradicts what was held until now, so that whoever waits for an instant must look again: the
// database's clock was set, or ours stood still.
func (c *clock) Measured(before reading, db time.Time, after reading) (turned bool) {
	trip := after.mono - before.mono
	low, high := db, db.Add(trip+trip/driftPart+clockTick)

	c.mu.Lock()
	defer c.mu.Unlock()
	if after.moved(before).Abs() > c.set.ClockJump {
		return false // the machine slept, or its clock was set, while we asked: the next answer tells
	}
	turned = true
	if c.measured {
		heldLow, heldHigh := c.bounds(after.mono)
		if turned = heldLow.After(high) || low.After(heldHigh); !turned {
			low, high = latest(low, heldLow), earliest(high, heldHigh)
		}
	}
	c.low, c.high, c.last, c.measured = low, high, after, true

	return turned
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}

	return a
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}

	return b
}

// Jumped tells whether the wall clock moved against the monotonic one since the last measurement: it
// was set, or the machine slept. From then on nothing is trusted until it is measured again.
func (c *clock) Jumped() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.read().moved(c.last).Abs() > c.set.ClockJump {
		c.measured = false
	}

	return !c.measured
}

// Spread is how far the database's clock may be ahead of Now.
func (c *clock) Spread() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	low, high := c.bounds(c.mono())

	return high.Sub(low)
}

// Offset is how far the database's clock is ahead of our wall clock, as well as that is known; ok is
// false when it is not.
func (c *clock) Offset() (d time.Duration, ok bool) {
	low, high, ok := c.apart()
	if !ok {
		return 0, false
	}

	return (low + high) / 2, true
}

// Apart is how far the two clocks surely differ: what a slow answer leaves open is not held against them.
func (c *clock) Apart() time.Duration {
	low, high, ok := c.apart()
	if !ok {
		return 0
	}

	return max(low, -high, 0)
}

// apart bounds how far the database's clock is ahead of our wall clock.
func (c *clock) apart() (low, high time.Duration, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.read()
	first, last := c.bounds(now.mono)

	return first.Sub(now.wall), last.Sub(now.wall), c.measured
}

// Wrong tells whether the clocks differ so much that nothing may be sent.
func (c *clock) Wrong() bool { return c.Apart() > c.set.ClockStop }
