// Package incidents holds the pages of hot events: the list, opening, the live board, the closing review.
package incidents

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/console/badge"
	"juzhen/internal/console/parts"
	"juzhen/internal/i18n"
	"juzhen/internal/inbox"
	"juzhen/internal/incident"
	"juzhen/internal/org"
	"juzhen/internal/todo"
	"juzhen/internal/view"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases behind these pages. All must be given.
type Deps struct {
	Incidents *incident.Service
	Inbox     *inbox.Service
	Accounts  *account.Service
	Units     *org.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// Register declares the routes and templates of the section.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Badges(badge.Find)
	kit.Belongs("/inbox", "/incidents")
	kit.Declare("incidents/list", listPage{})
	kit.Declare("incidents/form", formPage{})
	kit.Declare("incidents/show", showPage{})
	kit.Declare("incidents/review", reviewPage{})

	g := kit.Group("/incidents")
	kit.Handle(g, "GET", "", access.PostView, h.list)
	kit.Handle(g, "GET", "/new", access.IncidentManage, h.blank)
	kit.Handle(g, "POST", "", access.IncidentManage, h.open)
	kit.Handle(g, "GET", "/:id", access.PostView, h.show)
	kit.Handle(g, "GET", "/:id/review", access.PostView, h.review)
	kit.Handle(g, "GET", "/:id/edit", access.IncidentManage, h.editForm)
	kit.Handle(g, "POST", "/:id/edit", access.IncidentManage, h.edit)

	for path, act := range acts() {
		kit.Handle(g, "POST", "/:id/"+path, act.needs, h.act(act.act))
	}
}

// deed is an act as a page posts it.
type deed struct {
	act   incident.Act
	needs access.Permission
}

func acts() map[string]deed {
	return map[string]deed{
		"say":     {incident.Say, access.IncidentManage},
		"ask":     {incident.Ask, access.IncidentManage},
		"sign":    {incident.Sign, access.PostReview},
		"return":  {incident.Return, access.PostReview},
		"link":    {incident.Link, access.IncidentManage},
		"record":  {incident.Record, access.IncidentManage},
		"follow":  {incident.Follow, access.IncidentManage},
		"hold":    {incident.Hold, access.IncidentManage},
		"release": {incident.Release, access.IncidentManage},
		"ask-end": {incident.AskEnd, access.IncidentManage},
		"end":     {incident.End, access.IncidentClose},
		"resume":  {incident.Resume, access.IncidentClose},
		"reopen":  {incident.Reopen, access.IncidentClose},
	}
}

// TodoPages are the pages to which to-dos about hot events lead.
func TodoPages() todo.Pages {
	return todo.Pages{}.Page(incident.TodoSubject, "/incidents/%d").
		Page(incident.CrowdSubject, "/incidents/new?unit=%d")
}

func crumbs() []page.Crumb {
	return []page.Crumb{{Text: "互动", Href: "/inbox"}, {Text: "热点事件", Href: "/incidents"}}
}

func path(id int64) string { return fmt.Sprintf("/incidents/%d", id) }

const perPage = 50

type listForm struct {
	Unit  int64          `form:"unit"`
	State incident.State `form:"state"`
	Text  string         `form:"q"`
	After string         `form:"after"`
}

type listRow struct {
	incident.Incident
	Next dueLine
}

// listPage is the list of events.
type listPage struct {
	page.Base
	Form   listForm
	Rows   []listRow
	Units  []page.Option
	States []page.Option
	Chips  []page.Chip
	Pager  page.Pager
}

func (h *pages) list(c *gin.Context) error {
	p := listPage{Base: h.kit.Base(c, "热点事件", crumbs()[:1]...)}
	if err := web.Bind(c, &p.Form); err != nil {
		return err
	}
	query, err := h.query(c, &p)
	if err != nil {
		return err
	}
	found, err := h.Incidents.List(c.Request.Context(), web.Actor(c), query)
	if err != nil {
		return err
	}

	for _, one := range found.Rows {
		row := listRow{Incident: one}
		if next, any := one.NextDue(); any && one.State != incident.Closed {
			row.Next = lineOf(p.Base, one, next)
		}
		p.Rows = append(p.Rows, row)
	}

	p.Follow = page.Follow{Of: "incidents", Every: 60}
	p.Pager = web.PagerOf(c, len(found.Rows), p.Form.After, found.Next)

	return h.kit.Show(c, 200, "incidents/list", p)
}

