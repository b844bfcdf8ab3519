package reach

import (
	"bytes"
	"strings"

	"juzhen/internal/fault"
)

// A cell that goes on over lines goes on over no more than this. A quote that nobody closed would take
// in the rest of the file.
const (
	maxCellLines = 100
	maxCellBytes = 80 << 10
	maxUnclosed  = 1000 // quotes in a file: each costs a look at as much text as a cell may hold
)

// sheet is a text as lines of cells. It reads what spreadsheets and crawlers write: cells in quotes may
// go on over lines, a quote within them is doubled, and a quote within a cell that has none around it
// is a character like others.
type sheet struct {
	rest  []byte
	line  int // of the row that comes next, from 1
	comma byte
}

// row reads a row and gives the line it begins in. ok is false where a quote is not closed: the row is
// that one line then, and what stands behind it is read as rows again.
func (s *sheet) row(isRow func(cells []string) bool) (cells []string, line int, ok bool) {
	line = s.line
	cells, length, ok := s.scan(isRow)
	if !ok {
		length = lineLength(s.rest)
	}

	s.line += bytes.Count(s.rest[:length], []byte("\n"))
	s.rest = s.rest[length:]

	return cells, line, ok
}

func lineLength(b []byte) int {
	if end := bytes.IndexByte(b, '\n'); end >= 0 {
		return end + 1
	}

	return len(b)
}

// scan reads one row at the beginning of the rest and tells how long it is.
func (s *sheet) scan(isRow func([]string) bool) (cells []string, length int, ok bool) {
	at := 0
	for {
		cell, end, ok := s.cell(at, isRow)
		if !ok {
			return nil, 0, false
		}
		cells = append(cells, cell)

		switch {
		case end >= len(s.rest):
			return cells, len(s.rest), true
		case s.rest[end] == s.comma:
			at = end + 1
		default: // a line's end
			return cells, end + lineLength(s.rest[end:]), true
		}
	}
}

// cell reads the cell that begins at, and gives where it ends: at a comma, a line's end or the end of
// the text.
func (s *sheet) cell(at int, isRow func([]string) bool) (text string, end int, ok bool) {
	if at < len(s.rest) && s.rest[at] == '"' {
		return s.quoted(at, isRow)
	}

	end = at
	for end < len(s.rest) && s.rest[end] != s.comma && s.rest[end] != '\n' {
		end++
	}

	return strings.TrimSuffix(string(s.rest[at:end]), "\r"), end, true
}

// quoted reads a cell in quotes. It is refused when it does not end where a cell ends, when it is
// longer than any, and when a row of its own lies within it: then the quote was never closed, and the
// next one belongs to another row.
func (s *sheet) quoted(at int, isRow func([]string) bool) (text string, end int, ok bool) {
	var out strings.Builder
	lines := 0

	for i := at + 1; i < len(s.rest) && i-at < maxCellBytes; i++ {
		c := s.rest[i]
		switch {
		case c != '"':
			out.WriteByte(c)
			if c != '\n' {
				continue
			}
			if lines++; lines > maxCellLines || s.rowAt(i+1, isRow) {
				return "", 0, false
			}
		case i+1 < len(s.rest) && s.rest[i+1] == '"':
			out.WriteByte('"')
			i++
		default:
			end = i + 1
			if end < len(s.rest) && s.rest[end] == '\r' {
				end++
			}
			ends := end >= len(s.rest) || s.rest[end] == s.comma || s.rest[end] == '\n'

			return out.String(), end, ends
		}
	}

	return "", 0, false
}

// rowAt tells whether a line within a cell is a whole row by itself.
func (s *sheet) rowAt(at int, isRow func([]string) bool) bool {
	if isRow == nil {
		return false
	}

	line := s.rest[at : at+lineLength(s.rest[at:])]
	parts := strings.Split(strings.TrimRight(string(line), "\r\n"), string(s.comma))

	return isRow(parts)
}

// readCSV reads a table with a head: with commas, tabs or semicolons between its cells, whichever makes
// the most of the head.
func (r rowReader) readCSV(text []byte, sink rowSink) error {
	start := 1

	for len(bytes.TrimSpace(text[:lineLength(text)])) == 0 {
		text = text[lineLength(text):]
		start++
	}

	first := text[:lineLength(text)]
	best := sheet{comma: ','}
	var head []string
	var places map[string]int

	for _, comma := range []byte{',', '\t', ';'} {
		s := sheet{rest: first, line: 1, comma: comma}
		cells, _, ok := s.row(nil)
		if found := placesOf(cells); ok && len(found) > len(places) {
			best.comma, head, places = comma, cells, found
		}
	}
	if err := enough(places); err != nil {
		return err
	}

	best.rest, best.line = text, start

	return r.rows(&best, head, places, sink)
}

// rows reads the lines below the head. Crawlers write the head anew in each run: it is no row.
func (r rowReader) rows(s *sheet, head []string, places map[string]int, sink rowSink) error {
	isRow := func(cells []string) bool {
		values := valuesAt(cells, places)
		_, fit := platformID(values)
		_, known := r.instant(values)

		return fit && known
	}

	unclosed := 0

	for len(s.rest) > 0 {
		cells, line, ok := s.row(isRow)
		switch {
		case ok && blank(cells):
			continue
		case ok && sameHead(cells, head):
			continue
		case !ok:
			if unclosed++; unclosed > maxUnclosed {
				return fault.Invalid("file", "引号没有配对的行太多（从第 {.line} 行起），请重新导出", "line", line)
			}
			if err := sink(line, fresh{}, UnfitQuote); err != nil {
				return err
			}

			continue
		}

		post, why := r.post(valuesAt(cells, places))
		if err := sink(line, post, why); err != nil {
			return err
		}
	}

	return nil
}

func blank(cells []string) bool { return strings.TrimSpace(strings.Join(cells, "")) == "" }

func sameHead(cells, head []string) bool {
	if len(cells) != len(head) {
		return false
	}

	for i := range cells {
		if headName(cells[i]) != headName(head[i]) {
			return false
		}
	}

	return true
}

// valuesAt gives the cells by the names of their columns.
func valuesAt(cells []string, places map[string]int) values {
	out := make(values, len(places))
	for name, i := range places {
		if i < len(cells) {
			out[name] = strings.TrimPrefix(strings.TrimSpace(cells[i]), "'")
		}
	}

	return out
}

// enough refuses a head without the columns that every post needs.
func enough(places map[string]int) error {
	has := func(names ...string) bool {
		for _, name := range names {
			if _, ok := places[name]; ok {
				return true
			}
		}

		return false
	}

	switch {
	case !has("id", "bid", "link"):
		return fault.Invalid("file", "首行缺少列：{.column}", "column", "微博ID")
	case !has("posted_at", "day"):
		return fault.Invalid("file", "首行缺少列：{.column}", "column", "发布时间")
	case !has("text"):
		return fault.Invalid("file", "首行缺少列：{.column}", "column", "正文")
	}

	return nil
}
