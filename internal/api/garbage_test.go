package api_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"juzhen/internal/api"
	"juzhen/internal/web"
)

// garbage are values no use case can want, by what they stand for.
var garbage = []string{
	`null`, `true`, `-1`, `0`, `1e400`, `1.5`, `9223372036854775807`, `99999999999999999999`, `""`,
	`"\u0000"`, `"\ud800"`, `"'; DROP TABLE posts; --"`, `"../../etc/passwd"`,
	`"2026-13-45T99:99:99Z"`, `"0000-01-01T00:00:00Z"`, `"9999-12-31T23:59:59Z"`, `[]`, `{}`,
	`[null]`, `{"a":{"b":[{}]}}`, `[1,1,1]`,
}

// bodies are whole bodies that are wrong before anybody looks inside.
var bodies = []string{
	``, `{`, `}`, `nul`, `[]`, `"x"`, `{"a":1}{"b":2}`, `{"text":"` + "\xff\xfe" + `"}`,
	`{"x":` + strings.Repeat(`[`, 100000) + strings.Repeat(`]`, 100000) + `}`,
	strings.Repeat(`{"a":`, 5000) + `1` + strings.Repeat(`}`, 5000),
	`{"text":"` + strings.Repeat("长", 200000) + `"}`, `<xml/>`,
}

// TestGarbageIsRefusedAndChangesNothing sends every operation what its schema does not allow, as
// somebody who may do nearly everything: refusals are 4xx problems, and not a row of the database is
// another one afterwards.
func TestGarbageIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.approve(w.submitted("今日空气质量良"))

	for _, p := range people {
		w.token(p.name)
	}
	before := w.fingerprint()
	doc, err := openapi3.NewLoader().LoadFromData(fetch(t, w.kit, "/api/v1/openapi-3.0.json", ""))
	w.must(err)
	dice := rand.New(rand.NewPCG(7, 7))
	each := func(do func(method, path string, op *openapi3.Operation)) {
		paths := doc.Paths.Map()
		for _, path := range slices.Sorted(maps.Keys(paths)) {
			operations := paths[path].Operations()
			for _, method := range slices.Sorted(maps.Keys(operations)) {
				do(method, path, operations[method])
			}
		}
	}
	each(func(method, path string, op *openapi3.Operation) { w.attack(dice, method, path, op) })
	if after := w.fingerprint(); after != before {
		t.Errorf("rows changed:\n%s\nbefore:\n%s", after, before)
	}
	// What has the right type goes on to the use cases. It may be taken there; it may not break anything.
	each(func(method, path string, op *openapi3.Operation) { w.feed(dice, method, path, op) })
	if log := w.log.String(); strings.Contains(log, "level=ERROR") {
		t.Errorf("errors in the log: %.2000s", log[strings.Index(log, "level=ERROR"):])
	}
}

// actorFor is somebody who gets past the route's permission.
func actorFor(op *openapi3.Operation) string {
	who := map[string]string{
		"post.write":        "writer",
		"post.view":         "writer",
		"post.review":       "reviewer",
		"delivery.confirm":  "reviewer",
		"delivery.decide":   "supervisor",
		"delivery.takedown": "supervisor",
		"delivery.pause":    "supervisor",
		"audit.view":        "auditor",
		"reach.view":        "reviewer",
		"open":              "",
	}
	name, ok := who[fmt.Sprint(op.Extensions["x-permission"])]
	if !ok {
		return "admin"
	}

	return name
}

// feed sends bodies whose members are of the right type or garbage, about things that are there and
// things that are not.
func (w *world) feed(dice *rand.Rand, method, path string, op *openapi3.Operation) {
	w.Helper()
	if op.RequestBody == nil || strings.HasPrefix(path, "/sessions") || strings.HasPrefix(path, "/me") {
		return // ending sessions would end the test
	}

	for _, content := range op.RequestBody.Value.Content {
		for range 12 {
			var members []string

			for name, s := range content.Schema.Value.Properties {
				switch dice.IntN(4) {
				case 0:
				case 1:
					members = append(members, fmt.Sprintf("%q:%s", name, garbage[dice.IntN(len(garbage))]))
				default:
					members = append(members, fmt.Sprintf("%q:%s", name, sample(s.Value)))
				}
			}

			body := "{" + strings.Join(members, ",") + "}"
			for _, id := range []string{"987654321", "1"} {
				if answer := w.shoot(
					actorFor(op),
					method,
					strings.ReplaceAll(path, "{id}", id),
					body,
				); answer.Code >= 500 {
					w.Errorf("%s with %s: status %d: %s", answer.what, body, answer.Code, answer.Body)
				}
			}
		}
	}
}

