package show

import (
	"strings"
	"time"

	"juzhen/internal/delivery"
	"juzhen/internal/i18n"
	"juzhen/internal/post"
	"juzhen/internal/web/page"
)

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
		parts = append(parts, p.T("发布时间：{.from} → {.to}", "from", stamp(from, "未定时间"), "to", stamp(to, "同意后立即发布")))
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
