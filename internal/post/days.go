package post

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"juzhen/internal/beijing"
)

// DaysMadeWrong gives the words of the texts that name a day and are wrong once the texts go out at the
// instant to instead of from, in the order in which they stand, each once. Days are those of Shanghai.
//
// A date ("11月29日") is made wrong when it lies otherwise to the day of publishing: it was ahead, the
// same day or past, and is not so any more. A word such as "今天" is made wrong by any other day, "本周" by
// another week. A weekday is made wrong when it would mean another day than before. Times of the day,
// festivals and months alone are left alone, and so is what links and names contain.
func DaysMadeWrong(texts []string, from, to time.Time) []string {
	was, now := dayOf(from), dayOf(to)
	if was.Equal(now) {
		return nil
	}
	var out []string

	for _, text := range texts {
		for _, dayWord := range dayWords(text) {
			if dayWord.wrong(was, now) && !slices.Contains(out, dayWord.text) {
				out = append(out, dayWord.text)
			}
		}
	}

	return out
}

// DayWords gives the words of a text that name a day, in the order in which they stand, each once.
func DayWords(text string) []string {
	var out []string
	for _, dayWord := range dayWords(text) {
		if !slices.Contains(out, dayWord.text) {
			out = append(out, dayWord.text)
		}
	}

	return out
}

