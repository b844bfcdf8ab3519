package inspection

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/console/parts"
	"juzhen/internal/inspect"
	"juzhen/internal/sheet"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// runsForm is the filter of the list of runs, and of one run.
type runsForm struct {
	Cycle inspect.Cycle `form:"cycle"`
	Unit  int64         `form:"unit"` // with everything below it
	State inspect.State `form:"state"`
	Page  int           `form:"page"` // from 0
}

// runsPage lists the inspections that were kept.
type runsPage struct {
	page.Base
	Form   runsForm
	Rows   []runRow
	Cycles []page.Option
	Units  []page.Option
	Chips  []page.Chip
	Pager  page.Pager
}

// runsPerPage is how many runs one page lists.
const runsPerPage = 20

// runRow is a run as the list shows it.
type runRow struct {
	inspect.Run
	Name string
	Href string
	Sums []sum
}

// runPage is one run: account × rule as it was, beside what the rule says today.
type runPage struct {
	page.Base
	inspect.Kept
	Form   runsForm
	Name   string
	Sums   []sum
	Rows   []resultRow
	Units  []page.Option
	States []page.Option
	Chips  []page.Chip
	Pager  page.Pager
	File   string
}

// resultRow is a result as it is shown.
type resultRow struct {
	inspect.Result
	Because []string
	Remedy  string
}

var runsCrumb = page.Crumb{Text: "结果存档", Href: "/inspection/runs"}

func (h *pages) runs(c *gin.Context) error {
	p := runsPage{Base: h.kit.Base(c, "结果存档", crumb, boardCrumb)}
	if err := web.Bind(c, &p.Form); err != nil {
		return err
	}
	path, err := h.unitOf(c, p.Form.Unit, &p.Units, &p.Chips)
	if err != nil {
		return err
	}
	p.Cycles = parts.LabelFilter(inspect.Cycles())
	if p.Form.Cycle.Valid() {
		p.Chips = append(p.Chips, page.Chip{
			Name: "周期", Value: p.T(p.Form.Cycle.Label()), Href: web.Link(c, "cycle", "", "page", ""),
		})
	} else {
		p.Form.Cycle = ""
	}
	p.Form.Page = min(max(p.Form.Page, 0), maxPage)
	found, more, err := h.Inspect.Runs(c.Request.Context(), web.Actor(c), inspect.RunsAsk{
		Cycle: p.Form.Cycle, UnitPath: path, Skip: p.Form.Page * runsPerPage, Limit: runsPerPage,
	})
	if err != nil {
		return err
	}
	p.Pager.Shown = len(found)
	if p.Form.Page > 0 {
		p.Pager.First = web.Link(c, "page", "")
	}
	if more {
		p.Pager.Next = web.Link(c, "page", strconv.Itoa(p.Form.Page+1))
	}

	for _, run := range found {
		href := fmt.Sprintf("/inspection/runs/%d", run.ID)
		if p.Form.Unit != 0 {
			href += "?unit=" + strconv.FormatInt(p.Form.Unit, 10)
		}
		p.Rows = append(p.Rows, runRow{
			Run: run, Name: nameOf(p.Base, run), Href: href, Sums: sumsOf(run),
		})
	}

	return h.kit.Show(c, http.StatusOK, "inspection/runs", p)
}

// nameOf is what a run is called, in the reader's language.
func nameOf(p page.Base, run inspect.Run) string {
	name := run.Name()
	return p.T(name.Text, name.Args...)
}

func sumsOf(run inspect.Run) (sums []sum) {
	for _, state := range inspect.States() {
		sums = append(sums, sum{State: state, N: run.By[state]})
	}

	return sums
}

// unitOf fills the choice of units, and gives the path of the one that is chosen.
func (h *pages) unitOf(
	c *gin.Context, id int64, options *[]page.Option, chips *[]page.Chip,
) (path string, err error) {
	units, err := h.Units.Within(c.Request.Context(), web.Actor(c), access.ReachView)
	if err != nil {
		return "", err
	}
	all, unit := parts.UnitFilter(units, id)
	*options = all
	if unit.ID != 0 {
		*chips = append(*chips, page.Chip{
			Name: "单位", Value: unit.Name, Href: web.Link(c, "unit", "", "page", ""),
		})
	}

	return unit.Path, nil
}

