// Package sources holds the pages on which data sources are kept: where readings come from, what is made of
// them, what came of each pull. Who may is package source's to say.
package sources

import (
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/console/badge"
	"juzhen/internal/identity"
	"juzhen/internal/org"
	"juzhen/internal/source"
	"juzhen/internal/template"
	"juzhen/internal/todo"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases the pages call.
type Deps struct {
	Sources *source.Service
	Units   *org.Service
	People  *identity.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// Register declares the pages and their routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Badges(badge.Find)
	kit.Belongs("/admin", "/sources")
	kit.Declare("sources/list", listPage{})
	kit.Declare("sources/form", formPage{})
	kit.Declare("sources/show", showPage{})

	g := kit.Group("/sources")
	kit.Handle(g, "GET", "", access.SourceManage, h.list)
	kit.Handle(g, "POST", "", access.SourceManage, h.create)
	kit.Handle(g, "GET", "/new", access.SourceManage, h.fresh)
	kit.Handle(g, "GET", "/:id", access.SourceManage, h.show)
	kit.Handle(g, "GET", "/:id/edit", access.SourceManage, h.edit)
	kit.Handle(g, "POST", "/:id", access.SourceManage, h.change)
	kit.Handle(g, "POST", "/:id/switch", access.SourceManage, h.turn)
	kit.Handle(g, "POST", "/:id/pull", access.SourceManage, h.pull)
}

// TodoPages say where what waits is dealt with.
func TodoPages() todo.Pages { return todo.Pages{}.Page(source.TodoSubject, "/sources/%d") }

// listPage is the list of sources.
type listPage struct {
	page.Base
	Rows []source.Source
}

func (h *pages) list(c *gin.Context) error {
	p := listPage{Base: h.kit.Base(c, "数据来源", page.Crumb{Text: "管理", Href: "/admin"})}

	var err error
	if p.Rows, err = h.Sources.List(c.Request.Context(), web.Actor(c)); err != nil {
		return err
	}

	return h.kit.Show(c, 200, "sources/list", p)
}

func crumbs() []page.Crumb {
	return []page.Crumb{{Text: "管理", Href: "/admin"}, {Text: "数据来源", Href: "/sources"}}
}

// showPage is one source with its pulls.
type showPage struct {
	page.Base
	Source source.Source
	Every  string // in the reader's language
	Lines  []line
	Pulls  []pull
}

// line is a line of the mapping.
type line struct {
	Slot  source.Slot
	Value string
	Error string // in the reader's language
	Got   string // what a trial found there
}

// Name is the line as a field of a form.
func (l line) Name() string { return source.FieldOf(l.Slot.Key) }

// ID is the line's control.
func (l line) ID() string { return "f-map-" + strings.ReplaceAll(l.Slot.Key, ".", "-") }

// Label is what the line is for.
func (l line) Label() string {
	if l.Slot.Column != nil {
		return l.Slot.Column.Label
	}

	return l.Slot.Field.Label
}

// Rows tells whether the line says where the rows of a table are.
func (l line) Rows() bool { return l.Slot.Column == nil && l.Slot.Field.Type == template.Table }

// pull is one pull with its reasons in the reader's language.
type pull struct {
	source.Pull
	Why []string
}

func (h *pages) show(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p, err := h.page(c, id)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "sources/show", p)
}

func (h *pages) page(c *gin.Context, id int64) (showPage, error) {
	one, pulls, err := h.Sources.Find(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return showPage{}, err
	}
	p := showPage{Base: h.kit.Base(c, "数据来源", crumbs()...), Source: one}
	p.Heading, p.Every = one.Name, every(p.Base, one.Every)

	for _, slot := range source.Slots(one.Kind) {
		if value := one.Mapping[slot.Key]; value != "" {
			p.Lines = append(p.Lines, line{Slot: slot, Value: value})
		}
	}

	for _, done := range pulls {
		shown := pull{Pull: done}

		for _, reason := range done.Reasons {
			shown.Why = append(shown.Why, p.T(reason.Text, reason.Pairs()...))
		}
		p.Pulls = append(p.Pulls, shown)
	}

	return p, nil
}

// every is a schedule in words.
func every(base page.Base, minutes int) string {
	switch {
	case minutes == 1440:
		return base.T("每天一次")
	case minutes == 60:
		return base.T("每小时一次")
	case minutes >= 60:
		return base.T("每 {.n} 小时一次", "n", minutes/60)
	}

	return base.T("每 {.n} 分钟一次", "n", minutes)
}

// turn switches a source off or on.
func (h *pages) turn(c *gin.Context) error {
	type switchForm struct {
		Version int    `form:"version"`
		To      string `form:"to"` // "on" or "off"
	}

	id, form, _, err := web.Act(c, func(id int64, form switchForm) (source.Source, error) {
		return h.Sources.Switch(c.Request.Context(), web.Actor(c), id, form.Version, form.To == "on")
	})
	text := "已停用，不再取数"
	if form.To == "on" {
		text = "已启用"
	}

	return h.back(c, id, err, text)
}

// pull takes readings now.
func (h *pages) pull(c *gin.Context) error {
	id, _, done, err := web.Act(c, func(id int64, _ struct{}) (source.Pull, error) {
		return h.Sources.Pull(c.Request.Context(), web.Actor(c), id)
	})

	return h.back(c, id, err, map[source.Result]string{
		source.Drafted: "已取数，写了一份草稿",
		source.Same:    "已取数，没有新数据",
		source.Failed:  "没有取到数据，原因见下",
	}[done.Result])
}

// back leads to the source's page, or shows it with what kept the act from being done.
func (h *pages) back(c *gin.Context, id int64, err error, text string) error {
	if err == nil {
		return h.kit.See(c, "/sources/"+strconv.FormatInt(id, 10), text)
	}
	p, perr := h.page(c, id)
	if perr != nil {
		return perr
	}

	return h.kit.Refuse(c, err, "sources/show", &p)
}
