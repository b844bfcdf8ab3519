package templates

import (
	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/template"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// editForm is a template's wording as it is written.
type editForm struct {
	ID      int64  `form:"id"` // 0: a new one
	Version int    `form:"version"`
	Unit    int64  `form:"unit"`
	Kind    string `form:"kind"`
	Name    string `form:"name"`
	Wording string `form:"wording"`
	Act     string `form:"act"` // "save" or "retire"
}

// editPage is the form of a template's wording with its versions.
type editPage struct {
	page.Base
	Form     editForm
	Kind     template.Kind
	Units    []page.Option // of a new one
	UnitName string
	Slots    []string
	Shipped  string // the wording that the console comes with
	Texts    []template.Text
}

func (h *pages) edit(c *gin.Context) error {
	var form editForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	p, err := h.editPage(c, form)
	if err != nil {
		return err
	}
	if form.ID == 0 {
		p.Form.Wording = p.Shipped
	} else {
		p.Form.Wording = p.Texts[0].Text
	}

	return h.kit.Show(c, 200, "templates/edit", p)
}

func (h *pages) editPage(c *gin.Context, form editForm) (editPage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p := editPage{Form: form, Kind: template.Kind(form.Kind)}

	if form.ID != 0 {
		t, texts, err := h.Templates.Find(ctx, actor, form.ID)
		if err != nil {
			return p, err
		}
		if err := access.Require(actor, access.TemplateManage, t.UnitPath); err != nil {
			return p, err
		}
		p.Kind, p.Texts, p.UnitName = t.Kind, texts, t.UnitName
		if p.Form.Version == 0 {
			p.Form.Version, p.Form.Name = t.Version, t.Name
		}
	} else {
		if p.Kind.Label() == "" {
			p.Kind = template.Own
		}
		units, err := h.Units.Within(ctx, actor, access.TemplateManage)
		if err != nil {
			return p, err
		}
		p.Units = options(units, form.Unit)
	}
	p.Form.Kind, p.Slots, p.Shipped = string(p.Kind), p.Kind.Slots(), p.Kind.Wording()
	p.Base = h.kit.Base(c, p.Kind.Label(), crumbs()...)

	return p, nil
}

func (h *pages) save(c *gin.Context) error {
	var form editForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	var err error
	said := "模板已保存"
	if form.Act == "retire" && form.ID != 0 {
		err, said = h.Templates.Retire(ctx, actor, form.ID, form.Version), "模板已停用"
	} else {
		_, err = h.Templates.Save(ctx, actor, template.Edit{
			ID:      form.ID,
			Version: form.Version,
			UnitID:  form.Unit,
			Kind:    template.Kind(form.Kind),
			Name:    form.Name,
			Text:    form.Wording,
		})
	}
	if err == nil {
		return h.kit.See(c, "/templates", said)
	}
	p, perr := h.editPage(c, form)
	if perr != nil {
		return perr
	}

	return h.kit.Refuse(c, err, "templates/edit", &p)
}
