package plan

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/gin-gonic/gin"

	"juzhen/internal/beijing"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/instant"
	"juzhen/internal/plan"
	"juzhen/internal/post"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// seriesForm says what is repeated and when, as fields of a form.
type seriesForm struct {
	Post      int64     `form:"post"`
	Text      string    `form:"text,raw"`
	First     time.Time `form:"first"`
	Frequency string    `form:"freq"`
	Interval  int       `form:"interval"`
	Days      []string  `form:"day"`
	MonthDays string    `form:"month_days" check:"max=100"`
	Until     time.Time `form:"until"`
	Count     int       `form:"count"`
	Except    string    `form:"except" check:"max=800"`
	Workdays  bool      `form:"workdays"`
	Act       string    `form:"act"`   // look, make
	Shown     string    `form:"shown"` // the list that was read: plan.SeriesPlan.Sum

	// in the place of another series, from a number on
	Old      int64  `form:"old"`
	From     int    `form:"from"`
	Revision int    `form:"revision"`
	Why      string `form:"reason"`
}

// rule reads the fields as a rule.
func (f seriesForm) rule() (plan.Rule, error) {
	rule := plan.Rule{
		Frequency: plan.Frequency(f.Frequency), Interval: max(f.Interval, 1), Count: f.Count, Until: f.Until,
	}

	if rule.Frequency == plan.Weekly {
		for _, text := range f.Days {
			day, err := strconv.Atoi(text)
			if err != nil || day < 0 || day > 6 {
				return rule, fault.Invalid("day", "请选择星期")
			}

			rule.Weekdays = append(rule.Weekdays, time.Weekday(day))
		}
	}

	if rule.Frequency == plan.Monthly {
		for _, text := range words(f.MonthDays) {
			day, err := strconv.Atoi(text)
			if err != nil {
				return rule, fault.Invalid("month_days", "日期应为 1 到 31，或 -1 表示最后一天")
			}

			rule.MonthDays = append(rule.MonthDays, day)
		}
	}

	return rule, nil
}

// words are what stands between blanks and commas of any kind.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsPunct(r) && r != '-'
	})
}

// ask reads the form. What is wrong is told at its field.
func (f seriesForm) ask(now time.Time) (ask plan.SeriesAsk, err error) {
	ask = plan.SeriesAsk{PostID: f.Post, Text: f.Text, First: f.First, Workdays: f.Workdays}
	if ask.Rule, err = f.rule(); err != nil {
		return ask, err
	}

	for _, text := range words(f.Except) {
		day, ok := instant.Read(text, now, time.DateOnly)
		if !ok {
			return ask, fault.Invalid("except", "“{.text}”不是日期，应为 2027-01-01 的样子", "text", text)
		}

		ask.Except = append(ask.Except, day)
	}

	return ask, nil
}

// seriesNewPage shows the form, and what it would make.
type seriesNewPage struct {
	page.Base
	Form    seriesForm
	Source  post.Post
	Repeats string // title of the post
	Plan    *plan.SeriesPlan
	Rows    []occurrenceRow
	Looked  bool
	Options []page.Option
}

type occurrenceRow struct {
	plan.Occurrence
	When, Weekday, Near string
}

// Weekdays are the boxes to tick.
func (p seriesNewPage) Weekdays() (list []page.Option) {
	for i := range 7 {
		day := (i + 1) % 7 // a week begins on Monday
		value := strconv.Itoa(day)
		list = append(list, page.Option{
			Value: value, Text: parts.Weekdays()[day], Selected: slices.Contains(p.Form.Days, value),
		})
	}

	return list
}

// PlaceDate is what stands in the text for the date.
func (seriesNewPage) PlaceDate() string { return plan.PlaceDate }

// PlaceWeekday is what stands in the text for the weekday.
func (seriesNewPage) PlaceWeekday() string { return plan.PlaceWeekday }

// Local is an instant as the field for it holds it.
func (p seriesNewPage) Local(at time.Time, form string) string {
	if at.IsZero() {
		return ""
	}

	return at.In(beijing.Zone).Format(form)
}

// SkipWords say why no post is made at a time.
func (r occurrenceRow) SkipWords() string {
	return map[plan.Skip]string{
		plan.SkipPast: i18n.N("时间已过"), plan.SkipExcept: i18n.N("已除去"), plan.SkipOff: i18n.N("不上班"),
	}[r.Skip]
}

func (h *pages) seriesForm(c *gin.Context) error {
	p, err := h.seriesNewPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "plan/series_new", p)
}

// seriesNewPage binds the form and reads the post that is repeated; an empty form begins with what it says.
func (h *pages) seriesNewPage(c *gin.Context) (p seriesNewPage, err error) {
	p.Base = h.kit.Base(c, "重复发布一篇稿件", crumb, gridCrumb, seriesCrumb)
	p.Options = []page.Option{
		{Value: string(plan.Daily), Text: "每天"},
		{Value: string(plan.Weekly), Text: "每周"},
		{Value: string(plan.Monthly), Text: "每月"},
	}

	bound := web.Bind(c, &p.Form)

	source, content, err := h.Plan.SourceOfSeries(c.Request.Context(), web.Actor(c), p.Form.Post)
	if err != nil {
		return p, err
	}

	p.Source, p.Repeats = source, post.Title(content.Text)

	if c.Request.Method == http.MethodGet {
		return p, h.begin(c, &p, content)
	}

	p.mark()

	return p, bound
}

