package matrix_test

import (
	"bytes"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"juzhen/internal/account"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/sandbox"
	"juzhen/internal/web/webtest"
)

func TestTemplatesFitTheirPages(t *testing.T) {
	t.Parallel()
	webtest.CheckTemplates(t, newWorld(t).Kit)
}

func TestTheMatrixListsAccountsByUnitAndScope(t *testing.T) {
	t.Parallel()
	pages := newWorld(t)
	pages.As("admin").Get("/matrix").Want(200).WantText(".empty-state h2", "矩阵里还没有账号")
	pages.Account("朝阳环保示例", "朝阳区", account.Public, true)
	pages.Account("环保北京", "环保局", account.Commercial, false)
	page := pages.As("admin").Get("/matrix").Want(200).WantCount("table.rows tbody tr", 2)
	if first := page.Text("tbody tr:first-child th"); !strings.Contains(first, "@环保北京") {
		t.Errorf("first is %q, want the account of the unit at the top", first)
	}
	page.WantText("tbody tr:first-child", "未授权").
		WantText("tbody tr:last-child", "授权有效").
		WantCount("a[href='/matrix/accounts/new']", 1)
	pages.As("officer").
		Get("/matrix").
		Want(200).
		WantCount("table.rows tbody tr", 1).
		WantCount("a[href='/matrix/accounts/new']", 0)
	pages.As("admin").Get("/matrix?q=朝阳").WantCount("table.rows tbody tr", 1).WantText(".chips", "朝阳")
	pages.As("admin").Get("/matrix?state=live").WantText(".empty-state h2", "没有符合条件的账号")
	pages.As("admin").English().Get("/matrix").Want(200).WantText("h1", "Accounts")
}

func TestAnAccountIsRegisteredChangedAndKeepsItsNames(t *testing.T) {
	t.Parallel()
	pages := newWorld(t)
	browser := pages.As("admin")
	form := browser.Get("/matrix/accounts/new").Want(200).Form("form.form")
	form.Set("unit_id", "")
	browser.Post("/matrix/accounts", form).Want(422).WantText(".field-wrong", "请填写账号名称")
	form.Set("handle", "@朝阳环保示例")
	form.Set("unit_id", stage.One[string](pages.Stage, "SELECT id::text FROM units WHERE name = '朝阳区'"))
	page := browser.Post("/matrix/accounts", form).Want(303)
	shown := browser.Get(page.Location).Want(200).WantText("h1", "@朝阳环保示例").WantText("main", "下一步：管理员授权")
	if strings.Contains(shown.Body, "看成效") {
		t.Error("an administrator is led to figures he may not see")
	}
	edit := browser.Get(page.Location + "/edit").Want(200).Form("form.form")
	edit.Set("display_name", "朝阳生态环境")
	browser.Post(page.Location+"/edit", edit).Want(303)
	browser.Get(page.Location).WantText(".timeline", "朝阳生态环境")
	edit.Set("late_limit", "0.5")
	browser.Post(page.Location+"/edit", edit).Want(422)
}

func TestWhoMayNotManageSeesAndCannotAct(t *testing.T) {
	t.Parallel()
	pages := newWorld(t)
	a := pages.Account("环保北京", "环保局", account.Commercial, true)
	pages.As("boss").Get(at(a.ID, "")).Want(200).WantCount("form[method=post][action^='/matrix']", 0)

	for _, path := range []string{
		"/state", "/authorise", "/token", "/revoke", "/test", "/backfill", "/edit", "/push", "/push/revoke",
	} {
		pages.As("boss").Post(at(a.ID, path), url.Values{"to": {"closed"}, "reason": {"x"}}).Want(403)
		pages.As("district admin").Post(at(a.ID, path), url.Values{
			"to": {"closed"}, "reason": {"x"},
		}).Want(404)
	}
	pages.As("officer").Get(at(a.ID, "")).Want(404)
	pages.As("admin").Get(at(999, "")).Want(404)
	if got := stage.One[string](pages.Stage, "SELECT state FROM accounts"); got != "preparing" {
		t.Errorf("state %q", got)
	}
}

