package roster

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/roster"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// shiftForm is what goes along with an act.
type shiftForm struct {
	Revision int       `form:"revision"` // of the roster
	Version  int       `form:"version"`  // of the note
	StartsAt time.Time `form:"starts_at"`
	EndsAt   time.Time `form:"ends_at"`
	People   []int64   `form:"people"`
	Note     string    `form:"note,raw"`
}

// shiftPage is one shift: who is there, what they leave, who has read it.
type shiftPage struct {
	page.Base
	roster.Shift
	Form    shiftForm
	When    string
	State   roster.Handover
	May     map[string]bool
	Why     string // nothing can be written, in the reader's language
	People  []page.Option
	Reads   []page.Event
	Month   string // address
	MaxNote int
}

func path(id int64) string { return fmt.Sprintf("/roster/shifts/%d", id) }

func (h *pages) shift(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p, err := h.shiftPage(c, id, nil)
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "roster/shift", p)
}

// shiftPage shows a shift with its forms as they were typed, or as the shift is.
func (h *pages) shiftPage(c *gin.Context, id int64, typed *shiftForm) (shiftPage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	shift, err := h.Roster.Find(ctx, actor, id)
	if err != nil {
		return shiftPage{}, err
	}
	p := shiftPage{
		Base: h.kit.Base(c, "一班", crumbs()...), Shift: shift, May: map[string]bool{},
		MaxNote: roster.MaxNote,
	}
	p.Heading = p.T("{.unit} {.when} 值班",
		"unit", shift.UnitName, "when", page.StampOf(p.P, shift.StartsAt, p.Now).Text)
	p.When, p.State = beijing.Date(shift.StartsAt)+" "+hours(p.Base, shift), shift.Handover(p.Now)
	p.Month = address(shift.UnitID, shift.StartsAt.In(beijing.Zone).Format("2006-01"))

	for _, act := range shift.Acts(actor, p.Now) {
		p.May[string(act)] = true
	}
	if err := shift.May(actor, roster.Write, p.Now); fault.Is(err, fault.KindConflict) {
		p.Why = p.T(fault.Public(err).Text, fault.Public(err).Args...)
	}

	for _, read := range shift.Reads {
		note := ""
		if read.Version != shift.NoteVersion {
			note = p.T("之后又改过，要再确认")
		}
		p.Reads = append(p.Reads, page.Event{
			Who: read.Name, Icon: "check", Tone: "green", Text: p.T("确认看过交班说明"), Note: note,
			Stamp: page.StampOf(p.P, read.At, p.Now),
		})
	}

	return p, h.fillForm(c, &p, typed)
}

func (h *pages) fillForm(c *gin.Context, p *shiftPage, typed *shiftForm) error {
	p.Form = shiftForm{
		Version: p.NoteVersion, StartsAt: p.StartsAt, EndsAt: p.EndsAt, Note: p.Note,
	}

	for _, person := range p.Shift.People {
		p.Form.People = append(p.Form.People, person.ID)
	}
	if !p.May[string(roster.Change)] {
		if typed != nil {
			p.Form.Note = typed.Note
		}

		return nil
	}
	of, err := h.Roster.Of(c.Request.Context(), web.Actor(c), p.UnitID, p.StartsAt, p.EndsAt)
	if err != nil {
		return err
	}
	p.Form.Revision = of.Revision
	if typed != nil {
		if !typed.StartsAt.IsZero() {
			p.Form.StartsAt, p.Form.EndsAt, p.Form.People = typed.StartsAt, typed.EndsAt, typed.People
		}
		if typed.Note != "" {
			p.Form.Note = typed.Note
		}
	}
	p.People, err = h.people(c, p.UnitID, p.Form.People)

	return err
}

// acts runs one act on a shift and leads to where text tells of it, or shows the shift again.
func (h *pages) acts(c *gin.Context, told string, do func(id int64, form shiftForm) (string, error)) error {
	id, form, to, err := web.Act(c, do)
	if err == nil {
		return h.kit.See(c, to, told)
	}
	p, pageErr := h.shiftPage(c, id, &form)
	if pageErr != nil {
		return pageErr
	}

	return h.kit.Refuse(c, err, "roster/shift", &p)
}

func (h *pages) change(c *gin.Context) error {
	return h.acts(c, i18n.N("已改班"), func(id int64, form shiftForm) (string, error) {
		_, err := h.Roster.Change(
			c.Request.Context(), web.Actor(c), id, form.Revision,
			roster.Entry{StartsAt: form.StartsAt, EndsAt: form.EndsAt, People: form.People},
		)

		return path(id), err
	})
}

func (h *pages) remove(c *gin.Context) error {
	return h.acts(c, i18n.N("已删除这一班"), func(id int64, form shiftForm) (string, error) {
		shift, err := h.Roster.Find(c.Request.Context(), web.Actor(c), id)
		if err != nil {
			return "", err
		}
		to := address(shift.UnitID, shift.StartsAt.In(beijing.Zone).Format("2006-01"))

		return to, h.Roster.Remove(c.Request.Context(), web.Actor(c), id, form.Revision)
	})
}

func (h *pages) note(c *gin.Context) error {
	return h.acts(c, i18n.N("交班说明已保存，接班的人会收到待办"), func(id int64, form shiftForm) (string, error) {
		_, err := h.Roster.WriteNote(c.Request.Context(), web.Actor(c), id, form.Version, form.Note)
		return path(id), err
	})
}

func (h *pages) read(c *gin.Context) error {
	return h.acts(c, i18n.N("已确认看过交班说明"), func(id int64, form shiftForm) (string, error) {
		_, err := h.Roster.Confirm(c.Request.Context(), web.Actor(c), id, form.Version)
		return path(id), err
	})
}
