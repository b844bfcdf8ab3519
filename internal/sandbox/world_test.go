package sandbox

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// noon is where the clock of every test stands: a working day, Asia/Shanghai.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, shanghai)

const bureau = "环保北京"

// world is a sandbox with its clock in hand, behind a real server.
type world struct {
	*Server
	t     *testing.T
	http  *httptest.Server
	token string
}

func newWorld(t *testing.T, more ...func(*Options)) *world {
	t.Helper()

	options := Options{Frozen: noon, Limits: &Limits{}}
	for _, m := range more {
		m(&options)
	}
	server := New(options)
	h := httptest.NewServer(server)
	t.Cleanup(h.Close)
	t.Cleanup(server.Close)

	return &world{Server: server, t: t, http: h, token: server.Token(bureau)}
}

// reply is an answer as a client sees it.
type reply struct {
	status int
	header http.Header
	body   string
	err    error
}

func (w *world) do(r *http.Request, err error) reply {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	client := http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	res, err := client.Do(r)
	if err != nil {
		return reply{err: err}
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)

	return reply{res.StatusCode, res.Header, string(b), err}
}

// values makes form values of pairs.
func values(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}

	return v
}

// path of a call: with /biz in it, or named in the commercial table alone, on the commercial side.
func path(call string) string {
	if _, ok := publicCalls[call]; ok || strings.HasPrefix(call, "oauth2/") {
		if isOAuth(call) {
			return "/" + call
		}

		return "/2/" + call + ".json"
	}

	return "/c/2/" + call + ".json"
}

func (w *world) post(call string, pairs ...string) reply {
	w.t.Helper()
	v := values(pairs...)
	if !v.Has("access_token") && !isOAuth(call) {
		v.Set("access_token", w.token)
	}
	r, err := http.NewRequest("POST", w.http.URL+path(call), strings.NewReader(v.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}

	return w.do(r, err)
}

func (w *world) get(call string, pairs ...string) reply {
	w.t.Helper()
	v := values(pairs...)
	if !v.Has("access_token") {
		v.Set("access_token", w.token)
	}
	r, err := http.NewRequest("GET", w.http.URL+path(call)+"?"+v.Encode(), nil)

	return w.do(r, err)
}

// send posts multipart with a picture.
func (w *world) send(call string, pic []byte, pairs ...string) reply {
	w.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)

	_ = m.WriteField("access_token", w.token)
	for i := 0; i+1 < len(pairs); i += 2 {
		_ = m.WriteField(pairs[i], pairs[i+1])
	}
	if pic != nil {
		f, _ := m.CreateFormFile("pic", "a.png")
		_, _ = f.Write(pic)
	}
	_ = m.Close()
	r, err := http.NewRequest("POST", w.http.URL+path(call), &b)
	if err == nil {
		r.Header.Set("Content-Type", m.FormDataContentType())
	}

	return w.do(r, err)
}

func (w *world) control(method, path, body string) reply {
	w.t.Helper()
	r, err := http.NewRequest(method, w.http.URL+path, strings.NewReader(body))
	return w.do(r, err)
}

func (w *world) page(path string) reply {
	w.t.Helper()
	r, err := http.NewRequest("GET", w.http.URL+path, nil)
	return w.do(r, err)
}

// tree reads the JSON of an answer.
func (r reply) tree(t *testing.T) map[string]any {
	t.Helper()
	var m map[string]any
	d := json.NewDecoder(strings.NewReader(r.body))
	d.UseNumber()
	if err := d.Decode(&m); err != nil {
		t.Fatalf("answer %d %q: %v", r.status, r.body, err)
	}

	return m
}

func (r reply) code(t *testing.T) string {
	t.Helper()
	n, _ := r.tree(t)["error_code"].(json.Number)
	return n.String()
}

func (r reply) id(t *testing.T) string {
	t.Helper()
	n, ok := r.tree(t)["id"].(json.Number)
	if !ok {
		t.Fatalf("no id in %s", r.body)
	}

	return n.String()
}

func (w *world) wantCode(r reply, code string) {
	w.t.Helper()
	if r.err != nil {
		w.t.Fatal(r.err)
	}
	if got := r.code(w.t); got != code {
		w.t.Errorf("error_code = %q, want %s; answer %d %s", got, code, r.status, r.body)
	}
}

func (w *world) wantCount(n int) {
	w.t.Helper()
	if got := w.Count(bureau); got != n {
		w.t.Errorf("%d posts, want %d", got, n)
	}
}

// texts of a timeline's posts.
func (r reply) texts(t *testing.T) []string {
	t.Helper()
	var out []string

	list, _ := r.tree(t)["statuses"].([]any)
	for _, v := range list {
		out = append(out, v.(map[string]any)["text"].(string))
	}

	return out
}

// png is the smallest picture the platform accepts.
var png = []byte(
	"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde",
)