// attack sends one operation wrong bodies, wrong fields and wrong parameters.
func (w *world) attack(dice *rand.Rand, method, path string, op *openapi3.Operation) {
	w.Helper()
	name := actorFor(op)

	at := strings.ReplaceAll(path, "{id}", "987654321")
	for _, id := range []string{
		"x", "-1", "0", "9223372036854775807", "99999999999999999999", "%00", "%FF", "1%2F2", "1;2",
	} {
		if strings.Contains(path, "{id}") {
			w.refused(name, method, strings.ReplaceAll(path, "{id}", id), "{}")
		}
	}

	for _, p := range op.Parameters {
		if p.Value.In == "query" {
			for _, v := range []string{
				"%00", "%FF", "%zz", "-1", "x'", "1e9", "99999999999999999999",
				"0001-01-01T00:00:00Z", strings.Repeat("9", 3000),
			} {
				w.survives(name, method, at+"?"+p.Value.Name+"="+v)
			}
			w.survives(name, method, at+"?no_such_parameter=1")
		}
	}
	if op.RequestBody == nil {
		return
	}

	for _, b := range bodies {
		w.refused(name, method, at, b)
	}

	for _, content := range op.RequestBody.Value.Content {
		w.spoil(dice, name, method, at, content.Schema)
	}
}

// spoil sends bodies of which each member in turn is garbage and the others are of their type.
func (w *world) spoil(dice *rand.Rand, name, method, at string, schema *openapi3.SchemaRef) {
	w.Helper()

	for spoilt := range schema.Value.Properties {
		for range 5 {
			var members []string

			for other, s := range schema.Value.Properties {
				v := sample(s.Value)
				if other == spoilt {
					v = garbage[dice.IntN(len(garbage))]
				}
				members = append(members, fmt.Sprintf("%q:%s", other, v))
			}
			// The thing itself does not exist, or the name is unknown: nothing may happen even if the
			// garbage is of the right type.
			w.refused(name, method, at, "{"+strings.Join(members, ",")+`,"no_such_member":1}`)
		}
	}
}

func sample(s *openapi3.Schema) string {
	switch {
	case len(s.Enum) > 0:
		return fmt.Sprintf("%q", s.Enum[0])
	case s.Type.Is("integer"):
		return "987654321"
	case s.Type.Is("boolean"):
		return "true"
	case s.Type.Is("array"):
		return "[]"
	case s.Type.Is("object"):
		return "{}"
	case s.Format == "date-time":
		return `"2026-12-01T00:00:00Z"`
	}

	return `"文字"`
}

// refused fails the test unless the answer is a problem that blames the sender.
func (w *world) refused(name, method, at, body string) {
	w.Helper()
	answer := w.shoot(name, method, at, body)
	if method == http.MethodGet && answer.Code == http.StatusOK {
		return // a body nobody asked for
	}
	if answer.Code < 400 || answer.Code >= 500 {
		w.Errorf("%s %s with %.80q: status %d: %.300s", method, at, body, answer.Code, answer.Body)
	}
	if answer.Header().Get("Content-Type") == "" ||
		!strings.HasPrefix(answer.Header().Get("Content-Type"), "application/problem+json") &&
			answer.Body.Len() > 0 {
		w.Errorf(
			"%s %s with %.80q: status %d as %s",
			method,
			at,
			body,
			answer.Code,
			answer.Header().Get("Content-Type"),
		)
	}
}

// survives fails the test when a parameter is too much for the interface.
func (w *world) survives(name, method, at string) {
	w.Helper()
	if answer := w.shoot(name, method, at, "{}"); answer.Code >= 500 {
		w.Errorf("%s %.200s: status %d: %s", method, at, answer.Code, answer.Body)
	}
}

func (w *world) shoot(name, method, at, body string) answer {
	w.Helper()
	r, err := http.NewRequestWithContext(
		w.Context(),
		method,
		"http://localhost/api/v1"+at,
		strings.NewReader(body),
	)
	if err != nil { // an address no client sends
		rec := httptest.NewRecorder()
		rec.Code = http.StatusBadRequest
		rec.Header().Set("Content-Type", "application/problem+json")

		return answer{rec, w, at}
	}
	r.RemoteAddr = "192.0.2.1:1234"
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "fuzz \xff\xfe")
	if name != "" {
		r.Header.Set("Authorization", "Bearer "+w.token(name))
	}
	rec := httptest.NewRecorder()
	w.kit.Handler().ServeHTTP(rec, r)

	return answer{rec, w, method + " " + at}
}

// fingerprint is of every row of every table but the few that remember tries to sign in and when a
// session was used. That the auditor took the trail away as a file is noted in the trail itself: a
// reading, not a change.
func (w *world) fingerprint() string {
	w.Helper()
	rows, err := w.db.Pool().Query(w.Context(), `SELECT tablename FROM pg_tables
			WHERE schemaname = 'public' AND tablename NOT IN
 ('sessions', 'signin_tries', 'signin_refusals') AND tablename NOT LIKE 'river%' ORDER BY 1`)
	w.must(err)
	var names []string

	for rows.Next() {
		var n string
		w.must(rows.Scan(&n))
		names = append(names, n)
	}
	rows.Close()
	var b strings.Builder

	for _, n := range names {
		var count int
		var sum *string
		w.must(w.db.Pool().QueryRow(w.Context(), `SELECT count(*), md5(string_agg(t::text, '|'
				ORDER BY t::text)) FROM `+n+` t
WHERE (to_jsonb(t)->>'action', to_jsonb(t)->>'actor_name') IS DISTINCT FROM ('audit.export', '示例auditor')`).
			Scan(&count, &sum))
		fmt.Fprintf(&b, "%s %d %s\n", n, count, deref(sum))
	}

	return b.String()
}

