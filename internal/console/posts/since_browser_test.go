package posts_test

import (
	"testing"

	"juzhen/internal/e2e"
)

// held keeps answers of the server back until let() is called in the page.
const held = `(() => {
	const real = window.fetch;
	const wait = new Promise((go) => { window.letGo = go; });
	window.fetch = async (...a) => { const answer = await real(...a); await wait; return answer; };
	window.let = () => { window.fetch = real; window.letGo(); return true; };
	return true })()`

// TestWhatIsTypedWhileAnAnswerIsUnderWayStaysInABrowser: the answer to a button puts parts of the form in the
// place of those there are.
func TestWhatIsTypedWhileAnAnswerIsUnderWayStaysInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tab := w.window(e2e.Launch(t), "writer")
	tab.Go("/posts/new")
	tab.Type("#f-own", "chaoyang")
	tab.Eval(`(() => { const e = document.querySelector("#f-own"); e.value = ""; return true })()`)
	tab.Eval(`document.querySelector("input[name=account][value='1']").click() === undefined`)
	tab.Click(".tree-own[data-own-of='1']")
	tab.See("[name='variant.1']")
	tab.Eval(`(() => { const e = document.querySelector("#f-text");
		e.value = "等答复之前"; e.dispatchEvent(new Event("input", { bubbles: true })); return true })()`)

	choose(tab, "#groups select", "seat.affiliated")
	tab.Eval(held)
	tab.Click("#groups [value=group]")
	tab.Click("#groups summary")
	tab.Type("[name=group_name]", "路上写的")
	tab.Type("[name='variant.1']", "单独写的")
	tab.Eval(`document.querySelector("input[name=account][value='4']").click() === undefined`)
	tab.Eval("window.let()")
	tab.SeeText("#groups [role=status]", "2 个账号已选上")
	tab.Eval(`(() => { const said = [...document.querySelectorAll("[name=group_name], [name='variant.1']")]
		.map((e) => e.value).join("|");
		if (said !== "单独写的|路上写的" && said !== "路上写的|单独写的") throw new Error(said);
		return true })()`)
	tab.Eval(`document.activeElement.name === "variant.1"`)
	tab.Eval(
		`["1", "4"].every((id) => document.querySelector("input[name=account][value='" + id + "']").checked)`,
	)
}
