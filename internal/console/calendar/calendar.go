// Package calendar shows what goes out when: as month, week and list with drag and drop where scripts run, and as a plain list
// by day everywhere. It changes times only through the use case that checks them.
package calendar

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/console/show"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/org"
	"juzhen/internal/post"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases the pages call.
type Deps struct {
	Posts      *post.Service
	Deliveries *delivery.Service
	Accounts   *account.Service
	Units      *org.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// Register declares the page and its routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Declare("calendar/calendar", calendarPage{})
	g := kit.Group("/calendar")
	kit.Handle(g, "GET", "", access.PostView, h.calendar)
	kit.Handle(g, "GET", "/feed", access.PostView, h.feed)
	kit.Handle(g, "POST", "/:id/move", access.PostWrite, h.move)
}

// calendarForm is what the address holds.
type calendarForm struct {
	Month   string `form:"month"` // 2026-11; empty: this month
	Day     string `form:"day"`   // 2026-11-24; only this day of the month, with all its posts
	Account string `form:"account"`
	Unit    int64  `form:"unit"`
}

// calendarPage is a month as a list by day; the script draws its calendar from the same data.
type calendarPage struct {
	page.Base
	Form     calendarForm
	Month    time.Time // first day, Asia/Shanghai
	Days     []day
	Prev     string
	Next     string
	Today    string
	Accounts []page.Option // none: too many to choose from
	Units    []page.Option
	Legend   []page.State

	AccountAsked string // the name of the account that is filtered by
}

// Label is the month in words.
func (p calendarPage) Label() string {
	return p.T("{.y} 年 {.m} 月", "y", p.Month.Year(), "m", int(p.Month.Month()))
}

// day is one day of the list.
type day struct {
	Date time.Time
	Past bool
	Rows []row
	More int    // how many posts of the day are not listed
	Href string // lists them
}

// perDay is how many posts a day of the month lists.
const perDay = 12

// row is a post with its state.
type row struct {
	post.Row
	State delivery.PostState
}

func (h *pages) calendar(c *gin.Context) error {
	var f calendarForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	p := calendarPage{Base: h.kit.Base(c, "日历"), Form: f}
	p.Bundle = []string{"calendar"}
	p.Month = monthOf(f.Month, p.Now)
	filter, err := h.choices(c, &p)
	if err != nil {
		return err
	}
	from, to := p.Month, p.Month.AddDate(0, 1, 0)
	if d, err := time.ParseInLocation(time.DateOnly, f.Day, page.Zone); err == nil {
		from, to = d, d.AddDate(0, 0, 1)
	}
	rows, err := h.rows(c, from, to, filter)
	if err != nil {
		return err
	}
	p.Days = byDay(rows, p.Now)
	if len(p.Days) > 1 {
		p.shorten(c)
	}
	p.Prev, p.Next = web.Link(c, "day", "", "month", p.Month.AddDate(0, -1, 0).Format("2006-01")), web.Link(c, "day", "", "month", p.Month.AddDate(0, 1, 0).Format("2006-01"))
	p.Today = web.Link(c, "day", "", "month", "")
	for _, code := range []string{"draft", "submitted", "approved", "sent", "undecided", "failed"} {
		p.Legend = append(p.Legend, page.StateOf(code))
	}
	return h.kit.Show(c, http.StatusOK, "calendar/calendar", p)
}

// monthOf reads "2026-11"; anything else is the month of now.
func monthOf(s string, now time.Time) time.Time {
	if m, err := time.ParseInLocation("2006-01", s, page.Zone); err == nil && m.Year() > 2000 && m.Year() < 2200 {
		return m
	}
	now = now.In(page.Zone)
	return time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, page.Zone)
}

// choices fills the filters and gives the filter chosen.
func (h *pages) choices(c *gin.Context, p *calendarPage) (post.Filter, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	filter := post.Filter{}
	accounts, err := h.Accounts.List(ctx, actor, account.Filter{Permission: access.PostView})
	if err != nil {
		return filter, err
	}
	units, err := h.Units.Within(ctx, actor, access.PostView)
	if err != nil {
		return filter, err
	}
	p.Accounts, p.Units = show.AccountOptions(accounts), []page.Option{{Text: "全部"}}
	filter.AccountID, p.AccountAsked = show.AccountAsked(accounts, p.Form.Account)
	for _, u := range units {
		p.Units = append(p.Units, page.Option{Value: fmt.Sprint(u.ID), Text: u.Name, Raw: true})
	}
	filter.UnitPath = pathOf(units, p.Form.Unit)
	return filter, nil
}

func pathOf(units []org.Unit, id int64) string {
	for _, u := range units {
		if u.ID == id {
			return u.Path
		}
	}
	return ""
}

