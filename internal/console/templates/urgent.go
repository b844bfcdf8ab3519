package templates

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/console/parts"
	"juzhen/internal/relay"
	"juzhen/internal/template"
	"juzhen/internal/urgent"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// urgentForm is what goes with the text of a warning: who says it first, who carries it.
type urgentForm struct {
	Post     int64   `form:"post"` // whose warning is changed or lifted, out of an address
	Lead     int64   `form:"lead"`
	Accounts []int64 `form:"account"`
	Carry    string  `form:"carry"` // a relay.Kind
	Words    string  `form:"words"`
	Reason   string  `form:"reason"`
	Minutes  int     `form:"minutes"`
	AtOnce   bool    `form:"once"`
	Key      string  `form:"key"` // one warning a form
}

// urgentPage sends a warning to all accounts from one page.
type urgentPage struct {
	usePage
	With    urgentForm
	Kinds   []page.Option
	Leads   []page.Option
	Carries []page.Option
	Times   []page.Option
	Picker  page.Picker
	Open    []parts.Open // what the check found
	Most    int
	From    int
}

// answerTimes are the offered times to answer in, in minutes.
var answerTimes = []int{15, 30, 60, 120}

func (h *pages) urgentForm(c *gin.Context) error {
	p, err := h.urgentPage(c, useForm{})
	if err != nil {
		return err
	}

	for i, field := range p.Fields {
		p.Fields[i].Value = begin(field.Field, p.Now)
	}

	return h.kit.Show(c, 200, "templates/urgent", p)
}

// urgentPage fills what the page shows beside what was typed; without anything typed, with what is usual: all
// accounts pass on what the first one says.
func (h *pages) urgentPage(c *gin.Context, use useForm) (urgentPage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	fresh := use.Kind == ""
	if err := web.Bind(c, &use); err != nil {
		return urgentPage{}, err
	}
	use.Kind = cmp.Or(use.Kind, string(template.Warning))
	if !slices.Contains(urgent.Kinds(), template.Kind(use.Kind)) {
		use.Kind = string(template.Warning)
	}
	shown, err := h.page(c, use)
	if err != nil {
		return urgentPage{}, err
	}
	p := urgentPage{usePage: shown, Most: relay.MaxWords, From: relay.ReasonFrom}
	p.Heading = p.T("发布预警")
	if err := web.Bind(c, &p.With); err != nil {
		return p, err
	}
	leads, err := h.Accounts.List(ctx, actor, account.Filter{
		Permission: access.PostWrite, States: []account.State{account.Live}, Limit: mostListed,
	})
	if err != nil {
		return p, err
	}
	asked, err := h.Accounts.List(ctx, actor, account.Filter{
		Permission: access.RelayAsk, States: []account.State{account.Live}, Limit: relay.MaxAccounts,
	})
	if err != nil {
		return p, err
	}
	units, err := h.Units.Within(ctx, actor, access.RelayAsk)
	if err != nil {
		return p, err
	}
	if fresh {
		p.usual(leads, asked)
	}
	p.choices(leads)
	p.Picker = parts.AccountPicker("哪些账号联动", units, asked, p.With.Accounts)
	p.Picker.Help = "首发账号不必选；一个都不选，就只由首发账号发。"

	return p, p.continues(c, h)
}

// usual is what the page begins with.
func (p *urgentPage) usual(leads, asked []account.Account) {
	p.With.Carry, p.With.Minutes, p.With.AtOnce = string(relay.Repost), 60, true
	p.With.Key = rand.Text()
	if len(leads) > 0 {
		p.With.Lead = leads[0].ID
	}

	for _, one := range asked {
		if one.ID != p.With.Lead {
			p.With.Accounts = append(p.With.Accounts, one.ID)
		}
	}
}

// continues chooses the warning of a post that the address names.
func (p *urgentPage) continues(c *gin.Context, h *pages) error {
	if p.With.Post == 0 || p.Form.Supersedes != 0 {
		return nil
	}
	opens, err := h.Templates.Open(c.Request.Context(), web.Actor(c), p.Form.Unit)
	if err != nil {
		return err
	}

	for _, one := range opens {
		if one.PostID == p.With.Post {
			p.Form.Supersedes = one.ID
		}
	}

	for i, option := range p.Opens {
		p.Opens[i].Selected = option.Value == strconv.FormatInt(p.Form.Supersedes, 10)
	}

	return nil
}

func (p *urgentPage) choices(leads []account.Account) {
	for _, kind := range urgent.Kinds() {
		p.Kinds = append(p.Kinds, page.Option{
			Value: string(kind), Text: kind.Label(), Selected: p.Form.Kind == string(kind),
		})
	}

	for _, one := range leads {
		p.Leads = append(p.Leads, page.Option{
			Value: strconv.FormatInt(one.ID, 10), Text: one.At(), Raw: true, Selected: one.ID == p.With.Lead,
		})
	}

	for _, kind := range []relay.Kind{relay.Repost, relay.Own} {
		p.Carries = append(p.Carries, page.Option{
			Value: string(kind), Text: kind.Label(), Selected: p.With.Carry == string(kind),
		})
	}

	for _, n := range answerTimes {
		p.Times = append(p.Times, page.Option{
			Value: strconv.Itoa(n), Text: p.T("{.n} 分钟", "n", n), Raw: true, Selected: n == p.With.Minutes,
		})
	}
}

// startUrgent shows what the warning becomes, or submits it with all that goes with it.
func (h *pages) startUrgent(c *gin.Context) error {
	use, err := filled(c)
	if err != nil {
		return err
	}
	p, err := h.urgentPage(c, use)
	if err != nil {
		return err
	}
	ask, err := p.ask()
	if err != nil {
		return h.refuseUrgent(c, &p, err)
	}
	ask.AccountIDs = nil // a warning says the same wherever it is said
	written, err := h.Templates.Preview(c.Request.Context(), web.Actor(c), ask)
	if err != nil {
		return h.refuseUrgent(c, &p, err)
	}
	p.show(written)
	if p.Form.Act == "live" {
		return h.kit.Show(c, 200, "templates/urgent#live", p)
	}
	form := p.With
	started, err := h.Urgent.Start(c.Request.Context(), web.Actor(c), urgent.Request{
		Warning:       ask,
		LeadAccountID: form.Lead,
		AccountIDs:    slices.DeleteFunc(form.Accounts, func(id int64) bool { return id == form.Lead }),
		Kind:          relay.Kind(form.Carry),
		Words:         form.Words,
		Reason:        form.Reason,
		Within:        time.Duration(form.Minutes) * time.Minute,
		AtOnce:        form.AtOnce,
		Reasons:       parts.Reasons(web.Keyed(c, parts.ReasonField)),
		Key:           form.Key,
	})
	if err != nil {
		return h.refuseUrgent(c, &p, err)
	}
	to := fmt.Sprintf("/posts/%d", started.Post.ID)
	if started.Relay != nil {
		to = fmt.Sprintf("/relays/%d", started.Relay.ID)
	}

	return h.kit.See(c, to, "已送审，批准后立即发布")
}

// refuseUrgent shows the page again with everything that was typed.
func (h *pages) refuseUrgent(c *gin.Context, p *urgentPage, err error) error {
	p.mark(err)
	if p.Form.Act == "live" {
		if !left(err) {
			return err
		}

		return h.kit.Show(c, 200, "templates/urgent#live", *p)
	}
	p.Picker.Error = parts.At(p.Base, err, "accounts")
	p.Open = parts.OpenOf(p.Base, err, web.Keyed(c, parts.ReasonField))

	return h.kit.Refuse(c, err, "templates/urgent", p)
}