func (h *pages) run(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p := runPage{Base: h.kit.Base(c, "结果存档", crumb, boardCrumb, runsCrumb)}
	ask, err := h.askRun(c, &p)
	if err != nil {
		return err
	}
	ask.Skip, ask.Limit = p.Form.Page*perPage, perPage
	if p.Kept, err = h.Inspect.Run(c.Request.Context(), web.Actor(c), id, ask); err != nil {
		return err
	}
	p.Name = nameOf(p.Base, p.Run)
	p.Heading = p.T("{.name}的检查", "name", p.Name)

	for _, one := range sumsOf(p.Run) {
		one.Current = one.State == p.Form.State
		one.Href = web.Link(c, "state", string(one.State), "page", "")
		p.Sums = append(p.Sums, one)
	}

	for _, one := range p.Kept.Rows {
		p.Rows = append(p.Rows, resultRow{one, one.Because(p.Lang), one.Remedy(p.Lang)})
	}
	p.Pager = page.Pager{Shown: len(p.Rows), Total: p.Found}
	if ask.Skip > 0 {
		p.Pager.First = web.Link(c, "page", "")
	}
	if ask.Skip+perPage < p.Found {
		p.Pager.Next = web.Link(c, "page", strconv.Itoa(p.Form.Page+1))
	}
	p.File = fmt.Sprintf("/inspection/runs/%d/export.xlsx", id)
	if query := c.Request.URL.RawQuery; query != "" {
		p.File += "?" + query
	}

	return h.kit.Show(c, http.StatusOK, "inspection/run", p)
}

// askRun reads the filter of one run.
func (h *pages) askRun(c *gin.Context, p *runPage) (ask inspect.RunAsk, err error) {
	if err := web.Bind(c, &p.Form); err != nil {
		return ask, err
	}
	p.Form.Page = min(max(p.Form.Page, 0), maxPage)
	if ask.UnitPath, err = h.unitOf(c, p.Form.Unit, &p.Units, &p.Chips); err != nil {
		return ask, err
	}
	p.States = parts.LabelFilter(inspect.States())
	if p.Form.State.Valid() {
		ask.State = p.Form.State
		p.Chips = append(p.Chips, page.Chip{
			Name: "状态", Value: p.T(ask.State.Label()), Href: web.Link(c, "state", "", "page", ""),
		})
	}

	return ask, nil
}

// export gives the results that the address filters by as an Excel file.
func (h *pages) export(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p := runPage{Base: h.kit.Base(c, "结果存档")}
	ask, err := h.askRun(c, &p)
	if err != nil {
		return err
	}
	kept, err := h.Inspect.Export(c.Request.Context(), web.Actor(c), id, ask)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := sheet.WriteExcel(&file, p.T("检查"), []sheet.Head{
		{Text: p.T("账号"), Width: 24}, {Text: p.T("单位"), Width: 24}, {Text: p.T("规则"), Width: 16},
		{Text: p.T("出处"), Width: 28}, {Text: p.T("状态"), Width: 12}, {Text: p.T("哪天起不合格"), Width: 14},
		{Text: p.T("原因"), Width: 60}, {Text: p.T("怎样避免"), Width: 40},
		{Text: p.T("检查于（北京时间）"), Width: 18},
	}, func(yield func([]string) bool) {
		for _, one := range kept.Rows {
			if !yield(p.exported(kept.Run, one)) {
				return
			}
		}
	}); err != nil {
		return err
	}
	c.Header("Content-Disposition", fmt.Sprintf(`attachment; filename="inspection-%s-%s.xlsx"`,
		kept.Cycle, beijing.Date(kept.Day)))
	c.Data(http.StatusOK, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", file.Bytes())

	return nil
}

func (p runPage) exported(run inspect.Run, one inspect.Result) []string {
	fails := ""
	if !one.FailsOn.IsZero() {
		fails = beijing.Date(one.FailsOn)
	}

	return []string{
		one.At(), one.UnitName, p.T(one.Kind.Label()), one.Source, p.T(one.State.Label()), fails,
		strings.Join(one.Because(p.Lang), p.T("；")), one.Remedy(p.Lang),
		run.At.In(beijing.Zone).Format("2006-01-02 15:04"),
	}
}