func (h *pages) query(c *gin.Context, p *listPage) (incident.Query, error) {
	query := incident.Query{After: p.Form.After, Limit: perPage}
	units, err := h.Units.Within(c.Request.Context(), web.Actor(c), access.PostView)
	if err != nil {
		return query, err
	}

	narrow := parts.Narrow(c, p.Base)
	p.Units, query.UnitPath = narrow.Unit(units, p.Form.Unit)
	p.States, query.State = parts.NarrowTo(narrow, "状态", "state", incident.States(), p.Form.State)
	query.Words = narrow.Text(p.Form.Text)
	p.Chips = narrow.Chips

	return query, nil
}

// dueLine is a clock in words.
type dueLine struct {
	incident.Clock
	Tone, Icon string
	Text       string // how long is left, or over
}

func lineOf(base page.Base, i incident.Incident, clock incident.Clock) dueLine {
	line := dueLine{Clock: clock, Tone: "blue", Icon: "clock"}
	span := page.Span(base.P, clock.Left(base.Now).Truncate(time.Minute))

	switch {
	case clock.MetAt != nil && clock.Late(base.Now):
		line.Tone, line.Icon = "orange", "clock-exclamation"
		line.Text = base.T("做到了，晚 {.span}", "span", span)
	case clock.MetAt != nil:
		line.Tone, line.Icon, line.Text = "green", "circle-check", base.T("按时做到")
	case i.State == incident.Closed && i.EndedAt.Before(clock.Until):
		line.Tone, line.Icon, line.Text = "grey", "clock", base.T("结束时还没有到时限")
	case i.State == incident.Closed:
		line.Tone, line.Icon, line.Text = "red", "alert-circle", base.T("没有做到")
	case clock.Late(base.Now):
		line.Tone, line.Icon, line.Text = "red", "alert-triangle", base.T("已超 {.span}", "span", span)
	case clock.Soon(i.T0, base.Now):
		line.Tone, line.Icon, line.Text = "orange", "clock-exclamation", base.T("只剩 {.span}", "span", span)
	default:
		line.Text = base.T("还有 {.span}", "span", span)
	}

	return line
}

type factsForm struct {
	Unit     int64          `form:"unit"`
	Revision int            `form:"revision"`
	Title    string         `form:"title,raw"`
	Grade    incident.Grade `form:"grade"`
	T0       time.Time      `form:"t0"`
	Owner    int64          `form:"owner"`
	Keywords string         `form:"keywords,raw"`
	Lead     int64          `form:"lead"`
	Accounts []int64        `form:"account"`
	Reason   string         `form:"reason,raw"`
	Source   string         `form:"source,raw"`
}

func (f factsForm) facts() incident.Facts {
	return incident.Facts{
		Title:    f.Title,
		Grade:    f.Grade,
		T0:       f.T0,
		OwnerID:  f.Owner,
		Keywords: incident.ReadKeywords(f.Keywords),
		Lead:     f.Lead,
		Accounts: f.Accounts,
	}
}

// formPage opens an event, or changes its facts.
type formPage struct {
	page.Base
	ID       int64 // 0: a new one
	Form     factsForm
	Units    []page.Option
	Owners   []page.Option
	Grades   []page.Option
	Leads    []page.Option
	Picker   page.Picker
	MaxTitle int
	Max      int
}

// Action is where the form goes.
func (p formPage) Action() string {
	if p.ID == 0 {
		return "/incidents"
	}

	return path(p.ID) + "/edit"
}

// Back is where one comes from.
func (p formPage) Back() string { return strings.TrimSuffix(p.Action(), "/edit") }

func (h *pages) formPage(c *gin.Context, id int64, form *factsForm) (formPage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p := formPage{
		Base: h.kit.Base(
			c,
			"启动热点事件",
			crumbs()...),
		ID:       id,
		MaxTitle: incident.MaxTitle,
		Max:      incident.MaxReason,
	}

	p.Grades = parts.LabelOptions(incident.Grades())
	units, err := h.Units.Within(ctx, actor, access.IncidentManage)
	if err != nil {
		return p, err
	}
	if id == 0 {
		err = h.fresh(c, &p, units)
	} else {
		err = h.kept(c, &p)
	}
	if err != nil {
		return p, err
	}
	if form != nil {
		p.Form = *form
	}

	return p, h.voices(c, &p, units)
}

