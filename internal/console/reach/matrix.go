package reach

import (
	"html/template"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/reach"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// perPage is how many accounts one page of the table shows.
const perPage = 50

// maxPage bounds the page an address may ask for.
const maxPage = 1_000_000

// matrixPage is the figures of all accounts in scope over a period.
type matrixPage struct {
	page.Base
	Form    periodForm
	Period  Period
	Figures []page.Figure
	Charts  []page.Chart
	Columns []column
	Rows    []row
	Total   row
	Best    []reach.Post
	Noticed []reach.Post
	Units   []page.Option
	Chips   []page.Chip
	CSV     string
	PostCSV string
	All     int
	Prev    string
	Next    string

	SummedTo time.Time // every day written by then is in the figures
}

// column is a heading that sorts.
type column struct {
	Text, Href string
	Num        bool
	Sorted     string // "ascending", "descending" or ""
	Phone      bool   // also on a phone
}

// row is a row of the table with what is drawn and compared.
type row struct {
	reach.Row
	Spark        template.HTML
	PerPostText  string
	ChangeText   string
	ChangeTrend  int
	GainedText   string
	ReadsPartial bool
	PerTenText   string // interactions per ten thousand followers
	SilentDays   int
}

var columns = []struct{ key, text string }{
	{"handle", "账号"},
	{"followers", "粉丝数"},
	{"gained", "净增"},
	{"posts", "发布数"},
	{"interactions", "互动数"},
	{"perpost", "条均互动"},
	{"per10k", "万粉互动"},
	{"reads", "阅读数"},
	{"silence", "静默天数"},
}

func (h *pages) matrix(c *gin.Context) error {
	page := matrixPage{Base: h.kit.Base(c, "成效")}
	if err := web.Bind(c, &page.Form); err != nil {
		return err
	}
	var err error
	if page.Period, err = h.period(c, page.Form, page.Base); err != nil {
		return err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	path, err := h.unit(c, &page)
	if err != nil {
		return err
	}
	m, err := h.reach.Matrix(ctx, actor, page.Period.Period, reach.View{
		Sort: page.Form.sort(), UnitPath: path, Skip: page.Form.skip(), Limit: perPage,
	})
	if err != nil {
		return err
	}
	if page.Best, err = h.reach.Posts(ctx, actor, reach.PostFilter{
		Period:   page.Period.Period,
		UnitPath: path,
	}); err != nil {
		return err
	}
	if page.Noticed, err = h.reach.Noticed(ctx, actor, 0); err != nil {
		return err
	}
	page.Bundle = []string{"charts"}
	page.Figures, page.Charts = figures(page.Base, m.Total), charts(page.Base, m.Days)
	page.Charts[2].Title = page.T("粉丝数，连续有读数的账号合计")
	page.table(c, m)

	return h.kit.Show(c, 200, "reach/matrix", page)
}

// unit fills the choice of a unit, and gives the path of the one chosen; "" is all.
func (h *pages) unit(c *gin.Context, p *matrixPage) (string, error) {
	units, err := h.units.Within(c.Request.Context(), web.Actor(c), access.ReachView)
	if err != nil {
		return "", err
	}
	path := ""

	p.Units = []page.Option{{Text: "全部"}}
	for _, u := range units {
		p.Units = append(p.Units, page.Option{Value: strconv.FormatInt(u.ID, 10), Text: u.Name, Raw: true})
		if u.ID == p.Form.Unit {
			path = u.Path
			p.Chips = []page.Chip{{Name: "单位", Value: u.Name, Href: web.Link(c, "unit", "", "page", "")}}
		}
	}

	return path, nil
}

// unitPath is the path of the unit a file is asked for; "" is all.
func (h *pages) unitPath(c *gin.Context, id int64) (string, error) {
	if id == 0 {
		return "", nil
	}
	units, err := h.units.Within(c.Request.Context(), web.Actor(c), access.ReachView)
	if err != nil {
		return "", err
	}

	for _, unit := range units {
		if unit.ID == id {
			return unit.Path, nil
		}
	}

	return "", nil
}

// table fills the page of the table the address asks for.
func (p *matrixPage) table(c *gin.Context, matrix reach.Matrix) {
	p.All, p.SummedTo = matrix.All, matrix.SummedTo
	for _, row := range matrix.Rows {
		p.Rows = append(p.Rows, rowOf(p.Base, row))
	}
	p.Total = rowOf(p.Base, matrix.Total)
	if p.Form.skip() > 0 {
		p.Prev = web.Link(c, "page", page0(min(p.Form.Page, (p.All+perPage-1)/perPage)-1))
	}
	if p.Form.skip()+perPage < p.All {
		p.Next = web.Link(c, "page", strconv.Itoa(p.Form.Page+1))
	}

	p.CSV, p.PostCSV = "/reach/matrix.csv"+query(c), "/reach/posts.csv"+query(c)
	for _, k := range columns {
		p.Columns = append(p.Columns, p.column(c, k.key, k.text))
	}
}

func page0(n int) string {
	if n <= 0 {
		return ""
	}

	return strconv.Itoa(n)
}

func query(c *gin.Context) string {
	if q := c.Request.URL.RawQuery; q != "" {
		return "?" + q
	}

	return ""
}

// column is a heading whose link sorts by it, from above at first; a second click turns it round.
func (p *matrixPage) column(c *gin.Context, key, text string) column {
	col := column{Text: text, Num: key != "handle", Phone: key == "handle"}
	up := ""
	if p.Form.Sort == key {
		col.Sorted = "descending"
		if p.Form.Up {
			col.Sorted = "ascending"
		} else {
			up = "1"
		}
	} else if key == "handle" {
		up = "1"
	}
	col.Href = web.Link(c, "sort", key, "up", up, "page", "") + "#accounts"

	return col
}

func rowOf(base page.Base, r reach.Row) row {
	out := row{Row: r, Spark: spark(base, r.Daily, "@"+r.Handle), ChangeTrend: r.Interacted.Trend()}
	if v, ok := r.PerPost(); ok {
		out.PerPostText = strconv.FormatFloat(v, 'f', 1, 64)
	}
	if v, ok := r.Interacted.Percent(); ok {
		out.ChangeText = percent(v)
	}
	if r.Gained.Now != nil {
		out.GainedText = signed(*r.Gained.Now)
	}
	if v, ok := r.PerTenThousand(); ok {
		out.PerTenText = strconv.FormatFloat(v, 'f', 1, 64)
	}
	out.SilentDays, _ = r.Silent(base.Now)
	out.ReadsPartial = r.Reads != nil && r.Posts.Now != nil && r.ReadPosts < *r.Posts.Now

	return out
}

func (h *pages) matrixCSV(c *gin.Context) error {
	form, period, err := h.asked(c)
	if err != nil {
		return err
	}
	path, err := h.unitPath(c, form.Unit)
	if err != nil {
		return err
	}
	table := reach.MatrixTable(func(fn func(reach.Row) error) (reach.Row, error) {
		return h.reach.EachRow(c.Request.Context(), web.Actor(c), period, reach.View{
			Sort: form.sort(), UnitPath: path,
		}, fn)
	}, h.kit.Printer(c).T)

	return parts.CSV(c, "reach-"+span(period)+".csv", table)
}

func span(period reach.Period) string {
	return period.From.Format("20060102") + "-" + period.Last().Format("20060102")
}

// postsCSV is the posts of a period, of one account or of all in scope.
func (h *pages) postsCSV(c *gin.Context) error {
	form, period, err := h.asked(c)
	if err != nil {
		return err
	}
	filter := reach.PostFilter{Period: period, Limit: 1000}
	if filter.UnitPath, err = h.unitPath(c, form.Unit); err != nil {
		return err
	}
	if c.Param("id") != "" {
		if filter.AccountID, err = web.ID(c, "id"); err != nil {
			return err
		}
	}
	list, err := h.reach.Posts(c.Request.Context(), web.Actor(c), filter)
	if err != nil {
		return err
	}
	if filter.AccountID != 0 && len(list) == 0 {
		if _, err := h.reach.Series(c.Request.Context(), web.Actor(c), filter.AccountID, period); err != nil {
			return fault.NotFound("没有找到，或不在您的管辖范围内")
		}
	}

	return parts.CSV(c, "posts-"+span(period)+".csv", reach.PostsTable(list, h.kit.Printer(c).T))
}
