package matrix

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/i18n"
	"juzhen/internal/org"
	"juzhen/internal/reach"
	"juzhen/internal/view"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// listPage is the matrix: accounts in the order of the tree of units.
type listPage struct {
	page.Base
	Form    listForm
	Units   []page.Option
	States  []page.Option
	Tokens  []page.Option
	Columns []column
	Sorts   []page.Option // the columns again, for a phone, where there are no headings
	Chips   []page.Chip
	Groups  []group
	Counts  counts
	Shown   int // accounts the filters leave
	Prev    string
	Next    string
}

// perPage is how many accounts one page lists.
const perPage = 50

type listForm struct {
	Q     string `form:"q"`
	Unit  int64  `form:"unit"`
	State string `form:"state"`
	Token string `form:"token"`
	Sort  string `form:"sort"` // a key of columns; "" is the order of the tree of units
	Down  bool   `form:"down"`
	Page  int    `form:"page"` // from 0
}

// group is a unit with its accounts.
type group struct {
	Unit   org.Unit
	Indent int
	Rows   []row
}

// row is one account of the list.
type row struct {
	account.Account
	TokenState account.TokenState
	DaysLeft   int
	Latest     reach.Latest
	place      int // of its unit in the tree
}

// counts is the line under the title.
type counts struct {
	All, Live, Trouble int
}

// asks is what the filter of tokens can ask for.
const (
	asksTrouble = "trouble"
	asksGood    = "good"
)

func (h *pages) list(c *gin.Context) error {
	page := listPage{Base: h.kit.Base(c, "矩阵")}
	if err := web.Bind(c, &page.Form); err != nil {
		return err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	units, err := h.Org.Tree(ctx, actor)
	if err != nil {
		return err
	}
	all, err := h.Accounts.List(ctx, actor, account.Filter{
		UnitPath: pathOf(units, page.Form.Unit),
		Query:    page.Form.Q,
	})
	if err != nil {
		return err
	}
	latest, err := h.Reach.Latest(ctx, actor)
	if err != nil {
		return err
	}
	page.fill(units, all, latest)
	if err := page.order(); err != nil {
		return err
	}
	page.heads(c)
	page.cut(c)
	page.choices(c, units)

	return h.kit.Show(c, 200, "matrix/list", page)
}

func pathOf(units []org.Unit, id int64) string {
	for _, unit := range units {
		if unit.ID == id {
			return unit.Path
		}
	}

	return ""
}

// fill counts all accounts and groups those the filters leave by unit.
func (p *listPage) fill(units []org.Unit, all []account.Account, latest map[int64]reach.Latest) {
	byUnit := map[int64][]row{}

	for _, a := range all {
		r := row{
			Account:    a,
			TokenState: a.Token.At(p.Now),
			DaysLeft:   a.Token.DaysLeft(p.Now),
			Latest:     latest[a.ID],
		}
		p.Counts.add(r)
		if p.Form.passes(r) {
			byUnit[a.UnitID] = append(byUnit[a.UnitID], r)
			p.Shown++
		}
	}

	for place, unit := range inTreeOrder(units) {
		if rows := byUnit[unit.ID]; rows != nil {
			for i := range rows {
				rows[i].place = place
			}
			p.Groups = append(p.Groups, group{Unit: unit, Rows: rows})
		}
	}
}

// cut leaves the groups of the page asked for, and leads to its neighbours.
func (p *listPage) cut(c *gin.Context) {
	last := max(0, (p.Shown-1)/perPage)
	at := min(max(p.Form.Page, 0), last)
	skip, room := at*perPage, perPage
	var out []group

	for _, g := range p.Groups {
		from := min(skip, len(g.Rows))
		to := min(from+room, len(g.Rows))
		skip, room = skip-from, room-(to-from)
		if from < to {
			out = append(out, group{Unit: g.Unit, Indent: g.Indent, Rows: g.Rows[from:to]})
		}
	}
	p.Groups = out
	if at == 1 {
		p.Prev = web.Link(c, "page", "")
	} else if at > 1 {
		p.Prev = web.Link(c, "page", strconv.Itoa(at-1))
	}
	if at < last {
		p.Next = web.Link(c, "page", strconv.Itoa(at+1))
	}
}

// inTreeOrder puts each unit right behind its parent, brothers by position.
func inTreeOrder(units []org.Unit) []org.Unit {
	below := map[int64][]org.Unit{}

	known := map[int64]bool{}
	for _, unit := range units {
		known[unit.ID] = true
	}

	for _, unit := range units {
		parent := unit.ParentID
		if !known[parent] {
			parent = 0
		}
		below[parent] = append(below[parent], unit)
	}
	out := make([]org.Unit, 0, len(units))
	var walk func(parent int64)
	walk = func(parent int64) {
		children := below[parent]
		slices.SortStableFunc(children, func(a, b org.Unit) int {
			return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.ID, b.ID))
		})

		for _, unit := range children {
			out = append(out, unit)
			walk(unit.ID)
		}
	}
	walk(0)

	return out
}

