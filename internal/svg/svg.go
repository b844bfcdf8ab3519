// Package svg draws small pictures on the server: sparklines. They need no script, print well and keep
// to the policy of the pages: presentation attributes and classes, never a style attribute. It knows no
// noun of the console.
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
func open(b *strings.Builder, class string, w, h int, label Label) {
	fmt.Fprintf(
		b,
		`<svg class="%s" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`,
		class,
		w,
		h,
		w,
		h,
		words(label),
	)
	if label.Desc != "" {
		fmt.Fprintf(
			b,
			`<title>%s</title><desc>%s</desc>`,
			html.EscapeString(label.Title),
			html.EscapeString(label.Desc),
		)
	}
}

func words(label Label) string {
	if label.Desc == "" {
		return html.EscapeString(label.Title)
	}

	return html.EscapeString(label.Title + ": " + label.Desc)
}

// number writes a coordinate with at most one decimal.
func number(v float64) string { return strconv.FormatFloat(float64(int(v*10+0.5))/10, 'f', -1, 64) }

// Sparkline draws values from left to right. A nil value is a gap: there is no figure, which is not 0.
// With fewer than two values nothing is drawn.
func Sparkline(values []*float64, w, h int, label Label) template.HTML {
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
	open(&b, "spark", w, h, label)
	x, y, _ := strings.Cut(at(last), " ")
	fmt.Fprintf(
		&b,
		`<path class="spark-line" fill="none" d="%s"/><circle class="spark-end" cx="%s" cy="%s" r="2"/></svg>`,
		path.String(),
		x,
		y,
	)

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
