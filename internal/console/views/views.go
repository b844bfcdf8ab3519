// Package views is the page of kept filters of lists, and the bar above each list that opens them. What a
// view shows is decided by the list that it leads to.
package views

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/view"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases the pages call.
type Deps struct {
	Views *view.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// Register declares the page and its routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Belongs("/", "/views")
	kit.Declare("views/list", listPage{})

	g := kit.Group("/views")
	kit.Handle(g, http.MethodGet, "", access.Self, h.list)
	kit.Handle(g, http.MethodPost, "", access.Self, h.save)
	kit.Handle(g, http.MethodPost, "/:id", access.Self, h.rename)
	kit.Handle(g, http.MethodPost, "/:id/drop", access.Self, h.drop)
}

// Bar gives the kit what stands above a list: its kept views, and what is needed to keep its filter.
func Bar(views *view.Service) func(context.Context, access.Actor, string, url.Values) (*page.Views, error) {
	return func(ctx context.Context, actor access.Actor, path string, query url.Values) (*page.Views, error) {
		list, ok := views.Lists().At(path)
		if !ok {
			return nil, nil
		}
		kept, err := views.Of(ctx, actor, list.Key)
		if err != nil {
			return nil, err
		}

		return bar(ctx, views, actor, list, kept, list.Filter(query).Encode())
	}
}

func bar(
	ctx context.Context,
	views *view.Service,
	actor access.Actor,
	list view.List,
	kept []view.View,
	filter string,
) (*page.Views, error) {
	bar := &page.Views{List: list.Key, Filter: filter}

	for _, one := range kept {
		current := filter != "" && one.Filter.Encode() == filter
		bar.Links = append(bar.Links, page.ViewLink{
			Name: one.Name, Href: one.Address(), Unit: one.UnitName, Current: current,
		})
		if current {
			bar.Filter = ""
		}
	}
	if bar.Filter == "" {
		return bar, nil
	}
	var err error
	bar.Units, err = unitOptions(ctx, views, actor)

	return bar, err
}

// unitOptions are for whom a view is kept: nobody else, or a unit.
func unitOptions(
	ctx context.Context, views *view.Service, actor access.Actor,
) (options []page.Option, err error) {
	units, err := views.Sharing(ctx, actor)
	if err != nil || len(units) == 0 {
		return nil, err
	}
	options = []page.Option{{Text: "自己|视图"}}

	for _, unit := range units {
		options = append(options, page.Option{
			Value: strconv.FormatInt(unit.ID, 10), Text: unit.Name, Raw: true,
		})
	}

	return options, nil
}

// saveForm is a filter as the bar of a list posts it.
type saveForm struct {
	List   string `form:"list"`
	Name   string `form:"name"`
	Filter string `form:"filter"` // as a query
	Unit   int64  `form:"unit"`   // 0: for oneself
}

// listPage is all views that the reader may open, by list.
type listPage struct {
	page.Base
	Form  saveForm // of a view that was not kept; List "" where there is none
	Lists []listed
	Units []page.Option
	Max   int
}

// listed is the views of one list.
type listed struct {
	view.List
	Rows []row
}

// row is one view. Typed is the name that was refused.
type row struct {
	view.View
	MayChange    bool
	Typed, Wrong string
}

// FieldError is what is wrong with the name of this view.
func (r row) FieldError(string) string { return r.Wrong }

func (h *pages) list(c *gin.Context) error {
	p, err := h.page(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "views/list", p)
}

func (h *pages) page(c *gin.Context) (p listPage, err error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p = listPage{Base: h.kit.Base(c, "列表视图"), Max: view.MaxName}
	views, err := h.Views.All(ctx, actor)
	if err != nil {
		return p, err
	}
	if p.Units, err = unitOptions(ctx, h.Views, actor); err != nil {
		return p, err
	}

	for _, list := range h.Views.Lists() {
		var rows []row

		for _, one := range views {
			if one.List.Key == list.Key {
				rows = append(rows, row{View: one, MayChange: one.May(actor), Typed: one.Name})
			}
		}
		if rows != nil {
			p.Lists = append(p.Lists, listed{list, rows})
		}
	}

	return p, nil
}

func (h *pages) save(c *gin.Context) error {
	var form saveForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	filter, err := url.ParseQuery(form.Filter)
	if err != nil {
		return fault.Invalid("filter", "请先按条件筛选，再保存").With(err)
	}
	kept, err := h.Views.Save(c.Request.Context(), web.Actor(c), view.Entry{
		List: form.List, Name: form.Name, Filter: filter, UnitID: form.Unit,
	})
	if err == nil {
		return h.kit.See(c, kept.Address(), "已保存视图“{.name}”", "name", kept.Name)
	}
	p, pageErr := h.page(c)
	if pageErr != nil {
		return pageErr
	}
	p.Form = form

	return h.kit.Refuse(c, err, "views/list", &p)
}

// changeForm names a view as it was shown.
type changeForm struct {
	Revision int    `form:"revision"`
	Name     string `form:"name"`
}

func (h *pages) rename(c *gin.Context) error {
	id, form, err := h.named(c)
	if err != nil {
		return err
	}
	_, err = h.Views.Change(
		c.Request.Context(), web.Actor(c), id, form.Revision, view.Change{Name: &form.Name},
	)
	if err == nil {
		return h.kit.See(c, "/views", "已改名")
	}

	return h.refuse(c, err, id, form.Name)
}

func (h *pages) drop(c *gin.Context) error {
	id, form, err := h.named(c)
	if err != nil {
		return err
	}
	if err := h.Views.Drop(c.Request.Context(), web.Actor(c), id, form.Revision); err != nil {
		return h.refuse(c, err, id, "")
	}

	return h.kit.See(c, "/views", "已删除视图")
}

func (h *pages) named(c *gin.Context) (id int64, form changeForm, err error) {
	if id, err = web.ID(c, "id"); err != nil {
		return 0, form, err
	}

	return id, form, web.Bind(c, &form)
}

// refuse shows the page again, with what is wrong with a name at the view's own row.
func (h *pages) refuse(c *gin.Context, err error, id int64, typed string) error {
	p, pageErr := h.page(c)
	if pageErr != nil {
		return pageErr
	}

	for _, wrong := range fault.FieldErrors(err) {
		for _, list := range p.Lists {
			for i := range list.Rows {
				if list.Rows[i].ID == id {
					list.Rows[i].Typed, list.Rows[i].Wrong = typed, p.T(wrong.Text, wrong.Args...)
				}
			}
		}
	}

	return h.kit.Refuse(c, err, "views/list", &p)
}
