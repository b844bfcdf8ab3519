package reviews

import (
	"fmt"

	"github.com/gin-gonic/gin"

	"juzhen/internal/fault"
	"juzhen/internal/review"
	"juzhen/internal/web"
)

// noteForm is a note as it is written: what it says, about which words, beside which version.
type noteForm struct {
	Version int    `form:"version"`
	Text    string `form:"note"`
	Quoted  string `form:"quoted"`
}

// notesOf are the notes beside a version, for those whose they are.
type notesOf struct {
	List       []review.Note
	Colleagues []string // whom a note can ask with @
	Form       noteForm
	Shown      bool // the reader may read and write them
}

// Open is how many are not resolved.
func (n notesOf) Open() int { return review.Unresolved(n.List) }

// fillNotes adds the notes, where the reader may read them.
func (h *pages) fillNotes(c *gin.Context, p *reviewPage) error {
	notes, colleagues, err := h.Reviews.Notes(c.Request.Context(), web.Actor(c), p.Post.ID)
	if fault.Is(err, fault.KindForbidden) || fault.Is(err, fault.KindConflict) {
		return nil
	}
	if err != nil {
		return err
	}

	p.Notes.List, p.Notes.Shown = notes, true
	for _, person := range colleagues {
		p.Notes.Colleagues = append(p.Notes.Colleagues, person.Name)
	}

	return nil
}

func (h *pages) note(c *gin.Context) error {
	var form noteForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	_, err = h.Reviews.AddNote(c.Request.Context(), web.Actor(c), id, form.Version, form.Text, form.Quoted)
	if err == nil {
		return h.kit.See(c, fmt.Sprintf("/reviews/%d#notes", id), "批注已记下")
	}

	p, perr := h.page(c, reviewForm{})
	if perr != nil {
		return perr
	}
	p.Notes.Form = form

	return h.kit.Refuse(c, err, "reviews/show", &p)
}

func (h *pages) resolveNote(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	noteID, err := web.ID(c, "note")
	if err != nil {
		return err
	}
	if err := h.Reviews.ResolveNote(c.Request.Context(), web.Actor(c), id, noteID); err != nil {
		return err
	}

	return h.kit.See(c, fmt.Sprintf("/reviews/%d#notes", id), "批注已标为解决")
}