// trouble tells whether an account that should post cannot.
func (r row) trouble() bool {
	return r.State == account.Live && r.Connector.NeedsToken() && r.TokenState != account.TokenValid ||
		r.State != account.Closed && r.Latest.Noticed > 0
}

func (n *counts) add(r row) {
	n.All++
	if r.State == account.Live {
		n.Live++
	}
	if r.trouble() {
		n.Trouble++
	}
}

func (f listForm) passes(r row) bool {
	switch {
	case f.State != "" && string(r.State) != f.State:
		return false
	case f.Token == asksTrouble:
		return r.trouble()
	case f.Token == asksGood:
		return !r.trouble()
	}

	return true
}

// choices fills the filters and says which are in force.
func (p *listPage) choices(c *gin.Context, units []org.Unit) {
	p.Units = []page.Option{{Text: "全部单位"}}
	for _, unit := range inTreeOrder(units) {
		chosen := unit.ID == p.Form.Unit
		p.Units = append(p.Units, page.Option{
			Value:    strconv.FormatInt(unit.ID, 10),
			Text:     unit.Name,
			Raw:      true,
			Selected: chosen,
		})
		if chosen {
			p.Chips = append(p.Chips, page.Chip{Name: "单位", Value: unit.Name, Href: web.Link(c, "unit", "")})
		}
	}

	p.States = []page.Option{{Text: "全部状态"}}
	for _, state := range account.States() {
		chosen := string(state) == p.Form.State
		p.States = append(p.States, page.Option{Value: string(state), Text: state.Label(), Selected: chosen})
		if chosen {
			p.Chips = append(p.Chips, page.Chip{
				Name:  "状态",
				Value: p.T(state.Label()),
				Href:  web.Link(c, "state", ""),
			})
		}
	}
	p.Tokens = []page.Option{
		{Text: "不限"},
		{Value: asksTrouble, Text: "需要处理", Selected: p.Form.Token == asksTrouble},
		{Value: asksGood, Text: "一切正常", Selected: p.Form.Token == asksGood},
	}
	if p.Form.Token != "" {
		p.Chips = append(p.Chips, page.Chip{
			Name:  "情况",
			Value: p.T(map[string]string{asksTrouble: "需要处理", asksGood: "一切正常"}[p.Form.Token]),
			Href:  web.Link(c, "token", ""),
		})
	}
	if p.Form.Q != "" {
		p.Chips = append(p.Chips, page.Chip{Name: "名称", Value: p.Form.Q, Href: web.Link(c, "q", "")})
	}
}

// MayManage tells whether to offer a new account.
func (p listPage) MayManage() bool { return p.Actor.Can(access.AccountManage) }

// ViewLists is the list whose filter readers keep: accounts.
func ViewLists() []view.List {
	return []view.List{{
		Key: "matrix", Name: i18n.N("账号"), Path: "/matrix", Needs: access.AccountView, Form: listForm{},
		Keeps: []view.Param{
			view.Text("q"),
			view.ID("unit"),
			view.Among("state", account.States()...),
			view.Text("token"),
			view.Text("sort"),
			view.Flag("down"),
		},
	}}
}
