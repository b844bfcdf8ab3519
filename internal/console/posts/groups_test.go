package posts_test

import (
	"testing"

	"juzhen/internal/e2e"
)

func TestGroupsAndTheLastPostOfAColumnChooseAccountsInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`UPDATE post_versions SET column_id = 1`)
	p := w.submitted("上一期科普", 1, 4)
	w.exec(`UPDATE post_versions SET column_id = 3 WHERE post_id = $1`, p.ID)
	tab := w.window(e2e.Launch(t), "writer")
	tab.Go("/posts/new")
	count := func(text string) {
		t.Helper()
		tab.SeeText("[data-picker-count]", text)
	}
	tab.Gone("#groups [value^=dropgroup]") // what is built in is nobody's to take away
	choose(tab, "#groups select", "seat.affiliated")
	tab.Click("#groups [value=group]")
	count("已选 2 个")
	tab.SeeText("#groups [role=status]", "2 个账号已选上")

	tab.Click("#groups summary")
	tab.Click("#groups [value=keepgroup]")
	tab.SeeText("#groups", "请给账号组取个名字")
	tab.Type("[name=group_name]", "宣传中心的")
	tab.Click("#groups [value=keepgroup]")
	tab.SeeText("#groups select", "宣传中心的（2）")
	tab.Axe()

	// A name that is taken: nothing is replaced before it was said, then what was said is.
	tab.Click("#groups summary")
	tab.Type("[name=group_name]", "宣传中心的")
	tab.Click("#groups [value=keepgroup]")
	tab.SeeText("#f-group-error", "已有账号组“宣传中心的”（2 个账号")
	w.exec("UPDATE account_groups SET account_ids = '{1}', revision = 2")
	tab.Click("#groups [value=keepgroup]")
	tab.SeeText("#f-group-error", "已有账号组“宣传中心的”（1 个账号")
	tab.Click("#groups [value=keepgroup]")
	tab.SeeText("#groups select", "宣传中心的（2）")
	tab.Click("#groups details:last-of-type summary")
	tab.Click("#groups [value^=dropgroup]")
	tab.Gone("#groups [value^=dropgroup]")

	// From the last post of the column: its accounts, and its time of day on the next day that has it.
	choose(tab, "#f-column", "3")
	tab.Click("#last button")
	tab.SeeText("#last", "账号和时间同稿件")
	count("已选 2 个")
	tab.Eval(`document.querySelector("#f-due").value === "2026-11-23T13:00" &&
		document.querySelector("input[name=account][value='4']").checked`)
	choose(tab, "#f-column", "2")
	tab.Click("#last button")
	tab.SeeText("#last", "还没有提交过稿件")

	// By letters: initials, syllables.
	tab.Type("[data-picker-find]", "cyhb")
	tab.Eval(`[...document.querySelectorAll(".tree label")].filter((e) => e.offsetParent)
		.every((e) => e.textContent.includes("朝阳环保")) && document.querySelector(".tree li:not([hidden]) label")` + ` !== null`)
	tab.Type("[data-picker-find]", "")
	tab.Type("#f-own", "chaoyang")
	tab.SeeText("#own-list", "@朝阳环保示例")
	w.pictures(tab, "groups")
}
