package admin

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/identity"
	"juzhen/internal/org"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

func (h *pages) registerUnits(kit *web.Kit) {
	kit.Declare("admin/units", unitsPage{})
	kit.Declare("admin/unit", unitPage{})
	kit.Declare("admin/unit-form", unitFormPage{})
	kit.Declare("admin/unit-move", unitMovePage{})
	g := kit.Group("/admin/units")
	kit.Handle(g, http.MethodGet, "", access.UnitManage, h.unitList)
	kit.Handle(g, http.MethodGet, "/new", access.UnitManage, h.unitNew)
	kit.Handle(g, http.MethodPost, "", access.UnitManage, h.unitCreate)
	kit.Handle(g, http.MethodGet, "/:id", access.UnitManage, h.unitShow)
	kit.Handle(g, http.MethodGet, "/:id/edit", access.UnitManage, h.unitEdit)
	kit.Handle(g, http.MethodPost, "/:id/edit", access.UnitManage, h.unitRename)
	kit.Handle(g, http.MethodGet, "/:id/move", access.UnitManage, h.unitMoveForm)
	kit.Handle(g, http.MethodPost, "/:id/move", access.UnitManage, h.unitMove)
	kit.Handle(g, http.MethodPost, "/:id/delete", access.UnitManage, h.unitDelete)
}

// unitsPage is the tree the administrator keeps.
type unitsPage struct {
	base
	Units []unitRow
}

type unitRow struct {
	org.Unit
	Indent int // 0 for the topmost the person sees
}

func (h *pages) unitList(c *gin.Context) error {
	units, err := h.units.Within(c.Request.Context(), web.Actor(c), access.UnitManage)
	if err != nil {
		return err
	}
	p := unitsPage{base: h.base(c, "单位|栏目")}
	top := shallowest(units)
	for _, u := range units {
		p.Units = append(p.Units, unitRow{u, min(u.Depth()-top, 6)})
	}
	return h.kit.Show(c, http.StatusOK, "admin/units", p)
}

// unitPage is one unit with what can be done to it.
type unitPage struct {
	base
	Unit   org.Unit
	Above  []org.Unit // from the topmost the person sees
	Below  []org.Unit
	IsRoot bool
	Asked  []shownChange // moves of it that wait for a second person
}

var unitCrumb = page.Crumb{Text: "单位|栏目", Href: "/admin/units"}

func (h *pages) unitPage(c *gin.Context) (unitPage, error) {
	u, err := h.unit(c)
	if err != nil {
		return unitPage{}, err
	}
	p := unitPage{base: h.base(c, "单位", unitCrumb), Unit: u, IsRoot: u.ParentID == 0}
	p.Heading = u.Name
	if p.Asked, err = h.movesAsked(c, u.ID); err != nil {
		return p, err
	}
	all, err := h.units.Tree(c.Request.Context(), web.Actor(c))
	for _, o := range all {
		switch {
		case o.ParentID == u.ID:
			p.Below = append(p.Below, o)
		case o.ID != u.ID && len(o.Path) < len(u.Path) && u.Path[:len(o.Path)] == o.Path:
			p.Above = append(p.Above, o)
		}
	}
	return p, err
}

// unit gives the unit of the address if the person manages it.
func (h *pages) unit(c *gin.Context) (org.Unit, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return org.Unit{}, err
	}
	u, err := h.units.Find(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return org.Unit{}, err
	}
	return u, access.Require(web.Actor(c), access.UnitManage, u.Path)
}

func (h *pages) unitShow(c *gin.Context) error {
	p, err := h.unitPage(c)
	if err != nil {
		return err
	}
	return h.kit.Show(c, http.StatusOK, "admin/unit", p)
}

// unitForm is a new unit or a new name.
type unitForm struct {
	Name   string   `form:"name"`
	Kind   org.Kind `form:"kind"`
	Parent int64    `form:"parent"`
}

type unitFormPage struct {
	base
	Form   unitForm
	Unit   org.Unit // zero for a new one
	Kinds  []page.Option
	Places []page.Option
	Action string
	Back   string
}

func kindOptions() []page.Option {
	out := []page.Option{{Text: "请选择"}}
	for _, k := range org.Kinds() {
		out = append(out, page.Option{Value: string(k), Text: k.Label()})
	}
	return out
}

func (h *pages) unitFormPage(c *gin.Context, title string, f unitForm, u org.Unit) (unitFormPage, error) {
	p := unitFormPage{base: h.base(c, title, unitCrumb), Form: f, Unit: u, Kinds: kindOptions(), Action: "/admin/units", Back: "/admin/units"}
	if u.ID != 0 {
		p.Action, p.Back = fmt.Sprintf("/admin/units/%d/edit", u.ID), fmt.Sprintf("/admin/units/%d", u.ID)
		return p, nil
	}
	var err error
	p.Places, err = h.unitOptions(c, access.UnitManage, "")
	return p, err
}

