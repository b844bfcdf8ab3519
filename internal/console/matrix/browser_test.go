package matrix_test

import (
	"testing"

	"juzhen/internal/account"
	"juzhen/internal/e2e"
	"juzhen/internal/web"
)

// TestAnAccountIsConnectedInABrowser walks the way of an administrator: register, authorise on Weibo's
// own page, test, set live, fetch the past. Each page is looked at by axe-core and must fit a phone.
func TestAnAccountIsConnectedInABrowser(t *testing.T) {
	t.Parallel()
	pages := newWorld(t)
	tab := e2e.Launch(t).Open(t, pages.URL)
	tab.SetCookie(web.CookieName, "admin")
	tab.Go("/matrix")
	tab.Axe()
	tab.Follow("a[href='/matrix/accounts/new']")
	tab.Axe()
	tab.Type("#f-handle", "环保北京")
	tab.Follow("main form button[type=submit]")
	tab.SeeText(".banner-good", "下一步：授权")
	tab.Axe()

	tab.Follow("form[action$='/authorise'] button")
	tab.SeeText("body", "环保北京") // the platform's page
	tab.Eval(`(() => {
		const choice = document.querySelector(
			"select[name=account], input[name=account][value='环保北京']");
		if (choice.tagName === "SELECT") { choice.value = "环保北京" } else { choice.checked = true }
		return true;
	})()`)
	tab.Follow("button[value=allow]")
	tab.SeeText(".banner-good", "授权成功")
	tab.Follow("form[action$='/test'] button")
	tab.SeeText(".banner-good", "接口测试通过")
	tab.Follow("form[action$='/state'] button")
	tab.SeeText("main", "可以发布")

	tab.Follow("form[action$='/backfill'] button")
	tab.See("#backfill progress")
	if _, err := pages.Reach.FetchPast(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	tab.SeeText("#backfill", "已回填") // asked again by the page itself
	tab.Axe()
	tab.Size(390, 844)
	tab.FitsWidth()
	tab.Go("/matrix")
	tab.FitsWidth()
	tab.SetCookie("juzhen_lang", "en")
	tab.SetCookie("juzhen_theme", "dark")
	tab.Go("/matrix/accounts/1")
	tab.SeeText("main", "Ready to post")
	tab.Axe()
}

// TestThePartAboutThePastIsAskedOnlyWhileItMoves makes sure that a page at rest asks nothing.
func TestThePartAboutThePastIsAskedOnlyWhileItMoves(t *testing.T) {
	t.Parallel()
	pages := newWorld(t)
	a := pages.Account("环保北京", "环保局", account.Commercial, true)
	pages.As("admin").Get(at(a.ID, "")).WantCount("#backfill[hx-get]", 0)
}
