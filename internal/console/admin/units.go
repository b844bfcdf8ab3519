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
	page := unitsPage{base: h.base(c, "单位|栏目")}

	top := shallowest(units)
	for _, unit := range units {
		page.Units = append(page.Units, unitRow{unit, min(unit.Depth()-top, 6)})
	}

	return h.kit.Show(c, http.StatusOK, "admin/units", page)
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
	unit, err := h.unit(c)
	if err != nil {
		return unitPage{}, err
	}
	page := unitPage{base: h.base(c, "单位", unitCrumb), Unit: unit, IsRoot: unit.ParentID == 0}
	page.Heading = unit.Name
	if page.Asked, err = h.movesAsked(c, unit.ID); err != nil {
		return page, err
	}

	all, err := h.units.Tree(c.Request.Context(), web.Actor(c))
	for _, o := range all {
		switch {
		case o.ParentID == unit.ID:
			page.Below = append(page.Below, o)
		case o.ID != unit.ID && len(o.Path) < len(unit.Path) && unit.Path[:len(o.Path)] == o.Path:
			page.Above = append(page.Above, o)
		}
	}

	return page, err
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
	page, err := h.unitPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "admin/unit", page)
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
	for _, kind := range org.Kinds() {
		out = append(out, page.Option{Value: string(kind), Text: kind.Label()})
	}

	return out
}

func (h *pages) unitFormPage(
	c *gin.Context,
	title string,
	form unitForm,
	unit org.Unit,
) (unitFormPage, error) {
	page := unitFormPage{
		base:   h.base(c, title, unitCrumb),
		Form:   form,
		Unit:   unit,
		Kinds:  kindOptions(),
		Action: "/admin/units",
		Back:   "/admin/units",
	}
	if unit.ID != 0 {
		page.Action = fmt.Sprintf("/admin/units/%d/edit", unit.ID)
		page.Back = fmt.Sprintf("/admin/units/%d", unit.ID)
		return page, nil
	}
	var err error
	page.Places, err = h.unitOptions(c, access.UnitManage, "")

	return page, err
}

func (h *pages) unitNew(c *gin.Context) error {
	var form unitForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	page, err := h.unitFormPage(c, "新建单位", form, org.Unit{})
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "admin/unit-form", page)
}

func (h *pages) unitCreate(c *gin.Context) error {
	var form unitForm
	err := web.Bind(c, &form)
	var made org.Unit
	if err == nil {
		made, err = h.units.Create(c.Request.Context(), web.Actor(c), form.Parent, form.Name, form.Kind)
	}
	if err == nil {
		return h.kit.See(c, fmt.Sprintf("/admin/units/%d", made.ID), "已新建单位")
	}
	page, perr := h.unitFormPage(c, "新建单位", form, org.Unit{})
	if perr != nil {
		return perr
	}

	return h.kit.Refuse(c, err, "admin/unit-form", &page)
}

func (h *pages) unitEdit(c *gin.Context) error {
	unit, err := h.unit(c)
	if err != nil {
		return err
	}
	page, err := h.unitFormPage(c, "修改单位", unitForm{Name: unit.Name, Kind: unit.Kind}, unit)
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "admin/unit-form", page)
}

func (h *pages) unitRename(c *gin.Context) error {
	unit, err := h.unit(c)
	if err != nil {
		return err
	}
	var form unitForm
	if err = web.Bind(c, &form); err == nil {
		err = h.units.Rename(c.Request.Context(), web.Actor(c), unit.ID, form.Name, form.Kind)
	}
	if err == nil {
		return h.kit.See(c, fmt.Sprintf("/admin/units/%d", unit.ID), "已修改")
	}
	page, perr := h.unitFormPage(c, "修改单位", form, unit)
	if perr != nil {
		return perr
	}

	return h.kit.Refuse(c, err, "admin/unit-form", &page)
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

func (h *pages) unitMovePage(c *gin.Context, form unitMoveForm) (unitMovePage, error) {
	unit, err := h.unit(c)
	if err != nil {
		return unitMovePage{}, err
	}
	at := page.Crumb{Text: unit.Name, Href: fmt.Sprintf("/admin/units/%d", unit.ID)}
	p := unitMovePage{base: h.base(c, "移动单位", unitCrumb, at), Unit: unit, Form: form}
	if p.Asked, err = h.movesAsked(c, unit.ID); err != nil {
		return p, err
	}
	units, err := h.units.Within(c.Request.Context(), web.Actor(c), access.UnitManage)
	if err != nil {
		return p, err
	}

	for _, o := range units {
		if len(o.Path) > len(unit.Path) && o.Path[:len(unit.Path)] == unit.Path {
			p.Moved++
		}
	}
	p.Places, err = h.unitOptions(c, access.UnitManage, "请选择")

	return p, err
}

func (h *pages) unitMoveForm(c *gin.Context) error {
	page, err := h.unitMovePage(c, unitMoveForm{})
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "admin/unit-move", page)
}

func (h *pages) unitMove(c *gin.Context) error {
	var form unitMoveForm
	err := web.Bind(c, &form)
	page, perr := h.unitMovePage(c, form)
	if perr != nil {
		return perr
	}
	var asked identity.Change
	if err == nil {
		asked, err = h.id.AskMove(c.Request.Context(), web.Actor(c), org.Move{
			UnitID: page.Unit.ID, ParentID: form.Parent,
		}, form.Reason)
	}
	if err != nil {
		return h.kit.Refuse(c, err, "admin/unit-move", &page)
	}

	return h.asked(c, asked)
}

// movesAsked are the moves of a unit that wait for a second person.
func (h *pages) movesAsked(c *gin.Context, unit int64) ([]shownChange, error) {
	list, err := h.id.Changes(c.Request.Context(), web.Actor(c), identity.ChangeFilter{
		State:   identity.ChangeAsked,
		MovedID: unit,
	})

	out := make([]shownChange, len(list))
	for i, change := range list {
		out[i] = shown(change)
	}

	return out, err
}

func (h *pages) unitDelete(c *gin.Context) error {
	page, err := h.unitPage(c)
	if err != nil {
		return err
	}
	if err := h.units.Delete(c.Request.Context(), web.Actor(c), page.Unit.ID); err != nil {
		return h.kit.Refuse(c, err, "admin/unit", &page)
	}

	return h.kit.See(c, "/admin/units", "已删除单位")
}
