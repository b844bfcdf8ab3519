package bench

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/pause"
)

// spread is how far before and after the mark an act of a person falls.
const spread = 200 * time.Millisecond

// act is what a person does to a post.
type act func(ctx context.Context, w *world, postID int64) error

// raceWith lets people act on each post at another instant around its due time.
func raceWith(do act) func(context.Context, *world, int) error {
	return func(ctx context.Context, w *world, n int) error {
		if err := w.weibo.fault(ctx, fields{
			"kind": "delay", "delay": "60ms", "call": "@publish",
		}); err != nil {
			return err
		}
		if _, err := w.console(); err != nil {
			return err
		}
		posts, due, err := w.planEach(ctx, 2*second, w.seats, nil)
		if err != nil {
			return err
		}
		var group errgroup.Group

		for i, id := range posts {
			at := due.Add((w.before()+spread)*time.Duration(i)/time.Duration(max(1, n-1)) - w.before())
			group.Go(func() error {
				wait(ctx, time.Until(at))
				if err := do(ctx, w, id); err != nil && !fault.Is(err, fault.KindConflict) {
					return err
				}

				return nil
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}

		return w.checkTold(ctx)
	}
}

// before is how long before the due time acts begin: within the second in which a crowd is marked
// ahead, if it is.
func (w *world) before() time.Duration {
	if w.ahead {
		return second
	}

	return spread
}

// pauseInside pauses the unit after a crowd was marked ahead and before its instant, and lets all of it
// go two seconds later.
func pauseInside(ctx context.Context, w *world, n int) error {
	if _, err := w.console(); err != nil {
		return err
	}
	_, due, err := w.planEach(ctx, 2*second, w.seats, nil)
	if err != nil {
		return err
	}
	wait(ctx, time.Until(due.Add(-400*time.Millisecond)))

	return w.pauseAndResume(ctx, n)
}

// checkTold looks for posts that were withdrawn and went out although their mark came later, or of
// which nobody was told.
func (w *world) checkTold(ctx context.Context) error {
	if err := w.awaitStates(
		ctx,
		patience,
		w.seats,
		delivery.Sent,
		delivery.Cancelled,
		delivery.Waiting,
		delivery.Preparing,
		delivery.Planned,
	); err != nil {
		return err
	}
	var n int
	err := w.db.Pool().QueryRow(ctx, `
SELECT count(*) FROM deliveries d JOIN posts p ON p.id = d.post_id
    WHERE p.phase = 'withdrawn' AND d.state = 'sent' AND NOT EXISTS (
    SELECT FROM delivery_events k JOIN delivery_events m ON m.delivery_id = k.delivery_id
        AND m.code IN ('marked', 'marked_ahead')
    WHERE k.delivery_id = d.id AND k.code = 'wish_kept' AND m.id < k.id)`).Scan(&n)
	if n > 0 {
		w.harms += n
		w.note("%d withdrawn posts went out untold", n)
	}

	return err
}

func withdraw(ctx context.Context, w *world, id int64) error {
	_, err := w.acts.Withdraw(ctx, writer, id, "有误")
	return err
}

func reschedule(ctx context.Context, w *world, id int64) error {
	at := time.Now().Add(slack(3 * second)) // a hundred people act at once
	_, err := w.acts.Reschedule(ctx, writer, id, delivery.DueChoice{At: &at})
	return err
}

// reapprove takes the post back for editing, gives it a new time, and submits and approves it again.
func reapprove(ctx context.Context, w *world, id int64) error {
	if _, err := w.acts.Revise(ctx, writer, id); err != nil {
		return err
	}
	if err := reschedule(ctx, w, id); err != nil {
		return err
	}
	if err := w.acts.Submit(ctx, writer, id, 0); err != nil {
		return err
	}

	return w.approve(ctx, id, time.Now().Add(slack(5*second)))
}

// racePause pauses the unit while deliveries fall due on both sides of the instant, and lets go what
// was held two seconds later.
func racePause(ctx context.Context, w *world, n int) error {
	if _, err := w.console(); err != nil {
		return err
	}
	_, at, err := w.planEach(
		ctx,
		2*second,
		w.seats,
		func(i int) time.Duration { return 2*spread*time.Duration(i)/time.Duration(n) - spread },
	)
	if err != nil {
		return err
	}
	wait(ctx, time.Until(at))

	return w.pauseAndResume(ctx, n)
}

func (w *world) pauseAndResume(ctx context.Context, n int) error {
	pause, err := w.acts.Pause(ctx, supervisor, pause.Stop{UnitID: 1, Why: "核实情况"})
	if err != nil {
		return err
	}
	wait(ctx, 2*second)
	held, err := w.acts.HeldBy(ctx, supervisor, pause.ID)
	if err != nil {
		return err
	}

	choices := make([]delivery.Choice, len(held))
	for i, d := range held {
		choices[i] = delivery.Choice{DeliveryID: d.ID, Action: delivery.ActSend}
	}
	w.note("%d of %d were held", len(held), n)
	_, err = w.acts.Resume(ctx, supervisor, pause.ID, choices)

	return err
}