func deref(s *string) string {
	if s == nil {
		return ""
	}

	return *s
}

func TestLimitsOfBodies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	huge := `{"text":"` + strings.Repeat("x", 600<<10) + `"}`
	w.call("writer", "POST", "/posts", huge).problem(413, "too_large")
	data, kind := upload(t, "图.png", bytes.Repeat([]byte{1}, 31<<20), nil)
	w.call("writer", "POST", "/media", data, kind).problem(413, "too_large")
	w.call("writer", "POST", "/posts", strings.Repeat("[", 50)).problem(400, "malformed")
	w.call("writer", "POST", "/posts", `{"text":"\u0000"}`).problem(400, "malformed")
	w.call("writer",
		"POST", "/posts",
		`text=x`, header("Content-Type", "application/x-www-form-urlencoded"),
	).problem(415, "unsupported_media")
	w.call("writer", "POST", "/posts", `{"text":1,"account_ids":"x","nonsense":true}`).
		problem(422, "invalid").
		says("not_list", "errors", 0, "code")
	w.call("writer", "GET", "/posts?limit=201", nil).
		problem(422, "invalid").
		says("query.limit", "errors", 0, "location").
		says("maximum", "errors", 0, "code")
	w.call("writer", "GET", "/posts?cursor=nonsense", nil).problem(422, "invalid")
	w.call("writer", "GET", "/posts?sate=sent", nil).
		problem(422, "invalid").
		says("unknown_name", "errors", 0, "code")
	w.call("writer", "GET", "/nonsense", nil).problem(404, "not_found")
	w.call("writer", "PUT", "/posts", nil).problem(405, "method_not_allowed")
	w.call("", "GET", "/posts", nil).problem(401, "unauthenticated")
	w.call("", "GET", "/posts", nil, header("Authorization", "Bearer nonsense")).
		problem(401, "unauthenticated")
}

func TestProblemsSpeakTheLanguageOfTheRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zh := w.call("writer", "POST", "/posts", `{"text":1}`).
		problem(422, "invalid").
		says("这里要用字符串", "errors", 0, "message")
	zh.says("有 1 处需要修改", "detail")
	w.call("writer",
		"POST", "/posts",
		`{"text":1}`, header("Accept-Language", "en-US,en;q=0.9"),
	).says("Use a string here", "errors", 0, "message")
	w.call("writer", "GET", "/posts/99", nil, header("Accept-Language", "en")).
		problem(404, "not_found").
		says("Not found", "title")
	w.call("", "GET", "/posts", nil, header("Accept-Language", "en")).
		problem(401, "unauthenticated").
		says("Please sign in", "title")
}

// TestCookieOfAnotherSiteDoesNothing has a browser send a write from elsewhere.
func TestCookieOfAnotherSiteDoesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cookie := func(r *http.Request) {
		r.AddCookie(&http.Cookie{
			Name:  web.CookieName,
			Value: w.token("writer"),
		})
	}
	w.call("", "POST", "/posts", body{"text": "稿"}, cookie, header("Sec-Fetch-Site", "cross-site")).
		problem(403, "forbidden")
	w.call("", "POST", "/posts", body{"text": "稿"}, cookie, header("Sec-Fetch-Site", "same-origin")).want(201)
}

// TestBodyThatBreaksOffChangesNothing sends half a body to a real server.
func TestBodyThatBreaksOffChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	conn := w.half()
	w.must(conn.CloseWrite())
	w.answers(conn, "HTTP/1.1 400")
	if n := w.count("SELECT count(*) FROM posts"); n != 0 {
		t.Errorf("%d posts", n)
	}
}

// TestBodyThatNeverComesIsCut waits for the interface's own patience to end.
func TestBodyThatNeverComesIsCut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(deps *api.Deps) { deps.BodyTime = 200 * time.Millisecond })
	w.answers(w.half(), "HTTP/1.1 408")
	if n := w.count("SELECT count(*) FROM posts"); n != 0 {
		t.Errorf("%d posts", n)
	}
}

// half sends the first half of a post to a real server.
func (w *world) half() *net.TCPConn {
	w.Helper()
	token := w.token("writer")
	server := httptest.NewServer(w.kit.Handler())
	w.Cleanup(server.Close)
	conn, err := (&net.Dialer{}).DialContext(
		context.Background(),
		"tcp",
		strings.TrimPrefix(server.URL, "http://"),
	)
	w.must(err)
	w.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(
		conn,
		"POST /api/v1/posts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"+
			"Content-Length: 100\r\n\r\n{\"text\":\"半",
		token,
	)
	w.must(err)

	return conn.(*net.TCPConn)
}

func (w *world) answers(conn *net.TCPConn, want string) {
	w.Helper()
	w.must(conn.SetReadDeadline(time.Now().Add(20 * time.Second)))
	head := make([]byte, len(want))
	_, err := io.ReadFull(conn, head)
	w.must(err)
	if string(head) != want {
		w.Errorf("answered %q, want %q", head, want)
	}
}
