package posts_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"juzhen/internal/e2e"
	"juzhen/internal/post"
	"juzhen/internal/web"
)

// choose sets a select as a person does.
func choose(tab *e2e.Tab, selector, value string) {
	tab.Eval(fmt.Sprintf(`(() => { const s = document.querySelector(%q); s.focus(); s.value = %q;
		s.dispatchEvent(new Event("input", { bubbles: true }));
		s.dispatchEvent(new Event("change", { bubbles: true }));
		return s.value === %q })()`, selector, value, value))
}

// enter presses Enter in what has the focus. The browser's own tool sends the character even where a
// page has taken the key.
func enter(tab *e2e.Tab) {
	tab.Eval(`!document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
		{ key: "Enter", bubbles: true, cancelable: true }))`)
}

func TestChoosingAnotherUnitFillsTheFormForItInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	own := "市局另说"
	p, err := w.posts.Create(t.Context(), w.people["writer"], 1,
		post.Content{
			Text:    "换单位",
			Targets: []post.TargetChoice{{AccountID: 1, Variant: &own}, {AccountID: 4}},
		})
	w.must(err)
	tab := w.window(e2e.Launch(t), "writer")
	tab.Go(fmt.Sprintf("/posts/%d/edit", p.ID))
	tab.See("[data-variant='1']")

	choose(tab, "#f-unit", "3")
	tab.SeeText("#unit-aside", "@环保北京")
	tab.SeeText("[data-picker-count]", "已选 1 个")
	eventually(t, "the post is in the other unit",
		func() bool { p, version := w.stored(); return p.UnitID == 3 && len(version.Targets) == 1 })
	tab.Eval(`document.activeElement.id === "f-unit"`) // the focus stays where it was
	tab.Eval(`document.querySelector("[data-picker]").classList.contains("scripted") &&
		document.querySelectorAll("input[name=account]").length === 2`)

	// Words go on being saved, in the fields that came with the unit too.
	tab.Click(".tree-own:not([hidden])")
	tab.See("[data-variant='4'] textarea:focus")
	tab.Type("[data-variant='4'] textarea", "朝阳另说")
	eventually(t, "the wording is stored", func() bool {
		_, version := w.stored()
		target, ok := version.Target(4)
		return ok && target.Variant != nil && *target.Variant == "朝阳另说"
	})
	tab.See(".tree-own.worded")

	choose(tab, "#f-unit", "1")
	tab.See("[data-variant='1']")
	tab.Eval(`document.querySelector("[data-variant='1'] textarea").value === "市局另说" &&
		document.querySelector("[data-variant='4'] textarea").value === "朝阳另说"`)
	eventually(t, "all is as before", func() bool {
		p, version := w.stored()
		target, ok := version.Target(1)

		return p.UnitID == 1 && len(version.Targets) == 2 && ok && target.Variant != nil &&
			*target.Variant == own
	})
	tab.Axe()
}

func TestAnOwnWordingIsFoundByAPartOfANameInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.manyUnits(2000)
	post := w.draft("给许多账号的通报", ids[:60]...)
	tab := w.window(e2e.Launch(t), "writer")
	tab.Go(fmt.Sprintf("/posts/%d/edit", post.ID))
	tab.Type("#f-own", "综合执法示例")
	tab.SeeText("#own-list", "有 60 个符合")
	tab.Type("#f-own", "第005")
	tab.SeeText("#own-list", "有 10 个符合")
	tab.Click("#own-list li:nth-child(8) button")
	tab.See("[data-variant='157'] textarea:focus")
	tab.Gone("#own-list button")

	// Enter takes the one that is meant; of several the first has the focus.
	tab.Type("#f-own", "第0012")
	enter(tab)
	tab.See("[data-variant='112'] textarea:focus")
	tab.Type("#f-own", "001")
	enter(tab)
	tab.See("#own-list button:focus")
	tab.Type("#f-own", "第1999号")
	enter(tab)
	tab.SeeText("[data-own-error]", "还没有选 @第1999号")

	// In a unit that is opened the button stands at the chosen accounts.
	tab.Eval(`(() => { for (const id of [3, 100])
		document.querySelector("[data-branch='" + id + "']").open = true;
		return true; })()`)
	tab.See("[data-branch='100'] .tree-own[data-own-of='103']")
	tab.Eval(`(() => { document.querySelector(".tree-own[data-own-of='103']").click(); return true })()`)
	tab.See("[data-variant='103'] textarea:focus")
	tab.Eval(`(() => { document.querySelector("input[value='104']").click();
		return document.querySelector(".tree-own[data-own-of='104']").hidden })()`)
	w.pictures(tab, "own")
}

// gate is a server in front of the pages that holds back or cuts what a test names.
type gate struct {
	http.Handler
	mu   sync.Mutex
	hold func(*http.Request) // called before a request goes on; it may wait
	cut  func(*http.Request) bool
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	hold, cut := g.hold, g.cut
	g.mu.Unlock()
	if hold != nil {
		hold(r)
	}
	if cut != nil && cut(r) {
		_, _ = w.Write([]byte("<p>something in between answers</p>"))
		return
	}
	g.Handler.ServeHTTP(w, r)
}

