package admin

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/beijing"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

func (h *pages) registerTrail(kit *web.Kit) {
	kit.Declare("admin/audit", trailPage{})
	kit.Declare("admin/verify", verifyPage{})
	g := kit.Group("/admin/audit")
	kit.Handle(g, http.MethodGet, "", access.AuditView, h.trailList)
	kit.Handle(g, http.MethodGet, "/verify", access.AuditView, h.verify)
	kit.Handle(g, http.MethodPost, "/export", access.AuditView, h.export)
}

// trailPage lists what people did.
type trailPage struct {
	base
	Form    trailForm
	Rows    []entry
	Units   []page.Option
	Actions []page.Option
	Kinds   []page.Option // of objects
	Chips   []page.Chip
	Pager   page.Pager
	Filter  []page.Pair // in force, for the export
}

type trailForm struct {
	From    time.Time `form:"from"`
	To      time.Time `form:"to"`
	Actor   string    `form:"actor"`
	Action  string    `form:"action"`
	Subject string    `form:"subject"` // "post/12", or "post" for all of the kind
	Kind    string    `form:"kind"`    // with Number another way to write it, for the form
	Number  string    `form:"number"`
	Unit    int64     `form:"unit"`
	After   string    `form:"after"`
}

func (h *pages) trailFilter(c *gin.Context, form trailForm) (audit.Filter, string) {
	path, name := h.pathOf(c, form.Unit)

	return audit.Filter{
		From: form.From, To: form.To, Actor: form.Actor, Action: form.Action, Subject: form.Subject,
		UnitPath: path, After: form.After,
	}, name
}

func (h *pages) trailList(c *gin.Context) error {
	var form trailForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	form.readSubject()
	filter, unit := h.trailFilter(c, form)
	list, err := h.trail.List(c.Request.Context(), web.Actor(c), filter)
	if err != nil {
		return err
	}
	page := trailPage{
		base:    h.base(c, "审计日志"),
		Form:    form,
		Actions: h.actionOptions(),
		Kinds:   h.objectOptions(),
	}
	if page.Units, err = h.unitOptions(c, access.AuditView, "全部"); err != nil {
		return err
	}

	names := unitNames(page.Units)
	for _, row := range list.Rows {
		page.Rows = append(page.Rows, h.entryOf(page.Base, row, names))
	}
	page.chips(c, unit, h.trail.Label(page.Form.Action), h.trail.SubjectText(page.Form.Kind))
	page.Pager = web.PagerOf(c, len(page.Rows), form.After, list.Next)

	return h.kit.Show(c, http.StatusOK, "admin/audit", page)
}

func unitNames(list []page.Option) map[int64]string {
	out := make(map[int64]string, len(list))
	for _, option := range list {
		if id, err := strconv.ParseInt(option.Value, 10, 64); err == nil {
			out[id] = strings.TrimSpace(option.Text) // without the indent of the tree
		}
	}

	return out
}

// readSubject takes the object from the two fields of the form, or fills these from an address that names it.
func (f *trailForm) readSubject() {
	if f.Subject == "" {
		f.Subject = f.Kind
		if f.Number = strings.TrimSpace(f.Number); f.Kind != "" && f.Number != "" {
			f.Subject += "/" + f.Number
		}

		return
	}
	f.Kind, f.Number, _ = strings.Cut(f.Subject, "/")
}

func (h *pages) objectOptions() []page.Option {
	out := []page.Option{{Text: "全部"}}
	for _, subject := range h.trail.Subjects() {
		out = append(out, page.Option{Value: subject.Type, Text: subject.Text})
	}

	return out
}

func (h *pages) actionOptions() []page.Option {
	out := []page.Option{{Text: "全部"}}
	for _, act := range h.trail.Acts() {
		out = append(out, page.Option{Value: act.Code, Text: act.Text})
	}

	return out
}

// chips shows the filter in force, and keeps it for the export.
func (p *trailPage) chips(c *gin.Context, unit, action, kind string) {
	add := func(given bool, name, key, shown, value string) {
		if given {
			p.Chips = append(p.Chips, page.Chip{Name: name, Value: shown, Href: p.without(c, key)})
			p.Filter = append(p.Filter, page.Pair{Name: key, Value: value})
		}
	}
	form := p.Form
	add(
		!form.From.IsZero(),
		"从",
		"from",
		form.From.In(beijing.Zone).Format("2006-01-02 15:04"),
		page.FieldTime(form.From),
	)
	add(
		!form.To.IsZero(),
		"到",
		"to",
		form.To.In(beijing.Zone).Format("2006-01-02 15:04"),
		page.FieldTime(form.To),
	)
	add(form.Actor != "", "操作人", "actor", form.Actor, form.Actor)
	add(form.Action != "", "操作", "action", p.T(action), form.Action)
	add(form.Subject != "", "对象", "subject", p.subject(kind), form.Subject)
	add(form.Unit != 0, "单位", "unit", unit, strconv.FormatInt(form.Unit, 10))
}

