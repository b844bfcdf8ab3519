// Package sources holds the pages on which data sources are kept: where readings come from, what is made of
// them, what came of each pull. Who may is package source's to say.
package sources

import (
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/console/badge"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/org"
	"juzhen/internal/source"
	"juzhen/internal/template"
	"juzhen/internal/todo"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases the pages call.
type Deps struct {
	Sources *source.Service
	Units   *org.Service
	People  *identity.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// Register declares the pages and their routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Badges(badge.Find)
	kit.Belongs("/admin", "/sources")
	kit.Declare("sources/list", listPage{})
	kit.Declare("sources/form", formPage{})
	kit.Declare("sources/show", showPage{})

	g := kit.Group("/sources")
	kit.Handle(g, "GET", "", access.SourceManage, h.list)
	kit.Handle(g, "POST", "", access.SourceManage, h.create)
	kit.Handle(g, "GET", "/new", access.SourceManage, h.fresh)
	kit.Handle(g, "GET", "/:id", access.SourceManage, h.show)
	kit.Handle(g, "GET", "/:id/edit", access.SourceManage, h.edit)
	kit.Handle(g, "POST", "/:id", access.SourceManage, h.change)
	kit.Handle(g, "POST", "/:id/switch", access.SourceManage, h.turn)
	kit.Handle(g, "POST", "/:id/pull", access.SourceManage, h.pull)
}

// TodoPages say where what waits is dealt with.
func TodoPages() todo.Pages { return todo.Pages{}.Page(source.TodoSubject, "/sources/%d") }

// listPage is the list of sources.
type listPage struct {
	page.Base
	Rows []source.Source
}

func (h *pages) list(c *gin.Context) error {
	p := listPage{Base: h.kit.Base(c, "数据来源", page.Crumb{Text: "管理", Href: "/admin"})}

	var err error
	if p.Rows, err = h.Sources.List(c.Request.Context(), web.Actor(c)); err != nil {
		return err
	}

	return h.kit.Show(c, 200, "sources/list", p)
}

func crumbs() []page.Crumb {
	return []page.Crumb{{Text: "管理", Href: "/admin"}, {Text: "数据来源", Href: "/sources"}}
}

// showPage is one source with its pulls.
type showPage struct {
	page.Base
	Source source.Source
	Every  string // in the reader's language
	Lines  []line
	Pulls  []pull
}

// line is a line of the mapping.
type line struct {
	Slot  source.Slot
	Value string
	Error string // in the reader's language
	Got   string // what a trial found there
}

// Name is the line as a field of a form.
func (l line) Name() string { return source.FieldOf(l.Slot.Key) }

// ID is the line's control.
func (l line) ID() string { return "f-map-" + strings.ReplaceAll(l.Slot.Key, ".", "-") }

// Label is what the line is for.
func (l line) Label() string {
	if l.Slot.Column != nil {
		return l.Slot.Column.Label
	}

	return l.Slot.Field.Label
}

// Rows tells whether the line says where the rows of a table are.
func (l line) Rows() bool { return l.Slot.Column == nil && l.Slot.Field.Type == template.Table }

// pull is one pull with its reasons in the reader's language.
type pull struct {
	source.Pull
	Why []string
}

func (h *pages) show(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p, err := h.page(c, id)
	if err != nil {
		return err
	}

	return h.kit.Show(c, 200, "sources/show", p)
}

func (h *pages) page(c *gin.Context, id int64) (showPage, error) {
	one, pulls, err := h.Sources.Find(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return showPage{}, err
	}
	p := showPage{Base: h.kit.Base(c, "数据来源", crumbs()...), Source: one}
	p.Heading, p.Every = one.Name, every(p.Base, one.Every)

	for _, slot := range source.Slots(one.Kind) {
		if value := one.Mapping[slot.Key]; value != "" {
			p.Lines = append(p.Lines, line{Slot: slot, Value: value})
		}
	}

	for _, done := range pulls {
		shown := pull{Pull: done}

		for _, reason := range done.Reasons {
			shown.Why = append(shown.Why, p.T(reason.Text, reason.Pairs()...))
		}
		p.Pulls = append(p.Pulls, shown)
	}

	return p, nil
}

// every is a schedule in words.
func every(base page.Base, minutes int) string {
	switch {
	case minutes == 1440:
		return base.T("每天一次")
	case minutes == 60:
		return base.T("每小时一次")
	case minutes >= 60:
		return base.T("每 {.n} 小时一次", "n", minutes/60)
	}

	return base.T("每 {.n} 分钟一次", "n", minutes)
}

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

// turn switches a source off or on.
func (h *pages) turn(c *gin.Context) error {
	type switchForm struct {
		Version int    `form:"version"`
		To      string `form:"to"` // "on" or "off"
	}

	id, form, _, err := web.Act(c, func(id int64, form switchForm) (source.Source, error) {
		return h.Sources.Switch(c.Request.Context(), web.Actor(c), id, form.Version, form.To == "on")
	})
	text := "已停用，不再取数"
	if form.To == "on" {
		text = "已启用"
	}

	return h.back(c, id, err, text)
}

// pull takes readings now.
func (h *pages) pull(c *gin.Context) error {
	id, _, done, err := web.Act(c, func(id int64, _ struct{}) (source.Pull, error) {
		return h.Sources.Pull(c.Request.Context(), web.Actor(c), id)
	})

	return h.back(c, id, err, map[source.Result]string{
		source.Drafted: "已取数，写了一份草稿",
		source.Same:    "已取数，没有新数据",
		source.Failed:  "没有取到数据，原因见下",
	}[done.Result])
}

// back leads to the source's page, or shows it with what kept the act from being done.
func (h *pages) back(c *gin.Context, id int64, err error, text string) error {
	if err == nil {
		return h.kit.See(c, "/sources/"+strconv.FormatInt(id, 10), text)
	}
	p, perr := h.page(c, id)
	if perr != nil {
		return perr
	}

	return h.kit.Refuse(c, err, "sources/show", &p)
}
