package template

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"juzhen/internal/air"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
	"juzhen/internal/sheet"
)

// row is a line of a pasted table with its place in it.
type row struct {
	number int // from 1, as a person counts
	cells  []string
}

// cell is what stands in a column, from 0; "" where the row is shorter.
func (w row) cell(i int) string {
	if i >= len(w.cells) {
		return ""
	}

	return strings.TrimSpace(w.cells[i])
}

// cell keeps a fault at a cell of a table, by row and column as a person counts them.
func (r *reader) cell(field string, at row, column int, why string) {
	r.refuse(fault.Invalid(field, "第 {.row} 行第 {.column} 列“{.cell}”：{.why}",
		"row", at.number, "column", column+1, "cell", glyph.Cut(at.cell(column), 20), "why", i18n.Text(why)))
}

// table reads what was pasted from a sheet or a CSV file: cells between tabs, or commas where there is no
// tab. Empty lines are left out.
func (r *reader) table(field string) []row {
	text := strings.ReplaceAll(r.values[field], "\r", "")

	switch {
	case strings.TrimSpace(text) == "":
		r.refuse(fault.Invalid(field, "请粘贴表格"))
		return nil
	case len(text) > maxTable:
		r.refuse(fault.Invalid(field, "表格过大，最多 {.kb} KB", "kb", maxTable>>10))
		return nil
	}

	lines := csv.NewReader(strings.NewReader(text))
	lines.FieldsPerRecord, lines.LazyQuotes = -1, true
	lines.Comma = ','
	if strings.Contains(text, "\t") {
		lines.Comma = '\t'
	} else if !strings.Contains(text, ",") && strings.Contains(text, "，") {
		lines.Comma = '，'
	}
	var rows []row

	for {
		cells, err := lines.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		number, _ := lines.FieldPos(0)
		if err != nil || len(cells) > maxCells || len(rows) >= maxRows {
			r.refuse(
				fault.Invalid(
					field,
					"表格读不出来，或超过 {.rows} 行、{.columns} 列",
					"rows",
					maxRows,
					"columns",
					maxCells,
				),
			)

			return nil
		}
		if strings.TrimSpace(strings.Join(cells, "")) != "" {
			rows = append(rows, row{number, cells})
		}
	}

	return rows
}

// TableOf writes rows of cells as a table that a field of the type Table takes. What would end a cell
// becomes a blank.
func TableOf(rows [][]string) string {
	var out strings.Builder
	blank := strings.NewReplacer("\t", " ", "\r", " ", "\n", " ", `"`, "”")

	for _, cells := range rows {
		for i, cell := range cells {
			if i > 0 {
				out.WriteByte('\t')
			}
			out.WriteString(strings.TrimSpace(blank.Replace(cell)))
		}
		out.WriteByte('\n')
	}

	return out.String()
}

// fileLimits bound a file of readings.
var fileLimits = sheet.Limits{
	Bytes:    MaxFileBytes,
	Unzipped: 16 << 20,
	Rows:     maxRows,
	Columns:  maxCells,
	Cell:     2000,
}

// TableFrom reads a file, Excel or CSV, as a table that a field of the type Table takes. It fails with
// fault.Invalid at "file"; what stands in the cells is looked at by Render.
func TableFrom(raw []byte) (string, error) {
	rows, err := sheet.Rows(raw, fileLimits)
	if err != nil {
		return "", err
	}

	table := make([][]string, len(rows))

	for i, row := range rows {
		table[i] = row.Cells
	}

	return TableOf(table), nil
}

// MaxFileBytes bounds a file of readings.
const MaxFileBytes = 512 << 10

// missing are the ways in which a sheet says that there is no value.
var missing = []string{"", "-", "—", "–", "--", "/", "NA", "N/A", "缺测"}

