package reach

import (
	"encoding/csv"
	"io"
	"strings"

	"juzhen/internal/audit"
)

// bom tells Excel that the file is UTF-8.
const bom = "\ufeff"

// WriteCSV writes a table as Excel opens it: UTF-8 with a byte order mark, lines ending in CRLF, and no cell that a spreadsheet
// would take for a formula.
func WriteCSV(w io.Writer, head []string, rows [][]string) error {
	if _, err := io.WriteString(w, bom); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(safeCells(head)); err != nil {
		return err
	}
	for _, row := range rows {
		if err := out.Write(safeCells(row)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func safeCells(row []string) []string {
	out := make([]string, len(row))
	for i, cell := range row {
		out[i] = safeCell(cell)
	}
	return out
}

// safeCell disarms a formula; a plain number such as -3 stays a number.
func safeCell(s string) string {
	if plainNumber(s) {
		return s
	}
	return audit.SafeCell(s)
}

func plainNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	return s != "" && strings.Trim(s, "0123456789.") == "" && strings.Count(s, ".") <= 1 && s[0] != '.'
}
