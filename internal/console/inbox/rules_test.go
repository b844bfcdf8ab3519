package inbox_test

import (
	"strings"
	"testing"

	"juzhen/internal/e2e/stage"
)

// TestRulesAreKeptOnTheirPages: what is wrong is told at its field and nothing typed is lost; what is saved
// stands in words in the list, and is followed by what waits where one says so.
func TestRulesAreKeptOnTheirPages(t *testing.T) {
	t.Parallel()
	p := newWorld(t)
	boss := p.As("boss")
	district := stage.One[string](p.Stage, "SELECT id::text FROM units WHERE name = '朝阳区'")
	officer := stage.One[string](p.Stage, "SELECT id::text FROM users WHERE username = 'officer'")
	boss.Get("/inbox").Want(200).WantCount("a[href='/inbox/rules']", 1)
	boss.Get("/inbox/rules").Want(200).WantText(".empty-state", "还没有分派规则")
	p.As("officer").Get("/inbox/rules").Want(200).WantCount("a[href='/inbox/rules/new']", 0)
	p.As("officer").Get("/inbox/rules/new").Want(403)
	boss.Get("/inbox/rules/new?unit=999").Want(404)

	form := boss.Get("/inbox/rules/new?unit=" + district).Want(200).Form("#rule")
	form.Set("name", "限行")
	form.Set("words", "限行\n单双号")
	form.Set("begin", "9:99")
	form["kinds"] = []string{"ask", "report"}
	wrong := boss.Post("/inbox/rules", form).Want(422).
		WantText("[name=words]", "单双号").
		WantCount("input[name=kinds][checked]", 2).
		WantCount(".field-error", 2)
	form = wrong.Form("#rule")
	form["kinds"] = []string{"ask", "report"}
	form.Set("begin", "")
	form.Set("end", "")
	boss.Post("/inbox/rules", form).Want(422).WantText(".field-error", "请选择分派给谁")
	form.Set("to_unit_id", district+"/"+officer)
	form.Set("account_id", "@没有的号")
	boss.Post("/inbox/rules", form).Want(422).WantText(".field-error", "没有叫“没有的号”的账号")
	form.Set("account_id", "安静朝阳")
	form.Set("begin", "08:00")
	form.Set("end", "20:00")
	boss.Post("/inbox/rules", form).Want(303)

	row := strings.Join(strings.Fields(boss.Get("/inbox/rules").Want(200).Text("#rules tbody tr")), " ")
	if want := "限行 朝阳区 10 @安静朝阳 咨询 / 举报 “限行” / “单双号” 08:00–20:00 分派给 朝阳区 · officer"; row != want {
		t.Errorf("in words: %s\nwant %s", row, want)
	}
	page := boss.Get("/inbox/rules/1").Want(200).WantText("#fit", "1 件里，按这条规则的有 1 件")
	old := page.Form("#rule")
	if old.Get("to_unit_id") != district+"/"+officer || old.Get("words") != "限行\n单双号" ||
		old.Get("end") != "20:00" {
		t.Errorf("in the form: %v", old)
	}
	boss.Post("/inbox/rules/1/apply", page.Form("#fit form")).Want(303)
	boss.Get("/inbox/1").WantText("main", "规则：限行").WantText(".facts", "officer")
	boss.Get("/inbox/rules/1").Want(200).WantCount("#fit form", 0)

	old.Set("name", "限行和单双号")
	boss.Post("/inbox/rules/1", old).Want(303)
	boss.Post("/inbox/rules/1", old).Want(409).WantText("main", "刚刚有人改过")
	p.As("officer").Post("/inbox/rules/1/retire", old).Want(403)
	boss.Post("/inbox/rules/1/retire", page.Form("form[action$='/retire']")).Want(409)
	boss.Post("/inbox/rules/1/retire", boss.Get("/inbox/rules/1").Form("form[action$='/retire']")).Want(303)
	boss.Get("/inbox/rules/1").Want(404)
	boss.English().Get("/inbox/rules").Want(200).WantText("main", "no rules of assignment")
}
