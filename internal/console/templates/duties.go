package templates

import (
	"fmt"
	"strconv"

	"github.com/gin-gonic/gin"

	"juzhen/internal/fault"
	"juzhen/internal/template"
	"juzhen/internal/todo"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// TodoPages say where what waits is dealt with.
func TodoPages() todo.Pages {
	return todo.Pages{}.
		PageOf("duty.live", "/templates/use?kind=live&unit=%d").
		PageOf("duty.daily", "/templates/use?kind=daily&unit=%d").
		PageOf("duty.forecast", "/templates/use?kind=forecast&unit=%d")
}

// dutiesPage is where units say which clocks they are reminded of.
type dutiesPage struct {
	page.Base
	Rows []dutyRow
}

// dutyRow is a unit with its clocks.
type dutyRow struct {
	template.Duty
	Clocks []dutyClock
	Error  string // in the reader's language
}

// dutyClock is a choice of how long before its time a kind is told.
type dutyClock struct {
	Kind    template.Kind
	UnitID  int64
	By      string // Chinese source text
	Options []page.Option
}

// times are when each kind is due.
var times = map[template.Kind]string{
	template.Live:     "每小时，一小时内",
	template.Daily:    "次日 12:00 前",
	template.Forecast: "每天 20:00 前",
}

func (h *pages) duties(c *gin.Context) error {
	p, err := h.dutiesPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "templates/duties", p)
}

func (h *pages) dutiesPage(c *gin.Context) (dutiesPage, error) {
	p := dutiesPage{Base: h.kit.Base(c, "发布时限", crumbs()...)}
	all, err := h.Templates.Duties(c.Request.Context(), web.Actor(c))
	if err != nil {
		return p, err
	}

	for _, duty := range all {
		row := dutyRow{Duty: duty}

		for _, kind := range template.Clocked() {
			row.Clocks = append(row.Clocks, p.clock(duty, kind))
		}
		p.Rows = append(p.Rows, row)
	}

	return p, nil
}

func (p dutiesPage) clock(duty template.Duty, kind template.Kind) dutyClock {
	clock := dutyClock{Kind: kind, UnitID: duty.UnitID, By: times[kind]}
	clock.Options = []page.Option{{Value: "", Text: "不提醒", Selected: duty.Leads[kind] == 0}}

	for _, lead := range template.Leads(kind) {
		text := p.T("提前 {.n} 分钟", "n", lead)
		if lead >= 60 {
			text = p.T("提前 {.n} 小时", "n", lead/60)
		}
		clock.Options = append(clock.Options, page.Option{
			Value:    strconv.Itoa(lead),
			Text:     text,
			Raw:      true,
			Selected: duty.Leads[kind] == lead,
		})
	}

	return clock
}

// dutyForm is the setting of one unit; an empty lead is off.
type dutyForm struct {
	Unit     int64 `form:"unit"`
	Version  int   `form:"version"`
	Live     int   `form:"live"`
	Daily    int   `form:"daily"`
	Forecast int   `form:"forecast"`
}

func (h *pages) setDuty(c *gin.Context) error {
	var form dutyForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	set := template.Duty{UnitID: form.Unit, Version: form.Version, Leads: map[template.Kind]int{}}

	for kind, lead := range map[template.Kind]int{
		template.Live: form.Live, template.Daily: form.Daily, template.Forecast: form.Forecast,
	} {
		if lead != 0 {
			set.Leads[kind] = lead
		}
	}
	err := h.Templates.SetDuty(c.Request.Context(), web.Actor(c), set)
	if err == nil {
		return h.kit.See(c, fmt.Sprintf("/templates/duties#unit-%d", form.Unit), "已保存")
	}
	p, perr := h.dutiesPage(c)
	if perr != nil {
		return perr
	}
	told := fault.Public(err)
	if fields := fault.FieldErrors(err); len(fields) > 0 {
		told = fields[0]
	}

	for i, row := range p.Rows {
		if row.UnitID == form.Unit {
			p.Rows[i].Error = p.T(told.Text, told.Args...)
		}
	}

	return h.kit.Refuse(c, err, "templates/duties", &p)
}
