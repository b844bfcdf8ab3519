package posts_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"juzhen/internal/e2e"
	"juzhen/internal/post"
	"juzhen/internal/web"
)

// window opens the pages in a real browser as one person.
func (w *world) window(browser *e2e.Browser, who string) *e2e.Tab {
	w.t.Helper()
	server := httptest.NewServer(w.kit.Handler())
	w.t.Cleanup(server.Close)
	tab := browser.Open(w.t, server.URL)
	tab.SetCookie(web.CookieName, who)

	return tab
}

// eventually waits for what the page does by itself, as long as for a step in the browser.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	end := time.After(e2e.StepLimit)

	for !ok() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("never happened: %s", what)
		}
	}
}

// stored is the newest post as it lies in the database.
func (w *world) stored() (post.Post, post.Version) {
	w.t.Helper()
	var id int64
	w.must(w.db.Pool().QueryRow(w.t.Context(), "SELECT coalesce(max(id), 0) FROM posts").Scan(&id))
	if id == 0 {
		return post.Post{}, post.Version{}
	}
	p, version, err := w.posts.Find(w.t.Context(), w.people["writer"], id)
	w.must(err)

	return p, version
}

func (w *world) file(name string, data []byte) string {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), name)
	w.must(os.WriteFile(path, data, 0o600))

	return path
}

func TestTheFormSavesByItselfAndSubmitsInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tab := w.window(e2e.Launch(t), "writer")
	tab.Go("/posts/new")
	tab.Type("#f-text", "今日空气质量良")
	tab.SeeText(".length", "7 / 2000")
	tab.Eval(
		`(() => { const a = document.querySelector("input[name=account][value='1']"); a.click(); return a.checked; })()`,
	)
	tab.SeeText("#saved", "草稿已保存于")
	tab.SeeText("#preview .weibo-text", "今日空气质量良")
	tab.SeeText("#preview .findings", "请选择发布时间")
	p, version := w.stored()
	if got := tab.Path(); got != fmt.Sprintf("/posts/%d/edit", p.ID) || version.Text != "今日空气质量良" ||
		len(version.Targets) != 1 {
		t.Fatalf("address %s, stored %+v", got, version)
	}

	tab.Eval(`!document.querySelector("#f-unit").disabled`)

	// The counter follows the strictest of the accounts that use the text.
	tab.Eval(`(() => { document.querySelector("input[name=account][value='3']").click(); return true; })()`)
	tab.SeeText(".length", "7 / 140")
	tab.Eval(`(() => { document.querySelector("input[name=account][value='3']").click(); return true; })()`)
	tab.SeeText(".length", "7 / 2000")

	// An account gets a field of its own by its name, once it is chosen; it is filled from the text.
	tab.Type("#f-own", "京环之声")
	tab.Click("[data-own-add]")
	tab.SeeText("[data-own-error]", "还没有选 @京环之声")
	tab.Eval(`(() => { document.querySelector("input[name=account][value='2']").click(); return true; })()`)
	tab.Click("[data-own-add]")
	tab.See("[data-variant='2'] textarea:focus")
	tab.Eval(
		`(() => { document.querySelector("[data-variant='2'] [data-copy-text]").click(); return true; })()`,
	)
	eventually(t, "the account's own wording is stored", func() bool {
		_, v := w.stored()
		target, ok := v.Target(2)
		return ok && target.Variant != nil && *target.Variant == "今日空气质量良"
	})
	// Dropping an account hides its field; what was written there stays in the page.
	tab.Eval(`(() => { document.querySelector("input[name=account][value='2']").click(); return true; })()`)
	eventually(t, "one account is left", func() bool { _, v := w.stored(); return len(v.Targets) == 1 })
	// the page hears of the save a little later than the database
	tab.Gone("[data-variant='2']:not([hidden])")
	tab.Eval(`document.querySelector("[data-variant='2'] textarea").value !== ""`)

	tab.Eval(`(() => { document.querySelector("#f-when-now").click(); return true; })()`)
	tab.SeeText("#preview .ready", "可以提交")
	tab.Follow("button[value=submit]")
	tab.SeeText(".banner-good", "已提交审核")
	if p, _ = w.stored(); p.Phase != post.Submitted || !p.DueNow {
		t.Errorf("stored %+v", p)
	}
}

func TestPicturesInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tab := w.window(e2e.Launch(t), "writer")
	tab.Go("/posts/new")
	tab.Upload(
		"#f-file",
		w.file("one.png", pngBytes(t, 10)),
		w.file("two.png", pngBytes(t, 20)),
		w.file("bad.png", []byte("no picture")),
	)
	tab.SeeText("[data-picture-status]", "bad.png")
	tab.SeeText("[data-picture-status]", "内容不是")
	eventually(
		t,
		"two pictures are stored",
		func() bool { _, version := w.stored(); return len(version.Media) == 2 },
	)
	_, before := w.stored()
	tab.Eval(
		`document.querySelector(".picture:first-child [data-move=up]").disabled && document.querySelector(".picture:last-child [data-move=down]").disabled`,
	)
	tab.Click(".picture:last-child [data-move=up]")
	eventually(t, "their order is changed", func() bool {
		_, version := w.stored()
		return len(version.Media) == 2 && version.Media[0].MediaID == before.Media[1].MediaID
	})
	tab.Type(".picture:first-child input[name^=alt]", "监测站")
	eventually(
		t,
		"the description is stored",
		func() bool { _, version := w.stored(); return version.Media[0].Alt == "监测站" },
	)
	tab.Click(".picture:last-child [data-move=drop]")
	eventually(t, "one is dropped", func() bool { _, version := w.stored(); return len(version.Media) == 1 })
	tab.SeeText("#preview", "选好账号后")
}

func TestNothingIsLostWhenSavingFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.draft("今日空气质量良")
	tab := w.window(e2e.Launch(t), "writer")
	tab.Go(fmt.Sprintf("/posts/%d/edit", p.ID))

	// Somebody else saves meanwhile: the page says so and leads to both texts.
	_, version := w.stored()
	content := post.ContentOf(p, version)
	content.Text = "今日空气质量优"
	_, err := w.posts.Save(t.Context(), w.people["second"], p.ID, p.Revision, content)
	w.must(err)
	tab.Type("#f-text", "，请放心出行")
	tab.SeeText("#saved", "宣传专员乙 在您编辑期间保存过")
	tab.Follow("#saved button")
	tab.SeeText("h1", "两人同时修改")
	tab.SeeText(".side-by-side", "今日空气质量优")
	tab.Axe()
	tab.Follow("button[value=save]")
	tab.SeeText(".banner-good", "草稿已保存")
	if _, version = w.stored(); !strings.Contains(version.Text, "请放心出行") {
		t.Errorf("stored %q", version.Text)
	}

	// Signed out while writing: the words stay and the page says what to do.
	tab.SetCookie(web.CookieName, "nobody")
	tab.Type("#f-text", "！")
	tab.SeeText("#saved", "登录已过期，没有存上")
	tab.SetCookie(web.CookieName, "writer")
	tab.Type("#f-text", "！")
	tab.SeeText("#saved", "草稿已保存于")
	eventually(t, "all of it is stored", func() bool {
		_, v := w.stored()
		return strings.Contains(v.Text, "！！") || strings.HasPrefix(v.Text, "！")
	})
}

func TestThePagesFitAPhoneAndServeEverybody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	draft, waiting, sub := w.draft("草稿", 1, 3), w.approved("今日空气质量良 #蓝天#", 1, 2, 4), w.submitted("待审的")

	browser := e2e.Launch(t)
	for who, paths := range map[string][]string{
		"writer": {
			"/", "/posts", "/posts/new", fmt.Sprintf("/posts/%d/edit", draft.ID),
			fmt.Sprintf("/posts/%d", waiting.ID), "/calendar", "/calendar?view=list",
		},
		"reviewer": {"/reviews", fmt.Sprintf("/reviews/%d", sub.ID), fmt.Sprintf("/reviews/%d", waiting.ID)},
	} {
		tab := w.window(browser, who)
		for _, width := range []int64{1440, 390} {
			tab.Size(width, 844)

			for _, path := range paths {
				tab.Go(path)
				tab.Ready()
				tab.FitsWidth()
				tab.Axe()
			}
		}
	}
}

