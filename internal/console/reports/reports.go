// Package reports holds the pages of reports: what was made, one report with its words, its figures and its
// signatures, and its files. It belongs to reach. Who may do what is package report's to say.
package reports

import (
	"fmt"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/console/badge"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/org"
	"juzhen/internal/report"
	"juzhen/internal/todo"
	"juzhen/internal/view"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases the pages call.
type Deps struct {
	Reports  *report.Service
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
	kit.Belongs("/reach", "/reports")
	kit.Declare("reports/list", listPage{})
	kit.Declare("reports/new", newPage{})
	kit.Declare("reports/show", showPage{})

	g := kit.Group("/reports")
	kit.Handle(g, "GET", "", access.ReachView, h.list)
	kit.Handle(g, "GET", "/new", access.ReportMake, h.blank)
	kit.Handle(g, "POST", "", access.ReportMake, h.make)
	kit.Handle(g, "GET", "/:id", access.ReachView, h.show)
	kit.Handle(g, "GET", "/:id/file", access.ReachView, h.file)
	kit.Handle(g, "POST", "/:id/words", access.ReportMake, h.words)
	kit.Handle(g, "POST", "/:id/sign", access.ReportSign, h.sign)
	kit.Handle(g, "POST", "/:id/return", access.ReportSign, h.giveBack)
}

// TodoPages say where what waits is dealt with.
func TodoPages() todo.Pages { return todo.Pages{}.Page(report.TodoSubject, "/reports/%d") }

func crumbs() []page.Crumb {
	return []page.Crumb{{Text: "成效", Href: "/reach"}, {Text: "报告", Href: "/reports"}}
}

func path(id int64) string { return fmt.Sprintf("/reports/%d", id) }

// perPage is how many reports one page of the list shows.
const perPage = 50

// listForm is the filter, as the address holds it.
type listForm struct {
	Unit  int64        `form:"unit"`
	Kind  report.Kind  `form:"kind"`
	State report.State `form:"state"`
	After string       `form:"after"`
}

// listPage lists reports, the last changed first.
type listPage struct {
	page.Base
	Form   listForm
	Rows   []report.Report
	Units  []page.Option
	Kinds  []page.Option
	States []page.Option
	Chips  []page.Chip
	Pager  page.Pager
}

func (h *pages) list(c *gin.Context) error {
	p := listPage{Base: h.kit.Base(c, "报告", crumbs()[:1]...)}
	if err := web.Bind(c, &p.Form); err != nil {
		return err
	}
	query, err := h.query(c, &p)
	if err != nil {
		return err
	}
	found, err := h.Reports.List(c.Request.Context(), web.Actor(c), query)
	if err != nil {
		return err
	}
	p.Rows = found.Rows
	p.Pager = web.PagerOf(c, len(p.Rows), p.Form.After, found.Next)

	return h.kit.Show(c, 200, "reports/list", p)
}

// query reads the address; what nobody can mean is the usual.
func (h *pages) query(c *gin.Context, p *listPage) (report.Query, error) {
	query := report.Query{After: p.Form.After, Limit: perPage}
	units, err := h.Units.Within(c.Request.Context(), web.Actor(c), access.ReachView)
	if err != nil {
		return query, err
	}

	narrow := parts.Narrow(c, p.Base)
	p.Units, query.UnitPath = narrow.Unit(units, p.Form.Unit)
	p.Kinds, query.Kind = parts.NarrowTo(narrow, "种类", "kind", report.Kinds(), p.Form.Kind)
	p.States, query.State = parts.NarrowTo(narrow, "状态", "state", report.States(), p.Form.State)
	p.Chips = narrow.Chips

	return query, nil
}

// newForm asks for a report. Where a page leads here it stands in the address.
type newForm struct {
	Kind    report.Kind `form:"kind"`
	Unit    int64       `form:"unit_id"`
	Account string      `form:"account_id"` // its name, or its number
	From    string      `form:"from"`
	To      string      `form:"to"`
}

// newPage is the form.
type newPage struct {
	page.Base
	Form  newForm
	Kinds []page.Option
	Units []page.Option
	Spans []span
}

// span is a period that is asked for often.
type span struct {
	Text, Href string
	Current    bool
}

func (h *pages) newPage(c *gin.Context, form newForm) (newPage, error) {
	p := newPage{
		Base:  h.kit.Base(c, "生成报告", crumbs()...),
		Form:  form,
		Kinds: parts.LabelOptions(report.Kinds()),
	}
	units, err := h.Units.Within(c.Request.Context(), web.Actor(c), access.ReportMake)
	if err != nil {
		return p, err
	}
	p.Units = parts.UnitOptions(units)
	if p.Form.Kind == "" {
		p.Form.Kind = report.Quarter
	}
	if p.Form.Unit == 0 && len(units) > 0 {
		p.Form.Unit = units[0].ID
	}
	quarter, month := lastQuarter(p.Now), lastMonth(p.Now)

	if p.Form.From == "" && p.Form.To == "" {
		usual := quarter
		if p.Form.Kind == report.League {
			usual = month
		}
		p.Form.From, p.Form.To = usual[0], usual[1]
	}

	for _, one := range []struct {
		text string
		days [2]string
	}{{"上季度", quarter}, {"上月", month}} {
		p.Spans = append(p.Spans, span{
			Text: one.text, Href: web.Link(c, "from", one.days[0], "to", one.days[1]),
			Current: one.days == [2]string{p.Form.From, p.Form.To},
		})
	}

	return p, nil
}

// lastQuarter and lastMonth are the first and the last day of those that are over.
func lastQuarter(now time.Time) [2]string {
	now = now.In(beijing.Zone)
	first := time.Date(now.Year(), (now.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)

	return daysBefore(first, 3)
}

func lastMonth(now time.Time) [2]string {
	now = now.In(beijing.Zone)
	return daysBefore(time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC), 1)
}

func daysBefore(first time.Time, months int) [2]string {
	return [2]string{
		first.AddDate(0, -months, 0).Format(time.DateOnly), first.AddDate(0, 0, -1).Format(time.DateOnly),
	}
}

func (h *pages) blank(c *gin.Context) error {
	var form newForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	if _, err := strconv.ParseInt(form.Account, 10, 64); err == nil {
		named, err := h.named(c, form.Account)
		if err != nil {
			return err
		}
		if named != nil {
			form.Account = named.At()
		}
	}
	p, err := h.newPage(c, form)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "reports/new", p)
}

