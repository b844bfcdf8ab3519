package reach

import (
	"encoding/csv"
	"io"
	"strings"

	"juzhen/internal/audit"
)

// bom tells Excel that the file is UTF-8.
const bom = "\ufeff"

// CSV is a table as Excel opens it: UTF-8 with a byte order mark, lines ending in CRLF, and no cell
// that a spreadsheet would take for a formula. Rows go out as they come.
type CSV struct{ w *csv.Writer }

// NewCSV begins a table with its headings. What cannot be written is told by Write or Close.
func NewCSV(w io.Writer, head []string) *CSV {
	out := &CSV{csv.NewWriter(w)}
	out.w.UseCRLF = true
	cells := safeCells(head)
	if len(cells) > 0 {
		cells[0] = bom + cells[0]
	}
	_ = out.w.Write(cells) // kept by the writer, and told at its end

	return out
}

// Write adds a row.
func (c *CSV) Write(row []string) error { return c.w.Write(safeCells(row)) }

// Close sends what is left.
func (c *CSV) Close() error {
	c.w.Flush()
	return c.w.Error()
}

func safeCells(row []string) []string {
	out := make([]string, len(row))
	for i, cell := range row {
		out[i] = safeCell(cell)
	}

	return out
}

// safeCell disarms a formula, and what a spreadsheet would round; a plain number such as -3 stays a number.
func safeCell(s string) string {
	if plainNumber(s) && !audit.ReadAsNumber(s) {
		return s
	}

	return audit.SafeCell(s)
}

func plainNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	return s != "" && strings.Trim(s, "0123456789.") == "" && strings.Count(s, ".") <= 1 && s[0] != '.'
}
