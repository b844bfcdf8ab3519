// Package columns holds the page on which a unit's columns are kept: named, added, switched off and on.
// Who may is package column's to say.
package columns

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/column"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/org"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases the page calls.
type Deps struct {
	Columns *column.Service
	Units   *org.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// Register declares the page and its routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Belongs("/admin", "/columns")
	kit.Declare("columns/list", listPage{})

	g := kit.Group("/columns")
	kit.Handle(g, "GET", "", access.ColumnManage, h.list)
	kit.Handle(g, "POST", "", access.ColumnManage, h.create)
	kit.Handle(g, "POST", "/:id", access.ColumnManage, h.change)
}

// listPage is the list, with the form for another column above it.
type listPage struct {
	page.Base
	Form    columnForm
	Units   []page.Option // whose list the reader may lengthen
	Rows    []row
	MaxName int
}

type columnForm struct {
	Unit   int64  `form:"unit"`
	Name   string `form:"name"`
	Switch string `form:"switch"` // "on" or "off": only that
}

// row is a column and whether the reader may change it.
type row struct {
	column.Column
	May   bool
	Typed string // what stands in the field of its name
}

func (h *pages) list(c *gin.Context) error {
	p, err := h.page(c, columnForm{})
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "columns/list", p)
}

func (h *pages) page(c *gin.Context, form columnForm) (listPage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p := listPage{
		Base:    h.kit.Base(c, "栏目", page.Crumb{Text: "管理", Href: "/admin"}),
		Form:    form,
		MaxName: column.MaxName,
	}
	units, err := h.Units.Within(ctx, actor, access.ColumnManage)
	if err != nil {
		return p, err
	}

	p.Units = parts.UnitOptions(units)
	for i, option := range p.Units {
		p.Units[i].Selected = form.Unit != 0 && option.Value == strconv.FormatInt(form.Unit, 10)
	}
	list, err := h.Columns.List(ctx, actor)
	if err != nil {
		return p, err
	}

	for _, one := range list {
		p.Rows = append(p.Rows, row{
			Column: one,
			May:    actor.CanAt(access.ColumnManage, one.UnitPath),
			Typed:  one.Name,
		})
	}

	return p, nil
}

func (h *pages) create(c *gin.Context) error {
	var form columnForm
	err := web.Bind(c, &form)
	if err == nil {
		_, err = h.Columns.Create(c.Request.Context(), web.Actor(c), form.Unit, form.Name)
	}
	if err == nil {
		return h.kit.See(c, "/columns", "已新建栏目“{.name}”", "name", form.Name)
	}
	p, perr := h.page(c, form)
	if perr != nil {
		return perr
	}

	return h.kit.Refuse(c, err, "columns/list", &p)
}

// change renames a column, or switches it: the button says which.
func (h *pages) change(c *gin.Context) error {
	id, form, done, err := web.Act(c, func(id int64, form columnForm) (column.Column, error) {
		change := column.Change{Name: &form.Name}
		if form.Switch != "" {
			active := form.Switch == "on"
			change = column.Change{Active: &active}
		}

		return h.Columns.Change(c.Request.Context(), web.Actor(c), id, change)
	})

	switch {
	case err == nil && form.Switch == "off":
		return h.kit.See(c, "/columns", "已停用栏目“{.name}”，已归入的稿件不变", "name", done.Name)
	case err == nil && form.Switch == "on":
		return h.kit.See(c, "/columns", "已启用栏目“{.name}”", "name", done.Name)
	case err == nil:
		return h.kit.See(c, "/columns", "已改名为“{.name}”", "name", done.Name)
	}
	p, perr := h.page(c, columnForm{})
	if perr != nil {
		return perr
	}

	if fault.Is(err, fault.KindInvalid) { // the field above is that of a new column
		told := *fault.Public(err)
		told.Field, err = "", &told
	}

	return h.kit.Refuse(c, err, "columns/list", p.wrong(id, form.Name))
}

// wrong keeps what was typed in the row of a column that was not changed.
func (p *listPage) wrong(id int64, typed string) *listPage {
	for i := range p.Rows {
		if p.Rows[i].ID == id && typed != "" {
			p.Rows[i].Typed = typed
		}
	}

	return p
}
