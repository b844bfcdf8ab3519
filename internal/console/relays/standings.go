package relays

import (
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/console/parts"
	"juzhen/internal/relay"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// standingsPage lists what may be passed on without anybody pressing anything, with the form for another
// one.
type standingsPage struct {
	page.Base
	Form     standingForm
	Accounts []page.Option // whose officer the reader is
	Rows     []standingRow
	Most     int
}

// UntilField is the end as its control holds it.
func (p standingsPage) UntilField() string { return page.FieldTime(p.Form.Until) }

type standingForm struct {
	Account int64     `form:"account"`
	Words   string    `form:"words"`
	Until   time.Time `form:"until"`
}

// standingRow is one standing approval.
type standingRow struct {
	relay.Standing
	Now     relay.StandingState
	Confirm bool
	End     bool
}

func (h *pages) standings(c *gin.Context) error {
	p, err := h.standingsPage(c, standingForm{})
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "relays/standings", p)
}

func (h *pages) standingsPage(c *gin.Context, form standingForm) (standingsPage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p := standingsPage{
		Base: h.kit.Base(c, "常设批准", crumbs()...), Form: form, Most: relay.MaxWords,
	}
	if p.Form.Until.IsZero() {
		p.Form.Until = p.Now.AddDate(0, 6, 0).Truncate(24 * time.Hour)
	}
	accounts, err := h.Accounts.List(ctx, actor, account.Filter{Permission: access.PostWrite})
	if err != nil {
		return p, err
	}

	for _, option := range parts.AccountOptions(accounts) {
		option.Selected = option.Value == strconv.FormatInt(form.Account, 10)
		p.Accounts = append(p.Accounts, option)
	}
	list, err := h.Relays.Standings(ctx, actor)
	if err != nil {
		return p, err
	}

	for _, one := range list {
		state := one.State(p.Now)
		p.Rows = append(p.Rows, standingRow{
			Standing: one,
			Now:      state,
			Confirm:  one.MayConfirm(actor, p.Now) == nil,
			End: one.EndedAt == nil && state != relay.StandingOver &&
				(actor.CanAt(access.PostWrite, one.UnitPath) ||
					actor.CanAt(access.RelayStanding, one.UnitPath)),
		})
	}

	return p, nil
}

func (h *pages) askStanding(c *gin.Context) error {
	var form standingForm
	err := web.Bind(c, &form)
	if err == nil {
		_, err = h.Relays.AskStanding(c.Request.Context(), web.Actor(c), relay.StandingRequest{
			AccountID: form.Account, Words: form.Words, Until: form.Until,
		})
	}
	if err == nil {
		return h.kit.See(c, "/relays/standings", "已申请，等本单位另一人确认")
	}

	return h.refuseStandings(c, err, form)
}

func (h *pages) confirmStanding(c *gin.Context) error {
	_, _, _, err := web.Act(c, func(id int64, _ struct{}) (struct{}, error) {
		return struct{}{}, h.Relays.ConfirmStanding(c.Request.Context(), web.Actor(c), id)
	})
	if err != nil {
		return h.refuseStandings(c, err, standingForm{})
	}

	return h.kit.See(c, "/relays/standings", "已确认，从现在起有效")
}

func (h *pages) endStanding(c *gin.Context) error {
	_, _, _, err := web.Act(c, func(id int64, _ struct{}) (struct{}, error) {
		return struct{}{}, h.Relays.EndStanding(c.Request.Context(), web.Actor(c), id)
	})
	if err != nil {
		return h.refuseStandings(c, err, standingForm{})
	}

	return h.kit.See(c, "/relays/standings", "已停用，尚未发出的已收回")
}

func (h *pages) refuseStandings(c *gin.Context, err error, form standingForm) error {
	p, perr := h.standingsPage(c, form)
	if perr != nil {
		return perr
	}

	return h.kit.Refuse(c, err, "relays/standings", &p)
}