func TestThePageOfAPostFollowsItsSending(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.approved("今日空气质量良", 1, 2)
	w.exec("UPDATE deliveries SET state = 'sending'")
	tab := w.window(e2e.Launch(t), "writer")
	tab.Go(fmt.Sprintf("/posts/%d", post.ID))
	tab.SeeText("#progress", "0 / 2 已发")
	w.exec(`
		UPDATE deliveries SET state = 'sent', sent_at = now(), remote_url = 'https://weibo.com/1/Nx1'
			WHERE account_id = 1`)
	tab.SeeText("#progress", "1 / 2 已发")
	tab.See("#progress a[href='https://weibo.com/1/Nx1']")

	// What somebody is working in is left alone until it is closed.
	tab.Click(".deliveries tr:last-child .story summary")
	tab.See(".deliveries tr:last-child .timeline, .deliveries tr:last-child .story-body .note")
	w.exec("UPDATE deliveries SET state = 'sent', sent_at = now()")
	tab.Eval(`document.querySelector("#progress [open]") !== null`)
	tab.Press(kb.Escape)
	tab.Gone("dialog[open]")
	tab.SeeText("#progress", "2 / 2 已发")
	tab.See("[data-following=polls]") // there is no stream here: the page asks from time to time
}

func TestALongPickerIsWorkedByKeyboardAndServesEverybody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.manyUnits(2000)
	post := w.draft("给许多账号的通报", ids[20:]...)
	tab := w.window(e2e.Launch(t), "writer")
	edit := fmt.Sprintf("/posts/%d/edit", post.ID)

	for _, width := range []int64{1440, 390} {
		tab.Size(width, 844)
		tab.Go(edit)
		tab.Ready()
		tab.FitsWidth()
		tab.Axe()
	}
	tab.Size(1440, 900)
	tab.SeeText("[data-picker-count]", "1,980")

	// A search, its first result by the arrow, and the space bar.
	tab.Type("[data-picker-find]", "第0007号")
	tab.SeeText("[data-picker-found]", "找到 1 个账号")
	tab.Axe()
	tab.Eval(
		`(() => { const i = document.querySelector("[data-picker-find]"); i.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true })); return document.activeElement.matches("[data-found-all]"); })()`,
	)
	tab.Eval(`(() => { document.activeElement.click(); return true; })()`)
	tab.SeeText("[data-picker-count]", "1,981")
	tab.Eval(
		`(() => { const i = document.querySelector("[data-picker-find]"); i.value = ""; i.dispatchEvent(new Event("input", { bubbles: true })); return true; })()`,
	)

	// A unit is filled when it is opened, with what was chosen ticked; its box takes all of it.
	tab.Eval(
		`(() => { for (const id of [3, 100]) document.querySelector("[data-branch='" + id + "']").open = true; return true; })()`,
	)
	tab.See("[data-branch='100'] input[value='107']:checked")
	tab.SeeText("[data-branch='100'] > summary", "1 / 20")
	tab.Eval(
		`(() => { document.querySelector("[data-branch='100']").previousElementSibling.click(); return true; })()`,
	)
	tab.SeeText("[data-picker-count]", "2,000")

	// The preview is of what is stored. Two saves lie behind it: the one before was under way when the
	// last box was ticked, and on a busy machine each takes seconds.
	tab.SeeText("#preview .outgoing", "2,000 个账号")
	if _, version := w.stored(); len(version.Targets) != 2000 {
		t.Errorf("%d accounts are stored", len(version.Targets))
	}
	w.pictures(tab, "edit")
}

// pictures keeps what a page looks like when somebody asks for it.
func (w *world) pictures(tab *e2e.Tab, name string) {
	if dir := os.Getenv("E2E_PICTURES"); dir != "" {
		tab.Picture(filepath.Join(dir, name+".png"))
		tab.Size(390, 844)
		tab.Picture(filepath.Join(dir, name+"-phone.png"))
	}
}
