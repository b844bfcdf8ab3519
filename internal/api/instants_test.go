package api_test

import (
	"net/http"
	"strings"
	"testing"
)

// impossible are instants that nobody can mean.
var impossible = []string{
	"0000-01-01T00:00:00+08:00",
	"0001-01-01T00:00:00Z",
	"1970-01-01T00:00:00Z",
	"2009-08-13T23:59:59+08:00",
	"2036-11-01T08:30:00+08:00",
	"9999-12-31T23:59:59-14:00",
}

// TestInstantsOutOfBoundsAreRefusedWhereTheyEnter tries each kind of place an instant can stand in.
func TestInstantsOutOfBoundsAreRefusedWhereTheyEnter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := w.call("writer", "POST", "/posts", body{
		"text": "稿", "account_ids": []int{1}, "due_at": w.in(0),
	}).want(201).text("id")

	for _, at := range impossible {
		draft := body{"text": "稿", "due_at": at}
		w.call("writer", "POST", "/posts", draft).
			problem(422, "out_of_range").
			says("body.due_at", "errors", 0, "location").
			says("out_of_range", "errors", 0, "code")
		w.call("writer", "PATCH", "/posts/"+post, body{
			"revision": 1, "due_at": at,
		}).problem(422, "out_of_range").
			says("body.due_at", "errors", 0, "location")
		w.call("writer", "POST", "/posts/"+post+"/reschedule", body{"due_at": at}).
			problem(422, "out_of_range").
			says("body.due_at", "errors", 0, "location")

		w.call("supervisor", "POST", "/pauses/1/resume", body{"deliveries": []body{{
			"id": 1, "action": "reschedule", "due_at": at,
		}}}).
			problem(422, "out_of_range").says("body.deliveries[0].due_at", "errors", 0, "location")
		w.call("admin", "POST", "/users/1/grants", body{"role": "auditor", "unit_id": 1, "until": at}).
			problem(422, "out_of_range").says("body.until", "errors", 0, "location")

		query := strings.ReplaceAll(at, "+", "%2B")
		for path, who := range map[string]string{
			"/posts": "writer", "/deliveries": "writer", "/audit": "auditor",
		} {
			w.call(who, "GET", path+"?from="+query, nil).
				problem(422, "out_of_range").
				says("query.from", "errors", 0, "location")
			w.call(who, "GET", path+"?to="+query, nil).
				problem(422, "out_of_range").
				says("query.to", "errors", 0, "location")
		}

		day, _, _ := strings.Cut(at, "T")
		code := "out_of_range"
		if strings.HasPrefix(at, "9999") {
			code = "invalid" // the year 10000 in Beijing, which is no day of four digits
		}

		for _, path := range []string{"/reach", "/reach/posts", "/accounts/1/reach"} {
			w.call("reviewer", "GET", path+"?from="+day+"&to="+day, nil).problem(422, "out_of_range")
			w.call("reviewer", "GET", path+"?from="+query+"&to="+query, nil).problem(422, code)
		}
	}

	w.call("reviewer", "GET", "/reach?from=0000-01-01", nil).problem(422, "invalid") // half a period
	if log := w.log.String(); strings.Contains(log, "level=ERROR") {
		t.Errorf("errors in the log: %.2000s", log)
	}
}

// TestOldRowsOutOfBoundsSpoilNoList has a draft of the time before there were bounds.
func TestOldRowsOutOfBoundsSpoilNoList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.call("writer", "POST", "/posts", body{"text": "稿", "account_ids": []int{1}}).want(201)

	for stored, shown := range map[string]string{
		"0002-01-01 00:00:00+00 BC": "0001-01-01T00:00:00Z",
		"20000-01-01 00:00:00+00":   "9999-12-31T23:59:59Z",
	} {
		w.exec("UPDATE posts SET due_at = '" + stored + "'")
		w.call("writer", "GET", "/posts", nil).want(200).says(shown, "items", 0, "due_at")
		w.call("writer", "GET", "/posts/1", nil).want(200).says(shown, "due_at")
	}
}

// TestAnswerThatCannotBeWrittenIsAProblem has an answer with an instant that JSON has no way to write.
func TestAnswerThatCannotBeWrittenIsAProblem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	answer := w.call("writer", "POST", "/posts", body{"text": "稿", "account_ids": []int{1}}).want(201)
	w.exec("UPDATE posts SET updated_at = '20000-01-01 00:00:00+00', created_at = '20000-01-01 00:00:00+00'")

	for _, path := range []string{"/posts", "/posts/" + answer.text("id")} {
		a := w.call("writer", "GET", path, nil).problem(500, "internal")
		if strings.Contains(a.Body.String(), "marshaling") {
			t.Errorf("%s: %s", path, a.Body)
		}
	}
}

// TestKeyOfARequestThatPanickedIsToldAtOnce: nobody knows whether it was done.
func TestKeyOfARequestThatPanickedIsToldAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	answer := w.call("writer", "POST", "/posts", body{"text": "稿", "account_ids": []int{1}}).want(201)
	w.exec("UPDATE posts SET created_at = '20000-01-01 00:00:00+00'") // the answer cannot be written

	change, key := body{"text": "新稿", "revision": 1}, header("Idempotency-Key", "lost")
	w.call("writer", "PATCH", "/posts/"+answer.text("id"), change, key).problem(500, "internal")
	w.call("writer", "PATCH", "/posts/"+answer.text("id"), change, key).problem(409, "outcome_unknown")
}

// TestParametersAskedForTwice: a list takes them all, anything else refuses what it would have to drop.
func TestParametersAskedForTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.call("writer", "POST", "/posts", body{"text": "甲", "account_ids": []int{1}}).want(201)
	w.submitted("乙")

	both := w.call("writer", "GET", "/posts?state=draft&state=submitted", nil).want(200)
	if both.len("items") != 2 {
		t.Errorf("%d posts of two states", both.len("items"))
	}
	if one := w.call("writer", "GET", "/posts?state=draft,draft&state=draft", nil).
		want(200); one.len(
		"items",
	) != 1 {
		t.Errorf("%d drafts", one.len("items"))
	}
	if live := w.call("writer", "GET", "/accounts?state=live&state=preparing", nil).
		want(200); live.len(
		"items",
	) == 0 {
		t.Error("no accounts of two states")
	}

	for path, who := range map[string]string{
		"/posts?unit_id=1&unit_id=2":                     "writer",
		"/posts?q=a&q=b":                                 "writer",
		"/posts?format=json&format=csv":                  "writer",
		"/deliveries?account_id=1&account_id=2":          "writer",
		"/deliveries?limit=1&limit=2":                    "writer",
		"/accounts?q=a&q=b":                              "writer",
		"/audit?action=a&action=b":                       "auditor",
		"/users?state=active&state=disabled":             "admin",
		"/users?role=reviewer&role=auditor":              "admin",
		"/reach?from=2026-11-01&from=2026-11-02":         "reviewer",
		"/reach/posts?by=likes&by=time":                  "reviewer",
		"/todos?cursor=1&cursor=2":                       "writer",
		"/deliveries?from=2026-11-01T00:00:00Z&from=x":   "writer",
		"/reach/posts?account_id=1&account_id=2&limit=9": "reviewer",
	} {
		w.call(who, http.MethodGet, path, nil).problem(422, "repeated").says("repeated", "errors", 0, "code")
	}

	w.call("writer", "GET", "/posts?unit_id=1&unit_id=1", nil).want(200) // the same twice says one thing
	w.call("writer", "GET", "/posts?states=draft", nil).
		problem(422, "invalid").
		says("query.states", "errors", 0, "location")
}
