package lexicon

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestListsHoldBelowTheirUnit: a unit's own lists and those of all above it, no others.
func TestListsHoldBelowTheirUnit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(1, Typo, "全局", Entry{Word: "秸杆", Suggestion: "秸秆"})
	w.list(3, Sensitive, "朝阳", Entry{Word: "内部消息", Level: Hint})

	text := "秸杆和内部消息"
	if got := w.look(text, 1); !slices.Equal(got, []string{"秸杆:秸杆:second"}) {
		t.Errorf("bureau: %q", got)
	}
	if got := w.look(text, 3); !slices.Equal(got, []string{"秸杆:秸杆:second", "内部消息:内部消息:hint"}) {
		t.Errorf("district: %q", got)
	}
	if got := w.look(text, 2, 3); len(got) != 2 {
		t.Errorf("centre and district: %q", got)
	}
}

func TestExceptionsAndDays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.list(1, Environment, "机构",
		Entry{Word: "环保局", Suggestion: "生态环境局", From: "2018-12-01", Exceptions: []string{"《》", "美国环保局"}},
		Entry{Word: "PM2", Suggestion: "PM2.5"},
		Entry{Word: "旧词", Until: "2026-11-29"},
		Entry{Word: "停了", State: Off},
		Entry{Word: "了望", Suggestion: "瞭望"},
	)

	for text, want := range map[string]string{
		"市环保局":                 "环保局:环保局:hint",
		"市环 保局":                "",
		"美国环保局、环保局":            "环保局:环保局:hint",
		"《北京市环保局公告》":           "",
		"《公告》环保局":              "环保局:环保局:hint",
		"PM2.5":                "",
		"ＰＭ２超标":                "PM2:ＰＭ２:hint",
		"旧词，停了，瞭望塔":            "",
		strings.Repeat("好", 3): "",
	} {
		if got := strings.Join(w.look(text, 1), "|"); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	w.now = time.Date(2018, 11, 30, 15, 59, 0, 0, time.UTC)
	if got := w.look("环保局有旧词", 1); !slices.Equal(got, []string{"旧词:旧词:hint"}) {
		t.Errorf("before the day: %q", got)
	}
	w.now = w.now.Add(time.Minute) // midnight in Beijing
	if got := w.look("环保局", 1); len(got) != 1 {
		t.Errorf("on the day: %q", got)
	}
}

func TestTextOfMoreThanTheLimitIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.s.Look(t.Context(), []int64{1}, strings.Repeat("好", TextLimit/3+1), w.now); err == nil {
		t.Error("it was looked through")
	}
}

// TestALongListIsLookedForInALongText: each place of a word among 100,000 is found; how long it takes is a
// figure of the bench.
func TestALongListIsLookedForInALongText(t *testing.T) {
	t.Parallel()

	entries := make([]Entry, 100_000)
	for i := range entries {
		entries[i] = Entry{ID: int64(i + 1), State: On, Word: string([]rune{
			rune(0x4e00 + i%3001), rune(0x4e00 + i/7%2003), rune(0x4e00 + i/3001), rune(0x4e00 + i%17),
		})}
	}
	ready := compile(version{1, Sensitive, 1}, entries)
	text := strings.Repeat("今日空气质量良，"+entries[777].Word, 170)

	if hits := ready.look(text, "2026-11-30"); len(hits) != 170 {
		t.Errorf("%d hits, want 170", len(hits))
	}
}
