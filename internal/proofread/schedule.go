package proofread

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"juzhen/internal/beijing"
)

// spoken is a day named from the day of publication, with its date in brackets or behind it, and an hour.
var spoken = regexp.MustCompile(`(今天|今日|今早|今晨|今晚|今夜|明天|明日|明早|明晨|明晚)` +
	`(?:\s*\(\s*(?:(\d{1,2})月)?(\d{1,2})日[^)]{0,12}\)|(?:(\d{1,2})月(\d{1,2})日))?` +
	`\s*(上午|下午|早上|晚上|凌晨|中午|傍晚|晚|早)?\s*` +
	`(?:(\d{1,2}):(\d{2})|(\d{1,2}|[一二三四五六七八九十两]{1,3})(?:时|点钟|点)(?:整|(\d{1,2})分|(半))?)?`)

// What makes an hour one that is announced, in the same sentence; what makes it one that was; and what behind
// the hour makes it a span or an edge, of which the end matters.
var (
	announcing = []string{
		"将", "直播", "开播", "开讲", "开抢", "敬请", "不见不散", "锁定", "定于", "拟于", "约您", "邀您",
	}
	reporting = []string{"已", "了", "过", "截至", "截止", "为止", "刚刚", "当时", "回放", "回看", "回顾", "结束"}
	edges     = []string{"至", "到", "-", "—", "–", "~", "起", "后", "之后", "以后", "左右", "许", "开始至"}
)

// ownTimes finds a time of the text that contradicts the one at which it goes out: a date called today
// that is another, an hour of today that is announced and over, one that is reported on and still to come.
// It is silent where nobody knows when the text goes out.
func ownTimes(t *passage, context Context) (found []Finding) {
	if !context.Timed {
		return nil
	}

	for _, s := range t.sentences() {
		for _, m := range spoken.FindAllStringSubmatchIndex(s.text, -1) {
			if t.link[s.from+m[0]] {
				continue
			}
			if f := ownTime(t, s, m, context.On.In(beijing.Zone)); f != nil {
				found = append(found, *f)
			}
		}
	}

	return found
}

func ownTime(t *passage, s sentence, m []int, on time.Time) *Finding {
	group := func(i int) string {
		if m[2*i] < 0 {
			return ""
		}

		return s.text[m[2*i]:m[2*i+1]]
	}
	word, day := group(1), beijing.Day(on)
	if strings.HasPrefix(word, "明") {
		day = day.AddDate(0, 0, 1)
	}
	month, date := group(2)+group(4), group(3)+group(5)
	if date != "" && (number(date) != day.Day() || month != "" && number(month) != int(day.Month())) {
		end := m[1]
		for _, last := range []int{3, 5} {
			if m[2*last] >= 0 {
				end = m[2*last+1] + len("日")
			}
		}
		if after(s.text, end) == ')' {
			end++
		}
		f := t.at(OwnTime, s.from+m[0], s.from+end, "", sayOtherDay,
			"word", word, "date", fmt.Sprintf("%d月%d日", day.Month(), day.Day()))

		return &f
	}
	hour, minute, ok := hourOf(word+group(6), group(7)+group(9), group(8)+group(10), group(11) != "")
	if !ok || strings.HasPrefix(word, "明") {
		return nil
	}
	at := day.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
	behind := s.text[m[1]:]

	for _, edge := range edges {
		if strings.HasPrefix(strings.TrimLeft(behind, " "), edge) {
			return nil
		}
	}
	goes := on.Format("15:04")

	switch {
	case at.Before(on) && containsAny(s.text, announcing...) && !containsAny(s.text, reporting...):
		f := t.at(OwnTime, s.from+m[0], s.from+m[1], "", sayPast, "time", goes)
		return &f
	case at.After(on) && strings.HasSuffix(strings.TrimRight(s.text[:m[0]], " "), "截至"):
		f := t.at(OwnTime, s.from+m[0], s.from+m[1], "", sayNotYet, "time", goes)
		return &f
	}

	return nil
}

// hourOf reads an hour as it is spoken: 晚8点 is 20 o'clock, 今晚12点 the end of the day.
func hourOf(part, hour, minute string, half bool) (h, m int, ok bool) {
	if hour == "" {
		return 0, 0, false
	}
	if h = number(hour); !isDigit(after(hour, 0)) {
		h = han(hour)
	}
	m = number(minute)
	if half {
		m = 30
	}
	if h <= 12 && containsAny(part, "晚", "夜", "下午", "傍晚") {
		h += 12
	}
	if h == 24 && containsAny(part, "下午", "中午") {
		h = 12
	}

	return h, m, onClock(h, m)
}

// han reads a number up to 24 in Chinese; 99 for what is none.
func han(s string) int {
	const digits = "零一二三四五六七八九"
	s = strings.ReplaceAll(s, "两", "二")
	tens, ones, ten := strings.Cut(s, "十")
	value := func(s string, none int) int {
		if s == "" {
			return none
		}
		if i := strings.Index(digits, s); i >= 0 && len([]rune(s)) == 1 {
			return len([]rune(digits[:i]))
		}

		return 99
	}
	if !ten {
		return value(s, 99)
	}

	return 10*value(tens, 1) + value(ones, 0)
}
