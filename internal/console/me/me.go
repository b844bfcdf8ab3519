// Package me is a person's own page: who I am here, my password, my sessions, language and look. It
// shows nothing of other people.
package me

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/plan"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases behind the pages.
type Deps struct {
	Identity *identity.Service
	Plan     *plan.Service
	Public   string // the address of the console
}

type pages struct {
	kit *web.Kit
	id  *identity.Service

	plan   *plan.Service
	public string
}

// Register adds the routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit: kit, id: deps.Identity, plan: deps.Plan, public: deps.Public}
	kit.Declare("me/me", mePage{})
	kit.Declare("me/password", passwordPage{})
	g := kit.Group("/me")
	kit.Handle(g, http.MethodGet, "", access.Self, h.show)
	kit.Handle(g, http.MethodGet, "/password", access.Self, h.password)
	kit.Handle(g, http.MethodPost, "/password", access.Self, h.changePassword)
	kit.Handle(g, http.MethodPost, "/feeds", access.PostView, h.makeFeed)
	kit.Handle(g, http.MethodPost, "/feeds/:id/revoke", access.Self, h.revokeFeed)
	kit.Handle(g, http.MethodPost, "/sessions/end-all", access.Self, h.endAll)
	kit.Handle(g, http.MethodPost, "/sessions/:id/end", access.Self, h.end)
}

// mePage tells a person what the console knows of him or her.
type mePage struct {
	page.Base
	Me       identity.UserDetail
	Sessions []session
	Feeds    []plan.Feed
	Form     feedForm
	Address  string // of the feed that was just opened; it is shown once
}

// session is one sign-in as its owner sees it.
type session struct {
	identity.Session
	Current bool
	Device  string
}

func (h *pages) show(c *gin.Context) error {
	page, err := h.mePage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "me/me", page)
}

func (h *pages) mePage(c *gin.Context) (page mePage, err error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	me, err := h.id.Me(ctx, actor)
	if err != nil {
		return page, err
	}
	list, err := h.id.Sessions(ctx, actor)
	if err != nil {
		return page, err
	}

	page = mePage{Base: h.kit.Base(c, "我的账户"), Me: me}
	for _, s := range list {
		page.Sessions = append(page.Sessions, session{s, s.ID == actor.SessionID, device(s.UserAgent)})
	}

	page.Feeds, err = h.plan.Feeds(ctx, actor)

	return page, err
}

// passwordPage changes the own password. Must is set when somebody else chose the present one.
type passwordPage struct {
	page.Base
	Must     bool
	Code     bool // the one-time code of the confirmer is needed
	Username string
	Rules    page.PasswordHelp
}

func (h *pages) passwordPage(c *gin.Context) (passwordPage, error) {
	me, err := h.id.Me(c.Request.Context(), web.Actor(c))
	p := passwordPage{
		Base:     h.kit.Base(c, "修改密码", page.Crumb{Text: "我的账户", Href: "/me"}),
		Must:     me.MustChange,
		Code:     me.NeedsCode,
		Username: me.Username,
	}
	p.Rules = page.PasswordHelp{
		For:      "f-password",
		Also:     "f-repeat",
		Offer:    identity.GeneratePassword(),
		Username: me.Username,
	}
	if p.Must {
		p.Title, p.Bare = "设置新密码", true
	}

	return p, err
}

func (h *pages) password(c *gin.Context) error {
	page, err := h.passwordPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "me/password", page)
}

func (h *pages) changePassword(c *gin.Context) error {
	var f struct {
		Current  string `form:"current,raw" check:"required"`
		Code     string `form:"code"`
		Password string `form:"password,raw" check:"required"`
		Repeat   string `form:"repeat,raw" check:"required"`
	}
	err := web.Bind(c, &f)
	if err == nil && f.Repeat != f.Password {
		err = fault.Invalid("repeat", "两次输入的新密码不一致")
	}
	page, perr := h.passwordPage(c)
	if perr != nil {
		return perr
	}
	if err == nil {
		err = h.id.ChangePassword(c.Request.Context(), web.Actor(c),
			identity.NewPassword{Current: f.Current, Code: f.Code, Password: f.Password})
	}
	if err != nil {
		return h.kit.Refuse(c, err, "me/password", &page)
	}
	if page.Must {
		return h.kit.See(c, "/", "新密码已生效")
	}

	return h.kit.See(c, "/me", "密码已修改，其他会话已退出")
}

func (h *pages) end(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.id.EndSession(c.Request.Context(), web.Actor(c), id); err != nil {
		return err
	}
	if id == web.Actor(c).SessionID {
		h.kit.DropSession(c)
		return h.kit.See(c, web.SignInPath, "已退出登录")
	}

	return h.kit.See(c, "/me", "会话已结束")
}

func (h *pages) endAll(c *gin.Context) error {
	if err := h.id.SignOutEverywhere(c.Request.Context(), web.Actor(c)); err != nil {
		return err
	}
	h.kit.DropSession(c)

	return h.kit.See(c, web.SignInPath, "已退出全部会话")
}
