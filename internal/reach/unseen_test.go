package reach

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"juzhen/internal/account"
)

// TestMorePostsThanAPageHoldsAreNoticed posts eight times between two looks that show five: people hear of the three that nobody saw,
// the account is read again sooner, and what they hear is said once.
func TestMorePostsThanAPageHoldsAreNoticed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	a := w.connect("环保北京", "北京市环境保护局", account.Public)
	w.round()
	w.Advance(61 * time.Minute)
	for i := range 8 {
		w.Weibo.Rival("环保北京", fmt.Sprint("低价办证 ", i))
	}
	w.round()
	if got := w.OpenTodos(); strings.Count(got, "reach.elsewhere") != 4 || strings.Count(got, "reach.unseen") != 1 {
		t.Fatalf("to-dos %q", got)
	}
	if n := one[int](w, "SELECT (args->>'n')::int FROM todos WHERE code = 'reach.unseen'"); n != 3 {
		t.Errorf("%d posts unseen, want 3", n)
	}
	if next := one[time.Time](w, "SELECT next_at FROM account_watches WHERE account_id = $1", a.ID); !next.Equal(w.Now().Add(15 * time.Minute)) {
		t.Errorf("next look in %s", next.Sub(w.Now()))
	}
	id := one[int64](w, "SELECT subject_id FROM todos WHERE code = 'reach.unseen'")
	if err := w.s.TakeNote(w.Context(), w.boss, id, "密码已重置，微博已删除"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		w.Advance(61 * time.Minute)
		w.round()
	}
	if got := w.OpenTodos(); strings.Contains(got, "unseen") || strings.Contains(got, "gap") {
		t.Errorf("said again: %q", got)
	}
}

// TestWhatWasSeenIsNotCalledUnseen: posts within the page, a removal and a post of ours whose outcome is open raise no such alarm.
func TestWhatWasSeenIsNotCalledUnseen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	a := w.connect("环保北京", "北京市环境保护局", account.Public)
	w.round()
	quiet := func(when string) {
		t.Helper()
		w.Advance(61 * time.Minute)
		w.round()
		if got := w.OpenTodos(); strings.Contains(got, "unseen") || strings.Contains(got, "gap") {
			t.Errorf("%s: %q", when, got)
		}
	}
	w.Advance(time.Minute) // posts of the second in which the watch began count as older
	for i := range 5 {
		w.Weibo.Rival("环保北京", fmt.Sprint("第", i))
	}
	quiet("five posts, a whole page")
	w.Weibo.Remove(w.Weibo.Rival("环保北京", "发错了").ID)
	quiet("posted and removed")
	id := w.deliver(a, "unknown", "", "今日空气质量良")
	for i := range 6 {
		w.Weibo.Rival("环保北京", fmt.Sprint("再", i))
	}
	quiet("one of six may be ours")
	w.Exec("UPDATE deliveries SET state = 'cancelled' WHERE id = $1", id)
	w.Advance(61 * time.Minute)
	w.round()
	if got := w.OpenTodos(); !strings.Contains(got, "unseen") {
		t.Errorf("the sixth was not ours after all: %q", got)
	}
}
