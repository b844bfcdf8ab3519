// Package proofread finds what is wrong in a text by rules that need no list: a class that contradicts its
// index, a weekday that is not the date's, a time that there is not, numbers of people that do not belong in
// public. It is pure: no clock, no store; who calls says for which instant the text is meant.
//
// A rule speaks only where it is sure. Each is written against a collection of ordinary notices, in which it
// must stay silent (testdata/notices.txt), and against planted errors, each of which it must find.
package proofread

import (
	"cmp"
	"slices"
	"time"

	"juzhen/internal/i18n"
)

// Rule names what a finding is about. The names are part of the interface and never change.
type Rule string

// The rules.
const (
	AQIClass       Rule = "aqi_class"         // number, class, level and colour of an index
	Primary        Rule = "primary_pollutant" // first pollutant of an index
	WarningLevel   Rule = "warning_level"     // colour and level of a warning
	Weekday        Rule = "weekday"           // date and weekday
	ImpossibleDate Rule = "impossible_date"   // 2月30日, 24:30
	EndBeforeStart Rule = "end_before_start"  // 15:00–14:00
	OwnTime        Rule = "own_time"          // 今晚20时, due at 23:30
	Unit           Rule = "unit"              // mg/m³ where it is µg/m³
	Mobile         Rule = "mobile"            // a mobile number
	IdentityCard   Rule = "id_card"           // an identity card's number
	Plate          Rule = "plate"             // a number plate
	BankCard       Rule = "bank_card"         // a bank card's number
	Topic          Rule = "topic"             // a #topic# that is not closed
	Handle         Rule = "handle"            // an @account spelt nearly as one of ours
	Link           Rule = "link"              // an address that nobody can open
)

// Rules lists them in the order in which they are shown.
func Rules() []Rule {
	return []Rule{
		AQIClass, Primary, WarningLevel, Weekday, ImpossibleDate, EndBeforeStart, OwnTime, Unit, Mobile,
		IdentityCard, Plate, BankCard, Topic, Handle, Link,
	}
}

// Label is the Chinese name of the rule.
func (r Rule) Label() string {
	return map[Rule]string{
		AQIClass: "指数与级别", Primary: "首要污染物", WarningLevel: "预警颜色与级别", Weekday: "日期与星期",
		ImpossibleDate: "日期、时间有误", EndBeforeStart: "起止颠倒", OwnTime: "文中时间与发布时间", Unit: "浓度单位", Mobile: "手机号码",
		IdentityCard: "身份证号码", Plate: "车牌号码", BankCard: "银行卡号码", Topic: "话题", Handle: "提及账号",
		Link: "链接",
	}[r]
}

// Finding is one thing that is wrong, at its place in the text that was given.
type Finding struct {
	Rule       Rule
	Start, End int    // in code points of the text, End exclusive
	Found      string // exactly what stands there
	Suggestion string // what should stand there; "" where only a person can say
	Text       string // why, as a Chinese source text
	Args       []any  // fills Text: names and values in turn
}

// Context is what a text is read against.
type Context struct {
	On      time.Time // when it is to go out: standards and years without a number are taken from this day
	Timed   bool      // On is the minute at which it goes out; false: only the day on which it is looked at
	Handles []string  // the accounts of the matrix, without @
}

// Read finds everything in a text, in the order in which it stands. It takes time in proportion to the
// length of the text, which the caller bounds.
func Read(raw string, context Context) []Finding {
	text := newPassage(raw)
	var found []Finding

	for _, rule := range []func(*passage, Context) []Finding{
		indexes, primaries, warnings, weekdays, dates, spans, ownTimes, units, people, topics, handles, links,
	} {
		found = append(found, rule(text, context)...)
	}
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})

	return found
}

// at makes a finding of the bytes from and to of the folded text.
func (t *passage) at(rule Rule, from, to int, suggestion, say string, args ...any) Finding {
	start, end := t.rune[from], t.rune[to]

	return Finding{
		Rule:       rule,
		Start:      start,
		End:        end,
		Found:      string(t.raw[start:end]),
		Suggestion: suggestion,
		Text:       say,
		Args:       args,
	}
}

// The texts of findings are sources of translation here, beside the rules that say them.
var (
	sayClass       = i18n.N("AQI {.aqi} 是{.want}，这里写的是{.found}")
	sayOver        = i18n.N("AQI 最高为 500")
	sayPair        = i18n.N("{.class}是{.want}，这里写的是{.found}")
	sayNoPrimary   = i18n.N("AQI 不大于 50 时没有首要污染物")
	sayPrimary     = i18n.N("按文中的浓度，首要污染物是 {.want}")
	sayWarning     = i18n.N("{.colour}色预警是{.want}级，这里写的是{.found}级")
	sayWeekday     = i18n.N("{.date}是{.want}，这里写的是{.found}")
	sayNoDay       = i18n.N("没有这一天")
	sayNoTime      = i18n.N("没有这个时刻")
	sayNoColour    = i18n.N("那一天的空气重污染应急预案没有{.colour}色预警")
	sayBackwards   = i18n.N("结束早于开始（{.start}）")
	sayOtherDay    = i18n.N("按发布时间，{.word}是{.date}")
	sayPast        = i18n.N("到发布时（{.time}）已经过了这个时刻")
	sayNotYet      = i18n.N("到发布时（{.time}）还没有到这个时刻")
	sayUnit        = i18n.N("环境空气中只有一氧化碳用毫克/立方米，{.pollutant}用微克/立方米")
	sayMobile      = i18n.N("像是手机号码；公开前请确认本人同意")
	sayIdentity    = i18n.N("这是身份证号码（校验位相符），不应公开")
	sayPlate       = i18n.N("像是车牌号码；公开前请确认依据")
	sayBank        = i18n.N("像是银行卡号码（校验位相符），不应公开")
	sayTopic       = i18n.N("话题没有用 # 结束")
	sayHandle      = i18n.N("矩阵里没有这个账号，是不是 @{.want}")
	sayScheme      = i18n.N("链接只能以 http:// 或 https:// 开头")
	sayHost        = i18n.N("链接里没有可以访问的域名")
	sayHostPrivate = i18n.N("这个地址在内部网络里，公众打不开")
)
