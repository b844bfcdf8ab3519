package delivery

import (
	"context"
	"encoding/json"
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/decision"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/queue"
)

// askedArgs are the parameters of a step that asks for a decision or refuses it: what it is about, and why.
func askedArgs(kind decision.Kind, why string) string {
	raw, _ := json.Marshal(Args{askedArg: kind, whyArg: why}) // two strings always can be written
	return string(raw)
}

// ask opens a decision about each of the deliveries, which are locked, and puts it before a second person.
func (s *Service) ask(
	ctx context.Context,
	act access.Act,
	list []Delivery,
	kind decision.Kind,
	why string,
) ([]decision.Decision, error) {
	why, err := reason("reason", why)
	if err != nil {
		return nil, err
	}

	about := make([]decision.Subject, len(list))
	for i, delivery := range list {
		about[i] = decision.Subject{
			DeliveryID:    delivery.ID,
			AccountHandle: delivery.AccountHandle,
			UnitPath:      delivery.UnitPath,
		}
	}
	asked, err := decision.AskTx(ctx, act.Tx, act.Now, decision.Ask{
		By: act.Actor.UserID, Kind: kind, Why: why, About: about,
	})
	if err != nil {
		return nil, err
	}
	if err := noteMany(
		ctx, act.Tx, act.Now, idsOf(list), DecisionAsked, act.Actor.UserID, askedArgs(kind, why),
	); err != nil {
		return nil, err
	}
	what := map[decision.Kind]audit.Act{decision.NotSent: actResolve, decision.Takedown: actTakedown}[kind]

	for i, delivery := range list {
		detail := map[string]any{"decision": asked[i].ID}
		if batch := asked[i].BatchID; batch != nil {
			detail["batch"] = *batch
		}
		if err := note(ctx, act, what, delivery.Ref(), delivery.UnitPath, why, detail); err != nil {
			return nil, err
		}
	}

	return asked, nil
}

// Takedown asks to take sent posts down from the platform, with a reason. Several make a batch, which a
// second person answers at once or one by one. All or none: it fails with fault.Conflict when one is
// not out or down already.
func (s *Service) Takedown(
	ctx context.Context,
	actor access.Actor,
	ids []int64,
	why string,
) (asked []decision.Decision, err error) {
	defer fault.Step(&err, "delivery.Takedown")

	if len(ids) == 0 {
		return nil, fault.Invalid("deliveries", "请选择要下架的账号")
	}
	err = s.act(ctx, func(tx pg.Tx, now time.Time) error {
		list, err := lockDeliveries(ctx, tx, actor, rules[ToTakeDown].needs, ids)
		if err != nil {
			return err
		}

		for _, delivery := range list {
			if err := ToTakeDown.refuse(actor, delivery, Standing{}); err != nil {
				return err
			}
		}
		asked, err = s.ask(ctx, access.NewAct(tx, now, actor), list, decision.Takedown, why)

		return err
	})

	return asked, err
}

// ToTakeDown reads the deliveries of a post that the actor may see, in the order of the matrix, and for
// which of them a take-down is asked for already. It fails with fault.NotFound when there are none.
func (s *Service) ToTakeDown(
	ctx context.Context,
	actor access.Actor,
	postID int64,
) (list []Delivery, asked map[int64]bool, err error) {
	defer fault.Step(&err, "delivery.ToTakeDown %d", postID)

	err = s.db.InTx(ctx, func(tx pg.Tx) (err error) {
		if list, err = ofPostWithin(ctx, tx.DB, actor, postID); err != nil {
			return err
		}
		if len(list) == 0 {
			return errNotFound()
		}
		asked, err = decision.AskedDownTx(ctx, tx, postID)

		return err
	})

	return list, asked, err
}

