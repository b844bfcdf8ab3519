package relays

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/console/parts"
	"juzhen/internal/post"
	"juzhen/internal/relay"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// askForm is what a post asks of accounts, as it is typed.
type askForm struct {
	Post     int64     `form:"post"`
	Revision int       `form:"revision"` // of the relay that the page showed
	Kind     string    `form:"kind"`
	Lead     int64     `form:"lead"`
	Accounts []int64   `form:"account"`
	Words    string    `form:"words"`
	Spread   int       `form:"spread"` // minutes
	Deadline time.Time `form:"deadline"`
	Reason   string    `form:"reason"`
}

// formPage asks accounts to carry a post.
type formPage struct {
	page.Base
	Form     askForm
	Post     post.Post
	Text     string
	Kinds    []page.Option
	Leads    []page.Option
	Spreads  []page.Option
	Picker   page.Picker
	Most     int
	Covered  bool // the post's approval will cover the words
	Reason   bool // so many with one text that a reason is asked
	From     int
	Existing bool
}

// DeadlineField is the deadline as its control holds it.
func (p formPage) DeadlineField() string { return page.FieldTime(p.Form.Deadline) }

// spreads are the offered ones, in minutes.
var spreads = []int{0, 5, 10, 20, 30, 60, 120}

func (h *pages) form(c *gin.Context) error {
	var form askForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	p, err := h.formPage(c, form)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "relays/form", p)
}

func (h *pages) formPage(c *gin.Context, form askForm) (formPage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	stored, version, err := h.Posts.Find(ctx, actor, form.Post)
	if err != nil {
		return formPage{}, err
	}
	p := formPage{
		Base: h.kit.Base(c, "要求联动", append(crumbs()[:1],
			page.Crumb{Text: version.Title(), Href: fmt.Sprintf("/posts/%d", stored.ID)})...),
		Form: form, Post: stored, Text: version.Text, Most: relay.MaxWords, From: relay.ReasonFrom,
		Covered: stored.Phase == post.Draft || stored.Phase == post.Returned,
	}
	existing, err := h.Relays.OfPost(ctx, actor, stored.ID)
	if err != nil {
		return p, err
	}
	if form.Kind == "" {
		p.begin(version, existing)
	}
	p.Existing = existing != nil
	accounts, err := h.Accounts.List(ctx, actor, account.Filter{Permission: access.RelayAsk})
	if err != nil {
		return p, err
	}
	units, err := h.Units.Within(ctx, actor, access.RelayAsk)
	if err != nil {
		return p, err
	}
	p.choices(version)
	p.Picker = parts.AccountPicker("请哪些账号参加", units, leftOf(accounts, version), p.Form.Accounts)
	p.Reason = p.Form.Kind == string(relay.Own) && len(p.Form.Accounts) >= relay.ReasonFrom

	return p, nil
}

// begin fills the form with what is kept, or with what is usual.
func (p *formPage) begin(version post.Version, existing *relay.Board) {
	p.Form.Kind, p.Form.Spread = string(relay.Repost), 10
	from := p.Now
	if p.Post.DueAt != nil && p.Post.DueAt.After(from) {
		from = *p.Post.DueAt
	}
	p.Form.Deadline = from.Add(2 * time.Hour).Truncate(10 * time.Minute)
	if len(version.Targets) > 0 {
		p.Form.Lead = version.Targets[0].AccountID
	}
	if existing == nil {
		return
	}
	p.Form.Revision, p.Form.Kind, p.Form.Lead = existing.Revision, string(
		existing.Kind,
	), existing.LeadAccountID
	p.Form.Words, p.Form.Reason, p.Form.Deadline = existing.Words, existing.Reason, existing.Deadline
	p.Form.Spread = int(existing.Spread.Minutes())

	for _, task := range existing.Tasks {
		p.Form.Accounts = append(p.Form.Accounts, task.AccountID)
	}
}

func (p *formPage) choices(version post.Version) {
	for _, kind := range []relay.Kind{relay.Repost, relay.Own} {
		p.Kinds = append(p.Kinds, page.Option{
			Value: string(kind), Text: kind.Label(), Selected: p.Form.Kind == string(kind),
		})
	}

	for _, target := range version.Targets {
		p.Leads = append(p.Leads, page.Option{
			Value: strconv.FormatInt(target.AccountID, 10), Text: target.Account.At(), Raw: true,
			Selected: p.Form.Lead == target.AccountID,
		})
	}

	for _, minutes := range spreads {
		text := p.T("同时")
		if minutes > 0 {
			text = p.T("在 {.n} 分钟内依次", "n", minutes)
		}
		p.Spreads = append(p.Spreads, page.Option{
			Value: strconv.Itoa(minutes), Text: text, Raw: true, Selected: p.Form.Spread == minutes,
		})
	}
}

// leftOf are the accounts that can be asked: those that do not publish the post themselves.
func leftOf(accounts []account.Account, version post.Version) []account.Account {
	return slices.DeleteFunc(accounts, func(one account.Account) bool {
		_, leads := version.Target(one.ID)
		return leads
	})
}

func (h *pages) set(c *gin.Context) error {
	var form askForm
	err := web.Bind(c, &form)
	var set relay.Relay
	if err == nil {
		set, err = h.Relays.Set(c.Request.Context(), web.Actor(c), form.Post, relay.Request{
			Kind: relay.Kind(form.Kind), LeadAccountID: form.Lead, AccountIDs: form.Accounts,
			Words: form.Words, Spread: time.Duration(form.Spread) * time.Minute, Deadline: form.Deadline,
			Reason: form.Reason, Revision: form.Revision,
		})
	}
	if err == nil {
		said := "已记下，随稿件一起送审；批准后各账号收到任务"
		if set.Phase == post.Approved {
			said = "任务正在发给各账号"
		}

		return h.kit.See(c, fmt.Sprintf("/relays/%d", set.ID), said)
	}
	p, perr := h.formPage(c, form)
	if perr != nil {
		return perr
	}
	p.Picker.Error = parts.At(p.Base, err, "accounts")

	return h.kit.Refuse(c, err, "relays/form", &p)
}
