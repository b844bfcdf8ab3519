package plan

import (
	"context"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/plan"
)

// PlanFeed is an address under which a calendar program reads the plan.
type PlanFeed struct {
	ID     int64      `json:"id"`
	Name   string     `json:"name"`
	MadeAt time.Time  `json:"made_at"`
	UsedAt *time.Time `json:"used_at,omitempty" doc:"最近读取"`
}

type newFeed struct {
	Name string `json:"name" minLength:"1" maxLength:"20" doc:"用在哪里"`
}

type madeFeed struct {
	PlanFeed
	Token string `json:"token" doc:"只给这一次：地址是 /feeds/plan/TOKEN.ics"`
}

func (a *api) feeds() {
	rest.Register(a.API, rest.Op(http.MethodGet, "/feeds", "list-feeds", "plan", i18n.N("本人的日历订阅地址")),
		access.Self, a.listFeeds)
	rest.Register(a.API, rest.Secret(rest.Created(rest.Op(http.MethodPost, "/feeds", "create-feed", "plan",
		i18n.N("开通日历订阅：时间、账号和状态，没有正文")))), access.PostView, a.makeFeed)
	rest.Register(a.API, rest.Op(http.MethodDelete, "/feeds/{id}", "delete-feed", "plan", i18n.N("停用日历订阅地址")),
		access.Self, a.revokeFeed)
}

func showFeed(f plan.Feed) PlanFeed {
	return PlanFeed{ID: f.ID, Name: f.Name, MadeAt: f.MadeAt.UTC(), UsedAt: rest.UTC(f.UsedAt)}
}

func (a *api) listFeeds(
	ctx context.Context,
	who access.Actor,
	_ *struct{},
) (*rest.Out[rest.List[PlanFeed]], error) {
	feeds, err := a.Plan.Feeds(ctx, who)
	return rest.Paged(feeds, "", showFeed), err
}

func (a *api) makeFeed(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body newFeed },
) (*rest.Out[madeFeed], error) {
	feed, token, err := a.Plan.MakeFeed(ctx, who, in.Body.Name)
	return &rest.Out[madeFeed]{Body: madeFeed{PlanFeed: showFeed(feed), Token: token}}, err
}

func (a *api) revokeFeed(ctx context.Context, who access.Actor, in *rest.ByID) (*rest.None, error) {
	return &rest.None{}, a.Plan.RevokeFeed(ctx, who, in.ID)
}
