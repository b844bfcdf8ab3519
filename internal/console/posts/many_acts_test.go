package posts_test

import (
	"fmt"
	"net/url"
	"testing"

	"juzhen/internal/post"
)

// TestAllThatMatchAreListedBeforeTheyAreActedOn: the number and the list come first, what cannot be says
// why, and only what is ticked is done.
func TestAllThatMatchAreListedBeforeTheyAreActedOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := w.draft("臭氧一篇", 1), w.draft("臭氧二篇", 2)
	other := w.draft("水质一篇", 1)
	sent := w.submitted("臭氧三篇", 2)
	w.exec("UPDATE deliveries SET state = 'sent' WHERE post_id = $1", sent.ID)
	writer := w.as("writer")

	writer.Get("/posts").WantCount(".many-acts", 0)
	writer.Get("/posts?q=臭氧").WantCount(".many-acts a", 3)
	listed := writer.Get("/posts/many?act=withdraw&q=臭氧").Want(200)
	listed.WantText("main", "符合条件的 3 篇，可以办的 2 篇").WantText("tbody", "臭氧一篇").
		WantCount("input[name=pick]:checked", 2).WantCount("input[name=pick][disabled]", 1).
		WantCount(".chips li", 1)

	pick := func(p post.Post) string { return fmt.Sprintf("%d.%d", p.ID, p.Revision) }
	at := "/posts/many?act=withdraw&q=臭氧"
	writer.Post(at, url.Values{"pick": {pick(first)}}).Want(422).WantText(".field-error", "请填写原因").
		WantCount("input[name=pick]:checked", 1)
	writer.Post(at, url.Values{"reason": {"取消"}}).Want(422).WantText(".field-error", "请勾选稿件")
	writer.Post(at, url.Values{"reason": {"取消"}, "pick": {pick(first)}}).Want(200).
		WantText(".banner", "办成 1 篇")

	for p, want := range map[post.Post]post.Phase{first: post.Withdrawn, second: post.Draft, other: post.Draft} {
		if found, _, err := w.posts.Find(
			t.Context(),
			w.people["writer"],
			p.ID,
		); err != nil ||
			found.Phase != want {
			t.Errorf("post %d is %s, %v", p.ID, found.Phase, err)
		}
	}

	writer.Get("/posts/many?act=reschedule&q=臭氧二&way=later&by=2&per=hour").Want(200).
		WantText("tbody", "2026-11-23 15:00")
	writer.Get("/posts/many?act=reschedule&q=臭氧二&way=day").Want(422).WantText(".field-error", "请选择另一天")
	writer.Get("/posts/many?act=approve&q=臭氧").Want(404)
	w.as("reviewer").Get("/posts/many?act=withdraw&q=臭氧").Want(403)
}