func (g *gate) set(hold func(*http.Request), cut func(*http.Request) bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.hold, g.cut = hold, cut
}

// behind opens the pages in a real browser through a gate.
func (w *world) behind(browser *e2e.Browser, who string) (*e2e.Tab, *gate) {
	w.t.Helper()
	g := &gate{Handler: w.kit.Handler()}
	server := httptest.NewServer(g)
	w.t.Cleanup(server.Close)
	tab := browser.Open(w.t, server.URL)
	tab.SetCookie(web.CookieName, who)

	return tab, g
}

func TestTheLastChangeIsStoredWhateverHappensToASaveUnderWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.draft("起初")
	tab, gate := w.behind(e2e.Launch(t), "writer")
	tab.Go(fmt.Sprintf("/posts/%d/edit", post.ID))

	// Changes while a save is under way are sent by the next one.
	saves, free := make(chan struct{}, 8), make(chan struct{})
	letGo := sync.OnceFunc(func() { close(free) })
	t.Cleanup(letGo) // before the server is closed, which waits for what it holds
	gate.set(func(r *http.Request) {
		if r.URL.Path == "/posts/save" {
			saves <- struct{}{}
			<-free
		}
	}, nil)
	tab.Type("#f-text", "第一")
	tab.Press(kb.Tab) // leaving the field saves
	<-saves
	tab.Type("#f-text", "第二")
	tab.Eval(`(() => { document.querySelector("input[name=account][value='4']").click(); return true })()`)
	tab.Type("#f-text", "第三")
	tab.Click(".tree-own[data-own-of='1']")
	tab.See("[data-variant='1'] textarea:focus")
	letGo()
	eventually(t, "the words typed last are stored",
		func() bool { _, version := w.stored(); return version.Text == "第三" && len(version.Targets) == 3 })
	tab.SeeText("#preview .outgoing", "3 个账号")
	// the answer of a save sent before does not shut what was opened since
	tab.See("[data-variant='1'] textarea:focus")

	// A save that fails is tried again soon, with what was typed since.
	var mu sync.Mutex
	failures := 0
	gate.set(nil, func(r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		if r.URL.Path != "/posts/save" || failures >= 2 {
			return false
		}
		failures++

		return true
	})
	tab.Type("#f-text", "第四")
	tab.Press(kb.Tab)
	tab.SeeText("#saved", "没有存上：服务器出错")
	eventually(
		t,
		"a save is tried again by itself",
		func() bool { _, version := w.stored(); return version.Text == "第四" },
	)

	// What was refused is not forgotten: nobody leaves without being asked.
	tab.Type("#f-text", strings.Repeat("长", 5001))
	tab.Press(kb.Tab)
	tab.SeeText("#saved", "没有存上：文字过长")
	tab.Eval(`(() => { const e = new Event("beforeunload", { cancelable: true }); window.dispatchEvent(e);
		return e.defaultPrevented })()`)
	tab.Type("#f-text", "第五")
	tab.SeeText("#saved", "草稿已保存")
	tab.Eval(`(() => { const e = new Event("beforeunload", { cancelable: true }); window.dispatchEvent(e);
		return !e.defaultPrevented })()`)

	// Who comes back to a page whose form was sent goes on being saved.
	tab.Eval(`(() => { const form = document.querySelector("#compose");
		form.addEventListener("submit", (e) => e.preventDefault(), { once: true });
		form.requestSubmit(form.querySelector("button[data-send]"));
		window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })); return true })()`)
	tab.Type("#f-text", "第六")
	tab.Press(kb.Tab)
	eventually(t, "saving goes on", func() bool { _, version := w.stored(); return version.Text == "第六" })
}

func TestSubmittingWaitsForAPictureOnItsWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.draft("配图的稿")
	tab, gate := w.behind(e2e.Launch(t), "writer")
	tab.Go(fmt.Sprintf("/posts/%d/edit", d.ID))
	coming, free := make(chan struct{}, 1), make(chan struct{})
	letGo := sync.OnceFunc(func() { close(free) })
	t.Cleanup(letGo)
	gate.set(func(r *http.Request) {
		if r.URL.Path == "/posts/pictures" {
			coming <- struct{}{}
			<-free
		}
	}, nil)
	tab.Upload("#f-file", w.file("one.png", pngBytes(t, 10)))
	<-coming
	tab.Eval(`(() => { document.querySelector("button[data-send]").click(); return true })()`)
	letGo()
	tab.SeeText(".banner-good", "已提交审核")
	if p, version := w.stored(); p.Phase != post.Submitted || len(version.Media) != 1 {
		t.Errorf("submitted with %d pictures: %s", len(version.Media), p.Phase)
	}
}

