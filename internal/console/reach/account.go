package reach

import (
	"fmt"
	"strconv"

	"github.com/gin-gonic/gin"

	"juzhen/internal/console/parts"
	"juzhen/internal/i18n"
	"juzhen/internal/index"
	"juzhen/internal/reach"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// accountPage is the figures of one account over a period.
type accountPage struct {
	page.Base
	Form    periodForm
	Period  Period
	Series  reach.Series
	Figures []page.Figure
	Charts  []page.Chart
	Best    []reach.Post
	Orders  []order
	Noticed []reach.Post
	Indexes []indexRow
	Inputs  []input
	House   house
	Again   string // the address of this page, which counts anew
	Heat    heatGrid
	DayCSV  string
	Looks   string // the address of each reading as CSV
	PostCSV string
}

// order is a way to order the best posts.
type order struct {
	Text, Href string
	Current    bool
}

func (h *pages) account(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	var form periodForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	page := accountPage{Base: h.kit.Base(c, "账号成效", crumb), Form: form}
	if page.Period, err = h.period(c, form, page.Base); err != nil {
		return err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	if page.Series, err = h.reach.Series(ctx, actor, id, page.Period.Period); err != nil {
		return err
	}
	if page.Best, err = h.reach.Posts(ctx, actor, reach.PostFilter{
		AccountID: id,
		Period:    page.Period.Period,
		By:        form.Sort,
		Limit:     20,
	}); err != nil {
		return err
	}
	if page.Noticed, err = h.reach.Noticed(ctx, actor, id); err != nil {
		return err
	}
	spread, err := h.reach.Spread(ctx, actor, id, page.Period.Period)
	if err != nil {
		return err
	}
	page.spread(spread)
	score, err := h.scores.Of(ctx, actor, id, page.Period.Period)
	if err != nil {
		return err
	}
	page.House, page.Again = houseOf(page.Base, score), web.Link(c)+"#spread"
	heat, err := h.reach.Heat(ctx, actor, id, page.Period.Period)
	if err != nil {
		return err
	}
	page.Heat = heatTable(page.Base, heat)
	page.Heading, page.Bundle = page.Series.Account.At(), []string{"charts"}
	page.Figures, page.Charts = figures(page.Base, page.Series.Row), charts(page.Base, page.Series.Points)
	page.DayCSV = fmt.Sprintf("/reach/accounts/%d/days.csv%s", id, query(c))
	page.Looks = fmt.Sprintf("/reach/accounts/%d/readings.csv%s", id, query(c))
	page.PostCSV = fmt.Sprintf("/reach/accounts/%d/posts.csv%s", id, query(c))
	page.orders(c)

	return h.kit.Show(c, 200, "reach/account", page)
}

// HeatPosts is from how many posts up an hour is judged.
func (accountPage) HeatPosts() int { return reach.HeatPosts() }

// indexRow is an index of spread, with the version of its formula.
type indexRow struct {
	Name, Version, Formula string
	Value                  string // with one decimal; "" where nothing is known
}

// input is a count that the indexes are made of.
type input struct {
	Name  string
	Count int64
}

func (p *accountPage) spread(spread reach.Spread) {
	formulas := map[index.Formula]string{
		index.BCI7: i18n.N(
			"160 ×（0.2 W₁ + 0.8 W₂），W₁ = 0.3 发博 + 0.7 原创，W₂ = 0.2 转发 + 0.2 评论 + 0.25 原创转发 + 0.25 原创评论 + 0.1 点赞",
		),
		index.BCI4: i18n.N("160 ×（0.2 W₁ + 0.8 W₂），W₁ = 发博，W₂ = 0.4 转发 + 0.4 评论 + 0.2 点赞"),
	}

	for _, formula := range index.Formulas() {
		row := indexRow{Name: formula.Label(), Version: formula.Version(), Formula: p.T(formulas[formula])}
		if value := spread.Index(formula); value != nil {
			row.Value = strconv.FormatFloat(*value, 'f', 1, 64)
		}
		p.Indexes = append(p.Indexes, row)
	}

	if !spread.Known() {
		return
	}
	c := spread.Counts
	p.Inputs = []input{
		{i18n.N("发博数"), c.Posts},
		{i18n.N("原创微博数"), c.Originals},
		{i18n.N("被转发数"), c.Reposts},
		{i18n.N("被评论数"), c.Comments},
		{i18n.N("原创被转发数"), c.OriginalReposts},
		{i18n.N("原创被评论数"), c.OriginalComments},
		{i18n.N("被点赞数"), c.Likes},
	}
}

func (p *accountPage) orders(c *gin.Context) {
	for _, o := range []struct{ key, text string }{{"", "互动最多"}, {"time", "最新"}, {"reads", "阅读最多"}} {
		p.Orders = append(p.Orders, order{
			Text:    o.text,
			Href:    web.Link(c, "sort", o.key) + "#best",
			Current: p.Form.Sort == o.key,
		})
	}
}

// WhyNoReads says why reads are missing: refused by the contract, or not asked for yet.
func (p accountPage) WhyNoReads() string {
	switch {
	case p.Series.Row.Reads != nil: // there are some in this period
		return ""
	case p.Series.HasReads == nil && p.Series.Account.Connector.ReturnsTimeline():
		return "还没有读过阅读数"
	case p.Series.HasReads != nil && *p.Series.HasReads:
		return ""
	}

	return noReads
}

func (h *pages) readingsCSV(c *gin.Context) error {
	return h.accountCSV(c, "readings-", func(id int64, period reach.Period) (reach.Table, error) {
		list, err := h.reach.Readings(c.Request.Context(), web.Actor(c), id, period)
		return reach.ReadingsTable(list, h.kit.Printer(c).T), err
	})
}

func (h *pages) daysCSV(c *gin.Context) error {
	return h.accountCSV(c, "", func(id int64, period reach.Period) (reach.Table, error) {
		series, err := h.reach.Series(c.Request.Context(), web.Actor(c), id, period)
		return reach.DaysTable(series.Points, h.kit.Printer(c).T), err
	})
}

// accountCSV answers with a table of one account in the period that is asked for.
func (h *pages) accountCSV(
	c *gin.Context, kind string, table func(id int64, period reach.Period) (reach.Table, error),
) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	_, period, err := h.asked(c)
	if err != nil {
		return err
	}
	made, err := table(id, period)
	if err != nil {
		return err
	}

	return parts.CSV(c, fmt.Sprintf("account-%d-%s%s.csv", id, kind, span(period)), made)
}
