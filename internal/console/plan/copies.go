package plan

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/i18n"
	"juzhen/internal/instant"
	"juzhen/internal/org"
	"juzhen/internal/plan"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// partForm says which days are copied or moved, and which posts of them. The address and the confirmation
// hold it alike.
type partForm struct {
	From  string  `form:"from"` // 2026-11-30
	To    string  `form:"to"`
	Unit  int64   `form:"unit"`
	Query string  `form:"q" check:"max=60"`
	Posts []int64 `form:"post"` // chosen, in a confirmation
	Again bool    `form:"again"`
}

// partPage is what the pages of a copied week and of a moved day have in common.
type partPage struct {
	page.Base
	Form  partForm
	Units []page.Option

	Path            string // of the page
	Whence, Whither string // what the two days are called

	from, to time.Time
	part     plan.Part
}

// copyPage shows what copying a week would make.
type copyPage struct {
	partPage
	Week   plan.WeekCopy
	Rows   []copyRow
	Marks  []dayMark // holidays and worked weekends of the new week
	Twice  bool      // a copy of one of them is there already
	Copies []plan.Import

	UnknownYear int
}

// Made are the weeks that were copied.
func (p copyPage) Made() madeDrafts {
	return madeDrafts{i18n.N("我复制的"), i18n.N("哪一周"), i18n.N("撤销复制"), p.Copies}
}

type copyRow struct {
	plan.WeekPost
	partRow
	Clashing string
}

// partRow is how a row of both pages is shown.
type partRow struct {
	Was, When string // in Beijing
	Weekday   string
	Names     string
	State     delivery.PostState // of its text
	Chosen    bool
	Stays     bool // it cannot be chosen
}

type dayMark struct {
	Day  time.Time
	Mark plan.Mark
}

// movePage shows what moving a day would do, or did.
type movePage struct {
	partPage
	Move plan.DayMove
	Rows []moveRow
	Done bool
	Mark plan.Mark
}

type moveRow struct {
	plan.DayPost
	partRow
	Told string // what becomes of it, or why it stays
}

// read fills the choices and the days; what nobody can mean is the usual.
func (h *pages) readPart(c *gin.Context, p *partPage, from, to time.Time) error {
	units, err := h.Units.Within(c.Request.Context(), web.Actor(c), access.PostWrite)
	if err != nil {
		return err
	}
	var unit org.Unit
	p.Units, unit = parts.UnitFilter(units, p.Form.Unit)
	p.part.Query, p.part.UnitPath = p.Form.Query, unit.Path
	p.from, p.to = from, to

	if at, ok := instant.Read(p.Form.From, p.Now, time.DateOnly); ok {
		p.from = at
	}
	if at, ok := instant.Read(p.Form.To, p.Now, time.DateOnly); ok {
		p.to = at
	}
	p.Form.From, p.Form.To = beijing.Date(p.from), beijing.Date(p.to)

	return nil
}

func (p *partPage) row(one plan.Dated, due time.Time) partRow {
	row := partRow{
		Was:     one.DueAt.In(beijing.Zone).Format("01-02 15:04"),
		When:    due.In(beijing.Zone).Format("2006-01-02 15:04"),
		Weekday: parts.Weekday(due),
		Names:   one.Names,
		State:   delivery.PostState(one.Phase),
		Chosen:  len(p.Form.Posts) == 0 || slices.Contains(p.Form.Posts, one.PostID),
	}
	if one.Accounts > 2 {
		row.Names = p.T("{.names} 等 {.n} 个账号", "names", one.Names, "n", one.Accounts)
	}

	return row
}

func (h *pages) copyForm(c *gin.Context) error {
	p, err := h.copyPage(c)
	if err != nil {
		return h.kit.Refuse(c, err, "plan/copy", &p)
	}

	return h.kit.Show(c, http.StatusOK, "plan/copy", p)
}