// readings reads concentrations: a first row with the pollutants, then a row for each zone.
func (r *reader) readings(field string, over air.Averaging) map[string]map[air.Pollutant]*float64 {
	rows := r.table(field)
	if len(rows) == 0 {
		return nil
	}
	head := rows[0]
	columns := map[int]air.Pollutant{}

	for i := 1; i < len(head.cells); i++ {
		name, _, _ := strings.Cut(strings.ToUpper(head.cell(i)), "(")
		name, _, _ = strings.Cut(name, "（")
		p := averaged(over, strings.TrimSpace(name))
		if p == "" {
			r.cell(field, head, i, i18n.N("不是污染物的名称"))
			return nil
		}
		columns[i] = p
	}
	if len(columns) == 0 {
		r.cell(field, head, 0, i18n.N("第一行应写污染物的名称"))
		return nil
	}
	table := map[string]map[air.Pollutant]*float64{}

	for _, line := range rows[1:] {
		zone := zoneNamed(line.cell(0))
		if zone == "" || table[zone] != nil {
			r.cell(field, line, 0, i18n.N("不是全市和五个区域之一，或重复了"))
			continue
		}
		table[zone] = map[air.Pollutant]*float64{}

		for i, p := range columns {
			text := strings.ToUpper(line.cell(i))
			if slices.Contains(missing, text) {
				continue
			}
			value, ok := number(text)
			if !ok || value < 0 || value > air.Most {
				r.cell(field, line, i, i18n.N("应为 0 到 10000 之间的数，缺测写 —"))
				continue
			}
			table[zone][p] = &value
		}

		for i := len(columns) + 1; i < len(line.cells); i++ {
			if line.cell(i) != "" {
				r.cell(field, line, i, i18n.N("这一列没有污染物的名称"))
			}
		}
	}

	return table
}

// averaged is the pollutant of that name that an averaging has: ozone is another for an hour than for a day.
func averaged(over air.Averaging, name string) air.Pollutant {
	for _, p := range air.Named(name) {
		if slices.Contains(air.Pollutants(over), p) {
			return p
		}
	}

	return ""
}

func zoneNamed(name string) string {
	for _, zone := range zones {
		if slices.Contains(zone.names, name) {
			return zone.name
		}
	}

	return ""
}

// index reads an AQI in a cell.
func (r *reader) index(field string, at row, column int) int {
	value, err := strconv.Atoi(at.cell(column))
	if err != nil || value < 1 || value > 500 {
		r.cell(field, at, column, i18n.N("应为 1 到 500 之间的整数"))
	}

	return value
}

// primary reads primary pollutants: they belong to an index over 50, and only to one.
func (r *reader) primary(field string, at row, column, aqi int) string {
	text := at.cell(column)
	if aqi <= 50 && text != "" {
		r.cell(field, at, column, i18n.N("AQI不超过50时没有首要污染物"))
	}
	if aqi > 50 && text == "" {
		r.cell(field, at, column, i18n.N("AQI超过50时要写首要污染物"))
	}
	if text == "" {
		return ""
	}

	var names []string

	between := func(c rune) bool { return strings.ContainsRune("、和+", c) }

	for _, name := range strings.FieldsFunc(text, between) {
		found := air.Named(strings.TrimSpace(name))
		if len(found) == 0 {
			r.cell(field, at, column, i18n.N("不是污染物的名称"))
			return ""
		}
		names = append(names, found[0].Name())
	}

	return strings.Join(names, "、")
}

// days reads indexes of following days between commas.
func (r *reader) days(field string) []int {
	var days []int

	for _, text := range strings.FieldsFunc(r.values[field], func(c rune) bool {
		return c == ',' || c == '，' || c == '、' || c == ' ' || c == '\t'
	}) {
		aqi, err := strconv.Atoi(text)
		if err != nil || aqi < 1 || aqi > 500 || len(days) >= 10 {
			r.refuse(fault.Invalid(field, "“{.cell}”应为 1 到 500 之间的整数，最多十天", "cell", text))
			return nil
		}
		days = append(days, aqi)
	}

	return days
}
