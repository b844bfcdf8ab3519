// Package templates holds the pages on which posts are begun from templates and on which units word them.
// What a template asks for and what it becomes is package template's to say.
package templates

import (
	"fmt"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/console/badge"
	"juzhen/internal/org"
	"juzhen/internal/template"
	"juzhen/internal/urgent"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases the pages call.
type Deps struct {
	Templates *template.Service
	Accounts  *account.Service
	Units     *org.Service
	Urgent    *urgent.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// Register declares the pages and their routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Badges(badge.Find)
	kit.Belongs("/posts", "/templates")
	kit.Declare("templates/list", listPage{})
	kit.Declare("templates/use", usePage{})
	kit.Declare("templates/use#live", usePage{})
	kit.Declare("templates/urgent", urgentPage{})
	kit.Declare("templates/urgent#live", urgentPage{})
	kit.Declare("templates/edit", editPage{})
	kit.Declare("templates/duties", dutiesPage{})
	kit.Declare("templates/warnings", warningsPage{})

	g := kit.Group("/templates")
	kit.Handle(g, "GET", "", access.PostView, h.list)
	kit.Handle(g, "GET", "/use", access.PostWrite, h.form)
	kit.Handle(g, "POST", "/use", access.PostWrite, h.use)
	kit.Handle(g, "GET", "/urgent", access.PostWrite, h.urgentForm)
	kit.Handle(g, "POST", "/urgent", access.PostWrite, h.startUrgent)
	kit.Handle(g, "GET", "/edit", access.TemplateManage, h.edit)
	kit.Handle(g, "POST", "/edit", access.TemplateManage, h.save)
	kit.Handle(g, "GET", "/warnings", access.PostView, h.warnings)
	kit.Handle(g, "GET", "/duties", access.TemplateManage, h.duties)
	kit.Handle(g, "POST", "/duties", access.TemplateManage, h.setDuty)
}

// listPage shows what a post can be begun from.
type listPage struct {
	page.Base
	Shipped []shipped
	Own     []ownRow
}

// shipped is a kind that comes with the console, with the units that word it in their own way.
type shipped struct {
	Kind     template.Kind
	Wordings []ownRow
}

// ownRow is a template with what the reader may do.
type ownRow struct {
	template.Template
	MayEdit bool
}

func (h *pages) list(c *gin.Context) error {
	actor := web.Actor(c)
	p := listPage{Base: h.kit.Base(c, "模板", page.Crumb{Text: "稿件", Href: "/posts"})}
	all, err := h.Templates.List(c.Request.Context(), actor)
	if err != nil {
		return err
	}

	wordings := map[template.Kind][]ownRow{}

	for _, t := range all {
		row := ownRow{t, actor.CanAt(access.TemplateManage, t.UnitPath)}
		if t.Kind == template.Own {
			p.Own = append(p.Own, row)
		} else {
			wordings[t.Kind] = append(wordings[t.Kind], row)
		}
	}

	for _, kind := range template.Shipped() {
		p.Shipped = append(p.Shipped, shipped{kind, wordings[kind]})
	}

	return h.kit.Show(c, 200, "templates/list", p)
}

// options are units to choose from.
func options(units []org.Unit, chosen int64) []page.Option {
	var out []page.Option

	for _, unit := range units {
		out = append(out, page.Option{
			Value:    fmt.Sprint(unit.ID),
			Text:     unit.Name,
			Raw:      true,
			Selected: unit.ID == chosen,
		})
	}

	return out
}

func crumbs() []page.Crumb {
	return []page.Crumb{{Text: "稿件", Href: "/posts"}, {Text: "模板", Href: "/templates"}}
}