// without is the page with one filter less. The object is written one way only in addresses.
func (p *trailPage) without(c *gin.Context, key string) string {
	subject := p.Form.Subject
	if key == "subject" {
		subject = ""
	}

	return web.Link(c, "kind", "", "number", "", "subject", subject, key, "")
}

// subject is the object in the reader's words.
func (p *trailPage) subject(name string) string {
	if name == "" {
		return p.Form.Subject
	}

	return strings.TrimSpace(p.T(name) + " " + p.Form.Number)
}

// entry is one act in the reader's words.
type entry struct {
	audit.Row
	What, Subject, Why, Href string
	Number                   string // "用户 5", beside the subject's name
	Clock                    string // to the second, Beijing time
	Facts                    []fact
}

func (h *pages) entryOf(base page.Base, row audit.Row, units map[int64]string) entry {
	facts := row.Facts()
	e := entry{
		Row:     row,
		What:    base.T(h.trail.Label(row.Action)),
		Why:     facts.Why,
		Subject: row.SubjectType + "/" + row.SubjectID,
		Clock:   row.At.In(beijing.Zone).Format("2006-01-02 15:04:05"),
	}
	e.Href = "/admin/audit?subject=" + url.QueryEscape(e.Subject)
	if name := h.trail.SubjectText(row.SubjectType); name != "" {
		e.Subject = base.T(name) + " " + row.SubjectID
		if row.SubjectID == "unknown" {
			e.Subject = base.T("用户名不存在")
		}
	}
	if row.SubjectName != "" {
		e.Number, e.Subject = e.Subject, row.SubjectName
	}
	if h.trail.Ships(row.SubjectType) {
		e.Subject = base.T(e.Subject)
	}
	e.Facts = teller{base, row.Action, units, h.trail.Label}.facts(facts.Detail)

	return e
}

// verifyPage tells whether the chain holds.
type verifyPage struct {
	base
	Report audit.Report
	Head   string
	Reason string
	Took   time.Duration
}

var breaks = map[string]string{
	audit.BrokenGap:     "这条之前缺少记录",
	audit.BrokenPrev:    "这条与前一条接不上",
	audit.BrokenHash:    "这条的内容被改动过",
	audit.BrokenColumns: "这条显示的字段与登记的内容不一致",
	audit.BrokenMAC:     "这条不是本程序写入的：没有主密钥的担保",
	audit.BrokenKey:     "为这条担保的主密钥不在密钥文件里",
	audit.BrokenClosing: "封存的校验值不符，封存以前的记录被改写或删除",
	audit.BrokenRoot:    "与当日封存的校验值不符，末尾的记录被删除或改写",
}

func (h *pages) verify(c *gin.Context) error {
	start := time.Now()
	report, err := h.trail.Verify(c.Request.Context())
	if err != nil {
		return err
	}
	p := verifyPage{
		base:   h.base(c, "校验审计日志", page.Crumb{Text: "审计日志", Href: "/admin/audit"}),
		Report: report,
		Head:   fmt.Sprintf("%x", report.HeadHash),
		Took:   time.Since(start).Round(time.Millisecond),
	}
	if report.Broken != nil {
		p.Reason = p.T(breaks[report.Broken.Code])
	}

	return h.kit.Show(c, http.StatusOK, "admin/verify", p)
}

// export streams the filtered trail; it is a POST because it leaves a record of itself.
func (h *pages) export(c *gin.Context) error {
	var form trailForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	form.readSubject()
	filter, _ := h.trailFilter(c, form)
	// a long trail may take longer than a page
	_ = http.NewResponseController(c.Writer).SetWriteDeadline(time.Time{})

	return h.trail.Export(c.Request.Context(), web.Actor(c), filter, &download{c: c, name: "audit.csv"})
}

// download sends its headers with the first byte, so that a refusal before it can still become a page.
type download struct {
	c    *gin.Context
	name string
	open bool
}

func (d *download) Write(b []byte) (int, error) {
	if !d.open {
		d.open = true
		d.c.Header("Content-Type", "text/csv; charset=utf-8")
		d.c.Header("Content-Disposition", `attachment; filename="`+d.name+`"`)
	}

	return d.c.Writer.Write(b)
}
