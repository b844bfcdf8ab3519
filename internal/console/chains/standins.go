package chains

import (
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/chain"
	"juzhen/internal/identity"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// standInsPage is who stands in for whom, with the form for another.
type standInsPage struct {
	page.Base
	Rows   []standInRow
	People []page.Option
	Others []page.Option
	Form   standInForm
}

type standInRow struct {
	chain.StandIn
	May     bool
	Running bool
}

type standInForm struct {
	User    int64     `form:"user"`
	StandIn int64     `form:"stand_in"`
	From    time.Time `form:"from"`
	Until   time.Time `form:"until"`
}

func (h *pages) standIns(c *gin.Context) error {
	p, err := h.standInsPage(c, standInForm{})
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "chains/standins", p)
}

func (h *pages) standInsPage(c *gin.Context, f standInForm) (standInsPage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p := standInsPage{Base: h.kit.Base(c, "代审", page.Crumb{Text: "我的", Href: "/me"}), Form: f}
	list, err := h.Chains.StandIns(ctx, actor)
	if err != nil {
		return p, err
	}

	for _, one := range list {
		p.Rows = append(p.Rows, standInRow{
			StandIn: one,
			Running: one.Running(p.Now),
			May: one.UserID == actor.UserID || one.StandInID == actor.UserID ||
				actor.CanAt(access.StandinSet, one.UnitPath),
		})
	}
	people, others, err := h.Chains.Candidates(ctx, actor)
	if err != nil {
		return p, err
	}
	if f.User == 0 {
		f.User = actor.UserID
	}
	p.People = options(people, f.User)
	p.Others = append([]page.Option{{Text: "请选择"}}, options(others, f.StandIn)...)

	return p, nil
}

func options(people []identity.Holder, chosen int64) (out []page.Option) {
	for _, one := range people {
		out = append(out, page.Option{
			Value:    strconv.FormatInt(one.UserID, 10),
			Text:     one.Name,
			Raw:      true,
			Selected: one.UserID == chosen,
		})
	}

	return out
}

// FromLocal and UntilLocal are the times as their fields write them.
func (p standInsPage) FromLocal() string { return page.FieldTime(p.Form.From) }

// UntilLocal is the end as its field writes it.
func (p standInsPage) UntilLocal() string { return page.FieldTime(p.Form.Until) }

func (h *pages) appoint(c *gin.Context) error {
	var f standInForm
	err := web.Bind(c, &f)
	if err == nil {
		_, err = h.Chains.SetStandIn(c.Request.Context(), web.Actor(c), chain.NewStandIn{
			UserID: f.User, StandInID: f.StandIn, From: f.From, Until: f.Until,
		})
	}
	if err == nil {
		return h.kit.See(c, "/me/stand-ins", "已指定代审人")
	}
	p, perr := h.standInsPage(c, f)
	if perr != nil {
		return perr
	}

	return h.kit.Refuse(c, err, "chains/standins", &p)
}

func (h *pages) end(c *gin.Context) error {
	_, _, _, err := web.Act(c, func(id int64, _ struct{}) (chain.StandIn, error) {
		return h.Chains.EndStandIn(c.Request.Context(), web.Actor(c), id)
	})
	if err != nil {
		return err
	}

	return h.kit.See(c, "/me/stand-ins", "已结束代审")
}
