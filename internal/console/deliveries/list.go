package deliveries

import (
	"context"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/console/badge"
	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/i18n"
	"juzhen/internal/org"
	"juzhen/internal/post"
	"juzhen/internal/view"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// listPage shows what goes and went out, account by account. What nobody knows the outcome of stands
// first, whatever the page.
type listPage struct {
	page.Base
	Unknown  []parts.DeliveryRow
	Rows     []parts.DeliveryRow
	Form     listForm
	Tabs     []stateTab
	Chips    []page.Chip
	Pager    page.Pager
	Accounts []page.Option // none: too many to choose from
	Units    []page.Option

	Short bool // one character was searched for: only of late

	AccountAsked string // the name of the account that is filtered by
	accountID    int64
}

// stateTab chooses one state, with how many there are: all that are open, and of what ended that of the
// last day.
type stateTab struct {
	State   delivery.State // "" is all
	Word    string         // Chinese source text
	Icon    string
	Tone    string
	Count   int
	More    bool // there are more than were counted
	Href    string
	Current bool
}

// listForm is the filter, as the address holds it. To is a day and counts whole.
type listForm struct {
	Q       string    `form:"q"`
	State   string    `form:"state"`
	Account string    `form:"account"`
	Unit    int64     `form:"unit"`
	From    time.Time `form:"from"`
	To      time.Time `form:"to"`
	Foreign bool      `form:"foreign"` // only what others send from the reader's accounts
	After   string    `form:"after"`
}

// FromDay is the first day as a date control writes it.
func (f listForm) FromDay() string { return dayOf(f.From) }

// ToDay is the last day.
func (f listForm) ToDay() string { return dayOf(f.To) }

func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}

	return beijing.Date(t)
}

func (h *pages) list(c *gin.Context) error {
	var form listForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	page := listPage{Base: h.kit.Base(c, "发送"), Form: form}
	if err := h.fillChoices(c, &page); err != nil {
		return err
	}
	if err := h.fillTabs(c, &page); err != nil {
		return err
	}
	next, err := h.fillRows(ctx, actor, &page)
	if err != nil {
		return err
	}
	page.Short = post.Short(form.Q)
	page.Pager = web.PagerOf(c, len(page.Unknown)+len(page.Rows), form.After, next)

	return h.kit.Show(c, 200, "deliveries/list", page)
}

// fillRows reads the page. Without a state chosen, unknown outcomes are read apart and stand first on
// the first page.
func (h *pages) fillRows(ctx context.Context, actor access.Actor, page *listPage) (next string, err error) {
	filter := page.Form.filter()
	filter.AccountID = page.accountID
	if page.Form.State == "" {
		filter.States = []delivery.State{delivery.Unknown}
		if page.Form.After == "" {
			if page.Unknown, _, err = h.rows(ctx, actor, page.Base, filter); err != nil {
				return "", err
			}
		}
		filter.States = slices.DeleteFunc(
			delivery.States(),
			func(state delivery.State) bool { return state == delivery.Unknown },
		)
	}
	filter.Cursor = page.Form.After
	page.Rows, next, err = h.rows(ctx, actor, page.Base, filter)

	return next, err
}

func (h *pages) rows(
	ctx context.Context,
	actor access.Actor,
	base page.Base,
	filter delivery.Filter,
) ([]parts.DeliveryRow, string, error) {
	found, err := h.Deliveries.List(ctx, actor, filter)
	if err != nil {
		return nil, "", err
	}
	out, err := parts.WithTitles(ctx, h.Deliveries, actor, base, found.Rows)

	return out, found.Next, err
}

func (f listForm) filter() delivery.Filter {
	out := delivery.Filter{UnitID: f.Unit, Text: f.Q}
	if state := delivery.State(f.State); state.Valid() {
		out.States = []delivery.State{state}
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

// fillTabs offers the states that have something in them, in the order in which they press.
func (h *pages) fillTabs(c *gin.Context, page *listPage) error {
	tally, err := h.Deliveries.Counts(c.Request.Context(), web.Actor(c))
	if err != nil {
		return err
	}

	page.Tabs = []stateTab{{
		Word:    "全部",
		Icon:    "list",
		Href:    web.Link(c, "state", ""),
		Current: page.Form.State == "",
	}}
	for _, state := range delivery.States() {
		current := page.Form.State == string(state)
		if tally.By[state] == 0 && !current {
			continue
		}
		look := badge.Of(state)
		page.Tabs = append(page.Tabs, stateTab{
			State:   state,
			Word:    look.Word,
			Icon:    look.Icon,
			Tone:    look.Tone,
			Count:   tally.By[state],
			More:    tally.More && !state.Troubled(),
			Href:    web.Link(c, "state", string(state)),
			Current: current,
		})
	}

	return nil
}

// fillChoices fills what the filters offer, and says what is filtered.
func (h *pages) fillChoices(c *gin.Context, p *listPage) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	units, err := h.Units.Within(ctx, actor, access.PostView)
	if err != nil {
		return err
	}
	accounts, err := h.Accounts.List(ctx, actor, account.Filter{
		Permission: access.PostView,
		Limit:      parts.Choosable + 1,
	})
	if err != nil {
		return err
	}
	named, err := h.Accounts.Named(ctx, actor, access.PostView, p.Form.Account)
	if err != nil {
		return err
	}
	all := page.Option{Text: "全部"}
	p.Units, p.Accounts = append(
		[]page.Option{all},
		parts.UnitOptions(units)...), parts.AccountOptions(
		accounts,
	)
	p.accountID, p.AccountAsked = parts.AccountAsked(named, p.Form.Account)
	p.Chips = chips(c, p.Form, units, p.AccountAsked)

	return nil
}

// chips say what is filtered beside the state; each leads to the list without it.
func chips(c *gin.Context, form listForm, units []org.Unit, account string) []page.Chip {
	var out []page.Chip
	add := func(key, name, value string) {
		if value != "" {
			out = append(out, page.Chip{Name: name, Value: value, Href: web.Link(c, key, "")})
		}
	}
	add("q", "搜索", form.Q)
	add("account", "账号", account)

	for _, unit := range units {
		if unit.ID == form.Unit {
			add("unit", "单位", unit.Name)
		}
	}
	add("from", "从|日期", form.FromDay())
	add("to", "到|日期", form.ToDay())

	return out
}

// ViewLists is the list whose filter readers keep: deliveries.
func ViewLists() []view.List {
	return []view.List{{
		Key: "deliveries", Name: i18n.N("发送"), Path: "/deliveries", Needs: access.PostView, Form: listForm{},
		Keeps: []view.Param{
			view.Text("q"),
			view.Among("state", delivery.States()...),
			view.Text("account"),
			view.ID("unit"),
			view.Day("from"),
			view.Day("to"),
			view.Flag("foreign"),
		},
	}}
}
