package inspect

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
	"juzhen/internal/instant"
)

// Question is a line of the checklist of effective interaction: what a person looks at on the platform.
type Question struct {
	Key   string // stored with every answer; never changed
	Text  string // in Chinese
	Help  string // what to do in order to see it
	Veto  bool   // a "no" fails the account; else it is a warning
	Maybe bool   // it may not apply
}

var questions = []Question{
	{
		Key:  "comments",
		Text: i18n.N("公众可以评论"),
		Help: i18n.N("用一个没有关注本账号的账号打开最近一条微博，看能不能评论。"),
		Veto: true,
	},
	{
		Key:  "messages",
		Text: i18n.N("公众可以发私信"),
		Help: i18n.N("用一个没有关注本账号的账号发一条私信，看能不能送达。"),
		Veto: true,
	},
	{
		Key:   "auto_reply",
		Text:  i18n.N("自动回复内容有效"),
		Help:  i18n.N("关注、私信后收到的自动回复：电话、网址、办理时间都还对。没有设自动回复的写不适用。"),
		Maybe: true,
	},
	{
		Key:   "menu",
		Text:  i18n.N("菜单和服务入口可用"),
		Help:  i18n.N("主页的菜单和服务入口逐个点开。没有菜单的写不适用。"),
		Maybe: true,
	},
}

// Questions are the lines of the checklist in their order.
func Questions() []Question { return slices.Clone(questions) }

// QuestionOf is the question of a code; one that is asked no more has its code for a text.
func QuestionOf(code string) Question {
	for _, one := range questions {
		if one.Key == code {
			return one
		}
	}

	return Question{Key: code, Text: code, Maybe: true}
}

// Given is what was found at a question.
type Given string

// The answers.
const (
	Yes  Given = "yes"
	No   Given = "no"
	None Given = "none" // it does not apply
)

// Givens lists all answers.
func Givens() []Given { return []Given{Yes, No, None} }

// Label is the Chinese word for the answer.
func (g Given) Label() string {
	return map[Given]string{Yes: "是", No: "否", None: "不适用"}[g]
}

// Answer is what was found at a question, and by what it is shown: words, an address or a picture.
type Answer struct {
	Question string
	Given    Given
	Evidence string
	Link     string
	MediaID  int64 // 0: no picture
}

// shown tells whether something shows the answer.
func (a Answer) shown() bool { return a.Evidence != "" || a.Link != "" || a.MediaID != 0 }

// Entry is a checklist as it is written.
type Entry struct {
	Number  int    // of the last one that was shown; 0: there was none
	On      string // the day on which it was gone through: 2026-12-15
	Next    string // the last day of the next one
	Note    string
	Answers []Answer
}

// Bounds of a checklist.
const (
	MaxEvidence = 1000 // characters of a note, or of what shows an answer
	MaxLink     = 500
	// LooksBack is how many days later one may still be written; UsualDays is how far two may lie apart where
	// no rule says it.
	LooksBack = 7
	UsualDays = 31
)

// kept is an entry that holds.
type kept struct {
	Entry
	on, next time.Time
}

// clean refuses what is no checklist: last is the day of the one before, days how far the next may lie away.
// Each refusal names its field: the day, or "given_" and the question.
func (e Entry) clean(now time.Time, last time.Time, days int) (kept, error) {
	out := kept{Entry: e}
	out.Note = strings.TrimSpace(e.Note)
	var wrong fault.Fields

	today := beijing.Day(now)
	var err error

	switch out.on, err = instant.Parse(e.On, time.DateOnly); {
	case err != nil:
		wrong.Add(fault.Invalid("on", "请填写哪天检查的"))
	case out.on.After(today):
		wrong.Add(fault.Invalid("on", "检查的日子还没有到"))
	case out.on.Before(today.AddDate(0, 0, -LooksBack)):
		wrong.Add(fault.Invalid("on", "最多补记 {.max} 天之内的检查", "max", LooksBack))
	case out.on.Before(last):
		wrong.Add(fault.Invalid("on", "{.day} 已有更晚的一次检查", "day", beijing.Date(last)))
	}

	switch out.next, err = instant.Parse(e.Next, time.DateOnly); {
	case err != nil:
		wrong.Add(fault.Invalid("next", "请填写下次检查的日子"))
	case !out.next.After(today):
		wrong.Add(fault.Invalid("next", "下次检查的日子要在今天之后"))
	case !out.on.IsZero() && daysBetween(out.on, out.next) > days:
		wrong.Add(fault.Invalid("next", "两次检查最多相隔 {.max} 天", "max", days))
	}

	if utf8.RuneCountInString(out.Note) > MaxEvidence {
		wrong.Add(fault.Invalid("note", "最多 {.max} 字", "max", MaxEvidence))
	}

	out.Answers = nil

	for _, question := range questions {
		answer, err := e.answer(question)
		wrong.Add(err)
		out.Answers = append(out.Answers, answer)
	}

	return out, wrong.Err()
}

