package reach

import (
	"context"
	"errors"
	"testing"
	"time"
)

// street is a gate with a clock and a traffic of the test's own.
type street struct {
	gate
	at  time.Time
	due int
	err error
}

func newStreet() *street {
	s := &street{at: time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)}
	s.now = func() time.Time { return s.at }
	s.gate.due = func(context.Context, time.Duration, int) (int, error) { return s.due, s.err }

	return s
}

func (s *street) after(d time.Duration) bool {
	s.at = s.at.Add(d)
	return s.closed(context.Background())
}

func TestReadingsGiveWayWhileABurstIsNear(t *testing.T) {
	t.Parallel()
	street := newStreet()
	if street.due = burst - 1; street.after(0) {
		t.Error("a few deliveries keep readings back")
	}
	if street.due = burst; !street.after(askAgain) {
		t.Error("a burst does not keep readings back")
	}
	if street.due = 0; !street.after(askAgain / 2) {
		t.Error("asked again within a second")
	}
	if street.after(askAgain) {
		t.Error("kept back after the burst")
	}
	if street.due, street.err = burst, errors.New("no database"); street.after(askAgain) {
		t.Error("kept back by what cannot be known")
	}
	if (&gate{}).closed(t.Context()) {
		t.Error("kept back by nothing")
	}
}

func TestReadingsGoOnAfterTwoMinutesOfGivingWay(t *testing.T) {
	t.Parallel()
	street := newStreet()
	street.due = 10_000
	waited, went := 0, 0

	for range 9 * 60 { // nine minutes without a pause in the traffic, asked each second
		if street.after(time.Second) {
			waited++
		} else {
			went++
		}
	}
	if waited != 6*60 || went != 3*60 {
		t.Errorf(
			"in nine minutes readings waited %d s and went %d s, want two minutes of each three",
			waited,
			went,
		)
	}
}
