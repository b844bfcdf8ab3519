package templates

import (
	"fmt"
	"io"
	"mime/multipart"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/instant"
	"juzhen/internal/template"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// useForm is what is filled in; the fields of the kind come as "v.<name>".
type useForm struct {
	Kind       string  `form:"kind"`
	Template   int64   `form:"template"` // of a unit's own
	Unit       int64   `form:"unit"`
	Supersedes int64   `form:"supersedes"`
	Accounts   []int64 `form:"account"`
	Date       string  `form:"date"`
	Link       string  `form:"link"`
	Act        string  `form:"act"` // "show", "draft", or "live" while somebody types
	values     template.Values
}

// usePage is the form of a template with what it becomes.
type usePage struct {
	page.Base
	Form     useForm
	Kind     template.Kind
	Own      *template.Template // one of a unit's own
	Fields   []shownField
	Units    []page.Option
	Opens    []page.Option // warnings to continue
	Accounts []choice
	Written  *template.Written
	Wordings []wording // of accounts that differ
	Note     string    // what is to be looked at, in the reader's language
	Left     []string  // fields that are empty still, in the reader's language
	Said     string    // what those hear who listen, in the reader's language
}

// shownField is a field of the kind as it was filled in.
type shownField struct {
	template.Field
	Value  string
	Faults []string // in the reader's language
	Read   bool     // out of a file that was sent with the form
}

// Rows is how high a field of several lines is.
func (f shownField) Rows() int {
	if f.Type == template.Table {
		return 8
	}

	return 2
}

// choice is an account to choose.
type choice struct {
	Account account.Account
	Chosen  bool
}

// wording is what an account says.
type wording struct {
	Name string
	Text string
}

// mostListed is how many accounts the form offers.
const mostListed = 200

func (h *pages) form(c *gin.Context) error {
	var form useForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	p, err := h.page(c, form)
	if err != nil {
		return err
	}

	for i, field := range p.Fields {
		p.Fields[i].Value = begin(field.Field, p.Now)
	}

	return h.kit.Show(c, 200, "templates/use", p)
}

// begin is what a field holds before anybody has typed.
func begin(field template.Field, now time.Time) string {
	now = now.In(beijing.Zone)
	tomorrow := beijing.Day(now).AddDate(0, 0, 1)

	switch {
	case field.Type == template.Month:
		return now.AddDate(0, 0, -now.Day()).Format("2006-01")
	case field.Name == "at":
		return page.FieldTime(now.Truncate(time.Hour))
	case field.Type == template.Date:
		return beijing.Date(now.AddDate(0, 0, -1))
	case field.Name == "from":
		return page.FieldTime(tomorrow)
	}

	return ""
}

// page fills what the form shows beside what was typed.
func (h *pages) page(c *gin.Context, form useForm) (usePage, error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p := usePage{Form: form, Kind: template.Kind(form.Kind)}
	title := p.Kind.Label()
	if p.Kind == template.Own {
		t, _, err := h.Templates.Find(ctx, actor, form.Template)
		if err != nil {
			return p, err
		}
		p.Own = &t
	} else if !slices.Contains(template.Shipped(), p.Kind) {
		return p, fault.NotFound("没有这种模板")
	}
	p.Base = h.kit.Base(c, title, crumbs()...)

	units, err := h.Units.Within(ctx, actor, access.PostWrite)
	if err != nil {
		return p, err
	}
	if p.Form.Unit == 0 && len(units) > 0 {
		p.Form.Unit = units[0].ID
	}

	p.Units = options(units, p.Form.Unit)

	for _, field := range p.Kind.Fields() {
		p.Fields = append(p.Fields, shownField{Field: field, Value: form.values[field.Name]})
	}
	if p.Kind.Follows() {
		opens, err := h.Templates.Open(ctx, actor, p.Form.Unit)
		if err != nil {
			return p, err
		}

		for _, o := range opens {
			p.Opens = append(p.Opens, page.Option{
				Value: fmt.Sprint(o.ID),
				Text: p.T("{.from} 启动的{.colour}色预警，稿件 {.id}",
					"from", page.StampOf(p.P, o.From, p.Now).Text, "colour", o.Colour, "id", o.PostID),
				Raw:      true,
				Selected: o.ID == form.Supersedes,
			})
		}
	}
	if p.Own == nil {
		return p, nil
	}
	if p.Form.Date == "" {
		p.Form.Date = beijing.Date(p.Now)
	}

	return p, h.offer(c, &p)
}

// offer lists the accounts of the unit.
func (h *pages) offer(c *gin.Context, p *usePage) error {
	unit, err := h.Units.Find(c.Request.Context(), web.Actor(c), p.Form.Unit)
	if err != nil {
		return err
	}
	accounts, err := h.Accounts.List(c.Request.Context(), web.Actor(c), account.Filter{
		Permission: access.PostWrite,
		UnitPath:   unit.Path,
		States:     []account.State{account.Live},
		Limit:      mostListed,
	})
	if err != nil {
		return err
	}

	for _, a := range accounts {
		p.Accounts = append(p.Accounts, choice{a, slices.Contains(p.Form.Accounts, a.ID)})
	}

	return nil
}

// filled reads a form with the fields of its kind.
func filled(c *gin.Context) (useForm, error) {
	var form useForm
	err := web.Bind(c, &form)
	form.values = web.Keyed(c, "v.")

	return form, err
}

// use shows what the template becomes, or keeps it as a draft.
func (h *pages) use(c *gin.Context) error {
	form, err := filled(c)
	if err != nil {
		return err
	}
	read, unread := readFiles(c, form.values)
	p, err := h.page(c, form)
	if err != nil {
		return err
	}

	for i, field := range p.Fields {
		p.Fields[i].Read = slices.Contains(read, field.Name)
	}
	if unread != nil {
		return h.refuse(c, &p, unread)
	}

	ask, err := p.ask()
	if err != nil {
		return h.refuse(c, &p, err)
	}
	if form.Act == "draft" {
		made, err := h.Templates.Draft(c.Request.Context(), web.Actor(c), ask)
		if err == nil {
			return h.kit.See(c, fmt.Sprintf("/posts/%d/edit", made.ID), "草稿已写好，请核对账号和时间，再提交审核")
		}

		return h.refuse(c, &p, err)
	}
	written, err := h.Templates.Preview(c.Request.Context(), web.Actor(c), ask)
	if err != nil {
		return h.refuse(c, &p, err)
	}
	p.show(written)

	return h.kit.Show(c, 200, p.view(), p)
}

// view is the page, or the part of it that is shown while somebody types.
func (p usePage) view() string {
	if p.Form.Act == "live" {
		return "templates/use#live"
	}

	return "templates/use"
}

// show fills in what the template has become.
func (p *usePage) show(written template.Written) {
	p.Written = &written
	if note := written.Note; note != nil {
		p.Note = p.T(note.Text, note.Args...)
	}

	for _, a := range p.Accounts {
		if own, ok := written.Own[a.Account.ID]; ok {
			p.Wordings = append(p.Wordings, wording{a.Account.At(), own})
		}
	}

	p.Said = p.T("已写出 {.n} 字", "n", utf8.RuneCountInString(written.Text))

	for _, f := range written.Facts {
		if f.Published {
			p.Said += p.T("；{.of}：AQI {.aqi}，{.class}", "of", f.Of, "aqi", f.AQI, "class", f.Level.Class())
			break
		}
	}
}

// readFiles puts the tables of files that were sent along into the values, and tells for which fields. It
// fails with a fault at the field.
func readFiles(c *gin.Context, values template.Values) (read []string, err error) {
	form := c.Request.MultipartForm
	if form == nil { // a form without files
		return nil, nil
	}

	for name, files := range form.File {
		field, ok := strings.CutPrefix(name, "file.")
		if !ok || len(files) == 0 || files[0].Size == 0 {
			continue
		}
		text, err := readFile(files[0])
		if err != nil {
			told := *fault.Public(err)
			told.Field = field

			return nil, &told
		}
		values[field] = text
		read = append(read, field)
	}

	return read, nil
}

func readFile(header *multipart.FileHeader) (string, error) {
	file, err := header.Open()
	if err != nil {
		return "", err
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, template.MaxFileBytes+1))
	if err != nil {
		return "", err
	}

	return template.TableFrom(raw)
}

