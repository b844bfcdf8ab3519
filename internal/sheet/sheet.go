// Package sheet reads the rows of a table that somebody uploads: Excel (.xlsx), or CSV as programs write it
// in China, between commas or tabs. It bounds what it takes and knows nothing of what stands in the cells.
package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"juzhen/internal/fault"
)

// Limits bound a file. Unzipped is how large an Excel file may become when it is unpacked; Bytes, Unzipped
// and Cell are in bytes.
type Limits struct {
	Bytes, Unzipped, Rows, Columns, Cell int
}

// Row is a row of a file with its number in it, from 1.
type Row struct {
	Number int
	Cells  []string // without the blanks around them
}

// Rows reads the rows of the first sheet of a file. It fails with fault.Invalid at "file".
func Rows(raw []byte, limits Limits) ([]Row, error) {
	switch {
	case len(raw) == 0:
		return nil, fault.Invalid("file", "文件是空的")
	case len(raw) > limits.Bytes:
		return nil, fault.Invalid("file", "文件超过 {.kb} KB，请分成几个文件", "kb", limits.Bytes>>10)
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")):
		return excelRows(raw, limits)
	}

	return csvRows(raw, limits)
}

func excelRows(raw []byte, limits Limits) (rows []Row, err error) {
	file, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{
		UnzipSizeLimit:    int64(limits.Unzipped),
		UnzipXMLSizeLimit: int64(limits.Unzipped),
	})
	if err != nil {
		return nil, fault.Invalid("file", "这个文件不是能读的 Excel 文件（.xlsx），或解开后过大").With(err)
	}
	defer file.Close()

	sheets := file.GetSheetList()
	if len(sheets) == 0 {
		return nil, fault.Invalid("file", "Excel 文件里没有工作表")
	}
	lines, err := file.Rows(sheets[0])
	if err != nil {
		return nil, fault.Invalid("file", "这个文件不是能读的 Excel 文件（.xlsx），或解开后过大").With(err)
	}
	defer lines.Close()

	for number := 1; lines.Next(); number++ {
		cells, err := lines.Columns()
		if err != nil {
			return nil, fault.Invalid("file", "第 {.row} 行不能读", "row", number).With(err)
		}
		if rows, err = limits.add(rows, number, cells); err != nil {
			return nil, err
		}
	}

	return rows, nil
}

func csvRows(raw []byte, limits Limits) (rows []Row, err error) {
	text, err := decoded(raw)
	if err != nil {
		return nil, err
	}
	reader := csv.NewReader(bytes.NewReader(text))
	reader.FieldsPerRecord = -1
	reader.LazyQuotes = true
	if first, _, _ := bytes.Cut(text, []byte("\n")); !bytes.Contains(first, []byte(",")) &&
		bytes.Contains(first, []byte("\t")) {
		reader.Comma = '\t'
	}

	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, fault.Invalid("file", "这个文件不是能读的 CSV 文件").With(err)
		}
		number, _ := reader.FieldPos(0)
		if rows, err = limits.add(rows, number, cells); err != nil {
			return nil, err
		}
	}
}

// decoded gives the text of a CSV file as UTF-8: as it is, or from what Excel writes in China.
func decoded(raw []byte) (text []byte, err error) {
	switch {
	case bytes.HasPrefix(raw, []byte("\xff\xfe")), bytes.HasPrefix(raw, []byte("\xfe\xff")):
		text, err = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(raw)
	case utf8.Valid(raw):
		text = raw
	default:
		text, err = simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
	}
	if err != nil || bytes.ContainsRune(text, 0) {
		return nil, fault.Invalid("file", "这个文件不是能读的 CSV 文件").With(err)
	}

	return bytes.TrimPrefix(text, []byte("\ufeff")), nil
}

func (l Limits) add(rows []Row, number int, cells []string) ([]Row, error) {
	switch {
	case len(rows) > l.Rows:
		return nil, fault.Invalid("file", "文件超过 {.max} 行，请分成几个文件导入", "max", l.Rows)
	case len(cells) > l.Columns:
		return nil, fault.Invalid("file", "第 {.row} 行超过 {.max} 列", "row", number, "max", l.Columns)
	}

	clean := make([]string, len(cells))

	for i, cell := range cells {
		if len(cell) > l.Cell {
			return nil, fault.Invalid("file", "第 {.row} 行第 {.column} 列太长", "row", number, "column", i+1)
		}
		cell = strings.TrimSpace(cell)
		if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune(Formulas, rune(cell[1])) {
			cell = cell[1:]
		}
		clean[i] = cell
	}

	return append(rows, Row{number, clean}), nil
}

// Formulas are the letters with which a table program takes a cell for a formula. One that begins with an
// apostrophe and such a letter is read without the apostrophe.
const Formulas = "=+-@"
