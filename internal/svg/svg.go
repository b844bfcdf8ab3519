// Package svg draws small pictures on the server: sparkline, tile map, heat map. They need no script, print well and keep
// to the policy of the pages: presentation attributes and classes, never a style attribute. It knows no noun of the console.
package svg

import (
	"fmt"
	"html"
	"html/template"
	"strconv"
	"strings"
)

// Label says in words what a picture shows; Title is short, Desc tells the figures. Both are plain text.
type Label struct{ Title, Desc string }

// open begins a picture of w × h units that readers' voices announce by label.
func open(b *strings.Builder, class string, w, h int, l Label) {
	fmt.Fprintf(b, `<svg class="%s" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`, class, w, h, w, h, words(l))
	if l.Desc != "" {
		fmt.Fprintf(b, `<title>%s</title><desc>%s</desc>`, html.EscapeString(l.Title), html.EscapeString(l.Desc))
	}
}

func words(l Label) string {
	if l.Desc == "" {
		return html.EscapeString(l.Title)
	}
	return html.EscapeString(l.Title + ": " + l.Desc)
}

// number writes a coordinate with at most one decimal.
func number(v float64) string { return strconv.FormatFloat(float64(int(v*10+0.5))/10, 'f', -1, 64) }

// Sparkline draws values from left to right. A nil value is a gap: there is no figure, which is not 0. With fewer than two
// values nothing is drawn.
func Sparkline(values []*float64, w, h int, l Label) template.HTML {
	lo, hi, n := bounds(values)
	if n < 2 {
		return ""
	}
	if hi == lo {
		hi, lo = hi+1, lo-1
	}
	const pad = 2.5
	step := (float64(w) - 2*pad) / float64(len(values)-1)
	at := func(i int) string {
		y := pad + (hi-*values[i])/(hi-lo)*(float64(h)-2*pad)
		return number(pad+float64(i)*step) + " " + number(y)
	}
	var b, path strings.Builder
	last, pen := -1, "M"
	for i, v := range values {
		if v == nil {
			pen = "M"
			continue
		}
		path.WriteString(pen + at(i))
		pen, last = "L", i
	}
	open(&b, "spark", w, h, l)
	x, y, _ := strings.Cut(at(last), " ")
	fmt.Fprintf(&b, `<path class="spark-line" fill="none" d="%s"/><circle class="spark-end" cx="%s" cy="%s" r="2"/></svg>`, path.String(), x, y)
	return template.HTML(b.String())
}

// Floats makes values for Sparkline of whole numbers.
func Floats[N ~int | ~int64 | ~float64](in []N) []*float64 {
	out := make([]*float64, len(in))
	for i, n := range in {
		f := float64(n)
		out[i] = &f
	}
	return out
}

func bounds(values []*float64) (lo, hi float64, n int) {
	for _, v := range values {
		if v == nil {
			continue
		}
		if n == 0 || *v < lo {
			lo = *v
		}
		if n == 0 || *v > hi {
			hi = *v
		}
		n++
	}
	return lo, hi, n
}

// levels is how many steps of depth a value can have; the figure always stands beside the colour.
const levels = 5

// level is the step of v between 0 and hi.
func level(v, hi float64) int {
	if hi <= 0 || v <= 0 {
		return 0
	}
	return min(levels-1, int(v/hi*levels))
}

// Tile is one cell of a tile map. Value is nil when there is no figure. Text is what is written under the name.
type Tile struct {
	Name, Text string
	Row, Col   int
	Value      *float64
	Href       string
}

const tileW, tileH = 76, 52

// TileMap draws districts as equal tiles on a grid: no geography, each as big as the others and readable.
func TileMap(tiles []Tile, l Label) template.HTML {
	var values []*float64
	rows, cols := 0, 0
	for _, t := range tiles {
		values = append(values, t.Value)
		rows, cols = max(rows, t.Row+1), max(cols, t.Col+1)
	}
	_, hi, _ := bounds(values)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="tile" viewBox="0 0 %d %d" width="%d" height="%d" role="group" aria-label="%s">`, cols*tileW, rows*tileH, cols*tileW, rows*tileH, words(l))
	for _, t := range tiles {
		tile(&b, t, hi)
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

func tile(b *strings.Builder, t Tile, hi float64) {
	class := "level-none"
	if t.Value != nil {
		class = "level-" + strconv.Itoa(level(*t.Value, hi))
	}
	x, y := t.Col*tileW, t.Row*tileH
	name, text := html.EscapeString(t.Name), html.EscapeString(t.Text)
	if t.Href != "" {
		fmt.Fprintf(b, `<a href="%s" aria-label="%s %s">`, html.EscapeString(t.Href), name, text)
	} else {
		fmt.Fprintf(b, `<g role="img" aria-label="%s %s">`, name, text)
	}
	fmt.Fprintf(b, `<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="4"/><text x="%d" y="%d">%s</text><text class="tile-value" x="%d" y="%d">%s</text>`,
		class, x, y, tileW, tileH, x+tileW/2, y+22, name, x+tileW/2, y+40, text)
	if t.Href != "" {
		b.WriteString(`</a>`)
		return
	}
	b.WriteString(`</g>`)
}

// Heat is a grid of weekday (rows, Monday first) × hour. A nil cell has no figure. Days and the words of a cell are in the
// reader's language; Say gives the words of a cell for the hint.
type Heat struct {
	Cells [7][24]*float64
	Days  [7]string
	Say   func(day, hour int, v float64) string
}

const cell, left, above = 16, 36, 16

// HeatMap draws h with hours above and weekdays at the left.
func HeatMap(h Heat, l Label) template.HTML {
	var all []*float64
	for d := range h.Cells {
		all = append(all, h.Cells[d][:]...)
	}
	_, hi, _ := bounds(all)
	var b strings.Builder
	open(&b, "heat", left+24*cell, above+7*cell, l)
	for hour := 0; hour < 24; hour += 3 {
		fmt.Fprintf(&b, `<text x="%d" y="%d">%d</text>`, left+hour*cell, above-5, hour)
	}
	for d := range h.Cells {
		fmt.Fprintf(&b, `<text x="0" y="%d">%s</text>`, above+d*cell+12, html.EscapeString(h.Days[d]))
		for hour, v := range h.Cells[d] {
			h.cell(&b, d, hour, v, hi)
		}
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

func (h Heat) cell(b *strings.Builder, day, hour int, v *float64, hi float64) {
	x, y := left+hour*cell, above+day*cell
	if v == nil {
		fmt.Fprintf(b, `<rect class="level-none" x="%d" y="%d" width="%d" height="%d" rx="2"/>`, x, y, cell-2, cell-2)
		return
	}
	hint := ""
	if h.Say != nil {
		hint = "<title>" + html.EscapeString(h.Say(day, hour, *v)) + "</title>"
	}
	fmt.Fprintf(b, `<rect class="level-%d" x="%d" y="%d" width="%d" height="%d" rx="2">%s</rect>`, level(*v, hi), x, y, cell-2, cell-2, hint)
}
