package posts_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"juzhen/internal/review"
	"juzhen/internal/web/webtest"
)

func TestHomeShowsWhatNeedsThePersonAndWhatGoesOutToday(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.as("writer").
		Get("/").
		Want(200).
		WantText("h1", "工作台").
		WantText("main", "都处理好了").
		WantText("main", "今天没有安排发布").
		WantText("main", "没有未完成的草稿")
	w.draft("写了一半")
	post := w.submitted("今日通报")
	w.as("reviewer").
		Get("/").
		Want(200).
		WantText(".matters", "待审：今日通报").
		WantText(".agenda", "13:00").
		WantText(".agenda", "今日通报")
	w.as("writer").
		Get("/").
		WantText("[aria-labelledby=h-drafts]", "写了一半").
		WantText("[aria-labelledby=h-today]", "今日通报")
	w.decide(post.ID, review.Return, "请核对数据")
	w.as("writer").
		Get("/").
		WantText(".matters", "被退回：“今日通报”。意见：请核对数据").
		WantText("[aria-labelledby=h-drafts]", "退回")
	admin := w.as("admin").
		Get("/").
		Want(200).
		WantText(".account-lines", "@停用示例").
		WantText("aside", "5 个账号，2 个可以发布").
		WantText(".account-lines", "@京环之声授权已过期")
	if strings.Contains(admin.Body, "今日通报") {
		t.Error("an administrator reads posts")
	}
	if far := w.as("afar").Get("/").Want(200); strings.Contains(far.Body, "今日通报") {
		t.Error("another unit's post is shown")
	}
}

func TestTheListFiltersAndSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("writer")
	browser.Get("/posts").Want(200).WantText(".empty-state", "还没有稿件").WantText(".empty-state a", "写第一篇稿")
	w.as("reviewer").Get("/posts").WantText(".empty-state", "您管辖的单位")
	w.draft("空气通报", 1, 2, 3, 4)
	w.submitted("水质通报", 2)
	all := browser.Get("/posts").
		Want(200).
		WantCount("table.rows tbody tr", 2).
		WantText("tbody tr:first-child", "水质通报").
		WantText("tbody tr:first-child", "待审")
	all.WantText("tbody", "@环保北京 @京环之声 等 4 个").WantText("tbody", "今天 13:00")

	for query, want := range map[string]string{
		"q=水质":                     "水质通报",
		"state=draft":              "空气通报",
		"account=4":                "空气通报",
		"unit=1&q=空气":              "空气通报",
		"author=1&state=submitted": "水质通报",
		"from=2026-11-23&to=2026-11-23&account=1": "空气通报",
	} {
		page := browser.Get("/posts?"+query).
			Want(200).
			WantCount("table.rows tbody tr", 1).
			WantText("tbody", want)
		if n := strings.Count(query, "="); page.Find(".chips li").Length() != n {
			t.Errorf("%s: %d chips, want %d", query, page.Find(".chips li").Length(), n)
		}
	}
	browser.Get("/posts?q=没有").WantText(".empty-state", "没有符合条件的稿件").WantText(".empty-state a", "清除筛选")
	browser.Get("/posts?to=2026-11-22").WantText(".empty-state", "没有符合条件")
	w.as("afar").Get("/posts").WantText(".empty-state", "还没有稿件")
	w.as("admin").Get("/posts").Want(403)
}

func TestTheListPages(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for i := range 52 {
		w.now = w.now.Add(time.Second)
		w.draft(fmt.Sprintf("第 %d 篇", i))
	}
	browser := w.as("writer")
	page := browser.Get("/posts?state=draft").Want(200).WantCount("table.rows tbody tr", 50)
	next, _ := page.Find("a[rel=next]").Attr("href")
	browser.Get(next).
		Want(200).
		WantCount("table.rows tbody tr", 2).
		WantText(".pager", "回到第一页").
		WantText(".chips", "草稿")
}

