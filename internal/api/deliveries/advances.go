package deliveries

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/delivery"
	"juzhen/internal/i18n"
)

// ShownAdvance is a request to send earlier than approved.
type ShownAdvance struct {
	ID            int64      `json:"id"`
	PostID        int64      `json:"post_id"`
	DeliveryID    *int64     `json:"delivery_id,omitempty" doc:"只提前这一条发送；没有时为整篇稿件"`
	AccountHandle string     `json:"account_handle,omitempty"`
	Basis         string     `json:"basis" enum:"approved,approving" doc:"approved 批准之后提出，须另一位审核员同意；approving 批准时提出，作者也可以同意"`
	State         string     `json:"state" enum:"asked,agreed,refused,superseded"`
	From          time.Time  `json:"due_from" doc:"批准的发布时间"`
	To            *time.Time `json:"due_to" doc:"希望的时间，没有时为同意后立即"`
	Reason        string     `json:"reason,omitempty"`
	AskedBy       string     `json:"asked_by"`
	AskedAt       time.Time  `json:"asked_at"`
	AnsweredBy    string     `json:"answered_by,omitempty"`
	AnsweredAt    *time.Time `json:"answered_at,omitempty"`
	Opinion       string     `json:"opinion,omitempty" doc:"不同意的原因"`
	Agree         string     `json:"agree,omitempty" doc:"第二人同意的地址"`
}

type advanceFilter struct {
	rest.Paging
	PostID int64 `query:"post_id" doc:"这篇稿件的全部申请；不填为等第二人决定的申请"`
}

func (a *api) advances() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/advances", "list-advances",
		"posts", i18n.N("提前发布的申请"),
	), access.PostView, a.listAdvances)
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/advances/{id}", "get-advance",
		"posts", i18n.N("一项提前发布的申请"),
	), access.PostView, a.getAdvance)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/advances/{id}/agree", "agree-advance",
		"posts", i18n.N("由第二人同意提前发布"),
	), access.PostView, a.agreeAdvance)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/advances/{id}/refuse", "refuse-advance",
		"posts", i18n.N("第二人不同意提前发布"),
	), access.PostView, a.refuseAdvance)
}

// ShowAdvance shows a request to send earlier than approved.
func ShowAdvance(advance delivery.Advance) ShownAdvance {
	shown := ShownAdvance{
		ID:            advance.ID,
		PostID:        advance.PostID,
		DeliveryID:    advance.DeliveryID,
		AccountHandle: advance.AccountHandle,
		Basis:         string(advance.Basis),
		State:         string(advance.State),
		From:          advance.DueFrom.UTC(),
		To:            rest.UTC(advance.DueTo),
		Reason:        advance.Reason,
		AskedBy:       advance.AskedName,
		AskedAt:       advance.AskedAt.UTC(),
		AnsweredBy:    advance.AnsweredName,
		AnsweredAt:    rest.UTC(advance.AnsweredAt),
		Opinion:       advance.Opinion,
	}
	if advance.State == delivery.AdvanceAsked {
		shown.Agree = fmt.Sprintf("%s/advances/%d/agree", rest.Prefix, advance.ID)
	}

	return shown
}

func (a *api) listAdvances(
	ctx context.Context,
	who access.Actor,
	in *advanceFilter,
) (*rest.Out[rest.List[ShownAdvance]], error) {
	rows, err := a.Deliveries.OpenAdvances(ctx, who)
	if in.PostID != 0 {
		rows, err = a.Deliveries.Advances(ctx, who, in.PostID)
	}
	if err != nil {
		return nil, err
	}

	return rest.Sliced(
		rows,
		in.Paging,
		func(advance delivery.Advance) int64 { return advance.ID },
		ShowAdvance,
	)
}

func (a *api) getAdvance(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[ShownAdvance], error) {
	advance, _, err := a.Deliveries.FindAdvance(ctx, who, in.ID)
	return &rest.Out[ShownAdvance]{Body: ShowAdvance(advance)}, err
}

func (a *api) agreeAdvance(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[ShownAdvance], error) {
	advance, err := a.Deliveries.AgreeAdvance(ctx, who, in.ID)
	return &rest.Out[ShownAdvance]{Body: ShowAdvance(advance)}, err
}

func (a *api) refuseAdvance(
	ctx context.Context,
	who access.Actor,
	in *rest.Because,
) (*rest.Out[ShownAdvance], error) {
	advance, err := a.Deliveries.RefuseAdvance(ctx, who, in.ID, in.Reason())
	return &rest.Out[ShownAdvance]{Body: ShowAdvance(advance)}, err
}
