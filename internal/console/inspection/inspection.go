// Package inspection holds the board of inspections: which account breaks which rule, who fails on which
// day if nothing is done, and what would prevent it. It belongs to reach. What a rule finds is package
// inspect's to say.
package inspection

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/console/badge"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/inspect"
	"juzhen/internal/org"
	"juzhen/internal/rescan"
	"juzhen/internal/todo"
	"juzhen/internal/view"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases the pages call.
type Deps struct {
	Inspect  *inspect.Service
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
	kit.Belongs("/reach", "/inspection")
	kit.Declare("inspection/board", boardPage{})
	kit.Declare("inspection/interaction", lookPage{})
	kit.Declare("inspection/runs", runsPage{})
	kit.Declare("inspection/run", runPage{})

	g := kit.Group("/inspection")
	kit.Handle(g, "GET", "", access.ReachView, h.board)
	kit.Handle(g, "GET", "/runs", access.ReachView, h.runs)
	kit.Handle(g, "GET", "/runs/:id", access.ReachView, h.run)
	kit.Handle(g, "GET", "/runs/:id/export.xlsx", access.ReachView, h.export)
	kit.Handle(g, "GET", "/accounts/:id", access.ReachView, h.interaction)
	kit.Handle(g, "POST", "/accounts/:id", access.InspectManage, h.look, web.MaxBody(fourPictures))
	kit.Handle(g, "GET", "/accounts/:id/checks/:check/:question", access.ReachView, h.picture)
}

// TodoPages say where what waits is dealt with.
func TodoPages() todo.Pages {
	return todo.Pages{}.Page(inspect.TodoSubject, "/inspection?account=%d")
}

var (
	crumb      = page.Crumb{Text: "成效", Href: "/reach"}
	boardCrumb = page.Crumb{Text: "检查", Href: "/inspection"}
)

// perPage is how many rows one page shows.
const perPage = 50

// maxPage bounds the page an address may ask for.
const maxPage = 1_000_000

// boardForm is the filter, as the address holds it.
type boardForm struct {
	Unit    int64         `form:"unit"` // with everything below it
	State   inspect.State `form:"state"`
	Rule    inspect.Kind  `form:"rule"`
	Account int64         `form:"account"`
	At      string        `form:"at"`   // 2026-12-15; empty: now
	Page    int           `form:"page"` // from 0
}

// boardPage is account × rule, who fails first in front.
type boardPage struct {
	page.Base
	Form    boardForm
	Board   inspect.Board
	Answer  parts.Inspection
	Scanned rescan.Status // how far what is published is looked through by the word lists
	Sums    []sum
	Rows    []row
	Units   []page.Option
	States  []page.Option
	Kinds   []page.Option
	Chips   []page.Chip
	Pager   page.Pager
	Day     string // of which it is asked, where that is not today
}

// sum is how many accounts are in a state, and the address that shows them.
type sum struct {
	State   inspect.State
	N       int
	Href    string
	Current bool
}

// row is a finding as it is shown.
type row struct {
	inspect.Finding
	Because []string // in the reader's language
	Remedy  string
}

// Look tells whether the rule is one of interaction, which a person looks at.
func (r row) Look() bool { return r.Rule.Kind == inspect.Interactive }

// Ago is for how many days it has failed.
func (r row) Ago() int { return -r.Left }