func TestAnAccountIsAuthorisedTestedAndSetLive(t *testing.T) {
	t.Parallel()
	pages := newWorld(t)
	a := pages.Account("环保北京", "环保局", account.Commercial, false)
	browser := pages.As("admin")
	to := browser.Post(at(a.ID, "/authorise"), nil).Want(303).Location
	if !strings.HasPrefix(to, pages.WeiboURL+"/oauth2/authorize?") {
		t.Fatalf("leads to %s", to)
	}
	browser.Get(pages.Agree(to, "环保北京").RequestURI()).Want(303)
	browser.Get(at(a.ID, "")).WantText(".flash, #alerts, main", "测试接口").WantText("main", "授权有效")
	browser.Post(at(a.ID, "/state"), url.Values{"to": {"live"}}).Want(409).WantText("main", "请先通过接口测试")
	browser.Post(at(a.ID, "/test"), nil).Want(303)
	browser.Post(at(a.ID, "/state"), url.Values{"to": {"live"}}).Want(303)
	browser.Get(at(a.ID, "")).WantText("main", "可以发布")
	browser.Post(at(a.ID, "/state"), url.Values{"to": {"suspended"}, "reason": {""}}).Want(422)
	browser.Post(at(a.ID, "/state"), url.Values{"to": {"suspended"}, "reason": {"机房检修"}}).Want(303)
	browser.Post(at(a.ID, "/revoke"), url.Values{"reason": {"换人"}}).Want(303)
	browser.Get(at(a.ID, "")).WantText("main", "授权已撤销")
}

func TestTheWrongHolderIsToldWhoHeIs(t *testing.T) {
	t.Parallel()
	pages := newWorld(t)
	a := pages.Account("环保北京", "环保局", account.Commercial, false)
	browser := pages.As("admin")
	to := browser.Post(at(a.ID, "/authorise"), nil).Want(303).Location
	browser.Get(pages.Agree(to, "京环之声").RequestURI()).
		Want(409).
		WantText("main", "@京环之声").
		WantText("main", "@环保北京")
	browser.Get("/oauth/weibo/callback?state=never&code=x").Want(409)
	browser.Post(at(a.ID, "/token"), url.Values{"token": {"2.00wrong"}}).Want(409)
	browser.Post(at(a.ID, "/token"), url.Values{"token": {""}}).
		Want(422).
		WantText(".field-error", "请填写完整的访问令牌")
	browser.Post(at(a.ID, "/token"), url.Values{"token": {pages.Weibo.Token("环保北京")}}).Want(303)
	if strings.Contains(browser.Get(at(a.ID, "")).Body, "2.00") {
		t.Error("the page shows a token")
	}
}

func TestAFailedTestIsShownStepByStep(t *testing.T) {
	t.Parallel()
	pages := newWorld(t)
	a := pages.Account("环保北京", "环保局", account.Commercial, true)
	pages.Weibo.Fault(sandbox.Fault{Call: "statuses/update/biz", Kind: sandbox.FaultError, Code: 10014})
	pages.As("admin").
		Post(at(a.ID, "/test"), nil).
		Want(409).
		WantCount(".steps li", 3).
		WantText(".steps", "没有通过")
	public := pages.Account("朝阳环保示例", "朝阳区", account.Public, true)
	pages.As("admin").Post(at(public.ID, "/test"), nil).Want(303)
	pages.As("admin").Get(at(public.ID, "")).WantText("main", "通过于")
}

