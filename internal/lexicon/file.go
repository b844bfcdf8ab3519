package lexicon

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/sheet"
)

// MaxFileBytes bounds a file of words.
const MaxFileBytes = 5 << 20

// fileLimits bound a file of words; an entry's own bounds are narrower.
var fileLimits = sheet.Limits{Bytes: MaxFileBytes, Unzipped: 96 << 20, Rows: 200_000, Columns: 40, Cell: 4000}

// maxRowFaults is how many faults of a file are named.
const maxRowFaults = 1000

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
	rows, err := sheet.Rows(raw, fileLimits)
	if err != nil {
		return nil, nil, err
	}
	if len(rows) < 2 {
		return nil, nil, fault.Invalid("file", "文件里没有词：第一行是列名，从第二行起每行一个词")
	}
	layout, err := headerOf(rows[0].Cells)
	if err != nil {
		return nil, nil, err
	}
	seen := map[string]int{}

	for _, row := range rows[1:] {
		entry := layout.entry(row.Cells)
		if entry.Word == "" && strings.Join(row.Cells, "") == "" {
			continue
		}
		wrong := fault.FieldErrors(entry.check())
		if first, twice := seen[entry.Word]; twice && entry.Word != "" {
			wrong = append(wrong, fault.Invalid("word", "与第 {.row} 行重复", "row", first))
		}
		seen[entry.Word] = row.Number

		for _, one := range wrong {
			faults = append(faults, RowFault{row.Number, layout.name(one.Field), one.Field, one})
		}
		puts = append(puts, Put{Entry: entry, Replace: true})
		if len(faults) >= maxRowFaults {
			break
		}
	}

	return puts, faults, nil
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

// WriteCSV writes entries as a file that can be imported again. Cells that a table program would take for a
// formula begin with an apostrophe.
func WriteCSV(out io.Writer, entries []Entry) error {
	if _, err := io.WriteString(out, "\ufeff"); err != nil {
		return err
	}
	writer := csv.NewWriter(out)

	for _, cells := range table(entries) {
		for i, cell := range cells {
			if cell != "" && strings.ContainsRune(sheet.Formulas, rune(cell[0])) {
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