func (h *pages) rows(c *gin.Context, from, to time.Time, f post.Filter) ([]row, error) {
	found, err := h.Posts.Scheduled(c.Request.Context(), web.Actor(c), from, to, f)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(found))
	for i, r := range found {
		ids[i] = r.ID
	}
	states, err := h.Deliveries.PostStates(c.Request.Context(), ids)
	if err != nil {
		return nil, err
	}
	out := make([]row, len(found))
	for i, r := range found {
		out[i] = row{r, states[r.ID]}
	}
	return out, nil
}

// byDay groups rows, which are in order of time, by their day in Shanghai.
func byDay(rows []row, now time.Time) []day {
	var out []day
	today := now.In(page.Zone).Format(time.DateOnly)
	for _, r := range rows {
		at := r.DueAt.In(page.Zone)
		date := at.Format(time.DateOnly)
		if n := len(out); n == 0 || out[n-1].Date.Format(time.DateOnly) != date {
			out = append(out, day{Date: at, Past: date < today})
		}
		out[len(out)-1].Rows = append(out[len(out)-1].Rows, r)
	}
	return out
}

// shorten leaves the first posts of each full day and leads to the day.
func (p *calendarPage) shorten(c *gin.Context) {
	for i, d := range p.Days {
		if len(d.Rows) > perDay {
			p.Days[i].More, p.Days[i].Rows = len(d.Rows)-perDay, d.Rows[:perDay]
			p.Days[i].Href = web.Link(c, "day", d.Date.Format(time.DateOnly))
		}
	}
}

// entry is what the script draws: static/src/ts/calendar.ts reads it.
type entry struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Start string `json:"start"` // RFC 3339
	URL   string `json:"url"`
	Tone  string `json:"tone"`
	State string `json:"state"` // in the reader's language
	Move  string `json:"move"`  // where a new time is posted to; empty: it stays
}

// feedForm is the span the script shows, with the filters of the page.
type feedForm struct {
	From    time.Time `form:"from"`
	To      time.Time `form:"to"`
	Account string    `form:"account"`
	Unit    int64     `form:"unit"`
}

// longest is the widest span given at once.
const longest = 62 * 24 * time.Hour

func (h *pages) feed(c *gin.Context) error {
	var f feedForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	if !f.To.After(f.From) || f.To.Sub(f.From) > longest {
		return fault.Invalid("to", "时间范围无效，请刷新日历")
	}
	units, err := h.Units.Within(c.Request.Context(), web.Actor(c), access.PostView)
	if err != nil {
		return err
	}
	filter := post.Filter{UnitPath: pathOf(units, f.Unit)}
	if f.Account != "" {
		accounts, err := h.Accounts.List(c.Request.Context(), web.Actor(c), account.Filter{Permission: access.PostView})
		if err != nil {
			return err
		}
		filter.AccountID, _ = show.AccountAsked(accounts, f.Account)
	}
	rows, err := h.rows(c, f.From, f.To, filter)
	if err != nil {
		return err
	}
	out := make([]entry, len(rows))
	for i, r := range rows {
		out[i] = h.entryOf(c, r)
	}
	c.Header("Cache-Control", "no-store")
	c.JSON(http.StatusOK, out)
	return nil
}

func (h *pages) entryOf(c *gin.Context, r row) entry {
	pr := h.kit.Printer(c)
	state := page.StateOf(r.State)
	e := entry{ID: fmt.Sprint(r.ID), Title: r.Title(), Start: r.DueAt.In(page.Zone).Format(time.RFC3339), URL: fmt.Sprintf("/posts/%d", r.ID),
		Tone: state.Tone, State: pr.T(state.Word)}
	if e.Title == "" {
		e.Title = pr.T("（尚未填写正文）")
	}
	if movable(r) && web.Actor(c).CanAt(access.PostWrite, r.UnitPath) {
		e.Move = fmt.Sprintf("/calendar/%d/move", r.ID)
	}
	return e
}

// movable tells whether nothing of the post has gone out and its time may change.
func movable(r row) bool {
	return r.Phase.Allows(post.Reschedule) && slices.Contains([]delivery.PostState{"draft", "submitted", "returned", "approved"}, r.State)
}

// moveForm is a new time, from a drag.
type moveForm struct {
	Due time.Time `form:"due_at" check:"required"`
}

// move gives a post another time.
func (h *pages) move(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	var f moveForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	if _, err := h.Deliveries.Reschedule(c.Request.Context(), web.Actor(c), id, delivery.DueChoice{At: &f.Due}); err != nil {
		return err
	}
	if web.IsFragment(c) {
		c.Status(http.StatusNoContent) // the entry lies where it was dropped
		return nil
	}
	return h.kit.See(c, "/calendar", "已改期")
}
