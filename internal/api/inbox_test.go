package api_test

import (
	"fmt"
	"testing"
)

// asked lets a citizen ask the first account something.
func (w *world) asked() {
	w.Helper()
	_, err := w.db.Pool().Exec(w.Context(), `
INSERT INTO inbox_matters (account_id, citizen, thread, state, kind, unit_id, opened_at, asked_at,
    waits_since, due_at, updated_at, last_item_id)
SELECT id, '57', '50', 'open', 'ask', unit_id, $1, $1, $1, $1, $1, 1 FROM accounts WHERE id = 1`, w.now())
	if err == nil {
		_, err = w.db.Pool().Exec(w.Context(), `
INSERT INTO inbox_items (matter_id, account_id, thing, remote_id, source, contract, said_at, author, name,
    text, taken_at, keep_until)
VALUES (1, 1, 'comment', '40', 'comment', 'commercial', $1, '57', '通州老张', '请问限行吗 13800138000', $1, $1)`, w.now())
	}
	if err != nil {
		w.Fatal(err)
	}
}

// TestWhatACitizenSaysIsDealtWith from the list to the end.
func TestWhatACitizenSaysIsDealtWith(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	w.asked()

	w.call("writer", "GET", "/inbox?kind=ask&source=comment&q=限行", nil).want(200).
		says("通＊＊", "items", 0, "name").says("请问限行吗 ＊＊＊", "items", 0, "text")
	w.call("chaoyang", "GET", "/inbox/1", nil).problem(404, "not_found")
	w.call("auditor", "GET", "/inbox/1", nil).want(200).says("通＊＊", "talk", 0, "name")
	w.call("auditor", "POST", "/inbox/1/reveal", nil).problem(403, "forbidden")
	w.call("writer", "POST", "/inbox/1/reveal", nil).want(200).says("通州老张", "talk", 0, "name")

	do := func(who, act string, b body) answer {
		t.Helper()
		return w.call(who, "POST", fmt.Sprintf("/inbox/1/%s", act), b)
	}
	do("supervisor", "assign", body{"revision": 1}).want(200).says("assigned", "state")
	do("writer", "answer", body{"revision": 1, "way": "phone", "note": "不限行"}).problem(409, "conflict")
	do(
		"writer",
		"answer",
		body{"revision": 2, "way": "post", "note": "不限行", "link": "x"},
	).problem(422, "invalid").
		says("body.link", "errors", 0, "location")
	do("writer", "refer", body{"revision": 2, "number": "12345-7"}).want(200).says("referred", "state")
	do("writer", "back", body{"revision": 3}).want(200).says("assigned", "state")
	do("writer", "snooze", body{"revision": 4, "until": w.now().AddDate(0, 0, 90)}).problem(422, "invalid")
	do("writer", "snooze", body{"revision": 4, "until": w.now().AddDate(0, 0, 1)}).want(200)
	do("writer", "sort", body{"revision": 5, "kind": "report"}).want(200).says("report", "kind")
	do("writer", "note", body{"revision": 6, "note": "问过"}).want(200)
	do("writer", "return", body{"revision": 7, "note": "不是我们的"}).want(200).says("open", "state")
	do("writer", "close", body{"revision": 8, "result": "solved"}).problem(422, "invalid")
	do(
		"writer",
		"answer",
		body{"revision": 8, "way": "phone", "note": "不限行"},
	).want(200).
		says("answered", "state")
	do("writer", "close", body{"revision": 9, "result": "solved"}).want(200).says("closed", "state")
	do("writer", "reopen", body{"revision": 10, "note": "又问"}).want(200).says("reopened", "state")

	if n := w.call("writer", "GET", "/inbox/1", nil).want(200).len("steps"); n != 10 {
		t.Errorf("%d steps", n)
	}
	if n := w.call("writer", "GET", "/inbox?show=mine", nil).want(200).len("items"); n != 0 {
		t.Errorf("%d are the writer's", n)
	}
}

