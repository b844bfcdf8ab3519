package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Offline takes the connection away from the page, or gives it back.
func (b *Tab) Offline(lost bool) {
	b.t.Helper()
	b.Step("connection", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		conditions := network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{
				{Offline: lost, DownloadThroughput: -1, UploadThroughput: -1},
			},
		}
		if _, err := cdp.Call(ctx, target, network.EmulateNetworkConditionsByRule, conditions); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, target, network.OverrideNetworkState, network.OverrideNetworkStateParams{
			Offline: lost, DownloadThroughput: -1, UploadThroughput: -1,
		})

		return err
	}))
}

// Leave leaves the console, though the page asks whether something is to be lost.
func (b *Tab) Leave() {
	b.t.Helper()
	ctx, stop := context.WithCancel(b.ctx)
	defer stop()
	asked := chromedp.Events(ctx, page.JavascriptDialogOpening)
	go func() {
		for _, err := range asked {
			if err != nil {
				return
			}
			go b.Step("leave all the same",
				chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
					_, err := cdp.Call(ctx, target, page.HandleJavaScriptDialog,
						page.HandleJavaScriptDialogParams{Accept: true})

					return err
				}))
		}
	}()
	b.Step("leave", chromedp.Navigate("about:blank"))
}

// Go opens a path of the console.
func (b *Tab) Go(path string) {
	b.t.Helper()
	b.Step("open "+path, chromedp.Navigate(b.base+path))
}

// Click clicks what the CSS selector finds first, once it stands still.
func (b *Tab) Click(selector string) {
	b.t.Helper()
	b.still(selector)
	b.Step("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// Follow clicks what leads to another page (a link, a submit button) and waits until that page is loaded.
func (b *Tab) Follow(selector string) {
	b.t.Helper()
	b.still(selector)
	ctx, cancel := context.WithTimeout(b.ctx, StepLimit)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		b.fail("follow "+selector, err)
	}
}

// stillScript waits until an element has the same place in two frames that follow each other. A frame may
// be long in coming where nothing is painted; then a moment counts for one.
const stillScript = `(async selector => {
	const frame = () => Promise.race([
		new Promise(done => requestAnimationFrame(done)), new Promise(done => setTimeout(done, 50))])
	const place = () => {
		const box = document.querySelector(selector)?.getBoundingClientRect()
		return box && [box.x, box.y, box.width, box.height].join()
	}
	for (let before; ; before = place()) {
		await frame()
		if (before && before === place()) return true
	}
})(%s)`

// still waits until what is about to be clicked is there and moves no more: on a busy machine a page that
// grows between the look at the place and the press would get the press elsewhere.
func (b *Tab) still(selector string) {
	b.t.Helper()
	js, _ := json.Marshal(selector)
	b.Step("stand still "+selector, chromedp.WaitVisible(chromedp.CSS(selector)))
	value(b, "stand still "+selector,
		chromedp.Evaluate[bool](fmt.Sprintf(stillScript, js), chromedp.EvalAwaitPromise))
}

// Type writes text into the control, replacing what is there. It sets the value and tells the page, so
// that Chinese text and date fields are entered as they are.
func (b *Tab) Type(selector, text string) {
	b.t.Helper()
	js, _ := json.Marshal(text)
	sel, _ := json.Marshal(selector)
	b.Step("wait for "+selector, chromedp.WaitReady(chromedp.CSS(selector)))
	b.Eval(fmt.Sprintf(`(() => { const e = document.querySelector(%s); e.focus(); e.value = %s;
		e.dispatchEvent(new Event("input", {bubbles: true}));
		e.dispatchEvent(new Event("change", {bubbles: true}));
		return true })()`,
		sel, js))
}

// Press sends keys to the page, such as "/" or kb.Escape.
func (b *Tab) Press(keys string) {
	b.t.Helper()
	b.Step("press "+keys, chromedp.KeyEvent(keys))
}

// Command has the browser do what its own editing key does in what has the focus: "paste", "undo", "copy".
func (b *Tab) Command(name string) {
	b.t.Helper()
	b.Step("command "+name, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, input.DispatchKeyEvent, input.DispatchKeyEventParams{
			Type:     input.DispatchKeyEventTypeRawKeyDown,
			Commands: []string{name},
		})

		return err
	}))
}

// Paste puts text on the clipboard and pastes it into what the selector finds, at its caret.
func (b *Tab) Paste(selector, text string) {
	b.t.Helper()
	js, _ := json.Marshal(text)
	sel, _ := json.Marshal(selector)
	b.Eval(fmt.Sprintf(`(() => { const e = document.createElement("textarea"); e.id = "clip"; e.value = %s;
		document.body.append(e); e.focus(); e.select(); return true })()`, js))
	b.Command("copy")
	b.Eval(fmt.Sprintf(
		`(document.querySelector("#clip").remove(), document.querySelector(%s).focus(), true)`,
		sel,
	))
	b.Command("paste")
}

// Upload chooses files for a file control.
func (b *Tab) Upload(selector string, files ...string) {
	b.t.Helper()
	b.Step("upload", chromedp.SetUploadFiles(chromedp.CSS(selector), files))
}

// See waits until something matching the selector is there with a box.
func (b *Tab) See(selector string) {
	b.t.Helper()
	b.Step("see "+selector, chromedp.WaitVisible(chromedp.CSS(selector)))
}

