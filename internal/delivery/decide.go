package delivery

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/decision"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/todo"
)

// Cancel takes one account out of a post. Past its mark the wish is kept and told; then it fails with
// fault.Conflict of code "wish_kept". Fails with fault.Conflict when it is out already, with
// fault.Invalid on "reason" without one.
func (s *Service) Cancel(ctx context.Context, actor access.Actor, id int64, why string) (err error) {
	defer fault.Step(&err, "delivery.Cancel %d", id)

	var kept bool
	err = s.act(ctx, func(tx pg.Tx, now time.Time) error {
		if err := recallTx(ctx, tx, now, "d.id = @id", pgx.NamedArgs{"id": id}); err != nil {
			return err
		}
		delivery, err := lockDelivery(ctx, tx.DB, actor, access.PostWrite, id)
		if err != nil {
			return err
		}
		if why, err = reason("reason", why); err != nil {
			return err
		}
		do := ToCancel
		if kept = slices.Contains(rules[ToWish].from, delivery.State); kept {
			do = ToWish
		}
		if err := do.refuse(actor, delivery, Standing{}); err != nil {
			return err
		}
		move := Move{
			From:  rules[do].from,
			To:    Cancelled,
			Code:  WasCancelled,
			With:  because(why),
			By:    actor.UserID,
			Set:   stopSet,
			Where: "d.id = @id",
			Args:  pgx.NamedArgs{"id": id, "wish": string(WishCancel)},
		}
		if kept {
			move.To = ""
			move.Code = WishKept
			move.With = Args{"wish": string(WishCancel), whyArg: why}
			move.Set = "wish = @wish, wish_by = nullif(@by::bigint, 0)"
		}
		moved, err := move.Run(ctx, tx.Pgx, now)
		if err != nil {
			return err
		}
		if len(moved) == 0 {
			return errNoCancel()
		}
		if err := closeTodos(ctx, tx, now, moved, actor.UserID); err != nil && !kept {
			return err
		}
		if err := endAdvances(
			ctx,
			tx,
			now,
			actor.UserID,
			"delivery_id = @id",
			pgx.NamedArgs{"id": id},
		); err != nil {
			return err
		}
		if err := TellOutTx(ctx, tx, now, id); err != nil {
			return err
		}
		detail := map[string]any{"wish": kept}

		return note(
			ctx,
			access.NewAct(tx, now, actor),
			actCancel,
			delivery.Ref(),
			delivery.UnitPath,
			why,
			detail,
		)
	})
	if err == nil && kept {
		return fault.Conflict("正在发送或结果待核，已记下取消的要求；若没有发出则取消，若已发出请下架").WithCode("wish_kept")
	}

	return err
}

// Ref names the delivery in the audit trail.
func (d Delivery) Ref() string { return ref(d.ID) }

// Replan lets a person send again what failed, was missed or is held by a doubt: at a new time, in the
// post's approved wording. It fails with fault.Conflict when the post is not approved any more, the
// delivery stands elsewhere or the text names a day that would be wrong then, with fault.Invalid on
// "reason" without one. Earlier than approved it only asks: asked waits for a second person.
func (s *Service) Replan(
	ctx context.Context,
	actor access.Actor,
	id int64,
	choice DueChoice,
	why string,
) (asked *Advance, err error) {
	defer fault.Step(&err, "delivery.Replan %d", id)

	err = s.act(ctx, func(tx pg.Tx, now time.Time) error {
		act := access.NewAct(tx, now, actor)

		delivery, err := findDelivery(ctx, tx.DB, actor, access.DeliveryDecide, id)
		if err != nil {
			return err
		}
		if why, err = reason("reason", why); err != nil {
			return err
		}
		due, err := choice.resolve(nil, now)
		if err != nil {
			return err
		}
		p, err := post.LockTx(ctx, tx, access.System("delivery"), access.PostView, delivery.PostID)
		if err != nil {
			return err
		}
		if err := shareTx(ctx, tx, delivery.PostID); err != nil {
			return err
		}
		if delivery, err = LockTx(ctx, tx, id); err != nil {
			return err
		}
		if err := ToReplan.refuse(actor, delivery, Standing{Phase: p.Phase}); err != nil {
			return err
		}
		if asked, err = s.earlierThanApproved(ctx, act, p, delivery, due, choice, why); err != nil ||
			asked != nil {
			return err
		}
		if err := s.replan(ctx, act, due, delivery, p, nil); err != nil {
			return err
		}

		return note(ctx, act, actReplan, delivery.Ref(), delivery.UnitPath, why, map[string]any{
			"from": delivery.DueAt, "to": due,
		})
	})

	return asked, err
}

// earlierThanApproved opens a request when a delivery is to go out before the instant for which it is
// approved, and fails when its text would name the wrong day. nil: it may be planned as the person
// wants.
func (s *Service) earlierThanApproved(
	ctx context.Context,
	act access.Act,
	p post.Post,
	delivery Delivery,
	due time.Time,
	choice DueChoice,
	why string,
) (*Advance, error) {
	from := delivery.approvedWith(p)
	if delivery.DueAt != nil {
		if err := rightWords(ctx, act.Tx, p, &delivery.ID, *delivery.DueAt, due); err != nil {
			return nil, err
		}
	}
	if from == nil || !due.Before(*from) {
		return nil, nil
	}
	advance, err := s.askAdvance(ctx, act, p, Advance{
		DeliveryID: &delivery.ID,
		Basis:      AfterApproval,
		DueFrom:    *from,
		DueTo:      choice.At,
		Reason:     why,
	})

	return &advance, err
}