// fresh fills the form of a new event; what many citizens say within the hour stands there already.
func (h *pages) fresh(c *gin.Context, p *formPage, units []org.Unit) error {
	p.Units = parts.UnitOptions(units)
	p.Form.Grade, p.Form.T0 = incident.Other, p.Now.Truncate(time.Minute)
	if asked, err := strconv.ParseInt(c.Query("unit"), 10, 64); err == nil {
		p.Form.Unit = asked
	}

	for _, unit := range units {
		if p.Form.Unit == 0 {
			p.Form.Unit = unit.ID
		}
		if unit.ID != p.Form.Unit || !web.Actor(c).CanAt(access.InboxView, unit.Path) {
			continue
		}
		crowd, found, err := h.Incidents.Suggest(c.Request.Context(), h.Inbox, unit.Path)
		if err != nil {
			return err
		}
		if found {
			p.Form.Keywords, p.Form.T0 = crowd.Words, crowd.Since.Truncate(time.Minute)
			p.Form.Source = p.T("一小时内有 {.n} 位市民说到“{.words}”",
				"n", crowd.Citizens, "words", crowd.Words)
		}
	}

	return nil
}

// kept fills the form with the facts of an event.
func (h *pages) kept(c *gin.Context, p *formPage) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	found, err := h.Incidents.Find(ctx, actor, p.ID)
	if err != nil {
		return err
	}
	if err := found.May(actor, incident.Edit); err != nil {
		return err
	}
	p.Heading = p.T("修改热点事件")
	p.Form = factsForm{
		Unit: found.UnitID, Revision: found.Revision, Title: found.Title, Grade: found.Grade, T0: found.T0,
		Owner: found.OwnerID, Keywords: strings.Join(found.Keywords, " "), Lead: found.Lead,
		Accounts: found.Accounts,
	}

	owners, err := h.Incidents.Owners(ctx, found.UnitPath)
	for _, one := range owners {
		p.Owners = append(
			p.Owners,
			page.Option{Value: strconv.FormatInt(one.UserID, 10), Text: one.Name, Raw: true},
		)
	}

	return err
}

// voices are the accounts that may be chosen to speak.
func (h *pages) voices(c *gin.Context, p *formPage, units []org.Unit) error {
	accounts, err := h.Accounts.List(c.Request.Context(), web.Actor(c), account.Filter{})
	if err != nil {
		return err
	}

	p.Leads = append([]page.Option{{Value: "0", Text: "没有指定"}}, parts.AccountOptions(accounts)...)
	p.Picker = parts.AccountPicker("随后发声的账号", units, accounts, p.Form.Accounts)
	p.Picker.Error = p.FieldError("account")

	return nil
}

func (h *pages) blank(c *gin.Context) error {
	p, err := h.formPage(c, 0, nil)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "incidents/form", p)
}

func (h *pages) open(c *gin.Context) error {
	var (
		form factsForm
		made incident.Incident
	)
	err := web.Bind(c, &form)
	if err == nil {
		made, err = h.Incidents.Open(c.Request.Context(), web.Actor(c), form.Unit, form.facts(), form.Source)
	}
	if err == nil {
		return h.kit.See(c, path(made.ID), "已启动，时限从 {.t0} 起算", "t0", clock(made.T0))
	}
	p, perr := h.formPage(c, 0, &form)
	if perr != nil {
		return perr
	}

	return h.kit.Refuse(c, err, "incidents/form", &p)
}

func (h *pages) editForm(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p, err := h.formPage(c, id, nil)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "incidents/form", p)
}

func (h *pages) edit(c *gin.Context) error {
	id, form, _, err := web.Act(c, func(id int64, form factsForm) (incident.Incident, error) {
		return h.Incidents.Do(c.Request.Context(), web.Actor(c), id, incident.Move{
			Act: incident.Edit, Revision: form.Revision, Facts: form.facts(), Reason: form.Reason,
		})
	})
	if err == nil {
		return h.kit.See(c, path(id), "已保存")
	}
	p, perr := h.formPage(c, id, &form)
	if perr != nil {
		return perr
	}

	return h.kit.Refuse(c, err, "incidents/form", &p)
}

// ViewLists is the list whose filter readers keep: hot events.
func ViewLists() []view.List {
	return []view.List{{
		Key: "incidents", Name: i18n.N("热点事件"), Path: "/incidents", Needs: access.PostView, Form: listForm{},
		Keeps: []view.Param{
			view.ID("unit"),
			view.Among("state", incident.States()...),
			view.Text("q"),
		},
	}}
}
