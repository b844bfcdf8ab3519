package delivery

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/todo"
)

// Rescheduled tells what became of another time for a post.
type Rescheduled struct {
	Reach
	Asked *Advance // earlier than approved: nothing moved, it waits for a second person
	// words of the text that name a day and would be wrong then: moved, and the approval is void
	Wrong []string
	Again int // earlier than submitted, while steps of the review were passed: so many approvals are void
}

// Reschedule gives all of a post that is not out another time. A delivery past its mark keeps the wish.
// An approval stays valid for a later time; earlier than approved is only asked for, and waits for a
// second person. Under review an earlier time than submitted makes the approvals of its steps void: they
// are asked anew. Where the text names a day that would be wrong then, the post moves and its approval
// is void: it must be amended and submitted anew. Fails with fault.Invalid on "due" for a time that has
// passed, with fault.Conflict when nothing is left.
func (s *Service) Reschedule(
	ctx context.Context,
	actor access.Actor,
	postID int64,
	choice DueChoice,
) (_ Rescheduled, err error) {
	defer fault.Step(&err, "delivery.Reschedule %d", postID)

	return s.RescheduleSeen(ctx, actor, postID, choice, Shown{})
}

// Shown is what a page showed of a post that is to be moved. The zero value takes it as it is.
type Shown struct {
	Revision int       // 0: whatever it is
	Due      time.Time // to the minute, of the post or of a delivery that is not out; zero: whatever

	// Free is asked first, in the same transaction, whether the new time is still free; nil: it need not be.
	Free func(tx pg.Tx) error
}

