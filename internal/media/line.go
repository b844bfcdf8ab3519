package media

import (
	"context"
	"math"
	"sync"
	"time"

	"juzhen/internal/fault"
)

// Bounds of the queue of pictures.
const (
	// pictures decoded at once: one may take what all the rest of the console does
	atOnce      = 1
	mostWaiting = 40               // pictures that stand in line
	patience    = 25 * time.Second // how long one stands there
	guess       = 2 * time.Second  // what a picture takes, before any was seen
)

// line is the queue before the decoder. Pictures wait in it on the disk: nothing of them is in memory.
type line struct {
	turns chan struct{}
	clock func() time.Time

	mu      sync.Mutex
	waiting int
	usual   time.Duration // what a picture takes, the last ones counting most
}

func newLine(clock func() time.Time) *line {
	return &line{turns: make(chan struct{}, atOnce), usual: guess, clock: clock}
}

// enter waits for a turn. It fails with fault.Unavailable, which says when to come back, where too many
// stand in line or the wait is too long, and with the error of ctx when who waits has gone.
func (l *line) enter(ctx context.Context) (leave func(), err error) {
	l.mu.Lock()
	if l.waiting >= mostWaiting {
		defer l.mu.Unlock()
		return nil, l.busy()
	}
	l.waiting++
	l.mu.Unlock()

	tired := time.NewTimer(patience)
	defer tired.Stop()

	select {
	case l.turns <- struct{}{}:
		began := l.clock()
		return func() { l.leave(l.clock().Sub(began)) }, nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-tired.C:
	}

	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting--
	if err == nil {
		err = l.busy()
	}

	return nil, err
}

// leave gives the turn to the next one and learns how long it took.
func (l *line) leave(took time.Duration) {
	l.mu.Lock()
	l.waiting--
	l.usual += (took - l.usual) / 4
	l.mu.Unlock()
	<-l.turns
}

// busy says when the line will be about half as long. It is called with the lock held.
func (l *line) busy() error {
	wait := max(2*time.Second, time.Duration(l.waiting/2)*l.usual)
	seconds := int(math.Ceil(wait.Seconds()))
	full := fault.Unavailable("排队处理的图片太多，请 {.n} 秒后再传", "n", seconds).WithCode("busy").After(wait)
	full.Field = "file"

	return full
}
