// Package page holds what templates are given: the frame of every page and the parts pages are made of.
// It decides nothing about rights or states and knows no HTTP; package web fills it and renders it.
package page

import (
	"slices"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
)

// Base is the frame of a page. Every page struct embeds it; web.Kit.Base fills it.
type Base struct {
	Title   string        // Chinese source text; the frame translates it
	Heading string        // a title that is data, such as a name; shown instead of Title and never translated
	Crumbs  []Crumb       // the way here, without the page itself
	Actor   access.Actor  // zero when nobody is signed in
	Unit    string        // name of the actor\'s own unit
	P       *i18n.Printer // language of the reader
	Lang    string        // "zh-CN" or "en"
	Theme   string        // "light" or "dark"
	Path    string        // path of this page
	URL     string        // path and query of this page
	Query   string        // what was searched in the head
	Now     time.Time     // Asia/Shanghai
	Nav     []NavEntry    // what the actor may open
	Todo    int           // open to-dos of the actor
	Flash   []Flash       // told once, after a redirect
	Banner  []Banner      // what concerns everybody
	Errors  Errors        // of the form, after a refusal
	Bundle  []string      // further bundles the page needs: "calendar", "charts"
	Bare    bool          // frame without navigation: sign-in
	Unsent  bool          // what was typed on the page before was not taken: the tab goes on keeping it

	Installation string // what the operator calls this installation; empty when it has no name

	ThemeChoice string // "auto" where the machine decides, else as Theme

	Follow Follow // what the open page follows; zero: nothing
}

// Follow is what an open page follows, by the words package follow knows: "post/12", "delivery/3", "posts", "todos".
type Follow struct {
	Of    string // separated by blanks
	Every int    // seconds between readings while there is no stream
	Light bool   // the page takes over nothing by itself: its script reads what it needs
}

// T prints a text in the reader's language.
func (b Base) T(text string, args ...any) string { return b.P.T(text, args...) }

// SignedIn tells whether somebody is.
func (b Base) SignedIn() bool { return b.Actor.UserID != 0 }

// Can tells whether to show what needs p. It never decides whether the act is allowed: the use case does.
func (b Base) Can(p string) bool { return b.Actor.Can(access.Permission(p)) }

// Frame gives the frame itself to package web.
func (b *Base) Frame() *Base { return b }

// Crumb is a step on the way to a page.
type Crumb struct{ Text, Href string }

// Flash is a sentence told once. Tone is "good", "bad" or "info".
type Flash struct {
	Tone string `json:"t"`
	Text string `json:"m"` // already in the reader's language
}

// Banner tells everybody about a condition that lasts: sending stopped, a clock that is wrong.
type Banner struct {
	Tone string // "bad", "warn" or "info"
	Text string // Chinese source text
	Args []any
	Href string // where it can be mended; may be empty
	Link string // Chinese text of that link
}

// Told is the text of a banner in the reader's language, with its arguments filled in.
func (b Base) Told(x Banner) string { return b.P.T(x.Text, x.Args...) }

// Counts are the figures of what waits, by navigation key, and the open to-dos.
type Counts struct {
	ByKey map[string]int // keys as in NavEntry.Key
	Todo  int
}

// NavEntry is one of the at most seven duties.
type NavEntry struct {
	Key, Text, Href, Icon string
	Count                 int
	Active                bool
	Phone                 bool // also in the bottom bar of a phone
	needs                 []access.Permission
	also                  []string // further pages that belong to this duty
}

// duties are all entries, in order, with the permissions of which one suffices.
var duties = []NavEntry{
	{Key: "desk", Text: "工作台", Href: "/", Icon: "layout-dashboard", Phone: true},
	{Key: "posts", Text: "稿件", Href: "/posts", Icon: "file-text", Phone: true, needs: []access.Permission{access.PostView},
		also: []string{"/deliveries", "/decisions", "/pauses", "/sending"}},
	{Key: "calendar", Text: "日历", Href: "/calendar", Icon: "calendar", Phone: true, needs: []access.Permission{access.PostView}},
	{Key: "reviews", Text: "审核", Href: "/reviews", Icon: "clipboard-check", Phone: true, needs: []access.Permission{access.PostReview}},
	{Key: "matrix", Text: "矩阵", Href: "/matrix", Icon: "sitemap", needs: []access.Permission{access.AccountView}},
	{Key: "reach", Text: "成效", Href: "/reach", Icon: "chart-line", needs: []access.Permission{access.ReachView}},
	{Key: "admin", Text: "管理", Href: "/admin", Icon: "settings", needs: []access.Permission{access.AccountManage,
		access.UnitManage, access.UserManage, access.UserStop}},
	{Key: "trail", Text: "审计日志", Href: "/admin/audit", Icon: "history", Phone: true, needs: []access.Permission{access.AuditView}},
}

// Navigation gives the entries the actor may open, with counts; the one that path lies under is active.
func Navigation(a access.Actor, path string, counts Counts) []NavEntry {
	var out []NavEntry
	for _, e := range duties {
		if !mayOpen(a, e) {
			continue
		}
		e.Count = counts.ByKey[e.Key]
		e.Active = under(path, e.Href) || slices.ContainsFunc(e.also, func(href string) bool { return under(path, href) })
		out = append(out, e)
	}
	return out
}

func mayOpen(a access.Actor, e NavEntry) bool {
	if len(e.needs) == 0 {
		return true
	}
	for _, p := range e.needs {
		if a.Can(p) {
			return true
		}
	}
	return false
}

func under(path, href string) bool {
	if href == "/" {
		return path == "/" || path == "/todo"
	}
	return path == href || len(path) > len(href) && path[:len(href)+1] == href+"/"
}

// Errors are the texts at form fields, by field name, in the reader's language. The key "" holds what belongs to the form as a whole.
type Errors map[string]string

// Fail puts what err says at the fields of the page's form. Only public texts are used.
func (b *Base) Fail(err error) {
	if b.Errors == nil {
		b.Errors = Errors{}
	}
	for _, f := range fault.FieldErrors(err) {
		if _, ok := b.Errors[f.Field]; !ok {
			b.Errors[f.Field] = b.P.T(f.Text, f.Args...)
		}
	}
	p := fault.Public(err)
	if len(fault.FieldErrors(err)) == 0 {
		b.Errors[""] = b.P.T(p.Text, p.Args...)
	}
}

// FieldError is the text at the field called name; empty when it is right.
func (b Base) FieldError(name string) string { return b.Errors[name] }

// FormError is the text that belongs to the form as a whole.
func (b Base) FormError() string { return b.Errors[""] }
