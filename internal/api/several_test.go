package api_test

import (
	"strings"
	"testing"
	"time"
)

// TestReviewersWriteNotes to each other: with a quotation that stands in the version, to be resolved, and
// asked about before the last approval. Those who wrote do not see them.
func TestReviewersWriteNotes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.submitted("今日空气质量良")
	at := "/posts/" + p.text("id")

	w.call("reviewer", "POST", at+"/notes", body{"version": 1, "text": "请核对", "quoted": "臭氧"}).want(422)
	note := w.call("reviewer", "POST", at+"/notes", body{"version": 1, "text": "请核对", "quoted": "空气"}).
		want(200)
	note.says("请核对", "notes", 0, "text").says("空气", "notes", 0, "quoted").says("1", "notes", 0, "version")
	w.call("writer", "GET", at+"/notes", nil).want(403)
	w.call("reviewer", "POST", at+"/notes", body{"version": 2, "text": "别的版"}).want(409)

	decision := body{"version": 1, "hash": p.text("hash"), "decision": "approve"}
	w.call("reviewer", "POST", at+"/review", decision).problem(422, "notes_open")
	id := note.text("notes", 0, "id")
	w.call("second", "POST", at+"/notes/"+id+"/resolve", nil).
		want(200).
		says("示例second", "notes", 0, "resolved_by")
	w.call("second", "POST", at+"/notes/999/resolve", nil).want(404)
	w.call("reviewer", "POST", at+"/review", decision).want(200).says("approved", "phase")
}

// TestAnEditorChangesWordsAndApprovesNothing over the interface.
func TestAnEditorChangesWordsAndApprovesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.submitted("今日空气质量良")
	at := "/posts/" + p.text("id")
	edit := func(hash, text string) answer {
		return w.call("reviewer", "POST", at+"/review/edit", body{"version": 1, "hash": hash, "text": text})
	}

	edit(p.text("hash"), "改").problem(409, "edit_step")
	w.exec(`INSERT INTO review_steps (run_id, number, name, role, relation, unit_id, everyone, limit_minutes,
    remind_minutes, items, at_once, state)
SELECT run_id, 2, '终审', role, relation, unit_id, everyone, 0, 0, '[]', true, 'waiting' FROM review_steps`)
	w.exec("UPDATE review_steps SET edit = true WHERE number = 1")
	edit(strings.Repeat("0", 64), "改").problem(409, "hash")
	edit(p.text("hash"), strings.Repeat("字", 3000)).want(422)
	if answer := edit(p.text("hash"), "今日全市空气质量良").want(200); answer.text("changed") != "true" {
		t.Errorf("the words changed: %s", answer.Body)
	}
	edited := w.call("second", "GET", at, nil).want(200).says("2", "version").says("今日全市空气质量良", "text")
	w.call("reviewer", "POST", at+"/review", body{
		"version": 2, "hash": edited.text("hash"), "decision": "approve",
	}).problem(403, "self_review")
	w.call("second", "POST", at+"/review", body{
		"version": 2, "hash": edited.text("hash"), "decision": "approve",
	}).want(200).says("approved", "phase")
}

// TestAnEarlierTimeIsAskedAnew tells how many approvals an earlier time took away.
func TestAnEarlierTimeIsAskedAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.submitted("今日空气质量良")
	at := "/posts/" + p.text("id")
	w.call("writer", "POST", at+"/reschedule", body{"due_at": w.in(30 * time.Minute)}).want(200)
	if now := w.call("reviewer", "GET", at, nil).want(200); now.text("hash") == p.text("hash") {
		t.Error("an earlier time has the hash of the later one")
	}
	w.call("reviewer", "POST", at+"/review", body{
		"version": 1, "hash": p.text("hash"), "decision": "approve",
	}).problem(409, "hash")
}

// TestAPostIsCopiedIntoADraft with its words and accounts, and without its time.
func TestAPostIsCopiedIntoADraft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.submitted("每周都要说的话")
	copied := w.call("writer", "POST", "/posts/"+p.text("id")+"/copy", nil).want(201)
	copied.says("draft", "phase").says("每周都要说的话", "text")
	if copied.text("id") == p.text("id") || strings.Contains(copied.Body.String(), `"due_at":"`) {
		t.Errorf("the copy is %s", copied.Body)
	}
	w.call("reviewer", "POST", "/posts/"+p.text("id")+"/copy", nil).want(403)
}

