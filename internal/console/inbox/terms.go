package inbox

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/beijing"
	"juzhen/internal/console/parts"
	"juzhen/internal/inbox"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// termsPage lists the terms of the units, in the order of the tree.
type termsPage struct {
	page.Base
	Rows []termsRow
}

// termsRow is a unit with the terms that hold for it.
type termsRow struct {
	inbox.UnitTerms
	Hours   inbox.Hours
	Ask     string // the first limit of the kinds that are most
	Report  string
	Depth   int
	Planned *time.Time // when other terms hold next
}

func (h *pages) terms(c *gin.Context) error {
	p := termsPage{Base: h.kit.Base(c, "答复时限", crumbs()...)}
	list, err := h.Inbox.Terms(c.Request.Context(), web.Actor(c))
	if err != nil {
		return err
	}

	for _, one := range list {
		row := termsRow{
			UnitTerms: one, Hours: one.Current.Terms.Hours, Depth: one.Unit.Depth(),
			Ask:    hoursText(one.Current.Terms.Limits[inbox.Ask].First),
			Report: hoursText(one.Current.Terms.Limits[inbox.Report].First),
		}
		if len(one.Later) > 0 {
			row.Planned = &one.Later[0].Since
		}
		p.Rows = append(p.Rows, row)
	}

	return h.kit.Show(c, 200, "inbox/terms", p)
}

// termsForm is a change of terms as it is typed; the limits come as "first_<kind>" and "next_<kind>".
type termsForm struct {
	Revision int       `form:"revision"`
	Since    time.Time `form:"since"`
	Inherits string    `form:"inherits"` // "yes" or "no"
	Begin    string    `form:"begin"`
	End      string    `form:"end"`
	Days     []string  `form:"day"`
	Works    bool      `form:"works"`
	Urgent   []string  `form:"urgent"`
}

// limitRow is a kind with its limits, in hours as they are typed.
type limitRow struct {
	Kind                  inbox.Kind
	First, Next           string
	FirstField, NextField string
	Urgent                bool
}

// unitTermsPage is one unit's terms: those that hold, what is to hold, what was set, and the form.
type unitTermsPage struct {
	page.Base
	Of     inbox.UnitTerms
	Form   termsForm
	Limits []limitRow // of the form
	Laps   []lapRow   // those that hold now, and later
	Choice []page.Option
	MaySet bool
	Tried  bool
}

// lapRow is a stretch with its terms.
type lapRow struct {
	inbox.Lap
	Now  bool
	Rows []limitRow
}

// Weekdays are the boxes to tick, from Monday on.
func (p unitTermsPage) Weekdays() (list []page.Option) {
	for n := range 7 {
		value := strconv.Itoa((n + 1) % 7)
		list = append(list, page.Option{
			Value: value, Text: parts.Weekdays()[(n+1)%7], Selected: slices.Contains(p.Form.Days, value),
		})
	}

	return list
}

// Local is the instant of the form as its field holds it.
func (p unitTermsPage) Local() string {
	if p.Form.Since.IsZero() {
		return ""
	}

	return p.Form.Since.In(beijing.Zone).Format("2006-01-02T15:04")
}

func (h *pages) unitTerms(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p, err := h.unitTermsPage(c, id)
	if err != nil {
		return err
	}
	p.fill(p.Of.Current.Terms)

	return h.kit.Show(c, 200, "inbox/terms_unit", p)
}

func (h *pages) unitTermsPage(c *gin.Context, id int64) (unitTermsPage, error) {
	found, err := h.Inbox.TermsOf(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return unitTermsPage{}, err
	}
	p := unitTermsPage{
		Base: h.kit.Base(c, "答复时限", append(crumbs(), page.Crumb{Text: "答复时限", Href: "/inbox/terms"})...),
		Of:   found, MaySet: inbox.MaySetTerms(web.Actor(c), found.Unit.Path) == nil,
		Choice: []page.Option{
			{Value: "no", Text: "按这个单位自己的，如下"}, {Value: "yes", Text: "不再自设，按上级单位的"},
		},
	}
	p.Heading = p.T("{.unit}：答复时限", "unit", found.Unit.Name)

	for n, lap := range append([]inbox.Lap{found.Current}, found.Later...) {
		p.Laps = append(p.Laps, lapRow{lap, n == 0, limitRows(lap.Terms)})
	}

	return p, nil
}

