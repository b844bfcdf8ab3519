package bench

import (
	"context"
	"time"

	"juzhen/internal/delivery"
)

// takeOver kills the process that prepared everything half a second before the due time; the peer sends
// on time.
func takeOver(ctx context.Context, w *world, n int) error {
	console, err := w.preparedBy(ctx, nil)
	if err != nil {
		return err
	}
	var due time.Time
	if err := w.db.Pool().QueryRow(ctx, "SELECT min(due_at) FROM deliveries").Scan(&due); err != nil {
		return err
	}
	wait(ctx, time.Until(due.Add(-500*time.Millisecond)))
	console.kill()

	return nil
}

// rollingRestart stops and starts three consoles one after the other while deliveries fall due all the time.
func rollingRestart(ctx context.Context, w *world, n int) error {
	if err := w.weibo.fault(ctx, fields{"kind": "delay", "delay": "50ms", "call": "@publish"}); err != nil {
		return err
	}

	list := make([]*console, 3)
	for i := range list {
		var err error
		if list[i], err = w.console(); err != nil {
			return err
		}
	}
	_, due, err := w.planEach(
		ctx,
		0,
		w.seats,
		func(i int) time.Duration { return time.Duration(i) * 6 * second / time.Duration(n) },
	)
	if err != nil {
		return err
	}
	wait(ctx, time.Until(due))

	for _, c := range list {
		c.stop(15 * second)
		if _, err := w.console(); err != nil {
			return err
		}
	}

	return nil
}

// stopInside ends the process that marked a crowd ahead in good order before its instant; the peer sends.
func stopInside(ctx context.Context, w *world, n int) error {
	console, err := w.preparedBy(ctx, nil)
	if err != nil {
		return err
	}
	var due time.Time
	if err := w.db.Pool().QueryRow(ctx, "SELECT min(due_at) FROM deliveries").Scan(&due); err != nil {
		return err
	}
	wait(ctx, time.Until(due.Add(-400*time.Millisecond)))
	console.stop(15 * second)

	return nil
}

// killLeader kills the process that leads River while deliveries wait for their jobs; nothing may be
// late for it.
func killLeader(ctx context.Context, w *world, n int) error {
	leader, err := w.console()
	if err != nil {
		return err
	}
	err = until(ctx, "a leader", 20*second, func() (bool, error) {
		var led bool
		err := w.db.Pool().QueryRow(ctx, `
			SELECT EXISTS (SELECT FROM river_leader WHERE expires_at > now())`).Scan(&led)

		return led, err
	})
	if err != nil {
		return err
	}
	if _, err := w.console(); err != nil {
		return err
	}
	if _, _, err := w.planEach(
		ctx,
		2*second,
		w.seats,
		func(i int) time.Duration { return time.Duration(i) * 12 * second / time.Duration(n) },
	); err != nil {
		return err
	}
	leader.kill()

	return w.awaitStates(ctx, patience, w.seats, delivery.Sent, delivery.Unknown)
}