func TestPastPostsAreFetchedWithProgress(t *testing.T) {
	t.Parallel()
	pages := newWorld(t)
	a := pages.Account("环保北京", "环保局", account.Commercial, true)
	browser := pages.As("admin")
	browser.Get(at(a.ID, "")).WantText("#backfill", "还没有取回")
	browser.Post(at(a.ID, "/backfill"), nil).Want(303)
	browser.Get(at(a.ID, "")).WantCount("#backfill progress", 1).WantCount("#backfill[data-poll]", 1)
	browser.Post(at(a.ID, "/backfill"), nil).Want(409)
	if _, err := pages.Reach.FetchPast(t.Context(), a.ID); err != nil {
		t.Fatal(err)
	}
	part := browser.Part("GET", at(a.ID, "/backfill"), nil).
		Want(200).
		WantCount("progress", 0).
		WantCount("h1", 0)
	if !strings.Contains(part.Body, "已回填") {
		t.Errorf("fragment %s", part.Body)
	}
}

func TestPastPostsComeFromAnUploadedFile(t *testing.T) {
	t.Parallel()
	pages := newWorld(t)
	a := pages.Account("朝阳环保示例", "朝阳区", account.Public, true)
	browser := pages.As("admin")
	upload := func(content string) *webtest.Page {
		t.Helper()
		var body bytes.Buffer
		m := multipart.NewWriter(&body)
		part, err := m.CreateFormFile("file", "past.csv")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("POST", at(a.ID, "/import"), &body)
		r.Header.Set("Content-Type", m.FormDataContentType())

		return browser.Send(r)
	}
	upload("id,posted_at,text\n4000000000000001,2026-10-01 08:30,甲\n").Want(303)
	upload("id,posted_at,text\n4000000000000002,2026-10-01 08:30,乙\n没有编号,2026-10-01,丙\n").Want(303)
	browser.Get("/matrix/imports/2").
		Want(200).
		WantText("#import-state tbody th", "3").
		WantText("#import-state", "已导入").
		WantCount("#import-state[data-poll]", 0)
	browser.Get("/matrix/imports/2/rejected.csv").Want(200)
	browser.Get(at(a.ID, "")).WantCount("#backfill a[href^='/matrix/imports/']", 2)
	upload("nothing").Want(422).WantText(".field-error", "首行缺少列")
	browser.Post(at(a.ID, "/import"), nil).Want(422).WantText(".field-error", "请选择文件")
	if got := stage.One[string](pages.Stage, "SELECT count(*)::text FROM platform_posts"); got != "2" {
		t.Errorf("%s posts", got)
	}

	browser.Post("/matrix/imports/2/undo", nil).Want(303)
	browser.Post("/matrix/imports/2/undo", nil).Want(409)
	browser.Get("/matrix/imports/2").Want(200).WantText("#import-state", "已撤销")
	if got := stage.One[string](pages.Stage, "SELECT count(*)::text FROM platform_posts"); got != "1" {
		t.Errorf("%s posts are left", got)
	}
}

func TestALargeMatrixIsReadInPages(t *testing.T) {
	t.Parallel()
	pages := newWorld(t)
	first := pages.Account("环保北京", "环保局", account.Commercial, false)
	_, err := pages.DB.Pool().Exec(pages.Context(), `INSERT INTO accounts (unit_id, platform, handle,
			display_name, seat, state, connector, late_limit, min_gap, auto_resend, position, created_at)
SELECT unit_id, platform, '分号' || g, '', 'district', 'live', 'manual', late_limit, min_gap, auto_resend, g,
    created_at FROM accounts, generate_series(1, 119) g WHERE id = $1`, first.ID)
	if err != nil {
		t.Fatal(err)
	}
	browser := pages.As("admin")
	page := browser.Get("/matrix").
		Want(200).
		WantCount("table.rows tbody tr", 50).
		WantText(".pager", "共 120 个账号").
		WantCount(".pager a", 1)
	next, _ := page.Find(".pager a[rel=next]").Attr("href")
	browser.Get(next).Want(200).WantCount("table.rows tbody tr", 50).WantCount(".pager a", 2)
	browser.Get("/matrix?page=2").
		Want(200).
		WantCount("table.rows tbody tr", 20).
		WantCount(".pager a[rel=next]", 0)
	browser.Get("/matrix?page=99").Want(200).WantCount("table.rows tbody tr", 20)
	browser.Get("/matrix?q=分号7&page=0").Want(200).WantCount("table.rows tbody tr", 11)
}
