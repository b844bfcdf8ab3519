package bench

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// A machine that does other work is slower by some factor nobody knows beforehand. So nothing here
// waits for a time that was thought enough on a quiet one: what makes progress is waited for, and what
// an instant needs beforehand is learnt from the last time.

// slack is a time that would do on a quiet machine, longer on a busy one.
func slack(d time.Duration) time.Duration {
	busy, err := strconv.ParseFloat(load(), 64)
	if err != nil {
		return d
	}

	return time.Duration(float64(d) * max(1, 2*busy/float64(cores())))
}

// stall is how long something may make no progress before it is given up, on a quiet machine.
const stall = 30 * second

// grow waits until count reaches n, as long as it grows. It fails when it stands still, naming what it
// waited for and how far it came.
func grow(ctx context.Context, what string, n int, count func() (int, error)) error {
	last, since := -1, time.Now()

	for {
		got, err := count()
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", what, err)
		case got >= n:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case got != last:
			last, since = got, time.Now()
		case time.Since(since) > slack(stall):
			return fmt.Errorf("%s: stands still at %d of %d", what, got, n)
		}
		wait(ctx, 15*time.Millisecond)
	}
}

// pace is how long the machine takes to sow and prepare, learnt from the last time.
type pace struct {
	each time.Duration // for one delivery; 0 before the first time
}

const (
	firstEach  = 1800 * time.Microsecond // on a quiet machine of two cores, with as much again in hand
	leastAhead = 8 * second
	paceSpare  = 1.6 // times what it took the last time
)

// ahead is how long before their instant n deliveries should be sown.
func (p *pace) ahead(n int) time.Duration {
	each := p.each
	if each == 0 {
		each = min(slack(firstEach), 4*firstEach) // a guess that is too short is tried again
	}

	return leastAhead + time.Duration(paceSpare*float64(n)*float64(each))
}

// took learns from n deliveries. Few say little: most of their time is a sweep that has to come round.
func (p *pace) took(n int, d time.Duration) {
	if n >= 1000 {
		p.each = d / time.Duration(n)
	}
}
