package relays

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/relay"
	"juzhen/internal/review"
	"juzhen/internal/web/page"
)

// dated is an event with its time, to be sorted by.
type dated struct {
	at time.Time
	page.Event
}

// fillCourse tells how an urgent post goes: who has to approve it still, and what has happened, the
// newest first.
func (p *boardPage) fillCourse(ctx context.Context, actor access.Actor, h *pages) error {
	if !p.Board.Urgent || !p.All {
		return nil
	}
	standing, begun, err := h.Reviews.Standing(ctx, actor, p.PostID)
	if err != nil {
		return err
	}

	events := []dated{{p.CreatedAt, page.Event{
		Who: p.CreatedName, Icon: "pencil", Tone: "blue", Text: p.T("写好并请 {.n} 个账号联动", "n", len(p.Tasks)),
	}}}

	if begun {
		p.Way = parts.WayOf(standing)

		for _, made := range standing.Run.Made {
			events = append(events, p.decided(standing.Run, made))
		}
	}
	if p.AskedAt != nil {
		events = append(events, dated{*p.AskedAt, page.Event{
			Icon: "send", Tone: "teal", Text: p.T("批准完成，首发开始发送，各账号收到任务"),
		}})
	}
	events = append(events, p.out()...)
	slices.SortStableFunc(events, func(a, b dated) int { return a.at.Compare(b.at) })

	for _, one := range slices.Backward(events) {
		one.Stamp = page.StampOf(p.P, one.at, p.Now)
		p.Course = append(p.Course, one.Event)
	}

	return nil
}

// out tells when the lead and the first and the last of the others were out. Weibo tells whole seconds:
// what it let out in the second of the approval was not out before it.
func (p *boardPage) out() (events []dated) {
	if p.AskedAt == nil {
		return nil
	}
	add := func(at *time.Time, text string) {
		if at != nil {
			event := page.Event{Icon: "check", Tone: "green", Text: text}
			events = append(events, dated{later(*at, *p.AskedAt), event})
		}
	}
	if p.LeadState == delivery.Sent {
		add(p.LeadSentAt, p.T("首发 @{.account} 已发出", "account", p.LeadHandle))
	}
	if p.Figures.Done() > 1 {
		add(p.Figures.First, p.T("第一个联动账号已发出"))
	}
	add(p.Figures.Last, p.T("联动账号发出 {.n} / {.all}", "n", p.Figures.Done(), "all", p.Figures.Tasks))

	for _, task := range p.Tasks {
		if task.Stage == relay.Declined && task.AnsweredAt != nil {
			events = append(events, dated{*task.AnsweredAt, page.Event{
				Who: task.AnsweredName, Icon: "minus", Tone: "grey", Note: task.Why,
				Text: p.T("@{.account} 不参加", "account", task.Handle),
			}})
		}
	}

	return events
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}

	return a
}

// decided is one person's word at a step of the review.
func (p *boardPage) decided(run review.Run, made review.Made) dated {
	event := page.Event{
		Who:  made.ByName,
		Icon: "check",
		Tone: "teal",
		Text: p.T(made.Label(), "n", made.To),
		Note: made.Opinion,
	}
	if made.Decision != review.Approve {
		event.Icon, event.Tone = "arrow-back-up", "orange"
	}
	if len(run.Steps) > 1 && made.Number <= len(run.Steps) {
		event.Text = fmt.Sprintf("%s: %s", run.Steps[made.Number-1].Name, event.Text)
	}

	return dated{made.At, event}
}

// MayFollow tells whether the reader may change or lift what the lead warns of.
func (p boardPage) MayFollow() bool {
	return p.LeadState == delivery.Sent && p.Actor.Can(access.PostWrite) && p.Actor.Can(access.RelayAsk)
}

// PauseRest is the page on which all that is not urgent is stopped.
func (p boardPage) PauseRest() string {
	form := url.Values{}
	form.Set("unit", fmt.Sprint(p.UnitID))
	form.Set("spare", "1")
	form.Set("reason", p.T("发布预警：{.title}", "title", p.Board.Title()))

	return "/pauses/new?" + form.Encode()
}
