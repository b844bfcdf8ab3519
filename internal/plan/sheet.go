package plan

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/instant"
)

// Bounds of a file of posts.
const (
	MaxSheetBytes = 5 << 20
	MaxSheetRows  = 5000
	maxColumns    = 20
	maxCell       = 20_000 // bytes; a text of 5,000 letters has 15,000
	maxUnzipped   = 64 << 20
	maxFaults     = 1000 // that are named
	maxText       = 5000 // letters of a draft
	maxHandles    = 200  // accounts of one row
	maxMedia      = 9
)

// The columns of a file. The first name is the one that the template writes.
var columns = []struct {
	field string
	names []string
}{
	{"accounts", []string{i18n.N("账号"), "accounts", "account"}},
	{"due", []string{i18n.N("时间"), "时间（北京时间）", "due", "time"}},
	{"text", []string{i18n.N("正文"), "text"}},
	{"column", []string{i18n.N("栏目"), "column"}},
	{"pictures", []string{i18n.N("图片"), "pictures"}},
	{"not_after", []string{i18n.N("最晚发布"), "最晚发布（北京时间）", "最晚发出", "not_after"}},
}

// columnName is what people are told of a field.
func columnName(field string) string {
	for _, column := range columns {
		if column.field == field {
			return column.names[0]
		}
	}

	return field
}

// RowFault is what is wrong in a cell of a file.
type RowFault struct {
	Row    int    // in the file, from 1
	Field  string // "accounts", "due", "text", "column", "pictures" or "not_after"
	Column string // as people are told of it
	Fault  *fault.Error
}

// wish is a row of a file as it was typed.
type wish struct {
	row      int
	handles  []string
	due      string
	text     string
	column   string
	pictures []string
	notAfter string
}

// readSheet reads the rows of an Excel file. Fails with fault.Invalid at "file" when it cannot be read as a
// whole.
func readSheet(raw []byte) (wishes []wish, err error) {
	switch {
	case len(raw) == 0:
		return nil, fault.Invalid("file", "请选择 Excel 文件（.xlsx）")
	case len(raw) > MaxSheetBytes:
		return nil, fault.Invalid("file", "文件超过 5 MB，请分成几个文件导入")
	}
	file, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{
		UnzipSizeLimit:    maxUnzipped,
		UnzipXMLSizeLimit: maxUnzipped,
		RawCellValue:      true,
	})
	if err != nil {
		return nil, errUnreadable(err)
	}
	defer file.Close()
	sheets := file.GetSheetList()
	if len(sheets) == 0 {
		return nil, errUnreadable(nil)
	}
	lines, err := file.Rows(sheets[0])
	if err != nil {
		return nil, errUnreadable(err)
	}
	defer lines.Close()
	var at map[string]int

	for number := 1; lines.Next(); number++ {
		cells, err := lines.Columns()
		switch {
		case err != nil:
			return nil, fault.Invalid("file", "第 {.row} 行不能读", "row", number).With(err)
		case len(cells) > maxColumns:
			return nil, fault.Invalid("file", "第 {.row} 行超过 {.max} 列", "row", number, "max", maxColumns)
		case number > 4*MaxSheetRows || len(wishes) > MaxSheetRows:
			return nil, fault.Invalid("file", "文件超过 {.max} 行，请分成几个文件导入", "max", MaxSheetRows)
		}
		if at == nil {
			if at, err = layoutOf(cells); err != nil {
				return nil, err
			}

			continue
		}
		if wish, ok, err := wishOf(number, cells, at); err != nil {
			return nil, err
		} else if ok {
			wishes = append(wishes, wish)
		}
	}
	if len(wishes) == 0 {
		return nil, fault.Invalid("file", "文件里没有稿件：第一行是列名，从第二行起每行一篇")
	}
	if len(wishes) > MaxSheetRows {
		return nil, fault.Invalid("file", "文件超过 {.max} 行，请分成几个文件导入", "max", MaxSheetRows)
	}

	return wishes, nil
}

