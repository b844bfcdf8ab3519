package roster

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
	"juzhen/internal/instant"
	"juzhen/internal/pg"
	"juzhen/internal/sheet"
)

// MaxFile bounds a file of shifts, in bytes.
const MaxFile = 1 << 20

// sheetLimits bound what is read of it.
var sheetLimits = sheet.Limits{Bytes: MaxFile, Unzipped: 8 << 20, Rows: 400, Columns: 20, Cell: 2000}

// heads are the columns of a file. The first name is the one that the template writes.
var heads = []struct {
	field string
	names []string
}{
	{"day", []string{i18n.N("日期"), "date", "day"}},
	{"starts_at", []string{i18n.N("开始|时刻"), "start", "from"}},
	{"ends_at", []string{i18n.N("结束|时刻"), "end", "to"}},
	{"people", []string{i18n.N("值班人"), "people", "on duty"}},
}

// headName is what people are told of a column.
func headName(field string) string {
	for _, head := range heads {
		if head.field == field {
			return head.names[0]
		}
	}

	return field
}

// Heads are the columns that a template has, as Chinese source texts.
func Heads() (all []string) {
	for _, head := range heads {
		all = append(all, head.names[0])
	}

	return all
}

// RowFault is what is wrong in a cell of a file.
type RowFault struct {
	Row    int    // in the file, from 1
	Field  string // "day", "starts_at", "ends_at" or "people"
	Column string // as people are told of it
	Fault  *fault.Error
}

// Imported is what a file made, or would make.
type Imported struct {
	Shifts   int // written
	Over     int // rows whose shift is over: left out
	Replaced int // shifts that had not begun and went
	Faults   []RowFault
}

// File is a month of a roster as a file has it.
type File struct {
	Month   time.Time // any instant of it
	Sheet   []byte
	Replace bool // shifts of the month that have not begun go
	Dry     bool // tells what would be, and writes nothing
}

// Import writes a month out of a file, all of it or nothing. Each row is a shift: day, from, to (on the next
// day where it is not later), people by their name or sign-in name. What is over is left out. Fails as Add
// does; with fault.Fields that name each wrong cell as "rows.ROW.FIELD" beside Imported.Faults; with
// fault.Conflict "planned" where shifts of the month have not begun and Replace does not say that they go.
func (s *Service) Import(
	ctx context.Context,
	actor access.Actor,
	unitID int64,
	revision int,
	file File,
) (out Imported, err error) {
	defer fault.Step(&err, "roster.Import %d", unitID)

	rows, err := sheet.Rows(file.Sheet, sheetLimits)
	if err != nil {
		return Imported{}, err
	}
	from := beijing.Day(file.Month)
	from = from.AddDate(0, 0, 1-from.Day())

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := s.managed(ctx, tx, actor, unitID)
		if err != nil {
			return err
		}
		known, err := candidates(ctx, tx, unit.Path, s.now())
		if err != nil {
			return err
		}
		month := month{from: from, to: from.AddDate(0, 1, 0), now: s.now(), known: known}
		if out, err = month.read(rows); err != nil {
			return err
		}
		if len(out.Faults) > 0 && !file.Dry {
			return asFields(out.Faults)
		}
		if file.Dry {
			return nil
		}
		if err := turn(ctx, tx, unitID, revision); err != nil {
			return err
		}
		if err := s.replace(ctx, tx, unitID, file, month, &out); err != nil {
			return err
		}

		return audit.Write(ctx, tx, audit.Entry{
			Actor: actor, At: s.now(), Action: actImport, Subject: ref(unitID), UnitPath: unit.Path,
			Detail: map[string]any{
				"month": from.Format("2006-01"), "shifts": out.Shifts, "replaced": out.Replaced,
			},
		})
	})

	return out, err
}

// replace writes the shifts of a month in the place of those that have not begun.
func (s *Service) replace(
	ctx context.Context,
	tx pg.Tx,
	unitID int64,
	file File,
	month month,
	out *Imported,
) error {
	var err error
	if out.Replaced, err = deleteAhead(ctx, tx, unitID, month.from, month.to, month.now); err != nil {
		return err
	}
	if out.Replaced > 0 && !file.Replace {
		return fault.Conflict("这个月已有 {.n} 班还没有开始，勾选“替换”后再导入", "n", out.Replaced).
			WithCode("planned")
	}
	ids := make([]int64, len(month.entries))

	for i, entry := range month.entries {
		if ids[i], err = insertShift(ctx, tx, unitID, entry); err != nil {
			return err
		}
		if err := putPeople(ctx, tx, ids[i], entry.People); err != nil {
			return err
		}
	}
	if err := alone(ctx, tx, unitID, ids); err != nil {
		return err
	}
	if err := s.handAgain(ctx, tx, unitID); err != nil {
		return err
	}

	return s.filled(ctx, tx, unitID)
}

// asFields names each wrong cell as a form does.
func asFields(faults []RowFault) error {
	var fields fault.Fields

	for _, one := range faults {
		wrong := *one.Fault
		wrong.Field = fmt.Sprintf("rows.%d.%s", one.Row, one.Field)
		fields.Add(&wrong)
	}

	return fields.Err()
}