// answer is what the entry says to a question.
func (e Entry) answer(question Question) (Answer, *fault.Error) {
	i := slices.IndexFunc(e.Answers, func(a Answer) bool { return a.Question == question.Key })
	if i < 0 {
		return Answer{Question: question.Key}, fault.Invalid("given_"+question.Key, "请回答这一项")
	}
	a := e.Answers[i]
	a.Evidence, a.Link = strings.TrimSpace(a.Evidence), strings.TrimSpace(a.Link)
	at := "given_" + question.Key

	switch {
	case !slices.Contains(Givens(), a.Given):
		return a, fault.Invalid(at, "请回答这一项")
	case a.Given == None && !question.Maybe:
		return a, fault.Invalid(at, "这一项没有不适用，请看过再答")
	case a.Given != None && !a.shown():
		return a, fault.Invalid("evidence_"+question.Key, "请写明看到什么，或给出图片、网址")
	case utf8.RuneCountInString(a.Evidence) > MaxEvidence:
		return a, fault.Invalid("evidence_"+question.Key, "最多 {.max} 字", "max", MaxEvidence)
	case a.Link != "" && !isAddress(a.Link):
		return a, fault.Invalid("link_"+question.Key, "请写完整的网址，以 https:// 或 http:// 开头")
	}

	return a, nil
}

func isAddress(link string) bool {
	address, err := url.Parse(link)

	return err == nil && len(link) <= MaxLink && address.Host != "" &&
		(address.Scheme == "https" || address.Scheme == "http")
}

// Check is a checklist as it was written.
type Check struct {
	ID      int64
	Number  int
	On      time.Time // the day, by its beginning
	Next    time.Time // the last day of the next one
	Note    string
	By      string
	At      time.Time
	Answers []Answer
	Changes []Change // against the one before; of the first: none
}

// Change is a question that is answered otherwise than the time before.
type Change struct {
	Question Question
	From, To Given // "": it was not asked
}

// changes compares a checklist with the one before.
func (c Check) changes(before Check) (out []Change) {
	for _, answer := range c.Answers {
		was := before.given(answer.Question)
		if was != answer.Given {
			out = append(out, Change{QuestionOf(answer.Question), was, answer.Given})
		}
	}

	return out
}

func (c Check) given(question string) Given {
	for _, answer := range c.Answers {
		if answer.Question == question {
			return answer.Given
		}
	}

	return ""
}

// look is the latest checklist of an account, as the rule asks for it.
type look struct {
	On, Next, At time.Time
	By           string
	Bad          []bad
}

// bad is a question whose answer is "no".
type bad struct {
	question Question
	since    time.Time // the day of the first checklist of those in a row that says so
}

// judgeInteraction says what a rule of interaction finds: a checklist that says "no" at a question that
// vetoes fails the account; one that is missing or overdue, or says "no" at another question, is a warning
// without a day.
func judgeInteraction(rule Rule, a Account, at time.Time) Finding {
	out := Finding{Account: a, Rule: rule, State: OK}
	if a.Look == nil {
		out.State, out.Remedy = Soon, reason(saidLookNow)
		out.Because = []Reason{reason(saidNoLook)}

		return out
	}

	today := beijing.Day(at)
	out.Days, out.LookBy = daysBetween(
		a.Look.On,
		today,
	), earlier(
		a.Look.Next,
		a.Look.On.AddDate(0, 0, rule.Days),
	)
	out.Remedy = reason(saidLookBy, "day", beijing.Date(out.LookBy))

	for _, bad := range a.Look.Bad {
		because := reason(saidBad, "question", i18n.Text(bad.question.Text), "day", beijing.Date(bad.since))
		out.Because = append(out.Because, because)
		out.Remedy = reason(saidOpen)
		if !bad.question.Veto {
			out.State = worse(out.State, Soon)
			continue
		}
		if out.State != Fail || bad.since.Before(out.FailsOn) {
			out.State, out.FailsOn = Fail, bad.since
		}
		out.Breaches = append(out.Breaches, Breach{
			Code: string(rule.Kind), Subject: "interaction/" + bad.question.Key,
			Since:   a.Look.At, // who finds it again after it was closed out opens it again
			Because: because,
		})
	}

	if out.State == Fail {
		out.Left = daysBetween(today, out.FailsOn)
	}
	out.Because = append(out.Because, reason(saidLook, "day", beijing.Date(a.Look.On), "name", a.Look.By))
	if late := daysBetween(out.LookBy, today); late > 0 {
		out.Because = append(out.Because, reason(saidLookLate, "day", beijing.Date(out.LookBy), "n", late))
		out.State = worse(out.State, Soon)
		if len(a.Look.Bad) == 0 {
			out.Remedy = reason(saidLookNow)
		}
	}

	return out
}

// worse is the more pressing of two states.
func worse(a, b State) State {
	if slices.Index(States(), b) < slices.Index(States(), a) {
		return b
	}

	return a
}

// Overdue tells whether the account's checklist should have been gone through again before at.
func (f Finding) Overdue(at time.Time) bool {
	return !f.LookBy.IsZero() && beijing.Day(at).After(f.LookBy)
}

// Watched tells whether accounts in a state are inspected.
func Watched(state account.State) bool { return state == account.Live || state == account.Suspended }

// What is said of the checklist.
var (
	saidNoLook   = i18n.N("互动功能还没有检查过")
	saidLook     = i18n.N("{.day} 由{.name}检查")
	saidBad      = i18n.N("互动检查表：{.question}——否，{.day} 起")
	saidLookLate = i18n.N("应在 {.day} 之前再检查，已过 {.n} 天")
	saidLookNow  = i18n.N("按检查表看一遍，登记结果和证据")
	saidLookBy   = i18n.N("{.day} 之前再检查一次")
	saidOpen     = i18n.N("在平台上开通或改正，再检查一次并登记")
)
