package posts

import (
	"context"
	"net/http"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/link"
)

type postLink struct {
	Address  string     `json:"address" doc:"规范化的网址"`
	State    string     `json:"state" enum:"unseen,open,elsewhere,certificate,dead,unclear" doc:"unclear：对方不接受程序访问，或本机现在看不了"`
	Why      string     `json:"why,omitempty" doc:"没有看成的原因，如 no_host、no_way、timeout"`
	Status   int        `json:"status,omitempty" doc:"对方返回的状态；没有为没有返回"`
	LedTo    string     `json:"led_to,omitempty" doc:"跳转到的别处"`
	LookedAt *time.Time `json:"looked_at,omitempty"`
}

type postLinks struct {
	Links []postLink `json:"links" doc:"当前一版各账号文案里的链接，按出现的次序"`
}

func (a *api) links() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/posts/{id}/links", "list-post-links",
		"posts", i18n.N("稿件里的链接，上一次查看的结果"),
	), access.PostView, a.postLinks)
	rest.Register(a.API, rest.Op(http.MethodPost,
		"/posts/{id}/links/look", "look-at-post-links",
		"posts", i18n.N("现在重新查看稿件里的链接；一分钟内看过的不再看"),
	), access.PostView, a.lookAtLinks)
}

func (a *api) postLinks(ctx context.Context, who access.Actor, in *rest.ByID) (*rest.Out[postLinks], error) {
	_, version, err := a.Posts.Find(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	list, err := a.Links.OfTexts(ctx, version.Texts()...)

	return &rest.Out[postLinks]{Body: postLinks{rest.Each(list, showLink)}}, err
}

// lookAtLinks answers with what is known now; the looks are done by a job.
func (a *api) lookAtLinks(
	ctx context.Context,
	who access.Actor,
	in *rest.ByID,
) (*rest.Out[postLinks], error) {
	if _, err := a.Posts.LookAgain(ctx, who, in.ID); err != nil {
		return nil, err
	}

	return a.postLinks(ctx, who, in)
}

func showLink(l link.Link) postLink {
	return postLink{
		Address:  l.Address,
		State:    string(l.State),
		Why:      string(l.Why),
		Status:   l.Status,
		LedTo:    l.LedTo,
		LookedAt: rest.UTC(l.LookedAt),
	}
}
