// Package i18n turns the Chinese texts of the console into the language of the reader. The Chinese text
// is its own id: Chinese needs no catalogue, English is the folder en/ of JSON files, merged. It does
// not choose the language and does not format instants or numbers: the faces do.
package i18n

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// The languages of the console.
const (
	Chinese = "zh-CN"
	English = "en"
)

// Text marks an argument of T that is itself a source text and is to be translated before it is filled in.
type Text string

// Filled is an argument of T that is a source text with arguments of its own.
type Filled struct {
	Text string
	Args []any
}

// Pairs gives parameters that were kept as JSON as arguments of T, in the order of their names. Numbers
// lose the form JSON gave them; those named in texts are source texts, filled from the parameter of the
// same name with ArgsOf behind it.
func Pairs(args map[string]any, texts ...string) []any {
	out := make([]any, 0, 2*len(args))
	for _, name := range slices.Sorted(maps.Keys(args)) {
		v := args[name]
		switch x := v.(type) {
		case string:
			if inner, ok := args[name+ArgsOf].(map[string]any); ok {
				v = Filled{x, Pairs(inner, "text")}
			} else if slices.Contains(texts, name) {
				v = Text(x)
			}
		case float64:
			v = strconv.FormatFloat(x, 'f', 0, 64)
		case nil, map[string]any:
			continue
		}
		out = append(out, name, v)
	}

	return out
}

// ArgsOf ends the name of the parameters that belong to a text among parameters.
const ArgsOf = "_args"

// N marks a source text that is stored in a table and translated where it is shown. It gives the text
// back unchanged.
func N(text string) string { return text }

//go:embed all:en
var files embed.FS

// Entry is one English text: Other alone, or One beside it when the text counts something.
type Entry struct {
	One   string `json:"one"`
	Other string `json:"other"`
}

// UnmarshalJSON takes a plain string as well as {"one": …, "other": …}.
func (e *Entry) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &e.Other)
	}
	type plain Entry

	return json.Unmarshal(b, (*plain)(e))
}

// Catalogue reads the English texts of all files. It fails on broken JSON, on an empty text and when
// two files translate the same text differently: then the text needs a context ("发布|动词").
func Catalogue() (map[string]Entry, error) { return catalogue(files) }

func catalogue(in fs.FS) (map[string]Entry, error) {
	all := map[string]Entry{}
	names, err := fs.Glob(in, "en/*.json")
	if err != nil {
		return nil, err
	}

	for _, name := range names {
		if err := merge(all, in, name); err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", name, err)
		}
	}

	return all, nil
}

func merge(all map[string]Entry, in fs.FS, name string) error {
	raw, err := fs.ReadFile(in, name)
	if err != nil {
		return err
	}
	var part map[string]Entry
	if err := json.Unmarshal(raw, &part); err != nil {
		return err
	}

	for id, entry := range part {
		if old, ok := all[id]; ok && old != entry {
			return fmt.Errorf("%q is translated twice, as %q and %q", id, old.Other, entry.Other)
		}
		if entry.Other == "" {
			return fmt.Errorf("%q has no English text", id)
		}
		all[id] = entry
	}

	return nil
}

// english is built once; a broken catalogue is a defect of the build, which the tests find, so it panics.
var english = sync.OnceValue(func() *goi18n.Localizer {
	all, err := Catalogue()
	if err != nil {
		panic(err)
	}
	bundle := goi18n.NewBundle(language.English)

	for id, e := range all {
		m := &goi18n.Message{
			ID:         id,
			One:        cmp.Or(e.One, e.Other),
			Other:      e.Other,
			LeftDelim:  "{",
			RightDelim: "}",
		}
		if err := bundle.AddMessages(language.English, m); err != nil {
			panic(fmt.Errorf("catalogue entry %q: %w", id, err))
		}
	}

	return goi18n.NewLocalizer(bundle, English)
})

var missing atomic.Int64

// Missing counts how often an English reader was shown Chinese since the start because an entry is missing.
func Missing() int64 { return missing.Load() }

// Printer prints texts in one language. It is safe for use by many goroutines.
type Printer struct{ lang string }

// For gives the printer of lang; anything but English is Chinese.
func For(lang string) *Printer {
	if strings.HasPrefix(lang, English) {
		return &Printer{English}
	}

	return &Printer{Chinese}
}

// Lang is the language tag as HTML wants it: "zh-CN" or "en".
func (p *Printer) Lang() string {
	if p == nil {
		return Chinese
	}

	return p.lang
}

// T gives text in the printer's language, with "{.name}" filled from args, which alternate names and
// values. A part behind "|" is context for the translator and never shown. With an argument "n", a
// count, English chooses the plural; from 1,000 on it and its bound "max" are written with their
// thousands apart. A text without an English entry comes back in Chinese and is counted.
func (p *Printer) T(text string, args ...any) string {
	if p.Lang() == Chinese {
		return fill(text, args)
	}
	data, n := p.data(args)
	cfg := &goi18n.LocalizeConfig{MessageID: text, TemplateData: data}
	if n != nil {
		cfg.PluralCount = n
	}
	out, err := english().Localize(cfg)
	if err != nil || out == "" {
		if hasHan(text) {
			missing.Add(1)
		}

		return fill(text, args)
	}

	return out
}

// inner translates an argument that is a text itself.
func (p *Printer) inner(v any) any {
	switch t := v.(type) {
	case Text:
		return p.T(string(t))
	case Filled:
		return p.T(t.Text, t.Args...)
	}

	return v
}

// data translates marked arguments and finds the count that chooses the plural.
func (p *Printer) data(args []any) (map[string]any, any) {
	data := make(map[string]any, len(args)/2)
	var count any

	for i := 0; i+1 < len(args); i += 2 {
		name, v := fmt.Sprint(args[i]), args[i+1]
		v = p.inner(v)
		if name == "n" {
			count = countable(v)
		}
		if isAmount(name) {
			v = grouped(v)
		}
		data[name] = v
	}

	return data, count
}

// countable gives v in a type that the plural rules understand, nil when it is no number.
func countable(v any) any {
	switch v := v.(type) {
	case int, int8, int16, int32, int64:
		return v
	case string:
		return strings.ReplaceAll(v, ",", "")
	}

	return nil
}

// isAmount tells an argument that counts something, "n", or bounds a count, "max", from ids and codes.
func isAmount(name string) bool { return name == "n" || name == "max" }

// grouped writes a count with its thousands apart, as figures are written everywhere: 10,000.
func grouped(v any) any {
	var n int64

	switch v := v.(type) {
	case int:
		n = int64(v)
	case int64:
		n = v
	}
	if n < 1000 {
		return v
	}

	s := strconv.FormatInt(n, 10)
	for at := len(s) - 3; at > 0; at -= 3 {
		s = s[:at] + "," + s[at:]
	}

	return s
}

// fill goes over the text once: what people wrote is never read as a placeholder.
func fill(text string, args []any) string {
	s, _, _ := strings.Cut(text, "|")
	var pairs []string

	for i := 0; i+1 < len(args); i += 2 {
		v := (*Printer)(nil).inner(args[i+1])
		if isAmount(fmt.Sprint(args[i])) {
			v = grouped(v)
		}
		pairs = append(pairs, fmt.Sprintf("{.%v}", args[i]), fmt.Sprint(v))
	}

	return strings.NewReplacer(pairs...).Replace(s)
}

func hasHan(s string) bool {
	for _, r := range s {
		if r >= 0x2E80 && r <= 0x9FFF || r >= 0xFF00 && r <= 0xFFEF {
			return true
		}
	}

	return false
}
