package reach

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/weibo"
)

// TestMorePostsThanAPageHoldsAreNoticed posts eight times between two looks that show five: people hear
// of the three that nobody saw, the account is read again sooner, and what they hear is said once.
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

	for range 4 { // an hour of looks, in a hurry
		if got := w.OpenTodos(); strings.Count(got, "reach.elsewhere") != 5 ||
			strings.Contains(got, "unseen") {
			t.Fatalf("believed at once: %q", got)
		}
		w.Advance(15 * time.Minute)
		w.round()
	}
	if got := w.OpenTodos(); strings.Count(got, "reach.elsewhere") != 4 ||
		strings.Count(got, "reach.unseen") != 1 {
		t.Fatalf("to-dos %q", got)
	}
	if n := one[int](w, "SELECT (args->>'n')::int FROM todos WHERE code = 'reach.unseen'"); n != 3 {
		t.Errorf("%d posts unseen, want 3", n)
	}
	if next := one[time.Time](
		w,
		"SELECT next_at FROM account_watches WHERE account_id = $1",
		a.ID,
	); !next.Equal(
		w.Now().Add(15 * time.Minute),
	) {
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

// TestWhatWasSeenIsNotCalledUnseen: posts within the page, a removal and a post of ours whose outcome
// is open raise no such alarm.
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
	quiet("the sixth may yet be shown")
	w.Advance(61 * time.Minute)
	w.round()
	if got := w.OpenTodos(); !strings.Contains(got, "unseen") {
		t.Errorf("the sixth was not ours after all: %q", got)
	}
}

// TestOnlyTheAuthorsPostsAreNotCalledUnseen: posts that only the author sees are shown to our token and
// not kept; whether the platform counts them is not known, and neither way raises an alarm.
func TestOnlyTheAuthorsPostsAreNotCalledUnseen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	w.connect("环保北京", "北京市环境保护局", account.Commercial)
	w.round()
	w.Advance(61 * time.Minute)

	for i := range 3 {
		w.Client.Send(w.Context(), weibo.Build(weibo.Commercial, weibo.Draft{
			Text:    fmt.Sprint("连通测试", i),
			Visible: weibo.VisibleSelf,
		}),
			weibo.Sending{Token: weibo.Token(w.Weibo.Token("环保北京"))})
	}

	for range 6 {
		w.round()
		w.Advance(11 * time.Minute)
	}
	if got := w.OpenTodos(); got != "" {
		t.Errorf("to-dos %q", got)
	}
}

func TestWhatIsCountedAndNotShownIsBelievedWhenItStays(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

	type look struct {
		after                      time.Duration
		total, known, open, hidden int64
		n                          int64
	}
	for name, looks := range map[string][]look{
		"stays": {
			{10 * time.Minute, 23, 20, 0, 0, 0},
			{5 * time.Minute, 23, 20, 0, 0, 0},
			{5 * time.Minute, 23, 20, 0, 0, 3},
			{time.Hour, 23, 20, 0, 0, 0},
		},
		"counted before it shows": {
			{10 * time.Minute, 23, 20, 0, 0, 0},
			{10 * time.Minute, 23, 23, 0, 0, 0},
			{time.Hour, 23, 23, 0, 0, 0},
		},
		"comes and goes": {
			{10 * time.Minute, 23, 20, 0, 0, 0},
			{10 * time.Minute, 20, 20, 0, 0, 0},
			{10 * time.Minute, 23, 20, 0, 0, 0},
			{9 * time.Minute, 23, 20, 0, 0, 0},
		},
		"part of it is shown": {
			{10 * time.Minute, 23, 20, 0, 0, 0},
			{10 * time.Minute, 23, 22, 0, 0, 1},
			{time.Hour, 23, 22, 0, 0, 0},
		},
		"more and more": {
			{10 * time.Minute, 23, 20, 0, 0, 0},
			{10 * time.Minute, 29, 20, 0, 0, 3},
			{10 * time.Minute, 29, 20, 0, 0, 0},
			{10 * time.Minute, 29, 20, 0, 0, 6},
		},
		"for the author, counted": {
			{10 * time.Minute, 23, 20, 0, 3, 0},
			{10 * time.Minute, 23, 20, 0, 0, 0},
			{time.Hour, 23, 20, 0, 0, 0},
		},
		"for the author, and not": {
			{10 * time.Minute, 20, 20, 0, 3, 0},
			{10 * time.Minute, 20, 20, 0, 0, 0},
		},
		"may be ours": {
			{10 * time.Minute, 21, 20, 1, 0, 0},
			{time.Hour, 21, 20, 1, 0, 0},
			{time.Hour, 21, 21, 0, 0, 0},
		},
		"was not ours":            {{10 * time.Minute, 21, 20, 1, 0, 0}, {time.Hour, 21, 20, 0, 0, 0}},
		"the platform gives none": {{10 * time.Minute, 0, 20, 0, 0, 0}, {time.Hour, 0, 20, 0, 0, 0}},
		"removed, for a day, more": {
			{10 * time.Minute, 15, 20, 0, 0, 0},
			{25 * time.Hour, 15, 20, 0, 0, 0},
			{10 * time.Minute, 17, 20, 0, 0, 0},
			{10 * time.Minute, 17, 20, 0, 0, 2},
		},
	} {
		kept, _ := tally{total: 20, known: 20}.next(at, 10*time.Minute)
		kept.had = true

		now := at
		for i, l := range looks {
			now = now.Add(l.after)
			kept.total, kept.known, kept.open, kept.private = l.total, l.known, l.open, l.hidden
			var n int64
			if kept, n = kept.next(now, 10*time.Minute); n != l.n {
				t.Errorf("%s: look %d tells of %d, want %d", name, i+1, n, l.n)
			}
		}
	}
}
