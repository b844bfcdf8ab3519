package rebuttals

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/check"
	"juzhen/internal/i18n"
	"juzhen/internal/rumour"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// actForm is what goes along with an act.
type actForm struct {
	Revision int       `form:"revision"`
	Reason   string    `form:"reason,raw"`
	ReviewAt time.Time `form:"review_at"`
}

// showPage is one rebuttal: what is said, what is true, who stands for it, which posts say otherwise.
type showPage struct {
	page.Base
	rumour.Rebuttal
	Words    rumour.Words // those that are shown first: the last ones
	Form     actForm
	Tried    string // the act that was refused, whose form is open
	May      map[string]bool
	Planned  []check.Planned
	Versions []rumour.Version
	History  []page.Event
	Max      int
	Ends     bool    // the reader's signature would be the last
	Effect   *effect // nil: it was not signed, or the reader may not read what citizens say
}

// effect is what citizens said of the claim before it was rebutted and since.
type effect struct {
	Before, Since told
	AskedAt       string // where it is read
}

// told is what citizens said of something within some days.
type told struct {
	Days  float64
	Items int
}

// Each is how much that is a day.
func (t told) Each() string { return strconv.FormatFloat(float64(t.Items)/t.Days, 'f', 1, 64) }

// effectDays is how long before and after the signature is compared.
const effectDays = 7

// looks are how the steps of a rebuttal are drawn.
var looks = map[rumour.Act]struct{ icon, tone, text string }{
	"":              {"pencil", "grey", i18n.N("起草")},
	rumour.Edit:     {"pencil", "grey", i18n.N("修改")},
	rumour.Ask:      {"send", "blue", i18n.N("送签|动词")},
	rumour.Sign:     {"file-certificate", "green", i18n.N("签发")},
	rumour.Return:   {"arrow-back-up", "orange", i18n.N("退回")},
	rumour.Review:   {"eye", "teal", i18n.N("复查|动词")},
	rumour.Withdraw: {"ban", "red", i18n.N("撤回")},
	rumour.Correct:  {"check", "teal", i18n.N("登记公开更正")},
}

// waits says who acts next.
var waits = map[rumour.State]string{
	rumour.Draft:     i18n.N("草稿还没有送签，不作为依据"),
	rumour.Signing:   i18n.N("等待另一人核对并签发"),
	rumour.Valid:     i18n.N("有效期内；与它不一致的稿件会被提醒"),
	rumour.Expired:   i18n.N("已过有效期，不再作为依据"),
	rumour.Withdrawn: i18n.N("已撤回，不再作为依据"),
}

// Waits says what the state means, as a Chinese source text.
func (p showPage) Waits() string { return waits[p.State] }

// Any tells whether the reader may do something with the rebuttal.
func (p showPage) Any() bool { return len(p.May) > 0 }

func (h *pages) show(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p, err := h.showPage(c, id)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "rebuttals/show", p)
}

func (h *pages) showPage(c *gin.Context, id int64) (showPage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	found, err := h.Rumours.Find(ctx, actor, id)
	if err != nil {
		return showPage{}, err
	}
	p := showPage{
		Base: h.kit.Base(c, "辟谣", crumbs()...), Rebuttal: found.Rebuttal, Words: found.Last.Words,
		Versions: found.Versions, May: map[string]bool{}, Max: rumour.MaxReason,
	}
	p.Heading, p.Ends = found.Last.Claim, found.Round.Ends(actor.UserID)

	for _, act := range found.Acts(actor) {
		p.May[string(act)] = true
	}

	for _, step := range found.Steps {
		look := looks[step.Act]
		p.History = append(p.History, page.Event{
			Who: step.By, Icon: look.icon, Tone: look.tone, Note: step.Note,
			Text:  p.T("{.act}（第 {.n} 版）", "act", p.T(look.text), "n", step.Version),
			Stamp: page.StampOf(p.P, step.At, p.Now),
		})
	}
	if err := h.effect(c, &p); err != nil {
		return p, err
	}
	if found.State == rumour.Expired || found.State == rumour.Withdrawn {
		return p, nil
	}
	p.Planned, err = h.Checks.Contradicting(ctx, actor, rumour.Rule{
		ID: found.ID, Claim: found.Last.Claim, UnitPath: found.UnitPath, Keywords: found.Last.Keywords,
		From: found.Last.From, Until: found.Last.Until,
	})

	return p, err
}

// effect compares what citizens said of the claim in the week before it was signed and in the week since.
func (h *pages) effect(c *gin.Context, p *showPage) error {
	actor := web.Actor(c)
	if p.Signed == nil || p.SignedAt == nil || !actor.CanAt(access.InboxView, p.UnitPath) {
		return nil
	}
	signed := *p.SignedAt
	until := signed.AddDate(0, 0, effectDays)
	if until.After(p.Now) {
		until = p.Now
	}
	count := func(from, to time.Time) (t told, err error) {
		talk, err := h.Inbox.TalkOf(c.Request.Context(), actor, p.UnitPath, p.Signed.Keywords, from, to)
		t.Days = max(to.Sub(from), time.Hour).Hours() / 24

		for _, hour := range talk.Hours {
			t.Items += hour.Items
		}

		return t, err
	}

	before, err := count(signed.AddDate(0, 0, -effectDays), signed)
	if err != nil {
		return err
	}
	since, err := count(signed, until)
	words := strings.Join(p.Signed.Keywords[0], " ")
	p.Effect = &effect{before, since, "/inbox?" + url.Values{"q": {words}}.Encode()}

	return err
}

// act is the handler of one act.
func (h *pages) act(act rumour.Act) web.Handler {
	return func(c *gin.Context) error {
		id, form, done, err := web.Act(c, func(id int64, form actForm) (rumour.Rebuttal, error) {
			move := rumour.Move{Act: act, Revision: form.Revision, Reason: form.Reason}
			if !form.ReviewAt.IsZero() {
				move.ReviewAt = &form.ReviewAt
			}

			return h.Rumours.Do(c.Request.Context(), web.Actor(c), id, move)
		})
		if err == nil && act == rumour.Return && !web.Actor(c).CanAt(access.PostView, done.UnitPath) {
			return h.kit.See(c, "/rebuttals", "已退回") // who signs a step alone reads it no more
		}
		if err == nil {
			return h.kit.See(c, path(id), "已记录，现在是“{.state}”",
				"state", h.kit.Printer(c).T(done.State.Label()))
		}
		p, perr := h.showPage(c, id)
		if perr != nil {
			return perr
		}
		p.Tried, p.Form = string(act), form

		return h.kit.Refuse(c, err, "rebuttals/show", &p)
	}
}
