package reach

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/index"
	"juzhen/internal/score"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// weightsPage shows how units weigh the house score, and lets one be set.
type weightsPage struct {
	page.Base
	Form    weightsForm
	Units   []page.Option // whose weights the reader may set
	Unit    string        // whose are being set; "" for none
	Own     bool          // it has weights of its own
	Holding []score.Setting
	History []score.Setting
}

type weightsForm struct {
	Unit        int64 `form:"unit"`
	Revision    int   `form:"revision"`
	Publishing  int   `form:"publishing"`
	Service     int   `form:"service"`
	Interaction int   `form:"interaction"`
	Forwards    int   `form:"forwards"`
	Approval    int   `form:"approval"`
	Drop        bool  `form:"drop"` // go by what holds above
}

func (f weightsForm) change() score.Change {
	change := score.Change{UnitID: f.Unit, Revision: f.Revision}
	if !f.Drop {
		change.Weights = &index.Weights{
			Publishing: f.Publishing, Service: f.Service, Interaction: f.Interaction, Forwards: f.Forwards,
			Approval: f.Approval,
		}
	}

	return change
}

func (h *pages) weights(c *gin.Context) error {
	var form weightsForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	p, err := h.weightsPage(c, form.Unit)
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "reach/weights", p)
}

// weightsPage is the page with the form for a unit as it stands; 0: without a form.
func (h *pages) weightsPage(c *gin.Context, unit int64) (p weightsPage, err error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p.Base = h.kit.Base(c, "内部得分的权重", crumb)
	if p.Holding, err = h.scores.Settings(ctx, actor); err != nil {
		return p, err
	}
	if p.History, err = h.scores.History(ctx, actor); err != nil {
		return p, err
	}
	units, err := h.units.Within(ctx, actor, access.IndexManage)
	if err != nil {
		return p, err
	}
	p.Units = parts.UnitOptions(units)
	if unit == 0 {
		return p, nil
	}
	own, holds, err := h.scores.For(ctx, actor, unit)
	if err != nil {
		return p, err
	}
	weights := *holds.Weights
	p.Unit, p.Own = own.UnitName, own.Weights != nil
	p.Form = weightsForm{
		Unit: unit, Revision: own.Revision, Publishing: weights.Publishing, Service: weights.Service,
		Interaction: weights.Interaction, Forwards: weights.Forwards, Approval: weights.Approval,
	}

	return p, nil
}

func (h *pages) setWeights(c *gin.Context) error {
	var form weightsForm
	err := web.Bind(c, &form)
	if err == nil {
		_, err = h.scores.Set(c.Request.Context(), web.Actor(c), form.change())
	}

	switch {
	case err == nil && form.Drop:
		return h.kit.See(c, "/reach/weights", "已取消自定的权重，按上级单位的")
	case err == nil:
		return h.kit.See(c, "/reach/weights", "已设置内部得分的权重，各账号的得分按它重新计算")
	case fault.Is(err, fault.KindNotFound), fault.Is(err, fault.KindForbidden):
		return err
	}
	p, perr := h.weightsPage(c, form.Unit)
	if perr != nil {
		return perr
	}
	p.Form = form

	return h.kit.Refuse(c, err, "reach/weights", &p)
}
