package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/teambition/rrule-go"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/instant"
)

// Frequency is how often a series repeats.
type Frequency string

// The frequencies that are taken. RFC 5545 has others; nobody plans posts by the minute.
const (
	Daily   Frequency = "DAILY"
	Weekly  Frequency = "WEEKLY"
	Monthly Frequency = "MONTHLY"
)

// Bounds of a rule.
const (
	MaxOccurrences = 62  // that are made posts at once
	maxRule        = 300 // bytes
	maxInterval    = 52
	mostDays       = 366 // days from the first to the last
)

// Rule is when a series repeats: a recurrence rule of RFC 5545, of which these parts are taken. Its time of
// the day is that of the first occurrence; days are Beijing's.
type Rule struct {
	Frequency Frequency
	Interval  int            // every so many days, weeks or months; from 1
	Weekdays  []time.Weekday // WEEKLY: on these; none: on that of the first
	MonthDays []int          // MONTHLY: on these, -1 the last one; none: on that of the first
	Until     time.Time      // the last day, at its beginning; zero: Count ends it
	Count     int            // so many, those left out counted; 0: Until ends it
}

var weekdayCodes = [7]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}

func errRule(text string, args ...any) *fault.Error { return fault.Invalid("rule", text, args...) }

// ParseRule reads a rule as RFC 5545 writes it, with or without "RRULE:". Fails with fault.Invalid at "rule"
// that says what is wrong or not taken.
func ParseRule(text string) (Rule, error) {
	if len(text) > maxRule {
		return Rule{}, errRule("规则过长")
	}

	rule := Rule{Interval: 1}
	seen := map[string]bool{}

	for part := range strings.SplitSeq(strings.TrimPrefix(strings.TrimSpace(text), "RRULE:"), ";") {
		name, value, ok := strings.Cut(part, "=")
		if !ok || value == "" || seen[name] {
			return Rule{}, errRule("规则不完整：{.part}", "part", part)
		}

		seen[name] = true

		if err := rule.take(name, value); err != nil {
			return Rule{}, err
		}
	}

	return rule, rule.valid()
}

// take reads one part.
func (r *Rule) take(name, value string) (err error) {
	number := func(into *int) error {
		n, err := strconv.Atoi(value)
		if err != nil {
			return errRule("规则不完整：{.part}", "part", name+"="+value)
		}

		*into = n

		return nil
	}

	switch name {
	case "FREQ":
		r.Frequency = Frequency(value)
	case "INTERVAL":
		return number(&r.Interval)
	case "COUNT":
		if err := number(&r.Count); err != nil {
			return err
		}
		if r.Count == 0 {
			return errRule("次数应为 1 到 {.max}", "max", mostDays)
		}
	case "UNTIL":
		r.Until, err = readUntil(value)
	case "BYDAY":
		r.Weekdays, err = readWeekdays(value)
	case "BYMONTHDAY":
		for text := range strings.SplitSeq(value, ",") {
			day, err := strconv.Atoi(text)
			if err != nil {
				return errRule("规则不完整：{.part}", "part", name+"="+value)
			}

			r.MonthDays = append(r.MonthDays, day)
		}
	case "WKST":
		if value != "MO" {
			return errRule("一周从星期一起")
		}
	default:
		return errRule("不支持 {.name}：可以用 FREQ、INTERVAL、BYDAY、BYMONTHDAY、UNTIL、COUNT", "name", name)
	}

	return err
}

func readUntil(value string) (time.Time, error) {
	for _, form := range []string{"20060102", "20060102T150405Z", "20060102T150405"} {
		if at, err := instant.Parse(value, form); err == nil {
			return beijing.Day(at), nil
		}
	}

	return time.Time{}, errRule("截止日期应为 20261231 的样子")
}

func readWeekdays(value string) (days []time.Weekday, err error) {
	for code := range strings.SplitSeq(value, ",") {
		day := slices.Index(weekdayCodes[:], code)
		if day < 0 {
			return nil, errRule("星期应为 MO、TU、WE、TH、FR、SA、SU，不能带序号")
		}

		days = append(days, time.Weekday(day))
	}

	return days, nil
}

