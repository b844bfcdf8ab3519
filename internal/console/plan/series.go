package plan

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/plan"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

var seriesCrumb = page.Crumb{Text: "重复发布", Href: "/plan/series"}

// seriesListPage lists what repeats.
type seriesListPage struct {
	page.Base
	Series []seriesLine
}

type seriesLine struct {
	plan.Series
	Says string // its rule, in words
}

// seriesPage shows a series with its posts.
type seriesPage struct {
	page.Base
	Series plan.Series
	Says   string
	Rows   []seriesRow
	Form   seriesActs
	May    bool // the actor writes there
	Able   int  // drafts that can be submitted
}

type seriesRow struct {
	plan.SeriesPost
	When, Weekday string
	Told          string // why it stayed
	Chosen        bool
}

// Pick is what the box of a row says: the post as it is shown.
func (r seriesRow) Pick() string {
	return strconv.FormatInt(r.PostID, 10) + "." + strconv.Itoa(r.Revision)
}

type seriesActs struct {
	Picks    []string `form:"pick"`
	From     int      `form:"from"`
	Only     bool     `form:"only"`
	Revision int      `form:"revision"`
	Why      string   `form:"reason"`
}

func (h *pages) seriesList(c *gin.Context) error {
	p := seriesListPage{Base: h.kit.Base(c, "重复发布", crumb, gridCrumb)}

	all, err := h.Plan.AllSeries(c.Request.Context(), web.Actor(c))
	if err != nil {
		return err
	}

	for _, one := range all {
		p.Series = append(p.Series, seriesLine{one, says(p.Base, one.Rule(), one.First, one.Workdays)})
	}

	return h.kit.Show(c, http.StatusOK, "plan/series", p)
}

// says puts a rule into words.
func says(p page.Base, rule plan.Rule, first time.Time, workdays bool) string {
	text := p.T(map[plan.Frequency]string{
		plan.Daily: i18n.N("每天"), plan.Weekly: i18n.N("每周"), plan.Monthly: i18n.N("每月"),
	}[rule.Frequency])

	if rule.Interval > 1 {
		text = p.T(map[plan.Frequency]string{
			plan.Daily: i18n.N("每 {.n} 天"), plan.Weekly: i18n.N("每 {.n} 周"),
			plan.Monthly: i18n.N("每 {.n} 个月"),
		}[rule.Frequency], "n", rule.Interval)
	}

	for _, day := range rule.Weekdays {
		text += " " + p.T(parts.Weekdays()[day])
	}

	for _, day := range rule.MonthDays {
		if day < 0 {
			text += " " + p.T("最后一天")
		} else {
			text += " " + p.T("{.n} 日", "n", day)
		}
	}

	text += " " + first.In(beijing.Zone).Format("15:04")

	if workdays {
		text += p.T("，只在工作日")
	}

	if rule.Count > 0 {
		return text + p.T("，共 {.n} 次", "n", rule.Count)
	}

	return text + p.T("，到 {.day} 为止", "day", beijing.Date(rule.Until))
}

func localMinute(at time.Time) string { return at.In(beijing.Zone).Format("2006-01-02 15:04") }

func (h *pages) showSeries(c *gin.Context) error {
	p, err := h.seriesPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "plan/series_show", p)
}

func (h *pages) seriesPage(c *gin.Context) (p seriesPage, err error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return p, err
	}

	p.Base = h.kit.Base(c, "一组重复发布", crumb, gridCrumb, seriesCrumb)

	if p.Series, err = h.Plan.FindSeries(c.Request.Context(), web.Actor(c), id); err != nil {
		return p, err
	}

	p.Says = says(p.Base, p.Series.Rule(), p.Series.First, p.Series.Workdays)
	p.May = web.Actor(c).CanAt(access.PostWrite, p.Series.UnitPath)

	for _, one := range p.Series.Posts {
		row := seriesRow{SeriesPost: one, Chosen: one.Draft()}
		if one.DueAt != nil {
			row.When, row.Weekday = localMinute(*one.DueAt), parts.Weekday(*one.DueAt)
		}
		if one.Draft() {
			p.Able++
		}
		if p.Form.From == 0 && one.Draft() {
			p.Form.From = one.Number
		}

		p.Rows = append(p.Rows, row)
	}

	return p, nil
}

// tell shows what became of an act, each at its row.
func (p *seriesPage) tell(done []plan.Outcome) (failed int) {
	for _, one := range done {
		if one.Refused == nil {
			continue
		}

		failed++

		for i := range p.Rows {
			if p.Rows[i].PostID == one.PostID {
				p.Rows[i].Told = p.T(one.Refused.Text, one.Refused.Args...)
			}
		}
	}

	return failed
}

func (h *pages) submitSeries(c *gin.Context) error {
	p, err := h.seriesActs(c)
	if err != nil {
		return h.refuseSeries(c, err, &p)
	}

	var chosen []plan.Chosen

	for _, pick := range p.Form.Picks {
		id, revision, _ := strings.Cut(pick, ".")
		postID, wrong := strconv.ParseInt(id, 10, 64)

		if shown, err := strconv.Atoi(revision); err == nil && wrong == nil {
			chosen = append(chosen, plan.Chosen{PostID: postID, Revision: shown})
		}
	}

	if len(chosen) == 0 {
		return h.refuseSeries(c, fault.Invalid("pick", "请勾选要提交的稿件"), &p)
	}

	done, err := h.Plan.SubmitSeries(c.Request.Context(), web.Actor(c), p.Series.ID, chosen)

	return h.afterSeries(c, p, done, err)
}

func (h *pages) stopSeries(c *gin.Context) error {
	p, err := h.seriesActs(c)
	if err != nil {
		return h.refuseSeries(c, err, &p)
	}

	done, err := h.Plan.StopSeries(c.Request.Context(), web.Actor(c), p.Series.ID, plan.Stop{
		From: p.Form.From, Only: p.Form.Only, Revision: p.Form.Revision, Why: p.Form.Why,
	})

	return h.afterSeries(c, p, done, err)
}

// seriesActs is the page with what was sent to it.
func (h *pages) seriesActs(c *gin.Context) (p seriesPage, err error) {
	if p, err = h.seriesPage(c); err != nil {
		return p, err
	}

	return p, web.Bind(c, &p.Form)
}

func (h *pages) refuseSeries(c *gin.Context, err error, p *seriesPage) error {
	if p.Series.ID == 0 {
		return err
	}

	return h.kit.Refuse(c, err, "plan/series_show", p)
}

// afterSeries leads on when all of an act is done; what stayed is shown at its row.
func (h *pages) afterSeries(c *gin.Context, p seriesPage, done []plan.Outcome, err error) error {
	if err != nil {
		return h.refuseSeries(c, err, &p)
	}

	after, err := h.seriesPage(c)
	if err != nil {
		return err
	}

	if failed := after.tell(done); failed > 0 {
		err := fault.Conflict("办成 {.n} 篇，{.failed} 篇没有办成，原因见各行", "n", len(done)-failed, "failed", failed)
		return h.refuseSeries(c, err, &after)
	}

	return h.kit.See(c, seriesAt(p.Series.ID), "办成 {.n} 篇", "n", len(done))
}
