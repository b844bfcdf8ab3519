package api_test

import (
	"fmt"
	"testing"

	"juzhen/internal/beijing"
)

// TestAFaultGoesThroughTheBook from its opening to its end, and open again.
func TestAFaultGoesThroughTheBook(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	entry := body{"account_id": 1, "code": "link_dead", "subject": "post/41", "description": "链接打不开"}
	made := w.call("writer", "POST", "/faultbook", entry).
		want(201).
		says("open", "state").
		says("post", "source")
	id := made.text("id")
	w.call("reviewer", "POST", "/faultbook", entry).problem(409, "conflict")
	w.call("chaoyang", "POST", "/faultbook", entry).problem(404, "not_found")
	w.call("chaoyang", "GET", "/faultbook/"+id, nil).problem(404, "not_found")
	quarters := w.call("supervisor", "GET", "/faultbook/quarters?unit_id=1", nil).want(200)
	if n := quarters.len("items"); n != 8 || quarters.text("items", 0, "opened") != "1" {
		t.Errorf("%d quarters: %s", n, quarters.Body)
	}
	w.call("supervisor", "GET", "/faultbook/quarters?unit_id=999", nil).problem(404, "not_found")
	w.call("writer", "POST", "/faultbook", body{"account_id": 1, "code": "nope", "description": " "}).
		problem(422, "invalid").says("body.code", "errors", 0, "location").
		says("body.description", "errors", 1, "location")

	do := func(who, act string, b body) answer {
		t.Helper()
		return w.call(who, "POST", fmt.Sprintf("/faultbook/%s/%s", id, act), b)
	}
	deadline := beijing.Date(w.now().AddDate(0, 0, 5))
	do("supervisor", "assign", body{"revision": 1, "deadline": "2020-01-01"}).problem(422, "invalid").
		says("body.deadline", "errors", 0, "location")
	do("supervisor", "assign", body{"revision": 1, "deadline": deadline}).want(200).
		says("assigned", "state").says(deadline, "deadline")
	do("writer", "correct", body{"revision": 1, "note": "已换"}).problem(409, "conflict") // not what was shown
	do("writer", "correct", body{"revision": 2, "note": "已换"}).want(200).says("corrected", "state")
	do("writer", "check", body{"revision": 3, "passed": true, "note": "看过"}).problem(403, "forbidden")
	do(
		"reviewer",
		"check",
		body{"revision": 3, "passed": false, "note": "手机上打不开"},
	).want(200).
		says("assigned", "state")
	do("writer", "correct", body{"revision": 4, "note": "再换"}).want(200)
	do(
		"reviewer",
		"check",
		body{"revision": 5, "passed": true, "note": "看过"},
	).want(200).
		says("checked", "state")
	do("reviewer", "close", body{"revision": 6}).problem(403, "forbidden")
	do("supervisor", "close", body{"revision": 6}).want(200).says("closed", "state")

	if n := w.call("supervisor", "GET", "/faultbook", nil).want(200).len("items"); n != 0 {
		t.Errorf("%d are open", n)
	}
	w.call("supervisor", "GET", "/faultbook?state=closed&unit_id=1", nil).want(200).
		says(id, "items", 0, "id").says("reopen", "items", 0, "may", 0)
	do("supervisor", "reopen", body{"revision": 7}).problem(422, "invalid")
	do("supervisor", "reopen", body{"revision": 7, "note": "又打不开"}).want(200).says("reopened", "state")

	steps := w.call("auditor", "GET", "/faultbook/"+id, nil, header("Accept-Language", "en")).want(200).
		says("Dead link", "code_text").says("reopen", "steps", 0, "act")
	if n := steps.len("steps"); n != 8 {
		t.Errorf("%d steps", n)
	}
}

// TestWhatIsHeldBackIsEntered by a supervisor, of the own units.
func TestWhatIsHeldBackIsEntered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec("UPDATE accounts SET created_at = now() - interval '40 days' WHERE id = 1")
	w.exec(
		"INSERT INTO faults_held (code, unit_id, n, at) SELECT 'silence', unit_id, 3, now() FROM accounts WHERE id = 1",
	)

	w.call("supervisor", "GET", "/faultbook/held", nil).want(200).says("silence", "items", 0, "code").
		says("3", "items", 0, "n")
	w.call("supervisor", "POST", "/faultbook/held", body{"code": "nope"}).problem(422, "invalid")
	w.call("supervisor", "POST", "/faultbook/held", body{"code": "silence"}).want(200)
	if n := w.call("supervisor", "GET", "/faultbook/held", nil).want(200).len("items"); n != 0 {
		t.Errorf("%d still held back", n)
	}
	w.call("supervisor", "POST", "/faultbook/held", body{"code": "silence"}).problem(404, "not_found")
	w.call("supervisor", "GET", "/faultbook?code=silence", nil).want(200).says("rule", "items", 0, "source")
}