// dayOf is the day of an instant in Shanghai, as midnight UTC, so that days can be counted.
func dayOf(t time.Time) time.Time {
	y, m, d := t.In(beijing.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// dayWord is a word that names a day, with the rule that tells whether it still names the right one.
type dayWord struct {
	text  string
	wrong func(was, now time.Time) bool
}

// dayRule reads one kind of words. make gives nil for what only looks like one; before and after are
// what stands around it.
type dayRule struct {
	find *regexp.Regexp
	make func(parts []string, before, after string) func(was, now time.Time) bool
}

const hanNumber = `[〇零一二三四五六七八九十廿卅]{1,3}`

// dayRules are tried in this order at each place; a later one does not look inside of what an earlier
// one took.
var dayRules = []dayRule{
	{
		regexp.MustCompile(`(\d{4})\s*(?:年|-|/|\.)\s*(\d{1,2})\s*(?:月|-|/|\.)\s*(\d{1,2})(?:\s*[日号])?`),
		wholeDate,
	},
	{
		regexp.MustCompile(`(\d{1,2}|` + hanNumber + `)\s*月\s*(\d{1,2}|` + hanNumber + `)\s*(?:日|号)`),
		monthAndDay,
	},
	{regexp.MustCompile(`(\d{1,2})\s*月\s*(\d{1,2})`), monthAndDay},
	{regexp.MustCompile(`(\d{1,2})/(\d{1,2})`), monthAndDay},
	{regexp.MustCompile(`(\d{1,2})\s*[日号]`), dayAlone},
	{regexp.MustCompile(`(?:周|星期|礼拜)一\s*(?:至|到|-|—|–|~|～)\s*(?:周|星期|礼拜)?五`), workdays},
	{regexp.MustCompile(`(本|这个?|下下?个?|上上?个?|每个?)?(?:周|星期|礼拜)([一二三四五六日天末])`), weekday},
	{regexp.MustCompile(`大后天|大前天|今明两?[天日]|明后两?[天日]|[今明昨后前]天|[今明昨]日|[今明昨]晚|[今明昨]夜|[今明]晨|[今明]早|今起`), otherDay},
	{regexp.MustCompile(`(?i)\b(?:today|tonight|tomorrow|yesterday)\b`), otherDay},
	{regexp.MustCompile(`(?:本|这|上|下)个?(?:周|星期|礼拜)`), otherWeek},
	{regexp.MustCompile(`(?:本|这个|上个?|下个?)月`), otherMonth},
	{regexp.MustCompile(`今年|明年|去年|本年`), otherYear},
}

// namesOfOthers are words that only contain one: what is said with them is right on any day.
var namesOfOthers = []string{"今日头条", "今日说法", "明日之星", "明日黄花"}

// noDays is what may name a day only by chance: links, mentions and names.
var noDays = regexp.MustCompile(`https?://\S+|@[\p{Han}\w-]+|` + strings.Join(namesOfOthers, "|"))

// dayWords finds all of a text. Digits of full width are read as digits and told as they stand.
func dayWords(text string) []dayWord {
	folded, places := foldDigits(text)
	folded = noDays.ReplaceAllStringFunc(
		folded,
		func(s string) string { return strings.Repeat("\x00", len(s)) },
	)
	type found struct {
		at, end int
		dayWord
	}
	var all []found

	for _, rule := range dayRules {
		for _, m := range rule.find.FindAllStringSubmatchIndex(folded, -1) {
			if slices.ContainsFunc(all, func(f found) bool { return m[0] < f.end && f.at < m[1] }) {
				continue
			}
			if wrong := rule.make(partsOf(folded, m), folded[:m[0]], folded[m[1]:]); wrong != nil {
				all = append(all, found{m[0], m[1], dayWord{text[places[m[0]]:places[m[1]]], wrong}})
			}
		}
	}
	slices.SortFunc(all, func(a, b found) int { return a.at - b.at })

	out := make([]dayWord, len(all))
	for i, f := range all {
		out[i] = f.dayWord
	}

	return out
}

// foldDigits writes digits and slashes of full width as those of ASCII. places tells where each byte of
// the answer stood in the text.
func foldDigits(text string) (folded string, places []int) {
	var b strings.Builder

	for at, r := range text {
		if r >= '０' && r <= '９' || r == '／' || r == '－' || r == '．' {
			r -= '！' - '!'
		}

		n, _ := b.WriteRune(r)
		for range n {
			places = append(places, at)
		}
	}

	return b.String(), append(places, len(text))
}

func partsOf(s string, m []int) []string {
	var out []string

	for i := 2; i+1 < len(m); i += 2 {
		if m[i] < 0 {
			out = append(out, "")
			continue
		}
		out = append(out, s[m[i]:m[i+1]])
	}

	return out
}

// last and first are the neighbours of a word.
func last(s string) rune  { r, _ := utf8.DecodeLastRuneInString(s); return r }
func first(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }

func in(set string, r rune) bool { return strings.ContainsRune(set, r) }

const digits = "0123456789"

// wholeDate is a date with its year.
func wholeDate(parts []string, before, after string) func(was, now time.Time) bool {
	if in(digits, last(before)) && before != "" || in(digits, first(after)) && after != "" {
		return nil
	}
	y, m, d := number(parts[0]), number(parts[1]), number(parts[2])

	return onDay(func(time.Time) (time.Time, bool) { return validDay(y, m, d) })
}

// monthAndDay is a date without its year: the one nearest to the day on which it was to go out.
func monthAndDay(parts []string, before, after string) func(was, now time.Time) bool {
	if before != "" && in(digits+"/.", last(before)) || after != "" && in(digits+"/", first(after)) {
		return nil
	}
	m, d := number(parts[0]), number(parts[1])

	return onDay(func(was time.Time) (time.Time, bool) {
		return nearest(was, func(i int) (time.Time, bool) { return validDay(was.Year()+i, m, d) })
	})
}

// notADay are what stands before or behind a number of days or a number of things.
const (
	beforeAmount = "近第每隔连续前后过去达满"
	behindDays   = "内间以均游"
	behindThings = "楼线院门机文馆厅口公令台店井桥站厂车房库坑"
)

// dayAlone is a day without its month ("29日", "29号"): the one nearest to the day on which it was to go out.
func dayAlone(parts []string, before, after string) func(was, now time.Time) bool {
	if before != "" && in(digits+beforeAmount+"/.", last(before)) ||
		after != "" && in(behindDays+behindThings, first(after)) {
		return nil
	}
	d := number(parts[0])

	return onDay(func(was time.Time) (time.Time, bool) {
		return nearest(was, func(i int) (time.Time, bool) {
			m := time.Date(was.Year(), was.Month()+time.Month(i), 1, 0, 0, 0, 0, time.UTC)
			return validDay(m.Year(), int(m.Month()), d)
		})
	})
}

// nearest is the day nearest to another among the one before, the one of its own year or month, and the
// one behind.
func nearest(to time.Time, day func(i int) (time.Time, bool)) (best time.Time, ok bool) {
	for i := -1; i <= 1; i++ {
		if d, valid := day(i); valid && (!ok || d.Sub(to).Abs() < best.Sub(to).Abs()) {
			best, ok = d, true
		}
	}

	return best, ok
}

func validDay(y, m, d int) (time.Time, bool) {
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return t, m >= 1 && m <= 12 && d >= 1 && t.Day() == d
}

// onDay is the rule of a date: it must lie to the new day as it lay to the old one.
func onDay(day func(was time.Time) (time.Time, bool)) func(was, now time.Time) bool {
	return func(was, now time.Time) bool {
		d, ok := day(was)
		return ok && d.Compare(was) != d.Compare(now)
	}
}

// workdays ("周一至周五") are hours of service, right in any week.
func workdays([]string, string, string) func(was, now time.Time) bool {
	return func(time.Time, time.Time) bool { return false }
}

// weekday is a day of the week, of this, the next or the last week if it says so. "每周日" and "两周一次" name
// no day.
func weekday(parts []string, before, _ string) func(was, now time.Time) bool {
	switch {
	case strings.HasPrefix(parts[0], "每"):
		return func(time.Time, time.Time) bool { return false }
	case parts[0] == "" && before != "" && in(digits+"一二两三四五六七八九十几数整半", last(before)):
		return func(time.Time, time.Time) bool { return false }
	}
	place := map[string]int{"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 6}[parts[1]]
	weeks := strings.Count(parts[0], "下") - strings.Count(parts[0], "上")
	day := func(of time.Time) time.Time {
		d := weekOf(of).AddDate(0, 0, 7*weeks+place)
		if parts[0] == "" && d.Before(of) {
			d = d.AddDate(0, 0, 7)
		}

		return d
	}

	return func(was, now time.Time) bool {
		d := day(was)
		return !d.Equal(day(now)) || d.Compare(was) != d.Compare(now)
	}
}

// weekOf is the Monday of a day's week.
func weekOf(d time.Time) time.Time { return d.AddDate(0, 0, -(int(d.Weekday())+6)%7) }

func otherDay([]string, string, string) func(was, now time.Time) bool {
	return func(was, now time.Time) bool { return !was.Equal(now) }
}

func otherWeek([]string, string, string) func(was, now time.Time) bool {
	return func(was, now time.Time) bool { return !weekOf(was).Equal(weekOf(now)) }
}

func otherMonth([]string, string, string) func(was, now time.Time) bool {
	return func(was, now time.Time) bool { return was.Year() != now.Year() || was.Month() != now.Month() }
}

func otherYear([]string, string, string) func(was, now time.Time) bool {
	return func(was, now time.Time) bool { return was.Year() != now.Year() }
}

// number reads digits, or Chinese numerals up to 39; what is none of them is 0, which is no month and no day.
func number(s string) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	n := 0

	for _, r := range s {
		switch r {
		case '十':
			n = max(n, 1) * 10
		case '廿':
			n = 20
		case '卅':
			n = 30
		default:
			ones := slices.Index([]rune("零一二三四五六七八九"), r)
			n += max(ones, 0)
		}
	}

	return n
}