func TestAPostTellsItsStory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.submitted("今日空气质量良")
	w.decide(post.ID, review.Return, "请补充首要污染物")
	path := fmt.Sprintf("/posts/%d", post.ID)
	page := w.as("writer").
		Get(path).
		Want(200).
		WantText(".lead", "退回").
		WantText(".lead", "等作者按意见修改").
		WantText(".opinion", "请补充首要污染物")
	page.WantText(".timeline", "退回第 1 版").WantText(".page-actions", "按意见修改")
	w.now = w.now.Add(time.Minute)
	to := w.as("writer").Post(path+"/revise", nil).Want(303).Location
	values := w.as("writer").Get(to).Want(200).WantText(".lead", "第 2 版").Form("#compose")
	values.Set("text", "今日空气质量良，首要污染物臭氧")
	values.Set("act", "submit")
	w.as("writer").Post("/posts/save", values).Want(303)
	w.decide(post.ID, review.Approve, "好")
	page = w.as("writer").
		Get(path).
		Want(200).
		WantText(".lead", "到时自动发送").
		WantText(".timeline > li:first-child", "批准第 2 版").
		WantText("aside .facts", "第 2 版 · 已批准")
	page.WantCount(".deliveries tbody tr", 2).WantText(".deliveries", "取消发送").WantText("#acts", "撤回")
	if id := page.Find("aside code").AttrOr("title", ""); len(id) != 64 {
		t.Errorf("fingerprint %q", id)
	}
	w.as("afar").Get(path).Want(404)
	w.as("reviewer").Get(path).Want(200).WantCount("#acts", 0)
	w.as("writer").Get("/posts/x").Want(404)
}

func TestTheDifferenceToTheLastApprovalIsShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.approved("今日空气质量良")
	path := fmt.Sprintf("/posts/%d", post.ID)
	to := w.as("writer").Post(path+"/revise", nil).Want(303).Location
	values := w.as("writer").Get(to).Form("#compose")
	values.Set("text", "今日空气质量优")
	values["account"] = []string{"1", "4"}
	values.Set("act", "submit")
	w.as("writer").Post("/posts/save", values).Want(303)

	for _, target := range []string{path, fmt.Sprintf("/reviews/%d", post.ID)} {
		page := w.as("reviewer").Get(target).Want(200)
		page.WantText(".difference del", "良").
			WantText(".difference ins", "优").
			WantText(".difference", "@朝阳环保示例").
			WantText(".difference", "新增账号").
			WantText(".difference", "不再发布")
	}
}

func TestActsOnAPostAnswerInWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.approved("今日空气质量良")
	path, browser := fmt.Sprintf("/posts/%d", post.ID), w.as("writer")
	browser.Post(path+"/reschedule", form("when", "at", "due", "2026-11-23T09:00")).
		Want(422).
		WantText("#reschedule .field-error", "已过")
	browser.Post(path+"/reschedule", form("when", "at")).
		Want(422).
		WantText("#reschedule .field-error", "请选择立即发布或新的时间")
	browser.Post(path+"/reschedule", form("when", "at", "due", "2026-11-23T19:30")).Want(303)
	page := browser.Get(path).WantText(".banner-good", "已改期").WantText("aside .facts", "今天 19:30")
	cancel, _ := page.Find("form[action$=cancel]").Attr("action")
	browser.Post(cancel, form("reason", "此账号另有安排")).Want(303)
	browser.Get(path).WantText(".deliveries", "已取消")
	other := w.approved("另一份")
	browser.Post(strings.Replace(cancel, path+"/", fmt.Sprintf("/posts/%d/", other.ID), 1), form("reason", "x")).
		Want(404)
	browser.Post(path+"/withdraw", form("reason", "内容有误")).Want(303)
	browser.Get(path).WantText(".banner-good", "已撤回").WantText(".lead", "已撤回")
	browser.Post(path+"/withdraw", form("reason", "再撤")).Want(409).WantText(".banner-bad", "已撤回")
	w.as("reviewer").Post(path+"/revise", nil).Want(403)
	w.as("afar").Post(path+"/revise", nil).Want(404)
	draft := w.draft("不要了")
	w.as("second").Post(fmt.Sprintf("/posts/%d/revise", draft.ID), nil).Want(409)
	browser.Post(fmt.Sprintf("/posts/%d/delete", post.ID), nil).Want(409)
	browser.Post(fmt.Sprintf("/posts/%d/delete", draft.ID), nil).Want(303)
	browser.Get(fmt.Sprintf("/posts/%d", draft.ID)).Want(404)
}

func TestAFailedAccountIsArrangedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.approved("今日空气质量良", 1)
	w.exec("UPDATE deliveries SET state = 'failed', approved = true")
	path, browser := fmt.Sprintf("/posts/%d", post.ID), w.as("writer")
	page := browser.Get(path).Want(200).WantText(".lead", "失败").WantText(".lead", "请处理")
	replan, _ := page.Find("form[action$=replan]").Attr("action")
	browser.Post(replan, form("when", "at", "reason", "x")).Want(422)
	browser.Post(replan, form("when", "at", "due", "2026-11-23T15:00", "reason", "接口已恢复")).Want(303)
	browser.Get(path).WantText(".deliveries", "待发").WantText(".deliveries", "今天 15:00")
	story := w.text("SELECT '/posts/' || post_id || '/deliveries/' || id FROM deliveries")
	browser.Part("GET", story, nil).Want(200).WantCount("ol.timeline", 1)
	if to := browser.Get(story).Want(303).Location; !strings.HasPrefix(to, "/deliveries/") {
		t.Errorf("leads to %s", to)
	}
	w.as("afar").Part("GET", story, nil).Want(404)
}

func TestThePageLooksAgainWhileSomethingMoves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.approved("今日空气质量良")
	path, browser := fmt.Sprintf("/posts/%d", post.ID), w.as("writer")
	follows := fmt.Sprintf("main[data-follow='post/%d']", post.ID)
	browser.Get(path).WantCount(follows+"[data-every='30']", 1)
	w.exec("UPDATE deliveries SET state = 'unknown'")
	browser.Get(path).
		WantCount(follows+"[data-every='3']", 1).
		WantText(".lead", "结果待核").
		WantText(".lead", "请勿手动重发")

	for state, word := range map[string]string{
		"handoff": "等值班人员",
		"held":    "发送已暂停",
		"sent":    "发送已结束",
		"missed":  "没有发出",
	} {
		w.exec("UPDATE deliveries SET state = $1", state)
		browser.Get(path).WantText(".lead", word)
	}
}

func TestAReviewerSeesExactlyWhatGoesOutAndDecides(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("reviewer")
	browser.Get("/reviews").Want(200).WantText(".empty-state", "没有等候审核的稿件")
	post := w.submitted("#蓝天# 今日空气质量良 https://sthjj.beijing.gov.cn/", 1, 2, 4)
	browser.Get("/reviews").
		WantCount("tbody tr", 1).
		WantText("tbody", "今日空气质量良").
		WantText("tbody", "今天 13:00")
	path := fmt.Sprintf("/reviews/%d", post.ID)
	page := browser.Get(path).
		Want(200).
		WantCount("article.weibo", 2).
		WantText(".weibo-mark", "#蓝天#").
		WantText(".weibo-accounts", "2 个账号发布相同内容").
		WantText(".weibo header .note", "今天 13:00 来自 矩阵台").
		WantText(".decision", "值班宣传专员")
	values := page.Form(".decision form")
	values.Set("decision", "return")
	browser.Post(path, values).Want(422).WantText(".decision .field-error", "请写明退回的意见")
	values.Set("decision", "approve")
	browser.Post(path, values).Want(303)
	browser.Get("/reviews").WantText(".banner-good", "已批准，将按时发布").WantText(".empty-state", "没有等候")
	if got := w.text(
		"SELECT string_agg(DISTINCT state, ' ') FROM deliveries",
	); got != "waiting" &&
		got != "handoff waiting" {
		t.Errorf("deliveries are %s", got)
	}
	browser.Get(path).Want(200).WantText("main", "这份稿件现在不在审核中").WantText(".facts", "值班审核员")
}

func TestTheSecondOfTwoReviewersLearnsWhoWasFirstAndKeepsTheOpinion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.submitted("今日空气质量良")
	path := fmt.Sprintf("/reviews/%d", post.ID)
	first, second := w.as("reviewer"), w.as("other")
	values, g := first.Get(path).Form(".decision form"), second.Get(path).Form(".decision form")
	values.Set("decision", "approve")
	g.Set("decision", "return")
	g.Set("opinion", "首要污染物写错了")
	first.Post(path, values).Want(303)
	second.Post(path, g).
		Want(409).
		WantText(".banner-warn", "值班审核员 已于 11月23日 12:00 批准第 1 版").
		WantText("main", "首要污染物写错了")
}

func TestADecisionOnAnOldTextIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.submitted("今日空气质量良")
	path := fmt.Sprintf("/reviews/%d", post.ID)
	browser := w.as("reviewer")
	values := browser.Get(path).Form(".decision form")
	values.Set("decision", "approve")
	to := w.as("writer").Post(fmt.Sprintf("/posts/%d/revise", post.ID), nil).Want(303).Location
	g := w.as("writer").Get(to).Form("#compose")
	g.Set("text", "换掉的正文")
	g.Set("act", "submit")
	w.as("writer").Post("/posts/save", g).Want(303)
	browser.Post(path, values).Want(409).WantText(".banner-warn", "第 1 版已被修改或撤回")
	values.Set("version", "2")
	browser.Post(path, values).Want(409).WantText(".banner-warn", "与送审内容不一致")
	values.Set("hash", "zz")
	browser.Post(path, values).Want(422)
}

