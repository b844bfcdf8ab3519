package posts

import (
	"errors"
	"fmt"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/check"
	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
	"juzhen/internal/post"
	"juzhen/internal/web"
)

// actForm is what the small forms of a post's page send.
type actForm struct {
	Reason string    `form:"reason"`
	When   string    `form:"when"`
	Due    time.Time `form:"due"`
}

// act runs one act on the post of the address and leads back to its page; what a person can mend is
// shown there.
func (h *pages) act(
	c *gin.Context,
	do func(id int64, form actForm) (done string, args []any, err error),
) error {
	var args []any
	id, _, done, err := web.Act(c, func(id int64, form actForm) (done string, err error) {
		done, args, err = do(id, form)
		return done, err
	})
	if err == nil {
		return h.kit.See(c, postPath(id), done, args...)
	}

	return h.again(c, err)
}

// pleaForm asks for an exception for one finding.
type pleaForm struct {
	Key    string `form:"key"`
	Reason string `form:"reason"`
	Back   string `form:"back"`
}

// except asks that a word of a list may stand in this text, and leads back to where it was asked.
func (h *pages) except(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	id, form, _, err := web.Act(c, func(id int64, form pleaForm) (lexicon.Exception, error) {
		stored, version, err := h.Posts.Find(ctx, actor, id)
		if err != nil {
			return lexicon.Exception{}, err
		}

		return h.Checks.ExceptPost(ctx, actor, stored, version, check.Plea{Key: form.Key, Why: form.Reason})
	})
	if fields := fault.FieldErrors(err); len(fields) > 0 {
		err = fault.Invalid("plea", fields[0].Text, fields[0].Args...)
	}
	if err != nil {
		return h.again(c, err)
	}

	return h.kit.See(c, backTo(id, form.Back), "已申请例外，等待第二人确认")
}

// backTo is the page on which a button was pressed that stands at review too.
func backTo(id int64, back string) string {
	if back == "review" {
		return fmt.Sprintf("/reviews/%d", id)
	}

	return postPath(id)
}

// lookForm says from where the links are asked about.
type lookForm struct {
	Back string `form:"back" check:"max=10"`
}

// lookAgain has the links of the post looked at again; the page that is open shows what comes of it. That it
// is too early, and the like, is told where the button was pressed.
func (h *pages) lookAgain(c *gin.Context) error {
	id, form, links, err := web.Act(c, func(id int64, _ lookForm) (int, error) {
		return h.Posts.LookAgain(c.Request.Context(), web.Actor(c), id)
	})

	var told *fault.Error
	switch {
	case (fault.Is(err, fault.KindTooMany) || fault.Is(err, fault.KindConflict)) && errors.As(err, &told):
		return h.kit.See(c, backTo(id, form.Back), told.Text, told.Args...)
	case err != nil:
		return h.again(c, err)
	}

	return h.kit.See(c, backTo(id, form.Back), "正在重新查看 {.n} 个链接，看完就显示在这里", "n", links)
}

// again shows the post's page with what went wrong.
func (h *pages) again(c *gin.Context, err error) error {
	page, perr := h.postPage(c)
	if perr != nil {
		return perr
	}

	return h.kit.Refuse(c, err, "posts/show", &page)
}

// copyForm names the page on which the button was pressed, so that pressing it twice makes one draft.
type copyForm struct {
	Key string `form:"key" check:"max=40"`
}

// copy begins another post with what this one says, and leads to it.
func (h *pages) copy(c *gin.Context) error {
	var made post.Copied
	_, _, _, err := web.Act(c, func(id int64, form copyForm) (_ string, err error) {
		key := form.Key
		if key != "" {
			key = fmt.Sprintf("copy/%d/%s", id, key)
		}
		made, err = h.Posts.Copy(c.Request.Context(), web.Actor(c), id, key)

		return "", err
	})
	if err != nil {
		return h.again(c, err)
	}
	to := postPath(made.Post.ID) + "/edit"
	if made.Left > 0 {
		return h.kit.See(c, to, "已复制成新的草稿；有 {.n} 个账号已不能使用，没有带上。请选择时间", "n", made.Left)
	}

	return h.kit.See(c, to, "已复制成新的草稿，请改好并选择时间")
}

func (h *pages) revise(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	reach, err := h.Deliveries.Revise(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return h.again(c, err)
	}
	if reach.Sent > 0 {
		return h.kit.See(c, postPath(id)+"/edit", "可以修改了。已发出的 {.n} 个账号不受影响", "n", reach.Sent)
	}

	return h.kit.See(c, postPath(id)+"/edit", "可以修改了。改好后须重新提交审核")
}

func (h *pages) withdraw(c *gin.Context) error {
	return h.act(c, func(id int64, form actForm) (string, []any, error) {
		reach, err := h.Deliveries.Withdraw(c.Request.Context(), web.Actor(c), id, form.Reason)
		if reach.TooLate > 0 {
			return "已撤回。有 {.n} 个账号正在发送，若没有发出将取消", []any{"n", reach.TooLate}, err
		}

		return "已撤回", nil, err
	})
}

func (h *pages) reschedule(c *gin.Context) error {
	return h.act(c, func(id int64, form actForm) (string, []any, error) {
		due, err := parts.Due(form.When, form.Due)
		if err != nil {
			return "", nil, err
		}
		moved, err := h.Deliveries.Reschedule(c.Request.Context(), web.Actor(c), id, due)
		text, args := parts.Moved(moved)

		return text, args, err
	})
}

func (h *pages) delete(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.Posts.Delete(c.Request.Context(), web.Actor(c), id); err != nil {
		return h.again(c, err)
	}

	return h.kit.See(c, "/posts", "草稿已删除")
}

func (h *pages) cancel(c *gin.Context) error {
	return h.act(c, func(id int64, form actForm) (string, []any, error) {
		delivery, err := h.ofPost(c, id)
		if err != nil {
			return "", nil, err
		}

		return "已取消这个账号的发送", nil, h.Deliveries.Cancel(
			c.Request.Context(),
			web.Actor(c),
			delivery.ID,
			form.Reason,
		)
	})
}

func (h *pages) replan(c *gin.Context) error {
	return h.act(c, func(id int64, form actForm) (string, []any, error) {
		due, err := parts.Due(form.When, form.Due)
		if err != nil {
			return "", nil, err
		}
		delivery, err := h.ofPost(c, id)
		if err != nil {
			return "", nil, err
		}
		asked, err := h.Deliveries.Replan(c.Request.Context(), web.Actor(c), delivery.ID, due, form.Reason)
		text, args := parts.Replanned(asked)

		return text, args, err
	})
}

// ofPost reads the delivery of the address, which must be of the post of the address.
func (h *pages) ofPost(c *gin.Context, postID int64) (delivery.Delivery, error) {
	id, err := web.ID(c, "delivery")
	if err != nil {
		return delivery.Delivery{}, err
	}
	d, err := h.Deliveries.Find(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return d, err
	}
	if d.PostID != postID {
		return d, fault.NotFound("没有找到，或不在您的管辖范围内")
	}

	return d, nil
}
