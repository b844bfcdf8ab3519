package posts_test

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/post"
)

// TestADistrictSeesWhatTheBureauSendsFromItsAccount: its own target with its wording, and nothing else
// of the post.
func TestADistrictSeesWhatTheBureauSendsFromItsAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	due := w.now.Add(2 * time.Hour)
	own, inside := "朝阳的话", "内部的话"
	p, err := w.posts.Create(t.Context(), w.people["writer"], 1, post.Content{
		Text:  "市局的话",
		DueAt: &due,
		Targets: []post.TargetChoice{
			{AccountID: 1, Variant: &inside}, {AccountID: 2}, {AccountID: 4, Variant: &own}},
	})
	w.must(err)
	w.must(w.deliveries.Submit(t.Context(), w.people["writer"], p.ID, 0))
	day := w.now.Format(time.DateOnly)

	feed := "/calendar/feed?from=" + day + "T00:00:00%2B08:00&to=" + day + "T23:59:00%2B08:00"
	for _, path := range []string{"/", "/calendar", feed, "/deliveries?foreign=1"} {
		if strings.HasPrefix(path, "/deliveries") {
			continue // another section: its own test looks
		}
		body := w.as("afar").Get(path).Want(200).Body
		if !strings.Contains(body, own) || !strings.Contains(body, "由 市局 发布") {
			t.Errorf("%s does not show what goes out", path)
		}

		for _, secret := range []string{"市局的话", inside} {
			if strings.Contains(body, secret) {
				t.Errorf("%s shows %q", path, secret)
			}
		}
		if body := w.as("writer").Get(path).Want(200).Body; strings.Contains(body, "由 市局 发布") {
			t.Errorf("%s shows the bureau its own post as another's", path)
		}
	}
	w.exec("UPDATE deliveries SET state = 'cancelled'")
	if body := w.as("afar").Get("/").Want(200).Body; strings.Contains(body, own) {
		t.Error("what was cancelled is still there")
	}
}

func TestHomeShowsTodayTomorrowAndWhatOneSubmitted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.draft("今天的草稿")
	w.submitted("已经交了的")
	w.exec("UPDATE posts SET due_at = $2 WHERE id = $1", w.draft("明天的").ID, noon.AddDate(0, 0, 1))
	page := w.as("writer").Get("/").Want(200)
	page.WantText("#h-today", "今天").
		WantText("#h-today", "共 2 篇").
		WantText("#h-tomorrow", "明天").
		WantText("#h-tomorrow", "共 1 篇")
	page.WantText("[aria-labelledby=h-tomorrow]", "明天的").
		WantText("[aria-labelledby=h-mine]", "已经交了的").
		WantCount("[aria-labelledby=h-mine] .agenda li", 1)
	page.WantCount("#stop", 0)
	w.as("second").Get("/").Want(200).WantCount("[aria-labelledby=h-mine] .agenda li", 0)
	w.as("writer").
		Get("/posts?mine=1").
		Want(200).
		WantCount("table.rows tbody tr", 1).
		WantText(".chips", "提交人")
}
