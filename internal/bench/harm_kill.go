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

// killAt kills a console at a point again and again, a round of deliveries each time. In every second
// round a peer runs beside it and takes over; in the others a new console is started afterwards.
func killAt(point string) func(context.Context, *world, int) error {
	return func(ctx context.Context, w *world, n int) error {
		if point == "during_call" {
			if err := w.weibo.fault(ctx, fields{
				"kind": "delay", "delay": "500ms", "call": "@publish",
			}); err != nil {
				return err
			}
		}
		console, err := w.console()
		if err != nil {
			return err
		}

		size := max(2, min(killRound, n/3))
		for round, from := 0, 0; from < n; round, from = round+1, from+size {
			batch := w.seats[from:min(n, from+size)]
			if console, err = w.killRound(ctx, console, point, round, batch); err != nil {
				return fmt.Errorf("round %d: %w", round, err)
			}
		}

		return nil
	}
}

// killRound lets c prepare a batch and die at the point; it gives the console that goes on.
func (w *world) killRound(
	ctx context.Context,
	c *console,
	point string,
	round int,
	batch []seat,
) (next *console, err error) {
	_, due, err := w.planEach(ctx, second, batch, nil)
	if err != nil {
		return nil, err
	}
	if err := w.awaitStates(ctx, time.Until(due)+second, batch, delivery.Preparing); err != nil {
		return nil, err
	}
	// before a peer starts: on a busy machine that takes longer than the lead
	if err := c.order(point, "kill", round%min(3, len(batch))); err != nil {
		return nil, err
	}
	peer := round%2 == 1
	if peer {
		if next, err = w.console(); err != nil {
			return nil, err
		}
	}
	if err := c.awaitEnd(max(0, time.Until(due)) + 20*second); err != nil {
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
		c, err := w.preparedBy(ctx, func(c *console) error { return c.order(point, "stop", 0) })
		if err != nil {
			return err
		}
		if err := c.awaitFrozen(ctx, point); err != nil {
			return err
		}
		wait(ctx, long)
		c.signal(syscall.SIGCONT)

		return nil
	}
}

// preparedBy gives a console that has prepared everything, due shortly, with a peer that found nothing
// left to prepare. The harm, if any, is ordered before the peer starts: on a busy machine a start takes
// longer than the lead.
func (w *world) preparedBy(ctx context.Context, harm func(*console) error) (*console, error) {
	c, err := w.console()
	if err != nil {
		return nil, err
	}
	_, due, err := w.planEach(ctx, 2*second, w.seats, nil)
	if err != nil {
		return nil, err
	}
	if err := w.awaitStates(ctx, time.Until(due)+second, w.seats, delivery.Preparing); err != nil {
		return nil, err
	}
	if harm != nil {
		if err := harm(c); err != nil {
			return nil, err
		}
	}
	_, err = w.console()

	return c, err
}

// awaitFrozen waits until the process stands still at the point at which it was told to.
func (c *console) awaitFrozen(ctx context.Context, point string) error {
	return until(
		ctx,
		"frozen at "+point,
		30*second,
		func() (bool, error) { return len(c.reached()) > 0, nil },
	)
}

// stopUntilLooked freezes between the last look at the clocks and the write until others have looked
// twice: what is written then is late, and must be found to be the one post all the same.
func stopUntilLooked(ctx context.Context, w *world, n int) error {
	c, err := w.preparedBy(ctx, func(c *console) error { return c.order("before_write", "stop", 0) })
	if err != nil {
		return err
	}
	if err := c.awaitFrozen(ctx, "before_write"); err != nil {
		return err
	}
	err = until(ctx, "second look", patience, func() (bool, error) {
		var open, looked int
		err := w.db.Pool().QueryRow(ctx, `
			SELECT count(*) FILTER (WHERE state IN ('sending', 'preparing')),
				count(*) FILTER (WHERE state = 'unknown' AND looks >= 2) FROM deliveries`).
			Scan(&open, &looked)

		return open == 0 && looked > 0, err
	})
	c.signal(syscall.SIGCONT)

	return err
}

// stopPrepared freezes a process that holds prepared deliveries; a peer sends them once the lease has
// run out.
func stopPrepared(ctx context.Context, w *world, n int) error {
	c, err := w.preparedBy(ctx, func(c *console) error { c.signal(syscall.SIGSTOP); return nil })
	if err != nil {
		return err
	}
	wait(ctx, 9*second)
	c.signal(syscall.SIGCONT)

	return nil
}
