package proofread

import (
	"regexp"
	"strconv"
	"strings"

	"juzhen/internal/air"
)

// An index as notices write it: "AQI为132", "空气质量指数（AQI）80～110". What stands between name and number holds
// no digit, no letter and no comma.
var indexNumber = regexp.MustCompile(
	`(?i)(?:AQI|空气质量(?:实时|日均|小时)?指数)([^0-9A-Za-z，,。]{0,12}?)(\d{1,4})(?:(\s*(?:-|—|–|~|至|到)+\s*)(\d{1,4}))?`)

// notOne are words that make of a number a bound, a difference or a count.
var notOne = []string{
	"小于", "低于", "超", "大于", "不高于", "高于", "≤", "≥", "<", ">", "少于", "以内", "降", "升", "增", "减", "下", "上",
}

// filler may stand between an index and the words about it: nothing that begins another thought.
const filler = `(?:[\s，,、:()“”"'/|]|今日|当前|空气|质量|指数|级别|等级|类别|状况|水平|属于|处于|达到|达|为|是|属|呈|颜色|显示|对应)`

// described is one word about an index: a class, a level, a colour.
const described = `优良|良好|优秀|优|良|轻度污染|中度污染|重度污染|严重污染|轻度|中度|重度|[一二三四五六1-6]级|(?:绿|黄|橙|红|紫|褐红)色`

// lasts joins two of them to a range.
const lasts = `(?:-|—|–|~|至|到|转)+`

var (
	wordBehind = regexp.MustCompile(
		`^` + filler + `{0,12}(` + described + `)(?:` + lasts + `(` + described + `))?`,
	)
	wordBefore = regexp.MustCompile(
		`((?:(?:` + described + `)` + filler + `{0,8})+)$`)
	oneWord      = regexp.MustCompile(described)
	joinedBefore = regexp.MustCompile(lasts + `$`)
	joinedBehind = regexp.MustCompile(`^` + lasts)
)

// indexes finds words about an index that its number contradicts, and levels and colours that contradict
// their class where there is no number. The levels and colours are those of HJ 633, the same in both
// versions of it.
func indexes(t *passage, _ Context) (found []Finding) {
	for _, s := range t.sentences() {
		taken := 0 // up to where the words of a number before reach

		numbers := indexNumber.FindAllStringSubmatchIndex(s.text, -1)
		for i, m := range numbers {
			low, high, ok := bounds(s.text, m)
			if !ok {
				taken = m[1]
				continue
			}
			if high > 500 {
				found = append(found, t.at(AQIClass, s.from+m[4], s.from+m[1], "", sayOver))
				continue
			}

			words := wordsBehind(s.text, m[1])
			if len(words) == 0 {
				from := max(taken, 0)
				if i > 0 {
					from = max(from, numbers[i-1][1])
				}
				words = wordsBefore(s.text, from, m[0])
			} else {
				taken = words[len(words)-1].to
			}

			for _, word := range words {
				if finding, wrong := contradicted(t, s, word, low, high); wrong {
					found = append(found, finding)
				}
			}
		}
		if len(numbers) == 0 {
			found = append(found, pairs(t, s)...)
		}
	}

	return found
}

// bounds reads the number of an index, or the two of a range.
func bounds(s string, m []int) (low, high int, ok bool) {
	gap := s[m[2]:m[3]]
	behind := head(s, m[1], 3)
	if containsAny(gap, notOne...) || strings.HasPrefix(behind, ".") || strings.HasPrefix(behind, "%") ||
		containsAny(behind, "以下", "以上", "以内", "微克", "毫克", "个", "天", "年", "月", "点", "倍", "%") ||
		isDigit(after(s, m[1])) || isLatin(after(s, m[1])) {
		return 0, 0, false
	}

	low, _ = strconv.Atoi(s[m[4]:m[5]])
	high = low
	if m[8] >= 0 {
		high, _ = strconv.Atoi(s[m[8]:m[9]])
	}

	return low, high, low <= high
}

// word is one word about an index, or two that make a range.
type word struct {
	from, to int
	first    string
	last     string // "" where it is one
	lastFrom int
}

// wordsBehind reads the words that follow an index at once, one after the other.
func wordsBehind(s string, at int) (words []word) {
	for len(words) < 4 {
		m := wordBehind.FindStringSubmatchIndex(s[at:])
		if m == nil {
			return words
		}
		w := word{from: at + m[2], to: at + m[3], first: s[at+m[2] : at+m[3]], lastFrom: -1}
		if m[4] >= 0 {
			w.last, w.lastFrom, w.to = s[at+m[4]:at+m[5]], at+m[4], at+m[5]
		}
		if !standsAlone(s, w) {
			return words
		}
		words = append(words, w)
		at = w.to
	}

	return words
}

