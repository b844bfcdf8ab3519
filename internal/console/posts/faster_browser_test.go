package posts_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"juzhen/internal/e2e"
	"juzhen/internal/library"
)

// holds tells what the text of the form is.
func holds(tab *e2e.Tab, text string) {
	tab.Eval(fmt.Sprintf(`(() => { const v = document.querySelector("#f-text").value;
		if (v !== %q) throw new Error(JSON.stringify(v)); return true })()`, text))
}

func TestWhatIsPastedIsCleanedAndOneUndoBringsItBackInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tab := w.window(e2e.Launch(t), "writer")
	tab.Go("/posts/new")
	raw, clean := "　　今日空气\u200b质量良。\n\n\n\n　　请放心出行。", "今日空气质量良。\n\n请放心出行。"
	tab.Paste("#f-text", raw)
	tab.SeeText("[data-pasted]", "看不见的字符 1 个、多余或异常的空格 2 处、空行 2 个")
	holds(tab, clean)
	tab.Axe()
	tab.Command("undo")
	holds(tab, raw)
	tab.Command("undo")
	holds(tab, "")

	tab.Paste("#f-text", raw)
	tab.Click("[data-pasted-back]")
	holds(tab, raw)
	tab.Gone("[data-pasted]:not([hidden])")

	tab.Type("#f-text", "")
	tab.Paste("#f-text", "没有什么要清理")
	holds(tab, "没有什么要清理")
	tab.Gone("[data-pasted]:not([hidden])")

	// An emoji comes where the caret is, and can be taken back.
	tab.Eval(`(() => { const e = document.querySelector("#f-text"); e.focus(); e.setSelectionRange(2, 2);
		return true })()`)
	tab.Click(".emojis summary")
	tab.Click(".emoji-list button:nth-child(2)")
	holds(tab, "没有👍什么要清理")
	tab.Command("undo")
	holds(tab, "没有什么要清理")
	w.pictures(tab, "pasted")
}

// transfer makes a DataTransfer with pictures in the page.
func transfer(t *testing.T, text string, sizes ...int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("const d = new DataTransfer();")
	if text != "" {
		fmt.Fprintf(&b, `d.setData("text/plain", %q);`, text)
	}

	for i, size := range sizes {
		fmt.Fprintf(
			&b,
			`d.items.add(new File([Uint8Array.from(atob(%q), (c) => c.charCodeAt(0))], "p%d.png",
				{ type: "image/png" }));`,
			base64.StdEncoding.EncodeToString(pngBytes(t, size)),
			i,
		)
	}

	return b.String()
}

