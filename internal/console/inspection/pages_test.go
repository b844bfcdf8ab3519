package inspection_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/console/inspection"
	"juzhen/internal/e2e/stage/pages"
	"juzhen/internal/inspect"
	"juzhen/internal/sheet"
)

var now = time.Date(2026, 11, 30, 1, 0, 0, 0, time.UTC)

func newWorld(t *testing.T) *pages.Pages {
	t.Helper()

	return pages.New(t, now, func(p *pages.Pages) {
		inspection.Register(p.Kit, inspection.Deps{
			Inspect: inspect.New(p.DB, p.Now).Seeing(nil, replies), Accounts: p.Accounts, Units: p.Org,
		})
	})
}

func replies(context.Context, int64, time.Time, time.Time) (inspect.Replies, error) {
	return inspect.Replies{Known: true, Asked: 8, Answered: 6, Half: 90 * time.Minute}, nil
}

// silent is a live account of the district whose latest post is so many days old.
func silent(p *pages.Pages, handle string, days int) account.Account {
	a := p.Account(handle, "朝阳区", account.Manual, false)
	p.Exec("UPDATE accounts SET state = 'live', created_at = '2026-01-01' WHERE id = $1", a.ID)
	p.Exec(`
INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original, pictures,
    state, state_at, reposts, comments, likes)
VALUES ($1, 'weibo', $2, 'past', $3, '某文', true, 0, 'live', now(), 0, 0, 0)`,
		a.ID, fmt.Sprint(a.ID), now.AddDate(0, 0, -days))

	return a
}

func TestTheFirstSentenceSaysWhoFails(t *testing.T) {
	t.Parallel()
	p := newWorld(t)
	p.As("boss").Get("/inspection").Want(200).WantText(".empty-state", "没有可以检查的账号")

	silent(p, "新鲜示例", 1)
	p.As("boss").Get("/inspection").Want(200).
		WantText("#answer.banner-good", "下一个不合格的是 @新鲜示例：2026-12-14，还有 14 天")
	silent(p, "临近示例", 12)
	p.As("boss").Get("/inspection").WantText("#answer.banner-warn", "下一个不合格的是 @临近示例：2026-12-03，还有 3 天")
	silent(p, "同日示例", 12)
	silent(p, "过期示例", 20)
	page := p.As("boss").Get("/inspection").Want(200)
	page.WantText("#answer.banner-bad", "现在不合格的有 1 个账号。如果不再做任何事，下一批不合格的是 @临近示例 等 2 个账号")
	page.WantText("tbody tr:first-child", "过期示例").WantText("tbody tr:first-child .state-red", "不合格").
		WantText("tbody tr:first-child", "已 5 天").WantText("tbody tr:nth-child(2) .state-orange", "即将不合格").
		WantText("tbody tr:nth-child(2)", "须在 2026-12-02 结束前发布一条").WantCount("tbody tr", 4)
	p.As("boss").English().Get("/inspection").
		WantText("#answer", "1 account fails now. If nothing is done").WantText("tbody", "Publish a post now")
}

// TestAWordInAPublishedPostIsShown with its passage and the day of the list, and how far the posts are looked
// through.
func TestAWordInAPublishedPostIsShown(t *testing.T) {
	t.Parallel()
	p := newWorld(t)
	fresh := silent(p, "新鲜示例", 1)
	p.Exec(`
INSERT INTO lexicons (unit_id, kind, name, state, version, entries, created_at)
VALUES ($1, 'grave', '某表', 'on', 1, 1, $2)`, p.Units["环保局"].UnitID, now)
	p.Exec(`
INSERT INTO wording_findings (platform_post_id, account_id, rule, level, lexicon_id, word, found, passage,
    listed_at, found_at)
SELECT p.id, p.account_id, 'grave', 'block', l.id, '甲词', '甲词', '<b>甲词</b>在此', $2, $2
FROM platform_posts p, lexicons l WHERE p.account_id = $1`, fresh.ID, now)

	page := p.As("boss").Get("/inspection").Want(200)
	page.WantText("#scanned", "还有 1 条").WantText("#answer.banner-bad", "现在不合格的有 1 个账号").
		WantCount("tbody tr", 2).WantText("tbody tr:first-child", "<b>甲词</b>在此").
		WantText("tbody tr:first-child", "依 2026-11-30 的词表").WantText("tbody tr:first-child", "已发文字").
		WantText("tbody tr:first-child", "两人登记例外")
	p.Exec("UPDATE wording_pass SET going = false, ended_at = $1", now)
	p.Exec("DELETE FROM wording_unread")
	p.As("boss").Get("/inspection").WantText("#scanned", "全部按现在的词表扫过")
	p.As("boss").English().Get("/inspection").WantText("#scanned", "Last finished").
		WantText("tbody tr:first-child", "by the list of 2026-11-30")
}

