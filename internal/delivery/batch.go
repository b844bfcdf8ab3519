package delivery

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/queue"
	"juzhen/internal/todo"
)

// Batch is take-downs that were asked for together: one matter to the second person.
type Batch struct {
	ID        int64
	PostID    int64 // of the first; a program may ask for several posts at once
	Posts     int
	Reason    string
	AskedBy   int64
	AskedName string
	AskedAt   time.Time
	Items     []Decision // those the reader may see, in the order in which they were asked for
}

// Waiting is how many still wait for a second person.
func (b Batch) Waiting() int {
	return len(
		slices.DeleteFunc(
			slices.Clone(b.Items),
			func(decision Decision) bool { return decision.State != Awaiting },
		),
	)
}

// Answered tells how far a second person's answer to a batch came.
type Answered struct {
	Done int // answered now
	Left int // still waiting: not in this person's hands
}

func batchKey(id int64) string { return fmt.Sprintf("takedown/%d", id) }

// FindBatch reads a batch as far as the actor may see it. It fails with fault.NotFound when that is nothing.
func (s *Service) FindBatch(ctx context.Context, actor access.Actor, id int64) (_ Batch, err error) {
	defer fault.Step(&err, "delivery.FindBatch %d", id)

	items, err := batchDecisions(ctx, s.db.Gorm(ctx), actor, id)
	if err != nil {
		return Batch{}, err
	}
	if len(items) == 0 {
		return Batch{}, errNotFound()
	}
	first := items[0]

	posts := map[int64]bool{}
	for _, decision := range items {
		posts[decision.PostID] = true
	}

	return Batch{
		ID:        id,
		PostID:    first.PostID,
		Posts:     len(posts),
		Reason:    first.Reason,
		AskedBy:   first.AskedBy,
		AskedName: first.AskedName,
		AskedAt:   first.AskedAt,
		Items:     items,
	}, nil
}

// askBatch opens one decision for each of the deliveries and puts all of them before a second person as
// one matter.
func (s *Service) askBatch(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	actor access.Actor,
	list []Delivery,
	why string,
) ([]Decision, error) {
	why, err := reason("reason", why)
	if err != nil {
		return nil, err
	}
	batch, err := insertBatch(ctx, tx, now, idsOf(list), why, actor.UserID)
	if err != nil {
		return nil, pg.Fault(err, map[string]error{"delivery_decisions_open": fault.Conflict("已有同样的申请在等待确认")})
	}
	if err := noteMany(
		ctx,
		tx,
		now,
		idsOf(list),
		DecisionAsked,
		actor.UserID,
		askedArgs(AskTakedown, why),
	); err != nil {
		return nil, err
	}
	err = todo.RaiseTx(ctx, tx, now, todo.Item{
		Matter:    todoDecisionConfirmBatch,
		Key:       batchKey(batch),
		UnitPath:  commonPath(list),
		NotUser:   actor.UserID,
		SubjectID: batch,
		Args:      map[string]any{"n": len(list)},
	})
	if err != nil {
		return nil, err
	}

	for _, delivery := range list {
		if err := note(
			ctx, tx, now, actor, actTakedown, delivery.Ref(), delivery.UnitPath, why,
			map[string]any{"batch": batch},
		); err != nil {
			return nil, err
		}
	}

	return batchDecisions(ctx, tx.DB, access.System("delivery"), batch)
}

