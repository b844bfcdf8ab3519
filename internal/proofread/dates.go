package proofread

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/beijing"
)

var (
	// date is a day with its month, with the year or without.
	date = regexp.MustCompile(`(?:(\d{4})\s*年\s*)?(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]` +
		`|(\d{4})([-/.])(\d{1,2})([-/.])(\d{1,2})`)
	// weekdayAfter is what follows a date at once: "（星期一）", " 周一", "（周一至周三）".
	weekdayAfter = regexp.MustCompile(`^[\s，,]{0,2}[(\[【]?\s*((?:星期|周|礼拜)([一二三四五六日天]))` +
		`(?:\s*(?:-|—|–|~|至|到|、|和)+\s*(?:星期|周|礼拜)?([一二三四五六日天]))?`)
	yearBefore = regexp.MustCompile(`(\d{4})\s*年`)
)

const weekdayWords = "日一二三四五六"

// dayWritten is a date of a text.
type dayWritten struct {
	from, to         int
	year, month, day int  // year 0: none was written
	inDigits         bool // 2026-02-30
}

// datesOf reads all dates of a passage. What is part of a longer number, or of an address, is none.
func datesOf(t *passage) (out []dayWritten) {
	s := t.folded

	for _, m := range date.FindAllStringSubmatchIndex(s, -1) {
		if t.link[m[0]] || isDigit(before(s, m[0])) || isDigit(after(s, m[1])) || in("./-", before(s, m[0])) {
			continue
		}
		d := dayWritten{from: m[0], to: m[1]}
		if m[4] >= 0 {
			d.month, d.day = number(s[m[4]:m[5]]), number(s[m[6]:m[7]])
			if m[2] >= 0 {
				d.year = number(s[m[2]:m[3]])
			}
		} else {
			if s[m[10]:m[11]] != s[m[14]:m[15]] || isLatin(before(s, m[0])) || in("-/.", after(s, m[1])) {
				continue
			}
			d.year, d.month, d.day = number(s[m[8]:m[9]]), number(s[m[12]:m[13]]), number(s[m[16]:m[17]])
			d.inDigits = true
			if d.year < 1900 || d.year > 2100 {
				continue
			}
		}
		out = append(out, d)
	}

	return out
}

func number(s string) int { n, _ := strconv.Atoi(s); return n }

// exists tells whether there is such a day; 29 February is one where no year is written.
func (d dayWritten) exists() bool {
	year := d.year
	if year == 0 {
		year = 2024
	}
	on := time.Date(year, time.Month(d.month), d.day, 0, 0, 0, 0, time.UTC)

	return d.month >= 1 && d.month <= 12 && d.day >= 1 && on.Day() == d.day
}

// weekdays finds weekdays that are not the date's. A date without a year is the one nearest to the day on
// which the text goes out, or of the year that its sentence names before.
func weekdays(t *passage, context Context) (found []Finding) {
	for _, d := range datesOf(t) {
		m := weekdayAfter.FindStringSubmatchIndex(t.folded[d.to:])
		if m == nil || !d.exists() {
			continue
		}
		on, sure := d.on(t, context)
		if !sure {
			continue
		}
		from, to := d.to+m[4], d.to+m[5] // the sign behind 星期 or 周
		if m[6] >= 0 {
			if strings.HasSuffix(strings.TrimRight(tail(t.folded, d.from, 3), " "), "至") ||
				containsAny(tail(t.folded, d.from, 2), "-", "—", "~", "到", "、", "和") {
				from, to = d.to+m[6], d.to+m[7] // "5日至7日（周六至周一）": the second is this date's
			}
		}

		written := t.folded[from:to]
		right := string([]rune(weekdayWords)[on.Weekday()])
		if written == right || written == "天" && right == "日" {
			continue
		}
		start := d.to + m[2]
		called := strings.TrimSuffix(t.folded[start:d.to+m[3]], t.folded[d.to+m[4]:d.to+m[5]])
		if from != d.to+m[4] {
			start, called = from, ""
		}
		found = append(found, t.at(Weekday, start, to, called+right, sayWeekday,
			"date", fmt.Sprintf("%d年%d月%d日", on.Year(), on.Month(), on.Day()),
			"want", "星期"+right,
			"found", t.folded[start:to],
		))
	}

	return found
}

// on is the day that is meant. It is not sure where the sentence speaks of another year without its number.
func (d dayWritten) on(t *passage, context Context) (day time.Time, sure bool) {
	year := d.year
	near := tail(t.folded, d.from, 24)
	if i := strings.LastIndexAny(near, "。！？\n"); i >= 0 {
		near = near[i:]
	}
	if year == 0 {
		if years := yearBefore.FindAllStringSubmatch(near, -1); len(years) > 0 {
			year = number(years[len(years)-1][1])
		} else if containsAny(near, "去年", "上年", "明年", "次年", "前年", "当年", "同年") {
			return time.Time{}, false
		}
	}
	if year != 0 {
		return time.Date(year, time.Month(d.month), d.day, 0, 0, 0, 0, time.UTC), year >= 1900 && year <= 2100
	}

	y, m, n := context.On.In(beijing.Zone).Date()

	today := time.Date(y, m, n, 0, 0, 0, 0, time.UTC)
	for i := -1; i <= 1; i++ {
		candidate := time.Date(y+i, time.Month(d.month), d.day, 0, 0, 0, 0, time.UTC)
		if day.IsZero() || candidate.Sub(today).Abs() < day.Sub(today).Abs() {
			day = candidate
		}
	}

	return day, true
}

