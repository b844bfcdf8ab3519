package lexicon

import (
	"fmt"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

func href(id int64) string { return fmt.Sprintf("/lexicon/%d", id) }

// listPage lists the lists that hold for the reader's units.
type listPage struct {
	page.Base
	Lists []lexicon.List
}

func (h *pages) list(c *gin.Context) error {
	lists, err := h.Lexicons.Lists(c.Request.Context(), web.Actor(c))
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "lexicon/list", listPage{h.kit.Base(c, "词表"), lists})
}

// newPage asks for a new list.
type newPage struct {
	page.Base
	Form  newForm
	Units []page.Option
	Kinds []page.Option
}

type newForm struct {
	Unit int64        `form:"unit"`
	Kind lexicon.Kind `form:"kind"`
	Name string       `form:"name"`
}

func (h *pages) newPage(c *gin.Context, form newForm) (newPage, error) {
	units, err := h.Units.Within(c.Request.Context(), web.Actor(c), access.LexiconManage)

	p := newPage{Base: h.kit.Base(c, "新建词表", crumb), Form: form, Units: parts.UnitOptions(units)}
	for _, kind := range lexicon.Kinds() {
		p.Kinds = append(p.Kinds, page.Option{Value: string(kind), Text: kind.Label()})
	}

	return p, err
}

func (h *pages) newForm(c *gin.Context) error {
	p, err := h.newPage(c, newForm{Kind: lexicon.Typo})
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "lexicon/new", p)
}

func (h *pages) create(c *gin.Context) error {
	var form newForm
	err := web.Bind(c, &form)
	if err == nil && form.Unit == 0 {
		err = fault.Invalid("unit", "请选择单位")
	}
	var made lexicon.List
	if err == nil {
		made, err = h.Lexicons.Create(c.Request.Context(), web.Actor(c), lexicon.NewList{
			UnitID: form.Unit, Kind: form.Kind, Name: form.Name,
		})
	}
	if err == nil {
		return h.kit.See(c, href(made.ID), "已新建词表 {.name}", "name", made.Name)
	}
	p, pageErr := h.newPage(c, form)
	if pageErr != nil {
		return pageErr
	}

	return h.kit.Refuse(c, err, "lexicon/new", &p)
}

// tryPage looks for words in a text that is not kept.
type tryPage struct {
	page.Base
	Form   tryForm
	Units  []page.Option
	Looked bool
	Marked []piece
	Hits   []shownHit
}

type tryForm struct {
	Unit int64  `form:"unit"`
	Text string `form:"text,raw"`
}

// piece is a part of a text, with a finding or without.
type piece struct {
	Text  string
	Level lexicon.Level // empty: nothing was found there
}

// shownHit is a finding with what stands there.
type shownHit struct {
	lexicon.Hit
	Found string
}

// tryLimit is how long a text may be in the box, in bytes; the interface takes more.
const tryLimit = 100_000

func (h *pages) tryPage(c *gin.Context) (tryPage, error) {
	p := tryPage{Base: h.kit.Base(c, "试查文字", crumb)}
	units, err := h.Units.Within(c.Request.Context(), web.Actor(c), access.LexiconView)
	p.Units = parts.UnitOptions(units)
	if len(units) > 0 {
		p.Form.Unit = units[0].ID
	}

	return p, err
}

func (h *pages) tryForm(c *gin.Context) error {
	p, err := h.tryPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "lexicon/try", p)
}

func (h *pages) try(c *gin.Context) error {
	p, err := h.tryPage(c)
	if err != nil {
		return err
	}
	err = web.Bind(c, &p.Form)
	if err == nil && len(p.Form.Text) > tryLimit {
		err = fault.Invalid("text", "文字太长，请分开检查")
	}
	var hits []lexicon.Hit
	if err == nil {
		_, err = h.Units.Find(c.Request.Context(), web.Actor(c), p.Form.Unit)
	}
	if err == nil {
		hits, err = h.Lexicons.Look(c.Request.Context(), []int64{p.Form.Unit}, p.Form.Text, p.Now)
	}
	if err != nil {
		return h.kit.Refuse(c, err, "lexicon/try", &p)
	}
	p.Looked = true
	p.Marked, p.Hits = marked([]rune(p.Form.Text), hits)

	return h.kit.Show(c, 200, "lexicon/try", p)
}

// shownHits bounds the findings that are listed.
const shownHits = 200

// marked parts a text at its findings; where some overlap, the first one marks it.
func marked(letters []rune, hits []lexicon.Hit) (pieces []piece, shown []shownHit) {
	at := 0

	for _, hit := range hits[:min(len(hits), shownHits)] {
		shown = append(shown, shownHit{hit, string(letters[hit.Start:hit.End])})
		if hit.Start < at {
			continue
		}
		pieces = append(pieces,
			piece{Text: string(letters[at:hit.Start])},
			piece{string(letters[hit.Start:hit.End]), hit.Level},
		)
		at = hit.End
	}

	return append(pieces, piece{Text: string(letters[at:])}), shown
}
