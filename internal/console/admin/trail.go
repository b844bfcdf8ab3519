package admin

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/audit"
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

func (h *pages) trailFilter(c *gin.Context, f trailForm) (audit.Filter, string) {
	path, name := h.pathOf(c, f.Unit)
	return audit.Filter{From: f.From, To: f.To, Actor: f.Actor, Action: f.Action, Subject: f.Subject, UnitPath: path, After: f.After}, name
}

func (h *pages) trailList(c *gin.Context) error {
	var f trailForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	f.readSubject()
	filter, unit := h.trailFilter(c, f)
	list, err := h.trail.List(c.Request.Context(), web.Actor(c), filter)
	if err != nil {
		return err
	}
	p := trailPage{base: h.base(c, "审计日志"), Form: f, Actions: h.actionOptions(), Kinds: objectOptions()}
	if p.Units, err = h.unitOptions(c, access.AuditView, "全部"); err != nil {
		return err
	}
	names := unitNames(p.Units)
	for _, r := range list.Rows {
		p.Rows = append(p.Rows, h.entryOf(p.Base, r, names))
	}
	p.chips(c, unit, h.trail.Label(p.Form.Action))
	if list.Next != "" {
		p.Pager.Next = web.Link(c, "after", list.Next)
	}
	if f.After != "" {
		p.Pager.First = web.Link(c)
	}
	p.Pager.Shown = len(p.Rows)
	return h.kit.Show(c, http.StatusOK, "admin/audit", p)
}

func unitNames(list []page.Option) map[int64]string {
	out := make(map[int64]string, len(list))
	for _, o := range list {
		if id, err := strconv.ParseInt(o.Value, 10, 64); err == nil {
			out[id] = strings.TrimSpace(o.Text) // without the indent of the tree
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

func objectOptions() []page.Option {
	out := []page.Option{{Text: "全部"}}
	for _, kind := range slices.Sorted(maps.Keys(subjects)) {
		out = append(out, page.Option{Value: kind, Text: subjects[kind]})
	}
	return out
}

func (h *pages) actionOptions() []page.Option {
	out := []page.Option{{Text: "全部"}}
	for _, a := range h.trail.Acts() {
		out = append(out, page.Option{Value: a.Code, Text: a.Text})
	}
	return out
}

// chips shows the filter in force, and keeps it for the export.
func (p *trailPage) chips(c *gin.Context, unit, action string) {
	add := func(given bool, name, key, shown, value string) {
		if given {
			p.Chips = append(p.Chips, page.Chip{Name: name, Value: shown, Href: p.without(c, key)})
			p.Filter = append(p.Filter, page.Pair{Name: key, Value: value})
		}
	}
	f := p.Form
	add(!f.From.IsZero(), "从", "from", f.From.In(page.Zone).Format("2006-01-02 15:04"), page.FieldTime(f.From))
	add(!f.To.IsZero(), "到", "to", f.To.In(page.Zone).Format("2006-01-02 15:04"), page.FieldTime(f.To))
	add(f.Actor != "", "操作人", "actor", f.Actor, f.Actor)
	add(f.Action != "", "操作", "action", p.T(action), f.Action)
	add(f.Subject != "", "对象", "subject", p.subject(), f.Subject)
	add(f.Unit != 0, "单位", "unit", unit, strconv.FormatInt(f.Unit, 10))
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
func (p *trailPage) subject() string {
	name, ok := subjects[p.Form.Kind]
	if !ok {
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

func (h *pages) entryOf(b page.Base, r audit.Row, units map[int64]string) entry {
	facts := r.Facts()
	e := entry{Row: r, What: b.T(h.trail.Label(r.Action)), Why: facts.Why, Subject: r.SubjectType + "/" + r.SubjectID,
		Clock: r.At.In(page.Zone).Format("2006-01-02 15:04:05")}
	e.Href = "/admin/audit?subject=" + url.QueryEscape(e.Subject)
	if name, ok := subjects[r.SubjectType]; ok {
		e.Subject = b.T(name) + " " + r.SubjectID
		if r.SubjectID == "unknown" {
			e.Subject = b.T("用户名不存在")
		}
	}
	if r.SubjectName != "" {
		e.Number, e.Subject = e.Subject, r.SubjectName
	}
	e.Facts = teller{b, r.Action, units, h.trail.Label}.facts(facts.Detail)
	return e
}

var subjects = map[string]string{
	"user": "用户|对象", "unit": "单位", "account": "账号", "post": "稿件|对象", "delivery": "发送|对象", "media": "图片|对象", "decision": "判定|对象", "pause": "暂停|对象", "audit": "审计日志",
	"installation": "发送服务|对象", "platform_post": "微博|对象", "user_change": "人员与单位变更",
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
	r, err := h.trail.Verify(c.Request.Context())
	if err != nil {
		return err
	}
	p := verifyPage{base: h.base(c, "校验审计日志", page.Crumb{Text: "审计日志", Href: "/admin/audit"}), Report: r, Head: fmt.Sprintf("%x", r.HeadHash),
		Took: time.Since(start).Round(time.Millisecond)}
	if r.Broken != nil {
		p.Reason = p.T(breaks[r.Broken.Code])
	}
	return h.kit.Show(c, http.StatusOK, "admin/verify", p)
}

// export streams the filtered trail; it is a POST because it leaves a record of itself.
func (h *pages) export(c *gin.Context) error {
	var f trailForm
	if err := web.Bind(c, &f); err != nil {
		return err
	}
	f.readSubject()
	filter, _ := h.trailFilter(c, f)
	_ = http.NewResponseController(c.Writer).SetWriteDeadline(time.Time{}) // a long trail may take longer than a page
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
