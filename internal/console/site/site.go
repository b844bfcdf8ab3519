// Package site holds the page on which administrators and supervisors of the whole keep how the public site
// looks, see it before anybody else does, and open it by two people. Who may do what is the noun's to say.
package site

import (
	"context"
	"mime/multipart"
	"net/http"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/media"
	"juzhen/internal/site"
	"juzhen/internal/todo"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Preview answers an address of the public site, a path with the parameters behind it, as it would be with a
// look that is not public. What leads to the site leads below the folder at.
type Preview interface {
	Open(
		ctx context.Context, look site.Look, path, parameters, at string,
	) (kind string, body []byte, err error)
}

// Deps are the use cases the page calls.
type Deps struct {
	Site    *site.Service
	Preview Preview
	Address string // where readers find the public site; "": nobody said
}

type pages struct {
	kit *web.Kit
	Deps
}

// previewPath is the folder of the preview.
const previewPath = "/site/preview"

// oneUpload bounds a form with one picture.
const oneUpload = media.MaxUpload + 1<<20

// Register declares the page and its routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Belongs("/admin", "/site")
	kit.Declare("site/show", showPage{})

	g := kit.Group("/site")
	kit.Handle(g, http.MethodGet, "", access.SiteManage, h.show)
	kit.Handle(g, http.MethodPost, "", access.SiteManage, h.save)
	kit.Handle(g, http.MethodGet, "/preview", access.SiteManage, h.front)
	kit.Handle(g, http.MethodGet, "/preview/*path", access.SiteManage, h.preview)
	kit.Handle(g, http.MethodGet, "/emblem", access.SiteManage, h.emblem)
	kit.Handle(g, http.MethodPost, "/emblem", access.SiteManage, h.setEmblem, web.MaxBody(oneUpload))
	kit.Handle(g, http.MethodPost, "/emblem/remove", access.SiteManage, h.removeEmblem)
	kit.Handle(g, http.MethodPost, "/ask", access.SiteManage, h.ask)
	kit.Handle(g, http.MethodPost, "/confirm", access.SiteManage, h.confirm)
	kit.Handle(g, http.MethodPost, "/refuse", access.SiteManage, h.refuse)
	kit.Handle(g, http.MethodPost, "/close", access.SiteManage, h.shut)
}

// TodoPages say where what waits is dealt with.
func TodoPages() todo.Pages { return todo.Pages{}.Page(site.TodoSubject, "/site") }

// lookForm is what is written of the look.
type lookForm struct {
	Revision int    `form:"revision"`
	Name     string `form:"name"`
	NameEn   string `form:"name_en"`
	Footer   string `form:"footer"`
	Filing   string `form:"filing"`
	Accent   string `form:"accent"`
}

// revisionForm is an act on the settings of the revision that the page showed.
type revisionForm struct {
	Revision int `form:"revision"`
}

func formOf(draft site.Draft) lookForm {
	return lookForm{
		Revision: draft.Revision, Name: draft.Name, NameEn: draft.NameEn, Footer: draft.Footer,
		Filing: draft.Filing, Accent: draft.Accent,
	}
}

// showPage is the settings of the site.
type showPage struct {
	page.Base
	Draft   site.Draft
	Form    lookForm
	May     map[string]bool
	Why     string // why the reader may not confirm
	Address string

	MaxName, MaxNameEn, MaxFooter, MaxFiling int
}

// Changes are what the draft would change of what everybody sees.
func (p showPage) Changes() []change {
	now, then := p.Draft.Public, p.Draft.Look
	all := []change{
		{"名称", now.Name, then.Name}, {"英文名称", now.NameEn, then.NameEn}, {"页脚", now.Footer, then.Footer},
		{"备案号", now.Filing, then.Filing}, {"颜色", now.Accent, then.Accent},
		{"徽标", now.EmblemHash(), then.EmblemHash()},
	}

	var out []change

	for _, one := range all {
		if one.From != one.To {
			out = append(out, one)
		}
	}

	return out
}

// change is one thing that differs.
type change struct{ Name, From, To string }

func (h *pages) page(c *gin.Context) (showPage, error) {
	actor := web.Actor(c)
	draft, err := h.Site.Find(c.Request.Context(), actor)
	if err != nil {
		return showPage{}, err
	}
	p := showPage{
		Base:  h.kit.Base(c, "微官网", page.Crumb{Text: "管理", Href: "/admin"}),
		Draft: draft, Form: formOf(draft), May: map[string]bool{}, Address: h.Address,
		MaxName: site.MaxName, MaxNameEn: 2 * site.MaxName, MaxFooter: site.MaxFooter,
		MaxFiling: site.MaxFiling,
	}

	for _, act := range site.Acts() {
		no := draft.May(actor.UserID, act)
		p.May[string(act)] = no == nil
		if no != nil && act == site.Confirm && draft.Waits() {
			p.Why = h.kit.Printer(c).T(no.Text, no.Args...)
		}
	}

	return p, nil
}

