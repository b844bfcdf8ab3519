package deliveries

import (
	"fmt"

	"github.com/gin-gonic/gin"

	"juzhen/internal/console/parts"
	"juzhen/internal/decision"
	"juzhen/internal/delivery"
	"juzhen/internal/roster"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// decisionPage lets a second person agree or refuse, with everything the first one saw.
type decisionPage struct {
	page.Base
	Decision decision.Decision
	Delivery delivery.Delivery
	Content  content
	Looks    []page.Event
	Seen     *sighted
	Outcome  string // why it could not be carried out, in the reader's language
	Account  string // address of the account on the platform
	WeiboURL string
	Duty     roster.Watch
	May      bool // the reader may be the second person
	Own      bool // the reader asked
	Act      string
	Form     actForm
}

// At gives the form of one act.
func (p decisionPage) At(act string) formPart {
	if p.Act == act {
		return formPart{Open: true, ID: act, Form: p.Form, errors: p.Errors}
	}

	return formPart{ID: act}
}

// Fact is what became of the post later.
func (p decisionPage) Fact() delivery.Live { return parts.FactOf(p.Delivery) }

func decisionPath(id int64) string { return fmt.Sprintf("/decisions/%d", id) }

func (h *pages) decision(c *gin.Context) error {
	page, err := h.decisionPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "deliveries/decision", page)
}

func (h *pages) decisionPage(c *gin.Context) (decisionPage, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return decisionPage{}, err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	dec, err := h.Decisions.Find(ctx, actor, id)
	if err != nil {
		return decisionPage{}, err
	}
	kit, err := h.Deliveries.HandoffKit(ctx, actor, dec.DeliveryID)
	if err != nil {
		return decisionPage{}, err
	}
	p := decisionPage{
		Base:     h.kit.Base(c, "第二人确认", page.Crumb{Text: "待办", Href: "/todo"}),
		Decision: dec,
		Delivery: kit.Delivery,
	}
	p.Heading = p.T("{.what}：@{.account}", "what", p.T(dec.Kind.Label()), "account", dec.AccountHandle)
	p.Content = content{
		Text:     kit.Text,
		RepostOf: kit.RepostOf,
		Pictures: pictures(kit.Delivery.ID, kit.Media),
	}
	p.Own = dec.AskedBy == actor.UserID
	p.May = dec.MayAnswer(actor) == nil
	if dec.Outcome != "" {
		p.Outcome = h.outcome(p)
	}
	show := showPage{Base: p.Base, Delivery: kit.Delivery}
	if err := h.fillStory(ctx, actor, &show); err != nil {
		return p, err
	}
	p.Looks, p.Seen = show.Looks, show.Seen
	if err := h.fillLinks(ctx, actor, &show); err != nil {
		return p, err
	}
	p.Account, p.WeiboURL = show.Account, show.WeiboURL
	p.Duty, err = h.Roster.OnDuty(ctx, kit.Delivery.UnitID)

	return p, err
}

// outcome is the reason's text without the parameters that only the delivery's story keeps.
func (h *pages) outcome(page decisionPage) string {
	reason := delivery.Reason(page.Decision.Outcome)
	if reason == delivery.TakedownFailed {
		return page.T("微博没有接受下架，详见发送的经过。")
	}

	return page.T(reason.Label())
}

func (h *pages) confirm(c *gin.Context) error {
	return h.answer(c, "confirm", func(id int64, _ actForm) (string, error) {
		dec, err := h.Deliveries.Confirm(c.Request.Context(), web.Actor(c), id)
		if dec.Kind == decision.Takedown {
			return "已同意下架，正在从微博删除", err
		}

		return "已确认没有发出", err
	})
}

func (h *pages) refuse(c *gin.Context) error {
	return h.answer(c, "refuse", func(id int64, form actForm) (string, error) {
		_, err := h.Deliveries.Refuse(c.Request.Context(), web.Actor(c), id, form.Reason)
		return "已记录不同意，申请人会看到", err
	})
}

// answer runs the second person's act and leads back to the decision, or shows it again with what went wrong.
func (h *pages) answer(c *gin.Context, name string, do func(id int64, form actForm) (string, error)) error {
	id, f, done, err := web.Act(c, do)
	if err == nil {
		return h.kit.See(c, decisionPath(id), done)
	}
	page, perr := h.decisionPage(c)
	if perr != nil {
		return perr
	}
	page.Act, page.Form = name, f

	return h.kit.Refuse(c, err, "deliveries/decision", &page)
}
