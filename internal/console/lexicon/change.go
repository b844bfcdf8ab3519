package lexicon

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"juzhen/internal/console/parts"
	"juzhen/internal/lexicon"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// changePage is what one person asked about a list, for the second one.
type changePage struct {
	page.Base
	Change      lexicon.Change
	Differences []lexicon.Difference
	Hits        lexicon.Tried // in what people write; nothing of one that was decided
	Second      page.Second
}

func (h *pages) changePage(c *gin.Context) (changePage, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return changePage{}, err
	}
	actor := web.Actor(c)
	change, differences, err := h.Lexicons.FindChange(c.Request.Context(), actor, id)
	if err != nil {
		return changePage{}, err
	}

	p := changePage{
		Base: h.kit.Base(c, change.Kind.Label(), crumb, page.Crumb{
			Text: change.List.Name, Href: href(change.List.ID),
		}),
		Change:      change,
		Differences: differences,
	}
	p.Second = parts.Second(
		p.Base,
		change,
		change.State == lexicon.ChangeAsked,
		change.AskedBy,
		changePath(id),
	)
	p.Second.Before = "请逐条核对上面的词。确认后立即生效，您的名字记入审计日志。"
	p.Second.Confirm = p.T("确认：{.what}", "what", p.T(change.Kind.Label()))
	p.Hits, err = h.Lexicons.TryChange(c.Request.Context(), actor, id)

	return p, err
}

func (h *pages) change(c *gin.Context) error {
	p, err := h.changePage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "lexicon/change", p)
}

func (h *pages) confirm(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	change, err := h.Lexicons.Confirm(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return h.refuse(c, err)
	}

	return h.kit.See(c, href(change.List.ID), "已确认，现在生效")
}

func (h *pages) stop(c *gin.Context) error {
	id, _, change, err := web.Act(c, func(id int64, form whyForm) (lexicon.Change, error) {
		return h.Lexicons.Stop(c.Request.Context(), web.Actor(c), id, form.Reason)
	})
	if err != nil {
		return h.refuse(c, err)
	}

	return h.stopped(c, change.Asked, changePath(id))
}

// stopped leads on after something was withdrawn or stopped.
func (h *pages) stopped(c *gin.Context, asked lexicon.Asked, at string) error {
	if asked.AskedBy == web.Actor(c).UserID {
		return h.kit.See(c, at, "已撤回申请")
	}

	return h.kit.See(c, at, "已阻止，申请人会看到原因")
}

func changePath(id int64) string { return "/lexicon/changes/" + strconv.FormatInt(id, 10) }

func (h *pages) refuse(c *gin.Context, err error) error {
	p, pageErr := h.changePage(c)
	if pageErr != nil {
		return pageErr
	}

	return h.kit.Refuse(c, err, "lexicon/change", &p)
}

type switchForm struct {
	To     lexicon.State `form:"to"`
	Reason string        `form:"reason"`
}

func (h *pages) switchList(c *gin.Context) error {
	id, _, outcome, err := web.Act(c, func(id int64, form switchForm) (lexicon.Outcome, error) {
		return h.Lexicons.Switch(c.Request.Context(), web.Actor(c), id, form.To, form.Reason)
	})
	if err == nil {
		return h.done(c, id, outcome)
	}
	p, pageErr := h.showPage(c)
	if pageErr != nil {
		return pageErr
	}

	return h.kit.Refuse(c, err, "lexicon/show", &p)
}

func (h *pages) takeOffer(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	outcome, err := h.Lexicons.TakeOffer(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}

	return h.done(c, id, outcome)
}