func (h *pages) board(c *gin.Context) error {
	p := boardPage{Base: h.kit.Base(c, "检查", crumb)}
	if err := web.Bind(c, &p.Form); err != nil {
		return err
	}
	ask, err := h.ask(c, &p)
	if err != nil {
		return err
	}
	p.Board, err = h.Inspect.Board(c.Request.Context(), web.Actor(c), ask)
	if err != nil {
		return err
	}
	p.Answer = parts.InspectionOf(p.Base, p.Board)
	if p.Scanned, err = h.Inspect.Scanned(c.Request.Context()); err != nil {
		return err
	}

	for _, found := range p.Board.Rows {
		p.Rows = append(p.Rows, shown(p.Base, found))
	}

	for _, state := range inspect.States() {
		p.Sums = append(p.Sums, sum{
			State: state, N: p.Board.By[state], Current: state == p.Form.State,
			Href: web.Link(c, "state", string(state), "page", ""),
		})
	}
	p.Pager = page.Pager{Shown: len(p.Rows), Total: p.Board.Found}
	if ask.Skip > 0 {
		p.Pager.First = web.Link(c, "page", "")
	}
	if ask.Skip+perPage < p.Board.Found {
		p.Pager.Next = web.Link(c, "page", strconv.Itoa(p.Form.Page+1))
	}

	return h.kit.Show(c, 200, "inspection/board", p)
}

// ask reads the address; what nobody can mean is the usual.
func (h *pages) ask(c *gin.Context, p *boardPage) (inspect.Ask, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p.Form.Page = min(max(p.Form.Page, 0), maxPage)
	ask := inspect.Ask{AccountID: p.Form.Account, Skip: p.Form.Page * perPage, Limit: perPage}
	if p.Form.State.Valid() {
		ask.State = p.Form.State
		p.chip("状态", p.T(ask.State.Label()), web.Link(c, "state", "", "page", ""))
	}
	var err error
	if ask.At, err = inspect.ParseAt(p.Form.At, p.Now); err != nil {
		return ask, err
	}
	p.Form.At = beijing.Date(p.Now)
	if !ask.At.IsZero() {
		p.Form.At, p.Day = beijing.Date(ask.At), beijing.Date(ask.At)
		p.chip("哪天检查", p.Day, web.Link(c, "at", "", "page", ""))
	}

	p.States, p.Kinds = parts.LabelFilter(inspect.States()), parts.LabelFilter(inspect.Kinds())
	if p.Form.Rule.Valid() {
		ask.Kind = p.Form.Rule
		p.chip("规则", p.T(ask.Kind.Label()), web.Link(c, "rule", "", "page", ""))
	}
	units, err := h.Units.Within(ctx, actor, access.ReachView)
	if err != nil {
		return ask, err
	}

	var unit org.Unit
	if p.Units, unit = parts.UnitFilter(units, p.Form.Unit); unit.ID != 0 {
		ask.UnitPath = unit.Path
		p.chip("单位", unit.Name, web.Link(c, "unit", "", "page", ""))
	}
	if p.Form.Account != 0 {
		id := strconv.FormatInt(p.Form.Account, 10)
		found, err := h.Accounts.Named(ctx, actor, access.ReachView, id)
		if err != nil {
			return ask, err
		}
		named := parts.AccountNamed(found, id)
		if named == nil {
			return ask, fault.NotFound("没有找到，或不在您的管辖范围内")
		}
		p.chip("账号", named.At(), web.Link(c, "account", "", "page", ""))
	}

	return ask, nil
}

func (p *boardPage) chip(name, value, href string) {
	p.Chips = append(p.Chips, page.Chip{Name: name, Value: value, Href: href})
}

// shown writes a finding in the reader's language.
func shown(p page.Base, found inspect.Finding) row {
	out := row{Finding: found, Remedy: p.T(found.Remedy.Text, found.Remedy.Args...)}

	for _, because := range found.Because {
		out.Because = append(out.Because, p.T(because.Text, because.Args...))
	}

	return out
}

// ViewLists is the list whose filter readers keep: inspections.
func ViewLists() []view.List {
	return []view.List{
		{
			Key:   "inspection",
			Name:  i18n.N("检查"),
			Path:  "/inspection",
			Needs: access.ReachView,
			Form:  boardForm{},
			Keeps: []view.Param{
				view.ID("unit"),
				view.Among("state", inspect.States()...),
				view.Among("rule", inspect.Kinds()...),
				view.ID("account"),
				view.Day("at"),
			},
		},
	}
}