func TestPicturesAreDroppedPastedAndPutInOrderInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tab := w.window(e2e.Launch(t), "writer")
	tab.Go("/posts/new")
	tab.Eval("(() => {" + transfer(t, "", 10, 20) + `
		const over = new DragEvent("dragover", { dataTransfer: d, bubbles: true, cancelable: true });
		document.querySelector("h1").dispatchEvent(over);
		const marked = document.querySelector(".pictures.dropping") !== null;
		const drop = new DragEvent("drop", { dataTransfer: d, bubbles: true, cancelable: true });
		document.querySelector("h1").dispatchEvent(drop);
		return marked && over.defaultPrevented && drop.defaultPrevented })()`)
	tab.See("[data-picture]:nth-child(2)")
	paste := func(text string, prevented bool) {
		tab.Eval("(() => {" + transfer(t, text, 30) + fmt.Sprintf(`
			const e = new ClipboardEvent("paste", { clipboardData: d, bubbles: true, cancelable: true });
			document.querySelector("#f-text").dispatchEvent(e); return e.defaultPrevented === %t })()`, prevented))
	}
	paste("Word puts a picture beside its text", false)
	paste("", true)
	tab.See("[data-picture]:nth-child(3)")
	order := func(want string) {
		tab.Eval(fmt.Sprintf(`[...document.querySelectorAll("[data-picture]")].map((e) => e.dataset.picture)
			.join() === %q`, want))
	}
	order("1,2,3")
	tab.Eval(`(() => { const grip = document.querySelector("[data-picture='3'] [data-grip]"); grip.focus();
		for (const key of ["ArrowUp", "ArrowUp", "ArrowUp"])
			grip.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
		return document.activeElement === grip })()`)
	order("3,1,2")
	tab.SeeText("[data-picture-status]", "现在是第 1 张，共 3 张")

	// With the pointer: the first is drawn below the last.
	tab.Eval(`(() => { const grip = document.querySelector("[data-picture='3'] [data-grip]");
		const at = (type, y) => new PointerEvent(type, { pointerId: 1, button: 0, clientX: 5, clientY: y,
			bubbles: true, isPrimary: true });
		grip.setPointerCapture = () => {};
		const low = document.querySelector("[data-picture='2']").getBoundingClientRect().bottom;
		grip.dispatchEvent(at("pointerdown", 0));
		grip.dispatchEvent(at("pointermove", low)); grip.dispatchEvent(at("pointermove", low));
		grip.dispatchEvent(at("pointerup", low));
		return !document.querySelector(".dragged") })()`)
	order("1,2,3")
	tab.Click("[data-picture='1'] [data-move='down']")
	order("2,1,3")
	eventually(t, "the order is stored", func() bool {
		_, version := w.stored()
		return len(version.Media) == 3 && version.Media[0].MediaID == 2 && version.Media[2].MediaID == 3
	})
	tab.Axe()
	w.pictures(tab, "ordered")
}

func TestAWorkingTitleNamesThePostForItsWriters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("writer")
	page := browser.Get("/posts/new").Want(200)
	values := page.Form("#compose")
	values.Set("text", "今天起，机动车尾号限行轮换。")
	values.Set("title", "  限行\t轮换提醒 ")
	values.Set("act", "save")
	browser.Post("/posts/save", values).Want(303)
	p, _ := w.stored()
	to := fmt.Sprintf("/posts/%d/edit", p.ID)
	browser.Get(to).Want(200).WantCount("#f-title[value='限行 轮换提醒']", 1)
	browser.Get("/posts").WantText("table th a", "限行 轮换提醒")

	values = browser.Get(to).Form("#compose")
	values.Set("title", strings.Repeat("长", 61))
	values.Set("act", "save")
	browser.Post("/posts/save", values).Want(422).WantText(".field-error", "标题最多 60 字")
	if _, version := w.stored(); version.Text != "今天起，机动车尾号限行轮换。" {
		t.Errorf("the title went into the text: %q", version.Text)
	}
}

func TestTopicsAndNamesAreCompletedByKeysInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(
		`INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original, pictures,
		state, state_at, reposts, comments, likes)
		VALUES (1, 'weibo', '1', 'past', now(), '#蓝天保卫战#第一期', true, 0, 'live', now(), 0, 0, 0)`,
	)
	w.must(library.New(w.db, nil, func() time.Time { return w.now }).Fill(t.Context()))
	tab := w.window(e2e.Launch(t), "writer")
	tab.Go("/posts/new")
	tab.Click("#f-text")
	tab.Press("今天#蓝")
	tab.SeeText(".completions", "蓝天保卫战")
	tab.Press(kb.ArrowDown)
	tab.See("#f-text[aria-activedescendant='complete-0']")
	enter(tab)
	holds(tab, "今天#蓝天保卫战#")
	tab.Press("@cyhb")
	tab.SeeText(".completions", "朝阳环保示例")
	tab.Press(kb.ArrowDown)
	enter(tab)
	holds(tab, "今天#蓝天保卫战#@朝阳环保示例 ")
	tab.Press("@cyhb")
	tab.SeeText(".completions", "朝阳环保示例")
	tab.Press(kb.Escape)
	tab.Gone(".completions:not([hidden])")
	holds(tab, "今天#蓝天保卫战#@朝阳环保示例 @cyhb")
	tab.Press("s")
	tab.SeeText(".completions:not([hidden])", "朝阳环保示例")
	tab.Axe()
	w.pictures(tab, "completed")
}
