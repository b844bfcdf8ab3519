package reach

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/reach"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// postPage is one post on the platform with its readings.
type postPage struct {
	page.Base
	Post      reach.Post
	Readings  []reach.Reading
	Chart     *page.Chart // nil with fewer than two readings
	MayNote   bool
	SeesReach bool
}

type noteForm struct {
	Reason string `form:"reason"`
}

func (h *pages) postPage(c *gin.Context) (postPage, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return postPage{}, err
	}
	post, readings, err := h.reach.Post(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return postPage{}, err
	}
	actor := web.Actor(c)
	page := postPage{
		Base:      h.kit.Base(c, "平台上的微博", crumb),
		Post:      post,
		Readings:  readings,
		SeesReach: actor.CanAt(access.ReachView, post.UnitPath),
		MayNote: post.Remarkable() && post.NotedAt == nil &&
			actor.CanAt(access.DeliveryDecide, post.UnitPath),
	}
	if len(readings) > 1 {
		page.Chart, page.Bundle = readingChart(page.Base, readings), []string{"charts"}
	}

	return page, nil
}

// readingChart is how the counts grew.
func readingChart(base page.Base, list []reach.Reading) *page.Chart {
	chart := page.Chart{
		ID:    "readings",
		Kind:  "line",
		Title: base.T("读数变化"),
		Unit:  base.T("次"),
		XName: base.T("读数时间"),
		Series: []page.Series{
			{Name: base.T("转发")}, {Name: base.T("评论")}, {Name: base.T("点赞")}},
	}
	put := func(i int, v int64) {
		f := float64(v)
		chart.Series[i].Data = append(chart.Series[i].Data, &f)
	}

	for _, reading := range list {
		chart.X = append(chart.X, reading.TakenAt.In(beijing.Zone).Format("01-02 15:04"))
		put(0, reading.Reposts)
		put(1, reading.Comments)
		put(2, reading.Likes)
	}

	return &chart
}

func (h *pages) post(c *gin.Context) error {
	page, err := h.postPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "reach/post", page)
}

// note records that a person has looked into it.
func (h *pages) note(c *gin.Context) error {
	page, err := h.postPage(c)
	if err != nil {
		return err
	}
	var form noteForm
	if err = web.Bind(c, &form); err == nil {
		err = h.reach.TakeNote(c.Request.Context(), web.Actor(c), page.Post.ID, form.Reason)
	}
	if err != nil {
		return h.kit.Refuse(c, err, "reach/post", &page)
	}

	return h.kit.See(c, fmt.Sprintf("/reach/posts/%d", page.Post.ID), "已记录核对结果")
}

// budgetPage is the call budget: what was used, what is left, what is planned.
type budgetPage struct {
	page.Base
	Hosts    []reach.BudgetLine
	Accounts []reach.BudgetLine
	Folded   int // accounts that are not listed
}

// cut leaves the accounts that have the least left: those are looked for.
func (p *budgetPage) cut(c *gin.Context) {
	if c.Query("all") != "" || len(p.Accounts) <= perPage {
		return
	}
	slices.SortStableFunc(
		p.Accounts,
		func(a, b reach.BudgetLine) int { return cmp.Compare(a.Left(), b.Left()) },
	)
	p.Folded = len(p.Accounts) - perPage
	p.Accounts = p.Accounts[:perPage]
}

func (h *pages) budget(c *gin.Context) error {
	lines, err := h.reach.Budget(c.Request.Context(), web.Actor(c))
	if err != nil {
		return err
	}
	page := budgetPage{Base: h.kit.Base(c, "调用预算", crumb)}

	for _, budgetLine := range lines {
		if budgetLine.Host != "" {
			page.Hosts = append(page.Hosts, budgetLine)
		} else {
			page.Accounts = append(page.Accounts, budgetLine)
		}
	}
	page.cut(c)

	return h.kit.Show(c, 200, "reach/budget", page)
}