// copyPage is filled as far as it can be, also when it fails.
func (h *pages) copyPage(c *gin.Context) (p copyPage, err error) {
	p.Base = h.kit.Base(c, "复制一周", crumb, gridCrumb)
	p.Path, p.Whence, p.Whither = "/plan/copy", "复制这一天所在的一周", "到这一天所在的一周"
	if err := web.Bind(c, &p.Form); err != nil {
		return p, err
	}
	monday := plan.Monday(p.Now)
	if err := h.readPart(c, &p.partPage, monday, monday.AddDate(0, 0, 7)); err != nil {
		return p, err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	if p.Copies, err = h.Plan.Imports(ctx, actor); err != nil {
		return p, err
	}
	p.Copies = slices.DeleteFunc(p.Copies, func(one plan.Import) bool { return !one.OfWeek() })
	if p.Week, err = h.Plan.LookWeek(ctx, actor, p.from, p.to, p.part); err != nil {
		return p, err
	}

	for _, one := range p.Week.Posts {
		row := copyRow{WeekPost: one, partRow: p.row(one.Dated, one.NewDue)}
		row.Stays = one.Past

		if one.Clash != nil {
			row.Clashing = p.T("@{.name} {.time} 已有一条", "name", one.Clash.Handle,
				"time", one.Clash.DueAt.In(beijing.Zone).Format("01-02 15:04"))
		}
		if one.Clash != nil && one.Clash.Others > 0 {
			row.Clashing = p.T("@{.name} 等 {.n} 个账号在半小时内已有一条",
				"name", one.Clash.Handle, "n", one.Clash.Others+1)
		}
		p.Twice = p.Twice || one.Copied != 0 && !one.Past
		p.Rows = append(p.Rows, row)
	}

	return p, h.markWeek(c, &p)
}

// markWeek tells of the holidays of the new week.
func (h *pages) markWeek(c *gin.Context, p *copyPage) error {
	last := p.Week.To.AddDate(0, 0, 6)
	almanac, err := h.Plan.Almanac(c.Request.Context(), p.Week.To.Year(), last.Year())
	if err != nil {
		return err
	}

	for day := p.Week.To; !day.After(last); day = day.AddDate(0, 0, 1) {
		mark := almanac.Mark(day)
		if mark.Any() {
			p.Marks = append(p.Marks, dayMark{day, mark})
		}
		if mark.Kind == plan.Unknown {
			p.UnknownYear = day.Year()
		}
	}

	return nil
}

func (h *pages) copyWeek(c *gin.Context) error {
	p, err := h.copyPage(c)
	if err != nil {
		return h.kit.Refuse(c, err, "plan/copy", &p)
	}
	p.part.Posts = chosen(p.Form.Posts)
	made, err := h.Plan.CopyWeek(c.Request.Context(), web.Actor(c), p.from, p.to, p.part, p.Form.Again)
	if err != nil {
		return h.kit.Refuse(c, err, "plan/copy", &p)
	}
	to := "/plan/copy?from=" + p.Form.From + "&to=" + p.Form.To + "#made"
	if made.Left > 0 {
		return h.kit.See(c, to, "已复制 {.n} 篇草稿；有 {.left} 处账号已不能使用，没有带上",
			"n", made.Posts, "left", made.Left)
	}

	return h.kit.See(c, to, "已复制 {.n} 篇草稿", "n", made.Posts)
}

// chosen is never nil: a form in which nothing is ticked chooses nothing.
func chosen(ids []int64) []int64 {
	if ids == nil {
		return []int64{}
	}

	return ids
}

func (h *pages) moveForm(c *gin.Context) error {
	p, err := h.movePage(c)
	if err == nil {
		p.Move, err = h.Plan.LookDay(c.Request.Context(), web.Actor(c), p.from, p.to, p.part)
	}
	if err != nil {
		return h.kit.Refuse(c, err, "plan/move", &p)
	}
	p.fill()

	return h.kit.Show(c, http.StatusOK, "plan/move", p)
}

func (h *pages) movePage(c *gin.Context) (p movePage, err error) {
	p.Base = h.kit.Base(c, "整天改期", crumb, gridCrumb)
	p.Path, p.Whence, p.Whither = "/plan/move", "哪一天的", "改到哪一天"
	if err := web.Bind(c, &p.Form); err != nil {
		return p, err
	}
	tomorrow := beijing.Day(p.Now).AddDate(0, 0, 1)

	return p, h.readPart(c, &p.partPage, tomorrow, tomorrow.AddDate(0, 0, 1))
}

// moveDay moves what was chosen and shows what became of each.
func (h *pages) moveDay(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p, err := h.movePage(c)
	if err != nil {
		return h.kit.Refuse(c, err, "plan/move", &p)
	}
	p.part.Posts = chosen(p.Form.Posts)
	moved, err := h.Plan.MoveDay(ctx, actor, p.from, p.to, p.part)
	if err != nil {
		p.part.Posts = nil
		look, lookErr := h.Plan.LookDay(ctx, actor, p.from, p.to, p.part)
		if lookErr == nil {
			p.Move = look
			p.fill()
		}

		return h.kit.Refuse(c, err, "plan/move", &p)
	}
	p.Move, p.Done = moved, true
	p.fill()

	return h.kit.Show(c, http.StatusOK, "plan/move", p)
}

func (p *movePage) fill() {
	p.Rows = nil

	for _, one := range p.Move.Posts {
		row := moveRow{DayPost: one, partRow: p.row(one.Dated, one.NewDue)}

		switch {
		case one.Refused != nil:
			row.Stays = true
			row.Told = p.T(one.Refused.Text, one.Refused.Args...)
		case len(one.Wrong) > 0:
			row.Told = p.T("正文中的 {.words} 到那时就不对了，批准失效，须修改后重新提交",
				"words", delivery.Quoted(one.Wrong))
		case one.Anew:
			row.Told = p.T("早于提交时的时间，审核中已有的批准作废，须从第一步重新审核")
		case one.Second:
			row.Told = p.T("早于批准的时间，须第二人同意；同意前不动")
		}
		p.Rows = append(p.Rows, row)
	}
}

// Days leads from a move that was done to the days it concerned.
func (p movePage) Days() string {
	return "/plan?from=" + beijing.Date(earlier(p.Move.From, p.Move.To)) + "&days=" + strconv.Itoa(spans[0])
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}

	return a
}
