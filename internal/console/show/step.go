package show

import (
	"slices"
	"strings"
	"time"

	"juzhen/internal/console/badge"
	"juzhen/internal/delivery"
	"juzhen/internal/i18n"
	"juzhen/internal/post"
	"juzhen/internal/web/page"
)

// looks are the steps that say what was found when the account's posts were read.
var looks = []delivery.Reason{delivery.LookFound, delivery.LookAbsent, delivery.LookFailed, delivery.LookTwo, delivery.LookWindow, delivery.LookPerson,
	delivery.LookRepeat, delivery.LookRival}

// answers are the steps in which the platform spoke.
var answers = []delivery.Reason{delivery.Published, delivery.PublishedReview, delivery.PublishedSlow, delivery.LateAnswer,
	delivery.LateConfirmation, delivery.Refused, delivery.Repeated, delivery.TokenRefused, delivery.RestAccount, delivery.RestShared, delivery.RestBehaviour}

// Looked tells whether a step says what was found when the account's posts were read.
func Looked(code delivery.Reason) bool { return slices.Contains(looks, code) }

// Step is one line of a delivery's time line, the same wherever it is told: by a person, the system or the platform.
func Step(b page.Base, e delivery.Event) page.Event {
	text, args := e.Text()
	s := badge.Of(e.To)
	line := page.Event{Who: e.ByName, Icon: s.Icon, Tone: s.Tone, Text: b.T(text, args...), Stamp: page.StampOf(b.P, e.At, b.Now), Note: StepNote(b.P, e, b.Now)}
	if icon := stepIcon(e); icon != "" {
		line.Icon, line.Tone = icon, "grey"
	}
	if line.Text == "" {
		line.Text = b.T(s.Word)
	}
	switch {
	case line.Who != "":
	case slices.Contains(answers, e.Code):
		line.Who = b.T("微博")
	default:
		line.Who = b.T("系统")
	}
	return line
}

// stepIcon is the sign of a step that changed no state.
func stepIcon(e delivery.Event) string {
	if e.From != e.To {
		return ""
	}
	switch e.Code {
	case delivery.WishKept:
		return "flag"
	case delivery.HandoffTaken, delivery.HandoffReturned:
		return "hand-finger"
	case delivery.DecisionAsked, delivery.DecisionRefused:
		return "user-check"
	case delivery.WasTakenDown, delivery.TakedownFailed:
		return "eye-off"
	case delivery.ReadBackSame, delivery.ReadBackChanged, delivery.ReadBackHidden, delivery.ReadBackRemoved:
		return "eye"
	case delivery.Twice:
		return "alert-triangle"
	}
	if Looked(e.Code) {
		return "search"
	}
	return ""
}

// StepNote tells what a step of a delivery changed: both times, and the reason that was given. now makes times relative; the zero time
// writes them in full, for paper.
func StepNote(p *i18n.Printer, e delivery.Event, now time.Time) string {
	stamp := func(at *time.Time, none string) string {
		switch {
		case at == nil:
			return p.T(none)
		case now.IsZero():
			return at.In(page.Zone).Format("2006-01-02 15:04:05")
		}
		return page.StampOf(p, *at, now).Text
	}
	var parts []string
	if from, to, ok := e.Times(); ok {
		parts = append(parts, p.T("发布时间：{.from} → {.to}", "from", stamp(from, "批准后立即"), "to", stamp(to, "同意后立即发布")))
	}
	if what := e.Asked(); what != "" {
		parts = append(parts, p.T("申请：{.what}", "what", p.T(what.Label())))
	}
	if why := e.Why(); why != "" {
		parts = append(parts, p.T("原因：{.why}", "why", why))
	}
	return strings.Join(parts, " · ")
}

// Repeated tells that the same text goes out on accounts of a post within a day; "" when it does not.
func Repeated(p *i18n.Printer, list []post.Repeat, now time.Time) string {
	if len(list) == 0 {
		return ""
	}
	var parts []string
	for _, r := range list[:min(len(list), 3)] {
		when := p.T("批准后立即发布")
		if r.DueAt != nil {
			when = page.StampOf(p, *r.DueAt, now).Text
		}
		parts = append(parts, "@"+r.Handle+" "+when)
	}
	return p.T("一天之内，同样的文字还发往：{.list}。请确认不是重复。", "list", strings.Join(parts, " · "))
}
