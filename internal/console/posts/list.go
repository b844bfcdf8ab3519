package posts

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/i18n"
	"juzhen/internal/instant"
	"juzhen/internal/org"
	"juzhen/internal/post"
	"juzhen/internal/view"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// listPage shows the posts of the reader's units.
type listPage struct {
	page.Base
	Rows     []parts.PostRow
	Form     listForm
	Chips    []page.Chip
	Pager    page.Pager
	States   []page.Option
	Accounts []page.Option // none: too many to choose from
	Units    []page.Option
	Authors  []page.Option

	ByDue bool // in the order of time, not of change
	Short bool // one character was searched for: only of late

	CopyKey string

	AccountAsked string // the name of the account that is filtered by
	accountID    int64
	address      string // of the list with its filter
}

// listForm is the filter, as the address holds it. To is a day and counts whole.
type listForm struct {
	Q       string    `form:"q"`
	State   string    `form:"state"`
	Account string    `form:"account"`
	Unit    int64     `form:"unit"`
	Author  int64     `form:"author"`
	From    time.Time `form:"from"`
	To      time.Time `form:"to"`
	Mine    bool      `form:"mine"` // what the reader submitted
	Hour    string    `form:"hour"` // 2026-11-24T09: what is due in this hour, in its order
	After   string    `form:"after"`
}

func (h *pages) list(c *gin.Context) error {
	page := listPage{Base: h.kit.Base(c, "稿件"), CopyKey: rand.Text()}
	filter, err := h.listed(c, &page)
	if err != nil {
		return err
	}
	found, err := h.Posts.List(c.Request.Context(), web.Actor(c), filter)
	if err != nil {
		return err
	}
	if page.Rows, err = parts.WithStates(c.Request.Context(), h.Deliveries, found.Rows); err != nil {
		return err
	}
	parts.ShowPassages(page.Rows, page.Form.Q)
	_, page.ByDue = page.Form.hour(page.Now)
	page.Short = post.Short(page.Form.Q)
	page.Pager = web.PagerOf(c, len(page.Rows), page.Form.After, found.Next)

	return h.kit.Show(c, 200, "posts/list", page)
}

// listed reads what the address filters by, with what the filters offer and the chips.
func (h *pages) listed(c *gin.Context, p *listPage) (post.Filter, error) {
	if err := web.Bind(c, &p.Form); err != nil {
		return post.Filter{}, err
	}
	units, err := h.choices(c.Request.Context(), web.Actor(c), p)
	if err != nil {
		return post.Filter{}, err
	}
	filter := p.Form.filter(units, p.Now)
	filter.AccountID = p.accountID
	if p.Form.Mine {
		filter.Submitter = web.Actor(c).UserID
	}
	p.Chips = chips(c, p.Base, p.Form, units, p.AccountAsked, p.Authors)
	p.address = web.Link(c)

	return filter, nil
}

func (f listForm) filter(units []org.Unit, now time.Time) post.Filter {
	out := post.Filter{Query: f.Q, AuthorID: f.Author, After: f.After}
	for _, unit := range units {
		if unit.ID == f.Unit {
			out.UnitPath = unit.Path
		}
	}
	if f.State != "" {
		in := delivery.PostsIn(delivery.PostState(f.State))
		out.Where = &in
	}
	if at, ok := f.hour(now); ok {
		out.ByDue = &post.Span{From: at, To: at.Add(time.Hour)}
	}
	if !f.From.IsZero() {
		out.From = &f.From
	}
	if !f.To.IsZero() {
		end := f.To.AddDate(0, 0, 1)
		out.To = &end
	}

	return out
}

// choices fills what the filters offer.
func (h *pages) choices(ctx context.Context, actor access.Actor, p *listPage) ([]org.Unit, error) {
	units, err := h.Units.Within(ctx, actor, access.PostView)
	if err != nil {
		return nil, err
	}
	accounts, err := h.Accounts.List(ctx, actor, account.Filter{
		Permission: access.PostView,
		Limit:      parts.Choosable + 1,
	})
	if err != nil {
		return nil, err
	}
	named, err := h.Accounts.Named(ctx, actor, access.PostView, p.Form.Account)
	if err != nil {
		return nil, err
	}
	authors, err := h.Posts.Authors(ctx, actor)
	if err != nil {
		return nil, err
	}
	all := page.Option{Text: "全部"}
	p.States = []page.Option{all}
	p.Accounts = parts.AccountOptions(accounts)
	p.Units = []page.Option{all}
	p.Authors = []page.Option{all}

	p.accountID, p.AccountAsked = parts.AccountAsked(named, p.Form.Account)
	for _, postState := range filterStates {
		p.States = append(p.States, page.Option{Value: string(postState), Text: postState.Label()})
	}

	for _, unit := range units {
		p.Units = append(p.Units, option(unit.ID, unit.Name))
	}

	for _, author := range authors {
		p.Authors = append(p.Authors, option(author.ID, author.Name))
	}

	return units, nil
}

// filterStates are offered in the order in which they press.
var filterStates = []delivery.PostState{
	"undecided", "draft", "submitted", "returned", "approved", "sending", "sent", "partly",
	"failed", "missed", "expired", "cancelled", "withdrawn",
}

func option(id int64, name string) page.Option {
	return page.Option{Value: fmt.Sprint(id), Text: name, Raw: true}
}

// chips say what is filtered; each leads to the list without it.
func chips(
	c *gin.Context,
	base page.Base,
	form listForm,
	units []org.Unit,
	account string,
	authors []page.Option,
) []page.Chip {
	var out []page.Chip
	add := func(key, name, value string) {
		if value != "" {
			out = append(out, page.Chip{Name: name, Value: value, Href: web.Link(c, key, "")})
		}
	}
	add("q", "搜索", form.Q)
	if form.State != "" {
		add("state", "状态", base.T(delivery.PostState(form.State).Label()))
	}
	add("account", "账号", account)

	for _, unit := range units {
		if unit.ID == form.Unit {
			add("unit", "单位", unit.Name)
		}
	}

	for _, option := range authors {
		if form.Author != 0 && option.Value == fmt.Sprint(form.Author) {
			add("author", "作者", option.Text)
		}
	}
	if form.Mine {
		add("mine", "提交人", base.Actor.Name)
	}
	if at, ok := form.hour(base.Now); ok {
		add("hour", "发布时间", base.T("{.day} {.from}–{.to}",
			"day", at.Format(time.DateOnly),
			"from", at.Format("15:04"),
			"to", at.Add(time.Hour).Format("15:04"),
		))
	}
	add("from", "从|日期", dayOf(form.From))
	add("to", "到|日期", dayOf(form.To))

	return out
}

func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}

	return beijing.Date(t)
}

// hourLayout is an hour in an address, in Shanghai.
const hourLayout = "2006-01-02T15"

func (f listForm) hour(now time.Time) (time.Time, bool) {
	return instant.Read(f.Hour, now, hourLayout)
}

// FromDay is the first day as a date control writes it.
func (f listForm) FromDay() string { return dayOf(f.From) }

// ToDay is the last day.
func (f listForm) ToDay() string { return dayOf(f.To) }

// ViewLists is the list whose filter readers keep: posts.
func ViewLists() []view.List {
	return []view.List{{
		Key: "posts", Name: i18n.N("稿件"), Path: "/posts", Needs: access.PostView, Form: listForm{},
		Keeps: []view.Param{
			view.Text("q"),
			view.Among("state", filterStates...),
			view.Text("account"),
			view.ID("unit"),
			view.ID("author"),
			view.Day("from"),
			view.Day("to"),
			view.Flag("mine"),
		},
	}}
}