// month reads the rows of a file.
type month struct {
	from, to time.Time
	now      time.Time
	known    []Candidate
	entries  []Entry
}

func (m *month) read(rows []sheet.Row) (out Imported, err error) {
	if len(rows) < 2 {
		return out, fault.Invalid("file", "文件里没有班次：第一行是列名，从第二行起每行一班")
	}
	at := map[string]int{}

	for i, cell := range rows[0].Cells {
		for _, head := range heads {
			if slices.ContainsFunc(head.names, func(name string) bool {
				name, _, _ = strings.Cut(name, "|")
				return glyph.Fold(name) == glyph.Fold(cell)
			}) {
				at[head.field] = i
			}
		}
	}

	for _, head := range heads {
		if _, ok := at[head.field]; !ok {
			return out, fault.Invalid("file", "第一行没有“{.name}”这一列", "name", shownHead(head.field))
		}
	}

	for _, row := range rows[1:] {
		cell := func(field string) string {
			if i := at[field]; i < len(row.Cells) {
				return row.Cells[i]
			}

			return ""
		}
		if cell("starts_at") == "" && cell("ends_at") == "" && cell("people") == "" {
			continue
		}
		entry, wrong := m.entry(cell)

		for _, one := range wrong {
			out.Faults = append(out.Faults, RowFault{row.Number, one.Field, headName(one.Field), one})
		}

		switch {
		case len(wrong) > 0:
		case !entry.EndsAt.After(m.now):
			out.Over++
		default:
			m.entries = append(m.entries, entry)
		}
	}
	out.Shifts = len(m.entries)
	if out.Shifts == 0 && len(out.Faults) == 0 {
		return out, fault.Invalid("file", "文件里没有还没结束的班次")
	}

	return out, nil
}

// shownHead is a column's name without the note for translators.
func shownHead(field string) string {
	name, _, _ := strings.Cut(headName(field), "|")
	return name
}

// dayForms are the ways in which a day may stand in a cell; the last is Excel's own.
var dayForms = []string{time.DateOnly, "2006/1/2", "2006.1.2", "2006年1月2日", "01-02-06"}

// entry reads one row.
func (m *month) entry(cell func(string) string) (entry Entry, wrong []*fault.Error) {
	day, err := instant.Parse(cell("day"), dayForms...)
	if err != nil {
		return entry, append(wrong, fault.Invalid("day", "日期无法识别，请写成 2026-12-01"))
	}
	day = time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, beijing.Zone)
	if day.Before(m.from) || !day.Before(m.to) {
		wrong = append(wrong, fault.Invalid("day", "不是 {.month} 的日期", "month", m.from.Format("2006-01")))
	}
	from, ok := Minute(cell("starts_at"))
	if !ok || from == dayMinutes {
		wrong = append(wrong, fault.Invalid("starts_at", "时刻无法识别，请写成 08:30"))
	}
	to, ok := Minute(cell("ends_at"))
	if !ok {
		wrong = append(wrong, fault.Invalid("ends_at", "时刻无法识别，请写成 08:30"))
	}
	people, unknown := m.people(cell("people"))
	if unknown != nil {
		wrong = append(wrong, unknown)
	}
	if len(wrong) > 0 {
		return entry, wrong
	}
	if to <= from {
		to += dayMinutes
	}
	entry = Entry{StartsAt: day.Add(minutes(from)), EndsAt: day.Add(minutes(to)), People: people}
	if !entry.EndsAt.After(m.now) {
		return entry, nil
	}

	return entry, fault.FieldErrors(entry.check(nil, m.now))
}

// Minute reads a time of day as it is typed: 8:30, 08:30:00, 24:00.
func Minute(typed string) (int, bool) {
	hour, rest, ok := strings.Cut(strings.ReplaceAll(typed, "：", ":"), ":")
	minute, seconds, _ := strings.Cut(rest, ":")
	h, hourErr := strconv.Atoi(hour)
	m, minuteErr := strconv.Atoi(minute)
	if !ok || hourErr != nil || minuteErr != nil || seconds != "" && seconds != "00" {
		return 0, false
	}
	if h < 0 || m < 0 || m > 59 || h*60+m > dayMinutes {
		return 0, false
	}

	return h*60 + m, true
}

// people finds who is named in a cell.
func (m *month) people(cell string) (people []int64, wrong *fault.Error) {
	named := strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune("、，,；;\n", r) })
	if len(named) == 0 {
		return nil, fault.Invalid("people", "请填写值班的人")
	}

	for _, name := range named {
		name = strings.TrimSpace(name)
		var found []int64

		for _, one := range m.known {
			if strings.EqualFold(one.Username, name) {
				found = []int64{one.ID}
				break
			}
			if glyph.Fold(one.Name) == glyph.Fold(name) {
				found = append(found, one.ID)
			}
		}

		switch {
		case len(found) == 0:
			return nil, fault.Invalid("people", "没有“{.name}”，或看不到这个单位的稿件", "name", name)
		case len(found) > 1:
			return nil, fault.Invalid("people", "有 {.n} 个人叫“{.name}”，请写登录名", "n", len(found), "name", name)
		case !slices.Contains(people, found[0]):
			people = append(people, found[0])
		}
	}

	return people, nil
}
