package sheet

import (
	"errors"
	"io"
	"iter"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Head is a column of a file that is written, with its width in letters.
type Head struct {
	Text  string
	Width float64
}

// WriteExcel writes a table as an Excel file (.xlsx) with one sheet. Every cell is a text: what looks like
// a formula is none. A cell that would be taken for one when it is saved as CSV begins with an apostrophe,
// which Rows leaves out.
func WriteExcel(out io.Writer, name string, heads []Head, rows iter.Seq[[]string]) (err error) {
	file := excelize.NewFile()
	defer func() { err = errors.Join(err, file.Close()) }()

	if err := file.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	writer, err := file.NewStreamWriter(name)
	if err != nil {
		return err
	}
	titles := make([]string, len(heads))

	for i, head := range heads {
		titles[i] = head.Text
		if err := writer.SetColWidth(i+1, i+1, head.Width); err != nil {
			return err
		}
	}
	number := 0
	put := func(cells []string) error {
		number++
		values := make([]any, len(cells))

		for i, cell := range cells {
			values[i] = safe(cell)
		}

		return writer.SetRow("A"+strconv.Itoa(number), values)
	}
	if err := put(titles); err != nil {
		return err
	}

	for cells := range rows {
		if err := put(cells); err != nil {
			return err
		}
	}
	if err := writer.Flush(); err != nil {
		return err
	}

	return file.Write(out)
}

// safe puts an apostrophe before what a table program takes for a formula.
func safe(cell string) string {
	if cell != "" && strings.ContainsRune(Formulas, rune(cell[0])) {
		return "'" + cell
	}

	return cell
}