func TestNobodyIsOfferedToReviewTheirOwnWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	both := w.people["writer"]
	both.Grants = append(both.Grants, w.people["reviewer"].Grants...)
	w.people["both"] = both
	post := w.submitted("今日空气质量良")
	path := fmt.Sprintf("/reviews/%d", post.ID)
	browser := w.as("both")
	browser.Get("/reviews").WantText("tbody", "须他人审核")
	browser.Get(path).Want(200).WantText(".decision", "须由其他审核员审核").WantCount(".decision form", 0)
	values := w.as("reviewer").Get(path).Form(".decision form")
	values.Set("decision", "approve")
	browser.Post(path, values).Want(409).WantText("main", "本页是为另一位用户打开的")
	values.Del("page-for")
	browser.Post(path, values).Want(403)
	w.as("writer").Get(path).Want(403)
	w.as("afar").Get(path).Want(403)
	w.as("reviewer").Get("/reviews/999").Want(404)
	w.as("reviewer").Get("/reviews/x").Want(404)
}

func TestALateApprovalAsksForATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.submitted("今日空气质量良")
	w.now = w.now.Add(2 * time.Hour)
	path := fmt.Sprintf("/reviews/%d", post.ID)
	browser := w.as("reviewer")
	values := browser.Get(path).Want(200).WantText(".decision", "原定时间已过").Form(".decision form")
	values.Set("decision", "approve")
	values.Set("opinion", "可以")
	page := browser.Post(path, values).Want(422).WantText(".decision .field-error", "请选择立即发布或新的时间")
	if page.Form(".decision form").Get("opinion") != "可以" {
		t.Error("the opinion was lost")
	}
	values.Set("when", "at")
	values.Set("due", "2026-11-23T16:00")
	browser.Post(path, values).Want(303)
	w.as("writer").Get(fmt.Sprintf("/posts/%d", post.ID)).WantText("aside .facts", "今天 16:00")
}

func TestTheCalendarListsByDayAndFeedsTheScript(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("writer")
	browser.Get("/calendar").Want(200).WantText(".empty-state", "这个月没有安排")
	post := w.approved("今日空气质量良")
	w.draft("没有账号的草稿", 4)
	page := browser.Get("/calendar").
		Want(200).
		WantText("h2", "2026 年 11 月").
		WantText(".day h3", "今天").
		WantText(".agenda", "13:00").
		WantText(".agenda", "已批准")
	page.WantCount("[data-calendar]", 1)
	browser.Get("/calendar?account=2").WantCount(".agenda li", 1)
	browser.Get("/calendar?unit=3").WantCount(".agenda li", 0)
	browser.Get("/calendar?month=2026-12").WantText("h2", "2026 年 12 月").WantText(".empty-state", "没有安排")
	browser.Get("/calendar?month=nonsense").WantText("h2", "2026 年 11 月")

	feed := "/calendar/feed?from=2026-11-01T00:00:00%2B08:00&to=2026-12-01T00:00:00%2B08:00&account=1"
	var entries []map[string]any
	w.must(json.Unmarshal([]byte(browser.Get(feed).Want(200).Body), &entries))
	if len(entries) != 1 || entries[0]["start"] != "2026-11-23T13:00:00+08:00" ||
		entries[0]["url"] != fmt.Sprintf("/posts/%d", post.ID) ||
		entries[0]["state"] != "已批准" ||
		entries[0]["move"] == "" {
		t.Errorf("feed: %v", entries)
	}
	browser.Get("/calendar/feed?from=2026-11-01&to=2027-11-01").Want(422)
	w.must(json.Unmarshal([]byte(w.as("reviewer").Get(feed).Body), &entries))
	if entries[0]["move"] != "" {
		t.Error("a reviewer may drag")
	}
}

func TestDraggingChangesTheTimeOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.approved("今日空气质量良")
	move, browser := fmt.Sprintf("/calendar/%d/move", post.ID), w.as("writer")
	browser.Part("POST", move, form("due_at", "2026-11-25T08:00")).Want(200).WantText("body", "已改期")
	if due := w.text("SELECT due_at::text FROM posts"); !strings.HasPrefix(due, "2026-11-25 00:00:00") {
		t.Errorf("due %s", due)
	}
	browser.Part("POST", move, form("due_at", "2026-11-22T08:00")).Want(422).WantText("body", "已过")
	browser.Part("POST", move, form("due_at", "")).Want(422)
	browser.Post(move, form("due_at", "2026-11-26T08:00")).Want(303)
	d := w.draft("草稿")
	browser.Part("POST", fmt.Sprintf("/calendar/%d/move", d.ID), form("due_at", "2026-11-26T08:00")).Want(200)
	w.as("afar").Part("POST", move, form("due_at", "2026-11-26T08:00")).Want(404)
	w.as("reviewer").Part("POST", move, form("due_at", "2026-11-26T08:00")).Want(403)
	browser.Part("POST", "/calendar/x/move", form("due_at", "2026-11-26T08:00")).Want(404)
}

func TestThePagesSpeakEnglish(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.approved("空气质量良")
	s := w.submitted("待审的")
	w.draft("草稿")

	for _, c := range []struct{ who, target string }{
		{"writer", "/"},
		{"writer", "/posts"},
		{"writer", "/posts/new"},
		{"writer", fmt.Sprintf("/posts/%d", post.ID)},
		{"reviewer", "/reviews"},
		{"reviewer", fmt.Sprintf("/reviews/%d", s.ID)},
		{"writer", "/calendar"},
	} {
		browser := webtest.Open(t, w.kit.Handler(), c.who).English()
		page := browser.Get(c.target).Want(200)
		page.Find(".weibo-text, .weibo-name, .weibo-accounts, .account, .note, .person, td, th a, .tree, script, .agenda, .matters, h1, option, dd, .timeline, .menu, .wide, .account-lines, textarea, summary, .crumbs, .prefs, .legend").
			Remove()

		for _, r := range page.Text("main") {
			if r >= 0x4e00 && r < 0xa000 {
				t.Errorf("%s has Chinese left: %s", c.target, page.Text("main"))
				break
			}
		}
	}
}

func TestTheSearchFindsPostsAndAccountsOfOnesUnits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.draft("朝阳区空气质量通报")
	browser := w.as("writer")
	browser.Get("/search").Want(200).WantText("main", "输入正文中的几个字")
	browser.Get("/search?q=%E6%9C%9D%E9%98%B3").
		Want(200).
		WantText("[aria-labelledby=h-accounts]", "@朝阳环保示例").
		WantText("[aria-labelledby=h-posts]", "朝阳区空气质量通报").
		WantText(".lead", "朝阳")
	browser.Get("/search?q=%E6%B2%A1%E6%9C%89").WantText(".empty-state", "没有找到")
	admin := w.as("admin").
		Get("/search?q=%E6%9C%9D%E9%98%B3").
		Want(200).
		WantCount("[aria-labelledby=h-accounts] li", 1)
	admin.WantCount("[aria-labelledby=h-posts]", 0)
	w.as("afar").Get("/search?q=%E7%A9%BA%E6%B0%94").WantText(".empty-state", "没有找到")

	for range 11 {
		w.draft("重复的通报")
	}
	browser.Get("/search?q=%E9%87%8D%E5%A4%8D").WantCount(".agenda li", 10).WantText(".section-head", "查看全部")
}

func TestTheSearchShowsThePassageAndThePlatformsPosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.draft("今年以来，全市累计淘汰👨‍👩‍👧‍👦老旧车一万辆，补贴发放到位")
	w.exec(`INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original,
			pictures, state, state_at,
		reposts, comments, likes)
			VALUES (1, 'weibo', '77', 'past', '2020-05-01', '京环之声：淘汰老旧车的补贴从五月起发放', true, 0, 'live',
			'2020-05-01', 0, 0, 0)`)

	browser := w.as("writer")
	found := browser.Get("/search?q=" + url.QueryEscape("老旧车")).Want(200)
	found.WantText("[aria-labelledby=h-posts] .passage mark", "老旧车").
		WantText("[aria-labelledby=h-posts] .passage", "👨‍👩‍👧‍👦老旧车一万辆")
	found.WantText("[aria-labelledby=h-past] .passage", "淘汰老旧车的补贴从五月起发放")
	browser.Get("/posts?q="+url.QueryEscape("老旧车")).Want(200).WantText(".passage mark", "老旧车")
	browser.Get("/search/past?q="+url.QueryEscape("老旧车")).Want(200).WantCount(".agenda li", 1)
	w.as("afar").Get("/search?q="+url.QueryEscape("老旧车")).WantText(".empty-state", "没有找到")
}
