package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"reflect"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/i18n"
	"juzhen/internal/web/page"
)

// functions are what templates may call, in the language of p. docs/pages.md describes each.
func functions(a *assets, printer *i18n.Printer, now func() time.Time, badges *Badges) template.FuncMap {
	f := funcs{a: a, p: printer, now: now, badges: badges}

	return template.FuncMap{
		"t":          printer.T,
		"icon":       f.icon,
		"asset":      a.url,
		"badge":      f.badge,
		"badgeText":  f.badgeText,
		"when":       f.when,
		"day":        f.day,
		"clock":      f.clock,
		"span":       f.span,
		"num":        f.num,
		"short":      f.short,
		"percent":    f.percent,
		"field":      f.field,
		"options":    f.options,
		"pairs":      pairs,
		"json":       jsonData,
		"person":     person,
		"account":    f.account,
		"list":       list,
		"join":       strings.Join,
		"empty":      empty,
		"confirm":    f.confirm,
		"progress":   progress,
		"nl":         f.lines,
		"figure":     f.figure,
		"node":       node,
		"whenChoice": whenChoice,
		"add":        func(a, b int) int { return a + b },
	}
}

type funcs struct {
	a   *assets
	p   *i18n.Printer
	now func() time.Time

	badges *Badges
}

// icon draws a Tabler icon as inline SVG, hidden from readers' voices: a word always stands beside it.
func (f funcs) icon(name string) (template.HTML, error) {
	inside, ok := f.a.icons[name]
	if !ok {
		return "", fmt.Errorf("icon %q is not listed in static/src/icons.txt", name)
	}

	return template.HTML(
		`<svg class="i" viewBox="0 0 24 24" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.75" ` +
			`stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">` + inside + `</svg>`,
	), nil
}

// badge shows a state by icon and word.
func (f funcs) badge(state any) (template.HTML, error) {
	if *f.badges == nil {
		return "", errors.New("no face has said how states are shown")
	}
	s, err := (*f.badges)(state)
	if err != nil {
		return "", err
	}

	return f.badgeText(s.Tone, s.Icon, s.Word)
}

// badgeText shows a word with an icon in a tone: grey, blue, teal, green, orange, red, purple.
func (f funcs) badgeText(tone, icon, word string) (template.HTML, error) {
	drawn, err := f.icon(icon)
	if err != nil {
		return "", err
	}

	return template.HTML(`<span class="state state-`+template.HTMLEscapeString(tone)+`">`) + drawn +
		template.HTML(template.HTMLEscapeString(f.p.T(word))+`</span>`), nil
}

// timeOf takes time.Time and *time.Time; nil is the zero time.
func timeOf(at any) time.Time {
	switch at := at.(type) {
	case time.Time:
		return at
	case *time.Time:
		if at != nil {
			return *at
		}
	}

	return time.Time{}
}

// when writes an instant relative to today, with the full time in <time>.
func (f funcs) when(at any) template.HTML { return timeTag(page.StampOf(f.p, timeOf(at), f.now())) }

// day writes the day alone.
func (f funcs) day(at any) template.HTML {
	t := timeOf(at)
	stamp := page.StampOf(f.p, t, f.now())
	if !t.IsZero() {
		stamp.Text = page.DayText(f.p, t, f.now())
		stamp.Full = stamp.Full[:10]
		stamp.Machine = stamp.Machine[:10]
	}

	return timeTag(stamp)
}

// clock writes hours and minutes alone.
func (f funcs) clock(at any) template.HTML {
	t := timeOf(at)
	stamp := page.StampOf(f.p, t, f.now())
	if !t.IsZero() {
		stamp.Text = t.In(beijing.Zone).Format("15:04")
	}

	return timeTag(stamp)
}

func timeTag(stamp page.Stamp) template.HTML {
	if stamp.Machine == "" {
		return template.HTML(`<span class="none">` + stamp.Text + `</span>`)
	}

	return template.HTML(
		`<time datetime="` + stamp.Machine + `" title="` + stamp.Full + `">` + template.HTMLEscapeString(
			stamp.Text,
		) + `</time>`,
	)
}

func (f funcs) span(d time.Duration) string { return page.Span(f.p, d) }

// num writes a whole number with separators: 12,345. A pointer is followed; templates ask first whether
// it is nil.
func (f funcs) num(n any) string {
	s := fmt.Sprint(reflect.Indirect(reflect.ValueOf(n)))
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "−", s[1:]
	}

	whole, rest, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest != "" {
		whole += "." + rest
	}

	return sign + whole
}

// short writes a big number in few characters: 1.2 万, 3.4 亿; 12.3k, 3.4M.
func (f funcs) short(n int64) string {
	big, small, bigUnit, smallUnit := 1e8, 1e4, " 亿|数量", " 万|数量"
	if f.p.Lang() == i18n.English {
		big, small = 1e6, 1e3
	}

	v := float64(n)
	switch size := max(v, -v); {
	case size >= big:
		return strconv.FormatFloat(v/big, 'f', 1, 64) + f.p.T(bigUnit)
	case size >= small:
		return strconv.FormatFloat(v/small, 'f', 1, 64) + f.p.T(smallUnit)
	}

	return strconv.FormatInt(n, 10)
}

// percent writes a share with one decimal.
func (f funcs) percent(share float64) string { return strconv.FormatFloat(share*100, 'f', 1, 64) + "%" }

// lines keeps the line breaks of a text a person wrote.
func (f funcs) lines(s string) template.HTML {
	return template.HTML(strings.ReplaceAll(template.HTMLEscapeString(s), "\n", "<br>"))
}

// account makes the chip of an account of the matrix.
func (f funcs) account(handle, unit, href string) page.Account {
	return page.Account{Platform: "weibo", Handle: handle, Unit: unit, Href: href}
}

func person(name, post string) page.Person { return page.Person{Name: name, Post: post} }

// branch is a node of the tree picker with the name of its field.
type branch struct {
	Field string
	page.Node
}

func node(field string, n page.Node) branch { return branch{Field: field, Node: n} }

func list(items ...string) []string { return items }

func empty(icon, title, text, href, action string) page.Empty {
	return page.Empty{Icon: icon, Title: title, Text: text, Href: href, Action: action}
}

func progress(done, all int, label string) page.Progress {
	return page.Progress{Done: done, All: all, Label: label}
}

func whenChoice(id, due, wrong string) page.WhenChoice {
	return page.WhenChoice{ID: id, Due: due, Error: wrong}
}

// pairs makes name and value of alternating arguments, for hidden fields.
func pairs(kv ...any) []page.Pair {
	var out []page.Pair
	for i := 0; i+1 < len(kv); i += 2 {
		out = append(out, page.Pair{Name: fmt.Sprint(kv[i]), Value: fmt.Sprint(kv[i+1])})
	}

	return out
}

// jsonData prints v for a <script type="application/json">, which the policy lets stand because it
// never runs.
func jsonData(v any) (template.JS, error) {
	raw, err := json.Marshal(v)
	return template.JS(raw), err
}
