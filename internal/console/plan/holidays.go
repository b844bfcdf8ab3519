package plan

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/beijing"
	"juzhen/internal/plan"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// holidaysPage is how one year is worked, and what is kept in it.
type holidaysPage struct {
	page.Base
	Form        holidaysForm
	Year        plan.Year
	Rows        []dayRow
	Observances []plan.Observance
	Prev, Next  string // "": there is none
	May         bool
}

type holidaysForm struct {
	Year    int    `form:"year"`
	Version int    `form:"version"`
	Days    string `form:"days"`
	Source  string `form:"source"`
}

// dayRow is one day of the table.
type dayRow struct {
	plan.Special
	Kind plan.Kind
}

func (h *pages) holidays(c *gin.Context) error {
	var form holidaysForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	p, err := h.holidaysPage(c, form.Year)
	if err != nil {
		return err
	}
	p.Form.Days, p.Form.Source = plan.WriteDays(p.Year.Days), p.Year.Source

	return h.kit.Show(c, http.StatusOK, "plan/holidays", p)
}

// holidaysPage shows a year; one that nobody can mean is this year.
func (h *pages) holidaysPage(c *gin.Context, year int) (holidaysPage, error) {
	ctx := c.Request.Context()
	p := holidaysPage{Base: h.kit.Base(c, "节假日", crumb)}
	if year < plan.FirstYear || year > plan.LastYear {
		year = p.Now.In(beijing.Zone).Year()
	}
	var err error
	if p.Year, err = h.Plan.Year(ctx, year); err != nil {
		return p, err
	}
	if p.May, err = h.Plan.MayKeepDays(ctx, web.Actor(c)); err != nil {
		return p, err
	}

	p.Form.Year, p.Form.Version = year, p.Year.Version

	almanac := plan.Almanac{year: p.Year}

	for _, day := range p.Year.Days {
		kind, _ := almanac.Workday(day.Day)
		p.Rows = append(p.Rows, dayRow{day, kind})
	}

	for _, one := range plan.Observances() {
		if one.Since <= year {
			p.Observances = append(p.Observances, one)
		}
	}
	if year > plan.FirstYear {
		p.Prev = yearHref(year - 1)
	}
	if year < plan.LastYear {
		p.Next = yearHref(year + 1)
	}

	return p, nil
}

func yearHref(year int) string { return "/plan/holidays?year=" + strconv.Itoa(year) }

// Date is the day of an observance in the year that is shown.
func (p holidaysPage) Date(o plan.Observance) time.Time {
	return time.Date(p.Year.Year, o.Month, o.Day, 0, 0, 0, 0, beijing.Zone)
}

func (h *pages) setHolidays(c *gin.Context) error {
	var form holidaysForm
	err := web.Bind(c, &form)
	if err == nil {
		var days []plan.Special
		if days, err = plan.ReadDays(form.Days); err == nil {
			_, err = h.Plan.SetYear(
				c.Request.Context(), web.Actor(c), form.Year, form.Version, days, form.Source,
			)
		}
	}
	if err == nil {
		return h.kit.See(c, yearHref(form.Year), "已保存 {.year} 年的安排", "year", form.Year)
	}
	p, pageErr := h.holidaysPage(c, form.Year)
	if pageErr != nil {
		return pageErr
	}
	p.Form = form

	return h.kit.Refuse(c, err, "plan/holidays", &p)
}
