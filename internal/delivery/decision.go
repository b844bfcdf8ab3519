package delivery

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// Asked is what a decision is about.
type Asked string

// The decisions that need a second person.
const (
	AskNotSent  Asked = "not_sent"
	AskTakedown Asked = "takedown"
)

// Label is the Chinese name of what is asked.
func (a Asked) Label() string {
	if a == AskTakedown {
		return i18n.N("下架")
	}

	return i18n.N("确认未发")
}

// DecisionState is where a decision stands.
type DecisionState string

// The states. Confirmed: agreed on and being carried out.
const (
	Awaiting  DecisionState = "awaiting_second"
	Confirmed DecisionState = "confirmed"
	Declined  DecisionState = "refused"
	Done      DecisionState = "done"
	Undone    DecisionState = "failed"
)

// Label is the Chinese word for the state.
func (s DecisionState) Label() string {
	switch s {
	case Awaiting:
		return "待第二人确认"
	case Confirmed:
		return "已确认，正在执行"
	case Declined:
		return "未同意"
	case Done:
		return "已执行"
	case Undone:
		return "未成功"
	}

	return string(s)
}

// Decision is an act that needs a second person.
type Decision struct {
	ID           int64
	DeliveryID   int64
	PostID       int64
	Kind         Asked
	State        DecisionState
	Reason       string
	AskedBy      int64
	AskedName    string
	AskedAt      time.Time
	AnsweredBy   *int64
	AnsweredName string
	AnsweredAt   *time.Time
	Snapshot     *Snapshot `gorm:"serializer:json"`
	Outcome      Reason
	DoneAt       *time.Time
	BatchID      *int64 // take-downs asked for together

	AccountHandle string
	UnitPath      string
}

// MayAnswer says why somebody may not be the second person; nil when he or she may.
func (d Decision) MayAnswer(actor access.Actor) error {
	if err := access.Require(actor, access.DeliveryConfirm, d.UnitPath); err != nil {
		return err
	}

	switch {
	case d.State != Awaiting:
		return fault.Conflict("{.name} 已处理这项申请", "name", d.AnsweredName).WithCode("decided")
	case d.AskedBy == actor.UserID:
		return errAsker()
	}

	return nil
}

func errAsker() error {
	return fault.Forbidden("申请人不能自己确认，请由另一位审核员或主管处理").WithCode("same_person")
}

// Open tells that the decision is asked for, or agreed on and being carried out.
func (d Decision) Open() bool { return d.State == Awaiting || d.State == Confirmed }

// Snapshot is what the platform showed before a take-down.
type Snapshot struct {
	At       time.Time `json:"at"`
	RemoteID string    `json:"remote_id"`
	Text     string    `json:"text"`
	Pictures int       `json:"pictures"`
	Reposts  int64     `json:"reposts"`
	Comments int64     `json:"comments"`
	Likes    int64     `json:"likes"`
	Error    string    `json:"error,omitempty"`
}

func decisionKey(id int64) string { return fmt.Sprintf("decision/%d", id) }

// askedArgs are the parameters of a step that asks for a decision or refuses it: what it is about, and why.
func askedArgs(kind Asked, why string) string {
	raw, _ := json.Marshal(Args{askedArg: kind, whyArg: why}) // two strings always can be written
	return string(raw)
}

