// Package rebuttals holds the pages of rebuttals: what is said and what is true, one rebuttal with its
// versions, its signatures and the posts that contradict it, and its form. It belongs to the inbox. Who may
// do what is package rumour's to say.
package rebuttals

import (
	"fmt"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/check"
	"juzhen/internal/console/badge"
	"juzhen/internal/console/parts"
	"juzhen/internal/i18n"
	"juzhen/internal/inbox"
	"juzhen/internal/org"
	"juzhen/internal/rumour"
	"juzhen/internal/todo"
	"juzhen/internal/view"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases the pages call.
type Deps struct {
	Rumours *rumour.Service
	Checks  *check.Service
	Units   *org.Service
	Inbox   *inbox.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// Register declares the pages and their routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Badges(badge.Find)
	kit.Belongs("/inbox", "/rebuttals")
	kit.Declare("rebuttals/list", listPage{})
	kit.Declare("rebuttals/form", formPage{})
	kit.Declare("rebuttals/show", showPage{})

	g := kit.Group("/rebuttals")
	kit.Handle(g, "GET", "", access.PostView, h.list)
	kit.Handle(g, "GET", "/new", access.RebuttalManage, h.blank)
	kit.Handle(g, "POST", "", access.RebuttalManage, h.write)
	kit.Handle(g, "GET", "/:id", access.PostView, h.show)
	kit.Handle(g, "GET", "/:id/edit", access.RebuttalManage, h.editForm)
	kit.Handle(g, "POST", "/:id/edit", access.RebuttalManage, h.edit)
	kit.Handle(g, "POST", "/:id/ask", access.RebuttalManage, h.act(rumour.Ask))
	kit.Handle(g, "POST", "/:id/sign", access.PostReview, h.act(rumour.Sign))
	kit.Handle(g, "POST", "/:id/return", access.PostReview, h.act(rumour.Return))
	kit.Handle(g, "POST", "/:id/review", access.RebuttalManage, h.act(rumour.Review))
	kit.Handle(g, "POST", "/:id/withdraw", access.RebuttalManage, h.act(rumour.Withdraw))
	kit.Handle(g, "POST", "/:id/correct", access.RebuttalManage, h.act(rumour.Correct))
}

// TodoPages say where what waits is dealt with.
func TodoPages() todo.Pages { return todo.Pages{}.Page(rumour.TodoSubject, "/rebuttals/%d") }

func crumbs() []page.Crumb {
	return []page.Crumb{{Text: "互动", Href: "/inbox"}, {Text: "权威辟谣", Href: "/rebuttals"}}
}

func path(id int64) string { return fmt.Sprintf("/rebuttals/%d", id) }

// perPage is how many rebuttals one page of the list shows.
const perPage = 50

// listForm is the filter, as the address holds it.
type listForm struct {
	Unit  int64        `form:"unit"`
	State rumour.State `form:"state"`
	Text  string       `form:"q"`
	After string       `form:"after"`
}

// listPage lists rebuttals, the last changed first.
type listPage struct {
	page.Base
	Form   listForm
	Rows   []rumour.Rebuttal
	Units  []page.Option
	States []page.Option
	Chips  []page.Chip
	Pager  page.Pager
}

func (h *pages) list(c *gin.Context) error {
	p := listPage{Base: h.kit.Base(c, "权威辟谣", crumbs()[:1]...)}
	if err := web.Bind(c, &p.Form); err != nil {
		return err
	}
	query, err := h.query(c, &p)
	if err != nil {
		return err
	}
	found, err := h.Rumours.List(c.Request.Context(), web.Actor(c), query)
	if err != nil {
		return err
	}
	p.Rows = found.Rows
	p.Pager = web.PagerOf(c, len(p.Rows), p.Form.After, found.Next)

	return h.kit.Show(c, 200, "rebuttals/list", p)
}

// query reads the address; what nobody can mean is the usual.
func (h *pages) query(c *gin.Context, p *listPage) (rumour.Query, error) {
	query := rumour.Query{After: p.Form.After, Limit: perPage}
	units, err := h.Units.Within(c.Request.Context(), web.Actor(c), access.PostView)
	if err != nil {
		return query, err
	}

	narrow := parts.Narrow(c, p.Base)
	p.Units, query.UnitPath = narrow.Unit(units, p.Form.Unit)
	p.States, query.State = parts.NarrowTo(narrow, "状态", "state", rumour.States(), p.Form.State)
	query.Words = narrow.Text(p.Form.Text)
	p.Chips = narrow.Chips

	return query, nil
}

// wordsForm is a rebuttal as it is typed.
type wordsForm struct {
	Unit     int64     `form:"unit"`
	Revision int       `form:"revision"`
	Claim    string    `form:"claim,raw"`
	Truth    string    `form:"truth,raw"`
	Area     string    `form:"area"`
	Expert   string    `form:"expert"`
	Evidence string    `form:"evidence,raw"`
	Keywords string    `form:"keywords,raw"`
	From     time.Time `form:"valid_from"`
	Until    time.Time `form:"valid_until"`
}

func (f wordsForm) words() rumour.Words {
	return rumour.Words{
		Claim: f.Claim, Truth: f.Truth, Area: f.Area, Expert: f.Expert,
		Evidence: rumour.ReadEvidence(f.Evidence), Keywords: rumour.ReadKeywords(f.Keywords),
		From: f.From, Until: f.Until,
	}
}

// formPage is the form of a new rebuttal, or of the next version of one.
type formPage struct {
	page.Base
	ID       int64 // 0: a new one
	Form     wordsForm
	Units    []page.Option
	Holds    bool // words of an earlier version go on holding until the new ones are signed
	MaxClaim int
	MaxTruth int
	MaxLine  int
}

// Action is where the form is sent.
func (p formPage) Action() string {
	if p.ID == 0 {
		return "/rebuttals"
	}

	return path(p.ID) + "/edit"
}

// Back is where one goes without saving.
func (p formPage) Back() string {
	if p.ID == 0 {
		return "/rebuttals"
	}

	return path(p.ID)
}

func (h *pages) formPage(c *gin.Context, id int64, form *wordsForm) (formPage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p := formPage{
		Base: h.kit.Base(c, "起草辟谣", crumbs()...), ID: id,
		MaxClaim: rumour.MaxClaim, MaxTruth: rumour.MaxTruth, MaxLine: rumour.MaxLine,
	}
	if id != 0 {
		found, err := h.Rumours.Find(ctx, actor, id)
		if err != nil {
			return p, err
		}
		if err := found.May(actor, rumour.Edit); err != nil {
			return p, err
		}
		p.Heading, p.Holds = p.T("修改辟谣"), found.Signed != nil
		p.Form = typed(found.Rebuttal)
	} else {
		units, err := h.Units.Within(ctx, actor, access.RebuttalManage)
		if err != nil {
			return p, err
		}
		p.Units = parts.UnitOptions(units)
		if len(units) > 0 {
			p.Form.Unit = units[0].ID
		}
		p.Form.From = p.Now.Truncate(time.Minute)
		p.Form.Until = beijing.Day(p.Now).AddDate(0, 0, usualDays)
	}
	if form != nil {
		p.Form = *form
	}

	return p, nil
}

// usualDays is how long a rebuttal holds where nobody says otherwise: what a forecast can vouch for.
const usualDays = 4

// typed are the last words of a rebuttal as its form has them.
func typed(r rumour.Rebuttal) wordsForm {
	return wordsForm{
		Unit: r.UnitID, Revision: r.Revision, Claim: r.Last.Claim, Truth: r.Last.Truth, Area: r.Last.Area,
		Expert: r.Last.Expert, Evidence: rumour.WriteEvidence(r.Last.Evidence),
		Keywords: rumour.WriteKeywords(r.Last.Keywords), From: r.Last.From, Until: r.Last.Until,
	}
}

func (h *pages) blank(c *gin.Context) error {
	p, err := h.formPage(c, 0, nil)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "rebuttals/form", p)
}

