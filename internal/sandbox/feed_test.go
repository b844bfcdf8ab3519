package sandbox

import (
	"testing"
	"time"
)

// TestFeedsHoldWhatTheySay: what names the account is a mention, a longer name is not.
func TestFeedsHoldWhatTheySay(t *testing.T) {
	t.Parallel()
	a := &account{}
	a.Handle = "环保北京"

	for text, want := range map[string]bool{
		"请看@环保北京":        true,
		"请看@环保北京 的微博":    true,
		"转自@环保北京：今日良":    true,
		"@环保北京示例 不是一个账号": false,
		"@环保北京2 也不是":     false,
		"环保北京":           false,
		"@京环之声 @环保北京，谢谢": true,
	} {
		if got := names(text, a); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

// TestCommentsAreNeverDatedAhead looks at the audience's comments every few seconds of a lively hour.
func TestCommentsAreNeverDatedAhead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.post(updateBiz, "status", "今日空气质量良").id(t)
	n := 0

	for range 400 {
		w.Advance(7 * time.Second)

		tree := w.get("comments/show/biz", "id", id, "count", "50").tree(t)
		for _, entry := range tree["comments"].([]any) {
			m := entry.(map[string]any)
			at, err := time.Parse(time.RubyDate, m["created_at"].(string))
			if err != nil || at.After(w.Now()) {
				t.Fatalf("a comment of %v at %v, %v", at, w.Now(), err)
			}
			n++
		}
	}
	if n == 0 {
		t.Error("nobody commented")
	}
}

// TestNoNumberIsAPostAndAComment: both kinds of comments have a bit that no post has.
func TestNoNumberIsAPostAndAComment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := w.Now()

	var posts, comments idSource

	seen := map[int64]bool{}
	for range 1000 {
		seen[posts.next(now)] = true
	}

	for range 1000 {
		if id := comments.nextWith(commentMark, now); seen[id] || id&commentMark == 0 {
			t.Fatalf("%d is a post too", id)
		}
	}

	for _, account := range w.all() {
		for _, post := range account.made() {
			if post.id&commentMark != 0 {
				t.Fatalf("a post of the past has the id of a comment: %d", post.id)
			}
		}
	}
}
