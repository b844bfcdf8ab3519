package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"juzhen/internal/delivery"
	"juzhen/internal/e2e/world"
	"juzhen/internal/post"
)

// TestThePathOfAPostNeedsNoMouse signs in, writes, chooses an account, submits, refuses, approves and
// uses the menu by keys alone. Every stop on the way shows that it has the focus, and a refused form
// leads to what is wrong with it.
func TestThePathOfAPostNeedsNoMouse(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	tab := browser().Open(t, w.URL)
	signInByKeys(tab, w.Passwords["xuanchuan"])
	menuByKeys(tab)
	id := writeByKeys(t, w, tab)
	reviewByKeys(t, w, id)
	w.Wait(id, "京环之声", delivery.Sent)
}

// signInByKeys skips to the text, is refused once, and comes in.
func signInByKeys(tab *Tab, password string) {
	tab.t.Helper()
	tab.Go("/nowhere")
	tab.Press(kb.Tab)
	tab.focused(".skip")
	tab.Press(kb.Enter)
	tab.focused("#main")
	tab.Go("/signin")
	tab.focused("input[name=username]")
	tab.Press("xuanchuan")
	tab.reach("input[name=password]")
	tab.Press("not-this-one" + kb.Enter)
	tab.SeeText(".banner-bad", "")
	tab.focused(".banner-bad")
	tab.reach("input[name=password]")
	tab.Press(password + kb.Enter)
	tab.See("nav.side")
}

// menuByKeys opens the menu in the head and leaves it with Escape.
func menuByKeys(tab *Tab) {
	tab.t.Helper()
	menu := ".head details.menu"
	tab.reach(menu + " > summary")
	tab.Press(kb.Enter)
	tab.See(menu + "[open] .menu-body")
	tab.Press(kb.Tab)
	tab.focused(menu + " a[href='/me']")
	tab.Press(kb.Escape)
	tab.Gone(menu + "[open]")
	tab.focused(menu + " > summary")
}

// writeByKeys comes from the home page to the form, submits it empty, then fills it, and gives the post's id.
func writeByKeys(t *testing.T, w *world.World, tab *Tab) (id int64) {
	tab.reach("nav.side a[href='/posts']")
	tab.Press(kb.Enter)
	tab.SeeText("h1", "稿件")
	tab.reach("main a[href='/posts/new']")
	tab.Press(kb.Enter)
	tab.See("#f-text")
	tab.reach("button[value=submit]")
	tab.Press(kb.Enter)
	tab.See("[aria-invalid=true], .field-wrong")
	tab.Eval(`document.activeElement.matches("main .banner-bad, main .field-wrong *")`)

	tab.Go("/posts/new")
	tab.reach("#f-text")
	tab.Press("用键盘写的一条")

	account := fmt.Sprintf("input[name=account][value='%d']", w.Account("京环之声").ID)
	for shut := "details:not([open]):has(" + account + ")"; tab.Count(shut) > 0; {
		tab.reach(shut + " > summary")
		tab.Press(kb.Enter)
	}
	tab.reach(account)
	tab.Press(" ")
	tab.See(account + ":checked")
	tab.reach("input[name=when]")
	tab.Press(kb.ArrowDown)
	tab.focused("#f-when-now:checked")
	tab.SeeText("#preview .ready", "可以提交")
	tab.reach("button[value=submit]")
	tab.Press(" ")
	tab.SeeText(".banner-good", "已提交审核")
	if _, err := fmt.Sscanf(tab.Path(), "/posts/%d", &id); err != nil {
		t.Fatalf("after submitting at %s", tab.Path())
	}

	return id
}

