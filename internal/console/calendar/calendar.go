// Package calendar shows what goes out when: as month, week and day with drag and drop where scripts
// run, and as a plain list by day everywhere. Where much goes out in an hour it shows the hour with its
// number, which leads to the list of them. It changes times only through the use case that checks them.
package calendar

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/console/badge"
	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/instant"
	"juzhen/internal/org"
	"juzhen/internal/plan"
	"juzhen/internal/post"
	"juzhen/internal/reach"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases the pages call.
type Deps struct {
	Posts      *post.Service
	Deliveries *delivery.Service
	Accounts   *account.Service
	Units      *org.Service
	Reach      *reach.Service
	Plan       *plan.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// Register declares the page and its routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Badges(badge.Find)
	kit.Duty(page.NavEntry{
		Text:  "日历",
		Href:  "/calendar",
		Icon:  "calendar",
		Phone: true,
		Needs: []access.Permission{access.PostView},
	})
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
	Past    bool   `form:"past"` // with what was published outside of this console
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

	Marks        string // of days, as JSON for the script
	UnknownYear  int    // the year shown, when nobody entered how it is worked; else 0
	AccountAsked string // the name of the account that is filtered by
}

// Label is the month in words.
func (p calendarPage) Label() string {
	return p.T("{.y} 年 {.m} 月", "y", p.Month.Year(), "m", int(p.Month.Month()))
}

func (h *pages) calendar(c *gin.Context) error {
	var form calendarForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	p := calendarPage{Base: h.kit.Base(c, "日历"), Form: form}
	p.Bundle, p.Follow = []string{"calendar"}, page.Follow{Of: "posts deliveries", Every: 60, Light: true}
	p.Month = monthOf(form.Month, p.Now)
	filter, err := h.choices(c, &p)
	if err != nil {
		return err
	}
	span, how := post.Span{From: p.Month, To: p.Month.AddDate(0, 1, 0)}, ofMonth
	if d, ok := instant.Read(form.Day, p.Now, time.DateOnly); ok {
		span, how = post.Span{From: d, To: d.AddDate(0, 0, 1)}, ofDay
	}
	if p.Days, err = h.days(c, span, filter, form.Past, how); err != nil {
		return err
	}
	if err := h.mark(c, &p); err != nil {
		return err
	}
	p.Prev, p.Next = web.Link(c,
		"day", "",
		"month", p.Month.AddDate(0, -1, 0).Format("2006-01"),
	), web.Link(c, "day", "", "month", p.Month.AddDate(0, 1, 0).Format("2006-01"))

	p.Today = web.Link(c, "day", "", "month", "")
	for _, postState := range []delivery.PostState{
		delivery.PostDraft, delivery.PostSubmitted, delivery.PostApproved, delivery.PostSent,
		delivery.PostUndecided, delivery.PostFailed,
	} {
		p.Legend = append(p.Legend, badge.Of(postState))
	}

	return h.kit.Show(c, http.StatusOK, "calendar/calendar", p)
}

// monthOf reads "2026-11"; anything else is the month of now.
func monthOf(s string, now time.Time) time.Time {
	if m, ok := instant.Read(s, now, "2006-01"); ok {
		return m
	}
	now = now.In(beijing.Zone)

	return time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, beijing.Zone)
}

// choices fills the filters and gives the filter chosen.
func (h *pages) choices(c *gin.Context, p *calendarPage) (post.Filter, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	filter := post.Filter{}
	accounts, err := h.Accounts.List(ctx, actor, account.Filter{
		Permission: access.PostView,
		Limit:      parts.Choosable + 1,
	})
	if err != nil {
		return filter, err
	}
	named, err := h.Accounts.Named(ctx, actor, access.PostView, p.Form.Account)
	if err != nil {
		return filter, err
	}
	units, err := h.Units.Within(ctx, actor, access.PostView)
	if err != nil {
		return filter, err
	}
	p.Accounts, p.Units = parts.AccountOptions(accounts), []page.Option{{Text: "全部"}}

	filter.AccountID, p.AccountAsked = parts.AccountAsked(named, p.Form.Account)
	for _, unit := range units {
		p.Units = append(p.Units, page.Option{
			Value: strconv.FormatInt(unit.ID, 10),
			Text:  unit.Name,
			Raw:   true,
		})
	}
	filter.UnitPath = pathOf(units, p.Form.Unit)

	return filter, nil
}

func pathOf(units []org.Unit, id int64) string {
	for _, unit := range units {
		if unit.ID == id {
			return unit.Path
		}
	}

	return ""
}

// moveForm is a new time, from a drag.
type moveForm struct {
	Due time.Time `form:"due_at" check:"required"`
	Was time.Time `form:"was"` // when the page showed it
}

// move gives a post another time.
func (h *pages) move(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	var form moveForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	moved, err := h.Deliveries.RescheduleSeen(
		c.Request.Context(),
		web.Actor(c),
		id,
		delivery.DueChoice{At: &form.Due},
		delivery.Shown{Due: form.Was},
	)
	if err != nil {
		return err
	}
	text, args := parts.Moved(moved)
	if web.IsFragment(c) && moved.Asked != nil {
		return fault.Conflict(text, args...).WithCode("asked") // the entry goes back to where it still is
	}
	if web.IsFragment(c) {
		c.JSON(http.StatusOK, gin.H{"text": h.kit.Printer(c).T(text, args...)})
		return nil
	}

	return h.kit.See(c, "/calendar", text, args...)
}
