package deliveries

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/decision"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
)

// ShownDecision is what one person asked and a second one decides about a delivery.
type ShownDecision struct {
	ID            int64      `json:"id"`
	DeliveryID    int64      `json:"delivery_id"`
	PostID        int64      `json:"post_id"`
	AccountHandle string     `json:"account_handle"`
	Kind          string     `json:"kind" enum:"not_sent,takedown"`
	State         string     `json:"state" enum:"awaiting_second,confirmed,refused,done,failed"`
	Reason        string     `json:"reason"`
	AskedBy       string     `json:"asked_by"`
	AskedAt       time.Time  `json:"asked_at"`
	AnsweredBy    string     `json:"answered_by,omitempty"`
	AnsweredAt    *time.Time `json:"answered_at,omitempty"`
	DoneAt        *time.Time `json:"done_at,omitempty"`
	Outcome       string     `json:"outcome,omitempty" doc:"执行后的原因代码"`
	BatchID       *int64     `json:"batch_id,omitempty" doc:"一起申请的一批的编号；操作 confirm-takedowns 可一次确认"`
	Confirm       string     `json:"confirm,omitempty" doc:"第二人确认的地址，POST"`
}

type takedown struct {
	Reason string `json:"reason" maxLength:"1000" doc:"原因，记入审计"`
}

type takedowns struct {
	DeliveryIDs []int64 `json:"delivery_ids" minItems:"1" maxItems:"5000"`
	Reason      string  `json:"reason" maxLength:"1000" doc:"原因，记入审计"`
}

type awaiting struct {
	State     string          `json:"state" enum:"awaiting_second"`
	Decisions []ShownDecision `json:"decisions"`
}

// accepted is the answer to what a second person must agree to.
type accepted struct {
	Location string `header:"Location" doc:"第二人确认的地址"`
	Body     awaiting
}

func (a *api) decisions() {
	take := rest.Op(http.MethodPost,
		"/deliveries/{id}/takedown", "takedown-delivery",
		"deliveries", i18n.N("申请从微博下架一条"),
	)
	take.DefaultStatus = http.StatusAccepted
	rest.Register(a.API, take, access.Takedown, a.takedown)
	many := rest.Op(http.MethodPost, "/takedowns", "takedown-deliveries", "deliveries", i18n.N("申请从微博下架多条"))
	many.DefaultStatus = http.StatusAccepted
	rest.Register(a.API, many, access.Takedown, a.takedownMany)

	for _, at := range []struct{ path, id string }{
		{"/deliveries/{id}/confirm", "confirm-delivery"},
		{"/deliveries/{id}/resolve/confirm", "confirm-resolution"},
		{"/deliveries/{id}/takedown/confirm", "confirm-takedown"},
	} {
		rest.Register(
			a.API,
			rest.Op(http.MethodPost, at.path, at.id, "deliveries", i18n.N("由第二人确认")),
			access.DeliveryConfirm,
			a.confirmDelivery,
		)
	}
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/deliveries/{id}/decisions", "list-delivery-decisions",
		"deliveries", i18n.N("一条发送的双人决定"),
	), access.PostView, a.deliveryDecisions)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/decisions", "list-decisions",
		"deliveries", i18n.N("等第二人确认的决定"),
	), access.PostView, a.openDecisions)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/decisions/{id}", "get-decision",
		"deliveries", i18n.N("一个双人决定"),
	), access.PostView, a.getDecision)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/decisions/{id}/confirm", "confirm-decision",
		"deliveries", i18n.N("由第二人确认"),
	), access.DeliveryConfirm, a.confirmDecision)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/takedowns/{id}/confirm", "confirm-takedowns",
		"deliveries", i18n.N("由第二人确认一批下架"),
	), access.DeliveryConfirm, a.confirmBatch)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/takedowns/{id}/refuse", "refuse-takedowns",
		"deliveries", i18n.N("第二人不同意一批下架"),
	), access.DeliveryConfirm, a.refuseBatch)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/decisions/{id}/refuse", "refuse-decision",
		"deliveries", i18n.N("第二人不同意"),
	), access.DeliveryConfirm, a.refuseDecision)
}

// ShowDecision shows it.
func ShowDecision(one decision.Decision) ShownDecision {
	shown := ShownDecision{
		ID:            one.ID,
		DeliveryID:    one.DeliveryID,
		PostID:        one.PostID,
		AccountHandle: one.AccountHandle,
		Kind:          string(one.Kind),
		State:         string(one.State),
		Reason:        one.Reason,
		AskedBy:       one.AskedName,
		AskedAt:       one.AskedAt.UTC(),
		AnsweredBy:    one.AnsweredName,
		AnsweredAt:    rest.UTC(one.AnsweredAt),
		DoneAt:        rest.UTC(one.DoneAt),
		Outcome:       one.Outcome,
		BatchID:       one.BatchID,
	}
	if one.State == decision.Awaiting {
		shown.Confirm = fmt.Sprintf("%s/decisions/%d/confirm", rest.Prefix, one.ID)
	}

	return shown
}

