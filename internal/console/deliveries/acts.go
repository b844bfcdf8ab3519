package deliveries

import (
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// actForm is what the forms of a delivery's page send.
type actForm struct {
	Reason string    `form:"reason"`
	When   string    `form:"when"`
	Due    time.Time `form:"due"`
	Link   string    `form:"link"`
}

// formPart is one of several forms on a page: it shows what was typed and what was wrong only where
// that was sent.
type formPart struct {
	Open   bool
	ID     string
	Form   actForm
	errors page.Errors
}

// FieldError is the text at the field called name of this form.
func (f formPart) FieldError(name string) string { return f.errors[name] }

// DueLocal is the time as the control writes it.
func (f formPart) DueLocal() string { return page.FieldTime(f.Form.Due) }

// At gives the form of one act.
func (p showPage) At(act string) formPart {
	if p.Act == act {
		return formPart{Open: true, ID: act, Form: p.Form, errors: p.Errors}
	}

	return formPart{ID: act, Form: actForm{Due: parts.Soon(p.Now)}}
}

// act runs one act on the delivery of the address and leads back to its page; what a person can mend is
// shown there.
func (h *pages) act(
	c *gin.Context,
	name string,
	do func(id int64, form actForm) (done string, err error),
) error {
	id, f, done, err := web.Act(c, do)
	if err == nil {
		return h.kit.See(c, deliveryPath(id), done)
	}
	if fault.Public(err).Code == "wish_kept" { // it is done, as far as it can be
		h.kit.SetFlash(c, page.Flash{Tone: "info", Text: h.kit.Printer(c).T(fault.Public(err).Text)})
		return h.kit.See(c, deliveryPath(id), "")
	}

	return h.again(c, name, f, err)
}

// again shows the page with what was typed and what went wrong.
func (h *pages) again(c *gin.Context, name string, form actForm, err error) error {
	page, perr := h.showPage(c)
	if perr != nil {
		return perr
	}
	page.Act, page.Form = name, form

	return h.kit.Refuse(c, first(err, page.Events), "deliveries/show", &page)
}

// first says who was faster, when the story tells.
func first(err error, story []page.Event) error {
	if fault.Public(err).Code != "state_changed" || len(story) == 0 {
		return err
	}

	return fault.Conflict("{.name} 先一步处理了（{.time}）：{.what}",
		"name", story[0].Who,
		"time", story[0].Stamp.Text,
		"what", story[0].Text,
	)
}

func (h *pages) cancel(c *gin.Context) error {
	return h.act(c, "cancel", func(id int64, form actForm) (string, error) {
		return "已取消这个账号的发送", h.Deliveries.Cancel(c.Request.Context(), web.Actor(c), id, form.Reason)
	})
}

func (h *pages) replan(c *gin.Context) error {
	return h.act(c, "replan", func(id int64, form actForm) (string, error) {
		due, err := parts.Due(form.When, form.Due)
		if err != nil {
			return "", err
		}
		asked, err := h.Deliveries.Replan(c.Request.Context(), web.Actor(c), id, due, form.Reason)
		text, _ := parts.Replanned(asked)

		return text, err
	})
}

func (h *pages) resolveSent(c *gin.Context) error {
	return h.act(c, "sent", func(id int64, form actForm) (string, error) {
		_, err := h.Deliveries.Resolve(
			c.Request.Context(),
			web.Actor(c),
			id,
			delivery.ResolvedAsSent,
			form.Link,
			form.Reason,
		)

		return "已判定为发出，并登记链接", err
	})
}

func (h *pages) resolveNotSent(c *gin.Context) error {
	return h.act(c, "not-sent", func(id int64, form actForm) (string, error) {
		_, err := h.Deliveries.Resolve(
			c.Request.Context(),
			web.Actor(c),
			id,
			delivery.ResolvedAsNotSent,
			"",
			form.Reason,
		)

		return "已提出“确认未发”，等第二人确认", err
	})
}

func (h *pages) take(c *gin.Context) error {
	return h.act(c, "take", func(id int64, _ actForm) (string, error) {
		return "已由您领取，请复制文字、下载图片，到微博发布后登记链接", h.Deliveries.TakeHandoff(c.Request.Context(), web.Actor(c), id)
	})
}

func (h *pages) giveBack(c *gin.Context) error {
	return h.act(c, "give-back", func(id int64, _ actForm) (string, error) {
		return "已退回，其他值班人员可以领取", h.Deliveries.ReturnHandoff(c.Request.Context(), web.Actor(c), id)
	})
}

func (h *pages) recordLink(c *gin.Context) error {
	return h.act(c, "link", func(id int64, form actForm) (string, error) {
		return "已登记链接", h.Deliveries.RecordHandoff(c.Request.Context(), web.Actor(c), id, form.Link)
	})
}
