package delivery

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/review"
	"juzhen/internal/todo"
)

// stopSet takes a delivery out of every plan.
const stopSet = "approved = false, owner = NULL, pause_id = NULL, not_before = NULL, taken_by = NULL, taken_at = NULL"

// Withdraw takes a post back before it is sent. What is not marked yet is cancelled; a delivery past its mark keeps the wish and
// is told. Fails with fault.NotFound when the actor may not see the post, with fault.Conflict when everything is out already, with
// fault.Invalid on "reason" when what is approved is taken back without one.
func (s *Service) Withdraw(ctx context.Context, actor access.Actor, postID int64, why string) (Reach, error) {
	var reach Reach
	err := s.act(ctx, func(tx pg.Tx, now time.Time) error {
		p, err := post.LockTx(ctx, tx, actor, access.PostWrite, postID)
		if err != nil {
			return err
		}
		if p.Phase == post.Approved {
			if why, err = reason("reason", why); err != nil {
				return err
			}
		}
		if err := post.WithdrawnTx(ctx, tx, now, actor, postID); err != nil {
			return err
		}
		if err := review.VoidTx(ctx, tx, now, postID, actor.UserID); err != nil {
			return err
		}
		stop := Move{From: unmarked, To: Cancelled, Code: WasWithdrawn, Where: "d.post_id = @post", Set: stopSet}
		if reach, err = s.change(ctx, tx, now, actor, postID, stop, WishCancel, nil); err != nil {
			return err
		}
		if reach.Done+reach.TooLate == 0 && reach.Sent > 0 {
			return fault.Conflict("没有可撤回的发送；已发出的可以下架")
		}
		return note(ctx, tx, now, actor, "post.withdraw", p.Ref(), p.UnitPath, why, reach.detail())
	})
	return reach, err
}

// Revise opens a post for editing: the review or approval is void, what is not marked goes back to planned and waits for the new
// version. What is out stays out. Fails with fault.Conflict on a draft and when every account has the post already.
func (s *Service) Revise(ctx context.Context, actor access.Actor, postID int64) (Reach, error) {
	var reach Reach
	err := s.act(ctx, func(tx pg.Tx, now time.Time) error {
		p, _, err := post.ReviseTx(ctx, tx, actor, now, postID)
		if err != nil {
			return err
		}
		if err := review.VoidTx(ctx, tx, now, postID, actor.UserID); err != nil {
			return err
		}
		back := Move{From: []State{Waiting, Preparing, Held, Handoff}, To: Planned, Code: WasRevised, Where: "d.post_id = @post",
			Set: stopSet + ", plan = d.plan + 1, approved_hash = NULL"}
		if reach, err = s.change(ctx, tx, now, actor, postID, back, WishRevise, nil); err != nil {
			return err
		}
		left, err := unsent(ctx, tx, postID)
		if err != nil {
			return err
		}
		if reach.Sent > 0 && left == 0 {
			return fault.Conflict("全部账号都已发出，不能再修改；可以另写一条更正")
		}
		return note(ctx, tx, now, actor, "post.revise", p.Ref(), p.UnitPath, "", reach.detail())
	})
	return reach, err
}

// Reschedule gives all of a post that is not out another time. A delivery past its mark keeps the wish. An approval stays valid:
// the text does not change. Fails with fault.Invalid on "due" for a time that has passed, with fault.Conflict when nothing is left.
func (s *Service) Reschedule(ctx context.Context, actor access.Actor, postID int64, choice DueChoice) (Reach, error) {
	var reach Reach
	err := s.act(ctx, func(tx pg.Tx, now time.Time) error {
		p, err := post.LockTx(ctx, tx, actor, access.PostWrite, postID)
		if err != nil {
			return err
		}
		due, err := choice.resolve(nil, now)
		if err != nil {
			return err
		}
		if err := post.SetDueTx(ctx, tx, actor, now, postID, choice.At, choice.Now); err != nil {
			return err
		}
		if reach, err = s.reschedule(ctx, tx, now, actor, p, due); err != nil {
			return err
		}
		detail := reach.detail()
		detail["due"] = due
		return note(ctx, tx, now, actor, "post.reschedule", p.Ref(), p.UnitPath, "", detail)
	})
	return reach, err
}

