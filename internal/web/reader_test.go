package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
)

func readDoc(t *testing.T, w *httptest.ResponseRecorder) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatal(err)
	}

	return doc
}

// approving counts what was done, and knows the names of its people.
func approving(t *testing.T, done *int) *Kit {
	t.Helper()
	kit := newKit(t, func(options *Options) {
		options.NameOf = func(_ context.Context, user int64) (string, error) {
			return map[int64]string{1: "值班宣传专员", 2: "管理员"}[user], nil
		}
	})
	kit.Handle(kit.Group(""), http.MethodPost, "/reviews/3", access.Self, func(c *gin.Context) error {
		*done++
		return kit.See(c, "/nowhere", "")
	})
	kit.Handle(kit.Group(""), http.MethodPost, SignInPath, Open, func(c *gin.Context) error {
		return kit.SignedIn(c, c.PostForm("username"), noon.Add(time.Hour))
	})

	return kit
}

func TestAWriteFromAnothersPageIsRefused(t *testing.T) {
	t.Parallel()
	done := 0
	kit := approving(t, &done)
	typed := url.Values{readerField: {"1"}, "opinion": {"同意，按时发布"}}

	w, doc := ask(t, kit, "POST", "/reviews/3", "clerk", typed, "Referer", "http://example.com/reviews/3")
	if w.Code != http.StatusConflict || done != 0 {
		t.Fatalf("status %d, done %d times", w.Code, done)
	}

	text := doc.Find("main").Text()
	for _, part := range []string{"本页是为值班宣传专员打开的，现在登录的是管理员", "同意，按时发布"} {
		if !strings.Contains(text, part) {
			t.Errorf("the page does not say %q: %s", part, text)
		}
	}
	if way := doc.Find("main a[href='/reviews/3']").Length(); way != 1 {
		t.Error("no way on as who is signed in")
	}

	form := formOf(doc, "main form[action='/signin']")
	form.Set("username", "writer")
	w, doc = ask(t, kit, "POST", SignInPath, "clerk", form)
	if w.Code != http.StatusOK || done != 0 {
		t.Fatalf("after the sign-in: status %d, done %d times", w.Code, done)
	}
	w, _ = ask(t, kit, "POST", "/reviews/3", "writer", formOf(doc, "main form"))
	if w.Code != http.StatusSeeOther || done != 1 {
		t.Errorf("as the one it was made for: status %d, done %d times", w.Code, done)
	}
}

func TestAScriptOfAnothersPageIsToldSo(t *testing.T) {
	t.Parallel()
	done := 0

	kit := approving(t, &done)
	for _, form := range []url.Values{{}, {readerField: {"2"}}} {
		w, _ := ask(t, kit, "POST", "/reviews/3", "clerk", form, partHeader, "1", readerHeader, "1")
		if w.Code != http.StatusConflict || w.Header().Get(refusedHeader) != "other" || done != 0 {
			t.Errorf("status %d, %q, done %d times", w.Code, w.Header().Get(refusedHeader), done)
		}
	}
}

func TestAnothersSignInDoesNotSendWhatWasTyped(t *testing.T) {
	t.Parallel()
	done := 0
	kit := approving(t, &done)
	_, doc := ask(t, kit, "POST", "/reviews/3", "expired", url.Values{
		readerField: {"1"},
		"opinion":   {"同意，按时发布"},
	})
	form := formOf(doc, "form[action='/signin']")
	form.Set("username", "clerk")
	w, doc := ask(t, kit, "POST", SignInPath, "", form)
	if w.Code != http.StatusConflict || done != 0 || !strings.Contains(doc.Find("main").Text(), "同意，按时发布") {
		t.Fatalf("status %d, done %d times: %s", w.Code, done, doc.Find("main").Text())
	}
	if n := doc.Find("main form[action='/reviews/3']").Length(); n != 0 {
		t.Error("the page offers to send it in the other's name")
	}
}

func TestEveryFormSaysForWhomItWasMade(t *testing.T) {
	t.Parallel()

	field := `<input type="hidden" name="page-for" value="7">`
	for in, want := range map[string]string{
		`<p>no form</p>`:                          `<p>no form</p>`,
		`<form method="get"><i></i></form>`:       `<form method="get"><i></i></form>`,
		`<form method="POST"><i></i></form>`:      `<form method="POST">` + field + `<i></i></form>`,
		`<form title="a > b" method="post">x`:     `<form title="a > b" method="post">` + field + `x`,
		`<form method="post"></form><form method`: `<form method="post">` + field + `</form><form method`,
	} {
		if got := string(markForms([]byte(in), 7)); got != want {
			t.Errorf("%s\nbecame %s\n  want %s", in, got, want)
		}
		if got := string(markForms([]byte(in), 0)); got != in {
			t.Errorf("for nobody %s became %s", in, got)
		}
	}
}
