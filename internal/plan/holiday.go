// Package plan lays what posts, deliveries and past posts know beside one another by account and day, keeps
// how the days of a year are worked, and makes drafts of many at once. It sends nothing and reviews nothing:
// what it makes are drafts, and what it moves goes through delivery.
package plan

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/instant"
)

// Bounds of a year's days.
const (
	maxDays   = 100 // that differ from the week; an announcement has about forty
	maxName   = 20  // letters
	maxSource = 100 // letters
	maxSpan   = 31  // days on one line of what is typed
)

// FirstYear and LastYear bound the years whose days may be kept.
const (
	FirstYear = 2000
	LastYear  = 2100
)

// Kind is how a day is worked in China.
type Kind string

// The kinds. Unknown is every day of a year whose announcement nobody has entered, also a Sunday: it may be
// worked.
const (
	Unknown  Kind = "unknown"
	Workday  Kind = "workday"
	Weekend  Kind = "weekend"
	Holiday  Kind = "holiday"
	Adjusted Kind = "adjusted" // a Saturday or Sunday that is worked
)

// Kinds lists all kinds.
func Kinds() []Kind { return []Kind{Unknown, Workday, Weekend, Holiday, Adjusted} }

// Label is the Chinese name of the kind.
func (k Kind) Label() string {
	return map[Kind]string{
		Unknown: "未知", Workday: "工作日", Weekend: "周末", Holiday: "放假", Adjusted: "调休上班",
	}[k]
}

// Works tells whether a day of this kind is worked; known is false where nobody can tell.
func (k Kind) Works() (works, known bool) {
	return k == Workday || k == Adjusted, k != Unknown
}

// Special is a day that is not worked as its place in the week says: a holiday, or a Saturday or Sunday that
// makes up for one.
type Special struct {
	Day  time.Time // its beginning in Shanghai
	Name string
	Off  bool
}

// Year is what is known of one year.
type Year struct {
	Year    int
	Version int // 0: unknown
	Source  string
	SetBy   string // "" where it was shipped
	SetAt   time.Time
	Days    []Special // by day
}

// Known tells whether the announcement of the year was entered.
func (y Year) Known() bool { return y.Version > 0 }

// Almanac is what is known of several years, by year.
type Almanac map[int]Year

// Workday tells how the day of an instant is worked, and the name of the holiday that it belongs to or makes
// up for.
func (a Almanac) Workday(at time.Time) (kind Kind, name string) {
	day := beijing.Day(at)
	year, ok := a[day.Year()]
	if !ok || !year.Known() {
		return Unknown, ""
	}
	if i, found := slices.BinarySearchFunc(year.Days, day, func(s Special, day time.Time) int {
		return s.Day.Compare(day)
	}); found {
		if year.Days[i].Off {
			return Holiday, year.Days[i].Name
		}

		return Adjusted, year.Days[i].Name
	}
	if atWeekend(day) {
		return Weekend, ""
	}

	return Workday, ""
}

func atWeekend(day time.Time) bool {
	return day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
}

// checkYear orders the days of a year and says what cannot be kept of them.
func checkYear(year int, days []Special, source string) ([]Special, error) {
	var wrong fault.Fields
	if year < FirstYear || year > LastYear {
		wrong.Add(fault.Invalid("year", "年份要在 {.first} 至 {.last} 之间", "first", FirstYear, "last", LastYear))
	}
	if utf8.RuneCountInString(source) > maxSource || len(glyph.Find(source)) > 0 {
		wrong.Add(fault.Invalid("source", "依据最多 {.max} 字，不含看不见的字符", "max", maxSource))
	}
	days = slices.Clone(days)
	slices.SortFunc(days, func(a, b Special) int { return a.Day.Compare(b.Day) })

	switch {
	case len(days) == 0:
		wrong.Add(fault.Invalid("days", "请填写放假和调休上班的日期"))
	case len(days) > maxDays:
		wrong.Add(fault.Invalid("days", "一年最多 {.max} 天", "max", maxDays))
	}

	for i, day := range days {
		wrong.Add(checkDay(year, day))
		if i > 0 && days[i-1].Day.Equal(day.Day) {
			wrong.Add(fault.Invalid("days", "{.day} 写了两次", "day", beijing.Date(day.Day)))
		}
		if len(wrong) > 0 {
			break
		}
	}

	return days, wrong.Err()
}

func checkDay(year int, day Special) *fault.Error {
	date := beijing.Date(day.Day)
	switch {
	case day.Day.Year() != year:
		return fault.Invalid("days", "{.day} 不在 {.year} 年", "day", date, "year", year)
	case day.Name == "":
		return fault.Invalid("days", "{.day} 没有节日名称", "day", date)
	case utf8.RuneCountInString(day.Name) > maxName || len(glyph.Find(day.Name)) > 0:
		return fault.Invalid("days", "{.day} 的名称最多 {.max} 字，不含看不见的字符", "day", date, "max", maxName)
	case !day.Off && !atWeekend(day.Day):
		return fault.Invalid("days", "{.day} 不是周六或周日，不用写调休上班", "day", date)
	}

	return nil
}

// dayForms are the ways in which a day may be typed.
var dayForms = []string{time.DateOnly, "2006/1/2", "2006.1.2", "2006年1月2日"}

// ReadDays reads days as they are typed or pasted: on each line a day or two with ～ between them, the name,
// and 休 or 班. Fails with fault.Invalid at "days", which names the line.
func ReadDays(text string) (days []Special, err error) {
	for i, line := range strings.Split(text, "\n") {
		line = strings.NewReplacer("～", "~", "至", "~", " ~ ", "~", "，", " ", ",", " ").Replace(line)
		parts := strings.Fields(line)
		if len(parts) == 0 {
			continue
		}
		if len(parts) != 3 || parts[2] != "休" && parts[2] != "班" {
			return nil, fault.Invalid("days", "第 {.line} 行要写日期、名称，以及“休”或“班”", "line", i+1)
		}
		first, last, span := strings.Cut(parts[0], "~")
		from, err := instant.Parse(first, dayForms...)
		to := from
		if err == nil && span {
			to, err = instant.Parse(last, dayForms...)
		}
		if err != nil || to.Before(from) || to.Sub(from) > maxSpan*24*time.Hour {
			return nil, fault.Invalid("days", "第 {.line} 行的日期无法识别，请写成 2026-10-01", "line", i+1)
		}

		for day := from; !day.After(to); day = day.AddDate(0, 0, 1) {
			days = append(days, Special{Day: beijing.Day(day), Name: parts[1], Off: parts[2] == "休"})
		}
		if len(days) > maxDays {
			return nil, fault.Invalid("days", "一年最多 {.max} 天", "max", maxDays)
		}
	}

	return days, nil
}

// WriteDays writes days as ReadDays reads them; days in a row with one name stand on one line.
func WriteDays(days []Special) string {
	var out strings.Builder

	for i := 0; i < len(days); {
		last := i
		for last+1 < len(days) && days[last+1].Name == days[i].Name && days[last+1].Off == days[i].Off &&
			days[last+1].Day.Equal(days[last].Day.AddDate(0, 0, 1)) {
			last++
		}
		out.WriteString(beijing.Date(days[i].Day))
		if last > i {
			out.WriteString("～" + beijing.Date(days[last].Day))
		}
		out.WriteString(" " + days[i].Name + " ")
		if days[i].Off {
			out.WriteString("休\n")
		} else {
			out.WriteString("班\n")
		}
		i = last + 1
	}

	return out.String()
}
