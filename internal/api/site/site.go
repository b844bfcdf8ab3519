// Package site holds the operations on the public site: how it looks and whether everybody may see it.
package site

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/site"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct {
	Site *site.Service
}

// api are these operations with what they call.
type api struct {
	*rest.API
	Deps
}

// Register adds the operations to the interface.
func Register(to *rest.API, deps Deps) {
	a := &api{to, deps}
	operation := func(method, path, id, text string) huma.Operation {
		return rest.Op(method, path, id, "site", text)
	}
	rest.Register(a.API, operation(http.MethodGet, "/site", "get-site",
		i18n.N("微官网：保存的样子、公开的样子、是否公开")), access.SiteManage, a.find)
	rest.Register(a.API, operation(http.MethodPut, "/site", "put-site",
		i18n.N("保存微官网的样子；公开的样子不变，已有的申请作废")), access.SiteManage, a.save)
	emblem := operation(http.MethodPut, "/site/emblem", "put-site-emblem",
		i18n.N("换掉保存的徽标；公开的样子不变，已有的申请作废"))
	emblem.MaxBodyBytes = rest.MaxUpload
	rest.Register(a.API, emblem, access.SiteManage, a.setEmblem)
	rest.Register(a.API, operation(http.MethodDelete, "/site/emblem", "delete-site-emblem",
		i18n.N("去掉保存的徽标；公开的样子不变，已有的申请作废")), access.SiteManage, a.removeEmblem)
	rest.Register(a.API, operation(http.MethodPost, "/site/ask", "ask-site",
		i18n.N("申请按保存的样子公开")), access.SiteManage, a.ask)
	rest.Register(a.API, operation(http.MethodPost, "/site/confirm", "confirm-site",
		i18n.N("由另一人确认公开")), access.SiteManage, a.confirm)
	rest.Register(a.API, operation(http.MethodPost, "/site/refuse", "refuse-site",
		i18n.N("不同意公开，或撤回自己的申请")), access.SiteManage, a.refuse)
	rest.Register(a.API, operation(http.MethodPost, "/site/close", "close-site",
		i18n.N("关闭微官网，立刻生效")), access.SiteManage, a.shut)
}

type look struct {
	Name   string `json:"name"`
	NameEn string `json:"name_en"`
	Footer string `json:"footer"`
	Filing string `json:"filing" doc:"备案号"`
	Accent string `json:"accent" doc:"颜色，#rrggbb"`
	Emblem string `json:"emblem,omitempty" doc:"徽标的 SHA-256 的前 12 位；没有徽标则不出现"`
}

func lookOf(l site.Look) look {
	return look{
		Name: l.Name, NameEn: l.NameEn, Footer: l.Footer, Filing: l.Filing, Accent: l.Accent,
		Emblem: l.EmblemHash(),
	}
}

type settings struct {
	Revision int        `json:"revision" doc:"每次改动加一"`
	Saved    look       `json:"saved" doc:"保存的样子"`
	SavedBy  string     `json:"saved_by,omitempty"`
	Public   look       `json:"public" doc:"最近一次公开的样子"`
	Open     bool       `json:"open" doc:"所有人看得到"`
	AskedBy  string     `json:"asked_by,omitempty" doc:"申请公开、正等另一人确认的人"`
	AskedAt  *time.Time `json:"asked_at,omitempty"`
}

func answer(d site.Draft, err error) (*rest.Out[settings], error) {
	if err != nil {
		return nil, err
	}

	return &rest.Out[settings]{Body: settings{
		Revision: d.Revision, Saved: lookOf(d.Look), SavedBy: d.SavedBy, Public: lookOf(d.Public),
		Open: d.Open, AskedBy: d.AskedBy, AskedAt: rest.UTC(d.AskedAt),
	}}, nil
}

func (a *api) find(ctx context.Context, who access.Actor, _ *struct{}) (*rest.Out[settings], error) {
	return answer(a.Site.Find(ctx, who))
}

type newLook struct {
	Revision int    `json:"revision" minimum:"0" maximum:"2147483647" doc:"所依据的修订号"`
	Name     string `json:"name" minLength:"1" maxLength:"40"`
	NameEn   string `json:"name_en" minLength:"1" maxLength:"80"`
	Footer   string `json:"footer" minLength:"1" maxLength:"300" doc:"主办单位、联系方式"`
	Filing   string `json:"filing,omitempty" maxLength:"60" doc:"备案号"`
	Accent   string `json:"accent" minLength:"7" maxLength:"7" doc:"颜色，#rrggbb，与白底的对比度至少 4.5"`
}

func (a *api) save(
	ctx context.Context, who access.Actor, in *struct{ Body newLook },
) (*rest.Out[settings], error) {
	body := in.Body

	return answer(a.Site.Save(ctx, who, body.Revision, site.Look{
		Name: body.Name, NameEn: body.NameEn, Footer: body.Footer, Filing: body.Filing, Accent: body.Accent,
	}))
}

// emblemForm is the multipart form of an emblem.
type emblemForm struct {
	File     huma.FormFile `form:"file" required:"true" doc:"JPEG、PNG、GIF 或 WebP 图片；缩小到 192 像素以内，存为 PNG"`
	Revision int           `form:"revision" required:"true" doc:"所依据的修订号"`
}

func (a *api) setEmblem(ctx context.Context, who access.Actor, in *struct {
	RawBody huma.MultipartFormFiles[emblemForm]
}) (*rest.Out[settings], error) {
	form := in.RawBody.Data()

	return answer(a.Site.SetEmblem(ctx, who, form.Revision, form.File))
}

func (a *api) removeEmblem(ctx context.Context, who access.Actor, in *struct {
	Revision int `query:"revision" required:"true" minimum:"0" maximum:"2147483647" doc:"所依据的修订号"`
}) (*rest.Out[settings], error) {
	return answer(a.Site.SetEmblem(ctx, who, in.Revision, nil))
}

type shown struct {
	Body struct {
		Revision int `json:"revision" minimum:"0" maximum:"2147483647" doc:"所依据的修订号"`
	}
}

func (a *api) ask(ctx context.Context, who access.Actor, in *shown) (*rest.Out[settings], error) {
	return answer(a.Site.Ask(ctx, who, in.Body.Revision))
}

func (a *api) confirm(ctx context.Context, who access.Actor, in *shown) (*rest.Out[settings], error) {
	return answer(a.Site.Answer(ctx, who, in.Body.Revision, true))
}

func (a *api) refuse(ctx context.Context, who access.Actor, in *shown) (*rest.Out[settings], error) {
	return answer(a.Site.Answer(ctx, who, in.Body.Revision, false))
}

func (a *api) shut(ctx context.Context, who access.Actor, in *shown) (*rest.Out[settings], error) {
	return answer(a.Site.Close(ctx, who, in.Body.Revision))
}
