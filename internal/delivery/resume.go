package delivery

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/pause"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// Action is what a person chooses for a held delivery when a pause ends.
type Action string

// The actions.
const (
	ActSend       Action = "send" // at its time, or at once when that has passed
	ActReschedule Action = "reschedule"
	ActCancel     Action = "cancel"
)

// Choice is the action for one held delivery.
type Choice struct {
	DeliveryID int64
	Action     Action
	DueAt      *time.Time // of ActReschedule
}

// Resume ends a pause. Every delivery it holds needs a choice: nothing goes out because somebody forgot
// it. What another open pause covers is held on by that one. Fails with fault.Invalid on "deliveries"
// when a choice is missing, with fault.Conflict, which names who was first and when, when the pause has
// ended already.
func (s *Service) Resume(
	ctx context.Context,
	actor access.Actor,
	pauseID int64,
	choices []Choice,
) (_ Reach, err error) {
	defer fault.Step(&err, "delivery.Resume %d", pauseID)

	var reach Reach
	err = s.act(ctx, func(tx pg.Tx, now time.Time) error {
		act := access.NewAct(tx, now, actor)

		paused, err := pause.EndTx(ctx, act, pauseID)
		if err != nil {
			return err
		}
		if reach, err = s.release(ctx, act, paused, choices); err != nil {
			return err
		}

		return note(ctx, act, actResume, paused.Ref(), paused.UnitPath, "", reach.detail())
	})

	return reach, err
}

func (s *Service) release(
	ctx context.Context,
	act access.Act,
	paused pause.Pause,
	choices []Choice,
) (Reach, error) {
	var reach Reach
	var cancelled []int64

	for _, choice := range choices {
		n, err := s.choose(ctx, act, paused, choice)
		if err != nil {
			return reach, err
		}
		reach.Done += n
		if choice.Action == ActCancel {
			cancelled = append(cancelled, choice.DeliveryID)
		}
	}
	if err := TellOutTx(
		ctx,
		act.Tx,
		act.Now,
		cancelled...); err != nil { // behind all rows: others lock them first
		return reach, err
	}
	if err := dropReplies(ctx, act.Tx, act.Now, act.Actor.UserID, paused.ID); err != nil {
		return reach, err
	}
	var left int
	err := act.Tx.Pgx.QueryRow(ctx, `
		SELECT count(*) FROM all_deliveries WHERE pause_id = @pause_id AND state = 'held'`,
		pgx.NamedArgs{"pause_id": paused.ID}).Scan(&left)
	if err == nil && left > 0 {
		return reach, fault.Invalid("deliveries", "还有 {.n} 条没有选择：发送、改期或取消", "n", left)
	}
	if err != nil {
		return reach, err
	}
	dropped, err := Move{
		From:  open,
		Code:  WasResumed,
		By:    act.Actor.UserID,
		Set:   "wish = NULL, pause_id = NULL",
		Args:  pgx.NamedArgs{"pause": paused.ID},
		Where: "d.pause_id = @pause::bigint AND d.wish = 'hold'",
	}.Run(ctx, act.Tx.Pgx, act.Now)
	reach.TooLate = len(dropped)

	return reach, err
}

