package api

import (
	"context"
	"slices"
	"time"

	"juzhen/internal/access"
)

type certificate struct {
	Delivery  oneDelivery     `json:"delivery"`
	PostID    int64           `json:"post_id"`
	Author    string          `json:"author"`
	Version   postVersion     `json:"version" doc:"发出的版本"`
	Text      string          `json:"text" doc:"该账号发出的正文"`
	Hash      string          `json:"hash" doc:"审核通过的请求的摘要"`
	Reviews   []Decided       `json:"reviews"`
	Events    []deliveryStep  `json:"events" doc:"经过，新的在前"`
	Decisions []shownDecision `json:"decisions"`
	PrintedAt time.Time       `json:"printed_at"`
}

func (a *api) certificate(ctx context.Context, who access.Actor, in *ByID) (*out[certificate], error) {
	c, err := a.Deliveries.Certificate(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	slices.Reverse(c.Events) // the newest first, as everywhere

	return &out[certificate]{
		certificate{
			Delivery:  shower(ctx)(c.Delivery),
			PostID:    c.Post.ID,
			Author:    c.Post.AuthorName,
			Version:   showVersion(c.Version),
			Text:      c.Text,
			Hash:      c.Hash,
			Reviews:   each(c.Reviews, showReview),
			Events:    each(c.Events, stepper(ctx)),
			Decisions: each(c.Decisions, showDecision),
			PrintedAt: c.PrintedAt.UTC(),
		},
	}, nil
}
