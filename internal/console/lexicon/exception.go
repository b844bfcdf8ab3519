package lexicon

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"juzhen/internal/console/parts"
	"juzhen/internal/lexicon"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// exceptionPage is what one person asked about a word in one text, for the second one.
type exceptionPage struct {
	page.Base
	Exception lexicon.Exception
	Marked    []piece
	Second    page.Second
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
	}
	p.Second = parts.Second(p.Base, e, e.State == lexicon.ChangeAsked, e.AskedBy, exceptionPath(id))
	p.Second.Before = "请读完整段文字。确认后这段文字可以提交和发送，您的名字记入审计日志。"
	p.Second.Confirm = p.T("确认例外")
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

	return h.stopped(c, e.Asked, exceptionPath(id))
}

func exceptionPath(id int64) string { return "/lexicon/exceptions/" + strconv.FormatInt(id, 10) }

func (h *pages) refuseException(c *gin.Context, err error) error {
	p, pageErr := h.exceptionPage(c)
	if pageErr != nil {
		return pageErr
	}

	return h.kit.Refuse(c, err, "lexicon/exception", &p)
}
