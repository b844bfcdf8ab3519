package sending

import (
	"context"
	"fmt"
	"slices"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// takedownPage asks to take a post down from some or all of its accounts. A second person must agree.
type takedownPage struct {
	page.Base
	PostID int64
	Rows   []takedownRow
	Able   int // that can be taken down
	Form   takedownForm
}

// takedownRow is one account of the post.
type takedownRow struct {
	row
	Chosen bool
	Why    string // Chinese, why it cannot be taken down; empty when it can
}

// takedownForm is what was chosen. Delivery comes from the address or from the boxes.
type takedownForm struct {
	Deliveries []int64 `form:"delivery"`
	Reason     string  `form:"reason"`
}

func (h *pages) takedownForm(c *gin.Context) error {
	p, err := h.takedownPage(c)
	if err != nil {
		return err
	}
	return h.kit.Show(c, 200, "sending/takedown", p)
}

func (h *pages) takedownPage(c *gin.Context) (takedownPage, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return takedownPage{}, err
	}
	p := takedownPage{Base: h.kit.Base(c, "从微博下架", page.Crumb{Text: "发送", Href: "/deliveries"}), PostID: id}
	if err := web.Bind(c, &p.Form); err != nil {
		p.Form.Deliveries = nil
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	list, err := h.allOfPost(ctx, actor, id)
	if err != nil {
		return p, err
	}
	if len(list) == 0 {
		return p, fault.NotFound("没有找到，或不在您的管辖范围内")
	}
	asked, err := h.askedDown(ctx, actor)
	if err != nil {
		return p, err
	}
	rows, err := h.withTitles(ctx, actor, p.Base, list)
	for _, r := range rows {
		line := takedownRow{row: r, Why: whyNotDown(r.Delivery, asked, actor)}
		line.Chosen = line.Why == "" && (slices.Contains(p.Form.Deliveries, r.ID) || len(p.Form.Deliveries) == 0 && c.Request.Method != "POST")
		if line.Why == "" {
			p.Able++
		}
		p.Rows = append(p.Rows, line)
	}
	return p, err
}

// allOfPost reads what the reader may see of a post's deliveries, however many there are.
func (h *pages) allOfPost(ctx context.Context, actor access.Actor, postID int64) ([]delivery.Delivery, error) {
	var all []delivery.Delivery
	f := delivery.Filter{PostID: postID, Limit: 200}
	for {
		found, err := h.Deliveries.List(ctx, actor, f)
		if err != nil {
			return nil, err
		}
		all = append(all, found.Rows...)
		if found.Next == "" {
			return all, nil
		}
		f.Cursor = found.Next
	}
}

// askedDown gives the deliveries for which a take-down waits for a second person.
func (h *pages) askedDown(ctx context.Context, actor access.Actor) (map[int64]bool, error) {
	open, err := h.Deliveries.OpenDecisions(ctx, actor)
	out := map[int64]bool{}
	for _, d := range open {
		out[d.DeliveryID] = out[d.DeliveryID] || d.Kind == delivery.AskTakedown
	}
	return out, err
}

// whyNotDown says in advance what the use case would refuse.
func whyNotDown(d delivery.Delivery, asked map[int64]bool, actor access.Actor) string {
	switch {
	case asked[d.ID]:
		return "已申请下架，等第二人确认"
	case d.State != delivery.Sent:
		return "没有发出"
	case d.Live != nil && *d.Live == delivery.LiveDown:
		return "已下架"
	case d.Live != nil && *d.Live == delivery.LiveRemoved:
		return "已不在平台上"
	case d.Connector == "manual":
		return "由人工发布，请登录微博删除"
	case d.RemoteID == nil:
		return "微博编号还没有取得，请稍后再试"
	case !actor.CanAt(access.Takedown, d.UnitPath):
		return "您在这个单位没有下架权限"
	}
	return ""
}

func (h *pages) takedown(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	var f takedownForm
	err = web.Bind(c, &f)
	var asked []delivery.Decision
	if err == nil {
		err = h.onlyOf(c, id, f.Deliveries)
	}
	if err == nil {
		asked, err = h.Deliveries.Takedown(c.Request.Context(), web.Actor(c), f.Deliveries, f.Reason)
	}
	if err == nil && len(asked) == 1 {
		return h.kit.See(c, decisionPath(asked[0].ID), "已申请下架，等第二人确认")
	}
	if err == nil {
		return h.kit.See(c, fmt.Sprintf("/posts/%d/takedown", id), "已申请从 {.n} 个账号下架，等第二人确认", "n", len(asked))
	}
	p, perr := h.takedownPage(c)
	if perr != nil {
		return perr
	}
	return h.kit.Refuse(c, err, "sending/takedown", &p)
}

// onlyOf makes sure that what was chosen belongs to the post of the address.
func (h *pages) onlyOf(c *gin.Context, postID int64, ids []int64) error {
	list, err := h.allOfPost(c.Request.Context(), web.Actor(c), postID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if !slices.ContainsFunc(list, func(d delivery.Delivery) bool { return d.ID == id }) {
			return fault.NotFound("没有找到，或不在您的管辖范围内")
		}
	}
	return nil
}
