package plan

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
)

// TestRules: what a rule of RFC 5545 means from a first time on, by days of Beijing.
func TestRules(t *testing.T) {
	t.Parallel()

	for _, c := range []struct{ what, rule, first, want string }{
		{"each day", "FREQ=DAILY;COUNT=3", "2026-12-30 08:00", "2026-12-30 2026-12-31 2027-01-01"},
		{"every other day", "FREQ=DAILY;INTERVAL=2;COUNT=3", "2026-12-30 08:00", "2026-12-30 2027-01-01 2027-01-03"},
		{"the whole last day", "FREQ=DAILY;UNTIL=20261202", "2026-12-01 23:59", "2026-12-01 2026-12-02"},
		{"an end with a time", "FREQ=DAILY;UNTIL=20261202T000000Z", "2026-12-01 08:00", "2026-12-01 2026-12-02"},
		{"on days of the week", "FREQ=WEEKLY;BYDAY=MO,FR;COUNT=4", "2026-12-01 08:00",
			"2026-12-04 2026-12-07 2026-12-11 2026-12-14"},
		{"on that of the first", "FREQ=WEEKLY;COUNT=2", "2026-12-01 08:00", "2026-12-01 2026-12-08"},
		{"every other week begins on Monday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;COUNT=4;WKST=MO",
			"2026-12-06 08:00", "2026-12-06 2026-12-14 2026-12-20 2026-12-28"},
		{"months that have a 31st", "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3", "2027-01-31 08:00",
			"2027-01-31 2027-03-31 2027-05-31"},
		{"the last of each month", "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "2027-01-31 08:00",
			"2027-01-31 2027-02-28 2027-03-31"},
		{"a leap day", "FREQ=MONTHLY;BYMONTHDAY=29;COUNT=3", "2028-01-29 08:00", "2028-01-29 2028-02-29 2028-03-29"},
		{"no leap day", "FREQ=MONTHLY;BYMONTHDAY=29;COUNT=3", "2027-01-29 08:00", "2027-01-29 2027-03-29 2027-04-29"},
		{"twice a month", "RRULE:FREQ=MONTHLY;BYMONTHDAY=1,15;COUNT=3", "2026-12-10 08:00",
			"2026-12-15 2027-01-01 2027-01-15"},
	} {
		rule, err := ParseRule(c.rule)
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}

		first, err := time.ParseInLocation("2006-01-02 15:04", c.first, beijing.Zone)
		if err != nil {
			t.Fatal(err)
		}

		times, err := rule.times(first.UTC())
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}

		var days []string
		for _, at := range times {
			days = append(days, beijing.Date(at))

			if got := at.In(beijing.Zone).Format("15:04"); got != c.first[11:] {
				t.Errorf("%s: at %s", c.what, got)
			}
		}

		if got := strings.Join(days, " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}

// TestRulesThatAreNotTaken each say what is wrong, at the field.
func TestRulesThatAreNotTaken(t *testing.T) {
	t.Parallel()

	first := time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)

	for rule, want := range map[string]string{
		"":                                               "不完整",
		"nonsense":                                       "不完整",
		"FREQ=HOURLY;COUNT=2":                            "每天、每周或每月",
		"FREQ=YEARLY;COUNT=2":                            "每天、每周或每月",
		"COUNT=2":                                        "每天、每周或每月",
		"FREQ=DAILY":                                     "没有尽头",
		"FREQ=DAILY;COUNT=0":                             "次数",
		"FREQ=DAILY;COUNT=-1":                            "次数",
		"FREQ=DAILY;COUNT=2;UNTIL=20270201":              "只能填一个",
		"FREQ=DAILY;INTERVAL=0;COUNT=2":                  "间隔",
		"FREQ=DAILY;INTERVAL=99;COUNT=2":                 "间隔",
		"FREQ=DAILY;FREQ=DAILY;COUNT=2":                  "不完整",
		"FREQ=DAILY;BYHOUR=8;COUNT=2":                    "不支持",
		"FREQ=DAILY;BYDAY=MO;COUNT=2":                    "只有每周",
		"FREQ=MONTHLY;BYDAY=1MO;COUNT=2":                 "不能带序号",
		"FREQ=WEEKLY;BYMONTHDAY=1;COUNT=2":               "只有每月",
		"FREQ=MONTHLY;BYMONTHDAY=32;COUNT=2":             "1 到 31",
		"FREQ=MONTHLY;BYMONTHDAY=0;COUNT=2":              "1 到 31",
		"FREQ=DAILY;UNTIL=next year":                     "截止日期",
		"FREQ=DAILY;UNTIL=20300101":                      "一年",
		"FREQ=DAILY;COUNT=1e9":                           "不完整",
		"FREQ=DAILY;UNTIL=20260101":                      "一天也没有",
		"FREQ=WEEKLY;WKST=SU;COUNT=2":                    "星期一起",
		"FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=30;COUNT=1": "一天也没有",
		"FREQ=DAILY;COUNT=2;" + strings.Repeat("X", 300): "过长",
	} {
		parsed, err := ParseRule(rule)
		if err == nil {
			_, err = parsed.times(first)
		}

		told := fault.Public(err)
		if err == nil || told.Field != "rule" || !strings.Contains(told.Plain(), want) {
			t.Errorf("%q: %v, want %q", rule, err, want)
		}
	}
}

// TestARuleIsReadAsItIsWritten: whatever rule there is.
func TestARuleIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rule := Rule{
			Frequency: rapid.SampledFrom([]Frequency{Daily, Weekly, Monthly}).Draw(t, "frequency"),
			Interval:  rapid.IntRange(1, maxInterval).Draw(t, "interval"),
		}

		if rule.Frequency == Weekly {
			rule.Weekdays = rapid.SliceOfNDistinct(
				rapid.SampledFrom([]time.Weekday{0, 1, 2, 3, 4, 5, 6}), 0, 7, rapid.ID[time.Weekday],
			).Draw(t, "weekdays")
		}
		if rule.Frequency == Monthly {
			rule.MonthDays = rapid.SliceOfNDistinct(
				rapid.SampledFrom([]int{-1, 1, 15, 28, 31}), 0, 5, rapid.ID[int],
			).Draw(t, "days")
		}
		if rapid.Bool().Draw(t, "counted") {
			rule.Count = rapid.IntRange(1, mostDays).Draw(t, "count")
		} else {
			rule.Until = beijing.Day(
				time.Date(2026, 12, rapid.IntRange(1, 31).Draw(t, "until"), 0, 0, 0, 0, time.UTC),
			)
		}

		again, err := ParseRule(rule.String())
		if err != nil {
			t.Fatalf("%s: %v", rule, err)
		}
		if again.String() != rule.String() {
			t.Fatalf("%s became %s", rule, again)
		}
	})
}