// ask opens a decision and puts it before those who may be the second person.
func (s *Service) ask(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	actor access.Actor,
	delivery Delivery,
	kind Asked,
	why string,
) (Decision, error) {
	why, err := reason("reason", why)
	if err != nil {
		return Decision{}, err
	}
	id, err := insertDecision(ctx, tx, now, delivery.ID, kind, why, actor.UserID)
	if err != nil {
		return Decision{}, pg.Fault(
			err,
			map[string]error{"delivery_decisions_open": fault.Conflict("已有同样的申请在等待确认")},
		)
	}
	if err := noteTx(ctx, tx, now, delivery, Change{
		To: delivery.State, Code: DecisionAsked,
	}, delivery.Plan, actor.UserID, askedArgs(kind, why)); err != nil {
		return Decision{}, err
	}
	err = todo.RaiseTx(ctx, tx, now, todo.Item{
		Matter:    todoDecisionConfirm,
		Key:       decisionKey(id),
		UnitPath:  delivery.UnitPath,
		NotUser:   actor.UserID,
		SubjectID: id,
		Args:      map[string]any{"account": "@" + delivery.AccountHandle, "what": kind.Label()},
	})
	if err != nil {
		return Decision{}, err
	}
	action := map[Asked]audit.Act{AskNotSent: actResolve, AskTakedown: actTakedown}[kind]
	if err := note(
		ctx, tx, now, actor, action, delivery.Ref(), delivery.UnitPath, why,
		map[string]any{"decision": id},
	); err != nil {
		return Decision{}, err
	}

	return findDecision(ctx, tx.DB, id)
}

// Confirm is the second person's yes. It fails with fault.Forbidden for who asked, with fault.Conflict
// when somebody answered already or the delivery has moved on.
func (s *Service) Confirm(ctx context.Context, actor access.Actor, decisionID int64) (_ Decision, err error) {
	defer fault.Step(&err, "delivery.Confirm %d", decisionID)

	return s.answer(
		ctx,
		actor,
		decisionID,
		func(tx pg.Tx, now time.Time, delivery Delivery, dec Decision) error {
			if dec.Kind == AskTakedown {
				if err := answerDecision(ctx, tx, now, decisionID, Confirmed, actor.UserID); err != nil {
					return err
				}

				return insertTakedown(ctx, tx, decisionID)
			}
			if err := answerDecision(ctx, tx, now, decisionID, Done, actor.UserID); err != nil {
				return err
			}
			if err := s.confirmNotSent(ctx, tx, now, delivery, actor.UserID); err != nil {
				return err
			}

			return note(
				ctx,
				tx,
				now,
				actor,
				actConfirm,
				delivery.Ref(),
				delivery.UnitPath,
				dec.Reason,
				map[string]any{
					"decision": decisionID,
					"kind":     string(dec.Kind),
				},
			)
		},
	)
}

// Refuse is the second person's no, with a reason. Fails like Confirm.
func (s *Service) Refuse(
	ctx context.Context,
	actor access.Actor,
	decisionID int64,
	why string,
) (_ Decision, err error) {
	defer fault.Step(&err, "delivery.Refuse %d", decisionID)

	why, err = reason("reason", why)
	if err != nil {
		return Decision{}, err
	}

	return s.answer(
		ctx,
		actor,
		decisionID,
		func(tx pg.Tx, now time.Time, delivery Delivery, dec Decision) error {
			if err := answerDecision(ctx, tx, now, decisionID, Declined, actor.UserID); err != nil {
				return err
			}
			if err := noteTx(ctx, tx, now, delivery, Change{
				To: delivery.State, Code: DecisionRefused,
			}, delivery.Plan, actor.UserID, askedArgs(dec.Kind, why)); err != nil {
				return err
			}

			return note(
				ctx,
				tx,
				now,
				actor,
				actRefuse,
				delivery.Ref(),
				delivery.UnitPath,
				why,
				map[string]any{
					"decision": decisionID,
					"kind":     string(dec.Kind),
				},
			)
		},
	)
}

// answer finds and locks a decision for its second person and lets do act on it.
func (s *Service) answer(
	ctx context.Context,
	actor access.Actor,
	decisionID int64,
	do func(pg.Tx, time.Time, Delivery, Decision) error,
) (Decision, error) {
	var out Decision
	err := s.act(ctx, func(tx pg.Tx, now time.Time) error {
		dec, err := findDecision(ctx, tx.DB, decisionID)
		if err != nil {
			return err
		}
		delivery, err := lockDelivery(ctx, tx.DB, actor, access.DeliveryConfirm, dec.DeliveryID)
		if err != nil {
			return err
		}
		if dec, err = findDecision(ctx, tx.DB, decisionID); err != nil {
			return err
		}
		if err := dec.MayAnswer(actor); err != nil {
			return err
		}
		if err := do(tx, now, delivery, dec); err != nil {
			return err
		}
		if err := settle(ctx, tx, now, dec, actor.UserID); err != nil {
			return err
		}
		out, err = findDecision(ctx, tx.DB, decisionID)

		return err
	})

	return out, err
}