// wordsBefore reads the words that lead to an index: "轻度污染（AQI 132）".
func wordsBefore(s string, from, to int) (words []word) {
	m := wordBefore.FindStringIndex(s[from:to])
	if m == nil {
		return nil
	}
	part := s[from+m[0] : to]

	for _, place := range oneWord.FindAllStringIndex(part, -1) {
		w := word{
			from:     from + m[0] + place[0],
			to:       from + m[0] + place[1],
			first:    part[place[0]:place[1]],
			lastFrom: -1,
		}
		joined := joinedBefore.MatchString(tail(s, w.from, 2)) || joinedBehind.MatchString(s[w.to:])
		if joined || !standsAlone(s, w) {
			return nil
		}
		words = append(words, w)
	}

	return words
}

// standsAlone tells whether a word is one about an index, and not the beginning or the end of another.
func standsAlone(s string, w word) bool {
	text := w.first
	if w.last != "" {
		text = w.last
	}
	next := after(s, w.to)

	switch text {
	case "优良", "良好", "优秀":
		return false
	case "优", "良":
		return !isHan(next) || in("至到转等级水天，", next)
	}
	if strings.HasSuffix(text, "色") || strings.HasSuffix(text, "级") {
		behind := head(s, w.to, 4)

		return !containsAny(behind, "预警", "响应", "标准", "应急", "以上", "以下", "及以") &&
			(!isHan(next) || !in("公医保风地企", next))
	}

	return true
}

// levelOf reads a word as a level of the index.
func levelOf(text string) (level air.Level, ok bool) {
	text = strings.TrimSuffix(strings.TrimSuffix(text, "污染"), "色")
	if number, isLevel := strings.CutSuffix(text, "级"); isLevel {
		for i, han := range []string{"一", "二", "三", "四", "五", "六"} {
			if number == han || number == strconv.Itoa(i+1) {
				return air.Level(i + 1), true
			}
		}

		return 0, false
	}

	if level, ok = air.LevelOfColour(text); ok {
		return level, true
	}
	if level, ok = air.LevelOfClass(text); ok {
		return level, true
	}

	return air.LevelOfClass(text + "污染")
}

// asIn writes a level in the kind of word that stands there: class, level or colour, long or short.
func asIn(text string, level air.Level) string {
	switch {
	case strings.HasSuffix(text, "色"):
		return level.Colour() + "色"
	case strings.HasSuffix(text, "级"):
		if isDigit(after(text, 0)) {
			return strconv.Itoa(int(level)) + "级"
		}

		return string([]rune("一二三四五六")[level-1]) + "级"
	}
	if strings.HasSuffix(text, "污染") || text == "优" || text == "良" {
		return level.Class()
	}

	return strings.TrimSuffix(level.Class(), "污染")
}

// contradicted holds one word against the numbers of its index.
func contradicted(t *passage, s sentence, w word, low, high int) (Finding, bool) {
	lowest, highest := air.LevelOf(max(low, 1)), air.LevelOf(max(high, 1))
	aqi := strconv.Itoa(low)
	if high != low {
		aqi += "～" + strconv.Itoa(high)
	}

	first, ok := levelOf(w.first)
	if !ok {
		return Finding{}, false
	}
	if w.last == "" {
		if first >= lowest && first <= highest {
			return Finding{}, false
		}
		want := asIn(w.first, lowest)
		if lowest != highest {
			want += "至" + asIn(w.first, highest)
		}

		return t.at(AQIClass, s.from+w.from, s.from+w.to, want, sayClass,
			"aqi", aqi, "want", want, "found", w.first), true
	}

	last, ok := levelOf(w.last)
	if !ok || first == lowest && last == highest || low == high && (first == lowest || last == lowest) {
		return Finding{}, false
	}
	want := asIn(w.first, lowest)
	if lowest != highest {
		want += "至" + asIn(w.last, highest)
	}
	text := s.text[w.from:w.to]

	return t.at(AQIClass, s.from+w.from, s.from+w.to, want, sayClass,
		"aqi", aqi, "want", want, "found", text), true
}

// pair is a class with a level or colour beside it, in either order.
var pair = regexp.MustCompile(
	`(轻度污染|中度污染|重度污染|严重污染)[\s(]{0,2}(?:为|属于|是)?([一二三四五六1-6]级|(?:绿|黄|橙|红|紫|褐红)色)[)]?` +
		`|([一二三四五六1-6]级)[\s(]{0,2}(轻度污染|中度污染|重度污染|严重污染)`)

// pairs holds class and level of a sentence without a number against each other. What is mended is the
// level, or the colour: the class is the word that people read.
func pairs(t *passage, s sentence) (found []Finding) {
	for _, m := range pair.FindAllStringSubmatchIndex(s.text, -1) {
		classFrom, classTo, otherFrom, otherTo := m[2], m[3], m[4], m[5]
		if m[2] < 0 {
			otherFrom, otherTo, classFrom, classTo = m[6], m[7], m[8], m[9]
		}
		if !standsAlone(s.text, word{from: otherFrom, to: otherTo, first: s.text[otherFrom:otherTo]}) {
			continue
		}

		class, other := s.text[classFrom:classTo], s.text[otherFrom:otherTo]
		level, _ := levelOf(class)
		if written, ok := levelOf(other); ok && written != level {
			want := asIn(other, level)
			found = append(found, t.at(AQIClass, s.from+otherFrom, s.from+otherTo, want, sayPair,
				"class", class, "want", want, "found", other))
		}
	}

	return found
}