// TestAnAnswerByTheInterface is sent once, for the revision that was read, and decided about by two people.
func TestAnAnswerByTheInterface(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.asked()
	_, err := w.db.Pool().Exec(t.Context(),
		"UPDATE accounts SET connector = 'commercial', state = 'live' WHERE id = 1")
	if err != nil {
		t.Fatal(err)
	}
	text := body{"revision": 1, "text": "明天不限行"}
	w.call("auditor", "POST", "/inbox/1/reply", text).problem(403, "forbidden")
	w.call("chaoyang", "POST", "/inbox/1/reply", text).problem(404, "not_found")
	w.call("writer", "POST", "/inbox/1/reply", body{"revision": 1, "text": " "}).problem(422, "invalid").
		says("body.text", "errors", 0, "location")
	w.call("writer", "POST", "/inbox/1/reply", body{"revision": 9, "text": "明天不限行"}).
		problem(409, "conflict")
	w.call("writer", "GET", "/inbox/1/replies", nil).want(200).says("[]", "items")

	w.call("writer", "POST", "/inbox/1/reply", text).want(200).says("2", "revision")
	w.call("writer", "POST", "/inbox/1/reply", body{"revision": 2, "text": "再说一次"}).problem(409, "answering")
	sent := w.call("writer", "GET", "/inbox/1/replies", nil).want(200).
		says("open", "items", 0, "state").
		says("明天不限行", "items", 0, "text").
		says("[take_back]", "items", 0, "may")
	w.call("auditor", "GET", "/inbox/1/replies", nil).want(200).says("[]", "items", 0, "may")
	w.call("chaoyang", "GET", "/inbox/1/replies", nil).problem(404, "not_found")

	_, err = w.db.Pool().Exec(t.Context(),
		"UPDATE all_deliveries SET state = 'unknown', reason = 'look_person', marked_at = created_at")
	if err != nil {
		t.Fatal(err)
	}
	at := "/inbox/1/replies/" + sent.text("items", 0, "id")
	w.call("writer", "POST", at, body{"act": "agree"}).problem(409, "state_changed")
	w.call("writer", "POST", at, body{"act": "take_back"}).problem(409, "state_changed")
	w.call("writer", "POST", at, body{"act": "lose"}).problem(422, "invalid")
	w.call("writer", "POST", at, body{"act": "deny"}).want(200).says("[saw_it]", "items", 0, "may")
	w.call("writer", "POST", at, body{"act": "agree"}).problem(403, "same_person")
	w.call("supervisor", "POST", at, body{"act": "agree"}).want(200).says("ended", "items", 0, "state")
	w.call("writer", "GET", "/posts", nil).want(200).says("[]", "items")
	w.call("writer", "GET", "/deliveries", nil).want(200).says("[]", "items")
}

// TestRulesByTheInterface: made, changed and retired by the revision that was read, and followed by what
// waits.
func TestRulesByTheInterface(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.asked()
	rule := body{
		"unit_id": 1, "name": "限行", "position": 5, "words": []string{"限行"}, "kinds": []string{"ask"},
		"begin": "22:00", "end": "06:00", "to_unit_id": 3,
	}
	w.call("writer", "POST", "/inbox/rules", rule).problem(403, "forbidden")
	w.call("supervisor", "POST", "/inbox/rules", body{"unit_id": 1, "name": "空", "position": 1}).
		problem(422, "invalid").
		says("body.to_unit_id", "errors", 0, "location")
	made := w.call("supervisor", "POST", "/inbox/rules", rule).want(201).
		says("1", "revision").
		says("22:00", "begin").
		says("[ask]", "kinds")
	w.call("auditor", "GET", "/inbox/rules", nil).want(200).says("限行", "items", 0, "name")
	w.call("chaoyang", "GET", "/inbox/rules", nil).want(200).says("[]", "items")

	at := "/inbox/rules/" + made.text("id")
	all := body{"revision": 1, "name": "全部", "position": 5, "to_unit_id": 3, "to_kind": "report"}
	w.call("chaoyang", "PUT", at, all).problem(403, "forbidden")
	w.call("supervisor", "PUT", at, all).want(200).says("2", "revision").says("report", "to_kind")
	w.call("supervisor", "PUT", at, all).problem(409, "stale")
	w.call("supervisor", "POST", at+"/apply", body{"revision": 1}).problem(409, "stale")
	w.call("supervisor", "POST", at+"/apply", body{"revision": 2}).want(200).says("1", "done")
	w.call("supervisor", "GET", "/inbox/1", nil).want(200).
		says("assigned", "state").
		says("report", "kind").
		says("3", "unit_id")
	w.call("supervisor", "POST", at+"/retire", body{"revision": 1}).problem(409, "stale")
	w.call("supervisor", "POST", at+"/retire", body{"revision": 2}).want(200).says("3", "revision")
	w.call("supervisor", "GET", "/inbox/rules", nil).want(200).says("[]", "items")
}

// TestTermsByTheInterface: read, set from an instant on, refused on an old revision, given up.
func TestTermsByTheInterface(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	terms := map[string]any{
		"begin": "08:00", "end": "24:00", "days": []int{1, 2, 3}, "works": true,
		"limits": []map[string]any{{"kind": "ask", "first_minutes": 30, "next_minutes": 60, "urgent": true}},
	}
	w.call("writer", "GET", "/inbox/terms", nil).want(200).says("09:00", "items", 0, "now", "begin")
	w.call("writer", "PUT", "/inbox/terms/1", body{"revision": 0}).problem(403, "forbidden")
	set := body{"revision": 0, "terms": terms}
	w.call("supervisor", "PUT", "/inbox/terms/1", set).
		want(200).
		says("24:00", "now", "end").
		says("1", "revision")
	w.call("supervisor", "PUT", "/inbox/terms/1", set).problem(409, "conflict")
	terms["days"] = []int{}
	w.call("supervisor", "PUT", "/inbox/terms/1", body{"revision": 1, "terms": terms}).problem(422, "invalid")
	w.call("supervisor", "PUT", "/inbox/terms/1", body{"revision": 1}).want(200).says("09:00", "now", "begin")
	w.call("auditor", "GET", "/inbox/terms/1", nil).want(200).says("2", "revision")
}
