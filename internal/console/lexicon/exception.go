package lexicon

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// exceptionPage is what one person asked about a word in one text, for the second one.
type exceptionPage struct {
	page.Base
	Exception  lexicon.Exception
	Marked     []piece
	MayConfirm bool
	MayStop    bool
	Own        bool
	Why        string // the reader may not confirm
}

func (h *pages) exceptionPage(c *gin.Context) (exceptionPage, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return exceptionPage{}, err
	}
	actor := web.Actor(c)
	e, err := h.Lexicons.FindException(c.Request.Context(), actor, id)
	if err != nil {
		return exceptionPage{}, err
	}

	p := exceptionPage{
		Base:      h.kit.Base(c, "一段文字的例外", crumb),
		Exception: e,
		Own:       e.AskedBy == actor.UserID,
	}
	hits, err := h.Lexicons.Look(c.Request.Context(), []int64{e.UnitID}, e.Text, p.Now)
	if err != nil {
		return p, err
	}

	var of []lexicon.Hit

	for _, hit := range hits {
		if hit.ListID == e.List.ID && hit.Word == e.Word {
			of = append(of, hit)
		}
	}
	p.Marked, _ = marked([]rune(e.Text), of)
	if e.State == lexicon.ChangeAsked {
		err := e.MayConfirm(actor)
		p.MayConfirm, p.MayStop = err == nil, e.MayStop(actor) == nil
		if err != nil {
			p.Why = p.Told(page.Banner{Text: fault.Public(err).Text, Args: fault.Public(err).Args})
		}
	}

	return p, nil
}

func (h *pages) exception(c *gin.Context) error {
	p, err := h.exceptionPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "lexicon/exception", p)
}

func (h *pages) confirmException(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if _, err := h.Lexicons.ConfirmException(c.Request.Context(), web.Actor(c), id); err != nil {
		return h.refuseException(c, err)
	}

	return h.kit.See(c, exceptionPath(id), "已确认。因这个词停下的发送继续进行")
}

func (h *pages) stopException(c *gin.Context) error {
	id, _, e, err := web.Act(c, func(id int64, form whyForm) (lexicon.Exception, error) {
		return h.Lexicons.StopException(c.Request.Context(), web.Actor(c), id, form.Reason)
	})
	if err != nil {
		return h.refuseException(c, err)
	}
	if e.AskedBy == web.Actor(c).UserID {
		return h.kit.See(c, exceptionPath(id), "已撤回申请")
	}

	return h.kit.See(c, exceptionPath(id), "已阻止，申请人会看到原因")
}

func exceptionPath(id int64) string { return "/lexicon/exceptions/" + strconv.FormatInt(id, 10) }

func (h *pages) refuseException(c *gin.Context, err error) error {
	p, pageErr := h.exceptionPage(c)
	if pageErr != nil {
		return pageErr
	}

	return h.kit.Refuse(c, err, "lexicon/exception", &p)
}