func TestTheAddressFilters(t *testing.T) {
	t.Parallel()
	p := newWorld(t)
	near := silent(p, "临近示例", 12)
	silent(p, "过期示例", 20)
	boss := p.As("boss")

	boss.Get("/inspection?state=soon").WantCount("tbody tr", 1).WantText(".chips:not(.sums)", "即将不合格")
	boss.Get("/inspection?state=ok").WantText(".empty-state", "没有这样的账号")
	boss.Get("/inspection?state=nope").WantCount("tbody tr", 2)
	boss.Get(fmt.Sprintf("/inspection?unit=%d", p.Units["朝阳区"].UnitID)).WantCount("tbody tr", 2).
		WantText(".chips:not(.sums)", "朝阳区")
	boss.Get("/inspection?unit=999").WantCount("tbody tr", 2) // not one of the reader's: no filter
	boss.Get(fmt.Sprintf("/inspection?account=%d", near.ID)).WantCount("tbody tr", 1)
	boss.Get("/inspection?account=999").Want(404)
	boss.Get("/inspection?at=2026-12-04").
		WantCount("tbody .state-red", 2).
		WantText(".chips:not(.sums)", "2026-12-04")
	boss.Get("/inspection?at=morgen").Want(422)
	boss.Get("/inspection?at=2029-01-01").Want(422)
	p.As("officer").Get("/inspection").WantCount("tbody tr", 2)
	p.As("admin").Get("/inspection").Want(403)
}

func TestManyAccountsArePaged(t *testing.T) {
	t.Parallel()

	p := newWorld(t)
	for i := range 53 {
		silent(p, fmt.Sprintf("示例%02d", i), 1)
	}
	first := p.As("boss").Get("/inspection").WantCount("tbody tr", 50)
	next, ok := first.Find("a[rel=next]").Attr("href")
	if !ok {
		t.Fatal("no way to the next page")
	}
	p.As("boss").Get(next).WantCount("tbody tr", 3).WantCount("a[rel=next]", 0)
	p.As("boss").Get("/inspection?page=99").Want(200).WantCount("tbody tr", 0)
}

// TestAChecklistIsWrittenOnItsPage with a link, what is wrong told in its place, and its history says what
// changed.
func TestAChecklistIsWrittenOnItsPage(t *testing.T) {
	t.Parallel()
	p := newWorld(t)
	near := silent(p, "临近示例", 1)
	p.Exec("UPDATE inspection_rules SET from_day = '2019-04-01' WHERE kind = 'interaction'")
	boss, path := p.As("boss"), fmt.Sprintf("/inspection/accounts/%d", near.ID)

	boss.Get("/inspection?rule=interaction").WantCount("tbody tr", 1).WantText("tbody", "没有检查过").
		WantText("#answer.banner-warn", "互动功能待检查或有缺项的有 1 个账号").WantCount("a[href='"+path+"']", 1)

	form := boss.Get(path).Want(200).WantText("#now", "互动功能还没有检查过").
		WantText("#now", "应答 8 件，答复 6 件（75%） · 半数在 1.5 小时 内首次答复").Form("form.form")
	for _, question := range []string{"comments", "messages", "auto_reply", "menu"} {
		form.Set("given_"+question, "yes")
		form.Set("evidence_"+question, "看过")
	}
	form.Set("given_comments", "no")
	form.Set("link_menu", "weibo")
	boss.Post(path, form).Want(422).WantText("#q-menu .field-wrong", "请写完整的网址").
		WantText("[name=evidence_comments]", "看过").WantCount("[name=given_comments] [value=no][selected]", 1)
	form.Set("link_menu", "https://weibo.com/u/1")
	boss.Post(path, form).Want(303)
	boss.Post(path, form).Want(409).WantText("main", "刚刚有人检查过")

	p.As("officer").Get(path).Want(200).WantCount("main form", 0).WantText("#check-1", "公众可以评论").
		WantText("#now", "互动检查表：公众可以评论——否").WantCount("#check-1 a[href='https://weibo.com/u/1']", 1)
	p.As("officer").Post(path, form).Want(403)
	boss.Get("/inspection?state=fail").WantCount("tbody tr", 1).WantText("tbody", "公众可以评论——否")

	form = boss.Get(path).Form("form.form")
	for _, question := range []string{"comments", "messages"} {
		form.Set("given_"+question, "yes")
		form.Set("evidence_"+question, "又看过")
	}

	for _, question := range []string{"auto_reply", "menu"} {
		form.Set("given_"+question, "none")
	}
	boss.Post(path, form).Want(303)
	boss.Get(path).WantText("#check-2", "公众可以评论：否 → 是").WantText("#check-2", "菜单和服务入口可用：是 → 不适用").
		WantCount(".look-past", 2).WantText("#now", "2026-12-31 之前再检查一次")
	boss.English().Get(path).WantText("#check-2", "The public can comment: No → Yes")
	boss.Get("/inspection/accounts/999").Want(404)
	boss.Get(path + "/checks/1/comments").Want(404)
	p.As("admin").Get(path).Want(403)
}

