package api_test

import (
	"testing"
	"time"
)

// TestARebuttalIsWrittenSignedAndCorrected by people who may, and warns who writes otherwise.
func TestARebuttalIsWrittenSignedAndCorrected(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	ask := func() body {
		return body{
			"unit_id":  1,
			"claim":    "明天将启动红色预警",
			"truth":    "没有预警。",
			"area":     "全市",
			"expert":   "首席预报员",
			"evidence": []body{{"source": "会商单.pdf", "note": "12 月 1 日"}},
			"keywords": [][]string{{"红色预警", "启动"}},
			"valid_from": w.now().
				Format(time.RFC3339),
			"valid_until": w.now().AddDate(0, 0, 4).Format(time.RFC3339),
		}
	}
	id := w.call("supervisor", "POST", "/rebuttals", ask()).want(201).says("draft", "state").text("id")
	w.call("reviewer", "POST", "/rebuttals", ask()).problem(403, "forbidden")
	w.call("chaoyang", "GET", "/rebuttals/"+id, nil).problem(404, "not_found")
	wrong := ask()
	wrong["evidence"] = []body{{"source": "ftp://x"}}
	w.call("supervisor", "POST", "/rebuttals", wrong).problem(422, "invalid").
		says("body.evidence", "errors", 0, "location")

	at := "/rebuttals/" + id
	w.call("supervisor", "POST", at+"/ask", body{"revision": 1}).want(200).says("signing", "state")
	w.call("supervisor", "POST", at+"/sign", body{"revision": 2}).problem(403, "same_person")
	w.call("reviewer", "POST", at+"/sign", body{"revision": 1}).problem(409, "stale")
	w.call("reviewer", "POST", at+"/return", body{"revision": 2}).problem(422, "invalid")
	w.call("reviewer", "POST", at+"/sign", body{
		"revision": 2, "review_at": w.now().AddDate(0, 0, 2).Format(time.RFC3339),
	}).want(200).says("valid", "state").says("1", "signed_version")
	w.call("chaoyang", "GET", at, nil).want(200).says("首席预报员", "words", "expert")

	change := ask()
	delete(change, "unit_id")
	change["revision"] = 3
	w.call("supervisor", "PUT", at, change).want(200).says("2", "version").says("1", "signed_version")
	w.call("supervisor", "POST", at+"/review", body{"revision": 4}).problem(409, "conflict")
	w.call("supervisor", "POST", at+"/withdraw", body{"revision": 4, "reason": "预报变了"}).want(200).
		says("true", "correction_due")
	w.call("supervisor", "POST", at+"/correct", body{"revision": 5, "reason": "稿件 7"}).want(200).
		says("false", "correction_due")
	if n := w.call("auditor", "GET", "/rebuttals?state=withdrawn&q=红色", nil).want(200).len("items"); n != 1 {
		t.Errorf("%d withdrawn", n)
	}
	w.call("auditor", "GET", at, nil).want(200).says("2", "versions", 0, "number")
}
