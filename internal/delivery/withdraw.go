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

// Withdraw takes a post back before it is sent. What is not marked yet is cancelled; a delivery past
// its mark keeps the wish and is told. Fails with fault.NotFound when the actor may not see the post,
// with fault.Conflict when everything is out already, with fault.Invalid on "reason" when what is
// approved is taken back without one.
func (s *Service) Withdraw(
	ctx context.Context,
	actor access.Actor,
	postID int64,
	why string,
) (_ Reach, err error) {
	defer fault.Step(&err, "delivery.Withdraw %d", postID)

	return s.WithdrawSeen(ctx, actor, postID, 0, why)
}

// WithdrawSeen is Withdraw of a post as a page showed it: at another revision it fails with fault.Conflict
// "stale". 0 takes it as it is.
func (s *Service) WithdrawSeen(
	ctx context.Context,
	actor access.Actor,
	postID int64,
	revision int,
	why string,
) (reach Reach, err error) {
	defer fault.Step(&err, "delivery.WithdrawSeen %d", postID)

	err = s.act(ctx, func(tx pg.Tx, now time.Time) error {
		act := access.NewAct(tx, now, actor)

		if err := recallPostTx(ctx, tx, now, postID); err != nil {
			return err
		}
		p, err := post.LockSeenTx(ctx, tx, actor, access.PostWrite, postID, revision)
		if err != nil {
			return err
		}
		if p.Phase == post.Approved {
			if why, err = reason("reason", why); err != nil {
				return err
			}
		}
		if err := post.WithdrawnTx(ctx, act, postID); err != nil {
			return err
		}
		if err := s.changed(ctx, tx, now, postID); err != nil {
			return err
		}
		if err := review.VoidTx(ctx, tx, now, postID, actor.UserID); err != nil {
			return err
		}
		stop := Move{
			From:  unmarked,
			To:    Cancelled,
			Code:  WasWithdrawn,
			With:  because(why),
			Where: "d.post_id = @post",
			Set:   stopSet,
		}
		if reach, err = s.change(ctx, act, postID, stop, WishCancel, nil); err != nil {
			return err
		}
		if reach.futile() {
			return errNothingToWithdraw()
		}

		return note(ctx, act, actPostWithdraw, p.Ref(), p.UnitPath, why, reach.detail())
	})

	return reach, err
}

// Revise opens a post for editing: the review or approval is void, what is not marked goes back to
// planned and waits for the new version. What is out stays out. Fails with fault.Conflict on a draft
// and when every account has the post already.
func (s *Service) Revise(ctx context.Context, actor access.Actor, postID int64) (_ Reach, err error) {
	defer fault.Step(&err, "delivery.Revise %d", postID)

	var reach Reach
	err = s.act(ctx, func(tx pg.Tx, now time.Time) error {
		act := access.NewAct(tx, now, actor)

		if err := recallPostTx(ctx, tx, now, postID); err != nil {
			return err
		}
		post, err := s.reviseTx(ctx, act, postID, &reach)
		if err != nil {
			return err
		}
		left, err := unsent(ctx, tx, postID)
		if err != nil {
			return err
		}
		if outEverywhere(reach.Sent, left) {
			return fault.Conflict("全部账号都已发出，不能再修改；可以另写一条更正")
		}

		return note(ctx, act, actPostRevise, post.Ref(), post.UnitPath, "", reach.detail())
	})

	return reach, err
}

// reviseTx takes a post's review or approval away, and what is not marked back to planned.
func (s *Service) reviseTx(
	ctx context.Context,
	act access.Act,
	postID int64,
	reach *Reach,
) (post.Post, error) {
	p, _, err := post.ReviseTx(ctx, act, postID)
	if err != nil {
		return post.Post{}, err
	}
	if err := s.changed(ctx, act.Tx, act.Now, postID); err != nil {
		return post.Post{}, err
	}
	if err := review.VoidTx(ctx, act.Tx, act.Now, postID, act.Actor.UserID); err != nil {
		return post.Post{}, err
	}
	back := Move{
		From:  []State{Waiting, Preparing, Held, Handoff},
		To:    Planned,
		Code:  WasRevised,
		Where: "d.post_id = @post",
		Set:   stopSet + unapproved + ", plan = d.plan + 1, approved_hash = NULL",
	}
	*reach, err = s.change(ctx, act, postID, back, WishRevise, nil)

	return p, err
}

