package posts

import (
	"fmt"

	"github.com/gin-gonic/gin"

	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/post"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// advancePage lets a second person decide whether a post goes out earlier than approved.
type advancePage struct {
	page.Base
	Advance  delivery.Advance
	Post     post.Post
	Version  post.Version
	Previews []parts.Preview
	From, To string // both times in words; To is "" for as soon as agreed
	Accounts int    // that would go out earlier
	MayNot   string // why the reader may not answer, in the reader's language; "" when he or she may
	Form     actForm
}

func advancePath(id int64) string { return fmt.Sprintf("/advances/%d", id) }

func (h *pages) advance(c *gin.Context) error {
	page, err := h.advancePage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "posts/advance", page)
}

func (h *pages) advancePage(c *gin.Context) (advancePage, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return advancePage{}, err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	p := advancePage{Base: h.kit.Base(c, "提前发布|申请", page.Crumb{Text: "待办", Href: "/todo"})}
	advance, mayNot, err := h.Deliveries.FindAdvance(ctx, actor, id)
	if err != nil {
		return p, err
	}
	if p.Advance = advance; mayNot != nil {
		pub := fault.Public(mayNot)
		p.MayNot = p.T(pub.Text, pub.Args...)
	}
	if p.Post, p.Version, err = h.Posts.Find(ctx, actor, advance.PostID); err != nil {
		return p, err
	}
	p.From = page.StampOf(p.P, advance.DueFrom, p.Now).Text
	if advance.DueTo != nil {
		p.To = page.StampOf(p.P, *advance.DueTo, p.Now).Text
	}
	p.Heading = p.T("提前发布：{.title}", "title", headingOf(p.Base, p.Version))

	p.Previews = parts.Previews(p.P, p.Version, nil)
	for i := range p.Previews {
		p.Previews[i].When = parts.Planned(p.Base, p.Post)
	}
	list, err := h.Deliveries.OfPost(ctx, actor, advance.PostID)
	if err != nil {
		return p, err
	}

	for _, delivery := range list {
		if advance.DeliveryID == nil && delivery.State.Unmarked() && !delivery.State.Final() ||
			advance.DeliveryID != nil && delivery.ID == *advance.DeliveryID {
			p.Accounts++
		}
	}

	return p, nil
}

func (h *pages) agreeAdvance(c *gin.Context) error {
	return h.answerAdvance(c, func(id int64, _ actForm) (string, error) {
		_, err := h.Deliveries.AgreeAdvance(c.Request.Context(), web.Actor(c), id)
		return "已同意，将提前发布", err
	})
}

func (h *pages) refuseAdvance(c *gin.Context) error {
	return h.answerAdvance(c, func(id int64, form actForm) (string, error) {
		_, err := h.Deliveries.RefuseAdvance(c.Request.Context(), web.Actor(c), id, form.Reason)
		return "已记录不同意，申请人会看到", err
	})
}

// answerAdvance runs the second person's act and leads back to the request, or shows it again with what
// went wrong.
func (h *pages) answerAdvance(c *gin.Context, do func(id int64, form actForm) (string, error)) error {
	id, f, done, err := web.Act(c, do)
	if err == nil {
		return h.kit.See(c, advancePath(id), done)
	}
	page, perr := h.advancePage(c)
	if perr != nil {
		return perr
	}
	page.Form = f

	return h.kit.Refuse(c, err, "posts/advance", &page)
}