func errUnreadable(err error) *fault.Error {
	return fault.Invalid("file", "这个文件不是能读的 Excel 文件（.xlsx），或解开后过大").With(err)
}

// layoutOf says which column of a file is which.
func layoutOf(cells []string) (map[string]int, error) {
	at := map[string]int{}

	for i, cell := range cells {
		cell = strings.ToLower(strings.TrimSpace(cell))
		for _, column := range columns {
			if _, twice := at[column.field]; !twice && slices.Contains(column.names, cell) {
				at[column.field] = i
			}
		}
	}

	for _, field := range []string{"accounts", "text"} {
		if _, ok := at[field]; !ok {
			return nil, fault.Invalid("file", "第一行须是列名，其中要有「账号」和「正文」")
		}
	}

	return at, nil
}

// wishOf reads a row; an empty one is none.
func wishOf(number int, cells []string, at map[string]int) (w wish, ok bool, err error) {
	get := func(field string) string {
		if i, has := at[field]; has && i < len(cells) {
			return strings.TrimSpace(cells[i])
		}

		return ""
	}

	for i, cell := range cells {
		if len(cell) > maxCell {
			return wish{}, false, fault.Invalid(
				"file",
				"第 {.row} 行第 {.column} 列太长",
				"row",
				number,
				"column",
				i+1,
			)
		}
		ok = ok || strings.TrimSpace(cell) != ""
	}

	return wish{
		row:      number,
		handles:  splitNames(get("accounts"), "；;，,、\n\r\t "),
		due:      get("due"),
		text:     get("text"),
		column:   get("column"),
		pictures: splitNames(get("pictures"), "；;，,、\n\r"),
		notAfter: get("not_after"),
	}, ok, nil
}

// splitNames reads names that stand in one cell, each once.
func splitNames(text, between string) (names []string) {
	apart := func(r rune) bool { return strings.ContainsRune(between, r) }

	for _, name := range strings.FieldsFunc(text, apart) {
		name = strings.TrimPrefix(strings.TrimSpace(name), "@")
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}

	return names
}

// dueForms are the ways in which a time may be written; without a zone it is Beijing's.
var dueForms = []string{
	"2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02T15:04:05",
	"2006/1/2 15:04", "2006/1/2 15:04:05", "2006.1.2 15:04", "2006年1月2日 15:04", "2006年1月2日15:04",
	time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02 15:04Z07:00", "2006-01-02 15:04 Z07:00",
	"2006-01-02 15:04 -0700",
}

// zoned is a time with the name of a zone behind it.
var zoned = regexp.MustCompile(`^(.+?)\s+([A-Z][A-Za-z]+/[A-Za-z_/+-]{2,40})$`)

// ReadDue reads the time of a row: a number as Excel keeps times, which is Beijing's, or a text of one of the
// forms that people write. A text may carry an offset or the name of a zone; a time that a zone skips or has
// twice is refused. Fails with fault.Invalid at "due".
func ReadDue(text string, now time.Time) (at time.Time, err error) {
	if n, numeric := strconv.ParseFloat(text, 64); numeric == nil {
		at, err = ofExcel(n)
	} else if m := zoned.FindStringSubmatch(text); m != nil {
		at, err = ofZone(m[1], m[2])
	} else {
		at, err = instant.Parse(strings.TrimSpace(text), dueForms...)
	}
	if err != nil {
		if told := fault.Public(err); told != nil && told.Field == "due" {
			return time.Time{}, told
		}

		return time.Time{}, fault.Invalid("due", "时间无法识别，请写成 2026-12-01 09:00")
	}
	if wrong := instant.Check("due", at, now); wrong != nil {
		return time.Time{}, wrong
	}
	if !at.After(now) {
		return time.Time{}, fault.Invalid("due", "时间 {.at}（北京时间）已经过去", "at", local(at))
	}

	return at.UTC(), nil
}

