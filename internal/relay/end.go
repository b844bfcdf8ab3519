package relay

import (
	"context"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// Withdraw takes a relay back: what is not out is withdrawn, what is out stays out. Fails with
// fault.Invalid on "reason" without one once accounts were asked.
func (s *Service) Withdraw(ctx context.Context, actor access.Actor, id int64, why string) (err error) {
	defer fault.Step(&err, "relay.Withdraw %d", id)

	why = strings.TrimSpace(why)
	var relay Relay
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		found, err := findRelay(ctx, tx.DB, actor, id)
		if err != nil {
			return err
		}
		p, err := post.LockTx(ctx, tx, access.System("relay"), access.PostView, found.PostID)
		if err != nil {
			return err
		}
		if relay, err = s.steer(ctx, tx, actor, id); err != nil {
			return err
		}

		switch {
		case relay.Status() == Withdrawn || relay.Status() == Closed:
			return fault.Conflict("这次联动已结束")
		case relay.AskedAt != nil && why == "":
			return fault.Invalid("reason", "请写明原因，将记入审计日志")
		case len([]rune(why)) > maxWhy:
			return fault.Invalid("reason", "理由最多 {.max} 字", "max", maxWhy)
		}
		if relay.AskedAt == nil && (p.Phase == post.Draft || p.Phase == post.Returned) {
			if err := post.SetRelayTx(ctx, tx, actor.UserID, p, nil); err != nil {
				return err
			}
		} else if relay.AskedAt == nil && p.Phase == post.Submitted {
			return fault.Conflict("稿件正在审核，联动的要求随它一起送审，现在不能改").WithCode("in_review")
		}
		if err := setEnded(ctx, tx, s.now(), id, actor.UserID, true, why); err != nil {
			return err
		}
		if err := wantSettled(ctx, tx, id); err != nil { // it does what is not done at once
			return err
		}

		return s.note(ctx, access.NewAct(tx, s.now(), actor), actWithdraw, relay, why, nil)
	})
	if err != nil {
		return err
	}
	if err := s.takeBackAll(ctx, id, Withdraw, why); err != nil {
		s.opt.Log.Warn("not all of a relay is taken back yet, a job goes on", "relay", id, "err", err)
	}

	return nil
}

// Close ends a relay with a statement: who has not confirmed has missed it, what is on its way goes on.
// The trail keeps the figures as they are then.
func (s *Service) Close(ctx context.Context, actor access.Actor, id int64, statement string) (err error) {
	defer fault.Step(&err, "relay.Close %d", id)

	statement = strings.TrimSpace(statement)
	if len([]rune(statement)) > MaxWords {
		return fault.Invalid("statement", "小结最多 {.max} 字", "max", MaxWords)
	}

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		relay, err := s.steer(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if relay.Status() != Open {
			return fault.Conflict("这次联动没有在进行")
		}
		now := s.now()
		if _, err := lapse(ctx, tx, now, relay); err != nil {
			return err
		}
		asked, err := tasksOf(ctx, tx.DB, id)
		if err != nil {
			return err
		}
		if err := settleTodos(ctx, tx, now, idsOf(asked), actor.UserID); err != nil { // reminders
			return err
		}
		if err := setEnded(ctx, tx, now, id, actor.UserID, false, statement); err != nil {
			return err
		}
		tasks, err := tasksOf(ctx, tx.DB, id)
		if err != nil {
			return err
		}

		detail := map[string]any{"accounts": len(tasks)}
		for state, n := range FiguresOf(tasks, now, relay.Deadline).By {
			detail[string(state)] = n
		}

		return s.note(ctx, access.NewAct(tx, now, actor), actClose, relay, statement, detail)
	})
}

// lapse has who was asked and did not answer miss the relay, and takes it from everybody's list.
func lapse(ctx context.Context, tx pg.Tx, now time.Time, relay Relay) (missed int, err error) {
	tasks, err := tasksOf(ctx, tx.DB, relay.ID)
	if err != nil {
		return 0, err
	}
	moved, err := moveTasks(ctx, tx, Lapse, tasks)
	if err != nil {
		return 0, err
	}

	return len(moved), settleTodos(ctx, tx, now, idsOf(moved), 0)
}
