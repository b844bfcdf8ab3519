package plan

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
)

func dayAt(s string) time.Time {
	at, err := time.ParseInLocation(time.DateOnly, s, beijing.Zone)
	if err != nil {
		panic(err)
	}

	return at
}

func TestADayOfAnUnknownYearIsUnknown(t *testing.T) {
	t.Parallel()

	almanac := Almanac{2026: {Year: 2026, Version: 1, Days: []Special{
		{dayAt("2026-02-14"), "春节", false}, {dayAt("2026-02-16"), "春节", true},
		{dayAt("2026-10-10"), "国庆节", false},
	}}, 2028: {Year: 2028}}

	for _, c := range []struct {
		at   string
		kind Kind
		name string
	}{
		{"2026-02-13", Workday, ""},
		{"2026-02-14", Adjusted, "春节"},
		{"2026-02-15", Weekend, ""},
		{"2026-02-16", Holiday, "春节"},
		{"2026-10-10", Adjusted, "国庆节"},
		{"2027-01-01", Unknown, ""},
		{"2027-01-03", Unknown, ""},
		{"2028-02-29", Unknown, ""},
	} {
		if kind, name := almanac.Workday(dayAt(c.at).Add(23 * time.Hour)); kind != c.kind || name != c.name {
			t.Errorf("%s: %s %q", c.at, kind, name)
		}
	}
	// five in the afternoon of the 15th in London is the 16th in Shanghai
	if kind, _ := almanac.Workday(time.Date(2026, 2, 15, 17, 0, 0, 0, time.UTC)); kind != Holiday {
		t.Error(kind)
	}

	for kind, want := range map[Kind][2]bool{
		Unknown: {false, false}, Workday: {true, true}, Adjusted: {true, true},
		Weekend: {false, true}, Holiday: {false, true},
	} {
		if works, known := kind.Works(); works != want[0] || known != want[1] {
			t.Errorf("%s: %t %t", kind, works, known)
		}
	}
}

func TestDaysAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()

	for text, want := range map[string]string{
		"2026-10-01～2026-10-03 国庆节 休\n\n2026/10/10\t国庆节\t班": "2026-10-01～2026-10-03 国庆节 休\n2026-10-10 国庆节 班\n",
		"2026年1月1日至2026年1月2日，元旦，休":                          "2026-01-01～2026-01-02 元旦 休\n",
		"2026-10-01 国庆节":                          "第 {.line} 行要写日期、名称，以及“休”或“班”",
		"2026-13-01 国庆节 休":                        "第 {.line} 行的日期无法识别，请写成 2026-10-01",
		"2026-10-03~2026-10-01 国庆节 休":             "第 {.line} 行的日期无法识别，请写成 2026-10-01",
		"2026-01-01~2026-12-31 国庆节 休":             "第 {.line} 行的日期无法识别，请写成 2026-10-01",
		strings.Repeat("2026-10-01 国庆节 休\n", 101): "一年最多 {.max} 天",
	} {
		days, err := ReadDays(text)
		got := WriteDays(days)
		if err != nil {
			got = fault.Public(err).Text
		}
		if got != want {
			t.Errorf("%.40q: %q", text, got)
		}
	}
}

func TestWhatCannotBeKeptOfAYear(t *testing.T) {
	t.Parallel()
	one := func(day, name string, off bool) []Special { return []Special{{dayAt(day), name, off}} }

	for _, c := range []struct {
		year  int
		days  []Special
		field string
	}{
		{2027, one("2027-01-01", "元旦", true), ""},
		{2027, nil, "days"},
		{1999, one("1999-01-01", "元旦", true), "year"},
		{2027, one("2026-01-01", "元旦", true), "days"},
		{2027, one("2027-01-01", "", true), "days"},
		{2027, one("2027-01-01", "元\u200b旦", true), "days"},
		{2027, one("2027-01-04", "元旦", false), "days"}, // a Monday
		{2027, append(one("2027-01-01", "元旦", true), one("2027-01-01", "元旦", true)...), "days"},
	} {
		_, err := checkYear(c.year, c.days, "")
		got := ""
		if all := fault.FieldErrors(err); len(all) > 0 {
			got = all[0].Field
		}
		if got != c.field {
			t.Errorf("%d %v: %v", c.year, c.days, err)
		}
	}
}

func TestShippedYearsAndTheirChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()

	known, err := w.s.Year(ctx, 2026)
	w.must(err)
	if !known.Known() || len(known.Days) != 39 {
		t.Errorf("2026: %d days", len(known.Days))
	}

	for day, want := range map[string]Kind{
		"2026-02-14": Adjusted, "2026-02-15": Holiday, "2026-09-20": Adjusted, "2026-10-10": Adjusted,
		"2026-10-08": Workday,
	} {
		if kind, _ := (Almanac{2026: known}).Workday(dayAt(day)); kind != want {
			t.Errorf("%s is %s", day, kind)
		}
	}

	days := []Special{{dayAt("2027-01-01"), "元旦", true}}
	for _, c := range []struct {
		who     access.Actor
		version int
		want    fault.Kind // 0: it is kept
	}{
		{w.district, 0, fault.KindNotFound},
		{w.officer, 3, fault.KindConflict},
		{w.officer, 0, 0},
		{w.supervisor, 0, fault.KindConflict},
		{w.supervisor, 1, 0},
		{w.supervisor, 1, fault.KindConflict},
	} {
		saved, err := w.s.SetYear(ctx, c.who, 2027, c.version, days, "通知")
		switch {
		case c.want != 0 && !fault.Is(err, c.want):
			t.Errorf("user %d at %d: %v, want %d", c.who.UserID, c.version, err, c.want)
		case c.want == 0 && (err != nil || saved.Version != c.version+1 || len(saved.Days) != 1):
			t.Errorf("user %d at %d: %+v, %v", c.who.UserID, c.version, saved, err)
		}
	}
	almanac, err := w.s.Almanac(ctx, 2026, 2029)
	w.must(err)
	if len(almanac) != 2 || almanac[2027].SetBy != "主管" {
		t.Errorf("%+v", almanac[2027])
	}
}

func TestObservancesAreInOrderAndKeptFromTheirYear(t *testing.T) {
	t.Parallel()

	at := time.Time{}

	for _, one := range Observances() {
		day := time.Date(2026, one.Month, one.Day, 0, 0, 0, 0, beijing.Zone)
		if !day.After(at) || day.Day() != one.Day || one.Since > 2026 {
			t.Errorf("%+v", one)
		}
		at = day
	}
	if kept := Kept(dayAt("2026-06-05")); len(kept) != 1 || kept[0].Name != "六五环境日" {
		t.Errorf("%+v", kept)
	}
	if kept := Kept(dayAt("2022-08-15")); len(kept) != 0 {
		t.Errorf("%+v", kept)
	}
}
