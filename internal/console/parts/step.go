package parts

import (
	"slices"
	"strings"
	"time"

	"juzhen/internal/beijing"
	"juzhen/internal/console/badge"
	"juzhen/internal/delivery"
	"juzhen/internal/i18n"
	"juzhen/internal/post"
	"juzhen/internal/web/page"
)

// looks are the steps that say what was found when the account's posts were read.
var looks = []delivery.Reason{
	delivery.LookFound, delivery.LookAbsent, delivery.LookFailed, delivery.LookTwo,
	delivery.LookWindow, delivery.LookPerson, delivery.LookRepeat, delivery.LookRival,
}

// answers are the steps in which the platform spoke.
var answers = []delivery.Reason{
	delivery.Published, delivery.PublishedReview, delivery.PublishedSlow, delivery.LateAnswer,
	delivery.LateConfirmation, delivery.Refused, delivery.Repeated, delivery.TokenRefused,
	delivery.RestAccount, delivery.RestShared, delivery.RestBehaviour,
}

// Looked tells whether a step says what was found when the account's posts were read.
func Looked(code delivery.Reason) bool { return slices.Contains(looks, code) }

// Step is one line of a delivery's time line, the same wherever it is told: by a person, the system or
// the platform.
func Step(base page.Base, event delivery.Event) page.Event {
	text, args := event.Text()
	state := badge.Of(event.To)
	line := page.Event{
		Who:   event.ByName,
		Icon:  state.Icon,
		Tone:  state.Tone,
		Text:  base.T(text, args...),
		Stamp: page.StampOf(base.P, event.At, base.Now),
		Note:  StepNote(base.P, event, base.Now),
	}
	if icon := stepIcon(event); icon != "" {
		line.Icon, line.Tone = icon, "grey"
	}
	if line.Text == "" {
		line.Text = base.T(state.Word)
	}

	switch {
	case line.Who != "":
	case slices.Contains(answers, event.Code):
		line.Who = base.T("微博")
	default:
		line.Who = base.T("系统")
	}

	return line
}

// stepIcon is the sign of a step that changed no state.
func stepIcon(event delivery.Event) string {
	if event.From != event.To {
		return ""
	}

	switch event.Code {
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
	if Looked(event.Code) {
		return "search"
	}

	return ""
}

// StepNote tells what a step of a delivery changed: both times, and the reason that was given. now
// makes times relative; the zero time writes them in full, for paper.
func StepNote(printer *i18n.Printer, event delivery.Event, now time.Time) string {
	stamp := func(at *time.Time, none string) string {
		switch {
		case at == nil:
			return printer.T(none)
		case now.IsZero():
			return at.In(beijing.Zone).Format("2006-01-02 15:04:05")
		}

		return page.StampOf(printer, *at, now).Text
	}
	var parts []string
	if from, to, ok := event.Times(); ok {
		parts = append(parts, printer.T("发布时间：{.from} → {.to}",
			"from", stamp(from, "批准后立即"),
			"to", stamp(to, "同意后立即发布"),
		))
	}
	if what := event.Asked(); what != "" {
		parts = append(parts, printer.T("申请：{.what}", "what", printer.T(what.Label())))
	}
	if why := event.Why(); why != "" {
		parts = append(parts, printer.T("原因：{.why}", "why", why))
	}

	return strings.Join(parts, " · ")
}

// Repeated tells that the same text goes out on accounts of a post within a day; "" when it does not.
func Repeated(printer *i18n.Printer, list []post.Repeat, now time.Time) string {
	if len(list) == 0 {
		return ""
	}
	var parts []string

	for _, repeat := range list[:min(len(list), 3)] {
		when := printer.T("批准后立即发布")
		if repeat.DueAt != nil {
			when = page.StampOf(printer, *repeat.DueAt, now).Text
		}
		parts = append(parts, "@"+repeat.Handle+" "+when)
	}

	return printer.T("一天之内，同样的文字还发往：{.list}。请确认不是重复。", "list", strings.Join(parts, " · "))
}