func (h *pages) write(c *gin.Context) error {
	var (
		form wordsForm
		made rumour.Rebuttal
	)
	err := web.Bind(c, &form)
	if err == nil {
		made, err = h.Rumours.Write(c.Request.Context(), web.Actor(c), form.Unit, form.words())
	}
	if err == nil {
		return h.kit.See(c, path(made.ID), "已存为草稿，请核对后送签")
	}
	p, perr := h.formPage(c, 0, &form)
	if perr != nil {
		return perr
	}

	return h.kit.Refuse(c, err, "rebuttals/form", &p)
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

	return h.kit.Show(c, 200, "rebuttals/form", p)
}

func (h *pages) edit(c *gin.Context) error {
	id, form, _, err := web.Act(c, func(id int64, form wordsForm) (rumour.Rebuttal, error) {
		return h.Rumours.Do(c.Request.Context(), web.Actor(c), id, rumour.Move{
			Act: rumour.Edit, Revision: form.Revision, Words: form.words(),
		})
	})
	if err == nil {
		return h.kit.See(c, path(id), "已存为新的一版，请核对后送签")
	}
	p, perr := h.formPage(c, id, &form)
	if perr != nil {
		return perr
	}

	return h.kit.Refuse(c, err, "rebuttals/form", &p)
}

// ViewLists is the list whose filter readers keep: rebuttals.
func ViewLists() []view.List {
	return []view.List{{
		Key: "rebuttals", Name: i18n.N("权威辟谣"), Path: "/rebuttals", Needs: access.PostView, Form: listForm{},
		Keeps: []view.Param{
			view.ID("unit"),
			view.Among("state", rumour.States()...),
			view.Text("q"),
		},
	}}
}
