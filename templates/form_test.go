package templates

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestTemplatesAreSetToBeRead holds every template to its form: one tag that makes a box a line, indented by
// what it stands in, and no line wider than a screen.
func TestTemplatesAreSetToBeRead(t *testing.T) {
	t.Parallel()

	for _, files := range []fs.FS{FS, Public} {
		err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}

			text, err := fs.ReadFile(files, path)
			for _, fault := range faults(string(text)) {
				t.Errorf("templates/%s:%s", path, fault)
			}

			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestFaultsOfFormAreSeen: the test above would also be content if it saw nothing.
func TestFaultsOfFormAreSeen(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		"<ul>\n  <li>a</li>\n</ul>\n":                          "",
		"{{if .A}}\n  <p>a</p>\n{{else}}\n  <p>b</p>\n{{end}}": "",
		"<input name=\"a\"\n  {{- if .B}} checked{{end}}>\n":   "",
		"<textarea>\nas typed</textarea>\n":                    "",
		"<ul><li>a</li></ul>\n":                                "1: 2 tags that make a box",
		"<ul>\n<li>a</li>\n</ul>\n":                            "2: indented by 0, not 2",
		"<ul>\n  <li>a</li>\n  </ul>\n":                        "3: indented by 2, not 0",
		"{{range .A}}\n<p>a</p>\n{{end}}":                      "2: indented by 0, not 2",
		"<input name=\"a\"\nvalue=\"b\">\n":                    "2: goes on at 0, not at 2 or more",
		"{{if .A}}\n  <div>\n{{end}}\n":                        "3: indented by 0, not 2; 3: {{end}} closes <div>",
		"<div>\n":                                              "1: <div> is not closed",
		strings.Repeat("字", widest+1):                          "1: 141 signs, more than 140",
	} {
		if got := strings.Join(faults(text), "; "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

const (
	widest = 140
	step   = 2
)

var (
	// boxes stand on lines of their own.
	boxes = setOf(`html head body main header footer nav section article aside div p h1 h2 h3 h4 h5 h6
		form fieldset legend label select optgroup option textarea button details summary dialog
		table caption thead tbody tfoot tr th td ul ol li dl dt dd figure figcaption`)
	void     = setOf(`!doctype area base br col hr img input link meta source wbr`)
	verbatim = setOf(`textarea pre script style`)

	loneText = regexp.MustCompile(`^\s*"[^"]*"$`) // a message that is longer than a line cannot be broken
	tagName  = regexp.MustCompile(`^</?([!a-zA-Z][\w-]*)`)
)

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(words) {
		set[word] = true
	}

	return set
}

// piece is a tag or an action, with the place where it begins and ends.
type piece struct {
	name        string // "div", or the first word of an action
	written     string // as it is told in a fault
	action      bool
	closes      bool
	opens       bool
	first, last int // lines, from 0
	column      int
}

// faults tells what is wrong with the form of a template, each with its line.
func faults(text string) (list []string) {
	lines := strings.Split(text, "\n")
	blame := func(line int, format string, args ...any) {
		list = append(list, fmt.Sprintf("%d: %s", line+1, fmt.Sprintf(format, args...)))
	}

	pieces, asTyped := piecesOf(text)
	starting := make([][]piece, len(lines))

	within := make([]int, len(lines)) // the line where the piece began that goes on here, else -1
	for i := range within {
		within[i] = -1
	}

	for _, p := range pieces {
		starting[p.first] = append(starting[p.first], p)
		for i := p.first + 1; i <= p.last; i++ {
			within[i] = p.first
		}
	}

	type opened struct {
		piece
		indent int
	}
	var stack []opened
	indent := 0 // of the line that began what the present one goes on with

	for i, line := range lines {
		if n := utf8.RuneCountInString(line); n > widest && !loneText.MatchString(line) {
			blame(i, "%d signs, more than %d", n, widest)
		}
		if n := boxesIn(starting[i]); n > 1 {
			blame(i, "%d tags that make a box", n)
		}

		own := len(line) - len(strings.TrimLeft(line, " "))
		switch {
		case strings.TrimSpace(line) == "" || asTyped[i]:
		case within[i] >= 0:
			if own < indent+step || own%step != 0 {
				blame(i, "goes on at %d, not at %d or more", own, indent+step)
			}
		default:
			indent = own
			want := 0
			if len(stack) > 0 {
				want = stack[len(stack)-1].indent + step
				if p := starting[i]; len(p) > 0 && p[0].closes && p[0].column == own {
					want -= step
				}
			}
			if own != want {
				blame(i, "indented by %d, not %d", own, want)
			}
		}

		for _, p := range starting[i] {
			if p.closes {
				if len(stack) == 0 {
					blame(i, "%s closes nothing", p.written)
					return list
				}
				top := stack[len(stack)-1]
				if top.action != p.action || !p.action && top.name != p.name {
					blame(i, "%s closes %s", p.written, top.written)
					return list
				}
				stack = stack[:len(stack)-1]
			}
			if p.opens {
				stack = append(stack, opened{p, indent})
			}
		}
	}

	for _, left := range stack {
		blame(left.first, "%s is not closed", left.written)
	}

	return list
}

func boxesIn(pieces []piece) (n int) {
	for _, p := range pieces {
		if !p.action && !p.closes && boxes[p.name] {
			n++
		}
	}

	return n
}

// piecesOf cuts a template into tags and the actions outside of tags. asTyped are the lines whose blanks are
// shown as they are, or that stand in a comment.
func piecesOf(text string) (pieces []piece, asTyped map[int]bool) {
	asTyped = map[int]bool{}
	lineOf := func(at int) int { return strings.Count(text[:at], "\n") }
	leave := func(from, to int) {
		for i := lineOf(from) + 1; i <= lineOf(to); i++ {
			asTyped[i] = true
		}
	}

	for at := 0; at < len(text); {
		rest := text[at:]
		end := at + 1

		switch {
		case strings.HasPrefix(rest, "{{"):
			end = at + actionLength(rest)
			p := actionOf(text[at:end])
			p.place(text, at, end)
			pieces = append(pieces, p)
			if strings.HasPrefix(p.name, "/*") {
				leave(at, end)
			}

		case tagName.MatchString(rest):
			end = at + tagLength(rest)
			p := tagOf(text[at:end])
			p.place(text, at, end)
			if verbatim[p.name] && p.opens {
				length := strings.Index(text[end:], "</"+p.name)
				leave(end, end+length)
				end += length + len("</"+p.name+">")
				p.opens = false
			}
			pieces = append(pieces, p)
		}
		at = end
	}

	return pieces, asTyped
}

func (p *piece) place(text string, from, to int) {
	p.first, p.last = strings.Count(text[:from], "\n"), strings.Count(text[:to], "\n")
	p.column = from - 1 - strings.LastIndexByte(text[:from], '\n')
}

func actionOf(text string) piece {
	inside := strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(text[2:len(text)-2], "- "), " -"))
	name, _, _ := strings.Cut(inside, " ")

	p := piece{name: name, action: true, written: "{{" + name + "}}"}
	switch name {
	case "if", "range", "with", "define", "block":
		p.opens = true
	case "else":
		p.opens, p.closes = true, true
	case "end":
		p.closes = true
	}

	return p
}

func tagOf(text string) piece {
	name := strings.ToLower(tagName.FindStringSubmatch(text)[1])
	closes := strings.HasPrefix(text, "</")
	opens := !closes && !void[name] && !strings.HasSuffix(text, "/>")
	written := "<" + name + ">"
	if closes {
		written = "</" + name + ">"
	}

	return piece{name: name, written: written, closes: closes, opens: opens}
}

// actionLength is the length of the action at the head of text. A text in it may hold what would end it.
func actionLength(text string) int {
	if comment := strings.TrimLeft(text, "{- "); strings.HasPrefix(comment, "/*") {
		from := strings.Index(text, "*/")
		return from + strings.Index(text[from:], "}}") + 2
	}
	quoted := false

	for i := range len(text) {
		switch {
		case text[i] == '"' && text[i-1] != '\\':
			quoted = !quoted
		case !quoted && strings.HasPrefix(text[i:], "}}"):
			return i + 2
		}
	}

	return len(text)
}

// tagLength is the length of the tag at the head of text, with the actions in it.
func tagLength(text string) int {
	var quote byte

	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case strings.HasPrefix(text[i:], "{{"):
			i += actionLength(text[i:]) - 1
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		}
	}

	return len(text)
}
