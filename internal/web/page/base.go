// Package page holds what templates are given: the frame of every page and the parts pages are made of.
// It decides nothing about rights or states and knows no HTTP; package web fills it and renders it.
package page

import (
	"fmt"
	"slices"
	"strings"
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
	Notices int           // at the actor's bell, up to a hundred
	Urgent  int           // of them
	Flash   []Flash       // told once, after a redirect
	Banner  []Banner      // what concerns everybody
	Errors  Errors        // of the form, after a refusal
	Bundle  []string      // further bundles the page needs: "calendar", "charts"
	Bare    bool          // frame without navigation: sign-in
	Unsent  bool          // what was typed on the page before was not taken: the tab goes on keeping it

	Installation string // what the operator calls this installation; empty when it has no name

	ThemeChoice string // "auto" where the machine decides, else as Theme

	Follow Follow // what the open page follows; zero: nothing
	Views  *Views // of a list whose filter can be kept; nil on every other page
}

// Views are the kept filters of the list that a page shows.
type Views struct {
	List   string // its key
	Links  []ViewLink
	Filter string   // what the page is filtered by and nobody kept yet, as a query; "" where there is none
	Units  []Option // for whom a filter can be kept besides the reader
}

// ViewLink leads to a kept view.
type ViewLink struct {
	Name, Href string
	Unit       string // whose it is; "" is the reader's own
	Current    bool
}

// Follow is what an open page follows, by the words package follow knows: "post/12", "delivery/3",
// "posts", "todos".
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
func (b Base) Told(banner Banner) string { return b.P.T(banner.Text, banner.Args...) }

// Counts are the figures of what waits, by kind, and the open to-dos.
type Counts struct {
	ByKind map[string]int // as NavEntry.Waits names them
	Todo   int

	Notices, Urgent int // as Base has them
}

// NavEntry is one of the at most eight duties. The face whose it is declares it.
type NavEntry struct {
	Text, Href, Icon string
	Phone            bool                // also in the bottom bar of a phone
	Needs            []access.Permission // one of them suffices; none: everybody
	Waits            []string            // kinds of to-dos that are counted at the entry

	Count  int
	Active bool
}

// Duties are the entries of the navigation, in the order in which they were added.
type Duties struct {
	entries []NavEntry
	belong  map[string][]string // further pages, by the address of the entry
}

// Add puts an entry at the end. It panics where there is one with its address: two faces cannot own one.
func (d *Duties) Add(navEntry NavEntry) {
	if d.at(navEntry.Href) >= 0 {
		panic("page: two duties at " + navEntry.Href)
	}
	d.entries = append(d.entries, navEntry)
}

// Belong says that the pages under these paths belong to the duty at href, which may be added later.
func (d *Duties) Belong(href string, paths ...string) {
	if d.belong == nil {
		d.belong = map[string][]string{}
	}
	d.belong[href] = append(d.belong[href], paths...)
}

// Check fails when pages belong to a duty that nobody has added.
func (d *Duties) Check() error {
	for href, paths := range d.belong {
		if d.at(href) < 0 {
			return fmt.Errorf("the pages %v belong to %s, which is no entry of the navigation", paths, href)
		}
	}

	return nil
}

func (d *Duties) at(href string) int {
	return slices.IndexFunc(d.entries, func(navEntry NavEntry) bool { return navEntry.Href == href })
}

// Pages lists the paths under which the pages of all duties lie.
func (d *Duties) Pages() (list []string) {
	for _, navEntry := range d.entries {
		list = append(append(list, navEntry.Href), d.belong[navEntry.Href]...)
	}

	return list
}

// For gives the entries the actor may open, with counts; the one that path lies under most closely is active.
func (d *Duties) For(actor access.Actor, path string, counts Counts) []NavEntry {
	var out []NavEntry
	active, closest := -1, 0

	for _, navEntry := range d.entries {
		if !mayOpen(actor, navEntry) {
			continue
		}

		for _, kind := range navEntry.Waits {
			navEntry.Count += counts.ByKind[kind]
		}

		for _, href := range append([]string{navEntry.Href}, d.belong[navEntry.Href]...) {
			if under(path, href) && len(href) > closest {
				active, closest = len(out), len(href)
			}
		}
		out = append(out, navEntry)
	}
	if active >= 0 {
		out[active].Active = true
	}

	return out
}

func mayOpen(actor access.Actor, navEntry NavEntry) bool {
	return len(navEntry.Needs) == 0 || slices.ContainsFunc(navEntry.Needs, actor.Can)
}

func under(path, href string) bool {
	return path == href || href != "/" && strings.HasPrefix(path, href+"/")
}

// Errors are the texts at form fields, by field name, in the reader's language. The key "" holds what
// belongs to the form as a whole.
type Errors map[string]string

// Fail puts what err says at the fields of the page's form. Only public texts are used.
func (b *Base) Fail(err error) {
	if b.Errors == nil {
		b.Errors = Errors{}
	}

	for _, failure := range fault.FieldErrors(err) {
		if _, ok := b.Errors[failure.Field]; !ok {
			b.Errors[failure.Field] = b.P.T(failure.Text, failure.Args...)
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
