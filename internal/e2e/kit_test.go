package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"juzhen/internal/web"
)

// TestPartsAreAccessibleAndFit looks at the gallery, the empty page, sign-in and an error page at both
// widths and themes.
func TestPartsAreAccessibleAndFit(t *testing.T) {
	t.Parallel()
	tab := browser().Open(t, gallery(t))
	tab.SetCookie(web.CookieName, "boss")

	for _, theme := range []string{"light", "dark"} {
		tab.SetCookie("juzhen_theme", theme)

		for _, width := range []int64{1440, 390} {
			tab.Size(width, 900)

			for name, path := range map[string]string{
				"gallery":  "/g",
				"empty":    "/g/empty",
				"calendar": "/g/calendar",
				"signin":   "/signin",
				"error":    "/nowhere",
			} {
				tab.Go(path)
				tab.Ready()
				tab.FitsWidth()
				tab.Axe()
				if dir := os.Getenv("E2E_PICTURES"); dir != "" {
					tab.Picture(filepath.Join(dir, fmt.Sprintf("%s-%d-%s.png", name, width, theme)))
				}
			}
		}
	}
}

// TestScriptsMakePagesQuicker drives what the scripts add: search by key, the tree picker, the length
// of a text, rows.
func TestScriptsMakePagesQuicker(t *testing.T) {
	t.Parallel()
	tab := browser().Open(t, gallery(t))
	tab.SetCookie(web.CookieName, "boss")
	tab.Go("/g")
	// the gallery holds a refused form: the focus starts there
	tab.Eval(`document.activeElement.matches("[aria-invalid='true']")`)

	// A form that was refused in a dialog stands above the page: Escape leaves it, and the page is
	// there again.
	for range value(tab, "dialogs", chromedp.Evaluate[int](`document.querySelectorAll("dialog[open]").length`)) {
		tab.Press(kb.Escape)
	}
	tab.Gone("dialog[open]")
	tab.Eval(`document.activeElement.matches("summary")`)
	tab.Press("/")
	tab.Eval(`document.activeElement.id === "q"`)
	tab.SeeText(".length", "/ 140")
	tab.Type("#f-text", "中文字")
	tab.SeeText(".length", "3 / 140")
	tab.SeeText("[data-picker-count]", "2")
	tab.Click("input.tree-all[aria-label='区分局']")
	tab.SeeText("[data-picker-count]", "4")
	tab.Type("[data-picker-find]", "之声")
	tab.Eval(`[...document.querySelectorAll(".tree label")].filter(l => l.offsetParent).length === 1`)
	tab.Follow("form.form button[type=submit]")
	tab.SeeText(".banner-good", "已提交审核")
}

// TestPartsOfPagesAnswer drives what fetches a part: it is put in its place, a refusal is told there and
// the page stays, work that goes on is asked for until it is done, a redirect leads to the whole page,
// and a session that ended costs nothing that was typed.
func TestPartsOfPagesAnswer(t *testing.T) {
	t.Parallel()
	tab := browser().Open(t, gallery(t))
	tab.SetCookie(web.CookieName, "boss")
	tab.Go("/g/work")
	tab.SeeText("#step", "做完了")
	tab.Gone("[data-poll]")
	tab.Go("/g/parts")
	tab.Click("#good summary")
	tab.SeeText("#target", "新")
	tab.Click("#conflict summary")
	tab.SeeText("#conflict [role=alert]", "这个时间已经过去")
	tab.SeeText("#conflict a", "打开")
	tab.SetCookie(web.CookieName, "lapsed")
	tab.Type("#f-text", "写到一半的话")
	tab.Click("#late summary")
	tab.SeeText("#late [role=alert]", "登录已过期")
	tab.Follow("form.form button[type=submit]")
	tab.SeeText(".banner-info", "已保留")
	tab.Type("input[name=username]", "x")
	tab.Type("input[name=password]", "x")
	tab.Follow("form[action='/signin'] button[type=submit]")
	tab.SeeText(".facts", "写到一半的话")
	tab.Follow("main form button")
	tab.SeeText(".banner-good", "已提交审核")
	tab.Go("/g/parts")
	tab.Click("#away")
	tab.SeeText(".empty-state", "还没有稿件")
}

// TestTheTabKeepsWhatIsTooMuchForTheSignIn types more than a sign-in page carries: the tab keeps it,
// for the same person alone, until it was sent or the person signs out.
func TestTheTabKeepsWhatIsTooMuchForTheSignIn(t *testing.T) {
	t.Parallel()
	const long = `"写到一半的话".repeat(8000)`
	tab := browser().Open(t, gallery(t))
	lose := func() {
		tab.SetCookie(web.CookieName, "boss")
		tab.Go("/g/parts")
		tab.Eval(`(document.querySelector("#f-text").value = ` + long + `) !== ""`)
		tab.SetCookie(web.CookieName, "ended")
		tab.Follow("form.form button[type=submit]")
		tab.SeeText(".banner-warn", "留在这个标签页里")
	}

	lose()
	tab.Type("input[name=username]", "x")
	tab.Type("input[name=password]", "x")
	tab.Follow("form[action='/signin'] button[type=submit]")
	tab.SeeText("#alerts", "已恢复上次没有提交成功的内容")
	tab.Eval(`document.querySelector("#f-text").value === ` + long)
	tab.Eval(`sessionStorage.getItem("juzhen.typed") === null`)
	tab.Follow("form.form button[type=submit]")
	tab.Eval(`sessionStorage.getItem("juzhen.typed") === null`)

	lose()
	tab.SetCookie(web.CookieName, "other")
	tab.Go("/g/parts")
	tab.Eval(`document.querySelector("#f-text").value === ""`)
	tab.SetCookie(web.CookieName, "boss")
	tab.Go("/g/empty")
	tab.Click("header details.menu summary")
	tab.Follow("header form[action='/signout'] button")
	tab.Eval(`sessionStorage.getItem("juzhen.typed") === null`)
}

// TestDraggingMovesAnEntryAndARefusalPutsItBack drags a waiting entry to another day.
func TestDraggingMovesAnEntryAndARefusalPutsItBack(t *testing.T) {
	t.Parallel()
	tab := browser().Open(t, gallery(t))
	tab.SetCookie(web.CookieName, "boss")
	tab.Size(1440, 1300) // all weeks in view: coordinates do not scroll
	tab.Go("/g/calendar?view=month&date=2026-11-23")
	tab.Ready()
	if got := tab.Path(); got != "/g/calendar?view=month&date=2026-11-23" {
		t.Errorf("the address became %s", got)
	}
	tab.SeeText(".entry.tone-blue", "待发")
	tab.Eval(`document.addEventListener("jz:moved", () => { document.body.dataset.moved = "1" }) ?? true`)
	drag(tab, `[data-date="2026-11-27"]`)
	tab.Click("[data-move-do]")
	tab.See("body[data-moved]")
	drag(tab, `[data-date="2026-11-02"]`)
	tab.Click("[data-move-do]")
	tab.SeeText("[data-move-wrong]", "这个时间已经过去")
}

// drag moves the first entry that may be moved to the cell that matches.
func drag(tab *Tab, to string) {
	tab.t.Helper()
	at := value(tab, "where to drag", chromedp.Evaluate[[]float64](fmt.Sprintf(`(() => {
		const mid = e => { const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2] };
		const from = [...document.querySelectorAll(".entry")].find(e => e.innerText.includes("待发"));
		return [...mid(from), ...mid(document.querySelector(%q))] })()`, to)))
	tab.Step("drag to "+to, chromedp.DragAndDropXY(at[0], at[1], at[2], at[3]))
}
