package faults

import (
	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/console/parts"
	"juzhen/internal/faultbook"
	"juzhen/internal/i18n"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// actForm is what goes along with an act.
type actForm struct {
	Revision int    `form:"revision"`
	Verdict  string `form:"verdict"` // "return": the check sends it back
	Unit     int64  `form:"unit"`
	Deadline string `form:"deadline"`
	Note     string `form:"note,raw"`
	Evidence string `form:"evidence,raw"`
}

// showPage is one fault: what is wrong, what was done, what can be done.
type showPage struct {
	page.Base
	faultbook.Fault
	Form    actForm
	Tried   string // the act that was refused, whose form is open
	May     map[string]bool
	Late    bool
	Units   []page.Option
	History []page.Event
	Min     string // the first day that a deadline may be
	Max     int
}

// looks are how the steps of a fault are drawn.
var looks = map[faultbook.Act]struct{ icon, tone, text string }{
	"":                {"clipboard-check", "grey", "记入台账"},
	faultbook.Assign:  {"user-check", "blue", "分派"},
	faultbook.Correct: {"pencil", "blue", "登记整改"},
	faultbook.Pass:    {"check", "teal", "复核通过"},
	faultbook.Return:  {"arrow-back-up", "orange", "复核退回"},
	faultbook.Close:   {"circle-check", "green", "销号"},
	faultbook.Reopen:  {"alert-triangle", "red", "重新打开"},
}

func (h *pages) show(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p, err := h.showPage(c, id, actForm{})
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "faults/show", p)
}

func (h *pages) showPage(c *gin.Context, id int64, form actForm) (showPage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	found, err := h.Faults.Find(ctx, actor, id)
	if err != nil {
		return showPage{}, err
	}
	steps, err := h.Faults.Steps(ctx, actor, id)
	if err != nil {
		return showPage{}, err
	}
	p := showPage{
		Base: h.kit.Base(c, "问题", crumbs()...), Fault: found, Form: form, May: map[string]bool{},
		Max: faultbook.MaxText,
	}
	p.Heading = found.At() + " · " + p.T(found.Kind().Text)
	p.Late, p.Min = found.Overdue(p.Now), beijing.Date(p.Now)

	for _, act := range found.Acts(actor) {
		p.May[string(act)] = true
	}

	for _, step := range steps {
		look := looks[step.Act]
		who := step.By
		if who == "" {
			who = p.T("检查规则")
		}
		p.History = append(p.History, page.Event{
			Who: who, Icon: look.icon, Tone: look.tone, Text: p.T(look.text), Note: step.Note,
			Stamp: page.StampOf(p.P, step.At, p.Now),
		})
	}
	if p.May[string(faultbook.Assign)] {
		return p, h.choices(c, &p)
	}

	return p, nil
}

// choices are the units that a fault may be assigned to, and the usual deadline.
func (h *pages) choices(c *gin.Context, p *showPage) error {
	units, err := h.Units.Within(c.Request.Context(), web.Actor(c), access.FaultWrite)
	if err != nil {
		return err
	}
	if p.Form.Unit == 0 {
		p.Form.Unit = p.UnitID
	}
	if p.Form.Deadline == "" {
		p.Form.Deadline = beijing.Date(p.Now.AddDate(0, 0, usualDays))
	}
	p.Units = parts.UnitOptions(units)

	return nil
}

// usualDays is the deadline that the form offers.
const usualDays = 5

// act is the handler of one act; the check has two ends.
func (h *pages) act(act faultbook.Act) web.Handler {
	return func(c *gin.Context) error {
		id, form, done, err := web.Act(c, func(id int64, form actForm) (faultbook.Fault, error) {
			move := faultbook.Move{
				Act:      act,
				Revision: form.Revision,
				Note:     form.Note,
				Evidence: form.Evidence,
				UnitID:   form.Unit,
				Deadline: form.Deadline,
			}
			if act == faultbook.Pass && form.Verdict == string(faultbook.Return) {
				move.Act = faultbook.Return
			}

			return h.Faults.Do(c.Request.Context(), web.Actor(c), id, move)
		})
		if err == nil {
			return h.kit.See(
				c,
				path(id),
				"已记录，现在是“{.state}”",
				"state",
				h.kit.Printer(c).T(done.State.Label()),
			)
		}
		p, perr := h.showPage(c, id, form)
		if perr != nil {
			return perr
		}
		p.Tried = string(act)

		return h.kit.Refuse(c, err, "faults/show", &p)
	}
}

// Any tells whether the reader may do something with the fault.
func (p showPage) Any() bool { return len(p.May) > 0 }

// waits says who acts next.
var waits = map[faultbook.State]string{
	faultbook.Open:      i18n.N("等待分派给整改单位"),
	faultbook.Reopened:  i18n.N("等待重新分派"),
	faultbook.Assigned:  i18n.N("等待整改单位登记整改"),
	faultbook.Corrected: i18n.N("等待另一人复核"),
	faultbook.Checked:   i18n.N("等待主管销号"),
	faultbook.Closed:    i18n.N("已办结"),
}

// Waits says who acts next, as a Chinese source text.
func (p showPage) Waits() string { return waits[p.State] }