func shownDecided(one decision.Decision, err error) (*rest.Out[ShownDecision], error) {
	return &rest.Out[ShownDecision]{Body: ShowDecision(one)}, err
}

func (a *api) takedown(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body takedown
}) (*accepted, error) {
	return a.askTakedown(ctx, who, []int64{in.ID}, in.Body.Reason)
}

func (a *api) takedownMany(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body takedowns },
) (*accepted, error) {
	return a.askTakedown(ctx, who, in.Body.DeliveryIDs, in.Body.Reason)
}

func (a *api) askTakedown(
	ctx context.Context,
	who access.Actor,
	ids []int64,
	reason string,
) (*accepted, error) {
	rows, err := a.Deliveries.Takedown(ctx, who, ids, reason)
	if err != nil {
		return nil, err
	}
	answer := &accepted{Body: awaiting{string(decision.Awaiting), rest.Each(rows, ShowDecision)}}
	if len(rows) == 1 {
		answer.Location = answer.Body.Decisions[0].Confirm
	} else if id := rows[0].BatchID; id != nil {
		answer.Location = fmt.Sprintf("%s/takedowns/%d/confirm", rest.Prefix, *id)
	}

	return answer, nil
}

// confirmDelivery agrees to what is open about a delivery, for programs that know the delivery and not
// the decision. The last part of the address but one may say which kind is meant.
func (a *api) confirmDelivery(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[ShownDecision], error) {
	rows, err := a.decisionsOf(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}

	for _, one := range rows {
		if one.State == decision.Awaiting && meant(rest.Request(ctx).FullPath(), one.Kind) {
			return shownDecided(a.Deliveries.Confirm(ctx, who, one.ID))
		}
	}

	return nil, fault.Conflict("没有等待确认的决定")
}

func meant(path string, kind decision.Kind) bool {
	switch path {
	case rest.Prefix + "/deliveries/:id/resolve/confirm":
		return kind == decision.NotSent
	case rest.Prefix + "/deliveries/:id/takedown/confirm":
		return kind == decision.Takedown
	}

	return true
}

// decisionsOf are those about a delivery that the caller may see.
func (a *api) decisionsOf(ctx context.Context, who access.Actor, id int64) ([]decision.Decision, error) {
	if _, err := a.Deliveries.Find(ctx, who, id); err != nil {
		return nil, err
	}

	return a.Decisions.OfDelivery(ctx, who, id)
}

func (a *api) deliveryDecisions(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[rest.List[ShownDecision]], error) {
	rows, err := a.decisionsOf(ctx, who, in.ID)
	return rest.Whole(rows, ShowDecision), err
}

func (a *api) openDecisions(
	ctx context.Context,
	who access.Actor,
	in *rest.Paging,
) (*rest.Out[rest.List[ShownDecision]], error) {
	rows, err := a.Decisions.Open(ctx, who)
	if err != nil {
		return nil, err
	}

	return rest.Sliced(rows, *in, func(one decision.Decision) int64 { return one.ID }, ShowDecision)
}

func (a *api) getDecision(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[ShownDecision], error) {
	return shownDecided(a.Decisions.Find(ctx, who, in.ID))
}

func (a *api) confirmDecision(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[ShownDecision], error) {
	return shownDecided(a.Deliveries.Confirm(ctx, who, in.ID))
}

func (a *api) refuseDecision(
	ctx context.Context,
	who access.Actor,
	in *rest.Because,
) (*rest.Out[ShownDecision], error) {
	return shownDecided(a.Deliveries.Refuse(ctx, who, in.ID, in.Reason()))
}

// answered is how far a second person's answer to a batch came.
type answered struct {
	Done int `json:"done" doc:"这次处理的条数"`
	Left int `json:"left" doc:"仍等他人确认的条数，不在本人管辖范围内"`
}

func (a *api) confirmBatch(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[answered], error) {
	got, err := a.Deliveries.ConfirmBatch(ctx, who, in.ID)
	return &rest.Out[answered]{Body: answered(got)}, err
}

func (a *api) refuseBatch(
	ctx context.Context,
	who access.Actor,
	in *rest.Because,
) (*rest.Out[answered], error) {
	got, err := a.Deliveries.RefuseBatch(ctx, who, in.ID, in.Reason())
	return &rest.Out[answered]{Body: answered(got)}, err
}
