package posts_test

import (
	"fmt"
	"testing"

	"juzhen/internal/e2e"
	"juzhen/internal/post"
)

// TestTheCheckMarksMendsAndAsksInABrowser: what is wrong is marked in the text while it is written, mended by
// a key, or explained; the reviewer reads the reason and must agree.
func TestTheCheckMarksMendsAndAsksInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tab := w.window(e2e.Launch(t), "writer")
	tab.Go("/posts/new")
	tab.Eval(`(() => { document.querySelector("input[name=account][value='1']").click(); return true; })()`)
	tab.Eval(`(() => { document.querySelector("#f-when-now").click(); return true; })()`)
	tab.Type("#f-text", "😀今日AQI为132，中度污染。咨询13800138000")
	tab.SeeText(".marks .mark-second", "中度污染")
	tab.SeeText("#check", "13800138000")
	tab.Axe()

	// F8 goes to the first, Alt+Enter takes its suggestion; both words stand right.
	key := func(name string, alt bool) {
		tab.Eval(fmt.Sprintf(`!document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
			{ key: %q, altKey: %t, bubbles: true, cancelable: true }))`, name, alt))
	}
	tab.Eval(
		`(() => { const a = document.querySelector("#f-text"); a.focus(); a.setSelectionRange(0, 0); return true; })()`,
	)
	key("F8", false)
	tab.Eval(
		`(() => { const a = document.activeElement; return a.value.slice(a.selectionStart, a.selectionEnd) === "中度污染"; })()`,
	)
	key("Enter", true)
	tab.Eval(`document.querySelector("#f-text").value === "😀今日AQI为132，轻度污染。咨询13800138000"`)
	tab.Gone("#check [data-suggestion='轻度污染']")

	// The number stays, and nobody submits it without a reason.
	eventually(t, "the mended text is stored", func() bool {
		_, version := w.stored()
		return version.Text == "😀今日AQI为132，轻度污染。咨询13800138000"
	})
	tab.SeeText("#preview .ready", "可以提交")
	tab.Follow("button[value=submit]")
	tab.SeeText(".field-error", "或说明为什么照发")
	tab.See("#check .check-reason input")
	tab.Type("#check .check-reason input", "便民热线，本人同意公开")
	tab.Follow("button[value=submit]")
	tab.SeeText(".banner-good", "已提交审核")
	tab.SeeText(".found", "便民热线，本人同意公开")

	p, _ := w.stored()
	reviewer := w.window(e2e.Launch(t), "reviewer")
	reviewer.Go(fmt.Sprintf("/reviews/%d", p.ID))
	reviewer.SeeText(".found mark", "13800138000")
	reviewer.Axe()
	reviewer.Follow("button[value=approve]")
	reviewer.SeeText("#agreed-error", "请看过后表示同意")
	reviewer.Eval(`(() => { document.querySelector("#f-agreed").click(); return true; })()`)
	reviewer.Follow("button[value=approve]")
	reviewer.SeeText(".banner-good", "已批准")
	if p, _ = w.stored(); p.Phase != post.Approved {
		t.Errorf("the post is %s", p.Phase)
	}
}