// TestAWeekIsCopiedAndADayMoved: what would become of each post is told before anything is written.
func TestAWeekIsCopiedAndADayMoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.submitted("每周都要说的话")
	due, err := time.Parse(time.RFC3339, p.text("due_at"))
	w.must(err)
	day := due.UTC().Add(8 * time.Hour)
	week := day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
	part := body{"from": week.Format(time.DateOnly), "to": week.AddDate(0, 0, 7).Format(time.DateOnly)}

	look := w.call("writer", "POST", "/plan/copy?dry_run=true", part).want(200)
	look.says(p.text("id"), "posts", 0, "post_id")
	if n := w.count("SELECT count(*) FROM posts"); n != 1 {
		t.Errorf("a look made %d posts", n-1)
	}
	w.call("writer", "POST", "/plan/copy", part).want(200).says("1", "made")
	w.call("writer", "POST", "/plan/copy", part).problem(409, "imported")
	if n := w.count(
		"SELECT count(*) FROM posts WHERE phase = 'draft' AND due_at = $1",
		due.AddDate(0, 0, 7),
	); n != 1 {
		t.Errorf("%d copies a week later", n)
	}

	move := body{"from": day.Format(time.DateOnly), "to": day.AddDate(0, 0, 1).Format(time.DateOnly)}
	w.call("writer", "POST", "/plan/move?dry_run=true", move).
		want(200).
		says(p.text("id"), "posts", 0, "post_id")
	w.call("writer", "POST", "/plan/move", move).want(200).says("1", "moved")
	if n := w.count(
		"SELECT count(*) FROM posts WHERE phase = 'submitted' AND due_at = $1",
		due.AddDate(0, 0, 1),
	); n != 1 {
		t.Error("the post was not moved by a day")
	}
	w.call("reviewer", "POST", "/plan/move", move).want(403)
}

// TestASeriesIsApprovedByTheInterface: all of it as it was read, or nothing, with the place of what changed.
func TestASeriesIsApprovedByTheInterface(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.call("supervisor", "GET", "/accounts", nil).want(200).at("items", 0, "id")
	source := w.call("writer", "POST", "/posts", body{"text": "空气质量", "account_ids": []any{account}}).
		want(201)
	made := w.call("writer", "POST", "/series", body{
		"post_id": source.at("id"), "text": "{日期}空气质量", "rule": "FREQ=DAILY;COUNT=3",
		"first": w.now().Add(48 * time.Hour),
	}).want(201)

	var picks []body
	for i := range 3 {
		picks = append(picks, body{
			"post_id": made.at("posts", i, "post_id"), "revision": made.at("posts", i, "revision"),
		})
	}
	at := "/series/" + made.text("id")
	w.call("writer", "POST", at+"/submit", body{"posts": picks}).want(200)

	w.call("writer", "GET", at+"/review", nil).want(403)
	turn := w.call("reviewer", "GET", at+"/review", nil).want(200).says("true", "posts", 2, "yours")
	list := func() (posts []body) {
		for i := range 3 {
			one := body{}
			for _, field := range []string{"post_id", "version", "step", "hash", "due_at"} {
				one[field] = turn.at("posts", i, field)
			}
			posts = append(posts, one)
		}

		return posts
	}
	changed := list()
	changed[2]["hash"] = strings.Repeat("0", 64)
	w.call("reviewer", "POST", at+"/review", body{"posts": changed}).
		problem(409, "hash").
		says("body.posts[2]", "errors", 0, "location")
	w.call("reviewer", "GET", at+"/review", nil).want(200).says("true", "posts", 0, "yours")

	w.call("reviewer", "POST", at+"/review", body{"posts": list(), "opinion": "同意"}).
		want(200).
		says("false", "posts", 0, "yours").
		says("false", "posts", 2, "yours")
	w.call("reviewer", "GET", "/posts/"+turn.text("posts", 1, "post_id"), nil).
		want(200).
		says("approved", "phase")
}
