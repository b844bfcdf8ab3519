package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
)

func TestBindFillsAndTellsEachField(t *testing.T) {
	t.Parallel()
	kit := newKit(t)
	type form struct {
		Text   string    `form:"text" check:"required,max=4"`
		Secret string    `form:"secret,raw"`
		N      int       `form:"n"`
		Due    time.Time `form:"due"`
		IDs    []int64   `form:"id" check:"required"`
		On     bool      `form:"on"`
	}
	var f form
	var err error
	kit.Handle(
		kit.Group(""),
		http.MethodPost,
		"/f",
		Open,
		func(c *gin.Context) error { f = form{}; err = Bind(c, &f); return nil },
	)
	ask(t, kit, "POST", "/f", "", url.Values{
		"text":   {" 你好 "},
		"secret": {" s "},
		"n":      {"4"},
		"due":    {"2026-11-23T14:30"},
		"id":     {"1", "2"},
		"on":     {"1"},
	})
	want := form{
		Text:   "你好",
		Secret: " s ",
		N:      4,
		Due:    time.Date(2026, 11, 23, 14, 30, 0, 0, beijing.Zone),
		IDs:    []int64{1, 2},
		On:     true,
	}
	if err != nil || f.Text != want.Text || f.Secret != want.Secret || f.N != 4 || !f.Due.Equal(want.Due) ||
		len(f.IDs) != 2 ||
		!f.On {
		t.Errorf("%+v, %v", f, err)
	}
	ask(t, kit, "POST", "/f", "", url.Values{"text": {"太长太长太"}, "n": {"x"}, "due": {"?"}, "id": {"a"}})
	if got := len(fault.FieldErrors(err)); got != 4 {
		t.Errorf("%d field errors: %v", got, err)
	}
	if f.Text != "太长太长太" {
		t.Error("what was typed is lost")
	}
}

// TestACountBeyondTheDatabaseIsToldAtItsField and not found by the database.
func TestACountBeyondTheDatabaseIsToldAtItsField(t *testing.T) {
	t.Parallel()

	for field, refused := range map[string]bool{"version": true, "id": false} {
		c, _ := gin.CreateTestContext(httptest.NewRecorder())
		c.Request = httptest.NewRequest(http.MethodGet, "/?"+field+"=2147483648", nil)
		var form struct {
			Version int   `form:"version"`
			ID      int64 `form:"id"`
		}
		err := Bind(c, &form)
		if told := fault.FieldErrors(err); len(told) == 1 != refused {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestBodyOverTheLimitIsRefused(t *testing.T) {
	t.Parallel()
	kit := newKit(t)
	kit.Handle(kit.Group(""), http.MethodPost, "/f", Open, func(c *gin.Context) error {
		var f struct {
			Text string `form:"text"`
		}

		return Bind(c, &f)
	}, MaxBody(100))
	w, _ := ask(t, kit, "POST", "/f", "", url.Values{"text": {strings.Repeat("a", 200)}})
	if w.Code != http.StatusUnprocessableEntity && w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", w.Code)
	}
}

func TestRefusedFormKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	kit := newKit(t)
	kit.Handle(kit.Group(""), http.MethodPost, SignInPath, Open, func(c *gin.Context) error {
		page, err := kit.SignInForm(c)
		if err != nil {
			return err
		}
		page.Bare = true

		return kit.Refuse(
			c,
			fault.Fields{fault.Invalid("username", "最多 {.n} 个字，现有 {.got} 个", "n", 3, "got", 5)},
			"signin/signin",
			&page,
		)
	})
	w, doc := ask(t, kit, "POST", SignInPath, "", url.Values{"username": {"值班宣传员"}})
	if w.Code != http.StatusUnprocessableEntity {
		t.Errorf("status %d", w.Code)
	}
	field := doc.Find("input[name=username]")
	if v, _ := field.Attr("value"); v != "值班宣传员" {
		t.Errorf("value %q", v)
	}
	if d, _ := field.Attr(
		"aria-describedby",
	); d != "f-username-error" ||
		doc.Find("#"+d).Text() != "最多 3 个字，现有 5 个" {
		t.Errorf("described by %q: %q", d, doc.Find(".field-error").Text())
	}
}

func TestAddressesOfOtherSitesAreNotFollowed(t *testing.T) {
	t.Parallel()

	for in, want := range map[string]string{
		"https://evil.example/x": "/x",
		"//evil.example":         "/",
		"/posts?a=b":             "/posts?a=b",
		`/\evil`:                 "/",
		"javascript:alert(1)":    "/",
		"/signin?next=/":         "/",
		"":                       "/",
	} {
		if got := local(in); got != want {
			t.Errorf("%q leads to %q, want %q", in, got, want)
		}
	}
}

func TestLinkKeepsFiltersAndDropsTheCursor(t *testing.T) {
	t.Parallel()

	c := &gin.Context{Request: &http.Request{URL: &url.URL{
		Path:     "/posts",
		RawQuery: "q=%E6%B0%B4&state=sent&after=xyz",
	}}}
	for want, got := range map[string]string{
		"/posts?q=%E6%B0%B4&state=sent":         Link(c),
		"/posts?q=%E6%B0%B4":                    Link(c, "state", ""),
		"/posts?after=n&q=%E6%B0%B4&state=sent": Link(c, "after", "n"),
		"/posts?q=%E6%B0%B4&state=sent&unit=4":  Link(c, "unit", "4"),
		"/posts":                                Link(c, "state", "", "q", ""),
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
