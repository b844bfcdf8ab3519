package deliveries

import (
	"context"
	"net/http"

	"juzhen/internal/access"
	"juzhen/internal/api/pictures"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/post"
)

type handoffKit struct {
	Delivery OneDelivery             `json:"delivery"`
	Text     string                  `json:"text" doc:"审核通过的正文，请原样发布"`
	RepostOf string                  `json:"repost_of,omitempty"`
	Media    []pictures.VersionMedia `json:"media"`
}

type published struct {
	Link string `json:"link" minLength:"1" maxLength:"1000" doc:"微博的网址"`
}

func (a *api) handoffs() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/deliveries/{id}/handoff", "get-handoff",
		"deliveries", i18n.N("人工发布所需的正文和图片"),
	), access.PostView, a.getHandoff)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/deliveries/{id}/handoff/take", "take-handoff",
		"deliveries", i18n.N("领取人工发布"),
	), access.DeliveryDecide, a.takeHandoff)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/deliveries/{id}/handoff/return", "return-handoff",
		"deliveries", i18n.N("退回人工发布"),
	), access.DeliveryDecide, a.returnHandoff)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/deliveries/{id}/handoff/record", "record-handoff",
		"deliveries", i18n.N("登记人工发布的网址"),
	), access.DeliveryDecide, a.recordHandoff)
}

func (a *api) getHandoff(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[handoffKit], error) {
	kit, err := a.Deliveries.HandoffKit(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}

	return &rest.Out[handoffKit]{Body: handoffKit{Shower(ctx)(kit.Delivery), kit.Text, kit.RepostOf,
		rest.Each(kit.Media, func(m post.VersionMedia) pictures.VersionMedia {
			return pictures.VersionMedia{
				Picture: pictures.ShowPicture(m.Media), Alt: m.Alt,
			}
		})}}, nil
}

// afterwards answers an act on a delivery with what it is now.
func (a *api) afterwards(
	ctx context.Context,
	who access.Actor,
	id int64,
	err error,
) (*rest.Out[OneDelivery], error) {
	if err != nil {
		return nil, err
	}

	return a.getDelivery(ctx, who, &rest.ByID{ID: id})
}

func (a *api) takeHandoff(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[OneDelivery], error) {
	return a.afterwards(ctx, who, in.ID, a.Deliveries.TakeHandoff(ctx, who, in.ID))
}

func (a *api) returnHandoff(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[OneDelivery], error) {
	return a.afterwards(ctx, who, in.ID, a.Deliveries.ReturnHandoff(ctx, who, in.ID))
}

func (a *api) recordHandoff(ctx context.Context, who access.Actor, in *struct {
	rest.ByID
	Body published
}) (*rest.Out[OneDelivery], error) {
	return a.afterwards(ctx, who, in.ID, a.Deliveries.RecordHandoff(ctx, who, in.ID, in.Body.Link))
}