// fill puts terms into the form.
func (p *unitTermsPage) fill(terms inbox.Terms) {
	hours := terms.Hours
	p.Form = termsForm{
		Revision: p.Of.Revision, Inherits: "no", Begin: inbox.Minute(hours.Begin),
		End: inbox.Minute(hours.End % (24 * time.Hour)), Works: hours.Works,
	}

	for day, works := range hours.Days {
		if works {
			p.Form.Days = append(p.Form.Days, strconv.Itoa(day))
		}
	}

	p.Limits = limitRows(terms)
}

func limitRows(terms inbox.Terms) (rows []limitRow) {
	for _, kind := range inbox.Kinds() {
		limit := terms.Limits[kind]
		rows = append(rows, limitRow{
			Kind: kind, First: hoursText(limit.First), Next: hoursText(limit.Next), Urgent: limit.Urgent,
			FirstField: inbox.FirstField(kind), NextField: inbox.NextField(kind),
		})
	}

	return rows
}

// hoursText writes a limit in hours.
func hoursText(d time.Duration) string { return strconv.FormatFloat(d.Hours(), 'f', -1, 64) }

// readHours reads a limit in hours, to the minute; nothing is none. It gives what no limit is where it
// cannot be read.
func readHours(text string) time.Duration {
	if text == "" {
		return 0
	}
	hours, err := strconv.ParseFloat(text, 64)
	if err != nil || math.Abs(hours) > 1e5 || math.IsNaN(hours) {
		return -1
	}

	return time.Duration(math.Round(hours*60)) * time.Minute
}

// draft reads the form. The end of the day is its beginning of the next.
func (f termsForm) draft(unit int64, rows []limitRow) inbox.Draft {
	d := inbox.Draft{UnitID: unit, Revision: f.Revision, Since: f.Since, Inherits: f.Inherits == "yes"}
	hours := inbox.Hours{Begin: inbox.ReadMinute(f.Begin), End: inbox.ReadMinute(f.End), Works: f.Works}
	if hours.End == 0 {
		hours.End = 24 * time.Hour
	}

	for _, text := range f.Days {
		if day, err := strconv.Atoi(text); err == nil && day >= 0 && day < len(hours.Days) {
			hours.Days[day] = true
		}
	}

	d.Terms = inbox.Terms{Hours: hours, Limits: map[inbox.Kind]inbox.Limit{}}
	for _, row := range rows {
		d.Terms.Limits[row.Kind] = inbox.Limit{
			First: readHours(row.First), Next: readHours(row.Next), Urgent: row.Urgent,
		}
	}

	return d
}

func (h *pages) setTerms(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	var form termsForm
	bound := web.Bind(c, &form)
	first, next := web.Keyed(c, "first_"), web.Keyed(c, "next_")
	var rows []limitRow

	for _, row := range limitRows(inbox.Terms{}) {
		row.First, row.Next = clip(first[string(row.Kind)], 10), clip(next[string(row.Kind)], 10)
		row.Urgent = slices.Contains(form.Urgent, string(row.Kind))
		rows = append(rows, row)
	}
	err = bound
	if err == nil {
		_, err = h.Inbox.SetTerms(c.Request.Context(), web.Actor(c), form.draft(id, rows))
	}
	if err == nil {
		return h.kit.See(c, fmt.Sprintf("/inbox/terms/%d", id), "已保存，正在等待答复的随后重新计时")
	}
	p, perr := h.unitTermsPage(c, id)
	if perr != nil {
		return perr
	}
	p.Form, p.Limits, p.Tried = form, rows, true

	return h.kit.Refuse(c, err, "inbox/terms_unit", &p)
}
