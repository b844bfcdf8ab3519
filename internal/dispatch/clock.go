package dispatch

import (
	"sync"
	"time"
)

// clock tells the database's time: the own wall clock plus the measured offset. It notices jumps of the wall clock against the
// monotonic one and demands a new measurement after each.
type clock struct {
	wall  func() time.Time
	start time.Time
	set   Settings

	mu       sync.Mutex
	offset   time.Duration // the database's clock is ahead of ours by
	measured bool
	wall0    time.Time     // pair of readings taken together, against which a jump shows
	mono0    time.Duration //
}

func newClock(wall func() time.Time, set Settings) *clock {
	c := &clock{wall: wall, start: time.Now(), set: set}
	c.wall0, c.mono0 = c.read()
	return c
}

// read takes both clocks; the wall one without the monotonic part Go hides in it.
func (c *clock) read() (time.Time, time.Duration) { return c.wall().Round(0), time.Since(c.start) }

// Now is the database's time, UTC, in microseconds.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wall().Round(0).Add(c.offset).UTC().Truncate(time.Microsecond)
}

// Measured takes in a reading of the database's clock, made between the two instants of our own. A slow reading says little and
// is only used when there is none.
func (c *clock) Measured(before, db, after time.Time) {
	before, after = before.Round(0), after.Round(0)
	trip := after.Sub(before)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.measured && trip > 100*time.Millisecond {
		return
	}
	c.offset, c.measured = db.Sub(before.Add(trip/2)), true
	c.wall0, c.mono0 = c.read()
}

// Jumped tells whether the wall clock moved against the monotonic one since the last measurement; from then on the offset is
// not trusted until it is measured again.
func (c *clock) Jumped() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	wall, mono := c.read()
	if d := wall.Sub(c.wall0) - (mono - c.mono0); d.Abs() > c.set.ClockJump {
		c.measured = false
	}
	return !c.measured
}

// Offset is how far the database's clock is ahead of ours; ok is false when that is not known.
func (c *clock) Offset() (d time.Duration, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offset, c.measured
}

// Wrong tells whether the clocks differ so much that nothing may be sent.
func (c *clock) Wrong() bool {
	d, ok := c.Offset()
	return ok && d.Abs() > c.set.ClockStop
}
