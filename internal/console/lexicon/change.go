package lexicon

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"juzhen/internal/fault"
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
	MayConfirm  bool
	MayStop     bool
	Own         bool
	Why         string // the reader may not confirm
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
		Own:         change.AskedBy == actor.UserID,
	}
	if p.Hits, err = h.Lexicons.TryChange(c.Request.Context(), actor, id); err != nil {
		return p, err
	}
	if change.State == lexicon.ChangeAsked {
		err := change.MayConfirm(actor)
		p.MayConfirm, p.MayStop = err == nil, change.MayStop(actor) == nil
		if err != nil {
			p.Why = p.Told(page.Banner{Text: fault.Public(err).Text, Args: fault.Public(err).Args})
		}
	}

	return p, nil
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
	if change.AskedBy == web.Actor(c).UserID {
		return h.kit.See(c, "/lexicon/changes/"+strconv.FormatInt(id, 10), "已撤回申请")
	}

	return h.kit.See(c, "/lexicon/changes/"+strconv.FormatInt(id, 10), "已阻止，申请人会看到原因")
}

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
