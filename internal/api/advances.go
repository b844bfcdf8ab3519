package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/delivery"
	"juzhen/internal/i18n"
)

// shownAdvance is a request to send earlier than approved.
type shownAdvance struct {
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
	Paging
	PostID int64 `query:"post_id" doc:"这篇稿件的全部申请；不填为等第二人决定的申请"`
}

func (a *api) advances() {
	register(a, op(http.MethodGet,
		"/advances", "list-advances",
		"posts", i18n.N("提前发布的申请"),
	), access.PostView, a.listAdvances)
	register(a, op(http.MethodGet,
		"/advances/{id}", "get-advance",
		"posts", i18n.N("一项提前发布的申请"),
	), access.PostView, a.getAdvance)
	register(a, op(http.MethodPost,
		"/advances/{id}/agree", "agree-advance",
		"posts", i18n.N("由第二人同意提前发布"),
	), access.PostView, a.agreeAdvance)
	register(a, op(http.MethodPost,
		"/advances/{id}/refuse", "refuse-advance",
		"posts", i18n.N("第二人不同意提前发布"),
	), access.PostView, a.refuseAdvance)
}

func showAdvance(advance delivery.Advance) shownAdvance {
	shown := shownAdvance{
		ID:            advance.ID,
		PostID:        advance.PostID,
		DeliveryID:    advance.DeliveryID,
		AccountHandle: advance.AccountHandle,
		Basis:         string(advance.Basis),
		State:         string(advance.State),
		From:          advance.DueFrom.UTC(),
		To:            utc(advance.DueTo),
		Reason:        advance.Reason,
		AskedBy:       advance.AskedName,
		AskedAt:       advance.AskedAt.UTC(),
		AnsweredBy:    advance.AnsweredName,
		AnsweredAt:    utc(advance.AnsweredAt),
		Opinion:       advance.Opinion,
	}
	if advance.State == delivery.AdvanceAsked {
		shown.Agree = fmt.Sprintf("%s/advances/%d/agree", Prefix, advance.ID)
	}

	return shown
}

func (a *api) listAdvances(
	ctx context.Context,
	who access.Actor,
	in *advanceFilter,
) (*out[list[shownAdvance]], error) {
	rows, err := a.Deliveries.OpenAdvances(ctx, who)
	if in.PostID != 0 {
		rows, err = a.Deliveries.Advances(ctx, who, in.PostID)
	}
	if err != nil {
		return nil, err
	}

	return sliced(rows, in.Paging, func(advance delivery.Advance) int64 { return advance.ID }, showAdvance)
}

func (a *api) getAdvance(ctx context.Context, who access.Actor, in *ByID) (*out[shownAdvance], error) {
	advance, _, err := a.Deliveries.FindAdvance(ctx, who, in.ID)
	return &out[shownAdvance]{showAdvance(advance)}, err
}

func (a *api) agreeAdvance(ctx context.Context, who access.Actor, in *ByID) (*out[shownAdvance], error) {
	advance, err := a.Deliveries.AgreeAdvance(ctx, who, in.ID)
	return &out[shownAdvance]{showAdvance(advance)}, err
}

func (a *api) refuseAdvance(ctx context.Context, who access.Actor, in *because) (*out[shownAdvance], error) {
	advance, err := a.Deliveries.RefuseAdvance(ctx, who, in.ID, in.reason())
	return &out[shownAdvance]{showAdvance(advance)}, err
}

// openAdvance is the request about a whole post that waits for a second person; nil when none does.
func (a *api) openAdvance(ctx context.Context, who access.Actor, postID int64) (*shownAdvance, error) {
	rows, err := a.Deliveries.Advances(ctx, who, postID)
	if err != nil {
		return nil, err
	}

	for _, advance := range rows {
		if advance.State == delivery.AdvanceAsked && advance.DeliveryID == nil {
			shown := showAdvance(advance)
			return &shown, nil
		}
	}

	return nil, nil
}