const dueSet = `plan = d.plan + 1, due_at = @due::timestamptz, not_before = NULL, owner = NULL,
    not_after = @due::timestamptz + (SELECT a.late_limit FROM accounts a WHERE a.id = d.account_id)`

func (s *Service) reschedule(ctx context.Context, tx pg.Tx, now time.Time, actor access.Actor, p post.Post, due time.Time) (Reach, error) {
	if err := shareTx(ctx, tx, p.ID); err != nil {
		return Reach{}, err
	}
	m := Move{Code: WasRescheduled, Where: "d.post_id = @post", By: actor.UserID, Set: dueSet, Args: pgx.NamedArgs{"post": p.ID, "due": due}}
	m.From = []State{Planned, Held}
	quiet, err := m.Run(ctx, tx.Pgx, now)
	if err != nil {
		return Reach{}, err
	}
	m.From = []State{Waiting}
	waiting, err := m.Run(ctx, tx.Pgx, now)
	if err != nil {
		return Reach{}, err
	}
	if err := s.wakeTx(ctx, tx, now, due, waiting); err != nil {
		return Reach{}, err
	}
	m.From, m.Where = []State{Preparing, Handoff, Missed}, "d.post_id = @post AND d.approved"
	again, err := s.releaseTx(ctx, tx, now, due, m)
	if err != nil {
		return Reach{}, err
	}
	reach, err := s.change(ctx, tx, now, actor, p.ID, Move{}, WishReplan, &due)
	reach.Done = len(quiet) + len(waiting) + len(again)
	if err == nil && reach.Done+reach.TooLate == 0 && reach.Sent > 0 {
		return reach, fault.Conflict("没有尚未发出的账号，不能改期")
	}
	return reach, err
}

// change runs a move on a post's deliveries and leaves the wish on those past their mark.
func (s *Service) change(ctx context.Context, tx pg.Tx, now time.Time, actor access.Actor, postID int64, m Move, w Wish, due *time.Time) (Reach, error) {
	var reach Reach
	args := pgx.NamedArgs{"post": postID, "wish": string(w), "wish_due": due}
	if len(m.From) > 0 {
		m.Args, m.By = args, actor.UserID
		moved, err := m.Run(ctx, tx.Pgx, now)
		if err != nil {
			return Reach{}, err
		}
		reach.Done = len(moved)
		if err := closeTodos(ctx, tx, now, moved, actor.UserID); err != nil {
			return Reach{}, err
		}
	}
	kept, err := Move{From: open, Code: WishKept, With: Args{"wish": string(w)}, By: actor.UserID, Args: args, Where: "d.post_id = @post",
		Set: "wish = @wish, wish_due_at = @wish_due::timestamptz, wish_by = nullif(@by::bigint, 0)"}.Run(ctx, tx.Pgx, now)
	if err != nil {
		return Reach{}, err
	}
	reach.TooLate = len(kept)
	if err := todo.ResolveTx(ctx, tx, now, expiredKey(postID), actor.UserID); err != nil {
		return Reach{}, err
	}
	reach.Sent, err = sentOf(ctx, tx, postID)
	return reach, err
}

// closeTodos closes what people were told about deliveries that no longer concern them.
func closeTodos(ctx context.Context, tx pg.Tx, now time.Time, moved []Moved, by int64) error {
	for _, m := range moved {
		if m.From == Planned {
			continue
		}
		if err := todo.ResolveSubjectTx(ctx, tx, now, "delivery", m.ID, by); err != nil {
			return err
		}
	}
	return nil
}

func sentOf(ctx context.Context, tx pg.Tx, postID int64) (n int, err error) {
	err = tx.Pgx.QueryRow(ctx, "SELECT count(*) FROM deliveries WHERE post_id = $1 AND state = 'sent'", postID).Scan(&n)
	return n, err
}

func unsent(ctx context.Context, tx pg.Tx, postID int64) (n int, err error) {
	err = tx.Pgx.QueryRow(ctx, "SELECT count(*) FROM deliveries WHERE post_id = $1 AND state <> 'sent'", postID).Scan(&n)
	return n, err
}
