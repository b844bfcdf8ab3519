package bench

import (
	"context"
	"fmt"
	"syscall"
	"time"

	"juzhen/internal/delivery"
)

const second = time.Second

// killRound is how many deliveries share one kill.
const killRound = 10

// killAt kills a console at a point again and again, a round of deliveries each time. In every second round a peer runs beside it
// and takes over; in the others a new console is started afterwards.
func killAt(point string) func(context.Context, *world, int) error {
	return func(ctx context.Context, w *world, n int) error {
		if point == "during_call" {
			if err := w.weibo.fault(ctx, fields{"kind": "delay", "delay": "500ms", "call": "@publish"}); err != nil {
				return err
			}
		}
		c, err := w.console()
		if err != nil {
			return err
		}
		size := max(2, min(killRound, n/3))
		for round, from := 0, 0; from < n; round, from = round+1, from+size {
			batch := w.seats[from:min(n, from+size)]
			if c, err = w.killRound(ctx, c, point, round, batch); err != nil {
				return fmt.Errorf("round %d: %w", round, err)
			}
		}
		return nil
	}
}

// killRound lets c prepare a batch and die at the point; it gives the console that goes on.
func (w *world) killRound(ctx context.Context, c *console, point string, round int, batch []seat) (next *console, err error) {
	_, due, err := w.planEach(ctx, second, batch, nil)
	if err != nil {
		return nil, err
	}
	if err := w.awaitStates(ctx, 10*second, batch, delivery.Preparing); err != nil {
		return nil, err
	}
	peer := round%2 == 1
	if peer {
		if next, err = w.console(); err != nil {
			return nil, err
		}
	}
	if err := c.order(point, "kill", round%min(3, len(batch))); err != nil {
		return nil, err
	}
	if err := c.awaitEnd(time.Until(due) + 10*second); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoHarm, err)
	}
	if !peer {
		next, err = w.console()
	}
	return next, err
}

// stopAt freezes a console at a point for a while, with a peer beside it.
func stopAt(point string, long time.Duration) func(context.Context, *world, int) error {
	return func(ctx context.Context, w *world, n int) error {
		c, err := w.preparedBy(ctx)
		if err != nil {
			return err
		}
		if err := c.freezeAt(ctx, point); err != nil {
			return err
		}
		wait(ctx, long)
		c.signal(syscall.SIGCONT)
		return nil
	}
}

// preparedBy gives a console that has prepared everything, due shortly, and a peer that found nothing left to prepare.
func (w *world) preparedBy(ctx context.Context) (*console, error) {
	c, err := w.console()
	if err != nil {
		return nil, err
	}
	if _, _, err := w.planEach(ctx, 2*second, w.seats, nil); err != nil {
		return nil, err
	}
	if err := w.awaitStates(ctx, 15*second, w.seats, delivery.Preparing); err != nil {
		return nil, err
	}
	_, err = w.console()
	return c, err
}

// freezeAt orders a stop at the point and waits until the process stands still there.
func (c *console) freezeAt(ctx context.Context, point string) error {
	if err := c.order(point, "stop", 0); err != nil {
		return err
	}
	return until(ctx, "frozen at "+point, 15*second, func() (bool, error) { return len(c.reached()) > 0, nil })
}

// stopUntilLooked freezes between the last look at the clocks and the write until others have looked twice: what is written then
// is late, and must be found to be the one post all the same.
func stopUntilLooked(ctx context.Context, w *world, n int) error {
	c, err := w.preparedBy(ctx)
	if err != nil {
		return err
	}
	if err := c.freezeAt(ctx, "before_write"); err != nil {
		return err
	}
	err = until(ctx, "second look", 40*second, func() (bool, error) {
		var open, looked int
		err := w.db.Pool().QueryRow(ctx, "SELECT count(*) FILTER (WHERE state IN ('sending', 'preparing')), count(*) FILTER (WHERE state = 'unknown' AND looks >= 2) FROM deliveries").
			Scan(&open, &looked)
		return open == 0 && looked > 0, err
	})
	c.signal(syscall.SIGCONT)
	return err
}

// stopPrepared freezes a process that holds prepared deliveries; a peer sends them once the lease has run out.
func stopPrepared(ctx context.Context, w *world, n int) error {
	c, err := w.preparedBy(ctx)
	if err != nil {
		return err
	}
	c.signal(syscall.SIGSTOP)
	wait(ctx, 9*second)
	c.signal(syscall.SIGCONT)
	return nil
}
