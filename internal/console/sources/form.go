package sources

import (
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/source"
	"juzhen/internal/template"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// sourceForm is what is written of a source; the lines of the mapping come as "map.<key>".
type sourceForm struct {
	Version int    `form:"version"`
	Unit    int64  `form:"unit"`
	Kind    string `form:"kind"`
	Name    string `form:"name"`
	URL     string `form:"url"`
	Every   int    `form:"every"`
	From    string `form:"from_time"`
	Author  int64  `form:"author"`
	Act     string `form:"act"` // "try" or "save"
}

// formPage is the form of a source with what a trial found.
type formPage struct {
	page.Base
	ID      int64 // 0: a new one
	Form    sourceForm
	Kind    template.Kind
	Kinds   []template.Kind // to choose from first, while there is none
	Units   []page.Option
	Authors []page.Option
	Everies []page.Option
	Lines   []line
	Trial   *source.Trial
	Wrong   []string // of the values, in the reader's language

	mapping source.Mapping
}

// Action is where the form is sent.
func (p formPage) Action() string {
	if p.ID == 0 {
		return "/sources"
	}

	return "/sources/" + strconv.FormatInt(p.ID, 10)
}

func (h *pages) fresh(c *gin.Context) error {
	var form sourceForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	form.Every, form.From = 60, "00:10"
	p, err := h.form(c, 0, form, source.Mapping{})
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "sources/form", p)
}

func (h *pages) edit(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	one, _, err := h.Sources.Find(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}
	p, err := h.form(c, id, sourceForm{
		Version: one.Version,
		Unit:    one.UnitID,
		Kind:    string(one.Kind),
		Name:    one.Name,
		URL:     one.URL,
		Every:   one.Every,
		From:    one.At,
		Author:  one.AuthorID,
	}, one.Mapping)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "sources/form", p)
}

// form fills what the form shows beside what was typed.
func (h *pages) form(
	c *gin.Context, id int64, form sourceForm, mapping source.Mapping,
) (formPage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p := formPage{
		Base:    h.kit.Base(c, "新建数据来源", crumbs()...),
		ID:      id,
		Form:    form,
		Kind:    template.Kind(form.Kind),
		mapping: mapping,
	}
	if id != 0 {
		p.Title = "修改数据来源"
	}
	if !p.Kind.Measured() {
		p.Kind = ""

		for _, kind := range template.Shipped() {
			if kind.Measured() {
				p.Kinds = append(p.Kinds, kind)
			}
		}

		return p, nil
	}

	units, err := h.Units.Within(ctx, actor, access.SourceManage)
	if err != nil {
		return p, err
	}

	for _, unit := range units {
		p.Units = append(p.Units, choice(unit.ID, unit.Name, form.Unit))
	}
	people, err := h.People.Users(ctx, actor, identity.UserFilter{
		Role:  access.PressOfficer,
		State: "active",
		Limit: 500,
	})
	if err != nil {
		return p, err
	}

	for _, user := range people {
		p.Authors = append(p.Authors, choice(user.ID, user.DisplayName+" · "+user.UnitName, form.Author))
	}

	for _, minutes := range source.Schedules() {
		p.Everies = append(p.Everies, choice(int64(minutes), every(p.Base, minutes), int64(form.Every)))
	}

	for _, slot := range source.Slots(p.Kind) {
		p.Lines = append(p.Lines, line{Slot: slot, Value: mapping[slot.Key]})
	}

	return p, nil
}

func choice(value int64, text string, chosen int64) page.Option {
	return page.Option{
		Value:    strconv.FormatInt(value, 10),
		Text:     text,
		Raw:      true,
		Selected: value == chosen,
	}
}

func (h *pages) create(c *gin.Context) error { return h.save(c, 0) }

func (h *pages) change(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}

	return h.save(c, id)
}

// save tries what was written, or keeps it: the button says which.
func (h *pages) save(c *gin.Context, id int64) error {
	var form sourceForm
	bound := web.Bind(c, &form)

	mapping := source.Mapping{}

	for name, values := range c.Request.PostForm {
		if key, ok := strings.CutPrefix(name, "map."); ok && len(values) > 0 {
			mapping[key] = values[0]
		}
	}
	if id != 0 {
		one, _, err := h.Sources.Find(c.Request.Context(), web.Actor(c), id)
		if err != nil {
			return err
		}
		form.Kind, form.Unit = string(one.Kind), one.UnitID
	}
	p, err := h.form(c, id, form, mapping)
	if err != nil {
		return err
	}
	if bound != nil {
		return h.refuse(c, &p, bound)
	}
	if form.Act == "try" {
		return h.try(c, &p)
	}

	saved, err := h.Sources.Save(c.Request.Context(), web.Actor(c), p.written())
	if err != nil {
		return h.refuse(c, &p, err)
	}

	return h.kit.See(c, "/sources/"+strconv.FormatInt(saved.ID, 10), "已保存")
}

func (p *formPage) written() source.Edit {
	return source.Edit{
		ID:       p.ID,
		Version:  p.Form.Version,
		UnitID:   p.Form.Unit,
		Name:     p.Form.Name,
		Kind:     p.Kind,
		URL:      p.Form.URL,
		Mapping:  p.mapping,
		Every:    p.Form.Every,
		At:       p.Form.From,
		AuthorID: p.Form.Author,
	}
}

// try shows what an address gives and what the mapping makes of it.
func (h *pages) try(c *gin.Context, p *formPage) error {
	trial, err := h.Sources.Try(c.Request.Context(), web.Actor(c), p.written())
	if err != nil {
		return h.refuse(c, p, err)
	}
	p.Trial = &trial
	p.tell(trial)

	return h.kit.Show(c, 200, "sources/form", *p)
}

// tell puts what a trial found beside the lines of the mapping.
func (p *formPage) tell(trial source.Trial) {
	for i, l := range p.Lines {
		if l.Slot.Column == nil {
			p.Lines[i].Got = trial.Values[l.Slot.Field.Name]
		}
	}

	for _, failure := range trial.Faults {
		if !p.at(failure.Field, p.T(failure.Text, failure.Args...)) {
			p.Wrong = append(p.Wrong, p.T(failure.Text, failure.Args...))
		}
	}
}

// at puts a fault at its line of the mapping, if it has one.
func (p *formPage) at(field, text string) bool {
	for i, l := range p.Lines {
		if l.Name() == field || l.Slot.Column == nil && l.Slot.Field.Name == field {
			if p.Lines[i].Error != "" {
				text = p.Lines[i].Error + "；" + text
			}
			p.Lines[i].Error = text

			return true
		}
	}

	return false
}

func (h *pages) refuse(c *gin.Context, p *formPage, err error) error {
	for name, text := range h.told(c, err) {
		p.at(name, text)
	}

	return h.kit.Refuse(c, err, "sources/form", p)
}

// told are faults by field, in the reader's language.
func (h *pages) told(c *gin.Context, err error) map[string]string {
	texts := map[string]string{}

	for _, failure := range fault.FieldErrors(err) {
		if strings.HasPrefix(failure.Field, "map.") {
			texts[failure.Field] = h.kit.Printer(c).T(failure.Text, failure.Args...)
		}
	}

	return texts
}
