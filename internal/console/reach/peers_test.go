package reach_test

import (
	"bytes"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"juzhen/internal/e2e/stage"
	"juzhen/internal/e2e/stage/pages"
	"juzhen/internal/web/webtest"
)

// peersAt makes a group of the bureau as its supervisor and answers where it is.
func peersAt(t *testing.T, w *pages.Pages) (boss *webtest.Browser, at string) {
	t.Helper()
	boss = w.As("boss")
	form := boss.Get("/reach/peers").Want(200).WantText(".empty-state", "还没有同行组").Form("main form.form")
	form.Set("name", "各省厅")

	return boss, boss.Post("/reach/peers", form).Want(303).Location
}

// add fills in the form of a group for one more account.
func add(boss *webtest.Browser, at, uid, name string) *webtest.Page {
	form := boss.Get(at).Want(200).Form("form[action$='/accounts']")
	form.Set("uid", uid)
	form.Set("name", name)
	form.Set("bureau", "外省")

	return boss.Post(at+"/accounts", form)
}

// upload chooses a file in the form of the import.
func upload(t *testing.T, boss *webtest.Browser, at, file string) *webtest.Page {
	t.Helper()
	form := boss.Get(at + "/import").Want(200).Form("form[enctype]")
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	part, err := parts.CreateFormFile("file", "peers.csv")
	if err != nil {
		t.Fatal(err)
	}
	part.Write([]byte(file))

	for name := range form {
		if name != "file" {
			parts.WriteField(name, form.Get(name))
		}
	}
	parts.Close()
	r := httptest.NewRequest("POST", at+"/import", &body)
	r.Header.Set("Content-Type", parts.FormDataContentType())

	return boss.Send(r)
}

// words are a page's text without its gaps.
func words(page *webtest.Page, selector string) string {
	return strings.Join(strings.Fields(page.Text(selector)), " ")
}

// TestAGroupOfPeersOnItsPage is made, filled by hand, thinned and given up; what is wrong is told at its
// field and nothing that was typed is lost.
func TestAGroupOfPeersOnItsPage(t *testing.T) {
	t.Parallel()
	w, _, _ := filled(t)
	boss, at := peersAt(t, w)
	boss.Get(at).Want(200).WantText("#h-peers + .empty-state", "组里还没有账号")
	boss.Post("/reach/peers", url.Values{"unit": {"1"}, "name": {"各省厅"}}).
		Want(409).WantText(".field-error", "这个单位已有同名的同行组")
	boss.Post("/reach/peers", url.Values{"name": {"别的"}}).
		Want(422).WantText(".field-error", "请选择所属单位")
	boss.Post("/reach/peers", url.Values{"unit": {"1"}, "name": {" "}}).
		Want(422).WantText(".field-error", "请填写组名")

	wrong := add(boss, at, "12", "甲省").Want(422).WantCount(".field-error", 1)
	if left := wrong.Form("form[action$='/accounts']"); left.Get("name") != "甲省" || left.Get("uid") != "12" {
		t.Errorf("left of what was typed: %v", left)
	}
	stale := boss.Get(at).Form("form[action$='/accounts']")
	add(boss, at, "100001", "@甲省").Want(303)
	add(boss, at, "100002", "乙省").Want(303)
	add(boss, at, "100002", "乙省").Want(409).WantText(".field-error", "这个组里已有这个账号")
	stale.Set("uid", "100003")
	stale.Set("name", "丙省")
	boss.Post(at+"/accounts", stale).Want(409)

	page := boss.Get(at).Want(200).WantCount("#h-peers + .table-wrap tbody tr", 2)
	if got := words(page, "#h-peers + .table-wrap tbody tr:first-child"); !strings.HasPrefix(got,
		"— @甲省 外省 没有数据 — —") {
		t.Errorf("an account that nothing is known of: %q", got)
	}
	drop := page.Form("#h-peers + .table-wrap tbody tr:first-child form")
	button, _ := page.Find("#h-peers + .table-wrap tbody tr:first-child button").Attr("value")
	drop.Set("peer", button)
	boss.Post(at+"/drop", drop).Want(303)
	boss.Post(at+"/drop", drop).Want(409) // the group was changed since that page
	boss.Get(at).Want(200).WantCount("#h-peers + .table-wrap tbody tr", 1).
		WantText("#h-peers + .table-wrap", "乙省")

	boss.Post(at+"/retire", boss.Get(at).Form("form[action$='/retire']")).Want(303)
	boss.Get("/reach/peers").Want(200).WantText(".empty-state", "还没有同行组")
}