// Confirm is the second person's yes. It fails with fault.Forbidden for who asked, with fault.Conflict
// when somebody answered already or the delivery has moved on.
func (s *Service) Confirm(
	ctx context.Context,
	actor access.Actor,
	decisionID int64,
) (_ decision.Decision, err error) {
	defer fault.Step(&err, "delivery.Confirm %d", decisionID)

	return s.answer(ctx, actor, decisionID, func(
		tx pg.Tx, now time.Time, delivery Delivery, asked decision.Decision,
	) error {
		to := decision.Done
		if asked.Kind == decision.Takedown {
			to = decision.Confirmed
		}
		agreed, err := decision.AnswerTx(
			ctx,
			access.NewAct(tx, now, actor),
			[]decision.Decision{asked},
			to,
			"",
		)
		if err != nil {
			return err
		}
		if asked.Kind == decision.Takedown {
			return insertTakedowns(ctx, tx, agreed)
		}

		return s.confirmNotSent(ctx, tx, now, delivery, actor.UserID)
	})
}

// Refuse is the second person's no, with a reason. Fails like Confirm.
func (s *Service) Refuse(
	ctx context.Context,
	actor access.Actor,
	decisionID int64,
	why string,
) (_ decision.Decision, err error) {
	defer fault.Step(&err, "delivery.Refuse %d", decisionID)

	if why, err = reason("reason", why); err != nil {
		return decision.Decision{}, err
	}

	return s.answer(ctx, actor, decisionID, func(
		tx pg.Tx, now time.Time, _ Delivery, asked decision.Decision,
	) error {
		_, err := refuseTx(ctx, access.NewAct(tx, now, actor), []decision.Decision{asked}, why)
		return err
	})
}

// answer finds a decision for its second person, with its delivery locked, and lets do act on both.
func (s *Service) answer(
	ctx context.Context,
	actor access.Actor,
	decisionID int64,
	do func(pg.Tx, time.Time, Delivery, decision.Decision) error,
) (out decision.Decision, err error) {
	err = s.act(ctx, func(tx pg.Tx, now time.Time) error {
		asked, err := decision.FindTx(ctx, tx, decisionID)
		if err != nil {
			return err
		}
		delivery, err := lockDelivery(ctx, tx.DB, actor, access.DeliveryConfirm, asked.DeliveryID)
		if err != nil {
			return err
		}
		if asked, err = decision.FindTx(ctx, tx, decisionID); err != nil {
			return err
		}
		if err := asked.MayAnswer(actor); err != nil {
			return err
		}
		if err := do(tx, now, delivery, asked); err != nil {
			return err
		}
		out, err = decision.FindTx(ctx, tx, decisionID)

		return err
	})

	return out, err
}

// refuseTx writes down a second person's no to decisions whose deliveries are locked, and gives those that
// still waited.
func refuseTx(
	ctx context.Context,
	act access.Act,
	items []decision.Decision,
	why string,
) ([]decision.Decision, error) {
	refused, err := decision.AnswerTx(ctx, act, items, decision.Declined, why)
	if err != nil {
		return nil, err
	}

	return refused, noteMany(
		ctx,
		act.Tx,
		act.Now,
		subjectsOf(refused),
		DecisionRefused,
		act.Actor.UserID,
		askedArgs(refused[0].Kind, why),
	)
}

// Answered tells how far a second person's answer to a batch came.
type Answered struct {
	Done int // answered now
	Left int // still waiting: not in this person's hands
}

// ConfirmBatch is the second person's yes to all of a batch that wait and lie in the person's units;
// what was answered one by one is left as it is. It fails with fault.Forbidden for who asked, with
// fault.Conflict when nothing waits any more.
func (s *Service) ConfirmBatch(ctx context.Context, actor access.Actor, id int64) (_ Answered, err error) {
	defer fault.Step(&err, "delivery.ConfirmBatch %d", id)

	return s.answerBatch(ctx, actor, id, func(
		tx pg.Tx, now time.Time, mine []decision.Decision,
	) ([]decision.Decision, error) {
		agreed, err := decision.AnswerTx(ctx, access.NewAct(tx, now, actor), mine, decision.Confirmed, "")
		if err != nil {
			return nil, err
		}

		return agreed, insertTakedowns(ctx, tx, agreed)
	})
}

