package api_test

import (
	"testing"
	"time"
)

// TestAHotEventIsOpenedSignedAndClosed by people who may, two of them for its words and its end.
func TestAHotEventIsOpenedSignedAndClosed(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	ask := func() body {
		return body{
			"unit_id": 1, "title": "自来水异味", "grade": "grave", "keywords": []string{"异味"},
			"t0": w.now().Add(-time.Hour).Format(time.RFC3339),
		}
	}
	id := w.call("supervisor", "POST", "/incidents", ask()).want(201).says("open", "state").
		says("speak", "clocks", 0, "due").text("id")
	w.call("reviewer", "POST", "/incidents", ask()).problem(403, "forbidden")
	wrong := ask()
	wrong["t0"] = w.now().Add(time.Hour).Format(time.RFC3339)
	w.call("supervisor", "POST", "/incidents", wrong).problem(422, "invalid").
		says("body.t0", "errors", 0, "location")

	at := "/incidents/" + id
	w.call("supervisor", "POST", at+"/statements", body{"revision": 1, "text": "正在检测。"}).want(201).
		says("draft", "stage")
	w.call("chaoyang", "GET", at, nil).want(200).says("none", "stage")
	w.call("supervisor", "POST", at+"/statements/ask", body{"revision": 2}).want(200)
	w.call("supervisor", "POST", at+"/statements/sign", body{"revision": 3}).problem(403, "same_person")
	w.call("reviewer", "POST", at+"/statements/sign", body{"revision": 2}).problem(409, "stale")
	w.call("reviewer", "POST", at+"/statements/sign", body{"revision": 3}).want(200).
		says("正在检测。", "in_force", "text")
	w.call("chaoyang", "GET", at+"/statements", nil).want(200).says("正在检测。", "items", 0, "text")

	change := ask()
	delete(change, "unit_id")
	change["revision"], change["grade"] = 4, "other"
	w.call("supervisor", "PUT", at, change).
		problem(422, "invalid").
		says("body.reason", "errors", 0, "location")
	change["reason"] = "没有人不适"
	w.call("supervisor", "PUT", at, change).want(200).says("answer", "clocks", 0, "due")
	w.call("supervisor", "POST", at+"/record", body{
		"revision": 5, "due": "answer", "at": w.now().Format(time.RFC3339), "reason": "https://weibo.com/1/a",
	}).want(200).says("https://weibo.com/1/a", "clocks", 0, "note")
	w.call("supervisor", "POST", at+"/hold", body{"revision": 6, "delivery_ids": []int{1}}).
		problem(409, "state_changed")
	w.call("supervisor", "POST", at+"/ask-end", body{"revision": 6, "text": "已经处置。"}).want(200).
		says("closing", "state")
	w.call("supervisor", "POST", at+"/end", body{"revision": 7}).problem(403, "same_person")
	if n := w.call("auditor", "GET", "/incidents?state=closing&q=异味", nil).want(200).len("items"); n != 1 {
		t.Errorf("%d that wait for their end", n)
	}
}
