package peer

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/instant"
	"juzhen/internal/sheet"
)

// MaxFile bounds a file of peers, in bytes.
const MaxFile = 2 << 20

// sheetLimits bound what is read of it.
var sheetLimits = sheet.Limits{Bytes: MaxFile, Unzipped: 32 << 20, Rows: 20_001, Columns: 20, Cell: 500}

// maxFaults is how many faults of a file are named.
const maxFaults = 500

// heads are the columns of a file. The first name is the one that the template writes.
var heads = []struct {
	field string
	names []string
}{
	{"uid", []string{i18n.N("微博UID"), "uid"}},
	{"name", []string{i18n.N("账号名称"), "name"}},
	{"bureau", []string{i18n.N("所属单位|同行"), "bureau"}},
	{"day", []string{i18n.N("日期"), "day", "date"}},
	{"followers", []string{i18n.N("粉丝数"), "followers"}},
	{"posts", []string{i18n.N("微博总数"), "posts"}},
}

// Heads are the columns that a template has, as Chinese source texts.
func Heads() (all []string) {
	for _, head := range heads {
		all = append(all, head.names[0])
	}

	return all
}

// RowFault is what is wrong in a cell of a file. It costs its row, and no other.
type RowFault struct {
	Row    int    // in the file, from 1
	Column string // as people are told of it
	Fault  *fault.Error
}

// row is what a row of a file says: a peer, and perhaps its counts on a day.
type row struct {
	Peer
	Day       string // "": no counts
	Followers *int64
	Posts     *int64
}

// readFile reads a file of peers, Excel or CSV. It fails with fault.Invalid at "file" when it cannot be read
// as a whole; faults name each cell that is wrong, the first of them, and how many rows were left out.
func readFile(raw []byte, today time.Time) (good []row, left int, faults []RowFault, err error) {
	rows, err := sheet.Rows(raw, sheetLimits)
	if err != nil {
		return nil, 0, nil, err
	}
	if len(rows) < 2 {
		return nil, 0, nil, fault.Invalid("file", "文件里没有账号：第一行是列名，从第二行起每行一个")
	}
	at, err := columnsOf(rows[0].Cells)
	if err != nil {
		return nil, 0, nil, err
	}

	for _, one := range rows[1:] {
		if strings.TrimSpace(strings.Join(one.Cells, "")) == "" {
			continue
		}
		read, wrong := rowOf(one.Cells, at, today)
		if len(wrong) == 0 {
			good = append(good, read)
			continue
		}
		left++

		for _, f := range wrong {
			if len(faults) < maxFaults {
				faults = append(faults, RowFault{one.Number, headName(f.Field), f})
			}
		}
	}

	return good, left, faults, nil
}

func headName(field string) string {
	for _, head := range heads {
		if head.field == field {
			return head.names[0]
		}
	}

	return field
}

// columnsOf finds the columns by their names.
func columnsOf(cells []string) (map[string]int, error) {
	at := map[string]int{}

	for _, head := range heads {
		for i, cell := range cells {
			name := strings.ToLower(strings.ReplaceAll(strings.TrimSpace(cell), " ", ""))
			if slices.ContainsFunc(head.names, func(known string) bool {
				plain, _, _ := strings.Cut(known, "|")
				return strings.ToLower(plain) == name
			}) {
				at[head.field] = i
			}
		}
	}

	for _, needed := range []string{"uid", "name"} {
		if _, ok := at[needed]; !ok {
			return nil, fault.Invalid("file", "文件里没有“{.name}”一列", "name", headName(needed))
		}
	}

	return at, nil
}

// dayLayouts are how people and Excel write a day.
var dayLayouts = []string{time.DateOnly, "2006/1/2", "2006年1月2日", "2006-1-2", "2006.1.2"}

func rowOf(cells []string, at map[string]int, today time.Time) (read row, wrong []*fault.Error) {
	cell := func(field string) string {
		i, ok := at[field]
		if !ok || i >= len(cells) {
			return ""
		}

		return strings.TrimSpace(cells[i])
	}
	read.Peer = Peer{UID: cell("uid"), Name: strings.TrimPrefix(cell("name"), "@"), Bureau: cell("bureau")}
	wrong = fault.FieldErrors(read.check())
	count := func(field string) *int64 {
		n, err := number(cell(field))
		if err != nil {
			wrong = append(wrong, fault.Invalid(field, "应为不小于 0 的整数，没有数据请留空"))
		}

		return n
	}
	read.Followers, read.Posts = count("followers"), count("posts")

	switch written := cell("day"); {
	case written == "" && (read.Followers != nil || read.Posts != nil):
		wrong = append(wrong, fault.Invalid("day", "有数字的一行要写日期"))
	case written == "":
	default:
		day, err := instant.Parse(written, dayLayouts...)
		if err != nil || day.Before(instant.First) || day.After(today) {
			wrong = append(wrong, fault.Invalid("day", "日期应写作 2026-12-01，不晚于今天"))
			break
		}
		if read.Followers == nil && read.Posts == nil && len(wrong) == 0 {
			wrong = append(wrong, fault.Invalid("followers", "写了日期的一行至少要有一个数字"))
		}
		read.Day = beijing.Date(day)
	}

	return read, wrong
}

// number reads a count as people and Excel write it; nil for an empty cell.
func number(text string) (*int64, error) {
	text = strings.NewReplacer(",", "", "，", "", " ", "").Replace(text)
	if text == "" || text == "-" || text == "—" {
		return nil, nil
	}
	n, err := strconv.ParseUint(strings.TrimSuffix(text, ".0"), 10, 40)
	if err != nil {
		return nil, err
	}
	count := int64(n)

	return &count, nil
}
