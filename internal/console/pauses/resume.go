package pauses

import (
	"fmt"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// resumePage shows what a pause held and lets a person choose for each: send, move, cancel. Nothing is
// chosen beforehand.
type resumePage struct {
	page.Base
	Pause  delivery.Paused
	Rows   []resumeRow
	All    string // choice for all that have none of their own
	AllDue time.Time
	Hidden int // held deliveries the reader does not see
}

// AllDueLocal is the common time as the control writes it.
func (p resumePage) AllDueLocal() string { return page.FieldTime(p.AllDue) }

// resumeRow is one held delivery with its choice.
type resumeRow struct {
	parts.DeliveryRow
	Action string // "" follows the choice for all
	Due    time.Time
	Late   bool // its time went by meanwhile
	Wrong  string
}

// DueLocal is the row's own time as the control writes it.
func (r resumeRow) DueLocal() string { return page.FieldTime(r.Due) }

func (h *pages) resumeForm(c *gin.Context) error {
	page, err := h.resumePage(c)
	if err != nil {
		return err
	}
	if page.Pause.ResumedAt != nil {
		return h.ended(c, page.Pause)
	}

	return h.kit.Show(c, 200, "pauses/resume", page)
}

// ended tells a person whose page was older than the pause who was first, and when.
func (h *pages) ended(c *gin.Context, ended delivery.Paused) error {
	h.kit.SetFlash(c, page.Flash{
		Tone: "info",
		Text: h.kit.Printer(c).T("{.name} 已于 {.time} 结束这次暂停",
			"name", ended.ResumedName,
			"time", beijing.ClockTime(*ended.ResumedAt),
		),
	})

	return h.kit.See(c, "/pauses", "")
}

// resumePage reads the pause with what it holds.
func (h *pages) resumePage(c *gin.Context) (resumePage, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return resumePage{}, err
	}
	p := resumePage{Base: h.kit.Base(c, "恢复发送", page.Crumb{
		Text: "发送", Href: "/deliveries",
	}, page.Crumb{Text: "暂停与恢复", Href: "/pauses"})}
	ctx, actor := c.Request.Context(), web.Actor(c)
	held, err := h.Deliveries.HeldBy(ctx, actor, id)
	if err != nil {
		return p, err
	}
	if p.Pause, err = h.Deliveries.FindPause(ctx, actor, id); err != nil {
		return p, err
	}
	if err := access.Require(actor, access.Pause, p.Pause.UnitPath); err != nil {
		return p, err
	}
	p.Hidden = p.Pause.Held - len(held)
	rows, err := parts.WithTitles(ctx, h.Deliveries, actor, p.Base, held)
	p.read(c, rows)

	return p, err
}

// read takes the choices of the form, if there is one, so that nothing is lost when it is shown again.
func (p *resumePage) read(c *gin.Context, rows []parts.DeliveryRow) {
	p.All = c.PostForm("all")
	p.AllDue = web.ReadTime(c, "all_due")
	if p.AllDue.IsZero() {
		p.AllDue = parts.Soon(p.Now)
	}

	for _, r := range rows {
		line := resumeRow{DeliveryRow: r, Action: c.PostForm(fmt.Sprintf("action-%d", r.ID))}
		line.Due = web.ReadTime(c, fmt.Sprintf("due-%d", r.ID))
		line.Late = r.DueAt != nil && r.DueAt.Before(p.Now)
		p.Rows = append(p.Rows, line)
	}
}

// choices gives what was chosen, and marks rows without a choice or without a time.
func (p *resumePage) choices() ([]delivery.Choice, error) {
	var out []delivery.Choice
	var wrong fault.Fields

	for i := range p.Rows {
		row := &p.Rows[i]
		action, due := row.Action, row.Due
		if action == "" {
			action, due = p.All, p.AllDue
		}

		choice := delivery.Choice{DeliveryID: row.ID, Action: delivery.Action(action)}
		switch {
		case action == "":
			wrong.Add(fault.Invalid(fmt.Sprintf("action-%d", row.ID), "请选择：发送、改期或取消"))
		case choice.Action == delivery.ActReschedule && !due.After(p.Now):
			wrong.Add(fault.Invalid(fmt.Sprintf("action-%d", row.ID), "请填写将来的时间"))
		case choice.Action == delivery.ActReschedule:
			choice.DueAt = &due
		}
		out = append(out, choice)
	}

	return out, wrong.Err()
}

func (h *pages) resume(c *gin.Context) error {
	page, err := h.resumePage(c)
	if err != nil {
		return err
	}
	if page.Pause.ResumedAt != nil {
		return h.ended(c, page.Pause)
	}
	choices, err := page.choices()
	var reach delivery.Reach
	if err == nil {
		reach, err = h.Deliveries.Resume(c.Request.Context(), web.Actor(c), page.Pause.ID, choices)
	}
	if err == nil {
		return h.kit.See(c, "/pauses", "已恢复，处理了 {.n} 条发送", "n", reach.Done)
	}
	if fault.Public(err).Field == "deliveries" || fault.Is(err, fault.KindConflict) {
		err = fault.Conflict(fault.Public(err).Text, fault.Public(err).Args...)
	}

	for i := range page.Rows {
		for _, failure := range fault.FieldErrors(err) {
			if failure.Field == fmt.Sprintf("action-%d", page.Rows[i].ID) {
				page.Rows[i].Wrong = page.T(failure.Text, failure.Args...)
			}
		}
	}

	return h.kit.Refuse(c, err, "pauses/resume", &page)
}