// RefuseBatch is the second person's no to all of a batch that wait, with a reason. It fails as
// ConfirmBatch does.
func (s *Service) RefuseBatch(
	ctx context.Context,
	actor access.Actor,
	id int64,
	why string,
) (_ Answered, err error) {
	defer fault.Step(&err, "delivery.RefuseBatch %d", id)

	if why, err = reason("reason", why); err != nil {
		return Answered{}, err
	}

	return s.answerBatch(ctx, actor, id, func(
		tx pg.Tx, now time.Time, mine []decision.Decision,
	) ([]decision.Decision, error) {
		return refuseTx(ctx, access.NewAct(tx, now, actor), mine, why)
	})
}

// answerBatch finds what of a batch is in the second person's hands, with its deliveries locked, and lets do
// answer it, which gives what it answered.
func (s *Service) answerBatch(
	ctx context.Context,
	actor access.Actor,
	id int64,
	do func(pg.Tx, time.Time, []decision.Decision) ([]decision.Decision, error),
) (out Answered, err error) {
	err = s.act(ctx, func(tx pg.Tx, now time.Time) error {
		batch, err := decision.FindBatchTx(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		mine, err := batch.Answerable(actor)
		if err != nil {
			return err
		}
		if err := lockRows(ctx, tx, subjectsOf(mine)); err != nil {
			return err
		}
		done, err := do(tx, now, mine)
		if err != nil {
			return err
		}
		left, err := decision.LeftTx(ctx, tx, id)
		out = Answered{Done: len(done), Left: left}

		return err
	})

	return out, err
}

// subjectsOf are the deliveries that decisions are about.
func subjectsOf(items []decision.Decision) []int64 {
	ids := make([]int64, len(items))
	for i, one := range items {
		ids[i] = one.DeliveryID
	}

	return ids
}

func idsOf(list []Delivery) []int64 {
	ids := make([]int64, len(list))
	for i, delivery := range list {
		ids[i] = delivery.ID
	}

	return ids
}

// insertTakedowns lets the engine carry out what was agreed on.
func insertTakedowns(ctx context.Context, tx pg.Tx, agreed []decision.Decision) error {
	jobs := make([]river.InsertManyParams, len(agreed))
	for i, one := range agreed {
		jobs[i] = river.InsertManyParams{Args: TakedownArgs{DecisionID: one.ID}}
	}

	return queue.InsertMany(ctx, tx, jobs)
}

// TakedownTx reads what a confirmed take-down needs. It checks no right: for the engine.
func TakedownTx(
	ctx context.Context,
	tx pg.Tx,
	decisionID int64,
) (_ decision.Decision, _ Delivery, err error) {
	defer fault.Step(&err, "delivery.TakedownTx %d", decisionID)

	asked, err := decision.FindTx(ctx, tx, decisionID)
	if err != nil {
		return decision.Decision{}, Delivery{}, err
	}
	delivery, err := LockTx(ctx, tx, asked.DeliveryID)

	return asked, delivery, err
}

// TakenDownTx records how a take-down ended: gone from the platform, or why not, which is told to people.
func TakenDownTx(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	asked decision.Decision,
	delivery Delivery,
	gone bool,
	code int,
	text string,
) (err error) {
	defer fault.Step(&err, "delivery.TakenDownTx")

	change := Change{To: delivery.State, Code: WasTakenDown, Live: LiveDown, Resolve: TodoLive}
	outcome := None
	if !gone {
		change = Change{
			To:    delivery.State,
			Code:  TakedownFailed,
			Args:  Args{"code": code, "text": text},
			Raise: TodoLive,
		}
		outcome = TakedownFailed
	}
	by := int64(0)
	if asked.AnsweredBy != nil {
		by = *asked.AnsweredBy
	}
	if err := ApplyTx(ctx, tx, now, delivery, change, by); err != nil {
		return err
	}

	return decision.CarriedOutTx(ctx, tx, now, asked, gone, string(outcome))
}