// hold presses a key with Ctrl held down.
func (b *Tab) hold(key string) {
	b.t.Helper()
	b.Step("press Ctrl+"+key, chromedp.KeyEvent(key, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
}

// TestAPostIsSavedAndSubmittedByKeys writes from the head of the page on: the text is near, Ctrl+S
// saves, Ctrl+Enter submits; where the preview is not in sight it is shown first, and the same keys
// submit it.
func TestAPostIsSavedAndSubmittedByKeys(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	tab := person(t, w, "xuanchuan")
	tab.Go("/posts/new")
	tab.focused("#main")

	stops := 0
	for at := ""; at != "f-text"; stops++ {
		if stops == 5 {
			t.Fatalf("five presses of Tab lead to %q, not to the text", at)
		}
		tab.Press(kb.Tab)
		at = value(tab, "what has the focus", chromedp.Evaluate[string](`document.activeElement.id`))
	}
	tab.Press("只用键盘写的")
	tab.hold("s")
	tab.SeeText("#saved", "草稿已保存于")
	var id int64
	if _, err := fmt.Sscanf(tab.Path(), "/posts/%d/edit", &id); err != nil {
		t.Fatalf("after Ctrl+S at %s", tab.Path())
	}
	writer, _ := w.Actor("xuanchuan")
	stored := func() (post.Post, post.Version) {
		p, version, err := w.Posts.Find(t.Context(), writer, id)
		must(t, err)
		return p, version
	}
	if _, version := stored(); version.Text != "只用键盘写的" {
		t.Errorf("Ctrl+S stored %q", version.Text)
	}
	tab.focused("#f-text") // one goes on writing

	// A post without accounts is not submitted, and its faults are where one looks.
	tab.hold("\r")
	tab.See(".picker.field-wrong")
	if p, _ := stored(); p.Phase != post.Draft {
		t.Fatalf("submitted without accounts: %s", p.Phase)
	}

	d := w.Draft("按键提交的", world.In(3*time.Hour), "环保北京")
	tab.Go(fmt.Sprintf("/posts/%d/edit", d.ID))
	tab.reach("#f-text")
	tab.hold("\r")
	tab.SeeText(".banner-good", "已提交审核")

	// In a narrow window the first press shows it.
	d = w.Draft("窄窗里按键提交的", world.In(4*time.Hour), "环保北京")
	id = d.ID
	tab.Size(900, 800)
	tab.Go(fmt.Sprintf("/posts/%d/edit", d.ID))
	tab.reach("#f-text")
	tab.Press("！")
	tab.hold("\r")
	tab.SeeText("#sheet[open] .weibo-text", "！")
	tab.focused("[data-sheet-send]")
	if p, _ := stored(); p.Phase != post.Draft {
		t.Fatalf("submitted unseen: %s", p.Phase)
	}
	tab.hold("\r")
	tab.SeeText(".banner-good", "已提交审核")
}

// reviewByKeys opens the post from the queue, returns it without a reason, which is refused, and approves it.
func reviewByKeys(t *testing.T, w *world.World, id int64) {
	tab := person(t, w, "shenhe")
	tab.Go("/reviews")
	tab.reach(fmt.Sprintf("main a[href='/reviews/%d']", id))
	tab.Press(kb.Enter)
	tab.SeeText("main", "用键盘写的一条")
	tab.reach("button[value=return]")
	tab.Press(kb.Enter)
	tab.See(".field-error")
	tab.focused("#f-opinion[aria-invalid=true]")
	tab.Press("属实")
	tab.reach("button[value=approve]")
	tab.Press(kb.Enter)
	tab.SeeText(".banner-good", "已批准")
}

// focus is what a press of Tab led to.
type focus struct {
	There   bool   `json:"there"`
	Name    string `json:"name"`
	Problem string `json:"problem"`
}

// whereIsFocus tells whether the focus is on what was looked for, and what is wrong with the way it
// shows: no outline around it, around what holds it or on the label that stands for it; or nothing of
// it in sight, behind a bar or outside of the window.
const whereIsFocus = `(() => {
	document.getAnimations().forEach(a => a.finish());
	const e = document.activeElement, r = e.getBoundingClientRect();
	const out = {there: e.matches(%s), name: e.outerHTML.slice(0, 160), problem: ""};
	if (e === document.body) return out;
	const label = e.labels?.[0], shown = [e, e.parentElement, label].filter(Boolean);
	const outlined = shown.some(s => { const c = getComputedStyle(s); return c.outlineStyle !== "none" && parseFloat(c.outlineWidth) >= 1 });
	if (!outlined) out.problem = "the focus has no outline";
	const boxes = [r, label?.getBoundingClientRect()].filter(Boolean);
	const seen = boxes.some(b => [[.5, .5], [.1, .2], [.9, .8], [.1, .8]].some(([x, y]) => {
		const hit = document.elementFromPoint(b.x + b.width * x, b.y + b.height * y);
		return hit && (e.contains(hit) || label?.contains(hit));
	}));
	if (!seen) out.problem = "the focus is out of sight at " + JSON.stringify(r);
	return out;
})()`

// farthest is the most presses of Tab between two things of a page.
const farthest = 120

// reach presses Tab until what the selector finds has the focus. Each stop must show it.
func (b *Tab) reach(selector string) {
	b.t.Helper()
	sel, _ := json.Marshal(selector)

	for range farthest {
		b.Press(kb.Tab)
		stop := value(b, "what has the focus", chromedp.Evaluate[focus](fmt.Sprintf(whereIsFocus, sel)))
		if stop.Problem != "" {
			b.t.Errorf("%s: %s: %s", b.Path(), stop.Problem, stop.Name)
		}
		if stop.There {
			return
		}
	}
	b.t.Fatalf("%s: %d presses of Tab do not lead to %s", b.Path(), farthest, selector)
}

// focused waits until what the selector finds has the focus.
func (b *Tab) focused(selector string) {
	b.t.Helper()
	sel, _ := json.Marshal(selector)
	b.Step("focus on "+selector, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := chromedp.Run(
			ctx,
			chromedp.Poll[bool](
				fmt.Sprintf(`document.activeElement?.matches(%s) ?? false`, sel),
				chromedp.WithPollingTimeout(StepLimit),
			),
		)

		return err
	}))
}
