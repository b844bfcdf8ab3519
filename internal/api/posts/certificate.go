package posts

import (
	"context"
	"slices"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/deliveries"
	"juzhen/internal/api/rest"
)

type certificate struct {
	Delivery  deliveries.OneDelivery     `json:"delivery"`
	PostID    int64                      `json:"post_id"`
	Author    string                     `json:"author"`
	Version   postVersion                `json:"version" doc:"发出的版本"`
	Text      string                     `json:"text" doc:"该账号发出的正文"`
	Hash      string                     `json:"hash" doc:"审核通过的请求的摘要"`
	Reviews   []Decided                  `json:"reviews"`
	Events    []deliveries.DeliveryStep  `json:"events" doc:"经过，新的在前"`
	Decisions []deliveries.ShownDecision `json:"decisions"`
	PrintedAt time.Time                  `json:"printed_at"`
}

func (a *api) certificate(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[certificate], error) {
	c, err := a.Deliveries.Certificate(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	slices.Reverse(c.Events) // the newest first, as everywhere

	return &rest.Out[certificate]{
		Body: certificate{
			Delivery:  deliveries.Shower(ctx)(c.Delivery),
			PostID:    c.Post.ID,
			Author:    c.Post.AuthorName,
			Version:   showVersion(c.Version),
			Text:      c.Text,
			Hash:      c.Hash,
			Reviews:   rest.Each(c.Reviews, showReview),
			Events:    rest.Each(c.Events, deliveries.Stepper(ctx)),
			Decisions: rest.Each(c.Decisions, deliveries.ShowDecision),
			PrintedAt: c.PrintedAt.UTC(),
		},
	}, nil
}
