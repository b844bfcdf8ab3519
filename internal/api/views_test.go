package api_test

import "testing"

// TestViewsAreKeptByTheInterface: one's own and the unit's, changed by the revision that was read.
func TestViewsAreKeptByTheInterface(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	drafts := body{"list": "posts", "name": "草稿", "filter": body{"state": "draft"}}
	own := w.call("reviewer", "POST", "/views", drafts).
		want(201).
		says("/posts?state=draft", "address").
		says("draft", "filter", "state")
	w.call("reviewer", "POST", "/views", drafts).problem(409, "view_taken")
	w.call("reviewer", "POST", "/views", body{"list": "posts", "name": "草稿", "filter": body{"to": "/x"}}).
		problem(422, "invalid").
		says("body.filter", "errors", 0, "location")
	w.call("reviewer", "POST", "/views", body{"list": "users", "name": "用户", "filter": body{"q": "1"}}).
		problem(422, "invalid").
		says("body.list", "errors", 0, "location")

	shared := body{"list": "posts", "name": "本局", "filter": body{"q": "空气"}, "unit_id": 1}
	w.call("reviewer", "POST", "/views", shared).problem(403, "forbidden")
	kept := w.call("supervisor", "POST", "/views", shared).want(201).says("1", "unit_id")

	w.call("reviewer", "GET", "/views", nil).want(200).
		says("草稿", "items", 0, "name").
		says("本局", "items", 1, "name")
	w.call("chaoyang", "GET", "/views?list=posts", nil).want(200).says("本局", "items", 0, "name")
	w.call("reviewer", "GET", "/views?list=inbox", nil).want(200).says("[]", "items")

	at := "/views/" + kept.text("id")
	w.call("reviewer", "PATCH", at, body{"revision": 1, "name": "别的"}).problem(403, "forbidden")
	w.call("supervisor", "PATCH", at, body{"revision": 2, "name": "别的"}).problem(409, "stale")
	w.call("supervisor", "PATCH", at, body{"revision": 1, "filter": body{"mine": "1"}}).want(200).
		says("/posts?mine=1", "address").
		says("本局", "name").
		says("2", "revision")
	w.call("supervisor", "DELETE", "/views/"+own.text("id")+"?revision=1", nil).problem(404, "not_found")
	w.call("supervisor", "DELETE", at+"?revision=1", nil).problem(409, "stale")
	w.call("supervisor", "DELETE", at+"?revision=2", nil).want(204)
	w.call("reviewer", "DELETE", "/views/"+own.text("id")+"?revision=1", nil).want(204)
	w.call("reviewer", "GET", "/views", nil).want(200).says("[]", "items")
}