// settle resolves the matter of a decision, or of its batch when that was the last of it.
func settle(ctx context.Context, tx pg.Tx, now time.Time, dec Decision, by int64) error {
	if dec.BatchID == nil {
		return todo.ResolveTx(ctx, tx, now, decisionKey(dec.ID), by)
	}
	_, err := closeBatch(ctx, tx, now, *dec.BatchID, by)

	return err
}

// Takedown asks to take sent posts down from the platform, with a reason. Several make a batch, which a
// second person answers at once or one by one. All or none: it fails with fault.Conflict when one is
// not out or down already.
func (s *Service) Takedown(
	ctx context.Context,
	actor access.Actor,
	ids []int64,
	why string,
) (_ []Decision, err error) {
	defer fault.Step(&err, "delivery.Takedown")

	if len(ids) == 0 {
		return nil, fault.Invalid("deliveries", "请选择要下架的账号")
	}
	var out []Decision
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
		if len(list) > 1 {
			out, err = s.askBatch(ctx, tx, now, actor, list, why)
			return err
		}
		dec, err := s.ask(ctx, tx, now, actor, list[0], AskTakedown, why)
		out = []Decision{dec}

		return err
	})

	return out, err
}

// ToTakeDown reads the deliveries of a post that the actor may see, in the order of the matrix, and for
// which of them a take-down is asked for already. It fails with fault.NotFound when there are none.
func (s *Service) ToTakeDown(
	ctx context.Context,
	actor access.Actor,
	postID int64,
) (list []Delivery, asked map[int64]bool, err error) {
	defer fault.Step(&err, "delivery.ToTakeDown %d", postID)

	if list, err = ofPostWithin(ctx, s.db.Gorm(ctx), actor, postID); err != nil {
		return nil, nil, err
	}
	if len(list) == 0 {
		return nil, nil, errNotFound()
	}
	open, err := askedDown(ctx, s.db.Gorm(ctx), postID)

	asked = make(map[int64]bool, len(open))
	for _, decision := range open {
		asked[decision.DeliveryID] = true
	}

	return list, asked, err
}

// Decisions lists the decisions about a delivery, newest first.
func (s *Service) Decisions(
	ctx context.Context,
	actor access.Actor,
	deliveryID int64,
) (_ []Decision, err error) {
	defer fault.Step(&err, "delivery.Decisions %d", deliveryID)

	if _, err := findDelivery(ctx, s.db.Gorm(ctx), actor, access.PostView, deliveryID); err != nil {
		return nil, err
	}

	return decisions(ctx, s.db.Gorm(ctx), "x.delivery_id = ?", deliveryID)
}

// OpenDecisions lists what waits for a second person where the actor may be one or may see it.
func (s *Service) OpenDecisions(ctx context.Context, actor access.Actor) (_ []Decision, err error) {
	defer fault.Step(&err, "delivery.OpenDecisions")

	scope, args := access.Scope(actor, access.PostView, "u.path")

	return decisions(ctx, s.db.Gorm(ctx), "x.state = 'awaiting_second' AND "+scope, args...)
}

// FindDecision reads one the actor may see.
func (s *Service) FindDecision(ctx context.Context, actor access.Actor, id int64) (_ Decision, err error) {
	defer fault.Step(&err, "delivery.FindDecision %d", id)

	scope, args := access.Scope(actor, access.PostView, "u.path")
	list, err := decisions(ctx, s.db.Gorm(ctx), "x.id = ? AND "+scope, append([]any{id}, args...)...)
	if err == nil && len(list) == 0 {
		return Decision{}, errNotFound()
	}
	if err != nil {
		return Decision{}, err
	}

	return list[0], nil
}
