package templates

import (
	"github.com/gin-gonic/gin"

	"juzhen/internal/template"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// warningsPage shows warnings with what changed and lifted them.
type warningsPage struct {
	page.Base
	Chains []template.Chain
}

// Expired tells whether a chain has run out without being lifted.
func (p warningsPage) Expired(c template.Chain) bool { return c.ExpiredAt(p.Now) }

func (h *pages) warnings(c *gin.Context) error {
	p := warningsPage{Base: h.kit.Base(c, "预警与其变更、解除", crumbs()...)}

	var err error
	if p.Chains, err = h.Templates.Chains(c.Request.Context(), web.Actor(c)); err != nil {
		return err
	}

	return h.kit.Show(c, 200, "templates/warnings", p)
}
