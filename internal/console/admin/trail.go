package admin

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/org"
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
	Chips   []page.Chip
	Pager   page.Pager
	Filter  []page.Pair // in force, for the export
}

type trailForm struct {
	From    time.Time `form:"from"`
	To      time.Time `form:"to"`
	Actor   string    `form:"actor"`
	Action  string    `form:"action"`
	Subject string    `form:"subject"`
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
	filter, unit := h.trailFilter(c, f)
	list, err := h.trail.List(c.Request.Context(), web.Actor(c), filter)
	if err != nil {
		return err
	}
	p := trailPage{base: h.base(c, "审计日志"), Form: f, Actions: actionOptions()}
	if p.Units, err = h.unitOptions(c, access.AuditView, "全部"); err != nil {
		return err
	}
	for _, r := range list.Rows {
		p.Rows = append(p.Rows, entryOf(p.Base, r))
	}
	p.chips(c, unit)
	if list.Next != "" {
		p.Pager.Next = web.Link(c, "after", list.Next)
	}
	if f.After != "" {
		p.Pager.First = web.Link(c)
	}
	p.Pager.Shown = len(p.Rows)
	return h.kit.Show(c, http.StatusOK, "admin/audit", p)
}

func actionOptions() []page.Option {
	out := []page.Option{{Text: "全部"}}
	for _, a := range audit.Actions() {
		out = append(out, page.Option{Value: a.Code, Text: a.Text})
	}
	return out
}

// chips shows the filter in force, and keeps it for the export.
func (p *trailPage) chips(c *gin.Context, unit string) {
	add := func(given bool, name, key, shown, value string) {
		if given {
			p.Chips = append(p.Chips, page.Chip{Name: name, Value: shown, Href: web.Link(c, key, "")})
			p.Filter = append(p.Filter, page.Pair{Name: key, Value: value})
		}
	}
	f := p.Form
	add(!f.From.IsZero(), "从", "from", f.From.In(page.Zone).Format("2006-01-02 15:04"), page.FieldTime(f.From))
	add(!f.To.IsZero(), "到", "to", f.To.In(page.Zone).Format("2006-01-02 15:04"), page.FieldTime(f.To))
	add(f.Actor != "", "操作人", "actor", f.Actor, f.Actor)
	add(f.Action != "", "操作", "action", p.T(audit.Label(f.Action)), f.Action)
	add(f.Subject != "", "对象", "subject", f.Subject, f.Subject)
	add(f.Unit != 0, "单位", "unit", unit, strconv.FormatInt(f.Unit, 10))
}

// entry is one act in the reader's words.
type entry struct {
	audit.Row
	What, Subject, Why, Href string
	Clock                    string // to the second, Beijing time
	Facts                    []page.Pair
}

func entryOf(b page.Base, r audit.Row) entry {
	facts := r.Facts()
	e := entry{Row: r, What: b.T(audit.Label(r.Action)), Why: facts.Why, Subject: r.SubjectType + "/" + r.SubjectID,
		Clock: r.At.In(page.Zone).Format("2006-01-02 15:04:05")}
	e.Href = "/admin/audit?subject=" + url.QueryEscape(e.Subject)
	if name, ok := subjects[r.SubjectType]; ok {
		e.Subject = b.T(name) + " " + r.SubjectID
		if r.SubjectID == "unknown" {
			e.Subject = b.T("用户名不存在")
		}
	}
	for _, k := range slices.Sorted(maps.Keys(facts.Detail)) {
		if v := shown(b, k, facts.Detail[k]); v != "" {
			e.Facts = append(e.Facts, page.Pair{Name: b.T(factName(k)), Value: v})
		}
	}
	return e
}

var subjects = map[string]string{
	"user": "用户|对象", "unit": "单位", "account": "账号", "post": "稿件", "delivery": "发送|对象", "media": "图片|对象", "decision": "判定|对象", "pause": "暂停|对象", "audit": "审计日志",
	"installation": "发送服务|对象", "platform_post": "微博|对象",
}

var factNames = map[string]string{
	"name": "名称", "username": "用户名", "from": "原为", "to": "改为", "unit": "单位", "role": "角色", "session": "会话", "ended": "结束会话数", "until": "截止时间",
	"grant": "授权编号", "kind": "类别", "below_name": "移到", "accounts": "账号数", "account": "账号", "version": "版本", "due_at": "发布时间", "opinion": "意见",
	"state": "状态", "reason": "原因", "link": "链接", "hash": "内容指纹", "title": "标题", "action": "操作", "subject": "对象", "actor": "操作人",
	"disabled": "已停用", "api": "程序接口",
}

func factName(key string) string {
	if n, ok := factNames[key]; ok {
		return n
	}
	return key
}

// shown writes a value of an entry: roles by name, instants in Beijing time, nothing for what is empty or an inner path.
func shown(b page.Base, key string, v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case bool:
		if !x {
			return ""
		}
		return b.T("是")
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case string:
		if key == "below" || key == "from" && len(x) > 1 && x[0] == '/' {
			return ""
		}
		if l := access.Role(x).Label() + org.Kind(x).Label(); (key == "role" || key == "kind") && l != "" {
			return b.T(l)
		}
		if at, err := time.Parse(time.RFC3339Nano, x); err == nil {
			return at.In(page.Zone).Format("2006-01-02 15:04")
		}
		return x
	}
	return fmt.Sprint(v)
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