// named finds an account by its name or its number; nil where there is none.
func (h *pages) named(c *gin.Context, name string) (*account.Account, error) {
	found, err := h.Accounts.Named(c.Request.Context(), web.Actor(c), access.ReportMake, name)
	return parts.AccountNamed(found, name), err
}

func (h *pages) make(c *gin.Context) error {
	var (
		form newForm
		made report.Report
	)

	err := web.Bind(c, &form)
	if err == nil {
		made, err = h.made(c, form)
	}
	if err == nil {
		return h.kit.See(c, path(made.ID), "已生成报告，数据不再变")
	}
	p, perr := h.newPage(c, form)
	if perr != nil {
		return perr
	}

	return h.kit.Refuse(c, err, "reports/new", &p)
}

func (h *pages) made(c *gin.Context, form newForm) (report.Report, error) {
	ask := report.Ask{Kind: form.Kind, UnitID: form.Unit, From: form.From, To: form.To}

	if form.Kind == report.Account {
		named, err := h.named(c, form.Account)
		if err != nil {
			return report.Report{}, err
		}
		if named == nil {
			return report.Report{}, fault.Invalid("account_id", "没有找到账号“{.name}”，请写全名", "name", form.Account)
		}
		ask.AccountID = named.ID
	}

	return h.Reports.Make(c.Request.Context(), web.Actor(c), ask)
}

// ViewLists is the list whose filter readers keep: reports.
func ViewLists() []view.List {
	return []view.List{{
		Key: "reports", Name: i18n.N("报告"), Path: "/reports", Needs: access.ReachView, Form: listForm{},
		Keeps: []view.Param{
			view.ID("unit"),
			view.Among("kind", report.Kinds()...),
			view.Among("state", report.States()...),
		},
	}}
}
