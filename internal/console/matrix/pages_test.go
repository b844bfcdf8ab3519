package matrix_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"juzhen/internal/account"
	"juzhen/internal/e2e/stage"
)

// TestEachRouteAsksForItsRole types by hand who may open or do what with an account of the district:
// status codes of the answers.
func TestEachRouteAsksForItsRole(t *testing.T) {
	t.Parallel()
	pages := newWorld(t)
	a := pages.Account("朝阳环保示例", "朝阳区", account.Public, true)
	pages.Person("reviewer", "reviewer", "朝阳区")
	pages.Person("auditor", "auditor", "环保局")

	who := []string{"", "officer", "reviewer", "boss", "auditor", "district admin", "admin"}
	for _, c := range []struct {
		method, path string
		want         [7]int // in the order of who
	}{
		{"GET", "/matrix", [7]int{303, 200, 200, 200, 200, 200, 200}},
		{"GET", "/matrix/accounts/new", [7]int{303, 403, 403, 403, 403, 200, 200}},
		{"GET", at(a.ID, ""), [7]int{303, 200, 200, 200, 200, 200, 200}},
		{"GET", at(a.ID, "/backfill"), [7]int{303, 200, 200, 200, 200, 200, 200}},
		{"GET", at(a.ID, "/edit"), [7]int{303, 403, 403, 403, 403, 200, 200}},
		{"POST", "/matrix/accounts", [7]int{303, 403, 403, 403, 403, 422, 422}},
		{"POST", at(a.ID, "/edit"), [7]int{303, 403, 403, 403, 403, 422, 422}},
		{"POST", at(a.ID, "/state"), [7]int{303, 403, 403, 403, 403, 422, 422}},
		{"POST", at(a.ID, "/token"), [7]int{303, 403, 403, 403, 403, 422, 422}},
		{"POST", at(a.ID, "/import"), [7]int{303, 403, 403, 403, 403, 422, 422}},
		{"GET", "/oauth/weibo/callback", [7]int{303, 403, 403, 403, 403, 409, 409}},
	} {
		for i, name := range who {
			browser := pages.As(name)
			page := browser.Do(c.method, c.path, url.Values{})
			if page.Status != c.want[i] && (name != "" || page.Status != 303 && page.Status != 401) {
				t.Errorf("%s %s as %q: %d, want %d", c.method, c.path, name, page.Status, c.want[i])
			}
		}
	}
	if got := stage.One[string](pages.Stage, `
		SELECT state || ' ' || (SELECT count(*) FROM accounts) FROM accounts`); got != "preparing 1" {
		t.Errorf("something changed: %s", got)
	}
}

func TestTheListSaysWhatNeedsAttention(t *testing.T) {
	t.Parallel()
	pages := newWorld(t)
	good := pages.Account("环保北京", "环保局", account.Manual, false)
	bad := pages.Account("朝阳环保示例", "朝阳区", account.Public, true)
	if _, err := pages.Accounts.Test(t.Context(), pages.People["admin"], bad.ID); err != nil {
		t.Fatal(err)
	}

	for _, id := range []int64{good.ID, bad.ID} {
		if _, err := pages.Accounts.SetState(
			t.Context(),
			pages.People["admin"],
			id,
			account.Live,
			"",
		); err != nil {
			t.Fatal(err)
		}
	}
	pages.As("boss").
		Get("/matrix").
		WantText("main", "运行中 2 个").
		WantCount("a[href='/matrix?token=trouble']", 0)
	if _, err := pages.Accounts.RevokeToken(t.Context(), pages.People["admin"], bad.ID, "外泄"); err != nil {
		t.Fatal(err)
	}
	pages.As("boss").Get("/matrix").WantCount("a[href='/matrix?token=trouble']", 1)
	pages.As("boss").
		Get("/matrix?token=trouble").
		WantCount("table.rows tbody tr", 1).
		WantText("tbody", "授权已撤销").
		WantText(".chips", "需要处理")
	pages.As("boss").Get("/matrix?token=good").WantCount("table.rows tbody tr", 1).WantText("tbody", "不需要")
	pages.As("boss").
		Get("/matrix?unit="+stage.One[string](pages.Stage, "SELECT id::text FROM units WHERE name = '朝阳区'")).
		WantCount("table.rows tbody tr", 1).
		WantText(".chips", "朝阳区")
	pages.As("boss").Get("/matrix?state=live&q=朝阳").WantCount(".chips li", 2)
}

