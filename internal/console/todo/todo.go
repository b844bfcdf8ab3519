// Package todo is the page of what waits for the person who looks. Every matter leads to the page where
// it is dealt with; nothing is decided here.
package todo

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/i18n"
	"juzhen/internal/roster"
	"juzhen/internal/todo"
	"juzhen/internal/view"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases behind the page.
type Deps struct {
	Todo   *todo.Service
	Roster *roster.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// Register adds the route.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Belongs("/", "/todo")
	kit.Declare("todo/list", listPage{})
	kit.Handle(kit.Group("/todo"), http.MethodGet, "", access.Self, h.list)
	kit.Handle(kit.Group("/todo"), http.MethodPost, "/:id/read", access.Self, h.read)
	kit.Handle(kit.Group("/todo"), http.MethodPost, "/:id/open", access.Self, h.opened)
}

// listPage shows the matters under the heading of their kind, the most pressing kind first.
type listPage struct {
	page.Base
	Groups []group
	Count  int
	Kind   string       // of the address; empty: all kinds
	Duty   roster.Watch // at the reader's unit
}

// shown is how many of each kind stand on the page of all kinds.
const shown = 20

// group is the matters of one kind; More of them are not listed.
type group struct {
	Kind, Name string
	All, More  int
	Items      []item
}

// item is a matter in the reader's words.
type item struct {
	todo.Open
	Line, Icon, Tone, Word string
}

// listForm is the filter, as the address holds it.
type listForm struct {
	Kind string `form:"kind"`
}

func (h *pages) list(c *gin.Context) error {
	var f listForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}

	p := listPage{Base: h.kit.Base(c, "待办"), Kind: f.Kind}
	open, counts, err := h.open(c, p.Kind)
	if err != nil {
		return err
	}

	if p.Duty, err = h.Roster.Mine(c.Request.Context(), web.Actor(c)); err != nil {
		return err
	}

	for _, n := range counts {
		p.Count += n
	}
	if p.Kind != "" {
		p.Crumbs = []page.Crumb{{Text: "待办", Href: "/todo"}}
	}

	for _, o := range open {
		if n := len(p.Groups); n == 0 || p.Groups[n-1].Kind != o.Kind {
			p.Groups = append(p.Groups, group{
				Kind: o.Kind,
				Name: todo.KindName(o.Kind),
				All:  counts[o.Kind],
				More: counts[o.Kind],
			})
		}
		g := &p.Groups[len(p.Groups)-1]
		g.Items = append(g.Items, item{
			o, p.T(o.Text(), o.Pairs()...), icons[o.Tone()], colours[o.Tone()], words[o.Tone()],
		})
		g.More--
	}

	return h.kit.Show(c, http.StatusOK, "todo/list", p)
}

// read takes a notice from the reader's own list.
func (h *pages) read(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.Todo.Read(c.Request.Context(), web.Actor(c), id); err != nil {
		return err
	}

	return h.kit.See(c, "/todo", "")
}

// opened notes that the reader followed a link of the list: the script of the page says so while the browser
// goes there.
func (h *pages) opened(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.Todo.Opened(c.Request.Context(), web.Actor(c), id); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)

	return nil
}

// open reads the matters of one kind or the first of each, and how many there are.
func (h *pages) open(c *gin.Context, kind string) ([]todo.Open, map[string]int, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	counts, err := h.Todo.CountKinds(ctx, actor)
	if err != nil {
		return nil, nil, err
	}
	var list []todo.Open
	if kind == "" {
		list, err = h.Todo.First(ctx, actor, shown)
	} else {
		list, err = h.Todo.OfKind(ctx, actor, kind)
	}

	return list, counts, err
}

var (
	icons = map[todo.Tone]string{
		todo.Danger:  "alert-triangle",
		todo.Warning: "clock-exclamation",
		todo.Notice:  "clipboard-check",
	}
	colours = map[todo.Tone]string{todo.Danger: "red", todo.Warning: "orange", todo.Notice: "blue"}
	words   = map[todo.Tone]string{todo.Danger: "紧急", todo.Warning: "需处理", todo.Notice: "待处理"}
)

// ViewLists is the list whose filter readers keep: what waits for the reader.
func ViewLists() []view.List {
	return []view.List{{
		Key: "todo", Name: i18n.N("待办"), Path: "/todo", Needs: access.Self, Form: listForm{},
		Keeps: []view.Param{
			view.Text("kind"),
		},
	}}
}
