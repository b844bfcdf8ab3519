// Package faults holds the pages of the register of faults: what is open, a new fault, one fault with what
// was done and what can be done. It belongs to reach. Who may do what is package faultbook's to say.
package faults

import (
	"fmt"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/console/badge"
	"juzhen/internal/console/parts"
	"juzhen/internal/faultbook"
	"juzhen/internal/i18n"
	"juzhen/internal/org"
	"juzhen/internal/todo"
	"juzhen/internal/view"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases the pages call.
type Deps struct {
	Faults   *faultbook.Service
	Accounts *account.Service
	Units    *org.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// Register declares the pages and their routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Badges(badge.Find)
	kit.Belongs("/reach", "/faults")
	kit.Declare("faults/list", listPage{})
	kit.Declare("faults/new", newPage{})
	kit.Declare("faults/show", showPage{})

	g := kit.Group("/faults")
	kit.Handle(g, "GET", "", access.ReachView, h.list)
	kit.Handle(g, "GET", "/export.xlsx", access.ReachView, h.export)
	kit.Handle(g, "GET", "/new", access.FaultWrite, h.blank)
	kit.Handle(g, "POST", "", access.FaultWrite, h.open)
	kit.Handle(g, "POST", "/held", access.InspectManage, h.enter)
	kit.Handle(g, "GET", "/:id", access.ReachView, h.show)
	kit.Handle(g, "POST", "/:id/assign", access.FaultWrite, h.act(faultbook.Assign))
	kit.Handle(g, "POST", "/:id/correct", access.FaultWrite, h.act(faultbook.Correct))
	kit.Handle(g, "POST", "/:id/check", access.FaultWrite, h.act(faultbook.Pass))
	kit.Handle(g, "POST", "/:id/close", access.FaultClose, h.act(faultbook.Close))
	kit.Handle(g, "POST", "/:id/reopen", access.FaultClose, h.act(faultbook.Reopen))
}

// TodoPages say where what waits is dealt with.
func TodoPages() todo.Pages {
	return todo.Pages{}.Page(faultbook.TodoSubject, "/faults/%d").Page(faultbook.TodoHeld, "/faults?unit=%d")
}

func crumbs() []page.Crumb {
	return []page.Crumb{{Text: "成效", Href: "/reach"}, {Text: "问题台账", Href: "/faults"}}
}

func path(id int64) string { return fmt.Sprintf("/faults/%d", id) }

// perPage is how many faults one page of the list shows.
const perPage = 50

// listForm is the filter, as the address holds it.
type listForm struct {
	Unit    int64           `form:"unit"`
	State   faultbook.State `form:"state"`
	Code    string          `form:"code"`
	Overdue bool            `form:"overdue"`
	After   string          `form:"after"`
}

// all is the choice of every state, also of closed faults.
const all = "all"

// listPage lists faults, the last changed first.
type listPage struct {
	page.Base
	Form    listForm
	Rows    []row
	Sums    []sum
	Overdue int
	Units   []page.Option
	States  []page.Option
	Codes   []page.Option
	Chips   []page.Chip
	Pager   page.Pager
	Late    string // the address of what is overdue
	File    string // the address of all that match as an Excel file

	Held     []faultbook.Held    // what rules found and what was not entered, of those who decide on it
	Daily    int                 // how many of a code are entered within a day
	Quarters []faultbook.Quarter // the latest first
}

// row is a fault as the list shows it.
type row struct {
	faultbook.Fault
	Late bool
}

// sum is how many faults are in a state, and the address that shows them.
type sum struct {
	State   faultbook.State
	N       int
	Href    string
	Current bool
}

func (h *pages) list(c *gin.Context) error {
	p := listPage{Base: h.kit.Base(c, "问题台账", crumbs()[:1]...)}
	if err := web.Bind(c, &p.Form); err != nil {
		return err
	}
	query, err := h.query(c, &p)
	if err != nil {
		return err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	found, err := h.Faults.List(ctx, actor, query)
	if err != nil {
		return err
	}
	by, overdue, err := h.Faults.Count(ctx, actor, query.UnitPath)
	if err != nil {
		return err
	}

	for _, f := range found.Rows {
		p.Rows = append(p.Rows, row{f, f.Overdue(p.Now)})
	}

	for _, state := range faultbook.States() {
		p.Sums = append(p.Sums, sum{
			State: state, N: by[state], Current: p.Form.State == state,
			Href: web.Link(c, "state", string(state), "overdue", ""),
		})
	}
	p.Overdue, p.Late = overdue, web.Link(c, "overdue", "1", "state", "")
	if p.Quarters, err = h.Faults.Quarters(ctx, actor, query.UnitPath); err != nil {
		return err
	}
	p.Daily = faultbook.MaxDaily
	if p.Held, err = h.Faults.Held(ctx, actor, query.UnitPath); err != nil {
		return err
	}
	p.File = "/faults/export.xlsx"
	if asked := c.Request.URL.RawQuery; asked != "" {
		p.File += "?" + asked
	}
	p.Pager = web.PagerOf(c, len(p.Rows), p.Form.After, found.Next)

	return h.kit.Show(c, 200, "faults/list", p)
}

// enter writes what is held back of a code into the book.
func (h *pages) enter(c *gin.Context) error {
	var form struct {
		Code string `form:"code"`
	}
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	n, err := h.Faults.Enter(c.Request.Context(), web.Actor(c), form.Code)
	if err != nil {
		return err
	}

	return h.kit.See(c, "/faults?code="+form.Code, "已记入台账 {.n} 个", "n", n)
}

// query reads the address; what nobody can mean is the usual.
func (h *pages) query(c *gin.Context, p *listPage) (faultbook.Query, error) {
	query := faultbook.Query{
		Closed: p.Form.State == all, Overdue: p.Form.Overdue, After: p.Form.After, Limit: perPage,
	}
	units, err := h.Units.Within(c.Request.Context(), web.Actor(c), access.ReachView)
	if err != nil {
		return query, err
	}

	var unit org.Unit
	if p.Units, unit = parts.UnitFilter(units, p.Form.Unit); unit.ID != 0 {
		query.UnitPath = unit.Path
		p.chip("单位", unit.Name, web.Link(c, "unit", ""))
	}

	p.States = []page.Option{{Text: "未销号"}, {Value: all, Text: "全部"}}
	for _, state := range faultbook.States() {
		p.States = append(p.States, page.Option{Value: string(state), Text: state.Label()})
	}
	if p.Form.State.Valid() {
		query.State = p.Form.State
		p.chip("状态", p.T(query.State.Label()), web.Link(c, "state", ""))
	}
	p.Codes = append([]page.Option{{Text: "全部"}}, codeOptions(p.Form.Code)...)
	if code, ok := faultbook.CodeOf(p.Form.Code); ok {
		query.Code = code.Code
		p.chip("问题", p.T(code.Text), web.Link(c, "code", ""))
	}
	if p.Form.Overdue {
		p.chip("期限", p.T("逾期"), web.Link(c, "overdue", ""))
	}

	return query, nil
}

func (p *listPage) chip(name, value, href string) {
	p.Chips = append(p.Chips, page.Chip{Name: name, Value: value, Href: href})
}

func codeOptions(chosen string) (options []page.Option) {
	for _, code := range faultbook.Codes() {
		options = append(options, page.Option{
			Value: code.Code, Text: code.Text, Selected: code.Code == chosen,
		})
	}

	return options
}

// ViewLists is the list whose filter readers keep: the register of faults.
func ViewLists() []view.List {
	return []view.List{{
		Key: "faults", Name: i18n.N("问题台账"), Path: "/faults", Needs: access.ReachView, Form: listForm{},
		Keeps: []view.Param{
			view.ID("unit"),
			view.Among("state", append(faultbook.States(), all)...),
			view.Text("code"),
			view.Flag("overdue"),
		},
	}}
}