func (p usePage) ask() (template.Ask, error) {
	ask := template.Ask{
		Kind:       p.Kind,
		UnitID:     p.Form.Unit,
		Values:     p.Form.values,
		Supersedes: p.Form.Supersedes,
		Link:       strings.TrimSpace(p.Form.Link),
		AccountIDs: p.Form.Accounts,
	}
	if p.Own != nil {
		ask.TemplateID = p.Own.ID
	}
	if p.Form.Date == "" {
		return ask, nil
	}
	date, err := instant.Parse(p.Form.Date, time.DateOnly)
	if err != nil {
		return ask, fault.Invalid("date", "请按 2026-01-31 的样子填写日期")
	}
	ask.Date = date

	return ask, nil
}

// refuse shows the form again. While somebody types, what is not filled in yet is no fault.
func (h *pages) refuse(c *gin.Context, p *usePage, err error) error {
	p.mark(err)
	if p.Form.Act != "live" {
		return h.kit.Refuse(c, err, "templates/use", p)
	}
	if !left(err) {
		return err
	}

	return h.kit.Show(c, 200, p.view(), *p)
}

// left tells whether a refusal says what is left to do, and not that something failed.
func left(err error) bool {
	kind := fault.KindOf(err)

	return kind == fault.KindInvalid || kind == fault.KindConflict
}

// mark puts a refusal at its fields, each faulty cell of a table, not only the first; while somebody types,
// what is not filled in yet is told as what is left to do.
func (p *usePage) mark(err error) {
	live := p.Form.Act == "live"

	var others []string

	for _, failure := range fault.FieldErrors(err) {
		text := p.T(failure.Text, failure.Args...)
		i := slices.IndexFunc(p.Fields, func(f shownField) bool { return f.Name == failure.Field })

		switch {
		case i < 0:
			others = append(others, text)
		case live && strings.TrimSpace(p.Fields[i].Value) == "":
			p.Left = append(p.Left, p.T(p.Fields[i].Label))
		default:
			p.Fields[i].Faults = append(p.Fields[i].Faults, text)
		}
	}
	if live {
		p.Left = append(p.Left, others...)
		p.Said = p.wrong()
	}
}

// wrong says how many fields hold something wrong; "" for none.
func (p usePage) wrong() string {
	n := 0

	for _, field := range p.Fields {
		n += len(field.Faults)
	}
	if n == 0 {
		return ""
	}

	return p.T("有 {.n} 处需要修改", "n", n)
}