// SeeText waits until what the selector finds contains text. It survives swaps of parts and page loads.
func (b *Tab) SeeText(selector, text string) {
	b.t.Helper()
	sel, _ := json.Marshal(selector)
	want, _ := json.Marshal(text)
	b.Step("see "+text+" in "+selector, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		expr := fmt.Sprintf(
			`[...document.querySelectorAll(%s)].some(e => (e.innerText ?? e.value ?? "").includes(%s))`,
			sel,
			want,
		)
		for {
			_, err := chromedp.Run(ctx, chromedp.Poll[bool](expr, chromedp.WithPollingTimeout(StepLimit)))
			if err == nil || ctx.Err() != nil {
				return err
			}
		}
	}))
}

// Gone waits until nothing matches the selector.
func (b *Tab) Gone(selector string) {
	b.t.Helper()
	b.Step("gone "+selector, chromedp.WaitNotPresent(chromedp.CSS(selector)))
}

// Text is the visible text of the first match.
func (b *Tab) Text(selector string) string {
	b.t.Helper()
	return strings.TrimSpace(value(b, "text of "+selector, chromedp.Text(chromedp.CSS(selector))))
}

// Value is what the first match holds as a field.
func (b *Tab) Value(selector string) string {
	b.t.Helper()
	sel, _ := json.Marshal(selector)

	return value(b, "value of "+selector,
		chromedp.Evaluate[string](fmt.Sprintf(`document.querySelector(%s).value`, sel)))
}

// Count is the number of matches now.
func (b *Tab) Count(selector string) int {
	b.t.Helper()
	sel, _ := json.Marshal(selector)

	return value(
		b,
		"count "+selector,
		chromedp.Evaluate[int](fmt.Sprintf(`document.querySelectorAll(%s).length`, sel)),
	)
}

// Path is the path and query of the page.
func (b *Tab) Path() string {
	b.t.Helper()
	return strings.TrimPrefix(value(b, "address", chromedp.Location()), b.base)
}

// Eval runs a script that gives true; anything else fails the step.
func (b *Tab) Eval(script string) {
	b.t.Helper()
	if !value(b, "script", chromedp.Evaluate[bool](script)) {
		b.t.Fatalf("script gave false: %s", script)
	}
}

// Size sets the window's size; a narrow one behaves as a phone.
func (b *Tab) Size(width, height int64) {
	b.t.Helper()
	if width < 600 {
		b.Step(
			"phone",
			chromedp.EmulateViewport(width, height, chromedp.EmulateMobile, chromedp.EmulateTouch),
		)

		return
	}
	b.Step("window", chromedp.EmulateViewport(width, height))
}

// SignIn signs in through the form.
func (b *Tab) SignIn(user, password string) {
	b.t.Helper()
	b.Go("/signin")
	b.Type("input[name=username]", user)
	b.Type("input[name=password]", password)
	b.Follow("form[action='/signin'] button[type=submit]")
}

// Prefer switches language ("zh-CN", "en") and theme ("light", "dark") as the buttons in the head do.
func (b *Tab) Prefer(lang, theme string) {
	b.t.Helper()
	b.Go("/signin")
	done := value(b, "prefer "+lang+" "+theme, chromedp.Evaluate[bool](fmt.Sprintf(
		`fetch("/preferences", {
			method: "POST",
			body: new URLSearchParams({lang: %q, theme: %q, back: "/signin"}),
		}).then(r => r.ok)`,
		lang,
		theme,
	),
		chromedp.EvalAwaitPromise))
	if !done {
		b.t.Fatalf("the console did not take language %s and theme %s", lang, theme)
	}
}

// Picture writes the whole page as PNG.
func (b *Tab) Picture(file string) {
	b.t.Helper()
	b.write(file, value(b, "picture", chromedp.FullScreenshot(100)))
}

// View writes what the window shows as PNG.
func (b *Tab) View(file string) {
	b.t.Helper()
	b.write(file, value(b, "view", chromedp.CaptureScreenshot()))
}

func (b *Tab) write(file string, png []byte) {
	b.t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		b.t.Fatalf("picture: %v", err)
	}
	if err := os.WriteFile(file, png, 0o644); err != nil {
		b.t.Fatalf("picture: %v", err)
	}
}

// Ready waits until the charts and the calendar of the page, if it has any, are drawn.
func (b *Tab) Ready() {
	b.t.Helper()
	b.Step("charts and calendar drawn", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		for {
			_, err := chromedp.Run(ctx, chromedp.Poll[bool](
				`document.readyState === "complete" &&
			[...document.querySelectorAll("figure.chart, [data-calendar]")].every(e => e.dataset.ready)`,
			))
			if err == nil || ctx.Err() != nil || !left(err) {
				return err
			}
		}
	}))
}

// left tells whether a script lost its page because the window was just leading on to another one: then
// it is asked again there.
func left(err error) bool {
	return strings.Contains(err.Error(), "Cannot find context") ||
		strings.Contains(err.Error(), "context was destroyed")
}

// FitsWidth fails when the page is wider than the window.
func (b *Tab) FitsWidth() {
	b.t.Helper()
	over := value(
		b,
		"width",
		chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`),
	)
	if over > 0 {
		who := value(
			b,
			"what is too wide",
			chromedp.Evaluate[string](`[...document.querySelectorAll('main *')]
			.filter(e => e.getBoundingClientRect().right > innerWidth + 1)
		.slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join(' … ')`),
		)
		b.t.Errorf("%s is %d px wider than the window: %s", b.Path(), over, who)
	}
}
