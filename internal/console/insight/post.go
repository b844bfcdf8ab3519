package insight

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
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
	x, readings, err := h.reach.Post(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return postPage{}, err
	}
	actor := web.Actor(c)
	p := postPage{Base: h.kit.Base(c, "平台上的微博", crumb), Post: x, Readings: readings,
		SeesReach: actor.CanAt(access.ReachView, x.UnitPath),
		MayNote:   x.Remarkable() && x.NotedAt == nil && actor.CanAt(access.DeliveryDecide, x.UnitPath)}
	if len(readings) > 1 {
		p.Chart, p.Bundle = readingChart(p.Base, readings), []string{"charts"}
	}
	return p, nil
}

// readingChart is how the counts grew.
func readingChart(b page.Base, list []reach.Reading) *page.Chart {
	c := page.Chart{ID: "readings", Kind: "line", Title: b.T("读数变化"), Unit: b.T("次"), XName: b.T("读数时间"), Series: []page.Series{
		{Name: b.T("转发")}, {Name: b.T("评论")}, {Name: b.T("点赞")}}}
	put := func(i int, v int64) {
		f := float64(v)
		c.Series[i].Data = append(c.Series[i].Data, &f)
	}
	for _, r := range list {
		c.X = append(c.X, r.TakenAt.In(page.Zone).Format("01-02 15:04"))
		put(0, r.Reposts)
		put(1, r.Comments)
		put(2, r.Likes)
	}
	return &c
}

func (h *pages) post(c *gin.Context) error {
	p, err := h.postPage(c)
	if err != nil {
		return err
	}
	return h.kit.Show(c, 200, "reach/post", p)
}

// note records that a person has looked into it.
func (h *pages) note(c *gin.Context) error {
	p, err := h.postPage(c)
	if err != nil {
		return err
	}
	var f noteForm
	if err = web.Bind(c, &f); err == nil {
		err = h.reach.TakeNote(c.Request.Context(), web.Actor(c), p.Post.ID, f.Reason)
	}
	if err != nil {
		return h.kit.Refuse(c, err, "reach/post", &p)
	}
	return h.kit.See(c, fmt.Sprintf("/reach/posts/%d", p.Post.ID), "已记录核对结果")
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
	slices.SortStableFunc(p.Accounts, func(a, b reach.BudgetLine) int { return cmp.Compare(a.Left(), b.Left()) })
	p.Folded = len(p.Accounts) - perPage
	p.Accounts = p.Accounts[:perPage]
}

func (h *pages) budget(c *gin.Context) error {
	lines, err := h.reach.Budget(c.Request.Context(), web.Actor(c))
	if err != nil {
		return err
	}
	p := budgetPage{Base: h.kit.Base(c, "调用预算", crumb)}
	for _, l := range lines {
		if l.Host != "" {
			p.Hosts = append(p.Hosts, l)
		} else {
			p.Accounts = append(p.Accounts, l)
		}
	}
	p.cut(c)
	return h.kit.Show(c, 200, "reach/budget", p)
}
