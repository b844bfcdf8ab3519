package lexicon

import (
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/lexicon"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// entryPage is the form of a word, and what it would find before it is saved.
type entryPage struct {
	page.Base
	List    lexicon.List
	Form    entryForm
	Levels  []page.Option
	States  []page.Option
	Preview *lexicon.Preview // nil: not asked for yet
}

type entryForm struct {
	Was        int64         `form:"was"` // the entry that the page showed, 0: a new word
	Word       string        `form:"word"`
	Level      lexicon.Level `form:"level"`
	Suggestion string        `form:"suggestion"`
	Note       string        `form:"note"`
	From       string        `form:"from"`
	Until      string        `form:"until"`
	Exceptions string        `form:"exceptions"`
	State      lexicon.State `form:"state"`
	Reason     string        `form:"reason"`
	Act        string        `form:"act"` // look, or save
}

func (f entryForm) put() lexicon.Put {
	return lexicon.Put{
		Was: f.Was,
		Entry: lexicon.Entry{
			Word:       f.Word,
			Level:      f.Level,
			Suggestion: f.Suggestion,
			Note:       f.Note,
			From:       f.From,
			Until:      f.Until,
			Exceptions: lexicon.SplitExceptions(f.Exceptions),
			State:      f.State,
		},
	}
}

func (h *pages) entryPage(c *gin.Context) (entryPage, error) {
	list, err := h.found(c)
	if err != nil {
		return entryPage{}, err
	}

	p := entryPage{
		Base:   h.kit.Base(c, "新增词语", crumb, page.Crumb{Text: list.Name, Href: href(list.ID)}),
		List:   list,
		Levels: levelOptions("按类别的预设"),
		Form:   entryForm{State: lexicon.On},
	}
	for _, state := range lexicon.States() {
		p.States = append(p.States, page.Option{Value: string(state), Text: state.Label()})
	}

	return p, nil
}

func (h *pages) entryNew(c *gin.Context) error {
	p, err := h.entryPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "lexicon/entry", p)
}

func (h *pages) entryForm(c *gin.Context) error {
	p, err := h.entryPage(c)
	if err != nil {
		return err
	}
	id, err := web.ID(c, "entry")
	if err != nil {
		return err
	}
	entry, err := h.Lexicons.FindEntry(c.Request.Context(), web.Actor(c), p.List.ID, id)
	if err != nil {
		return err
	}
	p.Title = p.T("修改词语")
	p.Form = entryForm{
		Was:        entry.ID,
		Word:       entry.Word,
		Level:      entry.Level,
		Suggestion: entry.Suggestion,
		Note:       entry.Note,
		From:       entry.From,
		Until:      entry.Until,
		Exceptions: strings.Join(entry.Exceptions, "；"),
		State:      entry.State,
	}

	return h.kit.Show(c, 200, "lexicon/entry", p)
}

// putEntry shows what the word would find, and saves it when the person has seen that.
func (h *pages) putEntry(c *gin.Context) error {
	p, err := h.entryPage(c)
	if err != nil {
		return err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	err = web.Bind(c, &p.Form)
	if p.Form.Was != 0 {
		p.Title = p.T("修改词语")
	}

	switch {
	case err != nil:
	case p.Form.Act == "save":
		var outcome lexicon.Outcome
		outcome, err = h.Lexicons.PutEntry(ctx, actor, p.List.ID, p.Form.put(), p.Form.Reason)
		if err == nil {
			return h.done(c, p.List.ID, outcome)
		}
	default:
		var preview lexicon.Preview
		preview, err = h.Lexicons.PreviewEntry(ctx, actor, p.List.ID, p.Form.put())
		p.Preview = &preview
	}
	if err != nil {
		p.Preview = nil
		return h.kit.Refuse(c, err, "lexicon/entry", &p)
	}

	return h.kit.Show(c, 200, "lexicon/entry", p)
}