func (h *pages) show(c *gin.Context) error {
	p, err := h.page(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "site/show", p)
}

func (h *pages) save(c *gin.Context) error {
	var form lookForm
	err := web.Bind(c, &form)
	if err == nil {
		_, err = h.Site.Save(c.Request.Context(), web.Actor(c), form.Revision, site.Look{
			Name: form.Name, NameEn: form.NameEn, Footer: form.Footer, Filing: form.Filing,
			Accent: form.Accent,
		})
	}
	if err == nil {
		return h.kit.See(c, "/site", "已保存，还没有公开：请先预览，再申请公开")
	}
	p, perr := h.page(c)
	if perr != nil {
		return perr
	}
	p.Form = form

	return h.kit.Refuse(c, err, "site/show", &p)
}

func (h *pages) ask(c *gin.Context) error {
	return h.act(c, "已申请公开，等另一人确认",
		func(ctx context.Context, actor access.Actor, revision int) (site.Draft, error) {
			return h.Site.Ask(ctx, actor, revision)
		})
}

func (h *pages) confirm(c *gin.Context) error {
	return h.act(c, "微官网已按这个样子公开",
		func(ctx context.Context, actor access.Actor, revision int) (site.Draft, error) {
			return h.Site.Answer(ctx, actor, revision, true)
		})
}

func (h *pages) refuse(c *gin.Context) error {
	return h.act(c, "申请已撤回，公开的样子没有变",
		func(ctx context.Context, actor access.Actor, revision int) (site.Draft, error) {
			return h.Site.Answer(ctx, actor, revision, false)
		})
}

func (h *pages) shut(c *gin.Context) error {
	return h.act(c, "微官网已关闭",
		func(ctx context.Context, actor access.Actor, revision int) (site.Draft, error) {
			return h.Site.Close(ctx, actor, revision)
		})
}

// act does something with the settings of the revision that the page showed.
func (h *pages) act(
	c *gin.Context,
	done string,
	do func(ctx context.Context, actor access.Actor, revision int) (site.Draft, error),
) error {
	var form revisionForm
	err := web.Bind(c, &form)
	if err == nil {
		_, err = do(c.Request.Context(), web.Actor(c), form.Revision)
	}
	if err == nil {
		return h.kit.See(c, "/site", done)
	}

	return h.refused(c, err)
}

// refused shows the settings with why something was not done.
func (h *pages) refused(c *gin.Context, why error) error {
	p, err := h.page(c)
	if err != nil {
		return err
	}

	return h.kit.Refuse(c, why, "site/show", &p)
}

// front shows the first page as it would be with what is saved, in the reader's language.
func (h *pages) front(c *gin.Context) error {
	path := "/"
	if h.kit.Printer(c).Lang() == i18n.English {
		path += i18n.English
	}

	return h.open(c, path)
}

// preview shows any page of the site as it would be with what is saved.
func (h *pages) preview(c *gin.Context) error { return h.open(c, c.Param("path")) }

func (h *pages) open(c *gin.Context, path string) error {
	draft, err := h.Site.Find(c.Request.Context(), web.Actor(c))
	if err != nil {
		return err
	}
	kind, body, err := h.Preview.Open(
		c.Request.Context(),
		draft.Look,
		path,
		c.Request.URL.RawQuery,
		previewPath,
	)
	if err != nil {
		return err
	}
	c.Data(http.StatusOK, kind, body)

	return nil
}

// emblem is the picture of what is saved.
func (h *pages) emblem(c *gin.Context) error {
	draft, err := h.Site.Find(c.Request.Context(), web.Actor(c))
	if err != nil {
		return err
	}
	if draft.Emblem == "" {
		return fault.NotFound("没有徽标")
	}
	c.Data(http.StatusOK, "image/png", []byte(draft.Emblem))

	return nil
}

// emblemForm is a picture for the settings of the revision that the page showed.
type emblemForm struct {
	Revision int                   `form:"revision"`
	File     *multipart.FileHeader `form:"file"`
}

func (h *pages) setEmblem(c *gin.Context) error {
	var form emblemForm
	err := web.Bind(c, &form)
	if err == nil {
		err = h.receive(c, form)
	}
	if err != nil {
		return h.refused(c, err)
	}

	return h.kit.See(c, "/site", "徽标已保存，还没有公开")
}

func (h *pages) receive(c *gin.Context, form emblemForm) error {
	if form.File == nil {
		return fault.Invalid("file", "请选择一张图片")
	}
	picture, err := form.File.Open()
	if err != nil {
		return fault.Invalid("file", "图片没有传完整，请重新上传").With(err)
	}
	defer func() { _ = picture.Close() }()
	_, err = h.Site.SetEmblem(c.Request.Context(), web.Actor(c), form.Revision, picture)

	return err
}

func (h *pages) removeEmblem(c *gin.Context) error {
	return h.act(c, "徽标已去掉，还没有公开",
		func(ctx context.Context, actor access.Actor, revision int) (site.Draft, error) {
			return h.Site.SetEmblem(ctx, actor, revision, nil)
		})
}
