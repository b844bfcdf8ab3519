package web

import (
	"bytes"
	"errors"
	"html/template"
	"io"
	"regexp"

	"golang.org/x/net/html"

	"juzhen/internal/glyph"
)

// writeUnseen gives a page in which characters that cannot be seen are written out wherever a text is
// read, so that a reader sees what is stored. Fields that are sent back keep their values as they are.
// A page without such characters is given back itself.
func writeUnseen(page []byte) []byte {
	if !bytes.ContainsFunc(page, glyph.Hidden) {
		return page
	}

	var out bytes.Buffer
	tokens := html.NewTokenizer(bytes.NewReader(page))
	inside := "" // the element whose text is no markup: textarea, script, style, title

	for {
		kind := tokens.Next()
		raw := tokens.Raw()

		switch kind {
		case html.ErrorToken:
			if !errors.Is(tokens.Err(), io.EOF) {
				return page
			}
			out.Write(raw)

			return out.Bytes()

		case html.TextToken:
			out.WriteString(writtenText(string(raw), inside))

		case html.StartTagToken, html.SelfClosingTagToken:
			out.WriteString(readAttributes.ReplaceAllStringFunc(string(raw), glyph.Written))
			name, _ := tokens.TagName()
			inside = ""
			if kept[string(name)] || plain[string(name)] {
				inside = string(name)
			}

		default:
			inside = ""
			out.Write(raw)
		}
	}
}

// readAttributes are those whose value is read to a person.
var readAttributes = regexp.MustCompile(` (?:title|aria-label|alt|data-title)="[^"]*"`)

var (
	kept  = map[string]bool{"textarea": true, "script": true, "style": true} // sent back or run, not read
	plain = map[string]bool{"title": true, "option": true}                   // hold text alone, no elements
)

func writtenText(text, inside string) string {
	switch {
	case kept[inside]:
		return text
	case plain[inside]:
		return glyph.Written(text)
	}

	return glyph.WrittenAs(text, func(unseen glyph.Unseen) string {
		return `<span class="unseen">‹` + template.HTMLEscapeString(unseen.Name()) + `›</span>`
	})
}