// check fails with fault.Conflict "stale" where the post is not due any more when the page showed it.
func (shown Shown) check(ctx context.Context, tx pg.Tx, p post.Post) error {
	if shown.Due.IsZero() || p.DueAt != nil && p.DueAt.Truncate(time.Minute).Equal(shown.Due) {
		return nil
	}

	var still bool
	err := tx.Pgx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM all_deliveries WHERE post_id = @post_id
    AND NOT settled
		AND date_trunc('minute', due_at) = @due)`,
		pgx.NamedArgs{"post_id": p.ID, "due": shown.Due}).Scan(&still)
	if err == nil && !still {
		err = fault.Conflict("稿件的时间刚刚被他人改过，请看过现在的时间再改").WithCode("stale")
	}

	return err
}

// RescheduleSeen is Reschedule of a post as a page showed it: where it stands otherwise it fails with
// fault.Conflict "stale".
func (s *Service) RescheduleSeen(
	ctx context.Context,
	actor access.Actor,
	postID int64,
	choice DueChoice,
	shown Shown,
) (out Rescheduled, err error) {
	defer fault.Step(&err, "delivery.RescheduleSeen %d", postID)

	err = s.act(ctx, func(tx pg.Tx, now time.Time) error {
		act := access.NewAct(tx, now, actor)

		out = Rescheduled{}
		if shown.Free != nil {
			if err := shown.Free(tx); err != nil {
				return err
			}
		}
		if err := recallPostTx(ctx, tx, now, postID); err != nil {
			return err
		}
		p, err := post.LockSeenTx(ctx, tx, actor, access.PostWrite, postID, shown.Revision)
		if err != nil {
			return err
		}
		if err := shown.check(ctx, tx, p); err != nil {
			return err
		}
		due, err := choice.resolve(nil, now)
		if err != nil {
			return err
		}
		if p.Phase == post.Approved {
			if done, err := s.beyondApproval(ctx, act, &p, due, choice, &out); done || err != nil {
				return err
			}
		}
		was := p.DueAt
		if err := post.SetDueTx(ctx, act, postID, choice.At, choice.Now); err != nil {
			return err
		}
		if err := s.changed(ctx, tx, now, postID); err != nil {
			return err
		}
		if p.Phase == post.Submitted {
			if out.Again, err = againTx(ctx, act, p.ID); err != nil {
				return err
			}
		}
		if out.Reach, err = s.reschedule(ctx, act, p, due, nil); err != nil {
			return err
		}
		detail := out.detail()
		if out.Again > 0 {
			detail["again"] = out.Again
		}
		detail["from"], detail["to"] = was, due
		if len(out.Wrong) > 0 {
			detail["void"] = out.Wrong
		}

		return note(ctx, act, actPostReschedule, p.Ref(), p.UnitPath, "", detail)
	})

	return out, err
}

// beyondApproval deals with a time for which an approved post is not approved. Words that would be
// wrong take the approval away, and p becomes the draft it is then; an earlier time is asked for, and
// done tells that nothing else is to happen.
func (s *Service) beyondApproval(
	ctx context.Context,
	act access.Act,
	p *post.Post,
	due time.Time,
	choice DueChoice,
	out *Rescheduled,
) (done bool, err error) {
	from, err := approvedFrom(ctx, act.Tx, p.ID)
	if err != nil || from == nil {
		return false, err
	}
	was := *from
	if p.DueAt != nil {
		was = *p.DueAt
	}
	if out.Wrong, err = wrongWords(ctx, act.Tx, *p, nil, was, due); err != nil {
		return false, err
	}
	if len(out.Wrong) > 0 {
		if *p, err = s.reviseTx(ctx, act, p.ID, &out.Reach); err != nil {
			return false, err
		}
		p.DueAt = &was

		return false, post.VoidedTx(ctx, act.Tx, act.Now, *p, out.Wrong)
	}
	if !due.Before(*from) {
		return false, endAdvances(
			ctx,
			act.Tx,
			act.Now,
			act.Actor.UserID,
			"post_id = @post_id AND delivery_id IS NULL",
			pgx.NamedArgs{"post_id": p.ID},
		)
	}
	advance, err := s.askAdvance(ctx, act, *p, Advance{
		Basis: AfterApproval, DueFrom: *from, DueTo: choice.At,
	})
	out.Asked = &advance

	return true, err
}

var dueSet = dueAnew + `, approved_from = CASE WHEN d.approved_from IS NULL THEN NULL
		ELSE coalesce(@from_at::timestamptz, d.approved_from) END`

// reschedule moves what is not out. from is the instant two people agreed on, where it lies before the
// one for which it was approved.
func (s *Service) reschedule(
	ctx context.Context,
	act access.Act,
	p post.Post,
	due time.Time,
	from *time.Time,
) (Reach, error) {
	if err := shareTx(ctx, act.Tx, p.ID); err != nil {
		return Reach{}, err
	}
	move := Move{
		Code:  WasRescheduled,
		Where: "d.post_id = @post",
		By:    act.Actor.UserID,
		Set:   dueSet,
		Args:  pgx.NamedArgs{"post": p.ID, "due": due, "from_at": from},
	}
	move.From = []State{Planned, Held}
	quiet, err := move.Run(ctx, act.Tx.Pgx, act.Now)
	if err != nil {
		return Reach{}, err
	}
	move.From = []State{Waiting}
	waiting, err := move.Run(ctx, act.Tx.Pgx, act.Now)
	if err != nil {
		return Reach{}, err
	}
	if err := s.wakeTx(ctx, act.Tx, act.Now, due, waiting); err != nil {
		return Reach{}, err
	}
	var again []Moved
	// what an older version was approved for does not go out while a new one is written
	if p.Phase == post.Approved {
		move.From, move.Where = whenApproved, "d.post_id = @post AND d.approved"
		if again, err = s.releaseTx(ctx, act.Tx, act.Now, due, move); err != nil {
			return Reach{}, err
		}
	}
	var reach Reach
	// otherwise what is under way belongs to an older version, and the wish about it stays
	if p.Phase == post.Approved {
		reach, err = s.change(ctx, act, p.ID, Move{}, WishReplan, &due)
	} else {
		if err := todo.ResolveTx(ctx, act.Tx, act.Now, expiredKey(p.ID), act.Actor.UserID); err != nil {
			return Reach{}, err
		}
		reach.Sent, err = sentOf(ctx, act.Tx, p.ID)
	}
	reach.Done = len(quiet) + len(waiting) + len(again)
	if err == nil && reach.futile() {
		return reach, fault.Conflict("没有尚未发出的账号，不能改期")
	}

	return reach, err
}
