package pauses

import (
	"errors"
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/pause"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// pausesPage lists what is paused now, and what was.
type pausesPage struct {
	page.Base
	Rows  []pauseRow
	Past  []pause.Pause // the latest first
	Older string        // address of earlier ones
}

// pauseRow is one open pause.
type pauseRow struct {
	delivery.Paused
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
	past, err := h.Pauses.Past(c.Request.Context(), actor, c.Query("after"))
	if err != nil {
		return err
	}
	if p.Past = past.Rows; past.Next != "" {
		p.Older = web.Link(c, "after", past.Next)
	}

	return h.kit.Show(c, 200, "pauses/list", p)
}

// pauseReach is how much a stop would reach, for the dialog of the desk; without scripts its form shows
// the same.
func (h *pages) pauseReach(c *gin.Context) error {
	page, err := h.pausePage(c)
	if err != nil {
		return err
	}
	if !web.IsFragment(c) {
		return h.kit.See(c, "/pauses/new?"+c.Request.URL.RawQuery, "")
	}

	return h.kit.Show(c, 200, "pauses/form#reach", page)
}

// pausePage asks what to pause and why, and shows what it would stop before anybody does it.
type pausePage struct {
	page.Base
	Units   []page.Option
	Form    pauseForm
	Preview *delivery.PausePreview
	Place   string // name of what is paused
}

// pauseForm names a unit with everything below it, or one account.
type pauseForm struct {
	Unit    int64  `form:"unit"`
	Account string `form:"account"` // its name on the platform, or its id
	Spare   bool   `form:"spare"`   // what is urgent goes on
	Reason  string `form:"reason"`
}

// stop is what the form asks for, of the account that it names.
func (f pauseForm) stop(one *account.Account) pause.Stop {
	stop := pause.Stop{UnitID: f.Unit, SparesUrgent: f.Spare, Why: f.Reason}
	if one != nil {
		stop.AccountID = &one.ID
	}

	return stop
}

// namesPart are accounts to complete a name with.
type namesPart struct {
	page.Base
	Accounts []account.Account
}

// mostNames is how many accounts complete a name.
const mostNames = 20

// pauseNames answers the script that completes the name of an account.
func (h *pages) pauseNames(c *gin.Context) error {
	var f struct {
		Find string `form:"find"`
	}
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	found, err := h.Accounts.List(c.Request.Context(), web.Actor(c), account.Filter{
		Permission: access.Pause,
		Query:      f.Find,
	})
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "pauses/form#names", namesPart{
		h.kit.Base(c, "暂停发送"), found[:min(len(found), mostNames)],
	})
}

// asked finds the account that was named; nil when the unit is meant. It fails with fault.Invalid when
// there is none of this name.
func asked(accounts []account.Account, name string) (*account.Account, error) {
	if strings.TrimSpace(name) == "" {
		return nil, nil
	}
	if a := parts.AccountNamed(accounts, name); a != nil {
		return a, nil
	}

	return nil, fault.Invalid("account", "没有找到账号“{.name}”，请写全名", "name", name)
}

func (h *pages) pauseForm(c *gin.Context) error {
	page, err := h.pausePage(c)
	if fault.Is(err, fault.KindInvalid) {
		return h.kit.Refuse(c, err, "pauses/form", &page)
	}
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "pauses/form", page)
}

func (h *pages) pausePage(c *gin.Context) (pausePage, error) {
	p := pausePage{Base: h.kit.Base(c, "暂停发送", page.Crumb{
		Text: "发送", Href: "/deliveries",
	}, page.Crumb{Text: "暂停与恢复", Href: "/pauses"})}
	if err := web.Bind(c, &p.Form); err != nil {
		return p, err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	units, err := h.Units.Within(ctx, actor, access.Pause)
	if err != nil {
		return p, err
	}

	p.Units = parts.UnitOptions(units)
	for _, unit := range units {
		if unit.ID == p.Form.Unit {
			p.Place = unit.Name
		}
	}
	one, err := h.pausedAccount(c, p.Form.Account)
	if err != nil {
		return p, err
	}
	if one != nil {
		p.Place, p.Form.Account = one.At(), one.At()
	}
	if p.Form.Unit == 0 && one == nil {
		return p, nil
	}
	preview, err := h.Deliveries.PreviewPause(ctx, actor, p.Form.stop(one))
	p.Preview = &preview

	return p, err
}

func (h *pages) pausedAccount(c *gin.Context, name string) (*account.Account, error) {
	if name == "" {
		return nil, nil
	}
	accounts, err := h.Accounts.List(
		c.Request.Context(),
		web.Actor(c),
		account.Filter{Permission: access.Pause},
	)
	if err != nil {
		return nil, err
	}

	return asked(accounts, name)
}

func (h *pages) pause(c *gin.Context) error {
	var form pauseForm
	err := web.Bind(c, &form)
	var one *account.Account
	if err == nil {
		one, err = h.pausedAccount(c, form.Account)
	}
	if err == nil && form.Unit == 0 && one == nil {
		err = fault.Invalid("unit", "请选择要暂停的单位或账号")
	}
	var done delivery.Paused
	if err == nil {
		done, err = h.Deliveries.Pause(c.Request.Context(), web.Actor(c), form.stop(one))
	}
	if err == nil {
		return h.kit.See(c, "/pauses", "已暂停，停下 {.n} 条发送", "n", done.Held)
	}
	page, perr := h.pausePage(c)
	if perr != nil && !fault.Is(perr, fault.KindInvalid) {
		return perr
	}
	if fault.Public(err).Code == "paused" {
		err = h.firstPause(c, page.Base, form.Unit, one, err)
	}

	return h.kit.Refuse(c, err, "pauses/form", &page)
}

// firstPause says who paused the place before, and why.
func (h *pages) firstPause(
	c *gin.Context,
	base page.Base,
	unitID int64,
	a *account.Account,
	err error,
) error {
	open, listErr := h.Pauses.Open(c.Request.Context(), web.Actor(c))
	for _, one := range open {
		unit := a == nil && one.AccountID == nil && one.UnitID == unitID
		single := a != nil && one.AccountID != nil && *one.AccountID == a.ID
		if unit || single {
			return fault.Conflict("{.name} 已先暂停这里（{.time}）：{.why}",
				"name", one.PausedName,
				"time", parts.Stamp(base, &one.PausedAt),
				"why", one.Reason,
			)
		}
	}

	return errors.Join(err, listErr)
}
