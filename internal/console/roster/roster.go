// Package roster holds the pages of rosters of duty: a unit's month, one shift with its note, and a month out
// of a file. It belongs to the calendar. Who may do what is package roster's to say.
package roster

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/console/badge"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/instant"
	"juzhen/internal/org"
	"juzhen/internal/roster"
	"juzhen/internal/todo"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases the pages call.
type Deps struct {
	Roster *roster.Service
	Units  *org.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// Register declares the pages and their routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Badges(badge.Find)
	kit.Belongs("/calendar", "/roster")
	kit.Declare("roster/month", monthPage{})
	kit.Declare("roster/shift", shiftPage{})
	kit.Declare("roster/import", importPage{})

	g := kit.Group("/roster")
	kit.Handle(g, "GET", "", access.PostView, h.month)
	kit.Handle(g, "POST", "/shifts", access.PlanManage, h.add)
	kit.Handle(g, "GET", "/shifts/:id", access.PostView, h.shift)
	kit.Handle(g, "POST", "/shifts/:id", access.PlanManage, h.change)
	kit.Handle(g, "POST", "/shifts/:id/remove", access.PlanManage, h.remove)
	kit.Handle(g, "POST", "/shifts/:id/note", access.PostView, h.note)
	kit.Handle(g, "POST", "/shifts/:id/read", access.PostView, h.read)
	kit.Handle(g, "POST", "/cover", access.PlanManage, h.cover)
	kit.Handle(g, "GET", "/import", access.PlanManage, h.importForm)
	kit.Handle(g, "POST", "/import", access.PlanManage, h.take, web.MaxBody(roster.MaxFile+64<<10))
	kit.Handle(g, "GET", "/import/template.xlsx", access.PlanManage, h.template)
}

// TodoPages say where what waits is dealt with.
func TodoPages() todo.Pages {
	return todo.Pages{}.
		Page(roster.ShiftSubject, "/roster/shifts/%d").
		Page(roster.RosterSubject, "/roster?unit=%d")
}

func crumbs() []page.Crumb {
	return []page.Crumb{{Text: "日历", Href: "/calendar"}, {Text: "值班表", Href: "/roster"}}
}

// address is the page of a unit's month.
func address(unit int64, month string) string {
	query := url.Values{"unit": {strconv.FormatInt(unit, 10)}}
	if month != "" {
		query.Set("month", month)
	}

	return "/roster?" + query.Encode()
}

// monthForm is what the address holds, and a shift or the hours as they are typed.
type monthForm struct {
	UnitID   int64     `form:"unit"`
	Month    string    `form:"month"` // 2026-12; empty: this month
	Revision int       `form:"revision"`
	StartsAt time.Time `form:"starts_at"`
	EndsAt   time.Time `form:"ends_at"`
	People   []int64   `form:"people"`
	From     string    `form:"from"`
	To       string    `form:"to"`
}

// monthPage is a unit's roster in a month.
type monthPage struct {
	page.Base
	Form   monthForm
	Roster roster.Roster
	Rows   []row
	Gaps   []span
	More   int // gaps that are not named
	Month  time.Time
	Prev   string
	Next   string
	Units  []page.Option
	People []page.Option
	Wide   bool // somebody is to be on duty all day
	Import string
}

// row is a shift of the month.
type row struct {
	roster.Shift
	First bool // of its day
	On    bool
	State roster.Handover
}

// span is a time in words.
type span struct{ From, To string }

// Label is the month in words.
func (p monthPage) Label() string {
	return p.T("{.y} 年 {.m} 月", "y", p.Month.Year(), "m", int(p.Month.Month()))
}

// shownGaps is how many gaps are named.
const shownGaps = 6

func (h *pages) month(c *gin.Context) error {
	p, err := h.monthPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "roster/month", p)
}

func monthOf(typed string, now time.Time) time.Time {
	if at, ok := instant.Read(typed, now, "2006-01"); ok {
		return time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, beijing.Zone)
	}
	today := now.In(beijing.Zone)

	return time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, beijing.Zone)
}

// unit chooses whose roster is shown: the one asked for, else the first of the reader.
func (h *pages) unit(c *gin.Context, asked int64) (id int64, options []page.Option, err error) {
	units, err := h.Units.Within(c.Request.Context(), web.Actor(c), access.PostView)
	if err != nil {
		return 0, nil, err
	}
	id = asked
	if id == 0 {
		for _, grant := range web.Actor(c).Grants {
			if id == 0 && access.ExtentOf(grant.Role, access.PostView) != access.Nowhere {
				id = grant.UnitID
			}
		}
	}

	return id, parts.UnitOptions(units), nil
}

func (h *pages) monthPage(c *gin.Context) (p monthPage, err error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p.Base = h.kit.Base(c, "值班表", crumbs()[:1]...)
	if err := web.Bind(c, &p.Form); err != nil && c.Request.Method == http.MethodGet {
		return p, err
	}
	p.Month = monthOf(p.Form.Month, p.Now)
	p.Form.Month = p.Month.Format("2006-01")
	if p.Form.UnitID, p.Units, err = h.unit(c, p.Form.UnitID); err != nil {
		return p, err
	}
	p.Roster, err = h.Roster.Of(ctx, actor, p.Form.UnitID, p.Month, p.Month.AddDate(0, 1, 0))
	if err != nil {
		return p, err
	}
	p.Heading = p.T("值班表：{.unit}", "unit", p.Roster.Unit.Name)
	p.Prev = address(p.Form.UnitID, p.Month.AddDate(0, -1, 0).Format("2006-01"))
	p.Next = address(p.Form.UnitID, p.Month.AddDate(0, 1, 0).Format("2006-01"))
	p.Import = "/roster/import?" + url.Values{
		"unit": {strconv.FormatInt(p.Form.UnitID, 10)}, "month": {p.Form.Month},
	}.Encode()
	p.fill()

	if p.Roster.May {
		if p.People, err = h.people(c, p.Form.UnitID, p.Form.People); err != nil {
			return p, err
		}
	}

	return p, nil
}

