package sheet

import (
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Page is one sheet of a workbook: a title above a table whose head stays in sight, and a chart of it.
type Page struct {
	Name    string // cut to the 31 letters that a sheet's name may have
	Title   string
	Columns []Column
	Rows    [][]Cell // each as long as Columns
	Chart   *Chart
	Notes   []string // below the table
}

// Column is a column of a page, with its width in letters.
type Column struct {
	Text  string
	Width float64
}

// Cell is a number, where there is one, else a text.
type Cell struct {
	Text     string
	Number   *float64
	Decimals int // that are shown, 0 to 2
}

// Chart is drawn by the program that opens the file, from the first rows of the table.
type Chart struct {
	Title  string
	Line   bool // else bars
	Label  int  // the column of the names
	Values []int
	Rows   int // 0: all
}

// Where the table of a page begins, in rows from 1.
const (
	titleRow = 1
	headRow  = 2
)

// looks are the styles of a workbook, by their numbers in it.
type looks struct {
	title, head, text, note int
	number                  [3]int
}

// WriteBook writes pages as an Excel file (.xlsx). Numbers are numbers; a text is never a formula.
func WriteBook(out io.Writer, pages []Page) (err error) {
	file := excelize.NewFile()
	defer func() { err = errors.Join(err, file.Close()) }()

	looks, err := stylesOf(file)
	if err != nil {
		return err
	}

	for i, page := range pages {
		name := sheetName(page.Name)
		if i == 0 {
			err = file.SetSheetName("Sheet1", name)
		} else {
			_, err = file.NewSheet(name)
		}
		if err != nil {
			return err
		}
		if err := page.write(file, name, looks); err != nil {
			return fmt.Errorf("sheet %s: %w", name, err)
		}
	}

	return file.Write(out)
}

// sheetName cuts a name to what Excel takes.
func sheetName(name string) string {
	for utf8.RuneCountInString(name) > 31 {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}

	return name
}

func stylesOf(file *excelize.File) (made looks, err error) {
	border := []excelize.Border{
		{Type: "left", Color: "999999", Style: 1},
		{Type: "right", Color: "999999", Style: 1},
		{Type: "top", Color: "999999", Style: 1},
		{Type: "bottom", Color: "999999", Style: 1},
	}
	add := func(style *excelize.Style) int {
		number, failed := file.NewStyle(style)
		err = errors.Join(err, failed)

		return number
	}
	made.title = add(&excelize.Style{Font: &excelize.Font{Bold: true, Size: 14}})
	made.head = add(&excelize.Style{
		Border:    border,
		Font:      &excelize.Font{Bold: true},
		Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"EEF2F7"}},
		Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true},
	})
	made.text = add(&excelize.Style{
		Border: border, Alignment: &excelize.Alignment{Vertical: "top", WrapText: true},
	})
	made.note = add(&excelize.Style{Font: &excelize.Font{Color: "666666"}})

	for decimals, format := range []string{"#,##0", "#,##0.0", "#,##0.00"} {
		made.number[decimals] = add(&excelize.Style{
			Border: border, CustomNumFmt: &format, Alignment: &excelize.Alignment{Vertical: "top"},
		})
	}

	return made, err
}

// write fills the sheet of a page.
func (p Page) write(file *excelize.File, name string, looks looks) error {
	var failed error

	put := func(column, row int, value any, look int) {
		cell, err := excelize.CoordinatesToCellName(column+1, row)
		failed = errors.Join(failed, err, file.SetCellValue(name, cell, value),
			file.SetCellStyle(name, cell, cell, look))
	}
	put(0, titleRow, safe(p.Title), looks.title)

	for i, column := range p.Columns {
		letter, err := excelize.ColumnNumberToName(i + 1)
		failed = errors.Join(failed, err, file.SetColWidth(name, letter, letter, column.Width))
		put(i, headRow, safe(column.Text), looks.head)
	}

	for n, row := range p.Rows {
		for i, cell := range row {
			if cell.Number != nil {
				put(i, headRow+1+n, *cell.Number, looks.number[min(max(cell.Decimals, 0), 2)])
			} else {
				put(i, headRow+1+n, safe(cell.Text), looks.text)
			}
		}
	}

	for n, note := range p.Notes {
		put(0, headRow+2+len(p.Rows)+n, safe(note), looks.note)
	}

	return errors.Join(failed, p.frozen(file, name), p.drawn(file, name))
}

// frozen keeps the head and the first column in sight, and repeats the head on every printed page.
func (p Page) frozen(file *excelize.File, name string) error {
	fit, wide := true, 1
	high := 0

	return errors.Join(
		file.SetPanes(name, &excelize.Panes{
			Freeze: true, XSplit: 1, YSplit: headRow, TopLeftCell: "B3", ActivePane: "bottomRight",
		}),
		file.SetDefinedName(&excelize.DefinedName{
			Name: "_xlnm.Print_Titles", Scope: name,
			RefersTo: fmt.Sprintf("'%s'!$%d:$%d", name, titleRow, headRow),
		}),
		file.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}),
		file.SetPageLayout(name, &excelize.PageLayoutOptions{FitToWidth: &wide, FitToHeight: &high}),
	)
}

// drawn puts the chart to the right of the table.
func (p Page) drawn(file *excelize.File, name string) error {
	if p.Chart == nil || len(p.Rows) == 0 {
		return nil
	}

	rows := len(p.Rows)
	if p.Chart.Rows > 0 {
		rows = min(rows, p.Chart.Rows)
	}

	kind := excelize.Col
	if p.Chart.Line {
		kind = excelize.Line
	}

	var (
		failed error
		series []excelize.ChartSeries
	)
	// reference names cells of a column, from one row to another.
	reference := func(column, from, to int) string {
		letter, err := excelize.ColumnNumberToName(column + 1)
		failed = errors.Join(failed, err)

		return fmt.Sprintf("'%s'!$%s$%d:$%s$%d", name, letter, from, letter, to)
	}

	for _, column := range p.Chart.Values {
		series = append(series, excelize.ChartSeries{
			Name:       reference(column, headRow, headRow),
			Categories: reference(p.Chart.Label, headRow+1, headRow+rows),
			Values:     reference(column, headRow+1, headRow+rows),
		})
	}

	at, err := excelize.CoordinatesToCellName(len(p.Columns)+2, headRow)

	return errors.Join(failed, err, file.AddChart(name, at, &excelize.Chart{
		Type:      kind,
		Series:    series,
		Title:     excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: p.Chart.Title}}},
		Legend:    excelize.ChartLegend{Position: "bottom"},
		Dimension: excelize.ChartDimension{Width: 720, Height: 380},
	}))
}
