package faults

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/faultbook"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// newForm is a fault as it is written. What a page leads here with stands in the address.
type newForm struct {
	Account     string `form:"account"` // its name, or its number
	Code        string `form:"code"`
	Subject     string `form:"subject"`
	Description string `form:"description,raw"`
	Evidence    string `form:"evidence,raw"`
}

// newPage is the form.
type newPage struct {
	page.Base
	Form  newForm
	Codes []page.Option
	Max   int
	Short int
}

func (h *pages) newPage(c *gin.Context, form newForm) newPage {
	return newPage{
		Base: h.kit.Base(c, "记入问题台账", crumbs()...), Form: form, Codes: codeOptions(form.Code),
		Max: faultbook.MaxText, Short: faultbook.MaxSubject,
	}
}

func (h *pages) blank(c *gin.Context) error {
	var form newForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	if _, err := strconv.ParseInt(form.Account, 10, 64); err == nil {
		found, err := h.Accounts.Named(c.Request.Context(), web.Actor(c), access.FaultWrite, form.Account)
		if err != nil {
			return err
		}
		if named := parts.AccountNamed(found, form.Account); named != nil {
			form.Account = named.At()
		}
	}

	return h.kit.Show(c, 200, "faults/new", h.newPage(c, form))
}

func (h *pages) open(c *gin.Context) error {
	var form newForm
	err := web.Bind(c, &form)
	var made faultbook.Fault
	if err == nil {
		made, err = h.write(c, form)
	}
	if err == nil {
		return h.kit.See(c, path(made.ID), "已记入问题台账")
	}
	p := h.newPage(c, form)

	return h.kit.Refuse(c, err, "faults/new", &p)
}

func (h *pages) write(c *gin.Context, form newForm) (faultbook.Fault, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	found, err := h.Accounts.Named(ctx, actor, access.FaultWrite, form.Account)
	if err != nil {
		return faultbook.Fault{}, err
	}
	named := parts.AccountNamed(found, form.Account)
	if named == nil {
		return faultbook.Fault{}, fault.Invalid("account", "没有找到账号“{.name}”，请写全名", "name", form.Account)
	}

	return h.Faults.Open(ctx, actor, faultbook.Entry{
		AccountID: named.ID, Code: form.Code, Subject: form.Subject, Description: form.Description,
		Evidence: form.Evidence,
	})
}
