// Package todo is the page of what waits for the person who looks. Every matter leads to the page where it is dealt with;
// nothing is decided here.
package todo

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/todo"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases behind the page.
type Deps struct{ Todo *todo.Service }

type pages struct {
	kit *web.Kit
	svc *todo.Service
}

// Register adds the route.
func Register(kit *web.Kit, d Deps) {
	h := &pages{kit: kit, svc: d.Todo}
	kit.Declare("todo/list", listPage{})
	kit.Handle(kit.Group("/todo"), http.MethodGet, "", access.Self, h.list)
}

// listPage shows the matters under the heading of their kind, the most pressing kind first.
type listPage struct {
	page.Base
	Groups []group
	Count  int
}

type group struct {
	Kind, Name string
	Items      []item
}

// item is a matter in the reader's words.
type item struct {
	todo.Open
	Line, Icon, Tone, Word string
}

func (h *pages) list(c *gin.Context) error {
	open, err := h.svc.List(c.Request.Context(), web.Actor(c))
	if err != nil {
		return err
	}
	p := listPage{Base: h.kit.Base(c, "待办"), Count: len(open)}
	for _, o := range open {
		if n := len(p.Groups); n == 0 || p.Groups[n-1].Kind != o.Kind {
			p.Groups = append(p.Groups, group{Kind: o.Kind, Name: todo.KindName(o.Kind)})
		}
		g := &p.Groups[len(p.Groups)-1]
		g.Items = append(g.Items, item{o, p.T(o.Text(), o.Pairs()...), icons[o.Tone()], colours[o.Tone()], words[o.Tone()]})
	}
	return h.kit.Show(c, http.StatusOK, "todo/list", p)
}

var (
	icons   = map[todo.Tone]string{todo.Danger: "alert-triangle", todo.Warning: "clock-exclamation", todo.Notice: "clipboard-check"}
	colours = map[todo.Tone]string{todo.Danger: "red", todo.Warning: "orange", todo.Notice: "blue"}
	words   = map[todo.Tone]string{todo.Danger: "紧急", todo.Warning: "需处理", todo.Notice: "待处理"}
)
