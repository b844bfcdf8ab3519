package inbox

import (
	"fmt"

	"github.com/gin-gonic/gin"

	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/inbox"
	"juzhen/internal/web"
)

// replyForm is an answer that is to be sent.
type replyForm struct {
	Revision int    `form:"revision"`
	Text     string `form:"text,raw"`
}

// answer is an answer that was sent from here, with what the reader may do about it.
type answer struct {
	inbox.Outgoing
	Tone   string
	Icon   string
	Reason string // why it stands where it does, in the reader's language
	May    map[inbox.OutAct]bool
}

// answers reads what was sent from here, and whether more can be.
func (h *pages) answers(c *gin.Context, p *showPage) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	sent, err := h.Inbox.Outgoing(ctx, actor, p.ID)
	if err != nil {
		return err
	}

	for _, o := range sent {
		p.Answers = append(p.Answers, h.answer(p, o))
	}
	if !p.May[string(inbox.Send)] {
		return nil
	}
	if err := h.Inbox.Sendable(ctx, p.Matter); err != nil {
		if !fault.Is(err, fault.KindConflict) {
			return err
		}
		told := fault.Public(err)
		p.CannotSay = p.T(told.Text, told.Args...)
	}

	return nil
}

func (h *pages) answer(p *showPage, o inbox.Outgoing) answer {
	shown := answer{Outgoing: o, Tone: "blue", Icon: "send", May: map[inbox.OutAct]bool{}}

	for _, act := range o.Acts(p.Actor, p.Matter) {
		shown.May[act] = true
	}

	switch {
	case o.State == inbox.OutSent:
		shown.Tone, shown.Icon = "green", "circle-check"
	case o.State == inbox.OutEnded || o.Delivery == delivery.Held:
		shown.Tone, shown.Icon = "red", "alert-triangle"
	case o.Delivery == delivery.Unknown:
		shown.Tone, shown.Icon = "orange", "help"
	}
	if o.State != inbox.OutSent {
		text, args := o.ReasonText()
		shown.Reason = p.T(text, args...)
	}

	return shown
}

// Answering tells whether an answer is under way or in doubt, so that none is written beside it.
func (p showPage) Answering() bool { return len(p.Answers) > 0 && p.Answers[0].State == inbox.OutOpen }

// reply sends an answer.
func (h *pages) reply(c *gin.Context) error {
	id, form, _, err := web.Act(c, func(id int64, form replyForm) (inbox.Matter, error) {
		return h.Inbox.Reply(c.Request.Context(), web.Actor(c), id, inbox.Answering{
			Revision: form.Revision, Text: form.Text,
			Reasons: parts.Reasons(web.Keyed(c, parts.ReasonField)),
		})
	})
	if err == nil {
		return h.kit.See(c, path(id), "答复正在发出，结果显示在“本台发出的答复”里")
	}
	p, perr := h.showPage(c, id, actForm{})
	if perr != nil {
		return perr
	}
	p.Reply, p.Open = form, parts.OpenOf(p.Base, err, web.Keyed(c, parts.ReasonField))

	return h.kit.Refuse(c, err, "inbox/show", &p)
}

// decideForm is what somebody says became of an answer.
type decideForm struct {
	Act inbox.OutAct `form:"act"`
}

// decide does what a person decides about an answer that is not out.
func (h *pages) decide(c *gin.Context) error {
	answerID, err := web.ID(c, "answer")
	if err != nil {
		return err
	}
	id, _, _, err := web.Act(c, func(id int64, form decideForm) (struct{}, error) {
		return struct{}{}, h.Inbox.Decide(c.Request.Context(), web.Actor(c), id, answerID, form.Act)
	})
	if err == nil {
		return h.kit.See(c, path(id), "已记录")
	}
	p, perr := h.showPage(c, id, actForm{})
	if perr != nil {
		return perr
	}

	return h.kit.Refuse(c, err, "inbox/show", &p)
}

// answered leads from a to-do about the sending of an answer to its matter.
func (h *pages) answered(c *gin.Context) error {
	deliveryID, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	id, err := h.Inbox.OutgoingAt(c.Request.Context(), web.Actor(c), deliveryID)
	if err != nil {
		return err
	}
	c.Redirect(303, fmt.Sprintf("%s#answers", path(id)))

	return nil
}

// OutActs are what may be decided about an answer, in the order in which it is offered.
func (p showPage) OutActs() []inbox.OutAct { return inbox.OutActs() }
