package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/fault"
)

// lately knows one session that has ended, of person 1, beside those of people.
type lately struct{ people }

func (l lately) Actor(ctx context.Context, token, ip, agent string) (access.Actor, Session, error) {
	if token == "ended" {
		return access.Actor{}, Session{EndedOf: 1}, fault.Unauthenticated("登录已过期，请重新登录")
	}

	return l.people.Actor(ctx, token, ip, agent)
}

// lateKit has a form with a large limit and the sign-in, which takes everybody as the writer.
func lateKit(t *testing.T, got *url.Values) *Kit {
	t.Helper()
	kit := newKit(t, func(options *Options) { options.Sessions = lately{options.Sessions.(people)} })
	kit.Handle(kit.Group(""), http.MethodPost, "/posts/save", access.PostWrite, func(c *gin.Context) error {
		err := parseForm(c)
		*got = c.Request.PostForm
		c.Status(http.StatusNoContent)

		return err
	}, MaxBody(64<<20))
	kit.Handle(kit.Group(""), http.MethodPost, SignInPath, Open, func(c *gin.Context) error {
		return kit.SignedIn(c, "writer", noon.Add(time.Hour))
	})

	return kit
}

// sendParts posts fields as a form with files does.
func sendParts(t *testing.T, kit *Kit, target, token string, fields url.Values) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)

	for name, values := range fields {
		for _, v := range values {
			if err := form.WriteField(name, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}

	r := httptest.NewRequest(http.MethodPost, target, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Referer", "http://example.com/posts/7/edit")
	if token != "" {
		r.AddCookie(&http.Cookie{Name: CookieName, Value: token})
	}
	w := httptest.NewRecorder()
	kit.Handler().ServeHTTP(w, r)

	return w
}

func TestWhatStrangersSendIsBounded(t *testing.T) {
	t.Parallel()
	var got url.Values
	kit := lateKit(t, &got)
	quotes := strings.Repeat(`"`, 60<<10)

	many := url.Values{}
	for i := range 4000 {
		many.Set(fmt.Sprint(i), "1")
	}

	for name, c := range map[string]struct {
		form    url.Values
		carries bool
	}{
		"a short form":                 {url.Values{"text": {"正文"}}, true},
		"63 MB":                        {url.Values{"text": {strings.Repeat("a", 63<<20)}}, false},
		"just over 64 KB":              {url.Values{"text": {strings.Repeat("a", 64<<10)}}, false},
		"what grows when it is echoed": {url.Values{"text": {quotes}}, false},
		"many fields":                  {many, false},
	} {
		w, doc := ask(t, kit, "POST", "/posts/save", "", c.form)
		if w.Code != http.StatusUnauthorized || w.Body.Len() > 256<<10 {
			t.Errorf("%s: status %d, %d bytes come back", name, w.Code, w.Body.Len())
		}
		if carries := doc.Find("input[name='carry-form']").Length() == 1; carries != c.carries {
			t.Errorf("%s: carried: %v", name, carries)
		}
		if kept := doc.Find("meta[name='page-for'][data-unsent]").Length() == 1; !kept {
			t.Errorf("%s: the page does not say that it was not taken", name)
		}
	}

	w := sendParts(t, kit, "/posts/save", "", url.Values{"text": {"正文"}})
	if w.Code != http.StatusUnauthorized || strings.Contains(w.Body.String(), "carry-form") {
		t.Errorf("a form with files: status %d", w.Code)
	}
	if !strings.Contains(w.Body.String(), `value="/posts/7/edit"`) {
		t.Error("the sign-in does not lead back to the page that keeps what was typed")
	}
}

func TestTwentyWordingsComeThroughTheSignIn(t *testing.T) {
	t.Parallel()
	var got url.Values
	kit := lateKit(t, &got)

	typed := url.Values{"text": {"正文"}, readerField: {"1"}}
	for i := range 20 {
		typed.Set(fmt.Sprintf("text-%d", i), strings.Repeat("今日空气质量良好", 2000))
	}

	w := sendParts(t, kit, "/posts/save", "ended", typed)
	doc := readDoc(t, w)
	if kind, _ := doc.Find("form[action='/signin']").
		Attr("enctype"); w.Code != http.StatusUnauthorized ||
		kind != "multipart/form-data" {
		t.Fatalf("status %d, sent as %q", w.Code, kind)
	}
	w = sendParts(t, kit, SignInPath, "ended", formOf(doc, "form[action='/signin']"))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %.300s", w.Code, w.Body)
	}
	sendParts(t, kit, "/posts/save", "writer", formOf(readDoc(t, w), "main form"))

	for name := range typed {
		if got.Get(name) != typed.Get(name) {
			t.Errorf("%s arrived with %d bytes of %d", name, len(got.Get(name)), len(typed.Get(name)))
		}
	}

	typed.Set("text", strings.Repeat("a", 1<<20))
	if w = sendParts(
		t,
		kit,
		"/posts/save",
		"ended",
		typed,
	); w.Code != http.StatusUnauthorized ||
		w.Body.Len() > 64<<10 {
		t.Errorf("beyond 1 MB: status %d, %d bytes come back", w.Code, w.Body.Len())
	}
}

func TestALargeLimitIsForFilesAndNotForText(t *testing.T) {
	t.Parallel()
	var got url.Values
	kit := lateKit(t, &got)
	long := url.Values{"text": {strings.Repeat("a", 3<<20)}}
	if w, _ := ask(t, kit, "POST", "/posts/save", "writer", long); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a plain form of 3 MB: status %d", w.Code)
	}
	if w := sendParts(t, kit, "/posts/save", "writer", long); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a form with files and 3 MB of text: status %d", w.Code)
	}
}

// TestAStrangersBytesCostNoMemory sends 63 MB to a route with a large limit, eight at a time, and looks
// at what the process held at its fullest. It does so in a process of its own, that has done nothing
// else.
func TestAStrangersBytesCostNoMemory(t *testing.T) {
	t.Parallel()
	if os.Getenv("JUZHEN_TEST_ALONE") == "" {
		alone := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
		alone.Env = append(os.Environ(), "JUZHEN_TEST_ALONE=1")
		if out, err := alone.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}

		return
	}

	var got url.Values
	kit := lateKit(t, &got)
	server := httptest.NewServer(kit.Handler())
	defer server.Close()
	ask(t, kit, "POST", "/posts/save", "", url.Values{"text": {"正文"}})
	rest := memory(t, "VmRSS")

	done := make(chan error)

	for range 8 {
		go func() {
			body := io.MultiReader(strings.NewReader("text="), io.LimitReader(repeat('"'), 63<<20))
			answer, err := http.Post(server.URL+"/posts/save", "application/x-www-form-urlencoded", body)
			if err == nil { // the server may end the connection before it is told everything
				_, err = io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
			}
			done <- err
		}()
	}

	for range 8 {
		<-done
	}
	if peak := memory(t, "VmHWM"); peak > 3*rest {
		t.Errorf("%d MB at rest, %d MB at the fullest", rest>>20, peak>>20)
	}
}

// repeat is one byte without end.
type repeat byte

func (r repeat) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(r)
	}

	return len(p), nil
}

// memory reads a figure of this process, in bytes.
func memory(t *testing.T, name string) (bytes int64) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}

	for line := range strings.Lines(string(status)) {
		if _, err := fmt.Sscanf(line, name+": %d kB", &bytes); err == nil {
			return bytes << 10
		}
	}
	t.Fatalf("no %s", name)

	return 0
}
