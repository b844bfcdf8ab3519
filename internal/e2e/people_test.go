package e2e

import (
	"context"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"juzhen/internal/delivery"
	"juzhen/internal/e2e/world"
)

// TestTheWrongRoleSeesNoButton walks with people who may look and not act: no button, and the address
// of the act says no.
func TestTheWrongRoleSeesNoButton(t *testing.T) {
	t.Parallel()
	w := world.New(t)

	post := w.Submit("只有审核员能批准的一条", world.In(time.Hour), "环保北京")
	for user, denied := range map[string][]string{
		"xuanchuan": {
			"/reviews", fmt.Sprintf("/reviews/%d", post.ID), "/admin/users", "/pauses/new",
			"/sending", fmt.Sprintf("/posts/%d/takedown", post.ID),
		},
		"guanli": {"/posts", fmt.Sprintf("/posts/%d", post.ID), "/reviews", "/admin/audit", "/calendar"},
		"shenji": {
			"/posts/new", fmt.Sprintf("/posts/%d/edit", post.ID), "/reviews", "/admin/users",
			"/matrix/accounts/new",
		},
		"shenhe": {"/posts/new", "/pauses/new", "/admin/units", "/matrix/accounts/new"},
	} {
		tab := person(t, w, user)
		for _, path := range denied {
			tab.Go(path)
			tab.SeeText("h1", "没有权限")
			if n := tab.Count(fmt.Sprintf("nav a[href='%s']", path)); n != 0 {
				t.Errorf("%s is led to %s", user, path)
			}
		}
	}
	auditor := person(t, w, "shenji")
	auditor.Go(fmt.Sprintf("/posts/%d", post.ID))
	auditor.SeeText("main", "只有审核员能批准的一条")
	if n := auditor.Count(
		"main form[method=post], main a[href$='/edit'], main a[href^='/reviews/']",
	); n != 0 {
		t.Errorf("an auditor is offered %d acts", n)
	}
	stranger := person(t, w, "chaoyang-shenhe") // a reviewer, elsewhere
	stranger.Go(fmt.Sprintf("/reviews/%d", post.ID))
	stranger.SeeText("main", "没有找到")
}

// TestAnEndedSessionLosesNothing ends the session while a post is written; after signing in again the
// words are there.
func TestAnEndedSessionLosesNothing(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	tab := browser().Open(t, w.URL)
	tab.SignIn("xuanchuan", w.Passwords["xuanchuan"])
	tab.Go("/posts/new")
	tab.Type("#f-text", "写到一半会话就结束了")
	tab.SeeText("#saved", "草稿已保存于")
	if _, err := w.DB.Pool().Exec(t.Context(), "UPDATE sessions SET revoked_at = now()"); err != nil {
		t.Fatal(err)
	}
	tab.Type("#f-text", "写到一半会话就结束了，但是没有丢")
	tab.SeeText("#saved", "登录已过期")
	tab.Follow(".compose-end button[value=save]")
	tab.SeeText(".banner-info", "已保留")
	tab.Type("input[name=username]", "xuanchuan")
	tab.Type("input[name=password]", w.Passwords["xuanchuan"])
	tab.Follow("form[action='/signin'] button[type=submit]")
	tab.SeeText(".facts", "写到一半会话就结束了，但是没有丢")
	tab.Follow("main form button")
	tab.SeeText(".banner-good", "草稿已保存")
	tab.Eval(`document.querySelector("#f-text").value.trim() === "写到一半会话就结束了，但是没有丢"`)
}