func TestAPhoneShowsWhatGoesOutBeforeItIsSubmitted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.draft("今日空气质量良", 1, 2)
	tab := w.window(e2e.Launch(t), "writer")
	tab.Size(390, 844)
	tab.Go(fmt.Sprintf("/posts/%d/edit", d.ID))
	tab.See(".compose-end")
	w.view(tab, "phone-form")

	// One bar at the foot, above the navigation, with all three, however far the page is scrolled.
	bar := `(() => { const bar = document.querySelector(".compose-end").getBoundingClientRect(),
		nav = document.querySelector(".thumb").getBoundingClientRect();
		return Math.abs(bar.bottom - nav.top) <= 1 && bar.height <= 64 &&
			[...document.querySelectorAll(".compose-end .see-preview, .compose-end [data-send], .compose-end [value=save]")]
			.every(b => { const r = b.getBoundingClientRect();
				return r.height >= 40 && r.left >= 0 && r.right <= innerWidth + 1 &&
				b.contains(document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2)) }) })()`
	tab.Eval(bar)
	tab.Eval(`(() => { scrollTo(0, 400); return true })()`)
	tab.Eval(bar)

	// The last line is above it.
	tab.Eval(`(() => { scrollTo(0, document.documentElement.scrollHeight);
		const last = document.querySelector("#preview").getBoundingClientRect(),
		bar = document.querySelector(".compose-end").getBoundingClientRect();
		return last.bottom <= bar.top + 1 })()`)
	tab.Eval(`(() => { scrollTo(0, 0); return true })()`)

	// Nor does it cover what gets the focus by the Tab key.
	for range 60 {
		tab.Press(kb.Tab)
		tab.Eval(`(() => { const e = document.activeElement, bar = document.querySelector(".compose-end"),
			r = (e.labels?.[0] ?? e).getBoundingClientRect();
			if (e === document.body || bar.contains(e) || e.closest(".thumb, .head") || !e.closest("form")) return true;
			return r.bottom <= bar.getBoundingClientRect().top + 1 || r.height > 500 })()`)
	}

	// Changed words are stored and shown before anything is submitted.
	tab.Type("#f-text", "今日空气质量优")
	tab.Eval(`(() => { scrollTo(0, 0); document.querySelector(".compose-end [data-send]").click();
		return document.querySelector("#sheet").open })()`)
	tab.SeeText("#sheet .weibo-text", "今日空气质量优")
	tab.SeeText("#sheet .outgoing", "今天 13:00")
	tab.SeeText("#sheet .outgoing", "2 个账号")
	tab.See("#sheet [data-sheet-send]:not([hidden])")
	tab.FitsWidth()
	tab.Axe()
	w.view(tab, "phone-sheet")
	if p, _ := w.stored(); p.Phase != post.Draft {
		t.Fatalf("the first tap did it: %s", p.Phase)
	}

	// Back by Escape: the preview is in its place again. 预览 opens the same.
	tab.Press(kb.Escape)
	tab.Gone("dialog[open]")
	tab.See(".compose-side #preview")
	tab.Eval(`(() => { scrollTo(0, 0); document.querySelector("[data-see-preview]").click();
		return document.querySelector("#sheet").open })()`)
	tab.SeeText("#sheet .weibo-text", "今日空气质量优")
	tab.Follow("[data-sheet-send]")
	tab.SeeText(".banner-good", "已提交审核")
	if p, version := w.stored(); p.Phase != post.Submitted || version.Text != "今日空气质量优" {
		t.Errorf("stored %s %q", p.Phase, version.Text)
	}
}

func TestAPhoneLeadsBackToWhatIsMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tab := w.window(e2e.Launch(t), "writer")
	tab.Size(390, 844)
	tab.Go("/posts/new")
	tab.Type("#f-text", "忘了定时间")
	tab.Eval(`(() => { document.querySelector("input[name=account][value='1']").click();
		document.querySelector(".compose-end [data-send]").click(); return true })()`)
	tab.SeeText("#sheet .findings", "请选择发布时间")
	tab.Eval(`document.querySelector("[data-sheet-send]").hidden`)
	w.view(tab, "phone-missing")
	tab.Click("[data-sheet-back]")
	tab.Gone("dialog[open]")
	tab.Eval(`document.activeElement.id === "f-due"`)

	// A preview that is in sight and stored needs no further tap.
	tab.Eval(`(() => { document.querySelector("#f-when-now").click(); return true })()`)
	tab.SeeText("#preview .ready", "可以提交")
	tab.Eval(`(() => { document.querySelector("#preview").scrollIntoView(); return true })()`)
	tab.Follow(".compose-end [data-send]")
	tab.SeeText(".banner-good", "已提交审核")
}

// view keeps what the window shows when somebody asks for it.
func (w *world) view(tab *e2e.Tab, name string) {
	if dir := os.Getenv("E2E_PICTURES"); dir != "" {
		tab.View(filepath.Join(dir, name+".png"))
	}
}