// approvedWith is the instant for which the delivery is approved with the post's present version. One
// that still holds an older version takes that of the post, which never lies before what was approved.
func (d Delivery) approvedWith(p post.Post) *time.Time {
	if d.VersionID == p.VersionID && d.ApprovedFrom != nil {
		return d.ApprovedFrom
	}

	return p.DueAt
}

// replan binds the delivery to the approved version again, through planned, and releases it. from is
// the instant two people agreed on; nil keeps the one there is.
func (s *Service) replan(
	ctx context.Context,
	act access.Act,
	due time.Time,
	delivery Delivery,
	p post.Post,
	from *time.Time,
) error {
	if err := post.UntilTx(ctx, act.Tx, p.VersionID, due); err != nil {
		return err
	}
	if from == nil {
		from = delivery.approvedWith(p)
	}
	if from == nil {
		from = &due
	}
	version, err := post.VersionTx(ctx, act.Tx, p.VersionID)
	if err != nil {
		return err
	}
	args := pgx.NamedArgs{
		"id": delivery.ID, "version": p.VersionID, "urgent": p.Urgent, "due": due, "from_at": from,
	}
	leadOf(version).into(args)
	back, err := Move{
		From: rules[ToReplan].from,
		To:   Planned,
		Code: WasReplanned,
		By:   act.Actor.UserID,
		Args: args,
		Set:  bindSet + unapproved,
		Where: `
			d.id = @id AND d.pause_id IS NULL
				AND EXISTS (SELECT FROM version_targets vt
				WHERE vt.version_id = @version AND vt.account_id = d.account_id)`,
	}.Run(ctx, act.Tx.Pgx, act.Now)
	if err != nil {
		return err
	}
	if len(back) == 0 {
		return errNoReplan()
	}
	if _, err := s.releaseTx(ctx, act.Tx, act.Now, due, Move{
		From: []State{Planned}, Code: WasReplanned, By: act.Actor.UserID, Where: "d.id = @id",
		Args: args,
	}); err != nil {
		return err
	}

	return todo.ResolveSubjectTx(ctx, act.Tx, act.Now, TodoSubject, delivery.ID, act.Actor.UserID)
}

// Resolution is how a person settles an unknown.
type Resolution string

// The resolutions.
const (
	ResolvedAsSent    Resolution = "sent"
	ResolvedAsNotSent Resolution = "not_sent"
)

// Resolved tells what a resolution did: the state now, and the decision that waits for a second person,
// if one does.
type Resolved struct {
	State    State
	Awaiting *decision.Decision
}

// Resolve settles an unknown by a person who looked: sent, with the link of the post, at once; not sent
// only after a second person confirms. Fails with fault.Conflict when it is settled already, with
// fault.Invalid on "link" for a link that is not of this account.
func (s *Service) Resolve(
	ctx context.Context,
	actor access.Actor,
	id int64,
	as Resolution,
	link, why string,
) (_ Resolved, err error) {
	defer fault.Step(&err, "delivery.Resolve %d", id)

	var out Resolved
	err = s.act(ctx, func(tx pg.Tx, now time.Time) error {
		act := access.NewAct(tx, now, actor)

		delivery, err := lockFor(ctx, tx, actor, ToDecide, id)
		if err != nil {
			return err
		}

		switch as {
		case ResolvedAsSent:
			out.State = Sent
			return s.resolveSent(ctx, act, delivery, link, why)
		case ResolvedAsNotSent:
			out.State = Unknown
			asked, err := s.ask(ctx, act, []Delivery{delivery}, decision.NotSent, why)
			if err != nil {
				return err
			}
			out.Awaiting = &asked[0]

			return nil
		}

		return fault.Invalid("outcome", "请选择“已发出”或“确认未发”")
	})

	return out, err
}

func (s *Service) resolveSent(
	ctx context.Context,
	act access.Act,
	delivery Delivery,
	link, why string,
) error {
	change, found, err := s.linked(ctx, act.Tx, act.Now, delivery, link)
	if err != nil {
		return err
	}
	change.Code, change.Turn, change.Resolve = ResolvedSent, TurnSettled, TodoUnknown
	if err := s.applyLinked(ctx, act, delivery, change, found); err != nil {
		return err
	}

	return note(ctx, act, actResolve, delivery.Ref(), delivery.UnitPath, why, map[string]any{
		"outcome": "sent", "link": link,
	})
}

// confirmNotSent carries out what two people agreed on: nothing went out. A wish is followed now; else
// what is still in time goes again, the rest is missed.
func (s *Service) confirmNotSent(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	delivery Delivery,
	by int64,
) error {
	if delivery.State != Unknown {
		return errMoved()
	}
	change := Change{Turn: TurnSettled, Resolve: TodoUnknown}
	change.again(delivery, ConfirmedNot, nil, now)

	return ApplyTx(ctx, tx, now, delivery, change, by)
}