// ConfirmBatch is the second person's yes to all of a batch that wait and lie in the person's units;
// what was answered one by one is left as it is. It fails with fault.Forbidden for who asked, with
// fault.Conflict when nothing waits any more.
func (s *Service) ConfirmBatch(ctx context.Context, actor access.Actor, id int64) (_ Answered, err error) {
	defer fault.Step(&err, "delivery.ConfirmBatch %d", id)

	return s.answerBatch(ctx, actor, id, Confirmed, func(tx pg.Tx, now time.Time, items []Decision) error {
		jobs := make([]river.InsertManyParams, len(items))
		for i, decision := range items {
			jobs[i] = river.InsertManyParams{Args: TakedownArgs{DecisionID: decision.ID}}
		}
		if err := queue.InsertMany(ctx, tx, jobs); err != nil {
			return err
		}

		return noteAnswers(ctx, tx, now, actor, actConfirm, items, "")
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

	why, err = reason("reason", why)
	if err != nil {
		return Answered{}, err
	}

	return s.answerBatch(ctx, actor, id, Declined, func(tx pg.Tx, now time.Time, items []Decision) error {
		ids := make([]int64, len(items))
		for i, decision := range items {
			ids[i] = decision.DeliveryID
		}
		if err := noteMany(
			ctx,
			tx,
			now,
			ids,
			DecisionRefused,
			actor.UserID,
			askedArgs(AskTakedown, why),
		); err != nil {
			return err
		}

		return noteAnswers(ctx, tx, now, actor, actRefuse, items, why)
	})
}

// noteAnswers writes one audit entry for each.
func noteAnswers(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	actor access.Actor,
	action audit.Act,
	items []Decision,
	why string,
) error {
	for _, decision := range items {
		because := why
		if because == "" {
			because = decision.Reason
		}
		detail := map[string]any{
			"decision": decision.ID,
			"kind":     string(decision.Kind),
			"batch":    *decision.BatchID,
		}
		if err := note(
			ctx, tx, now, actor, action, ref(decision.DeliveryID), decision.UnitPath, because, detail,
		); err != nil {
			return err
		}
	}

	return nil
}

func (s *Service) answerBatch(
	ctx context.Context,
	actor access.Actor,
	id int64,
	to DecisionState,
	then func(pg.Tx, time.Time, []Decision) error,
) (out Answered, err error) {
	err = s.act(ctx, func(tx pg.Tx, now time.Time) error {
		items, err := batchDecisions(ctx, tx.DB, actor, id)
		if err != nil {
			return err
		}
		mine, err := answerable(actor, items)
		if err != nil {
			return err
		}
		done, err := answerMany(ctx, tx, now, mine, to, actor.UserID)
		if err != nil {
			return err
		}
		if err := then(tx, now, done); err != nil {
			return err
		}
		left, err := closeBatch(ctx, tx, now, id, actor.UserID)
		out = Answered{Done: len(done), Left: left}

		return err
	})

	return out, err
}

// answerable are the items that wait where the actor may be the second person.
func answerable(actor access.Actor, items []Decision) ([]Decision, error) {
	if len(items) == 0 {
		return nil, errNotFound()
	}
	if items[0].AskedBy == actor.UserID {
		return nil, errAsker()
	}
	var mine []Decision
	var denied error
	waiting := 0

	for _, decision := range items {
		if decision.State != Awaiting {
			continue
		}
		waiting++
		if err := decision.MayAnswer(actor); err != nil {
			denied = err
			continue
		}
		mine = append(mine, decision)
	}

	switch {
	case waiting == 0:
		return nil, fault.Conflict("这批申请都已处理").WithCode("decided")
	case len(mine) == 0:
		return nil, denied
	}

	return mine, nil
}

func idsOf(list []Delivery) []int64 {
	ids := make([]int64, len(list))
	for i, delivery := range list {
		ids[i] = delivery.ID
	}

	return ids
}

// commonPath is the unit below which all of them lie: who answers for it can answer for each.
func commonPath(list []Delivery) string {
	path := list[0].UnitPath
	for _, delivery := range list[1:] {
		for len(path) > 1 && (len(delivery.UnitPath) < len(path) || delivery.UnitPath[:len(path)] != path) {
			path = path[:lastSlash(path[:len(path)-1])+1]
		}
	}

	return path
}

func lastSlash(s string) int {
	for i := len(s) - 1; i > 0; i-- {
		if s[i] == '/' {
			return i
		}
	}

	return 0
}