// begin fills an empty form: with another series from one of its posts on, else weekly from the post's own
// time on or from tomorrow morning.
func (h *pages) begin(c *gin.Context, p *seriesNewPage, content post.Content) error {
	p.Form.Text, p.Form.Frequency, p.Form.Interval, p.Form.Count = content.Text, string(plan.Weekly), 1, 10
	p.Form.First = beijing.Day(p.Now).AddDate(0, 0, 1).Add(9 * time.Hour)

	if content.DueAt != nil && content.DueAt.After(p.Now) {
		p.Form.First = *content.DueAt
	}

	if p.Form.Old != 0 {
		old, err := h.Plan.FindSeries(c.Request.Context(), web.Actor(c), p.Form.Old)
		if err != nil {
			return err
		}

		if err := p.goOn(old); err != nil {
			return err
		}
	}

	p.mark()

	return nil
}

// goOn fills the form with a series from a number on.
func (p *seriesNewPage) goOn(old plan.Series) error {
	for _, one := range old.Posts {
		if one.Number == p.Form.From && one.DueAt != nil {
			p.Form.First = *one.DueAt
		}
	}

	rule, err := old.RuleFrom(p.Form.First)
	if err != nil {
		return err
	}

	p.Form.Text, p.Form.Workdays = old.Text, old.Workdays
	p.Form.Frequency, p.Form.Interval = string(rule.Frequency), rule.Interval
	p.Form.Until, p.Form.Count = rule.Until, rule.Count

	for _, day := range rule.Weekdays {
		p.Form.Days = append(p.Form.Days, strconv.Itoa(int(day)))
	}

	var days, except []string
	for _, day := range rule.MonthDays {
		days = append(days, strconv.Itoa(day))
	}

	for _, day := range old.Except {
		except = append(except, beijing.Date(day))
	}

	p.Form.MonthDays, p.Form.Except = strings.Join(days, ", "), strings.Join(except, ", ")

	return nil
}

func (p *seriesNewPage) mark() {
	for i := range p.Options {
		p.Options[i].Selected = p.Options[i].Value == p.Form.Frequency
	}
}

// makeSeries lists what the form would make, or makes it.
func (h *pages) makeSeries(c *gin.Context) error {
	p, err := h.seriesNewPage(c)
	if err != nil && p.Source.ID == 0 {
		return err
	}

	var ask plan.SeriesAsk
	if err == nil {
		ask, err = p.Form.ask(p.Now)
	}
	if err != nil {
		return h.kit.Refuse(c, atField(err), "plan/series_new", &p)
	}

	ctx, actor := c.Request.Context(), web.Actor(c)

	look, err := h.Plan.LookSeries(ctx, actor, ask)
	p.fill(look)

	read := p.Form.Shown
	p.Form.Shown = look.Sum()

	switch {
	case err != nil:
		return h.kit.Refuse(c, atField(err), "plan/series_new", &p)
	case p.Form.Act == "make" && read != p.Form.Shown:
		p.Looked = true
		err := fault.Conflict("各次与刚才列出的不同，请核对后再写成草稿").WithCode("stale")

		return h.kit.Refuse(c, err, "plan/series_new", &p)
	case p.Form.Act != "make":
		p.Looked = true
		return h.kit.Show(c, http.StatusOK, "plan/series_new", p)
	}

	if p.Form.Old != 0 {
		return h.replaceSeries(c, &p, ask)
	}

	made, err := h.Plan.MakeSeries(ctx, actor, ask)
	if err != nil {
		return h.kit.Refuse(c, atField(err), "plan/series_new", &p)
	}
	if made.Left > 0 {
		return h.kit.See(c, seriesAt(made.ID), "已写成 {.n} 篇草稿；有 {.left} 个账号已不能使用，没有带上",
			"n", len(made.Posts), "left", made.Left)
	}

	return h.kit.See(c, seriesAt(made.ID), "已写成 {.n} 篇草稿", "n", len(made.Posts))
}

// replaceSeries makes a series in the place of another. Where some of the other stays, it leads there.
func (h *pages) replaceSeries(c *gin.Context, p *seriesNewPage, ask plan.SeriesAsk) error {
	made, back, err := h.Plan.ReplaceSeries(c.Request.Context(), web.Actor(c), ask, p.Form.Old, plan.Stop{
		From: p.Form.From, Revision: p.Form.Revision, Why: p.Form.Why,
	})
	if made.ID == 0 {
		return h.kit.Refuse(c, atField(err), "plan/series_new", p)
	}

	left := 0

	for _, one := range back {
		if one.Refused != nil {
			left++
		}
	}

	if err != nil || left > 0 {
		return h.kit.See(c, seriesAt(p.Form.Old), "已写成 {.n} 篇草稿；原来这一组有的没有收回，请逐篇查看",
			"n", len(made.Posts))
	}

	return h.kit.See(c, seriesAt(made.ID), "已写成 {.n} 篇草稿，原来的收回 {.back} 篇",
		"n", len(made.Posts), "back", len(back))
}

func seriesAt(id int64) string { return "/plan/series/" + strconv.FormatInt(id, 10) }

// atField puts what is wrong with a rule where it is chosen.
func atField(err error) error {
	if told := fault.Public(err); told.Field == "rule" {
		at := *told
		at.Field = "freq"

		return &at
	}

	return err
}

func (p *seriesNewPage) fill(look plan.SeriesPlan) {
	if len(look.Occurrences) == 0 {
		return
	}

	p.Plan = &look

	for _, one := range look.Occurrences {
		row := occurrenceRow{Occurrence: one}
		row.When, row.Weekday = localMinute(one.DueAt), parts.Weekday(one.DueAt)

		if one.Near != nil {
			row.Near = localMinute(*one.Near)
		}

		p.Rows = append(p.Rows, row)
	}
}