// choose does what was chosen for one held delivery. The reason for which it was paused is the one for
// which it is cancelled.
func (s *Service) choose(
	ctx context.Context,
	act access.Act,
	paused pause.Pause,
	choice Choice,
) (int, error) {
	args := pgx.NamedArgs{"id": choice.DeliveryID, "pause": paused.ID}
	move := Move{
		From:  []State{Held},
		By:    act.Actor.UserID,
		Args:  args,
		Code:  WasResumed,
		Where: "d.id = @id AND d.pause_id = @pause::bigint",
	}
	if choice.Action == ActCancel {
		move.To, move.Code, move.Set, move.With = Cancelled, WasCancelled, stopSet, because(paused.Reason)
		moved, err := move.Run(ctx, act.Tx.Pgx, act.Now)

		return len(moved), err
	}
	var due *time.Time
	err := act.Tx.Pgx.QueryRow(ctx, `
		SELECT due_at FROM all_deliveries WHERE id = @delivery_id AND pause_id = @pause_id
		    AND state = 'held' FOR UPDATE`,
		pgx.NamedArgs{"delivery_id": choice.DeliveryID, "pause_id": paused.ID}).
		Scan(&due)
	if err != nil {
		return 0, pg.OrNotFound(err, fault.Conflict("所选的发送已不在这次暂停之内，请刷新"))
	}
	at, err := resumeAt(choice, due, act.Now)
	if err != nil {
		return 0, err
	}
	if err := asApproved(ctx, act.Tx, choice.DeliveryID, at); err != nil {
		return 0, err
	}
	// Held to held is no arrow: what another pause covers only changes its holder.
	kept, err := s.rehold(ctx, act, choice.DeliveryID, at)
	if err != nil || kept > 0 {
		return kept, err
	}
	move.To, move.Set = Waiting, releaseSet+", pause_id = NULL"
	args["due"], args["from_at"] = at, nil
	moved, err := move.Run(ctx, act.Tx.Pgx, act.Now)
	if err != nil {
		return 0, err
	}

	return len(moved), s.wakeTx(ctx, act.Tx, act.Now, at, moved)
}

// asApproved fails when a held delivery may not go out at the instant: before the one for which it is
// approved, or on a day for which its text is wrong.
func asApproved(ctx context.Context, tx pg.Tx, id int64, at time.Time) error {
	delivery, err := LockTx(ctx, tx, id)
	if err != nil {
		return err
	}
	if delivery.ApprovedFrom != nil && at.Before(*delivery.ApprovedFrom) {
		return fault.Invalid("deliveries", "@{.account} 批准的发布时间是 {.time}，不能在恢复时提前；恢复后可申请提前",
			"account", delivery.AccountHandle, "time", beijing.ClockTime(*delivery.ApprovedFrom)).
			WithCode("before_approval")
	}
	until, err := post.NotAfterTx(ctx, tx, delivery.VersionID)
	if err == nil && until != nil && !at.Before(*until) {
		err = fault.Invalid("deliveries", "@{.account} 这一条最晚在 {.time} 发出；请取消，或先修改稿件重新提交审核",
			"account", delivery.AccountHandle, "time", beijing.ClockTime(*until)).WithCode("too_late")
	}
	if err != nil {
		return err
	}
	p, err := post.FindTx(ctx, tx, access.System("delivery"), access.PostView, delivery.PostID)
	if err != nil || delivery.DueAt == nil {
		return err
	}
	words, err := wrongWords(ctx, tx, p, &id, *delivery.DueAt, at)
	if err == nil && len(words) > 0 {
		return fault.Invalid("deliveries", "@{.account} 正文中的 {.words} 到那时就不对了；请取消，或先修改稿件重新提交审核",
			"account", delivery.AccountHandle, "words", Quoted(words)).WithCode("date_words")
	}

	return err
}

// resumeAt is when a held delivery goes: at its time, at once when that has passed, or at the time chosen.
func resumeAt(choice Choice, due *time.Time, now time.Time) (time.Time, error) {
	switch {
	case choice.Action == ActReschedule:
		return DueChoice{At: choice.DueAt}.resolve(nil, now)
	case choice.Action != ActSend:
		return now, fault.Invalid("deliveries", "请为每一条选择：发送、改期或取消")
	case due == nil || due.Before(now):
		return now, nil
	}

	return *due, nil
}

func (s *Service) rehold(ctx context.Context, act access.Act, id int64, due time.Time) (int, error) {
	moved, err := Move{
		From:  []State{Held},
		Code:  ApprovedPaused,
		By:    act.Actor.UserID,
		Args:  pgx.NamedArgs{"id": id, "due": due, "from_at": nil},
		Where: "d.id = @id AND (" + openPause + ") IS NOT NULL",
		Set:   dueSet + ", pause_id = (" + openPause + ")",
	}.Run(ctx, act.Tx.Pgx, act.Now)

	return len(moved), err
}