var (
	clock     = regexp.MustCompile(`(\d{1,2}):(\d{2})(?::(\d{2}))?`)
	clockHan  = regexp.MustCompile(`(\d{1,2})时(?:(\d{1,2})分)?`)
	clockSpan = regexp.MustCompile(`(\d{1,2}):(\d{2})\s*(?:-|—|–|~|至|到)+\s*(\d{1,2}):(\d{2})`)
	hanSpan   = regexp.MustCompile(
		`(\d{1,2})时(?:(\d{1,2})分)?\s*(?:-|—|–|~|至|到)+\s*((\d{1,2})时(?:(\d{1,2})分)?)`,
	)
	dateSpan = regexp.MustCompile(
		`(\d{1,2})月(\d{1,2})日\s*(?:[(][^)]{1,8}[)])?\s*(?:-|—|–|~|至|到)+\s*((?:(\d{1,2})月)?(\d{1,2})日)`,
	)
)

// dates finds days and times of the day that there are not. 24:00 and 24时 are the end of a day.
func dates(t *passage, _ Context) (found []Finding) {
	s := t.folded

	for _, d := range datesOf(t) {
		if !d.exists() && !containsAny(tail(t.folded, d.from, 4), "农历", "阴历", "旧历") {
			found = append(found, t.at(ImpossibleDate, d.from, d.to, "", sayNoDay))
		}
	}

	for _, m := range clock.FindAllStringSubmatchIndex(s, -1) {
		if t.link[m[0]] || isDigit(before(s, m[0])) || in(":.", before(s, m[0])) || isDigit(after(s, m[1])) ||
			isLatin(before(s, m[0])) ||
			after(s, m[1]) == ':' ||
			containsAny(tail(s, m[0], 8), "比", "胜", "负", "平", "率", "版", "第", "章") {
			continue
		}
		if hour, minute := number(s[m[2]:m[3]]), number(s[m[4]:m[5]]); !onClock(hour, minute) && hour <= 29 {
			found = append(found, t.at(ImpossibleDate, m[0], m[1], "", sayNoTime))
		}
	}

	for _, m := range clockHan.FindAllStringSubmatchIndex(s, -1) {
		if t.link[m[0]] || isDigit(before(s, m[0])) || in(".", before(s, m[0])) ||
			m[4] < 0 && isHan(after(s, m[1])) && !in("至到起止前后、，的许", after(s, m[1])) {
			continue
		}
		minute := 0
		if m[4] >= 0 {
			minute = number(s[m[4]:m[5]])
		}
		if !onClock(number(s[m[2]:m[3]]), minute) {
			found = append(found, t.at(ImpossibleDate, m[0], m[1], "", sayNoTime))
		}
	}

	return found
}

func onClock(hour, minute int) bool {
	return hour <= 23 && minute <= 59 || hour == 24 && minute == 0
}

// spans finds an end before its start, at the end. A time of the evening to one of the morning crosses
// midnight, a month to a much earlier one the turn of the year.
func spans(t *passage, _ Context) (found []Finding) {
	s := t.folded
	clocks := func(m []int, fromHour, fromMinute, toHour, toMinute int, at, to int) {
		start, end := 60*fromHour+fromMinute, 60*toHour+toMinute
		overnight := start >= 17*60 && end <= 12*60
		if !t.link[m[0]] && onClock(fromHour, fromMinute) && onClock(toHour, toMinute) && end < start &&
			!overnight &&
			!isDigit(before(s, m[0])) &&
			!containsAny(tail(s, m[0], 6), "夜", "晚", "比") {
			found = append(found, t.at(EndBeforeStart, at, to, "", sayBackwards,
				"start", fmt.Sprintf("%d:%02d", fromHour, fromMinute)))
		}
	}

	for _, m := range clockSpan.FindAllStringSubmatchIndex(s, -1) {
		clocks(
			m,
			number(s[m[2]:m[3]]),
			number(s[m[4]:m[5]]),
			number(s[m[6]:m[7]]),
			number(s[m[8]:m[9]]),
			m[6],
			m[9],
		)
	}

	for _, m := range hanSpan.FindAllStringSubmatchIndex(s, -1) {
		clocks(m, number(s[m[2]:m[3]]), part(s, m, 2), number(s[m[8]:m[9]]), part(s, m, 5), m[6], m[7])
	}

	for _, m := range dateSpan.FindAllStringSubmatchIndex(s, -1) {
		month, day := number(s[m[2]:m[3]]), number(s[m[4]:m[5]])
		toMonth, toDay := month, number(s[m[10]:m[11]])
		if m[8] >= 0 {
			toMonth = number(s[m[8]:m[9]])
		}
		backwards := toMonth == month && toDay < day || toMonth < month && month-toMonth < 6
		if backwards && !t.link[m[0]] {
			found = append(found, t.at(EndBeforeStart, m[6], m[7], "", sayBackwards,
				"start", fmt.Sprintf("%d月%d日", month, day)))
		}
	}

	return found
}

// part reads the number of a group that may be absent.
func part(s string, m []int, group int) int {
	if m[2*group] < 0 {
		return 0
	}

	return number(s[m[2*group]:m[2*group+1]])
}
