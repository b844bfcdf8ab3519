package api_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"juzhen/internal/beijing"
)

// TestAReportIsMadeWrittenAndSigned by people who may, with its files.
func TestAReportIsMadeWrittenAndSigned(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	today, ahead := beijing.Date(w.now()), beijing.Date(w.now().AddDate(0, 0, 3))
	ask := body{"kind": "inspection", "unit_id": 1, "from": today, "to": today}
	id := w.call("supervisor", "POST", "/reports", ask).want(201).says("draft", "state").
		says("words", "may", 0).says("true", "subtree").text("id")
	w.call("reviewer", "POST", "/reports", ask).problem(403, "forbidden")
	w.call("chaoyang", "GET", "/reports/"+id, nil).problem(404, "not_found")
	w.call("writer", "GET", "/reports/"+id, nil).
		problem(404, "not_found")
		// sees one unit, this is of all below

	for _, wrong := range []body{
		{"kind": "nope", "unit_id": 1, "from": today, "to": today},
		{"kind": "league", "from": today, "to": today},
		{"kind": "account", "from": today, "to": today},
		{"kind": "league", "unit_id": 1, "from": today, "to": ahead},
	} {
		w.call("supervisor", "POST", "/reports", wrong).problem(422, "invalid")
	}

	at := "/reports/" + id
	w.call("supervisor", "POST", at+"/words", body{"revision": 3, "title": "x"}).problem(409, "conflict")
	w.call("supervisor", "POST", at+"/words", body{"revision": 1, "title": " "}).problem(422, "invalid").
		says("body.title", "errors", 0, "location")
	w.call("supervisor", "POST", at+"/words", body{"revision": 1, "title": "检查", "overview": "概况文字"}).
		want(200)
	w.call("auditor", "GET", at, nil).want(200).says("检查", "title").says("2", "version").
		says("概况文字", "sections", 0, "words").says("检查的账号", "sections", 0, "tables", 0, "rows", 3, 0)

	for format, begins := range map[string]string{"docx": "PK", "xlsx": "PK", "pdf": "%PDF"} {
		file := w.call("auditor", "GET", fmt.Sprintf("%s/file?format=%s", at, format), nil).want(200)
		if !bytes.HasPrefix(file.Body.Bytes(), []byte(begins)) ||
			!strings.Contains(file.Header().Get("Content-Disposition"), "."+format) {
			t.Errorf("%s: %v", format, file.Header())
		}
	}
	w.call("auditor", "GET", at+"/file?format=odt", nil).want(422)
	w.call("writer", "POST", at+"/sign", body{"revision": 2}).problem(403, "forbidden")
	w.call("supervisor", "POST", at+"/sign", body{"revision": 2}).want(200).says("signing", "state")
	w.call("supervisor", "POST", at+"/sign", body{"revision": 3}).problem(403, "forbidden")
	w.call("supervisor", "POST", at+"/return", body{"revision": 3, "reason": "漏了"}).
		want(200).
		says("draft", "state")

	if n := w.call("supervisor", "GET", "/reports?kind=inspection&state=draft", nil).
		want(200).
		len("items"); n != 1 {
		t.Errorf("%d reports", n)
	}
}
