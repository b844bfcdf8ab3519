package api_test

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
)

// cells reads the answer as a table.
func (a answer) cells() [][]string {
	a.w.Helper()
	a.want(200)
	if kind := a.Header().Get("Content-Type"); !strings.HasPrefix(kind, "text/csv") {
		a.w.Fatalf("%s: answered as %s: %s", a.what, kind, a.Body)
	}
	text, marked := strings.CutPrefix(a.Body.String(), "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !marked || !strings.Contains(a.Header().Get("Content-Disposition"), ".csv") {
		a.w.Fatalf("%s: %v, %v", a.what, err, a.Header())
	}

	return rows
}

func TestListsComeAsTables(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for i := range 3 {
		w.call("writer", "POST", "/posts", body{
			"text":        fmt.Sprintf("=cmd|%d", i),
			"account_ids": []int{1},
			"due_at":      w.in(3e12),
			"submit":      true,
		}).want(201)
	}
	rows := w.call("writer", "GET", "/posts?limit=1&format=csv", nil).cells()
	if len(rows) != 4 || rows[0][0] != "编号" || rows[1][2] != "'=cmd|2" || rows[1][1] != "待审" {
		t.Errorf("%q", rows)
	}
	rows = w.call("writer", "GET", "/deliveries?limit=1", nil, header("Accept", "text/csv"), header("Accept-Language", "en")).
		cells()
	if len(rows) != 4 || rows[0][2] != "Account" || rows[1][2] != "环保北京" || rows[1][3] != "Planned" {
		t.Errorf("%q", rows)
	}
	if rows := w.call("chaoyang", "GET", "/posts?format=csv", nil).cells(); len(rows) != 1 {
		t.Errorf("somebody else's rows: %q", rows)
	}

	for path, columns := range map[string]int{"/reach": 16, "/reach/posts": 11, "/accounts/1/reach": 10} {
		rows := w.call("supervisor", "GET", path+"?format=csv", nil).cells()
		if len(rows[0]) != columns {
			t.Errorf("%s: %q", path, rows[0])
		}
	}
	if rows := w.call("supervisor", "GET", "/reach?format=csv&unit_id=3", nil).
		cells(); len(rows) != 3 ||
		rows[2][0] != "合计" {
		t.Errorf("%q", rows)
	}
	trail := w.call("auditor", "GET", "/audit?action=post.submit&format=csv", nil).cells()
	if len(trail) != 4 || len(trail[0]) != 13 {
		t.Errorf("%q", trail)
	}
	if n := w.count("SELECT count(*) FROM audit_entries WHERE action = 'audit.export'"); n != 1 {
		t.Errorf("%d exports recorded", n)
	}
}

func TestTablesAreRefusedLikeLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.call("writer", "GET", "/audit?format=csv", nil).problem(403, "forbidden")
	w.call("", "GET", "/posts?format=csv", nil).problem(401, "unauthenticated")
	w.call("writer", "GET", "/posts?format=csv&unit_id=999", nil).problem(404, "not_found")
	w.call("writer", "GET", "/posts?format=xml", nil).problem(422, "invalid")
	w.call("writer", "GET", "/units?format=csv", nil).problem(422, "invalid")
	w.call("supervisor", "GET", "/reach?format=csv&from=2026-12-02&to=2026-12-01", nil).
		problem(422, "invalid")
}

func TestFormOfTheAnswerIsNegotiated(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for accept, status := range map[string]int{
		"":                         200,
		"*/*":                      200,
		"application/json":         200,
		"application/*;q=0.5":      200,
		"text/html, */*;q=0.1":     200,
		"application/problem+json": 200,
		"text/html":                406,
		"application/xml":          406,
		"text/csv":                 406,
		";;;":                      200,
	} {
		if answer := w.call("writer", "GET", "/units", nil, header("Accept", accept)); answer.Code != status {
			t.Errorf("Accept %q: %d, want %d: %s", accept, answer.Code, status, answer.Body)
		}
	}
	w.call("writer", "GET", "/units", nil, header("Accept", "text/html")).problem(406, "not_acceptable")
	if kind := w.call("writer", "GET", "/posts", nil, header("Accept", "application/json, text/csv;q=0.5")).
		want(200).
		Header().
		Get("Content-Type"); kind != "application/json" {
		t.Errorf("answered as %s", kind)
	}
}

func TestBodiesThatReadTwoWaysAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	for raw, want := range map[string]string{
		`{"text":"a","text":"b"}`: "malformed",
		`{"text":"a","variants":[{"account_id":1,"text":"b","text":"c"}]}`: "malformed",
		`{"text":"\ud800"}`:       "malformed",
		`{"text":"\udc00\ud800"}`: "malformed",
		`{"text":"\ud83d x"}`:     "malformed",
		`{"Text":"a"}`:            "invalid",
		`{"text":"a","TEXT":"b"}`: "invalid",
	} {
		status := map[string]int{"malformed": 400, "invalid": 422}[want]
		w.call("writer", "POST", "/posts", raw).problem(status, want)
	}
	w.call("writer", "POST", "/posts", `{"text":"\ud83d\ude00 \\ud800 名","variants":[],"media_ids":[]}`).
		want(201).
		says("😀 \\ud800 名", "text")

	for kind, status := range map[string]int{
		"text/plain":                        415,
		"application/json; charset=gbk":     415,
		"application/json; charset=UTF-8":   201,
		"application/x-www-form-urlencoded": 415,
		"a/b/c":                             415,
	} {
		if answer := w.call("writer",
			"POST", "/posts",
			`{"text":"a"}`, header("Content-Type", kind),
		); answer.Code != status {
			t.Errorf("%s: %d, want %d", kind, answer.Code, status)
		}
	}
	w.call("writer",
		"POST", "/posts",
		`{"text":"a"}`, header("Content-Encoding", "gzip"),
	).problem(415, "unsupported_media")
	w.call("writer", "POST", "/media", `{"file":"a"}`).problem(415, "unsupported_media")
	w.call("writer",
		"POST", "/media",
		`x`, header("Content-Type", "multipart/form-data"),
	).problem(415, "unsupported_media")
}

func TestSpansThatEndBeforeTheyBeginAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	span := "?from=2026-12-02T00:00:00Z&to=2026-12-01T00:00:00Z"
	w.call("writer", "GET", "/posts"+span, nil).
		problem(422, "invalid").
		says("query.to", "errors", 0, "location")
	w.call("writer", "GET", "/deliveries"+span, nil).
		problem(422, "invalid").
		says("query.to", "errors", 0, "location")
	w.call("auditor", "GET", "/audit"+span, nil).
		problem(422, "invalid").
		says("query.to", "errors", 0, "location")
	w.call("writer", "GET", "/posts?state=nope", nil).problem(422, "invalid")
}

// TestPagesHoldStillWhileRowsComeIn reads a list in pages while others write: nothing is shown twice,
// nothing that was there is left out.
func TestPagesHoldStillWhileRowsComeIn(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for i := range 6 {
		w.call("writer", "POST", "/posts", body{"text": fmt.Sprint("旧", i)}).want(201)
	}

	seen, cursor := map[string]int{}, ""
	for range 10 {
		page := w.call("writer", "GET", "/posts?limit=2&cursor="+cursor, nil).want(200)
		for i := range page.len("items") {
			seen[page.text("items", i, "text")]++
		}
		w.call("writer", "POST", "/posts", body{"text": "新" + cursor}).want(201)
		if cursor = page.text("next"); cursor == "" {
			break
		}
	}

	for i := range 6 {
		if seen[fmt.Sprint("旧", i)] != 1 {
			t.Errorf("post %d was shown %d times", i, seen[fmt.Sprint("旧", i)])
		}
	}
}

func TestMethodsAreNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if answer := w.call("", "OPTIONS", "/posts", nil).
		want(204); answer.Header().
		Get("Allow") !=
		"GET, HEAD, POST" {
		t.Errorf("Allow: %q", answer.Header().Get("Allow"))
	}
	if answer := w.call("writer", "PUT", "/posts", nil).
		problem(405, "method_not_allowed"); answer.Header().
		Get("Allow") ==
		"" {
		t.Error("no Allow")
	}
}
