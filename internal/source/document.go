package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
)

// Bounds of a document.
const (
	maxBytes  = 1 << 20 // as it comes, unpacked
	maxDepth  = 32      // of values within values
	maxNodes  = 50_000  // values in all
	maxNumber = 40      // letters of a number
)

// node is a value of a document. An object keeps the order in which its names came.
type node struct {
	kind  nodeKind
	text  string   // of a word, a number, true and false
	names []string // of an object, beside items
	items []*node
}

type nodeKind int

const (
	nothing nodeKind = iota // null
	scalar
	list
	object
)

// read reads a document of JSON within the bounds. It fails with fault.Invalid.
func read(raw []byte) (*node, error) {
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	if !utf8.Valid(raw) {
		return nil, errUnread(i18n.N("不是 UTF-8 编码"), nil)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	r := &documentReader{decoder: decoder}

	root, err := r.value(0)
	if err != nil {
		var told *fault.Error
		if errors.As(err, &told) {
			return nil, told
		}

		return nil, errUnread(i18n.N("不是 JSON"), err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errUnread(i18n.N("一份内容之后还有别的内容"), nil)
	}

	return root, nil
}

func errUnread(why string, cause error) *fault.Error {
	return fault.Invalid("url", "返回的内容读不出来：{.why}", "why", i18n.Text(why)).With(cause)
}

// documentReader counts while it reads.
type documentReader struct {
	decoder *json.Decoder
	nodes   int
}

func (r *documentReader) value(depth int) (*node, error) {
	token, err := r.decoder.Token()
	if err != nil {
		return nil, err
	}
	if r.nodes++; r.nodes > maxNodes {
		return nil, errUnread(i18n.N("内容过多"), nil)
	}
	if depth > maxDepth {
		return nil, errUnread(i18n.N("层次过深"), nil)
	}

	switch v := token.(type) {
	case nil:
		return &node{}, nil
	case string:
		return &node{kind: scalar, text: v}, nil
	case bool:
		return &node{kind: scalar, text: strconv.FormatBool(v)}, nil
	case json.Number:
		if len(v) > maxNumber {
			return nil, errUnread(i18n.N("有一个数过长"), nil)
		}

		return &node{kind: scalar, text: v.String()}, nil
	case json.Delim:
		if v == '[' {
			return r.items(depth)
		}

		return r.members(depth)
	}

	return nil, errors.New("source: unknown token")
}

func (r *documentReader) items(depth int) (*node, error) {
	all := &node{kind: list}

	for r.decoder.More() {
		item, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		all.items = append(all.items, item)
	}
	_, err := r.decoder.Token()

	return all, err
}

func (r *documentReader) members(depth int) (*node, error) {
	all, seen := &node{kind: object}, map[string]bool{}

	for r.decoder.More() {
		token, err := r.decoder.Token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string)
		if seen[name] {
			return nil, errUnread(i18n.N("同一个名称出现了两次"), nil)
		}
		seen[name] = true
		item, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		all.names, all.items = append(all.names, name), append(all.items, item)
	}
	_, err := r.decoder.Token()

	return all, err
}

// Bounds of a path.
const (
	maxPath  = 200 // bytes
	maxSteps = 20
)

// step leads from a value to one within it: a name of an object, or a place in a list, from the end when
// it is below 0.
type step struct {
	name  string
	place int
	named bool
}

// parsePath reads a path: names between dots, places in brackets, names in brackets and quotes; "$" before
// it may stand. "" is the document itself. ok is false for anything else.
func parsePath(text string) (steps []step, ok bool) {
	rest := strings.TrimPrefix(strings.TrimSpace(text), "$")
	if len(rest) > maxPath || !utf8.ValidString(rest) {
		return nil, false
	}

	for first := true; rest != ""; first = false {
		if len(steps) == maxSteps {
			return nil, false
		}

		var next step
		if rest[0] == '[' {
			next, rest, ok = bracket(rest[1:])
		} else {
			next, rest, ok = dotted(rest, first)
		}
		if !ok {
			return nil, false
		}
		steps = append(steps, next)
	}

	return steps, true
}

func bracket(text string) (next step, rest string, ok bool) {
	if strings.HasPrefix(text, `"`) {
		quoted, err := strconv.QuotedPrefix(text)
		if err != nil || !strings.HasPrefix(text[len(quoted):], "]") {
			return step{}, "", false
		}
		name, err := strconv.Unquote(quoted)

		return step{name: name, named: true}, text[len(quoted)+1:], err == nil
	}
	inside, rest, ok := strings.Cut(text, "]")
	place, err := strconv.Atoi(inside)

	return step{place: place}, rest, ok && err == nil && len(inside) <= 6
}

func dotted(text string, first bool) (next step, rest string, ok bool) {
	if dot := strings.HasPrefix(text, "."); dot {
		text = text[1:]
	} else if !first {
		return step{}, "", false
	}
	end := strings.IndexAny(text, ".[")
	if end < 0 {
		end = len(text)
	}

	return step{name: text[:end], named: true}, text[end:], end > 0
}

// at follows steps; nil where they lead nowhere.
func (n *node) at(steps []step) *node {
	for _, s := range steps {
		if n == nil {
			return nil
		}

		i := s.place

		switch {
		case s.named && n.kind == object:
			i = slices.Index(n.names, s.name)
		case s.named || n.kind != list:
			return nil
		case i < 0:
			i += len(n.items)
		}
		if i < 0 || i >= len(n.items) {
			return nil
		}
		n = n.items[i]
	}

	return n
}

// shownText is how much of a value a trial shows, in visible signs.
const shownText = 80

// Leaf is a value of a document that holds no others, with the path that leads to it.
type Leaf struct {
	Path string
	Text string // cut where it is long
}

// leaves lists the first of them, at most so many.
func (n *node) leaves(most int) (all []Leaf) {
	var walk func(n *node, path string)
	walk = func(n *node, path string) {
		if len(all) >= most {
			return
		}

		if n.kind == nothing || n.kind == scalar {
			all = append(all, Leaf{path, glyph.Cut(n.text, shownText)})
		}

		for i, item := range n.items {
			if n.kind == list {
				walk(item, path+"["+strconv.Itoa(i)+"]")
			} else {
				walk(item, joined(path, n.names[i]))
			}
		}
	}
	walk(n, "")

	return all
}

func joined(path, name string) string {
	switch {
	case name == "" || strings.ContainsAny(name, `.[]"$@`+" \t\n"):
		return path + "[" + strconv.Quote(name) + "]"
	case path == "":
		return name
	}

	return path + "." + name
}
