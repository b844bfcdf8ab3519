package inbox

import (
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/beijing"
	"juzhen/internal/console/parts"
	"juzhen/internal/inbox"
	"juzhen/internal/instant"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// monthLayout is a month as addresses name it.
const monthLayout = "2006-01"

// ratesForm names the month.
type ratesForm struct {
	Month string `form:"month"` // 2026-12; empty, or no month: this one
}

// begins is the first instant of the month in Beijing.
func (f ratesForm) begins(now time.Time) time.Time {
	month, known := instant.Read(f.Month, now, monthLayout)
	if !known || month.After(now) {
		month = now
	}
	at := month.In(beijing.Zone)

	return time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, beijing.Zone)
}

// ratesPage shows the three rates of a month, by units.
type ratesPage struct {
	page.Base
	Month time.Time
	Units []inbox.Rates
	Sum   inbox.Rates
	Terms []string // what the rates are
	Prev  string
	Next  string // "" in the month that is not over
	CSV   string
}

// Label is the month as people call it.
func (p ratesPage) Label() string {
	return p.T("{.y} 年 {.m} 月", "y", p.Month.Year(), "m", int(p.Month.Month()))
}

func (h *pages) rates(c *gin.Context) error {
	p := ratesPage{Base: h.kit.Base(c, "三率", crumbs()...), Terms: inbox.RateTerms()}
	var form ratesForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	p.Month = form.begins(p.Now)
	var err error
	if p.Units, p.Sum, err = h.Inbox.Monthly(c.Request.Context(), web.Actor(c), p.Month); err != nil {
		return err
	}
	address := func(path string, months int) string {
		return path + "?month=" + p.Month.AddDate(0, months, 0).Format(monthLayout)
	}
	p.Prev, p.CSV = address("/inbox/rates", -1), address("/inbox/rates.csv", 0)
	if !p.Month.AddDate(0, 1, 0).After(p.Now) {
		p.Next = address("/inbox/rates", 1)
	}

	return h.kit.Show(c, 200, "inbox/rates", p)
}

func (h *pages) ratesCSV(c *gin.Context) error {
	var form ratesForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	month := form.begins(h.kit.Base(c, "三率").Now)
	units, sum, err := h.Inbox.Monthly(c.Request.Context(), web.Actor(c), month)
	if err != nil {
		return err
	}

	return parts.CSV(c, "inbox-rates-"+month.Format(monthLayout)+".csv",
		inbox.RatesTable(units, sum, h.kit.Printer(c).T))
}
