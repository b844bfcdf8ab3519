package calendar

import (
	"encoding/json"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/beijing"
	"juzhen/internal/i18n"
	"juzhen/internal/plan"
)

// mark is what the script writes beside a date: static/src/ts/calendar.ts reads it.
type mark struct {
	Text string `json:"text"`
	Kind string `json:"kind"` // off, makes or kept
}

// yearsAround is how many years before and after the one that is shown have their marks on the page, so that
// one may leaf without asking again.
const yearsAround = 1

// mark puts holidays, adjusted workdays and observances on the page.
func (h *pages) mark(c *gin.Context, p *calendarPage) error {
	year := p.Month.Year()
	almanac, err := h.Plan.Almanac(c.Request.Context(), year-yearsAround, year+yearsAround)
	if err != nil {
		return err
	}
	if !almanac[year].Known() {
		p.UnknownYear = year
	}

	for i := range p.Days {
		p.Days[i].Mark = almanac.Mark(p.Days[i].Date)
	}
	raw, err := json.Marshal(marksOf(h.kit.Printer(c), almanac, year-yearsAround, year+yearsAround))
	p.Marks = string(raw)

	return err
}

// marksOf writes what is to be said of days of these years, by date.
func marksOf(pr *i18n.Printer, almanac plan.Almanac, from, to int) map[string]mark {
	marks := map[string]mark{}

	for year := from; year <= to; year++ {
		for _, one := range plan.Observances() {
			at := time.Date(year, one.Month, one.Day, 0, 0, 0, 0, beijing.Zone)
			if one.On(at) {
				marks[dayOf(at)] = mark{pr.T(one.Name), "kept"}
			}
		}

		for _, day := range almanac[year].Days {
			text := mark{pr.T("休") + " " + day.Name, "off"}
			if !day.Off {
				text = mark{pr.T("班") + " " + pr.T("补{.name}", "name", day.Name), "makes"}
			}
			if kept, ok := marks[dayOf(day.Day)]; ok {
				text.Text += " · " + kept.Text
			}
			marks[dayOf(day.Day)] = text
		}
	}

	return marks
}
