package plan

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/instant"
	"juzhen/internal/plan"
	"juzhen/internal/post"
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
	Act       string    `form:"act"` // look, make

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
			Value: value, Text: weekdays[day], Selected: slices.Contains(p.Form.Days, value),
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
		text += " " + p.T(weekdays[day])
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

		p.goOn(old)
	}

	p.mark()

	return nil
}

// goOn fills the form with a series from a number on.
func (p *seriesNewPage) goOn(old plan.Series) {
	rule := old.Rule()
	p.Form.Text, p.Form.Workdays = old.Text, old.Workdays
	p.Form.Frequency, p.Form.Interval = string(rule.Frequency), rule.Interval
	p.Form.Until, p.Form.Count = rule.Until, rule.Count

	for _, day := range rule.Weekdays {
		p.Form.Days = append(p.Form.Days, strconv.Itoa(int(day)))
	}

	days := make([]string, len(rule.MonthDays))
	for i, day := range rule.MonthDays {
		days[i] = strconv.Itoa(day)
	}

	p.Form.MonthDays = strings.Join(days, ", ")

	for _, one := range old.Posts {
		if one.Number == p.Form.From && one.DueAt != nil {
			p.Form.First = *one.DueAt
		}
	}

	if rule.Count > 0 {
		p.Form.Count = max(rule.Count-p.Form.From+1, 1)
	}
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

	if err != nil {
		return h.kit.Refuse(c, atField(err), "plan/series_new", &p)
	}
	if p.Form.Act != "make" {
		p.Looked = true
		return h.kit.Show(c, http.StatusOK, "plan/series_new", p)
	}

	var made plan.Series
	if p.Form.Old != 0 {
		made, _, err = h.Plan.ReplaceSeries(ctx, actor, ask, p.Form.Old, plan.Stop{
			From: p.Form.From, Revision: p.Form.Revision, Why: p.Form.Why,
		})
	} else {
		made, err = h.Plan.MakeSeries(ctx, actor, ask)
	}
	if made.ID == 0 && err != nil {
		return h.kit.Refuse(c, atField(err), "plan/series_new", &p)
	}

	to := "/plan/series/" + strconv.FormatInt(made.ID, 10)
	if made.Left > 0 {
		return h.kit.See(c, to, "已写成 {.n} 篇草稿；有 {.left} 个账号已不能使用，没有带上",
			"n", len(made.Posts), "left", made.Left)
	}

	return h.kit.See(c, to, "已写成 {.n} 篇草稿", "n", len(made.Posts))
}

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
		row.When, row.Weekday = localMinute(one.DueAt), weekdays[one.DueAt.In(beijing.Zone).Weekday()]

		if one.Near != nil {
			row.Near = localMinute(*one.Near)
		}

		p.Rows = append(p.Rows, row)
	}
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
			row.When, row.Weekday = localMinute(*one.DueAt), weekdays[one.DueAt.In(beijing.Zone).Weekday()]
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

	return h.kit.See(c, "/plan/series/"+strconv.FormatInt(p.Series.ID, 10), "办成 {.n} 篇", "n", len(done))
}
