package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestTheSameSubmittedAgainWithoutAKey leads to the first post: one in review, nothing left behind of
// the other.
func TestTheSameSubmittedAgainWithoutAKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	same := body{"text": "今日空气质量良", "account_ids": []int{1, 2}, "due_at": w.in(time.Hour), "submit": true}
	first := w.call("writer", "POST", "/posts", same).want(201)
	w.call("writer", "POST", "/posts", same).want(201).says(first.text("id"), "id")
	if n := w.count("SELECT count(*) FROM posts"); n != 1 {
		t.Errorf("%d posts", n)
	}
	if n := w.count("SELECT count(*) FROM audit_entries WHERE action LIKE 'post.%'"); n != 2 {
		t.Errorf("%d acts on posts in the trail, want one creation and one submission", n)
	}

	delete(same, "submit")
	draft := w.call("writer", "POST", "/posts", same).want(201)
	w.call("writer", "POST", "/posts/"+draft.text("id")+"/submit", nil).problem(409, "same_post")
	if n := w.count("SELECT count(*) FROM posts WHERE phase = 'submitted'"); n != 1 {
		t.Errorf("%d in review", n)
	}

	w.approve(first) // approved for the same instant, it is still the same
	w.call("writer", "POST", "/posts/"+draft.text("id")+"/submit", nil).problem(409, "same_post")
	w.call("writer", "POST", "/posts/"+first.text("id")+"/withdraw", body{"reason": "不发了"}).want(200)
	// taken back, it stands in nobody's way
	w.call("writer", "POST", "/posts/"+draft.text("id")+"/submit", nil).want(200)
}

// TestCheckTellsTheSameTextWithinADay: advice, at the text, for the account that has it; nothing keeps
// the post from being submitted.
func TestCheckTellsTheSameTextWithinADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.submitted("今日空气质量良")

	told := func(text string, due time.Duration, accounts ...int) string {
		t.Helper()
		answer := w.call("writer", "POST", "/posts", body{
			"text": text, "account_ids": accounts, "due_at": w.in(due),
		}).want(201)
		found := w.call("writer", "GET", "/posts/"+answer.text("id")+"/check", nil).want(200)

		var out []string
		for i := range found.len("items") {
			out = append(
				out,
				fmt.Sprint(
					found.at("items", i, "code"),
					found.at("items", i, "account_ids"),
					found.at("items", i, "advisory"),
				),
			)
		}

		return strings.Join(out, " ")
	}
	for _, tc := range []struct {
		text     string
		due      time.Duration
		accounts []int
		want     string
	}{
		{"今日空气质量良", 2 * time.Hour, []int{1}, "repeat_soon[1] true"},
		{"今日空气质量良", 24 * time.Hour, []int{2, 1}, "repeat_soon[1] true repeat_soon[2] true"},
		{"今日空气质量良", 26 * time.Hour, []int{1}, ""},
		{"今日空气质量优", 2 * time.Hour, []int{1}, ""},
	} {
		if got := told(tc.text, tc.due, tc.accounts...); got != tc.want {
			t.Errorf("%s in %s on %v: told %q, want %q", tc.text, tc.due, tc.accounts, got, tc.want)
		}
	}
}

// TestEventsAreToldNewestFirst, in the story of a delivery and on its certificate.
func TestEventsAreToldNewestFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	answer := w.approve(w.submitted("稿"))
	id := answer.text("deliveries", 0, "id")
	w.call("writer", "POST", "/posts/"+answer.text("id")+"/reschedule", body{"due_at": w.in(3 * time.Hour)}).
		want(200)
	w.call("writer", "GET", "/deliveries/"+id+"/events", nil).
		want(200).
		says("rescheduled", "items", 0, "reason").
		says("approved", "items", 1, "reason").
		says("planned", "items", 2, "reason")

	w.exec(`UPDATE deliveries
			SET connector = 'commercial', state = 'sent', sent_at = now(), remote_id = '5000000000000001',
			attempts = 1 WHERE id = ` + id)
	w.call("writer", "GET", "/deliveries/"+id+"/certificate", nil).
		want(200).
		says("rescheduled", "events", 0, "reason").
		says("planned", "events", 2, "reason")
}
