package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"juzhen/internal/e2e/world"
)

// TestTheStopIsOneClickAway opens the dialog on the supervisor's desk, leaves it by Escape, and stops
// everything.
func TestTheStopIsOneClickAway(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	tab := person(t, w, "zhuguan")
	tab.Go("/")
	tab.Click("#stop > summary")
	tab.See("dialog[open] #stop-reason")
	tab.SeeText("dialog[open]", "个运行中的账号")
	tab.focused("#stop-reason")
	tab.Axe()
	tab.Press(kb.Escape)
	tab.Gone("dialog[open]")
	tab.focused("#stop > summary")
	tab.Press(kb.Enter)
	tab.Type("dialog[open] #stop-reason", "舆情处置")
	tab.Follow("dialog[open] .btn-danger")
	tab.SeeText("main", "舆情处置")

	chief, _ := w.Actor("zhuguan")
	open, err := w.Deliveries.Pauses(t.Context(), chief)
	must(t, err)
	if len(open) != 1 {
		t.Fatalf("%d pauses, want one", len(open))
	}
	_, err = w.Deliveries.Resume(t.Context(), chief, open[0].ID, nil)
	must(t, err)
	tab.Go("/pauses")
	tab.SeeText("#past", "舆情处置")
}

// TestTheCalendarStandsStillAndAsksBeforeItMoves opens the month on a small screen, drags a post, and
// takes it back.
func TestTheCalendarStandsStillAndAsksBeforeItMoves(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	week := nextMonday()
	due := week.Add(9 * time.Hour).UTC()
	post := w.Submit("要挪动的一条", &due, "环保北京")
	tab := person(t, w, "xuanchuan")
	tab.Size(1366, 768)
	tab.Go("/calendar?view=month")
	tab.Ready()
	tab.Eval(
		`(() => { const day = new Intl.DateTimeFormat("sv-SE", {timeZone: "Asia/Shanghai"}).format(Date.now());
		const r = document.querySelector("[data-date='" + day + "']").getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight + 1 })()`,
	)
	shift := value(tab, "layout shift", chromedp.Evaluate[float64](`new Promise(done => { let sum = 0;
		new PerformanceObserver(l => { for (const e of l.getEntries()) sum += e.value }).observe({type: "layout-shift", buffered: true});
		requestAnimationFrame(() => setTimeout(() => done(sum), 100)) })`, chromedp.EvalAwaitPromise))
	if shift > 0.02 { // nothing one sees
		t.Errorf("the page moved by %.2f while it was drawn, want at most 0.02", shift)
	}

	tab.Go("/calendar?view=month&date=" + week.Format(time.DateOnly))
	tab.Ready()
	tab.SeeText("[data-calendar]", "要挪动的一条")
	tab.drag(".entry", fmt.Sprintf("[data-date='%s']", week.AddDate(0, 0, 2).Format(time.DateOnly)))
	tab.SeeText("#move-dialog[open] h3", "改到 "+week.AddDate(0, 0, 2).Format(time.DateOnly)+" 09:00")
	tab.Press(kb.Escape)
	tab.Gone("#move-dialog[open]")
	if got := w.Delivery(post.ID, "环保北京").DueAt; !got.Equal(due) {
		t.Errorf("moved to %s though nobody said so", got)
	}
	tab.drag(".entry", fmt.Sprintf("[data-date='%s']", week.AddDate(0, 0, 2).Format(time.DateOnly)))
	tab.See("#move-dialog[open]")
	tab.Axe()
	tab.Click("[data-move-do]")
	tab.SeeText("#moved", "已改期")
	w.Eventually(
		"the new time",
		func() bool { return w.Delivery(post.ID, "环保北京").DueAt.Equal(due.AddDate(0, 0, 2)) },
	)
	tab.Click("[data-move-undo]")
	w.Eventually("the old time", func() bool { return w.Delivery(post.ID, "环保北京").DueAt.Equal(due) })

	// What cannot be done says why in the dialog.
	tab.Go("/calendar?view=month&date=" + week.Format(time.DateOnly))
	tab.Ready()
	tab.SeeText("[data-calendar]", "要挪动的一条")
	tab.Eval(
		`(() => { const real = window.fetch; window.fetch = (at, how) => how?.method === "POST" && String(at).includes("/move")
		? Promise.resolve(new Response("<p class='error-text'>须另一人同意</p>", {status: 409})) : real(at, how); return true })()`,
	)
	tab.drag(".entry", fmt.Sprintf("[data-date='%s']", week.AddDate(0, 0, 2).Format(time.DateOnly)))
	tab.Click("[data-move-do]")
	tab.SeeText("#move-dialog[open] .field-error", "须另一人同意")
	tab.Press(kb.Escape)
	tab.SeeText(fmt.Sprintf("[data-date='%s']", week.Format(time.DateOnly)), "要挪动的一条")
}

// drag takes hold of the middle of one thing and lets go over another.
func (b *Tab) drag(from, to string) {
	b.t.Helper()
	type point struct{ X, Y float64 }
	middle := func(selector string) point {
		sel, _ := json.Marshal(selector)

		return value(b, "place of "+selector, chromedp.Evaluate[point](fmt.Sprintf(
			`(() => { const r = document.querySelector(%s).getBoundingClientRect(); return {X: r.x + r.width / 2, Y: r.y + r.height / 2} })()`,
			sel,
		)))
	}
	a, z := middle(from), middle(to)
	at := func(kind input.DispatchMouseEventType, p point, buttons int64) chromedp.Action[chromedp.Void] {
		return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, input.DispatchMouseEvent, input.DispatchMouseEventParams{
				Type:       kind,
				X:          p.X,
				Y:          p.Y,
				Button:     input.MouseButtonLeft,
				Buttons:    buttons,
				ClickCount: 1,
			})

			return err
		})
	}
	steps := []chromedp.Action[chromedp.Void]{at("mouseMoved", a, 0), at("mousePressed", a, 1)}

	for i := 1; i <= 10; i++ {
		share := float64(i) / 10
		steps = append(steps, at("mouseMoved", point{a.X + (z.X-a.X)*share, a.Y + (z.Y-a.Y)*share}, 1))
	}
	b.Step("drag "+from, append(steps, at("mouseReleased", z, 0))...)
}

// TestEnterOfAnInputMethodSendsNothing presses what an input method presses while it composes.
func TestEnterOfAnInputMethodSendsNothing(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	tab := person(t, w, "xuanchuan")
	tab.Go("/posts/new")
	tab.See("#f-text")
	tab.Eval(
		`(() => { window.sent = 0; document.addEventListener("submit", e => { window.sent++; e.preventDefault() });
		const text = document.querySelector("#f-text"), search = document.querySelector("#q");
		for (const e of [text, search]) e.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", ctrlKey: true, isComposing: true, bubbles: true, cancelable: true}));
		search.dispatchEvent(new CompositionEvent("compositionstart", {bubbles: true}));
		search.form.requestSubmit();
		return window.sent === 0 })()`,
	)
	tab.Go("/posts/new")
	tab.See("#f-text")
	tab.focused("#main")

	for n := 1; ; n++ {
		tab.Press(kb.Tab)
		if value(tab, "is it the text", chromedp.Evaluate[bool](`document.activeElement.id === "f-text"`)) {
			break
		}
		if n == 5 {
			t.Fatal("the text is not within five tabs")
		}
	}
}
