package sending

import (
	"errors"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// pausesPage lists what is paused now.
type pausesPage struct {
	page.Base
	Rows []pauseRow
}

// pauseRow is one open pause.
type pauseRow struct {
	delivery.Pause
	May bool // the reader may end it
}

func (h *pages) pauses(c *gin.Context) error {
	actor := web.Actor(c)
	list, err := h.Deliveries.Pauses(c.Request.Context(), actor)
	if err != nil {
		return err
	}
	p := pausesPage{Base: h.kit.Base(c, "暂停与恢复", page.Crumb{Text: "发送", Href: "/deliveries"})}
	for _, one := range list {
		p.Rows = append(p.Rows, pauseRow{one, actor.CanAt(access.Pause, one.UnitPath)})
	}
	return h.kit.Show(c, 200, "sending/pauses", p)
}

// pausePage asks what to pause and why, and shows what it would stop before anybody does it.
type pausePage struct {
	page.Base
	Units    []page.Option
	Accounts []page.Option
	Form     pauseForm
	Preview  *delivery.PausePreview
	Place    string // name of what is paused
}

// pauseForm names a unit with everything below it, or one account.
type pauseForm struct {
	Unit    int64  `form:"unit"`
	Account int64  `form:"account"`
	Reason  string `form:"reason"`
}

// account is the one account, nil when the unit is meant.
func (f pauseForm) account() *int64 {
	if f.Account == 0 {
		return nil
	}
	return &f.Account
}

func (h *pages) pauseForm(c *gin.Context) error {
	p, err := h.pausePage(c)
	if err != nil {
		return err
	}
	return h.kit.Show(c, 200, "sending/pause", p)
}

func (h *pages) pausePage(c *gin.Context) (pausePage, error) {
	p := pausePage{Base: h.kit.Base(c, "暂停发送", page.Crumb{Text: "发送", Href: "/deliveries"}, page.Crumb{Text: "暂停与恢复", Href: "/pauses"})}
	if err := web.Bind(c, &p.Form); err != nil {
		return p, err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	units, err := h.Units.Within(ctx, actor, access.Pause)
	if err != nil {
		return p, err
	}
	accounts, err := h.Accounts.List(ctx, actor, account.Filter{Permission: access.Pause})
	if err != nil {
		return p, err
	}
	p.Units, p.Accounts = unitOptions(units), append([]page.Option{{Text: "不限：整个单位及其下属"}}, accountOptions(accounts)...)
	for _, u := range units {
		if u.ID == p.Form.Unit {
			p.Place = u.Name
		}
	}
	for _, a := range accounts {
		if a.ID == p.Form.Account {
			p.Place = a.At()
		}
	}
	if p.Form.Unit == 0 && p.Form.Account == 0 {
		return p, nil
	}
	preview, err := h.Deliveries.PreviewPause(ctx, actor, p.Form.Unit, p.Form.account())
	p.Preview = &preview
	return p, err
}

func (h *pages) pause(c *gin.Context) error {
	var f pauseForm
	err := web.Bind(c, &f)
	if err == nil && f.Unit == 0 && f.Account == 0 {
		err = fault.Invalid("unit", "请选择要暂停的单位或账号")
	}
	var done delivery.Pause
	if err == nil {
		done, err = h.Deliveries.Pause(c.Request.Context(), web.Actor(c), f.Unit, f.account(), f.Reason)
	}
	if err == nil {
		return h.kit.See(c, "/pauses", "已暂停，停下 {.n} 条发送", "n", done.Held)
	}
	p, perr := h.pausePage(c)
	if perr != nil {
		return perr
	}
	if fault.Public(err).Code == "paused" {
		err = h.firstPause(c, p.Base, f, err)
	}
	return h.kit.Refuse(c, err, "sending/pause", &p)
}

// firstPause says who paused the place before, and why.
func (h *pages) firstPause(c *gin.Context, b page.Base, f pauseForm, err error) error {
	open, listErr := h.Deliveries.Pauses(c.Request.Context(), web.Actor(c))
	for _, p := range open {
		unit, one := f.Account == 0 && p.AccountID == nil && p.UnitID == f.Unit, p.AccountID != nil && *p.AccountID == f.Account
		if unit || one {
			return fault.Conflict("{.name} 已先暂停这里（{.time}）：{.why}", "name", p.PausedName, "time", stamp(b, &p.PausedAt), "why", p.Reason)
		}
	}
	return errors.Join(err, listErr)
}
