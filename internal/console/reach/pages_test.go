package reach_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"juzhen/internal/account"
	"juzhen/internal/e2e/stage"
)

// TestEachRouteAsksForItsRole types by hand who may open what: status codes for an account of the
// bureau, then of the district.
func TestEachRouteAsksForItsRole(t *testing.T) {
	t.Parallel()
	pages, city, district := filled(t)
	pages.Person("auditor", "auditor", "环保局")
	// officer and reviewer are the district's
	who := []string{"officer", "reviewer", "boss", "auditor", "admin"}
	for _, c := range []struct {
		path string
		want [5]int
	}{
		{"/reach", [5]int{200, 200, 200, 200, 403}},
		{"/reach/matrix.csv", [5]int{200, 200, 200, 200, 403}},
		{"/reach/posts.csv", [5]int{200, 200, 200, 200, 403}},
		{"/reach/budget", [5]int{200, 200, 200, 200, 200}},
		{at(city.ID, ""), [5]int{404, 404, 200, 200, 403}},
		{at(city.ID, "/days.csv"), [5]int{404, 404, 200, 200, 403}},
		{at(city.ID, "/readings.csv"), [5]int{404, 404, 200, 200, 403}},
		{at(city.ID, "/posts.csv"), [5]int{404, 404, 200, 200, 403}},
		{at(district.ID, ""), [5]int{200, 200, 200, 200, 403}},
		{at(district.ID, "/days.csv"), [5]int{200, 200, 200, 200, 403}},
		{at(district.ID, "/posts.csv"), [5]int{200, 200, 200, 200, 403}},
		{at(999, ""), [5]int{404, 404, 404, 404, 403}},
		{at(999, "/readings.csv"), [5]int{404, 404, 404, 404, 403}},
		{at(999, "/posts.csv"), [5]int{404, 404, 404, 404, 403}},
	} {
		for i, name := range who {
			if page := pages.As(name).Get(c.path); page.Status != c.want[i] {
				t.Errorf("GET %s as %s: %d, want %d", c.path, name, page.Status, c.want[i])
			}
		}
	}

	id := stage.One[string](pages.Stage, `SELECT id::text FROM platform_posts WHERE remote_id = '41'`)
	for name, want := range map[string]int{
		"officer": 404, "reviewer": 403, "boss": 409, "auditor": 403, "admin": 403,
	} {
		if page := pages.As(name).
			Post("/reach/posts/"+id+"/note", url.Values{"reason": {"x"}}); page.Status != want {
			t.Errorf("note as %s: %d, want %d", name, page.Status, want)
		}
	}
}

func TestCSVHoldsOnlyWhatThePersonMaySee(t *testing.T) {
	t.Parallel()
	pages, _, _ := filled(t)
	if page := pages.As("officer").
		Get("/reach/matrix.csv"); strings.Contains(page.Body, "环保北京") ||
		strings.Count(page.Body, "\r\n") != 3 {
		t.Errorf("a district's table: %q", page.Body)
	}
	if page := pages.As("officer").Get("/reach/posts.csv?days=90"); strings.Count(page.Body, "\r\n") != 1 {
		t.Errorf("a district's posts: %q", page.Body)
	}
	all := pages.As("boss").Get("/reach/posts.csv?days=90").Body
	if strings.Count(all, "\r\n") != 5 || !strings.Contains(all, "https://weibo.com/5600000001/41") {
		t.Errorf("all posts: %q", all)
	}
	if page := pages.As("boss").
		English().
		Get("/reach/matrix.csv"); !strings.Contains(page.Body, "Followers") ||
		!strings.Contains(page.Body, "Total") {
		t.Errorf("in English: %q", page.Body)
	}

	for _, path := range []string{
		"/reach/matrix.csv?days=x", "/reach/posts.csv?from=x", "/reach/matrix.csv?sort=x",
	} {
		pages.As("boss").Get(path).Want(422)
	}
}

func TestManyAccountsArePaged(t *testing.T) {
	t.Parallel()

	pages := newWorld(t)
	for i := range 53 {
		pages.Account(fmt.Sprintf("示例%02d", i), "朝阳区", account.Manual, false)
	}
	first := pages.As("boss").
		Get("/reach").
		Want(200).
		WantCount(".reach-table tbody tr:not(.total)", 50).
		WantText(".total", "53 个账号")
	next, ok := first.Find("a[rel=next]").Attr("href")
	if !ok {
		t.Fatal("no way to the next page")
	}
	second := pages.As("boss").
		Get(next).
		WantCount(".reach-table tbody tr:not(.total)", 3).
		WantCount("a[rel=next]", 0)
	if second.Find(".pager a").Length() != 1 {
		t.Error("no way back")
	}
	pages.As("boss").
		Get("/reach?sort=silence").
		Want(200).
		WantCount("th[aria-sort=descending]", 1).
		WantText("main > section:first-of-type, #accounts h2", "各账号")
	pages.As("boss").
		Get("/reach?sort=per10k&up=1").
		Want(200).
		WantCount("#accounts th[aria-sort=ascending]", 1)
	// not one of the reader's: no filter
	pages.As("boss").Get("/reach?unit=999").Want(200).WantText(".total", "53 个账号")
	pages.As("boss").Get("/reach?page=99").Want(200).WantCount(".reach-table tbody tr:not(.total)", 0)
	pages.As("boss").
		Get("/reach?sort=handle&up=1&page=1").
		WantText(".reach-table tbody tr:first-child", "示例50")
}

