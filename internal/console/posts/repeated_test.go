package posts_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"juzhen/internal/web/webtest"
)

// TestBackAndSubmitAgainLeadsToTheFirst: the form that was sent, sent once more, and the same typed
// into a new one make no second post in review; who changes the text, the accounts or the time means
// another.
func TestBackAndSubmitAgainLeadsToTheFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.as("writer")
	filledBy := func(b *webtest.Browser, text, due string, accounts ...string) url.Values {
		t.Helper()
		values := b.Get("/posts/new").Want(200).Form("#compose")
		values.Set("text", text)
		values.Set("when", "at")
		values.Set("due", due)
		values.Set("act", "submit")
		values["account"] = accounts

		return values
	}
	filled := func(text, due string, accounts ...string) url.Values {
		t.Helper()
		return filledBy(browser, text, due, accounts...)
	}
	due := "2026-11-23T15:00"
	f := filled("今日空气质量良。", due, "1", "2")
	first := browser.Post("/posts/save", f).Want(303).Location

	if to := browser.Post("/posts/save", f).Want(303).Location; to != first {
		t.Errorf("sent again, it leads to %s, not to %s", to, first)
	}
	typed := browser.Post("/posts/save", filled("今日空气质量良。", due, "1", "2")).Want(303).Location
	if typed != first {
		t.Errorf("typed again, it leads to %s, not to %s", typed, first)
	}
	browser.Get(typed).Want(200).WantText(".banner-good", "完全相同")
	if n := w.text("SELECT count(*)::text FROM posts"); n != "1" {
		t.Errorf("%s posts", n)
	}

	for what, other := range map[string]url.Values{
		"text":     filled("今日空气质量优。", due, "1", "2"),
		"accounts": filled("今日空气质量良。", due, "1"),
		"time":     filled("今日空气质量良。", "2026-11-23T15:01", "1", "2"),
	} {
		if to := browser.Post("/posts/save", other).Want(303).Location; to == first {
			t.Errorf("another %s leads to the first", what)
		}
	}
	other := w.as("second")
	if to := other.Post("/posts/save", filledBy(other,
		"今日空气质量良。", due,
		"1", "2",
	)).Want(303).Location; to == first {
		t.Error("another person is led to the first one's")
	}
}

// TestTheSameTextWithinADayIsTold: to the writer on the post's page and to the reviewer where it is
// decided; with the account and the time of the other, and only where text, account and day meet.
func TestTheSameTextWithinADayIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.approved("今日空气质量良。", 1)

	again := w.submitted("今日空气质量良。", 1, 2) // other accounts, so it is no twin
	for _, at := range []string{fmt.Sprintf("/posts/%d", again.ID), fmt.Sprintf("/reviews/%d", again.ID)} {
		name := "writer"
		if strings.HasPrefix(at, "/reviews") {
			name = "reviewer"
		}
		w.as(name).Get(at).Want(200).WantText(".banner-warn", "@环保北京").WantText(".banner-warn", "13:00")
	}

	for what, p := range map[string]int64{
		"another text":    w.submitted("今日空气质量优。", 1).ID,
		"another account": w.submitted("今日空气质量良。", 4).ID,
	} {
		if text := w.as("writer").
			Get(fmt.Sprintf("/posts/%d", p)).
			Want(200).
			Text(".banner-warn"); strings.Contains(
			text,
			"@",
		) {
			t.Errorf("%s is told as the same: %s", what, text)
		}
	}
	w.now = w.now.Add(25 * time.Hour)
	next := w.submitted("今日空气质量良。", 1, 4)
	if text := w.as("writer").
		Get(fmt.Sprintf("/posts/%d", next.ID)).
		Want(200).
		Text(".banner-warn"); strings.Contains(
		text,
		"@",
	) {
		t.Errorf("the day after is told as the same: %s", text)
	}
}

// TestThePostTellsTimesAndReasonsNewestFirst is the story as the page of a post shows it.
func TestThePostTellsTimesAndReasonsNewestFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.approved("今日空气质量良。", 1, 2)
	w.now = w.now.Add(time.Minute)
	browser := w.as("writer")
	browser.Post(fmt.Sprintf("/posts/%d/reschedule", post.ID), form("due", "2026-11-23T16:30")).Want(303)
	w.now = w.now.Add(time.Minute)
	browser.Post(fmt.Sprintf("/posts/%d/withdraw", post.ID), form("reason", "口径有变")).Want(303)

	story := browser.Get(fmt.Sprintf("/posts/%d", post.ID)).Want(200).Text("ol.timeline")
	at := -1

	for _, want := range []string{"原因：口径有变", "13:00", "16:30", "批准第 1 版", "提交第 1 版", "新建稿件"} {
		i := strings.Index(story, want)
		if i <= at {
			t.Fatalf("%q is not told, or not behind what is newer: %s", want, story)
		}
		at = i
	}
}