// TestAKeptInspectionIsShownBesideToday: the list counts it, its page shows what was said then and what is
// said now, the file holds the rows of the filter as texts.
func TestAKeptInspectionIsShownBesideToday(t *testing.T) {
	t.Parallel()
	p := newWorld(t)
	p.As("boss").Get("/inspection/runs").Want(200).WantText(".empty-state", "还没有存下的检查")
	silent(p, "新鲜示例", 1)
	late := silent(p, "过期示例", 20)
	rules := inspect.New(p.DB, p.Now)
	if err := rules.Keep(t.Context()); err != nil {
		t.Fatal(err)
	}

	list := p.As("boss").Get("/inspection/runs").Want(200).WantCount("tbody tr", 1).
		WantText("tbody tr", "2026-11-30 当周").WantText("tbody tr", "每周")
	list.WantText(".run-sums li:first-child", "不合格 1").WantText(".run-sums li:last-child", "合格 1").
		WantCount(".run-sums li", 2)
	path, _ := list.Find("tbody th a").Attr("href")
	p.As("boss").Get("/inspection").WantCount("a[href='/inspection/runs']", 1)

	p.Exec("UPDATE accounts SET handle = '改了名' WHERE id = $1", late.ID)
	p.Exec("UPDATE platform_posts SET posted_at = $2 WHERE account_id = $1", late.ID, now.AddDate(0, 0, -1))
	run := p.As("boss").Get(path).Want(200).WantText("h1", "2026-11-30 当周的检查").WantCount("tbody tr", 2)
	run.WantText("tbody tr:first-child th", "@过期示例").WantText("tbody tr:first-child .state-red", "不合格").
		WantText("tbody tr:first-child", "距今 20 天").WantText("tbody tr:first-child td:last-child", "合格").
		WantText("tbody tr:last-child", "合格的不记原因").WantCount("tbody tr:last-child .reasons", 0)
	p.As("boss").English().Get(path).WantText("h1", "Inspection: Week of 2026-11-30").
		WantText("tbody tr:first-child .reasons", "days ago")
	p.As("boss").Get(path+"?state=fail").WantCount("tbody tr", 1).
		WantCount("a[href='"+path+"/export.xlsx?state=fail']", 1)
	p.As("boss").Get(path+"?state=soon").WantText(".empty-state", "没有这样的账号")
	p.As("boss").Get("/inspection/runs?cycle=quarter").WantText(".empty-state", "还没有存下的检查")
	p.As("boss").Get("/inspection/runs?cycle=nope").WantCount("tbody tr", 1)

	file := p.As("boss").Get(path + "/export.xlsx?state=fail").Want(200)
	rows, err := sheet.Rows([]byte(file.Body), sheet.Limits{
		Bytes: 1 << 20, Unzipped: 1 << 22, Rows: 100, Columns: 20, Cell: 4000,
	})
	if err != nil || len(rows) != 2 || rows[1].Cells[0] != "@过期示例" || rows[1].Cells[4] != "不合格" ||
		rows[1].Cells[5] != "2026-11-25" {
		t.Errorf("%v, %v", rows, err)
	}
	p.Exec(`
INSERT INTO inspection_runs (cycle, day, at)
SELECT 'week', date '2026-11-23' - 7 * n, $1 FROM generate_series(1, 20) n`, now)
	second, _ := p.As("boss").
		Get("/inspection/runs").
		WantCount("tbody tr", 20).
		Find("a[rel=next]").
		Attr("href")
	p.As("boss").Get(second).WantCount("tbody tr", 1).WantText("tbody tr", "2026-07-06 当周").
		WantCount("a[rel=next]", 0)
	p.As("boss").Get("/inspection/runs/999").Want(404)
	p.As("boss").Get("/inspection/runs/999/export.xlsx").Want(404)
	p.As("admin").Get(path).Want(403)
}