func TestAPostWithoutCountsSaysWhy(t *testing.T) {
	t.Parallel()
	pages, account, _ := filled(t)
	if _, err := pages.DB.Pool().Exec(t.Context(), `UPDATE platform_posts
			SET read_at = NULL, next_read_at = $1 WHERE remote_id = '42'`, now); err != nil {
		t.Fatal(err)
	}
	id := stage.One[string](pages.Stage, `SELECT id::text FROM platform_posts WHERE remote_id = '42'`)
	pages.As("boss").Get("/reach/posts/"+id).Want(200).WantText("main", "还没有读过")
	pages.As("boss").Get(at(account.ID, "?sort=time")).WantText("#best", "待读取")
	if _, err := pages.DB.Pool().Exec(t.Context(), `UPDATE platform_posts SET next_read_at = NULL
			WHERE remote_id = '42'`); err != nil {
		t.Fatal(err)
	}
	pages.As("boss").Get("/reach/posts/"+id).WantText("main", "没有可读取的接口")
}

func TestAChangedPostShowsBothTextsAndItsGrowth(t *testing.T) {
	t.Parallel()

	pages, _, _ := filled(t)
	for _, sql := range []string{
		`UPDATE platform_posts SET state = 'changed', was_text = '原来的话', text = '改过的话' WHERE remote_id = '41'`,
		`INSERT INTO post_readings (platform_post_id, taken_at, reposts, comments, likes)
				SELECT id, timestamptz '2026-11-10 01:00Z' + n * interval '1 hour', n, n, n * 10
		 FROM platform_posts, generate_series(1, 3) n WHERE remote_id = '41'`,
	} {
		if _, err := pages.DB.Pool().Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	page := pages.As("boss").Get("/reach/posts/" + stage.One[string](pages.Stage, `SELECT id::text
			FROM platform_posts WHERE remote_id = '41'`)).Want(200)
	page.WantText("main", "原来的话").
		WantText("main", "改过的话").
		WantText("main", "改动之前").
		WantCount("figure.chart", 1).
		WantCount("figure.chart tbody tr", 3)
	pages.As("boss").Get("/reach").WantText("#noticed", "内容有变")
}

func TestTroubleAndProgressStandOnTheAccountsPage(t *testing.T) {
	t.Parallel()
	pages, account, b := filled(t)
	if _, err := pages.DB.Pool().
		Exec(t.Context(), `UPDATE account_watches SET reason = 'token'`); err != nil {
		t.Fatal(err)
	}
	pages.As("boss").Get(at(account.ID, "")).WantText(".banner-warn", "读取已暂停")
	if err := pages.Reach.StartBackfill(t.Context(), pages.People["admin"], b.ID); err != nil {
		t.Fatal(err)
	}
	pages.As("boss").Get(at(b.ID, "")).WantText(".banner-info", "正在取回历史微博")
	if _, err := pages.Reach.FetchPast(t.Context(), b.ID); err != nil {
		t.Fatal(err)
	}
	pages.As("boss").Get(at(b.ID, "")).WantText(".banner-info", "最新 5 条")
}

// data are the names of units and accounts, which are never translated.
var data = strings.NewReplacer("环保北京", "", "朝阳环保示例", "", "环保局", "", "朝阳区", "", "admin", "")

func TestPagesWorkInEnglish(t *testing.T) {
	t.Parallel()

	pages, account, _ := filled(t)
	for _, path := range []string{"/reach", at(account.ID, ""), "/reach/budget"} {
		page := pages.As("boss").English().Get(path).Want(200)
		// names and texts stay Chinese
		page.Find("main").
			Find("a, .reach-table th, .posts-table th, .posts-table td, script, svg, .note, h1").
			Remove()

		for _, r := range data.Replace(page.Find("main").Text()) {
			if r >= 0x4E00 && r <= 0x9FFF {
				t.Errorf(
					"%s keeps Chinese: %.300q",
					path,
					strings.Join(strings.Fields(page.Find("main").Text()), " "),
				)

				break
			}
		}
	}
}