// valid refuses what nobody means, and what does not end.
func (r Rule) valid() error {
	wrongDay := func(day int) bool { return day == 0 || day < -1 || day > 31 }

	switch {
	case !slices.Contains([]Frequency{Daily, Weekly, Monthly}, r.Frequency):
		return errRule("只能每天、每周或每月重复")
	case r.Interval < 1 || r.Interval > maxInterval:
		return errRule("间隔应为 1 到 {.max}", "max", maxInterval)
	case len(r.Weekdays) > 0 && r.Frequency != Weekly:
		return errRule("只有每周重复可以选星期")
	case len(r.MonthDays) > 0 && r.Frequency != Monthly:
		return errRule("只有每月重复可以选日期")
	case slices.ContainsFunc(r.MonthDays, wrongDay):
		return errRule("日期应为 1 到 31，或 -1 表示最后一天")
	case r.Until.IsZero() && r.Count == 0:
		return errRule("请填写截止日期或次数：重复不能没有尽头")
	case !r.Until.IsZero() && r.Count != 0:
		return errRule("截止日期和次数只能填一个")
	case r.Count < 0 || r.Count > mostDays:
		return errRule("次数应为 1 到 {.max}", "max", mostDays)
	}

	return nil
}

// String writes the rule as RFC 5545 does.
func (r Rule) String() string {
	parts := []string{"FREQ=" + string(r.Frequency)}
	if r.Interval != 1 {
		parts = append(parts, fmt.Sprintf("INTERVAL=%d", r.Interval))
	}

	if len(r.Weekdays) > 0 {
		codes := make([]string, len(r.Weekdays))
		for i, day := range r.Weekdays {
			codes[i] = weekdayCodes[day]
		}

		parts = append(parts, "BYDAY="+strings.Join(codes, ","))
	}

	if len(r.MonthDays) > 0 {
		parts = append(
			parts,
			"BYMONTHDAY="+strings.Trim(strings.ReplaceAll(fmt.Sprint(r.MonthDays), " ", ","), "[]"),
		)
	}

	if r.Count > 0 {
		parts = append(parts, fmt.Sprintf("COUNT=%d", r.Count))
	} else {
		parts = append(parts, "UNTIL="+r.Until.In(beijing.Zone).Format("20060102"))
	}

	return strings.Join(parts, ";")
}

// times are the instants of the rule from the first one on: at most a year of them. Fails with fault.Invalid
// at "rule" where it goes on for longer, or never falls on a day.
func (r Rule) times(first time.Time) (list []time.Time, err error) {
	if err := r.valid(); err != nil {
		return nil, err
	}

	first = first.In(beijing.Zone)
	frequencies := map[Frequency]rrule.Frequency{
		Daily: rrule.DAILY, Weekly: rrule.WEEKLY, Monthly: rrule.MONTHLY,
	}
	option := rrule.ROption{
		Freq:       frequencies[r.Frequency],
		Dtstart:    first,
		Interval:   r.Interval,
		Count:      r.Count,
		Bymonthday: r.MonthDays,
	}
	if !r.Until.IsZero() {
		option.Until = r.Until.AddDate(0, 0, 1).Add(-time.Second) // the whole last day
	}

	for _, day := range r.Weekdays {
		option.Byweekday = append(option.Byweekday, []rrule.Weekday{
			rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA,
		}[day])
	}

	made, err := rrule.NewRRule(option)
	if err != nil {
		return nil, errRule("规则不完整：{.part}", "part", r.String()).With(err)
	}

	for next := made.Iterator(); ; {
		at, ok := next()
		switch {
		case !ok && len(list) == 0:
			return nil, errRule("这条规则一天也没有")
		case !ok:
			return list, nil
		case at.After(first.AddDate(0, 0, mostDays)):
			return nil, errRule("一次最多安排一年")
		}

		list = append(list, at)
	}
}
