package posts_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"juzhen/internal/post"
)

// many adds n accounts with ids from 101 on.
func (w *world) many(n int) (ids []int64) {
	w.t.Helper()
	w.exec(`INSERT INTO accounts (id, unit_id, platform, handle, display_name, seat, state, connector,
			late_limit, min_gap, auto_resend, position, created_at)
OVERRIDING SYSTEM VALUE SELECT 100 + g, 3, 'weibo', '第' || lpad(g::text, 3, '0') || '号环保示例', '示例', 'district',
    'live', 'manual', '30 min', '0', false, g, now()
FROM generate_series(1, $1::int) g`, n)

	for i := range n {
		ids = append(ids, int64(101+i))
	}

	return ids
}

func TestAFullDayShowsWhatIsNextAndLeadsToTheRest(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for i := range 15 {
		post := w.draft(fmt.Sprintf("第 %d 篇", i), 1)
		w.exec(
			"UPDATE posts SET due_at = $2 WHERE id = $1",
			post.ID,
			noon.Add(time.Duration(i-10)*time.Hour/2),
		)
	}
	w.exec("UPDATE posts SET due_at = $2 WHERE id = $1", w.draft("明天的", 1).ID, noon.AddDate(0, 0, 1))
	browser := w.as("writer")
	today := "section[aria-labelledby=h-today]"
	browser.Get("/").
		Want(200).
		WantCount(today+" .agenda li", 12).
		WantText(today+" .section-head", "共 15 篇").
		WantText(today+" .section-head a", "还有 3 篇，打开日历").
		WantText(today+" .agenda", "第 14 篇")
	// Two of the half hours fall into each hour but the last.
	page := browser.Get("/calendar").
		Want(200).
		WantCount("section.day", 2).
		WantCount("section.day .agenda li", 9).
		WantCount(".agenda li.crowd", 7)
	page.WantText("section.day h3", "15 篇").WantText("section.day .crowd", "这一小时共 2 篇")
	href, _ := page.Find("section.day a[href*='day=']").Attr("href")
	browser.Get(href).Want(200).WantCount(".agenda li", 15).WantCount(".agenda li.crowd", 0)
}

func TestAnHourOfManyPostsIsOneLineThatLeadsToThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	due := noon.Add(2 * time.Hour) // 14:00 in Shanghai
	for i := range 60 {
		w.exec(
			"UPDATE posts SET due_at = $2 WHERE id = $1",
			w.draft(fmt.Sprintf("一起发的第 %02d 篇", i), 1).ID,
			due,
		)
	}
	w.exec("UPDATE posts SET due_at = $2 WHERE id = $1", w.draft("别的时候", 1).ID, due.Add(3*time.Hour))
	browser := w.as("writer")
	page := browser.Get("/calendar").
		Want(200).
		WantCount(".agenda li", 2).
		WantText(".agenda .crowd", "同一时刻共 60 篇").
		WantText(".agenda .crowd", "60 篇未完稿")
	href, _ := page.Find(".crowd a").Attr("href")
	list := browser.Get(href).
		Want(200).
		WantCount("table.rows tbody tr", 50).
		WantText(".chips", "2026-11-23 14:00–15:00").
		WantText("tbody tr", "第 00 篇")
	next, _ := list.Find(".pager a").Attr("href")
	browser.Get(next).Want(200).WantCount("table.rows tbody tr", 10).WantText("tbody tr", "第 50 篇")
	browser.Get(href+"&q=59").Want(200).WantCount("table.rows tbody tr", 1)

	var entries []struct{ Title, Start, End, URL, Move string }
	feed := browser.Get("/calendar/feed?from=2026-11-23T00:00:00%2B08:00&to=2026-11-24T00:00:00%2B08:00").
		Want(200)
	w.must(json.Unmarshal([]byte(feed.Body), &entries))
	if len(entries) != 2 || entries[0].Title != "60 篇" || entries[0].End != "2026-11-23T15:00:00+08:00" ||
		entries[0].URL != href ||
		entries[0].Move != "" ||
		entries[1].Move == "" ||
		entries[1].End != "" {
		t.Errorf("feed: %+v", entries)
	}
	if _, ok := w.as("afar").Get("/calendar").Want(200).Find(".agenda li").Attr("class"); ok {
		t.Error("another unit's hour is counted")
	}
}

func TestAnEmptyMatrixLeadsTheAdministratorThroughTheFirstSteps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.as("admin").Get("/").Want(200).WantCount(".first-list", 0)
	w.exec("UPDATE accounts SET state = 'closed'")
	w.as("admin").
		Get("/").
		Want(200).
		WantCount(".first-list li", 4).
		WantCount(".first-list a[href='/admin/users']", 1)
	w.as("writer").Get("/").Want(200).WantCount(".first-list", 0)
}

func TestAPostToManyAccountsIsFolded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.many(60)
	due := w.now.Add(time.Hour)
	content := post.Content{Text: "通用", DueAt: &due}

	for i, id := range ids {
		targetChoice := post.TargetChoice{AccountID: id}
		if i < 6 {
			own := fmt.Sprintf("第 %d 号的文案", i)
			targetChoice.Variant = &own
		}
		content.Targets = append(content.Targets, targetChoice)
	}
	p, err := w.posts.Create(t.Context(), w.people["writer"], 1, content)
	w.must(err)
	w.must(w.deliveries.Submit(t.Context(), w.people["writer"], p.ID, 0))
	last := ids[len(ids)-1]
	w.exec("UPDATE deliveries SET state = 'failed' WHERE post_id = $1 AND account_id = $2", p.ID, last)

	browser, at := w.as("writer"), fmt.Sprintf("/posts/%d", p.ID)
	page := browser.Get(at).
		Want(200).
		WantCount(".weibo", 7).
		WantCount(".more-previews .weibo", 4).
		WantText(".more-previews summary", "其余 4 种内容")
	page.WantCount(".deliveries tbody tr", 50).
		WantText(".deliveries tbody tr:first-child", "第060号").
		WantText("#progress", "显示其余 10 个账号")
	page.WantText(".weibo-accounts", "还有 4 个账号")
	browser.Get(at+"?all=1").
		Want(200).
		WantCount(".deliveries tbody tr", 60).
		WantCount(".weibo-accounts li.note", 0)
}

func TestAmongManyAccountsTheFilterTakesAName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.draft("别的", 1)
	w.draft("要找的", w.many(120)[76])

	browser := w.as("writer")
	for _, list := range []string{"/posts", "/calendar"} {
		browser.Get(list).Want(200).WantCount("select[name=account]", 0).WantCount("input[name=account]", 1)
	}
	browser.Get("/posts?account=%40第077号环保示例").
		Want(200).
		WantCount("table.rows tbody tr", 1).
		WantText("tbody", "要找的").
		WantText(".chips", "@第077号环保示例")
	browser.Get("/posts?account=没有这个号").
		Want(200).
		WantText(".empty-state", "没有符合条件").
		WantText(".chips", "没有这个号")
	browser.Get("/calendar?account=第077").Want(200).WantCount(".agenda li", 1)
}
