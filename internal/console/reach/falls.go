package reach

import (
	"math"
	"strconv"

	"github.com/gin-gonic/gin"

	"juzhen/internal/console/parts"
	"juzhen/internal/reach"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// fallsPage lists the accounts whose response falls, and says by which rule.
type fallsPage struct {
	page.Base
	Standing reach.Standing
	Rule     reach.FallRule
	Rows     []fallRow
	Pager    page.Pager
	Week     string // its days, in the reader's language
	Before   string
}

// TooLittle is how many accounts have too little to judge by.
func (p fallsPage) TooLittle() int { return p.Standing.By[reach.TooLittle] }

// NotRead is how many accounts were not judged because their counts were not read.
func (p fallsPage) NotRead() int { return p.Standing.By[reach.NotRead] }

// fallRow is an account whose response falls, as it is shown.
type fallRow struct {
	reach.Week
	Fell      string
	Mean      string
	MeanPosts string
	GroupText string // in the reader's language; "" without a group
}

// fallsForm is the place in the list.
type fallsForm struct {
	Page int `form:"page"` // from 0
}

func (h *pages) falls(c *gin.Context) error {
	p := fallsPage{Base: h.kit.Base(c, "反响下降", crumb), Rule: reach.HouseFallRule()}
	var form fallsForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	standing, err := h.reach.Standing(c.Request.Context(), web.Actor(c), "")
	if err != nil {
		return err
	}
	p.Standing = standing
	p.Week, p.Before = daysOf(p.Base, standing.Week), daysOf(p.Base, standing.Before)

	all := len(standing.Fallen)
	from := min(min(max(form.Page, 0), maxPage)*perPage, all)

	to := min(from+perPage, all)
	for _, week := range standing.Fallen[from:to] {
		p.Rows = append(p.Rows, fallRowOf(p.Base, week))
	}
	p.Pager.Shown = len(p.Rows)
	if from > 0 {
		p.Pager.First = web.Link(c)
	}
	if to < all {
		p.Pager.Next = web.Link(c, "page", strconv.Itoa(form.Page+1))
	}

	return h.kit.Show(c, 200, "reach/falls", p)
}

func daysOf(base page.Base, period reach.Period) string {
	return base.T("{.from} 至 {.to}", "from", period.From.Format("01-02"), "to", period.Last().Format("01-02"))
}

func fallRowOf(base page.Base, week reach.Week) fallRow {
	row := fallRow{
		Week:      week,
		Fell:      strconv.FormatFloat(-week.Change(), 'f', 0, 64),
		Mean:      group(int64(math.Round(week.Mean()))),
		MeanPosts: strconv.FormatFloat(week.MeanPosts(), 'f', 1, 64),
	}
	if week.Group != nil {
		row.GroupText = base.T(parts.GroupText(*week.Group), "n", int(math.Round(math.Abs(*week.Group))))
	}

	return row
}
