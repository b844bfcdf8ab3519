package reach_test

import (
	"net/url"
	"strings"
	"testing"

	"juzhen/internal/account"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/e2e/stage/pages"
	"juzhen/internal/reach"
	"juzhen/internal/web/webtest"
)

// filled is the main account with its past posts and followers, and a district's without any.
func filled(t *testing.T) (*pages.Pages, account.Account, account.Account) {
	t.Helper()
	w := newWorld(t)
	a := w.Account("环保北京", "环保局", account.Commercial, true)
	b := w.Account("朝阳环保示例", "朝阳区", account.Public, true)
	if _, err := w.Reach.Plan(t.Context()); err != nil {
		t.Fatal(err)
	}
	file := "id,posted_at,text,reposts,comments,likes,reads\n" +
		"41,2026-11-10 08:00,雾霾成因解读,10,5,85,9000\n42,2026-11-20 08:00,今日优,1,1,8,\n43,2026-10-05 08:00,上一时段的一条,30,10,10,\n44,2026-11-21 09:00,=cmd(),0,0,1,\n"
	if _, err := w.Reach.ImportPast(
		t.Context(),
		w.People["admin"],
		a.ID,
		"x.csv",
		strings.NewReader(file),
	); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Reach.Followers(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.Reach.SumUp(t.Context()); err != nil {
		t.Fatal(err)
	}

	return w, a, b
}

func TestTemplatesFitTheirPages(t *testing.T) {
	t.Parallel()
	webtest.CheckTemplates(t, newWorld(t).Kit)
}

func TestTheMatrixOfFiguresSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	pages, _, _ := filled(t)
	page := pages.As("boss").
		Get("/reach").
		Want(200).
		WantCount(".reach-table tbody tr:not(.total)", 2).
		WantCount(".figure-box", 5).
		WantCount("figure.chart", 4)
	if got := strings.Join(
		strings.Fields(page.Text(".reach-table tbody tr:first-child")),
		" ",
	); !strings.Contains(got, "111 升 122.0%") ||
		!strings.Contains(got, "9,000 1 条有读数") {
		t.Errorf("row of the main account: %s", got)
	}
	if got := page.Text(".reach-table tbody tr:nth-child(2)"); strings.Count(got, "不可用") < 4 {
		t.Errorf("row of an account without posts: %s", strings.Join(strings.Fields(got), " "))
	}
	page.WantText(".figure-box:nth-child(3)", "111").
		WantText(".figure-box:nth-child(3)", "上升").
		WantText("details.definition", "最近一次读数计")
	pages.As("boss").English().Get("/reach").Want(200).WantText("h1", "Reach")
}

func TestTheTableIsSortedByItsHeadings(t *testing.T) {
	t.Parallel()
	pages, _, _ := filled(t)
	page := pages.As("boss").
		Get("/reach?sort=followers&up=1").
		Want(200).
		WantCount("th[aria-sort=ascending]", 1)
	page.WantText(".reach-table tbody tr:first-child", "@朝阳环保示例")
	pages.As("boss").Get("/reach?sort=followers").WantText(".reach-table tbody tr:first-child", "@环保北京")
	pages.As("boss").Get("/reach?sort=secret").Want(422)
	pages.As("boss").Get("/reach?days=9999").Want(422)
	pages.As("boss").
		Get("/reach?from=2026-11-20&to=2026-11-20").
		Want(200).
		WantText(".page-lead, main", "共 1 天")
}

func TestFiguresStayWithinTheUnit(t *testing.T) {
	t.Parallel()
	pages, account, b := filled(t)
	pages.As("officer").Get("/reach").Want(200).WantCount(".reach-table tbody tr:not(.total)", 1)
	pages.As("officer").Get(at(b.ID, "")).Want(200)

	for _, path := range []string{"", "/days.csv", "/posts.csv"} {
		pages.As("officer").Get(at(account.ID, path)).Want(404)
	}
	pages.As("admin").Get("/reach").Want(403)
	pages.As("").Get("/reach").Want(303)
}