func (h *pages) unitNew(c *gin.Context) error {
	var f unitForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	p, err := h.unitFormPage(c, "新建单位", f, org.Unit{})
	if err != nil {
		return err
	}
	return h.kit.Show(c, http.StatusOK, "admin/unit-form", p)
}

func (h *pages) unitCreate(c *gin.Context) error {
	var f unitForm
	err := web.Bind(c, &f)
	var made org.Unit
	if err == nil {
		made, err = h.units.Create(c.Request.Context(), web.Actor(c), f.Parent, f.Name, f.Kind)
	}
	if err == nil {
		return h.kit.See(c, fmt.Sprintf("/admin/units/%d", made.ID), "已新建单位")
	}
	p, perr := h.unitFormPage(c, "新建单位", f, org.Unit{})
	if perr != nil {
		return perr
	}
	return h.kit.Refuse(c, err, "admin/unit-form", &p)
}

func (h *pages) unitEdit(c *gin.Context) error {
	u, err := h.unit(c)
	if err != nil {
		return err
	}
	p, err := h.unitFormPage(c, "修改单位", unitForm{Name: u.Name, Kind: u.Kind}, u)
	if err != nil {
		return err
	}
	return h.kit.Show(c, http.StatusOK, "admin/unit-form", p)
}

func (h *pages) unitRename(c *gin.Context) error {
	u, err := h.unit(c)
	if err != nil {
		return err
	}
	var f unitForm
	if err = web.Bind(c, &f); err == nil {
		err = h.units.Rename(c.Request.Context(), web.Actor(c), u.ID, f.Name, f.Kind)
	}
	if err == nil {
		return h.kit.See(c, fmt.Sprintf("/admin/units/%d", u.ID), "已修改")
	}
	p, perr := h.unitFormPage(c, "修改单位", f, u)
	if perr != nil {
		return perr
	}
	return h.kit.Refuse(c, err, "admin/unit-form", &p)
}

// unitMovePage chooses another parent.
type unitMovePage struct {
	base
	Unit   org.Unit
	Form   unitMoveForm
	Places []page.Option
	Moved  int           // units that go along
	Asked  []shownChange // moves of it that wait for a second person
}

type unitMoveForm struct {
	Parent int64  `form:"parent" check:"required"`
	Reason string `form:"reason" check:"max=200"`
}

func (h *pages) unitMovePage(c *gin.Context, f unitMoveForm) (unitMovePage, error) {
	u, err := h.unit(c)
	if err != nil {
		return unitMovePage{}, err
	}
	at := page.Crumb{Text: u.Name, Href: fmt.Sprintf("/admin/units/%d", u.ID)}
	p := unitMovePage{base: h.base(c, "移动单位", unitCrumb, at), Unit: u, Form: f}
	if p.Asked, err = h.movesAsked(c, u.ID); err != nil {
		return p, err
	}
	units, err := h.units.Within(c.Request.Context(), web.Actor(c), access.UnitManage)
	if err != nil {
		return p, err
	}
	for _, o := range units {
		if len(o.Path) > len(u.Path) && o.Path[:len(u.Path)] == u.Path {
			p.Moved++
		}
	}
	p.Places, err = h.unitOptions(c, access.UnitManage, "请选择")
	return p, err
}

func (h *pages) unitMoveForm(c *gin.Context) error {
	p, err := h.unitMovePage(c, unitMoveForm{})
	if err != nil {
		return err
	}
	return h.kit.Show(c, http.StatusOK, "admin/unit-move", p)
}

func (h *pages) unitMove(c *gin.Context) error {
	var f unitMoveForm
	err := web.Bind(c, &f)
	p, perr := h.unitMovePage(c, f)
	if perr != nil {
		return perr
	}
	var asked identity.Change
	if err == nil {
		asked, err = h.id.AskMove(c.Request.Context(), web.Actor(c), org.Move{UnitID: p.Unit.ID, ParentID: f.Parent}, f.Reason)
	}
	if err != nil {
		return h.kit.Refuse(c, err, "admin/unit-move", &p)
	}
	return h.asked(c, asked)
}

// movesAsked are the moves of a unit that wait for a second person.
func (h *pages) movesAsked(c *gin.Context, unit int64) ([]shownChange, error) {
	list, err := h.id.Changes(c.Request.Context(), web.Actor(c), identity.ChangeFilter{State: identity.ChangeAsked, MovedID: unit})
	out := make([]shownChange, len(list))
	for i, change := range list {
		out[i] = shown(change)
	}
	return out, err
}

func (h *pages) unitDelete(c *gin.Context) error {
	p, err := h.unitPage(c)
	if err != nil {
		return err
	}
	if err := h.units.Delete(c.Request.Context(), web.Actor(c), p.Unit.ID); err != nil {
		return h.kit.Refuse(c, err, "admin/unit", &p)
	}
	return h.kit.See(c, "/admin/units", "已删除单位")
}
