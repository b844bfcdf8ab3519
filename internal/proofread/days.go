package proofread

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"juzhen/internal/beijing"
)

// Span is a time of whole days in Shanghai that a text names: To is the end of the last one.
type Span struct{ From, To time.Time }

var (
	// bareDay is a day without its month, or one behind which an hour follows at once: "21日", "12月16日20时".
	bareDay = regexp.MustCompile(`(?:(\d{1,2})月)?(\d{1,2})[日号]`)
	// nearDay is a day told from the one on which the text goes out.
	nearDay = regexp.MustCompile(`今天|今日|今晚|今夜|明天|明日|明晚|后天|后日|昨天|昨日|昨晚`)
	// ahead is a number of days from now on.
	ahead = regexp.MustCompile(`未来([一二两三四五六七八九十]|\d{1,2})\s*(?:个)?(天|日|周)`)
	// throughSign joins two days to a span, with times of the day and weekdays between them.
	throughSign = regexp.MustCompile(`^[\s()周星期一二三四五六日天0-9时点:分起]*(?:至|到|—|–|-|~)+\s*$`)
)

// mark is a day of a text, at the bytes where it stands.
type mark struct {
	from, to int
	day      time.Time
	last     time.Time // of a number of days; else as day
}

// Days gives the days that a text names, those of a span as one, in their order. on is the day on which the
// text goes out: it decides which year, which month and which day is meant where the text does not say.
func Days(raw string, on time.Time) (spans []Span) {
	text := newPassage(raw)
	marks := append(fullDays(text, on), nearDays(text, on)...)
	marks = append(marks, bareDays(text, on, marks)...)
	slices.SortFunc(marks, func(a, b mark) int { return a.from - b.from })

	for i := 0; i < len(marks); i++ {
		first, last := marks[i].day, marks[i].last
		if i+1 < len(marks) && throughSign.MatchString(text.folded[marks[i].to:marks[i+1].from]) &&
			!marks[i+1].last.Before(first) {
			i++
			last = marks[i].last
		}
		spans = append(spans, Span{From: first, To: last.AddDate(0, 0, 1)})
	}

	return spans
}

// local is a day as datesOf tells it, at its beginning in Shanghai.
func local(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, beijing.Zone)
}

func fullDays(text *passage, on time.Time) (marks []mark) {
	for _, written := range datesOf(text) {
		if day, sure := written.on(text, Context{On: on}); sure && written.exists() {
			marks = append(marks, mark{written.from, written.to, local(day), local(day)})
		}
	}

	return marks
}

func nearDays(text *passage, on time.Time) (marks []mark) {
	today := beijing.Day(on)

	for _, place := range nearDay.FindAllStringIndex(text.folded, -1) {
		word, days := text.folded[place[0]:place[1]], 0

		switch {
		case strings.HasPrefix(word, "明"):
			days = 1
		case strings.HasPrefix(word, "后"):
			days = 2
		case strings.HasPrefix(word, "昨"):
			days = -1
		}
		day := today.AddDate(0, 0, days)
		marks = append(marks, mark{place[0], place[1], day, day})
	}

	for _, place := range ahead.FindAllStringSubmatchIndex(text.folded, -1) {
		days := countOf(text.folded[place[2]:place[3]])
		if text.folded[place[4]:place[5]] == "周" {
			days *= 7
		}
		if days > 0 && days <= 366 {
			marks = append(marks, mark{place[0], place[1], today, today.AddDate(0, 0, days)})
		}
	}

	return marks
}

func countOf(word string) int {
	if word == "两" {
		return 2
	}
	if i := strings.Index("一二三四五六七八九十", word); i >= 0 {
		return i/len("一") + 1
	}

	return number(word)
}

// bareDays finds the days that are no full dates. One without a month is of the last month that the text
// named before, else of the month in which such a day is nearest to the one on which the text goes out.
func bareDays(text *passage, on time.Time, known []mark) (marks []mark) {
	s := text.folded

	for _, place := range bareDay.FindAllStringSubmatchIndex(s, -1) {
		taken := slices.ContainsFunc(known, func(m mark) bool { return place[0] < m.to && m.from < place[1] })
		if taken || text.link[place[0]] || isDigit(before(s, place[0])) ||
			in("./-月第近每来过", before(s, place[0])) ||
			in("内均前后线报常游间", after(s, place[1])) {
			continue
		}
		if place[2] >= 0 {
			written := dayWritten{
				from: place[0], month: number(s[place[2]:place[3]]), day: number(s[place[4]:place[5]]),
			}
			if day, sure := written.on(text, Context{On: on}); sure && written.exists() {
				marks = append(marks, mark{place[0], place[1], local(day), local(day)})
			}

			continue
		}
		base, named := beijing.Day(on), false

		for _, m := range slices.Concat(known, marks) {
			if m.to <= place[0] {
				base, named = m.last, true
			}
		}
		if day, ok := dayNear(number(s[place[4]:place[5]]), base, named); ok {
			marks = append(marks, mark{place[0], place[1], day, day})
		}
	}

	return marks
}

// dayNear is the day of a month with that number: the next one after a day that was named, else the nearest.
func dayNear(n int, base time.Time, named bool) (best time.Time, ok bool) {
	for i := -1; i <= 1; i++ {
		day := time.Date(base.Year(), base.Month()+time.Month(i), n, 0, 0, 0, 0, beijing.Zone)
		if n < 1 || day.Day() != n || named && day.Before(base) {
			continue
		}
		if !ok || day.Sub(base).Abs() < best.Sub(base).Abs() {
			best, ok = day, true
		}
	}

	return best, ok
}