// local writes an instant as the clock in Beijing shows it.
func local(at time.Time) string { return at.In(beijing.Zone).Format("2006-01-02 15:04") }

var errNoTime = errors.New("no time")

// ofExcel reads the number of days since 1900 as Excel keeps it, to the minute.
func ofExcel(n float64) (time.Time, error) {
	if !(n >= 30_000 && n <= 80_000) { // 1982 to 2119: anything else is no time that was meant
		return time.Time{}, errNoTime
	}
	at, err := excelize.ExcelDateToTime(n, false)
	if err != nil {
		return time.Time{}, err
	}
	at = at.Round(time.Minute)

	return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, beijing.Zone), nil
}

// ofZone reads the clock of another zone.
func ofZone(text, name string) (time.Time, error) {
	shown, err := instant.Parse(text, dueForms[:9]...)
	if err != nil {
		return time.Time{}, err
	}

	at, clock := beijing.Abroad(shown, name)
	switch clock {
	case beijing.NoZone:
		return time.Time{}, fault.Invalid("due", "不认识时区 {.zone}", "zone", name)
	case beijing.Skipped:
		return time.Time{}, fault.Invalid("due", "{.zone} 没有这个时刻（夏令时跳过），请改写北京时间", "zone", name)
	case beijing.Twice:
		return time.Time{}, fault.Invalid("due", "{.zone} 的这个时刻有两次（夏令时结束），请改写北京时间", "zone", name)
	}

	return at, nil
}

// checkText looks at what a draft would say.
func checkText(text string) *fault.Error {
	switch {
	case text == "":
		return fault.Invalid("text", "请填写正文")
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return fault.Invalid("text", "文字中有无法识别的字符，请重新输入")
	case utf8.RuneCountInString(text) > maxText:
		return fault.Invalid("text", "文字过长，最多保存 {.max} 字", "max", maxText)
	}

	return nil
}

// WriteTemplate writes an empty file of posts, with drop-down lists of accounts and columns.
func WriteTemplate(out io.Writer, accounts, names []string) (err error) {
	file := excelize.NewFile()
	defer func() { err = errors.Join(err, file.Close()) }()
	const sheet, lists = "稿件", "可选"
	if err := file.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	if _, err := file.NewSheet(lists); err != nil {
		return err
	}

	heads := make([]any, len(columns))
	for i, column := range columns {
		heads[i] = column.names[0]
	}
	heads[1], heads[5] = "时间（北京时间）", "最晚发布（北京时间）"
	clock := "yyyy-mm-dd hh:mm"
	style, err := file.NewStyle(&excelize.Style{CustomNumFmt: &clock})
	if err != nil {
		return err
	}

	err = errors.Join(
		file.SetSheetRow(sheet, "A1", &heads),
		file.SetColWidth(sheet, "A", "B", 22),
		file.SetColWidth(sheet, "C", "C", 60),
		file.SetColWidth(sheet, "D", "F", 22),
		file.SetColStyle(sheet, "B", style),
		file.SetColStyle(sheet, "F", style),
		file.SetSheetVisible(lists, false),
		dropDown(file, sheet, lists, "A", accounts),
		dropDown(file, sheet, lists, "D", names),
	)
	if err != nil {
		return err
	}

	return file.Write(out)
}

// dropDown offers choices in a column. Others may be typed: several accounts stand in one cell.
func dropDown(file *excelize.File, sheet, lists, column string, choices []string) error {
	if len(choices) == 0 {
		return nil
	}

	for i, choice := range choices {
		if err := file.SetCellStr(lists, column+strconv.Itoa(i+1), choice); err != nil {
			return err
		}
	}
	rule := excelize.NewDataValidation(true)
	rule.SetSqref(column + "2:" + column + strconv.Itoa(MaxSheetRows+1))
	rule.SetSqrefDropList("'" + lists + "'!$" + column + "$1:$" + column + "$" + strconv.Itoa(len(choices)))
	rule.ShowErrorMessage = false

	return file.AddDataValidation(sheet, rule)
}
