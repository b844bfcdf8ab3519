package admin

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/console/parts"
	"juzhen/internal/identity"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

func (h *pages) registerChanges(kit *web.Kit) {
	kit.Declare("admin/changes", changesPage{})
	kit.Declare("admin/change", changePage{})
	kit.Declare("admin/confirmed", confirmedPage{})
	kit.Declare("admin/refusals", refusalsPage{})
	g := kit.Group("/admin/changes")
	kit.Handle(g, http.MethodGet, "", access.UserStop, h.changeList)
	kit.Handle(g, http.MethodGet, "/:id", access.UserStop, h.changeShow)
	kit.Handle(g, http.MethodPost, "/:id/confirm", access.UserConfirm, h.changeConfirm)
	kit.Handle(g, http.MethodPost, "/:id/stop", access.UserStop, h.changeStop)
	kit.Handle(kit.Group("/admin/refusals"), http.MethodGet, "", access.UserStop, h.refusals)
}

var changeCrumb = page.Crumb{Text: "人员与单位变更", Href: "/admin/changes"}

// changesPage lists what was asked about users, newest first.
type changesPage struct {
	base
	Form    changesForm
	Changes []shownChange
	States  []page.Option
	Chips   []page.Chip
	Pager   page.Pager
}

type changesForm struct {
	State  identity.ChangeState `form:"state"`
	Before int64                `form:"before"`
}

// shownChange is a change with the look of its state.
type shownChange struct {
	identity.Change
	Tone, Icon string
}

var changeLooks = map[identity.ChangeState]struct{ tone, icon string }{
	identity.ChangeAsked:     {"orange", "hourglass"},
	identity.ChangeConfirmed: {"green", "circle-check"},
	identity.ChangeStopped:   {"grey", "ban"},
	identity.ChangeExpired:   {"grey", "clock-exclamation"},
	identity.ChangeUndone:    {"grey", "arrow-back-up"},
}

func shown(change identity.Change) shownChange {
	look := changeLooks[change.State]
	return shownChange{change, look.tone, look.icon}
}

func (h *pages) changeList(c *gin.Context) error {
	var form changesForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	list, err := h.id.Changes(c.Request.Context(), web.Actor(c),
		identity.ChangeFilter{State: form.State, Before: form.Before, Limit: usersPerPage + 1})
	if err != nil {
		return err
	}

	p := changesPage{base: h.base(c, "人员与单位变更"), Form: form, States: []page.Option{{Text: "全部"}}}
	for _, changeState := range identity.ChangeStates() {
		p.States = append(p.States, page.Option{Value: string(changeState), Text: changeState.Label()})
	}
	if form.State != "" {
		p.Chips = []page.Chip{{Name: "状态", Value: p.T(form.State.Label()), Href: web.Link(c, "state", "")}}
	}
	if len(list) > usersPerPage {
		list = list[:usersPerPage]
		p.Pager.Next = web.Link(c, "before", strconv.FormatInt(list[usersPerPage-1].ID, 10))
	}
	if form.Before > 0 {
		p.Pager.First = web.Link(c)
	}

	for _, change := range list {
		p.Changes = append(p.Changes, shown(change))
	}
	p.Pager.Shown = len(list)

	return h.kit.Show(c, http.StatusOK, "admin/changes", p)
}

// changePage is one change: what exactly, who asked, and what the reader may do about it.
type changePage struct {
	base
	Change shownChange
	Second page.Second
	User   string // address of the user's page, where the reader may see it
	Unit   string // address of the moved unit's
}

func (h *pages) changePage(c *gin.Context) (changePage, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return changePage{}, err
	}
	actor := web.Actor(c)
	change, err := h.id.FindChange(c.Request.Context(), actor, id)
	if err != nil {
		return changePage{}, err
	}

	p := changePage{
		base:   h.base(c, change.Kind.Label(), changeCrumb),
		Change: shown(change),
	}
	asked := change.State == identity.ChangeAsked
	p.Second = parts.Second(p.Base, change, asked, change.AskedBy, fmt.Sprintf("/admin/changes/%d", id))
	p.Second.Before = "请先用电话或当面核实确有此事，再确认。确认后立即生效，您的名字记入审计日志。"
	p.Second.Confirm = p.T("确认：{.what}", "what", p.T(change.Kind.Label()))
	if p.Second.Own {
		p.Second.Note = p.T("没有别人可以确认时（例如只有一名管理员、没有主管），可在服务器上运行 juzhen user confirm {.id}。",
			"id", id)
	}
	if change.CanUndo(p.Now) {
		p.Second.MayStop = change.MayStop(actor) == nil
	}
	if change.UserID != 0 && actor.Can(access.UserManage) {
		p.User = fmt.Sprintf("/admin/users/%d", change.UserID)
	}
	if change.Kind == identity.ChangeMove && actor.CanAt(access.UnitManage, change.UnitPath) {
		p.Unit = fmt.Sprintf("/admin/units/%d", change.What.MovedID)
	}

	return p, nil
}

func (h *pages) changeShow(c *gin.Context) error {
	page, err := h.changePage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "admin/change", page)
}

// confirmedPage shows the one-time code of a first sign-in, once and to the confirmer alone.
type confirmedPage struct {
	base
	Change identity.Change
	First  identity.First
	Code   string
	Link   string
}

func (h *pages) changeConfirm(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	change, first, err := h.id.Confirm(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		page, perr := h.changePage(c)
		if perr != nil {
			return perr
		}

		return h.kit.Refuse(c, err, "admin/change", &page)
	}
	if first.Code == "" {
		return h.kit.See(c, fmt.Sprintf("/admin/changes/%d", id), "已确认，立即生效")
	}

	p := confirmedPage{
		base:   h.base(c, "已确认", changeCrumb),
		Change: change,
		First:  first,
		Code:   first.Code.Reveal(),
	}
	p.Link = h.home + "/first#" + first.Username + "." + p.Code
	c.Header("Cache-Control", "no-store")

	return h.kit.Show(c, http.StatusOK, "admin/confirmed", p)
}

func (h *pages) changeStop(c *gin.Context) error {
	var f struct {
		Reason string `form:"reason"`
	}
	err := web.Bind(c, &f)
	page, perr := h.changePage(c)
	if perr != nil {
		return perr
	}
	if err == nil {
		_, err = h.id.Stop(c.Request.Context(), web.Actor(c), page.Change.ID, f.Reason)
	}
	if err != nil {
		return h.kit.Refuse(c, err, "admin/change", &page)
	}
	text := "已阻止，没有任何改动"

	switch {
	case page.Change.State == identity.ChangeConfirmed:
		text = "已撤回，给予的都已收回"
	case page.Second.Own:
		text = "已撤回申请"
	}

	return h.kit.See(c, fmt.Sprintf("/admin/changes/%d", page.Change.ID), text)
}

// refusalsPage shows how many sign-ins were refused, by day and user.
type refusalsPage struct {
	base
	Rows []identity.Refusals
}

// refusalDays is how far the list looks back.
const refusalDays = 30

func (h *pages) refusals(c *gin.Context) error {
	page := refusalsPage{base: h.base(c, "被拒绝的登录", userCrumb)}
	var err error
	page.Rows, err = h.id.Refusals(c.Request.Context(), web.Actor(c), page.Now.Add(-refusalDays*24*time.Hour))
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "admin/refusals", page)
}
