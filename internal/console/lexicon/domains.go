package lexicon

import (
	"fmt"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/console/parts"
	"juzhen/internal/link"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// domainsPage is the list of domains to which the links of a unit may lead.
type domainsPage struct {
	page.Base
	Form  domainsForm
	Units []page.Option
	List  link.Domains
	May   bool // change it
}

type domainsForm struct {
	Unit    int64  `form:"unit"`
	Domains string `form:"domains,raw"`
	Version int    `form:"version"`
}

// Most is how many domains a list may have.
func (domainsPage) Most() int { return link.MaxDomains }

// Readable are domains in the letters of people.
func (domainsPage) Readable(hosts []string) []string { return link.Readable(hosts) }

func domainsPath(unit int64) string { return fmt.Sprintf("/lexicon/domains?unit=%d", unit) }

func (h *pages) domainsPage(c *gin.Context, form domainsForm) (domainsPage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p := domainsPage{Base: h.kit.Base(c, "链接域名", crumb), Form: form}
	units, err := h.Units.Within(ctx, actor, access.LexiconView)
	if err != nil {
		return p, err
	}
	if p.Form.Unit == 0 && len(units) > 0 {
		p.Form.Unit = units[0].ID
	}

	p.Units = parts.UnitOptions(units)
	for i := range p.Units {
		p.Units[i].Selected = p.Units[i].Value == fmt.Sprint(p.Form.Unit)
	}
	p.List, err = h.Links.Domains(ctx, actor, p.Form.Unit)
	p.May = actor.CanAt(access.LexiconManage, p.List.UnitPath)

	return p, err
}

func (h *pages) domains(c *gin.Context) error {
	var form domainsForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	p, err := h.domainsPage(c, domainsForm{Unit: form.Unit})
	if err != nil {
		return err
	}
	p.Form.Domains, p.Form.Version = p.List.Lines(), p.List.Version

	return h.kit.Show(c, 200, "lexicon/domains", p)
}

func (h *pages) setDomains(c *gin.Context) error {
	var form domainsForm
	err := web.Bind(c, &form)
	if err == nil {
		_, err = h.Links.SetDomains(c.Request.Context(), web.Actor(c), link.NewDomains{
			UnitID: form.Unit, Text: form.Domains, Version: form.Version,
		})
	}
	if err == nil {
		return h.kit.See(c, domainsPath(form.Unit), "已保存")
	}
	p, pageErr := h.domainsPage(c, form)
	if pageErr != nil {
		return pageErr
	}
	p.Form.Version = p.List.Version // what is saved next is held against the list that is shown

	return h.kit.Refuse(c, err, "lexicon/domains", &p)
}