func TestTheListIsSortedByItsHeadings(t *testing.T) {
	t.Parallel()
	pages := newWorld(t)
	pages.Account("环保北京", "环保局", account.Manual, false)
	pages.Account("京环之声", "环保局", account.Commercial, false)
	pages.Account("北京环境监测", "环保局", account.Commercial, true)
	c := pages.Account("朝阳环保示例", "朝阳区", account.Public, true)
	_, err := pages.DB.Pool().Exec(t.Context(), `INSERT INTO platform_posts (account_id, platform, remote_id,
			origin, posted_at, text, original, pictures, state, state_at, reposts, comments, likes)
VALUES ($1, 'weibo', '9', 'past', $2, '', true, 0, 'live', $2, 0, 0, 0)`, c.ID, now)
	if err != nil {
		t.Fatal(err)
	}

	for query, want := range map[string]string{
		"": "环保北京 京环之声 北京环境监测 朝阳环保示例", "sort=handle": "京环之声 北京环境监测 朝阳环保示例 环保北京",
		"sort=unit&down=1": "朝阳环保示例 环保北京 京环之声 北京环境监测", "sort=last&down=1": "朝阳环保示例 环保北京 京环之声 北京环境监测",
		"sort=last":  "朝阳环保示例 环保北京 京环之声 北京环境监测", // what was never posted comes last either way
		"sort=token": "京环之声 北京环境监测 朝阳环保示例 环保北京", "sort=connector": "京环之声 北京环境监测 朝阳环保示例 环保北京",
		"sort=connector&down=1": "环保北京 朝阳环保示例 京环之声 北京环境监测", "sort=next": "环保北京 京环之声 北京环境监测 朝阳环保示例",
		"sort=state&unit=" + stage.One[string](pages.Stage, "SELECT id::text FROM units WHERE name = '朝阳区'"): "朝阳环保示例",
	} {
		page := pages.As("boss").Get("/matrix?" + query).Want(200)

		var got []string
		for i := range page.Find("tbody tr").Length() {
			got = append(got, strings.TrimPrefix(page.Find("tbody tr").Eq(i).Find("th a").Text(), "@"))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %s, want %s", query, strings.Join(got, " "), want)
		}
	}
	pages.As("boss").
		Get("/matrix?sort=handle&down=1").
		WantCount("th[aria-sort=descending]", 1).
		WantCount("th a[href='/matrix?sort=handle']", 1)
	pages.As("boss").Get("/matrix").WantCount("th[aria-sort]", 0).WantCount("th a.sort", 7)
	pages.As("boss").
		Get("/matrix?sort=last&down=1").
		WantCount("select[name=sort] option[value=last][selected]", 1).
		WantCount("input[name=down]:checked", 1)
	pages.As("officer").Get("/matrix?sort=handle").WantCount("tbody tr", 1)
	pages.As("boss").Get("/matrix?sort=secret").Want(422)
}

