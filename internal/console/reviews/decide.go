package reviews

import (
	"encoding/hex"
	"fmt"

	"github.com/gin-gonic/gin"

	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/post"
	"juzhen/internal/review"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

func (h *pages) decide(c *gin.Context) error {
	var form reviewForm
	err := web.Bind(c, &form)
	id, iderr := web.ID(c, "id")
	if iderr != nil {
		return iderr
	}
	hash, herr := hex.DecodeString(form.Hash)
	if herr != nil || len(hash) == 0 {
		return fault.Invalid("", "表单无法读取，请刷新页面后重试")
	}
	if err == nil && form.Decision == opened {
		return h.open(c, id, form, hash)
	}
	var asked *delivery.Advance
	more := false
	if err == nil {
		if p, perr := h.page(c, form); perr == nil {
			more = !p.Last()
		}
		asked, err = h.Deliveries.Review(c.Request.Context(), web.Actor(c), id, delivery.Verdict{
			Version:  form.Version,
			Hash:     hash,
			Step:     form.Step,
			Decision: form.verdict(),
			To:       form.To,
			Ticked:   form.Ticked,
			Opinion:  form.opinion(),
			Agreed:   form.Agreed,
			Despite:  form.Despite,
			Due:      form.choice(),
			Shown:    form.shown(),
		})
	}
	if err == nil {
		return h.decided(c, form, asked, more)
	}
	page, perr := h.page(c, form)
	if fault.Is(perr, fault.KindNotFound) { // it was open to the reader by its step alone, and is no more
		return err
	}
	if perr != nil {
		return perr
	}
	if fault.Is(err, fault.KindConflict) && fault.Public(err).Code != "wording" {
		pub := fault.Public(err)
		return h.showDecided(c, web.StatusOf(err), page, page.T(pub.Text, pub.Args...))
	}

	return h.kit.Refuse(c, err, "reviews/show", &page)
}

func (h *pages) decided(c *gin.Context, form reviewForm, asked *delivery.Advance, more bool) error {
	if asked != nil {
		return h.kit.See(c, "/reviews", "已按原定时间批准；提前发布须由作者或另一位审核员同意，已提请")
	}
	if form.verdict() == review.Return && form.To > 0 {
		return h.kit.See(c, "/reviews", "已退回第 {.n} 步，须重新审核", "n", form.To)
	}
	if form.verdict() == review.Return {
		return h.kit.See(c, "/reviews", "已退回，意见已告知作者")
	}
	if more && form.Decision == string(review.Approve) {
		return h.kit.See(c, "/reviews", "已通过这一步，已转下一步审核")
	}
	if form.Decision == string(review.Approve)+"_next" {
		return h.seeNext(c, form.Next)
	}

	return h.kit.See(c, "/reviews", "已批准，将按时发布")
}

// seeNext leads to the post behind the one that was approved, else to the first that waits, else to the
// queue.
func (h *pages) seeNext(c *gin.Context, wanted int64) error {
	pending, err := h.Reviews.Pending(c.Request.Context(), web.Actor(c))
	if err != nil {
		return err
	}

	next := int64(0)
	for _, waiting := range pending {
		if !waiting.Own && (next == 0 || waiting.PostID == wanted) {
			next = waiting.PostID
		}
	}
	if next == 0 {
		return h.kit.See(c, "/reviews", "已批准，将按时发布。没有等候审核的稿件了")
	}

	return h.kit.See(c, fmt.Sprintf("/reviews/%d", next), "已批准，将按时发布。下一条：")
}

// decidedPage says that there is nothing to decide any more, by whom it was decided, and what the
// reader had written.
type decidedPage struct {
	page.Base
	Post    post.Post
	Why     string         // in the reader's language; "" when nobody pressed a button
	Last    *review.Review // the decision there is
	Opinion string         // what the reader typed: kept to be copied
	Typed   []string       // the wordings that an editor typed: kept likewise
}

func (h *pages) showDecided(c *gin.Context, status int, from reviewPage, why string) error {
	p := decidedPage{
		Base:    from.Base,
		Post:    from.Post,
		Why:     why,
		Opinion: from.Form.opinion(),
		Typed:   from.Typed,
	}
	p.Crumbs = append(p.Crumbs, page.Crumb{
		Text: fmt.Sprintf("#%d", from.Post.ID),
		Href: fmt.Sprintf("/posts/%d", from.Post.ID),
	})
	if len(from.Earlier) > 0 {
		p.Last = &from.Earlier[0]
	}

	return h.kit.Show(c, status, "reviews/decided", p)
}
