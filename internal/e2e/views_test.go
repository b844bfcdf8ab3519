package e2e

import (
	"testing"

	"juzhen/internal/e2e/world"
)

// TestAListIsKeptUnderAName: by one, for the unit; opened by somebody of the unit, renamed, taken away.
func TestAListIsKeptUnderAName(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	w.Draft("空气质量提示", nil, "环保北京")
	boss := person(t, w, "zhuguan")

	boss.Go("/posts")
	boss.Gone("nav.views")
	boss.Go("/posts?q=空气&state=draft")
	boss.Click("#keep-view > summary")
	boss.See("dialog[open] #view-name")
	boss.Type("dialog[open] #view-name", "等着写完的")
	boss.Eval(
		`(() => { document.querySelector("dialog[open] #view-unit").selectedIndex = 1; return true })()`,
	)
	boss.Follow("dialog[open] button[type=submit]")
	boss.SeeText("main", "已保存视图“等着写完的”")
	boss.SeeText("nav.views a[aria-current=true]", "等着写完的")
	boss.Gone("#keep-view")

	// the same name again, with another filter
	boss.Go("/posts?state=sent")
	boss.Click("#keep-view > summary")
	boss.Type("dialog[open] #view-name", "等着写完的")
	boss.Eval(
		`(() => { document.querySelector("dialog[open] #view-unit").selectedIndex = 1; return true })()`,
	)
	boss.Follow("dialog[open] button[type=submit]")
	boss.SeeText("main", "这个列表已有视图“等着写完的”")
	boss.Type("main form.form [name=name]", "发出去的")
	boss.Follow("main form.form button[type=submit]")
	boss.SeeText("nav.views a[aria-current=true]", "发出去的")

	officer := person(t, w, "xuanchuan")
	officer.Go("/posts")
	officer.Follow("nav.views li:last-child a")
	if got := officer.Path(); got != "/posts?q=%E7%A9%BA%E6%B0%94&state=draft" &&
		got != "/posts?q=空气&state=draft" {
		t.Errorf("the view opens at %s", got)
	}
	officer.SeeText("tbody", "空气质量提示")

	boss.Go("/views")
	boss.Click("details.confirm summary")
	boss.Type("dialog[open] [name=name]", "草稿")
	boss.Follow("dialog[open] button[type=submit]")
	boss.SeeText("main", "已改名")
	boss.Follow("form[action$='/drop'] button")
	boss.SeeText("main", "已删除视图")
	if n := boss.Count("tbody tr"); n != 1 {
		t.Errorf("%d views are left", n)
	}
}