func TestAnAccountsPageHasChartsWithTheirTables(t *testing.T) {
	t.Parallel()
	pages, account, b := filled(t)
	page := pages.As("boss").
		Get(at(account.ID, "")).
		Want(200).
		WantText("h1", "@环保北京").
		WantCount("figure.chart", 4).
		WantCount("figure.chart table", 4)
	page.WantText("#best tbody tr:first-child", "雾霾成因解读").WantText("main", "还没有取回历史微博")
	pages.As("boss").Get(at(account.ID, "?sort=time")).WantText("#best tbody tr:first-child", "=cmd()")
	if p := pages.As("boss").
		Get(at(b.ID, "?days=7")).
		Want(200); !strings.Contains(p.Body, "阅读数不可用") ||
		p.Find("#best tbody").Length() != 0 {
		t.Error("the page of an account without posts does not say so")
	}
}

func TestTablesAreExportedSafely(t *testing.T) {
	t.Parallel()

	pages, account, _ := filled(t)
	pages.Exec(`INSERT INTO account_readings (account_id, taken_at, followers, friends, statuses)
		VALUES ($1, '2026-11-20 03:00Z', 12345, 67, 89)`, account.ID)

	for path, want := range map[string]string{
		at(account.ID, "/readings.csv") + "?days=7":      "2026-11-20 11:00,12345,67,89",
		"/reach/matrix.csv":                              "\ufeff账号,主办单位,粉丝数",
		at(account.ID, "/days.csv") + "?days=7":          "2026-11-20,不可用,1,1,1,1,8,10,不可用,0",
		at(account.ID, "/posts.csv"):                     "'=cmd()",
		"/reach/posts.csv?from=2026-10-01&to=2026-10-31": "上一时段的一条",
	} {
		page := pages.As("boss").Get(path).Want(200)
		if !strings.Contains(page.Body, want) || !strings.HasPrefix(page.Body, "\ufeff") ||
			!strings.HasPrefix(page.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%s: %q lacks %q", path, page.Body, want)
		}
	}
}

func TestANoticedPostIsLookedIntoOnce(t *testing.T) {
	t.Parallel()
	pages, account, _ := filled(t)
	if _, err := pages.DB.Pool().Exec(t.Context(), `UPDATE platform_posts SET origin = 'elsewhere'
			WHERE remote_id = '42'`); err != nil {
		t.Fatal(err)
	}
	id := stage.One[string](pages.Stage, `SELECT id::text FROM platform_posts WHERE remote_id = '42'`)
	pages.As("boss").Get("/reach").WantCount("#noticed tbody tr", 1)
	pages.As("boss").Get(at(account.ID, "")).WantCount("#noticed tbody tr", 1)
	browser := pages.As("boss")
	browser.Get("/reach/posts/"+id).Want(200).WantText("main", "不是本台发出").WantCount("form[action$='/note']", 1)
	browser.Post("/reach/posts/"+id+"/note", nil).Want(422)
	pages.As("reviewer").Get("/reach/posts/" + id).Want(404)
	browser.Post("/reach/posts/"+id+"/note", url.Values{"reason": {"值班员用手机发布，内容属实"}}).Want(303)
	browser.Get("/reach/posts/"+id).WantText("main", "已核对").WantCount("form[action$='/note']", 0)
	browser.Post("/reach/posts/"+id+"/note", url.Values{"reason": {"再来"}}).Want(409)
	browser.Get("/reach/posts/999").Want(404)
}

func TestTheCallBudgetIsShown(t *testing.T) {
	t.Parallel()
	pages, _, _ := filled(t)
	page := pages.As("admin").Get("/reach/budget").Want(200)
	page.WantCount("table", 2).WantText("table:first-of-type tbody tr:first-child", "公开接口")
	if got := page.Find("section:nth-of-type(2) tbody tr").Length(); got != 2 {
		t.Errorf("%d accounts in the budget", got)
	}
	_ = reach.Presets()
}