func TestAForeignPostIsAnnouncedOnTheAccountsPage(t *testing.T) {
	t.Parallel()
	pages := newWorld(t)
	a := pages.Account("环保北京", "环保局", account.Commercial, true)
	_, err := pages.DB.Pool().Exec(t.Context(), `INSERT INTO platform_posts (account_id, platform, remote_id,
			origin, posted_at, text, original, pictures, state, state_at, reposts, comments, likes)
VALUES ($1, 'weibo', '9', 'elsewhere', $2, '不该出现', true, 0, 'live', $2, 0, 0, 0)`, a.ID, now)
	if err != nil {
		t.Fatal(err)
	}
	page := pages.As("admin").Get(at(a.ID, "")).Want(200).WantText(".banner-warn", "1 条微博需要核对")
	if strings.Contains(page.Body, "不该出现") {
		t.Error("an administrator reads a text")
	}
	if page.Find(".banner-warn a").Length() != 0 {
		t.Error("an administrator is led to figures he may not see")
	}
	pages.As("boss").
		Get(at(a.ID, "")).
		WantCount(fmt.Sprintf(".banner-warn a[href='/reach/accounts/%d#noticed']", a.ID), 1)
	pages.As("admin").Get("/matrix").WantText("tbody", "平台上有异常")
}

func TestTheAccountsPageNamesTheNextStep(t *testing.T) {
	t.Parallel()
	pages := newWorld(t)
	fresh := pages.Account("环保北京", "环保局", account.Commercial, false)
	hand := pages.Account("京环之声", "环保局", account.Manual, false)
	tested := pages.Account("北京环境监测", "环保局", account.Commercial, true)
	browser := pages.As("admin")
	browser.Get(at(fresh.ID, "")).
		WantText("main", "下一步：管理员授权").
		WantCount("form[action$='/authorise'] .btn-primary", 1)
	browser.Get(at(hand.ID, "")).
		WantText("main", "下一步：管理员启用账号").
		WantCount("form[action$='/authorise']", 0).
		WantCount("#h-token", 0)
	browser.Get(at(tested.ID, "")).
		WantText("main", "下一步：管理员测试接口").
		WantCount("form[action$='/test'] .btn-primary", 1)
	browser.Post(at(tested.ID, "/test"), nil).Want(303)
	browser.Get(at(tested.ID, "")).
		WantText("main", "下一步：管理员启用账号").
		WantCount("form[action$='/state'] .btn-primary", 1)
	browser.Post(at(tested.ID, "/state"), url.Values{"to": {"live"}}).Want(303)
	browser.Get(at(tested.ID, "")).WantText("main", "可以发布").WantCount("#suspend", 1).WantCount("#close", 1)
	browser.Post(at(tested.ID, "/state"), url.Values{"to": {"closed"}, "reason": {"注销"}}).Want(303)
	browser.Get(at(tested.ID, "")).
		WantText("main", "账号已关停").
		WantCount("#suspend", 0).
		WantCount("#close", 0).
		WantCount("a[href$='/edit']", 0)
	browser.Post(at(tested.ID, "/state"), url.Values{"to": {"live"}}).Want(409)
	pages.As("boss").English().Get(at(fresh.ID, "")).WantText("main", "Next: an administrator authorises it")
}

// data are the names of units and accounts, which are never translated.
var data = strings.NewReplacer("环保北京", "", "朝阳环保示例", "", "环保局", "", "朝阳区", "", "admin", "")

func TestPagesWorkInEnglish(t *testing.T) {
	t.Parallel()
	pages := newWorld(t)

	a := pages.Account("环保北京", "环保局", account.Commercial, true)
	for _, path := range []string{"/matrix", "/matrix/accounts/new", at(a.ID, ""), at(a.ID, "/edit")} {
		page := pages.As("admin").English().Get(path).Want(200)
		// data of the account stays Chinese
		page.Find("main").Find("a, td, th, dd, option, input, .tree, time, h1").Remove()

		for _, r := range data.Replace(page.Find("main").Text()) {
			if r >= 0x4E00 && r <= 0x9FFF {
				t.Errorf(
					"%s keeps Chinese: %.200q",
					path,
					strings.Join(strings.Fields(page.Find("main").Text()), " "),
				)

				break
			}
		}
	}
}