// TestPeersAreForReadersAndKeptBySupervisors: who may look sees the tables without forms, and an address
// typed by hand changes nothing.
func TestPeersAreForReadersAndKeptBySupervisors(t *testing.T) {
	t.Parallel()
	w, _, _ := filled(t)
	w.Person("auditor", "auditor", "环保局")
	boss, at := peersAt(t, w)
	add(boss, at, "100001", "甲省").Want(303)

	w.As("auditor").Get(at).Want(200).WantCount("main form[method=post]", 0)
	w.As("auditor").Get("/reach/peers").Want(200).WantCount("main form[method=post]", 0)
	w.As("auditor").Get(at + "/import").Want(403)
	w.As("auditor").Post(at+"/retire", url.Values{"revision": {"2"}}).Want(403)
	w.As("reviewer").Get(at).Want(404) // of the bureau, who is of a district
	w.As("admin").Get(at).Want(403)
	boss.Get(at + "?sort=nothing").Want(422)
	boss.Get(at+"?sort=growth").Want(200).
		WantText(".period-presets a[aria-current]", "粉丝增长").
		WantText("#h-own + .table-wrap", "@环保北京")
}

// TestPeersOutOfAFile: a wrong row costs that row and is named, what is right stands in the table with its
// place, and the file that one starts from has the columns.
func TestPeersOutOfAFile(t *testing.T) {
	t.Parallel()
	w, _, _ := filled(t)
	boss, at := peersAt(t, w)
	done := upload(t, boss, at, "微博UID,账号名称,日期,粉丝数\n100001,甲省,2026-11-22,1200\n100002,乙省,2026-11-22,十\n"+
		"100003,<b>丙</b>,2026-11-22,7\n").Want(200).
		WantText(".banner-good", "新增 2 个账号").
		WantText(".banner-warn", "有 1 行不对")
	if got := words(done, "main tbody tr"); !strings.HasPrefix(got, "3 粉丝数 应为不小于 0 的整数") {
		t.Errorf("what is wrong: %q", got)
	}

	page := boss.Get(at+"?days=7").Want(200).WantCount("#h-peers + .table-wrap tbody tr", 2)
	for n, want := range []string{"1 / 2 @甲省 1,200 75.0 2026-11-22 导入的", "2 / 2 @<b>丙</b> 7 25.0 2026-11-22 导入的"} {
		row := words(page, "#h-peers + .table-wrap tbody tr:nth-child("+string(rune('1'+n))+")")
		if !strings.HasPrefix(row, want) {
			t.Errorf("row %d: %q, want %q", n+1, row, want)
		}
	}
	upload(t, boss, at, "name\n甲\n").Want(422).WantText(".field-error", "文件里没有“微博UID”一列")
	upload(t, boss, at, "").Want(422).WantCount(".field-error", 1)
	boss.Post(at+"/import", url.Values{"revision": {"1"}}).Want(422).WantText(".field-error", "请选择")

	template := boss.Get("/reach/peers/template.xlsx").Want(200)
	if !strings.HasPrefix(template.Body, "PK") {
		t.Errorf("the template begins with %q", template.Body[:min(len(template.Body), 10)])
	}
}

// TestTheLeagueTable puts accounts by score, those that nothing is known of last and without a place.
func TestTheLeagueTable(t *testing.T) {
	t.Parallel()
	w, _, _ := filled(t)
	district := stage.One[string](w.Stage, `SELECT id::text FROM units WHERE name = '朝阳区'`)
	page := w.As("boss").Get("/reach/board").Want(200).WantCount("main tbody tr", 2).
		WantText("main tbody tr:first-child", "@环保北京")
	if got := words(page, "main tbody tr:first-child"); !strings.HasPrefix(got, "1 / ") {
		t.Errorf("the first: %q", got)
	}
	w.As("reviewer").Get("/reach/board").Want(200).WantCount("main tbody tr", 1).
		WantText("main tbody", "@朝阳环保示例")
	w.As("boss").Get("/reach/board?unit="+district).Want(200).WantCount("main tbody tr", 1)
	w.As("admin").Get("/reach/board").Want(403)
}
