// Package inbox holds the pages of what citizens say to the accounts: what waits for an answer, and one
// matter with its talk, its history and what can be done. Who may do what is package inbox's to say.
package inbox

import (
	"fmt"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/column"
	"juzhen/internal/console/badge"
	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/i18n"
	"juzhen/internal/inbox"
	"juzhen/internal/org"
	"juzhen/internal/todo"
	"juzhen/internal/view"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases the pages call.
type Deps struct {
	Inbox    *inbox.Service
	Accounts *account.Service
	Units    *org.Service
	Columns  *column.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// Register declares the pages and their routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Badges(badge.Find)
	kit.Duty(page.NavEntry{
		Text:  "互动",
		Href:  "/inbox",
		Icon:  "message",
		Needs: []access.Permission{access.InboxView},
		Waits: []string{todo.KindInbox},
	})
	kit.Declare("inbox/list", listPage{})
	kit.Declare("inbox/show", showPage{})
	kit.Declare("inbox/terms", termsPage{})
	kit.Declare("inbox/terms_unit", unitTermsPage{})
	kit.Declare("inbox/rules", rulesPage{})
	kit.Declare("inbox/rule", rulePage{})
	kit.Declare("inbox/rates", ratesPage{})

	g := kit.Group("/inbox")
	kit.Handle(g, "GET", "", access.InboxView, h.list)
	kit.Handle(g, "GET", "/rates", access.InboxView, h.rates)
	kit.Handle(g, "GET", "/rates.csv", access.InboxView, h.ratesCSV)
	kit.Handle(g, "GET", "/terms", access.InboxView, h.terms)
	kit.Handle(g, "GET", "/terms/:id", access.InboxView, h.unitTerms)
	kit.Handle(g, "POST", "/terms/:id", access.ClockManage, h.setTerms)
	kit.Handle(g, "GET", "/rules", access.InboxView, h.rules)
	kit.Handle(g, "POST", "/rules", access.InboxRule, h.saveRule)
	kit.Handle(g, "GET", "/rules/new", access.InboxRule, h.newRule)
	kit.Handle(g, "GET", "/rules/:id", access.InboxRule, h.rule)
	kit.Handle(g, "POST", "/rules/:id", access.InboxRule, h.saveRule)
	kit.Handle(g, "POST", "/rules/:id/retire", access.InboxRule, h.retireRule)
	kit.Handle(g, "POST", "/rules/:id/apply", access.InboxRule, h.applyRule)
	kit.Handle(g, "GET", "/:id", access.InboxView, h.show)
	kit.Handle(g, "GET", "/answers/:id", access.InboxView, h.answered)
	kit.Handle(g, "POST", "/:id/reply", access.InboxAnswer, h.reply)
	kit.Handle(g, "POST", "/:id/replies/:answer", access.InboxAnswer, h.decide)
	kit.Handle(g, "POST", "/:id/assign", access.InboxAssign, h.act(inbox.Assign))
	kit.Handle(g, "POST", "/:id/return", access.InboxAnswer, h.act(inbox.Return))
	kit.Handle(g, "POST", "/:id/refer", access.InboxAnswer, h.act(inbox.Refer))
	kit.Handle(g, "POST", "/:id/back", access.InboxAnswer, h.act(inbox.Back))
	kit.Handle(g, "POST", "/:id/answer", access.InboxAnswer, h.act(inbox.Answer))
	kit.Handle(g, "POST", "/:id/close", access.InboxAnswer, h.act(inbox.Close))
	kit.Handle(g, "POST", "/:id/reopen", access.InboxAnswer, h.act(inbox.Reopen))
	kit.Handle(g, "POST", "/:id/snooze", access.InboxAnswer, h.act(inbox.Snooze))
	kit.Handle(g, "POST", "/:id/sort", access.InboxAnswer, h.act(inbox.Sort))
	kit.Handle(g, "POST", "/:id/rate", access.InboxAnswer, h.act(inbox.Rate))
	kit.Handle(g, "POST", "/:id/merge", access.InboxAnswer, h.act(inbox.Merge))
	kit.Handle(g, "POST", "/:id/note", access.InboxAnswer, h.act(inbox.Note))
	kit.Handle(g, "POST", "/:id/reveal", access.InboxReveal, h.reveal)
}

// TodoPages say where what waits is dealt with.
func TodoPages() todo.Pages {
	return todo.Pages{}.Page(inbox.TodoMatter, "/inbox/%d").Page(inbox.TodoAccount, "/inbox?account=%d").
		Page(delivery.ReplySubject, "/inbox/answers/%d")
}

func crumbs() []page.Crumb { return []page.Crumb{{Text: "互动", Href: "/inbox"}} }

func path(id int64) string { return fmt.Sprintf("/inbox/%d", id) }

const (
	perPage  = 50
	mostText = 50 // signs of a search
)

// listForm is the filter, as the address holds it.
type listForm struct {
	Show    string       `form:"show"` // one of inbox.Show, or a state
	Kind    inbox.Kind   `form:"kind"`
	Source  inbox.Source `form:"source"`
	Unit    int64        `form:"unit"` // with all below it
	Account string       `form:"account"`
	Thread  string       `form:"thread"`
	Due     string       `form:"due"` // "over"
	Text    string       `form:"q"`
	After   string       `form:"after"`
}

// over is the choice of what is over its time.
const over = "over"

// listPage lists matters, the next due first.
type listPage struct {
	page.Base
	Form     listForm
	Rows     []row
	Sums     []sum
	Overdue  int
	Most     bool   // there may be more than Overdue
	Late     string // the address of what is over its time
	Units    []page.Option
	Accounts []page.Option
	Kinds    []page.Option
	Sources  []page.Option
	Shows    []page.Option
	Chips    []page.Chip
	Pager    page.Pager
	Readings []reading
	Messages int64
}

// row is a matter as the list shows it.
type row struct {
	inbox.Matter
	Over bool
	Off  bool // put off
}

// sum is how many matters there are of a choice, and the address that shows them.
type sum struct {
	Text    string
	State   inbox.State // "" for what is no state
	N       int         // inbox.MostCounted: that many or more
	Href    string
	Current bool
}

// More tells whether there may be more than were counted.
func (s sum) More() bool { return s.N >= inbox.MostCounted }

// reading is when an account is asked for.
type reading struct {
	inbox.Reading
	Why string
}

func (h *pages) list(c *gin.Context) error {
	p := listPage{Base: h.kit.Base(c, "互动")}
	p.Follow = page.Follow{Of: "matters", Every: 60}
	if err := web.Bind(c, &p.Form); err != nil {
		return err
	}
	query, err := h.query(c, &p)
	if err != nil {
		return err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	found, err := h.Inbox.List(ctx, actor, query)
	if err != nil {
		return err
	}
	counts, err := h.Inbox.Count(ctx, actor)
	if err != nil {
		return err
	}
	readings, err := h.Inbox.Readings(ctx, actor)
	if err != nil {
		return err
	}

	for _, m := range found.Rows {
		p.Rows = append(p.Rows, row{m, m.Late(p.Now), m.Snoozed(p.Now)})
	}

	for _, r := range readings {
		p.Readings = append(p.Readings, reading{r, r.Reason.Label()})
		p.Messages += r.Messages
	}
	p.sums(c, counts)
	p.Pager = web.PagerOf(c, len(p.Rows), p.Form.After, found.Next)

	return h.kit.Show(c, 200, "inbox/list", p)
}

func (p *listPage) sums(c *gin.Context, counts inbox.Counts) {
	choice := func(show string) (string, bool) {
		return web.Link(c, "show", show, "due", ""), p.Form.Show == show && p.Form.Due == ""
	}
	href, current := choice(string(inbox.ShowMine))
	p.Sums = append(p.Sums, sum{Text: i18n.N("我办理的"), N: counts.Mine, Href: href, Current: current})

	for _, state := range inbox.States() {
		href, current := choice(string(state))
		p.Sums = append(p.Sums, sum{State: state, N: counts.By[state], Href: href, Current: current})
	}
	href, current = choice(string(inbox.ShowSnoozed))
	p.Sums = append(p.Sums, sum{Text: i18n.N("稍后处理"), N: counts.Snoozed, Href: href, Current: current})
	p.Overdue, p.Late = counts.Overdue, web.Link(c, "due", over, "show", "")
	p.Most = counts.Overdue >= inbox.MostCounted
}

// query reads the address; what nobody can mean is the usual.
func (h *pages) query(c *gin.Context, p *listPage) (inbox.Query, error) {
	query := inbox.Query{After: p.Form.After, Limit: perPage}
	accounts, err := h.Accounts.List(c.Request.Context(), web.Actor(c), account.Filter{
		Permission: access.InboxView, Limit: parts.Choosable + 1,
	})
	if err != nil {
		return query, err
	}
	units, err := h.Units.Within(c.Request.Context(), web.Actor(c), access.InboxView)
	if err != nil {
		return query, err
	}
	var unit org.Unit
	if p.Units, unit = parts.UnitFilter(units, p.Form.Unit); unit.ID != 0 {
		query.UnitID = unit.ID
		p.chip("单位", unit.Name, web.Link(c, "unit", ""))
	}

	p.Accounts = parts.AccountOptions(accounts)
	id, name := parts.AccountAsked(accounts, p.Form.Account)
	if query.AccountID = id; id != 0 {
		p.chip("账号", name, web.Link(c, "account", ""))
	}

	p.Shows = []page.Option{{Text: "等待答复"}, {Value: string(inbox.ShowMine), Text: "我办理的"}}
	for _, state := range inbox.States() {
		p.Shows = append(p.Shows, page.Option{Value: string(state), Text: state.Label()})
	}

	p.Shows = append(p.Shows, page.Option{Value: string(inbox.ShowSnoozed), Text: "稍后处理"},
		page.Option{Value: string(inbox.ShowAll), Text: "全部"})
	switch state := inbox.State(p.Form.Show); {
	case state.Valid():
		query.State = state
		p.chip("状态", p.T(state.Label()), web.Link(c, "show", ""))
	default:
		query.Show = inbox.Show(p.Form.Show)
	}
	if query.Show != inbox.ShowMine && query.Show != inbox.ShowSnoozed && query.Show != inbox.ShowAll {
		query.Show = inbox.ShowWaiting
	}

	p.Kinds = append([]page.Option{{Text: "全部"}}, kindOptions()...)
	if p.Form.Kind.Valid() {
		query.Kind = p.Form.Kind
		p.chip("类别", p.T(query.Kind.Label()), web.Link(c, "kind", ""))
	}

	p.Sources = []page.Option{{Text: "全部"}}
	for _, source := range inbox.Sources() {
		p.Sources = append(p.Sources, page.Option{Value: string(source), Text: source.Label()})
		if source == p.Form.Source {
			query.Source = source
			p.chip("来源", p.T(source.Label()), web.Link(c, "source", ""))
		}
	}
	if query.Text = clip(p.Form.Text, mostText); query.Text != "" {
		p.chip("文字", query.Text, web.Link(c, "q", ""))
	}
	if query.Thread = clip(p.Form.Thread, 20); query.Thread != "" {
		p.chip("微博", query.Thread, web.Link(c, "thread", ""))
	}
	if query.Overdue = p.Form.Due == over; query.Overdue {
		p.chip("时限", p.T("已超过"), web.Link(c, "due", ""))
	}

	return query, nil
}

func (p *listPage) chip(name, value, href string) {
	p.Chips = append(p.Chips, page.Chip{Name: name, Value: value, Href: href})
}

func kindOptions() (options []page.Option) {
	for _, kind := range inbox.Kinds() {
		options = append(options, page.Option{Value: string(kind), Text: kind.Label()})
	}

	return options
}

// clip bounds what was typed.
func clip(text string, most int) string {
	if signs := []rune(text); len(signs) > most {
		return string(signs[:most])
	}

	return text
}

// ViewLists is the list whose filter readers keep: what citizens say.
func ViewLists() []view.List {
	return []view.List{{
		Key: "inbox", Name: i18n.N("互动"), Path: "/inbox", Needs: access.InboxView, Form: listForm{},
		Keeps: []view.Param{
			view.Among("show", shows()...),
			view.Among("kind", inbox.Kinds()...),
			view.Among("source", inbox.Sources()...),
			view.ID("unit"),
			view.Text("account"),
			view.Among("due", over),
			view.Text("q"),
		},
	}}
}

// shows are the choices of the first field, as the address names them.
func shows() []inbox.Show {
	all := []inbox.Show{inbox.ShowMine, inbox.ShowSnoozed, inbox.ShowAll}

	for _, state := range inbox.States() {
		all = append(all, inbox.Show(state))
	}

	return all
}
