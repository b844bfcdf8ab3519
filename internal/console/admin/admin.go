// Package admin holds the pages of administrators and auditors: units, users, grants, the audit trail.
// Accounts of the matrix have pages of their own.
package admin

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/org"
	"juzhen/internal/todo"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases behind the pages.
type Deps struct {
	PublicURL string // the address people type, for links that are handed over
	Org       *org.Service
	Identity  *identity.Service
	Audit     *audit.Service
}

type pages struct {
	kit   *web.Kit
	home  string
	units *org.Service
	id    *identity.Service
	trail *audit.Service
}

// Register adds the routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit: kit, home: deps.PublicURL, units: deps.Org, id: deps.Identity, trail: deps.Audit}
	kit.Duty(page.NavEntry{
		Text: "管理", Href: "/admin", Icon: "settings",
		Needs: []access.Permission{
			access.AccountManage, access.UnitManage, access.UserManage, access.UserStop,
		},
	})
	kit.Duty(page.NavEntry{
		Text:  "审计日志",
		Href:  "/admin/audit",
		Icon:  "history",
		Phone: true,
		Needs: []access.Permission{access.AuditView},
	})
	g := kit.Group("/admin")
	kit.Handle(g, http.MethodGet, "", access.Self, h.index)
	h.registerUnits(kit)
	h.registerUsers(kit)
	h.registerChanges(kit)
	h.registerTrail(kit)
}

// tab is one section of the administration.
type tab struct {
	Text, Href, Icon string
	Current          bool
	needs            access.Permission
	everywhere       bool // over the whole bureau: there is one of it
}

var tabs = []tab{
	{Text: "单位|栏目", Href: "/admin/units", Icon: "sitemap", needs: access.UnitManage},
	{Text: "用户与授权", Href: "/admin/users", Icon: "users", needs: access.UserManage},
	{Text: "账号|栏目", Href: "/matrix", Icon: "brand-weibo", needs: access.AccountManage},
	{Text: "审计日志", Href: "/admin/audit", Icon: "history", needs: access.AuditView},
	{Text: "人员与单位变更", Href: "/admin/changes", Icon: "clipboard-check", needs: access.UserStop},
	{Text: "栏目", Href: "/columns", Icon: "tag", needs: access.ColumnManage},
	{Text: "审核流程", Href: "/chains", Icon: "clipboard-check", needs: access.ChainManage},
	{Text: "审核流程", Href: "/chains", Icon: "clipboard-check", needs: access.ChainConfirm},
	{Text: "数据来源", Href: "/sources", Icon: "database", needs: access.SourceManage},
	{Text: "通知渠道", Href: "/channels", Icon: "send", needs: access.ChannelManage},
	{Text: "微官网", Href: "/site", Icon: "world", needs: access.SiteManage, everywhere: true},
}

func tabsFor(actor access.Actor, path string) []tab {
	var out []tab

	for _, t := range tabs {
		listed := slices.ContainsFunc(out, func(other tab) bool { return other.Href == t.Href })
		may := actor.Can(t.needs) && (!t.everywhere || actor.CanEverywhere(t.needs))
		if may && !listed {
			t.Current = strings.HasPrefix(path, t.Href)
			out = append(out, t)
		}
	}

	return out
}

// base is the frame of a page of the administration.
type base struct {
	page.Base
	Tabs []tab
}

func (h *pages) base(c *gin.Context, title string, crumbs ...page.Crumb) base {
	return base{h.kit.Base(c, title, crumbs...), tabsFor(web.Actor(c), c.Request.URL.Path)}
}

// index leads to the first section the person may open.
func (h *pages) index(c *gin.Context) error {
	tabs := tabsFor(web.Actor(c), "")
	if len(tabs) == 0 {
		return fault.Forbidden("您的角色没有这项权限")
	}

	return h.kit.See(c, tabs[0].Href, "")
}

// unitOptions are the units where the actor holds p, indented by depth, behind an empty choice when
// there is one.
func (h *pages) unitOptions(
	c *gin.Context,
	permission access.Permission,
	none string,
) ([]page.Option, error) {
	units, err := h.units.Within(c.Request.Context(), web.Actor(c), permission)
	var out []page.Option
	if none != "" {
		out = append(out, page.Option{Text: none})
	}

	top := shallowest(units)
	for _, unit := range units {
		out = append(out, page.Option{
			Value: strconv.FormatInt(unit.ID, 10),
			Text:  strings.Repeat("\u00a0\u00a0\u00a0\u00a0", unit.Depth()-top) + unit.Name,
			Raw:   true,
		})
	}

	return out, err
}

func shallowest(units []org.Unit) int {
	top := 1 << 30
	for _, unit := range units {
		top = min(top, unit.Depth())
	}

	return top
}

// pathOf gives the path of a unit chosen in a filter; empty when none is, or it is not the actor's to see.
func (h *pages) pathOf(c *gin.Context, id int64) (path, name string) {
	if id == 0 {
		return "", ""
	}
	unit, err := h.units.Find(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return "/none/", "" // matches nothing: a filter must never widen
	}

	return unit.Path, unit.Name
}

// TodoPages say where what waits is dealt with; that somebody lost a role is only to be known.
func TodoPages() todo.Pages {
	return todo.Pages{}.Page(identity.ChangeSubject, "/admin/changes/%d").Page(identity.UserSubject, "/todo")
}