// change runs a move on a post's deliveries and leaves the wish on those past their mark.
func (s *Service) change(
	ctx context.Context,
	act access.Act,
	postID int64,
	move Move,
	wish Wish,
	due *time.Time,
) (Reach, error) {
	var reach Reach
	args := pgx.NamedArgs{"post": postID, "wish": string(wish), "wish_due": due}
	if len(move.From) > 0 {
		move.Args, move.By = args, act.Actor.UserID
		moved, err := move.Run(ctx, act.Tx.Pgx, act.Now)
		if err != nil {
			return Reach{}, err
		}
		reach.Done = len(moved)
		if err := closeTodos(ctx, act.Tx, act.Now, moved, act.Actor.UserID); err != nil {
			return Reach{}, err
		}
	}
	wished := Move{
		From:  open,
		Code:  WishKept,
		With:  Args{"wish": string(wish)},
		By:    act.Actor.UserID,
		Args:  args,
		Where: "d.post_id = @post",
		Set:   "wish = @wish, wish_due_at = @wish_due::timestamptz, wish_by = nullif(@by::bigint, 0)",
	}
	if why, given := move.With[whyArg]; given {
		wished.With[whyArg] = why
	}
	if due != nil {
		wished.DueTo = "@wish_due::timestamptz"
	}
	kept, err := wished.Run(ctx, act.Tx.Pgx, act.Now)
	if err != nil {
		return Reach{}, err
	}
	reach.TooLate = len(kept)
	if wish != WishReplan { // withdrawn or revised: nothing can be sent earlier any more
		if err := endAdvances(
			ctx,
			act.Tx,
			act.Now,
			act.Actor.UserID,
			"post_id = @post_id",
			pgx.NamedArgs{"post_id": postID},
		); err != nil {
			return Reach{}, err
		}
	}
	if err := todo.ResolveTx(ctx, act.Tx, act.Now, expiredKey(postID), act.Actor.UserID); err != nil {
		return Reach{}, err
	}
	reach.Sent, err = sentOf(ctx, act.Tx, postID)

	return reach, err
}

// recallPostTx takes back what of a post was marked ahead and is not released. It comes first in the
// transaction.
func recallPostTx(ctx context.Context, tx pg.Tx, now time.Time, postID int64) error {
	return recallTx(ctx, tx, now, "d.post_id = @post", pgx.NamedArgs{"post": postID})
}

// closeTodos closes what people were told about deliveries that no longer concern them.
func closeTodos(ctx context.Context, tx pg.Tx, now time.Time, moved []Moved, by int64) error {
	for _, m := range moved {
		if m.From == Planned {
			continue
		}
		if err := todo.ResolveSubjectTx(ctx, tx, now, TodoSubject, m.ID, by); err != nil {
			return err
		}
	}

	return nil
}

func sentOf(ctx context.Context, tx pg.Tx, postID int64) (n int, err error) {
	err = tx.Pgx.QueryRow(ctx, `
		SELECT count(*) FROM deliveries WHERE post_id = @post_id AND state = 'sent'`,
		pgx.NamedArgs{"post_id": postID}).Scan(&n)

	return n, err
}

func unsent(ctx context.Context, tx pg.Tx, postID int64) (n int, err error) {
	err = tx.Pgx.QueryRow(ctx, `
		SELECT count(*) FROM deliveries WHERE post_id = @post_id AND state <> 'sent'`,
		pgx.NamedArgs{"post_id": postID}).Scan(&n)

	return n, err
}
