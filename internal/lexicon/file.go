package lexicon

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"juzhen/internal/fault"
	"juzhen/internal/i18n"
)

// Bounds of a file of words.
const (
	MaxFileBytes   = 5 << 20
	maxFileRows    = 200_000
	maxFileColumns = 40
	maxCell        = 4000 // bytes; an entry's own bounds are narrower
	maxUnzipped    = 96 << 20
	maxRowFaults   = 1000 // that are named
)

// column is a field of an entry in a file.
type column struct {
	field string // as faults name it
	names []string
	set   func(*Entry, string)
	get   func(Entry) string
}

// columns are those of a file, in the order of an export. The first name is the one that is written.
func columns() []column {
	return []column{
		{
			"word", []string{i18n.N("词语"), "word"},
			func(e *Entry, s string) { e.Word = s }, func(e Entry) string { return e.Word },
		},
		{
			"level",
			[]string{i18n.N("级别"), "level"},
			func(e *Entry, s string) { e.Level = levelOf(s) },
			func(e Entry) string { return e.Level.Label() },
		},
		{
			"suggestion", []string{i18n.N("建议"), "suggestion"},
			func(e *Entry, s string) { e.Suggestion = s }, func(e Entry) string { return e.Suggestion },
		},
		{
			"note", []string{i18n.N("说明"), "note"},
			func(e *Entry, s string) { e.Note = s }, func(e Entry) string { return e.Note },
		},
		{
			"from", []string{i18n.N("起日"), "from"},
			func(e *Entry, s string) { e.From = s }, func(e Entry) string { return e.From },
		},
		{
			"until", []string{i18n.N("止日"), "until"},
			func(e *Entry, s string) { e.Until = s }, func(e Entry) string { return e.Until },
		},
		{
			"exceptions", []string{i18n.N("例外"), "exceptions"},
			func(e *Entry, s string) { e.Exceptions = SplitExceptions(s) },
			func(e Entry) string { return strings.Join(e.Exceptions, "；") },
		},
		{
			"state", []string{i18n.N("状态"), "state"},
			func(e *Entry, s string) { e.State = stateOf(s) },
			func(e Entry) string { return map[State]string{On: "启用", Off: "停用"}[e.State] },
		},
	}
}

// SplitExceptions reads exceptions that are written on one line.
func SplitExceptions(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("；;，,\n\r", r) })
}

func levelOf(text string) Level {
	for _, level := range Levels() {
		if text == level.Label() || text == string(level) {
			return level
		}
	}

	return Level(text)
}

func stateOf(text string) State {
	return map[string]State{"": On, "on": On, "启用": On, "off": Off, "停用": Off}[text]
}

// RowFault is what is wrong in a cell of a file.
type RowFault struct {
	Row    int    // in the file, from 1
	Column string // as the header of the file has it
	Field  string // of the entry
	Fault  *fault.Error
}

// readFile reads a file of words, Excel or CSV. It fails with fault.Invalid at "file" when it cannot be read
// as a whole; faults name each cell that is wrong, the first thousand of them.
func readFile(raw []byte) (puts []Put, faults []RowFault, err error) {
	rows, err := rowsOf(raw)
	if err != nil {
		return nil, nil, err
	}
	if len(rows) < 2 {
		return nil, nil, fault.Invalid("file", "文件里没有词：第一行是列名，从第二行起每行一个词")
	}
	layout, err := headerOf(rows[0].cells)
	if err != nil {
		return nil, nil, err
	}
	seen := map[string]int{}

	for _, row := range rows[1:] {
		entry := layout.entry(row.cells)
		if entry.Word == "" && strings.Join(row.cells, "") == "" {
			continue
		}
		wrong := fault.FieldErrors(entry.check())
		if first, twice := seen[entry.Word]; twice && entry.Word != "" {
			wrong = append(wrong, fault.Invalid("word", "与第 {.row} 行重复", "row", first))
		}
		seen[entry.Word] = row.number

		for _, one := range wrong {
			faults = append(faults, RowFault{row.number, layout.name(one.Field), one.Field, one})
		}
		puts = append(puts, Put{Entry: entry, Replace: true})
		if len(faults) >= maxRowFaults {
			break
		}
	}

	return puts, faults, nil
}

// fileRow is a row of a file with its number in it.
type fileRow struct {
	number int
	cells  []string
}

// header says which column of a file is which.
type header struct {
	columns []column
	at      []int // per column of columns: its place in the file, -1: it has none
	names   []string
}

