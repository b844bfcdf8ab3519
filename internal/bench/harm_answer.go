package bench

import (
	"context"
	"strconv"
	"time"

	"juzhen/internal/delivery"
)

// withFault lets the platform fail once for each account.
func withFault(f fields) func(context.Context, *world, int) error {
	return func(ctx context.Context, w *world, n int) error {
		if err := w.faultEach(ctx, f); err != nil {
			return err
		}
		if _, err := w.console(); err != nil {
			return err
		}
		_, _, err := w.planEach(ctx, second, w.seats, nil)

		return err
	}
}

// faultEach puts the fault in force once for every account's first publishing call.
func (w *world) faultEach(ctx context.Context, f fields) error {
	for _, seat := range w.seats {
		one := fields{"account": seat.Handle, "call": "@publish", "times": 1}
		for k, v := range f {
			one[k] = v
		}
		if err := w.weibo.fault(ctx, one); err != nil {
			return err
		}
	}

	return nil
}

func lagging(ctx context.Context, w *world, n int) error {
	if err := w.weibo.set(ctx, fields{"lag": "1.5s"}); err != nil {
		return err
	}

	return withFault(fields{"kind": "cut", "when": "after"})(ctx, w, n)
}

// rivals lets somebody else post the same words on each account at the due time, while our answers are
// lost: before being accepted on every second account, after it on the others.
func rivals(ctx context.Context, w *world, n int) error {
	for i, seat := range w.seats {
		when := []string{"before", "after"}[i%2]
		if err := w.weibo.fault(ctx, fields{
			"account": seat.Handle, "call": "@publish", "times": 1, "kind": "cut", "when": when,
		}); err != nil {
			return err
		}
	}
	if _, err := w.console(); err != nil {
		return err
	}
	_, due, err := w.planEach(ctx, second, w.seats, nil)
	if err != nil {
		return err
	}
	wait(ctx, time.Until(due.Add(100*time.Millisecond)))

	for _, seat := range w.seats {
		if err := w.weibo.control(ctx, "POST", "posts", fields{
			"account": seat.Handle,
			"text":    text(int(seat.ID)),
		}, nil); err != nil {
			return err
		}
	}

	return nil
}

// tokensExpire ends every token at the platform just before the due time; the calls are refused, people
// are told, and once new tokens are there everything goes out.
func tokensExpire(ctx context.Context, w *world, n int) error {
	if _, err := w.console(); err != nil {
		return err
	}
	_, due, err := w.planEach(ctx, second, w.seats, nil)
	if err != nil {
		return err
	}
	wait(ctx, time.Until(due.Add(-500*time.Millisecond)))

	for _, seat := range w.seats[:n/2] {
		if err := w.weibo.control(
			ctx,
			"POST",
			"tokens/expire",
			fields{"account": seat.Handle},
			nil,
		); err != nil {
			return err
		}
	}
	if err := w.awaitTold(ctx, w.seats[:n/2]); err != nil {
		return err
	}

	return w.renewTokens(ctx, w.seats[:n/2])
}

// awaitTold waits until people are told that the tokens of the seats are refused.
func (w *world) awaitTold(ctx context.Context, list []seat) error {
	return until(ctx, "people are told of refused tokens", patience, func() (bool, error) {
		var n int
		err := w.db.Pool().QueryRow(ctx, `
			SELECT count(DISTINCT subject_id) FROM todos WHERE kind = 'token' AND resolved_at IS NULL`).
			Scan(&n)

		return n == len(list), err
	})
}

func (w *world) renewTokens(ctx context.Context, list []seat) error {
	for _, s := range list {
		token, err := w.weibo.token(ctx, s.Handle)
		if err != nil {
			return err
		}
		sealed, err := w.box.Seal("credential", "credential/"+strconv.FormatInt(s.ID, 10), []byte(token))
		if err != nil {
			return err
		}
		if _, err := w.db.Pool().Exec(ctx, `
			UPDATE credentials SET sealed = $2, key_id = $3, state = 'valid', obtained_at = now()
				WHERE account_id = $1`,
			s.ID, sealed.Data, sealed.KeyID); err != nil {
			return err
		}
	}

	return nil
}

// wrongClock turns the clock of the only console. Within the limit everything goes out on time by the
// database's clock; beyond it nothing does, the administrators are told, and everything goes once the
// clock is right.
func wrongClock(by time.Duration, stops bool) func(context.Context, *world, int) error {
	return func(ctx context.Context, w *world, n int) error {
		console, err := w.console()
		if err != nil {
			return err
		}
		_, due, err := w.planEach(ctx, 2*second, w.seats, nil)
		if err != nil {
			return err
		}
		if err := console.turnClock(by); err != nil {
			return err
		}
		if !stops {
			return nil
		}
		wait(ctx, time.Until(due.Add(4*second)))
		if out, err := w.inState(
			ctx,
			w.seats,
			delivery.Sending,
			delivery.Sent,
			delivery.Unknown,
		); err != nil ||
			out > 0 {
			w.note("%d deliveries went although the clock was %s wrong", out, by)
			w.harms++
			return err
		}
		var told int
		err = w.db.Pool().QueryRow(ctx, `
			SELECT count(*) FROM todos WHERE code = 'engine.clock' AND resolved_at IS NULL`).Scan(&told)
		if err != nil || told != 1 {
			w.note("a clock %s wrong was put before the administrators %d times, want once", by, told)
			w.harms++
			return err
		}

		return console.turnClock(0)
	}
}