// TestALostConnectionInTheMiddleOfWritingLosesNothing takes the connection away while a post is written: the
// page says that it is not saved, and saves by itself once the connection is back; a page that is loaded
// again in between has the words, and what somebody else saved meanwhile is not overwritten.
func TestALostConnectionInTheMiddleOfWritingLosesNothing(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	tab := browser().Open(t, w.URL)
	tab.SignIn("xuanchuan", w.Passwords["xuanchuan"])
	tab.Go("/posts/new")
	stored := func() (text string) {
		err := w.DB.Pool().QueryRow(t.Context(), `
SELECT coalesce(max(v.text), '') FROM posts p JOIN post_versions v ON v.id = p.version_id`).Scan(&text)
		if err != nil {
			t.Fatal(err)
		}

		return text
	}

	tab.Offline(true)
	tab.Type("#f-text", "断网时写的")
	tab.SeeText("#saved", "没有存上：连接不到服务器")
	if text := stored(); text != "" {
		t.Fatalf("stored %q", text)
	}

	tab.Offline(false)
	tab.SeeText("#saved", "草稿已保存于")
	if text := stored(); text != "断网时写的" {
		t.Errorf("stored %q", text)
	}

	tab.Offline(true)
	tab.Type("#f-text", "断网时写的，又写了一段")
	tab.SeeText("#saved", "没有存上：连接不到服务器")
	path, before := tab.Path(), tab.Value("#saved [name=revision]")
	tab.Leave()
	tab.Offline(false)
	tab.Go(path)
	tab.SeeText("#alerts", "已恢复上次没有提交成功的内容")
	tab.Eval(`document.querySelector("#f-text").value === "断网时写的，又写了一段"`)
	tab.until(`document.querySelector("#saved [name=revision]").value !== "` + before + `"`)
	if text := stored(); text != "断网时写的，又写了一段" {
		t.Errorf("stored %q", text)
	}
	tab.Eval(`sessionStorage.getItem("juzhen.typed") === null`)

	tab.Offline(true)
	tab.Type("#f-text", "第一人断网时写的")
	tab.SeeText("#saved", "没有存上：连接不到服务器")
	if _, err := w.DB.Pool().Exec(t.Context(), `
UPDATE posts SET revision = revision + 1;
UPDATE post_versions SET text = '第二人已存的'`); err != nil {
		t.Fatal(err)
	}
	tab.Leave()
	tab.Offline(false)
	tab.Go(path)
	tab.SeeText("#saved", "在您编辑期间保存过")
	if text := stored(); text != "第二人已存的" {
		t.Errorf("overwritten by %q", text)
	}
	tab.Follow("#saved button")
	tab.SeeText("h1", "两人同时修改")
	tab.Eval(`document.querySelector("form[action='/posts/save'] [name=text]").value === "第一人断网时写的"`)
}

// until waits until a script gives true.
func (b *Tab) until(script string) {
	b.t.Helper()
	b.Step("wait for "+script, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Run(ctx, chromedp.Poll[bool](script, chromedp.WithPollingTimeout(StepLimit)))
		return err
	}))
}

// TestReviewByKeyboardAlone signs in and approves without a mouse.
func TestReviewByKeyboardAlone(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	post := w.Submit("用键盘批准的一条", nil, "环保北京")
	tab := browser().Open(t, w.URL)
	tab.Go("/signin")
	tab.reach("input[name=username]")
	tab.keys("shenhe")
	tab.reach("input[name=password]")
	tab.keys(w.Passwords["shenhe"])
	tab.enter()
	tab.SeeText("h1", "工作台")
	tab.reach("nav a[href='/reviews']")
	tab.enter()
	tab.SeeText("h1", "审核")
	tab.reach(fmt.Sprintf("main a[href='/reviews/%d']", post.ID))
	tab.enter()
	tab.SeeText("main", "将发布的内容")
	tab.reach("button[value=approve]")
	tab.enter()
	tab.SeeText(".banner-good", "已批准")
	w.Wait(post.ID, "环保北京", delivery.Sent)
}

func (b *Tab) keys(text string) {
	b.t.Helper()
	b.Step("keys", chromedp.KeyEvent(text))
}

// enter presses Enter where it leads to another page.
func (b *Tab) enter() {
	b.t.Helper()
	b.Step("enter", chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.RunResponse(ctx, chromedp.KeyEvent(kb.Enter))
		return err
	}))
}

// TestAReviewerOnAPhoneApprovesInEnglish is the officer at two in the morning: a narrow window, dark,
// in English.
func TestAReviewerOnAPhoneApprovesInEnglish(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	post := w.Submit("夜里两点批准的一条", nil, "环保北京", "京环之声")
	tab := person(t, w, "shenhe")
	tab.Size(390, 844)
	tab.Prefer("en", "dark")
	han := regexp.MustCompile(`\p{Han}`)

	for _, path := range []string{"/", "/todo", "/reviews", fmt.Sprintf("/reviews/%d", post.ID)} {
		tab.Go(path)
		tab.FitsWidth()
		tab.Eval(
			`document.documentElement.lang.startsWith("en") && document.documentElement.dataset.bsTheme === "dark"`,
		)
		if words := tab.Text("nav.tabbar, .bottom-bar, body > nav, nav"); han.MatchString(words) {
			t.Errorf("%s: the navigation is not in English: %s", path, words)
		}
	}
	tab.Axe()
	tab.Follow("button[value=approve]")
	tab.See(".banner-good")
	if words := tab.Text(".banner-good"); han.MatchString(words) {
		t.Errorf("told in Chinese: %s", words)
	}
	w.Wait(post.ID, "京环之声", delivery.Sent)
}