func headerOf(cells []string) (header, error) {
	layout := header{columns: columns(), names: cells}
	layout.at = make([]int, len(layout.columns))

	for i, column := range layout.columns {
		layout.at[i] = slices.IndexFunc(cells, func(cell string) bool {
			return slices.Contains(column.names, strings.ToLower(cell))
		})
	}
	if layout.at[0] < 0 {
		return header{}, fault.Invalid("file", "第一行须是列名，其中一列叫「词语」")
	}

	return layout, nil
}

func (h header) entry(cells []string) (entry Entry) {
	for i, column := range h.columns {
		if at := h.at[i]; at >= 0 && at < len(cells) {
			column.set(&entry, cells[at])
		} else if column.field == "state" {
			entry.State = On
		}
	}
	state := entry.State
	entry = entry.clean()
	entry.State = state

	return entry
}

// name is the column of a field as the file calls it.
func (h header) name(field string) string {
	for i, column := range h.columns {
		if column.field == field {
			if h.at[i] >= 0 {
				return h.names[h.at[i]]
			}

			return column.names[0]
		}
	}

	return field
}

// rowsOf reads the rows of a file; cells without the blanks around them.
func rowsOf(raw []byte) ([]fileRow, error) {
	switch {
	case len(raw) == 0:
		return nil, fault.Invalid("file", "文件是空的")
	case len(raw) > MaxFileBytes:
		return nil, fault.Invalid("file", "文件超过 5 MB，请分成几个文件导入")
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")):
		return excelRows(raw)
	}

	return csvRows(raw)
}

func excelRows(raw []byte) (rows []fileRow, err error) {
	file, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{
		UnzipSizeLimit:    maxUnzipped,
		UnzipXMLSizeLimit: maxUnzipped,
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
		if rows, err = appendRow(rows, number, cells); err != nil {
			return nil, err
		}
	}

	return rows, nil
}

func csvRows(raw []byte) (rows []fileRow, err error) {
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
		if rows, err = appendRow(rows, number, cells); err != nil {
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

func appendRow(rows []fileRow, number int, cells []string) ([]fileRow, error) {
	switch {
	case len(rows) > maxFileRows:
		return nil, fault.Invalid("file", "文件超过 {.max} 行，请分成几个文件导入", "max", maxFileRows)
	case len(cells) > maxFileColumns:
		return nil, fault.Invalid("file", "第 {.row} 行超过 {.max} 列", "row", number, "max", maxFileColumns)
	}

	clean := make([]string, len(cells))
	for i, cell := range cells {
		if len(cell) > maxCell {
			return nil, fault.Invalid("file", "第 {.row} 行第 {.column} 列太长", "row", number, "column", i+1)
		}
		cell = strings.TrimSpace(cell)
		if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune(formulas, rune(cell[1])) {
			cell = cell[1:]
		}
		clean[i] = cell
	}

	return append(rows, fileRow{number, clean}), nil
}

// formulas are the letters with which a table program takes a cell for a formula.
const formulas = "=+-@"

// WriteCSV writes entries as a file that can be imported again. Cells that a table program would take for a
// formula begin with an apostrophe.
func WriteCSV(out io.Writer, entries []Entry) error {
	if _, err := io.WriteString(out, "\ufeff"); err != nil {
		return err
	}
	writer := csv.NewWriter(out)

	for _, cells := range table(entries) {
		for i, cell := range cells {
			if cell != "" && strings.ContainsRune(formulas, rune(cell[0])) {
				cells[i] = "'" + cell
			}
		}
		if err := writer.Write(cells); err != nil {
			return err
		}
	}
	writer.Flush()

	return writer.Error()
}

// WriteExcel is WriteCSV as an Excel file; its cells are texts.
func WriteExcel(out io.Writer, entries []Entry) (err error) {
	file := excelize.NewFile()
	defer func() { err = errors.Join(err, file.Close()) }()

	const sheet = "词表"
	if err := file.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	writer, err := file.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	if err := writer.SetColWidth(1, len(columns()), 18); err != nil {
		return err
	}

	for i, cells := range table(entries) {
		values := make([]any, len(cells))
		for j, cell := range cells {
			values[j] = cell
		}
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return err
		}
		if err := writer.SetRow(at, values); err != nil {
			return err
		}
	}
	if err := writer.Flush(); err != nil {
		return err
	}

	return file.Write(out)
}

// table is a file's cells, the names of the columns first.
func table(entries []Entry) func(func(int, []string) bool) {
	return func(yield func(int, []string) bool) {
		all := columns()

		cells := make([]string, len(all))
		for i, column := range all {
			cells[i] = column.names[0]
		}
		if !yield(0, cells) {
			return
		}

		for n, entry := range entries {
			for i, column := range all {
				cells[i] = column.get(entry)
			}
			if !yield(n+1, cells) {
				return
			}
		}
	}
}