// fill makes rows of the shifts, names the gaps, and offers what goes on from the last shift.
func (p *monthPage) fill() {
	last := ""

	for _, shift := range p.Roster.Shifts {
		date := beijing.Date(shift.StartsAt)
		p.Rows = append(p.Rows, row{
			Shift: shift, First: date != last, On: shift.At(p.Now), State: shift.Handover(p.Now),
		})
		last = date
	}

	for _, gap := range p.Roster.Gaps {
		if len(p.Gaps) == shownGaps {
			p.More++
			continue
		}
		p.Gaps = append(p.Gaps, spanOf(p.Base, gap.From, gap.To))
	}
	cover := p.Roster.Cover
	p.Wide = cover == roster.Cover{From: 0, To: 24 * 60}
	if p.Form.From == "" {
		p.Form.From, p.Form.To = cover.Clock(cover.From), cover.Clock(cover.To)
	}
	if !p.Form.StartsAt.IsZero() {
		return
	}
	p.Form.StartsAt, p.Form.Revision = p.begin(), p.Roster.Revision
	p.Form.EndsAt = p.Form.StartsAt.AddDate(0, 0, 1)
	if n := len(p.Roster.Shifts); n > 0 {
		usual := p.Roster.Shifts[n-1]
		p.Form.EndsAt = p.Form.StartsAt.Add(usual.EndsAt.Sub(usual.StartsAt))
	}
}

// begin is when the next shift would begin: where the last one ends, else tomorrow morning.
func (p *monthPage) begin() time.Time {
	begin := beijing.Day(p.Now).AddDate(0, 0, 1)
	if begin.Before(p.Month) {
		begin = p.Month
	}
	begin = begin.Add(8*time.Hour + 30*time.Minute)
	if n := len(p.Roster.Shifts); n > 0 && p.Roster.Shifts[n-1].EndsAt.After(p.Now) {
		begin = p.Roster.Shifts[n-1].EndsAt
	}

	return begin
}

// spanOf writes a time: the day once where both ends are of one day.
func spanOf(base page.Base, from, to time.Time) span {
	first, last := page.StampOf(base.P, from, base.Now), page.StampOf(base.P, to, base.Now)
	if beijing.Date(from) == beijing.Date(to) {
		last.Text = to.In(beijing.Zone).Format("15:04")
	}

	return span{first.Text, last.Text}
}

// Hours is when the shift is, in words.
func (p monthPage) Hours(shift roster.Shift) string { return hours(p.Base, shift) }

func hours(base page.Base, shift roster.Shift) string {
	from, to := shift.StartsAt.In(beijing.Zone), shift.EndsAt.In(beijing.Zone)
	day := beijing.Day(from)

	switch {
	case beijing.Day(to).Equal(day):
		return from.Format("15:04") + "–" + to.Format("15:04")
	case to.Equal(day.AddDate(0, 0, 1)):
		return from.Format("15:04") + "–24:00"
	case beijing.Day(to).Equal(day.AddDate(0, 0, 1)):
		return base.T("{.from}–次日 {.to}", "from", from.Format("15:04"), "to", to.Format("15:04"))
	}

	return from.Format("15:04") + " – " + page.StampOf(base.P, to, base.Now).Text
}

// people are the choices of a form, with those that are chosen.
func (h *pages) people(c *gin.Context, unit int64, chosen []int64) (options []page.Option, err error) {
	list, err := h.Roster.People(c.Request.Context(), web.Actor(c), unit)

	for _, person := range list {
		option := page.Option{Value: fmt.Sprint(person.ID), Text: person.Name}
		for _, id := range chosen {
			option.Selected = option.Selected || id == person.ID
		}
		options = append(options, option)
	}

	return options, err
}

// acted leads back to the month after an act, or shows it again with what is wrong.
func (h *pages) acted(c *gin.Context, err error, form monthForm, told string) error {
	if err == nil {
		return h.kit.See(c, address(form.UnitID, form.Month), told)
	}
	p, pageErr := h.monthPage(c)
	if pageErr != nil {
		return pageErr
	}

	return h.kit.Refuse(c, err, "roster/month", &p)
}

func (h *pages) add(c *gin.Context) error {
	var form monthForm
	err := web.Bind(c, &form)
	if err == nil {
		var made roster.Shift
		made, err = h.Roster.Add(
			c.Request.Context(), web.Actor(c), form.UnitID, form.Revision,
			roster.Entry{StartsAt: form.StartsAt, EndsAt: form.EndsAt, People: form.People},
		)
		form.Month = made.StartsAt.In(beijing.Zone).Format("2006-01")
	}

	return h.acted(c, err, form, "已排一班")
}

func (h *pages) cover(c *gin.Context) error {
	var form monthForm
	err := web.Bind(c, &form)
	if err == nil {
		from, ok := roster.Minute(form.From)
		to, fine := roster.Minute(form.To)
		if !ok || !fine {
			err = fault.Invalid("to", "时刻无法识别，请写成 08:30")
		} else {
			err = h.Roster.SetCover(
				c.Request.Context(),
				web.Actor(c),
				form.UnitID,
				form.Revision,
				roster.Cover{From: from, To: to},
			)
		}
	}

	return h.acted(c, err, form, "已保存要有人值班的时段")
}
