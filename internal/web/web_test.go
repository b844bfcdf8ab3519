package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gin-gonic/gin"
	"github.com/jba/templatecheck"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/web/page"
)

// people is a session store of fixed tokens.
type people map[string]access.Actor

func (p people) Actor(_ context.Context, token, _, _ string) (access.Actor, Session, error) {
	if actor, ok := p[token]; ok {
		return actor, Session{ID: 1}, nil
	}

	return access.Actor{}, Session{}, fault.Unauthenticated("登录已过期，请重新登录")
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, beijing.Zone)

func newKit(t *testing.T, change ...func(*Options)) *Kit {
	t.Helper()

	options := Options{Sessions: people{
		"writer": {
			UserID: 1,
			Name:   "值班宣传专员",
			Grants: []access.Grant{{Role: access.PressOfficer, UnitID: 1, Path: "/1/"}},
		},
		"clerk": {
			UserID: 2,
			Name:   "管理员",
			Grants: []access.Grant{{Role: access.Administrator, UnitID: 1, Path: "/1/"}},
		},
	}, Now: func() time.Time { return noon }, Log: slog.New(slog.DiscardHandler)}
	for _, c := range change {
		c(&options)
	}
	kit, err := New(options)
	if err != nil {
		t.Fatal(err)
	}

	return kit
}

// ask sends a request as the holder of token and reads the answer as HTML.
func ask(
	t *testing.T,
	kit *Kit,
	method, target, token string,
	form url.Values,
	header ...string,
) (*httptest.ResponseRecorder, *goquery.Document) {
	t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if token != "" {
		r.AddCookie(&http.Cookie{Name: CookieName, Value: token})
	}

	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	kit.Handler().ServeHTTP(w, r)
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatal(err)
	}

	return w, doc
}

func TestTemplatesFitTheirStructs(t *testing.T) {
	t.Parallel()

	kit := newKit(t)
	for _, name := range kit.PageNames() {
		tpl, err := kit.Template(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		zero := kit.Zero(name)
		if err := templatecheck.CheckHTML(tpl, zero); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRouteWithoutPermissionPanics(t *testing.T) {
	t.Parallel()
	kit := newKit(t)
	defer func() {
		if recover() == nil {
			t.Error("the route was registered")
		}
	}()
	kit.Handle(kit.Group(""), http.MethodGet, "/x", "", func(*gin.Context) error { return nil })
}

func TestWithoutThePermissionTheHandlerDoesNotRun(t *testing.T) {
	t.Parallel()
	kit := newKit(t)
	ran := false
	kit.Handle(
		kit.Group(""),
		http.MethodGet,
		"/secret",
		access.PostView,
		func(*gin.Context) error { ran = true; return nil },
	)
	w, doc := ask(t, kit, "GET", "/secret", "clerk", nil)
	if w.Code != http.StatusForbidden || ran {
		t.Errorf("status %d, ran %v", w.Code, ran)
	}
	if h := doc.Find("h1").Text(); h != "没有权限" {
		t.Errorf("title %q", h)
	}
}

func TestSignedOutIsLedToSignInAndBack(t *testing.T) {
	t.Parallel()
	kit := newKit(t)
	kit.Handle(
		kit.Group(""),
		http.MethodGet,
		"/posts",
		access.PostView,
		func(*gin.Context) error { return nil },
	)
	w, _ := ask(t, kit, "GET", "/posts?q=a", "", nil)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/signin?next=%2Fposts%3Fq%3Da" {
		t.Errorf("status %d to %q", w.Code, w.Header().Get("Location"))
	}
}

func TestExpiredSessionKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	kit := newKit(t)
	var got url.Values
	kit.Handle(kit.Group(""), http.MethodPost, "/posts", access.PostWrite, func(c *gin.Context) error {
		if err := parseForm(c); err != nil {
			return err
		}
		got = c.Request.PostForm

		return kit.See(c, "/posts", "已保存")
	})
	kit.Handle(kit.Group(""), http.MethodPost, SignInPath, Open, func(c *gin.Context) error {
		return kit.SignedIn(c, "writer", noon.Add(time.Hour))
	})
	typed := url.Values{"text": {"第一行\n<b>第二行</b>"}, "account": {"3", "5"}, "password": {"geheim"}}

	w, doc := ask(t, kit, "POST", "/posts?draft=1", "expired", typed)
	if w.Code != http.StatusUnauthorized {
		t.Fatalf("status %d", w.Code)
	}
	if strings.Contains(w.Body.String(), "geheim") {
		t.Error("a password is carried")
	}
	w, doc = ask(t, kit, "POST", SignInPath, "", formOf(doc, "form[action='/signin']"))
	if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Set-Cookie"), "juzhen_session=writer") {
		t.Fatalf("status %d, cookie %q", w.Code, w.Header().Get("Set-Cookie"))
	}
	form := doc.Find("main form")
	if a, _ := form.Attr("action"); a != "/posts?draft=1" {
		t.Errorf("the form leads to %q", a)
	}
	w, _ = ask(t, kit, "POST", "/posts?draft=1", "writer", formOf(doc, "main form"))
	if w.Code != http.StatusSeeOther {
		t.Fatalf("status %d", w.Code)
	}
	if got.Get("text") != typed.Get("text") &&
		got.Get("text") != strings.ReplaceAll(typed.Get("text"), "\n", "\r\n") ||
		len(got["account"]) != 2 {
		t.Errorf("arrived: %v", got)
	}
}

// formOf gives the values a browser would send with the form.
func formOf(doc *goquery.Document, selector string) url.Values {
	values := url.Values{}
	doc.Find(selector).Find("input,textarea").Each(func(_ int, s *goquery.Selection) {
		name, _ := s.Attr("name")
		value, _ := s.Attr("value")
		values.Add(name, value)
	})

	return values
}

func TestFragmentOfAnEndedSessionLeavesThePageAlone(t *testing.T) {
	t.Parallel()
	kit := newKit(t)
	kit.Handle(kit.Group(""), http.MethodGet, "/rows", access.Self, func(*gin.Context) error { return nil })
	w, doc := ask(t, kit, "GET", "/rows", "expired", nil, partHeader, "1")
	if w.Code != http.StatusUnauthorized || w.Header().Get("Location") != "" ||
		doc.Find("main").Length() != 0 {
		t.Errorf("status %d, %v", w.Code, w.Header())
	}
	if a, _ := doc.Find("a").Attr("target"); a != "_blank" {
		t.Error("the way to sign in leads away from the page")
	}
}

func TestForeignFormIsRefused(t *testing.T) {
	t.Parallel()
	kit := newKit(t)
	ran := false
	kit.Handle(
		kit.Group(""),
		http.MethodPost,
		"/posts",
		access.PostWrite,
		func(*gin.Context) error { ran = true; return nil },
	)
	w, _ := ask(t, kit, "POST", "/posts", "writer", url.Values{}, "Sec-Fetch-Site", "cross-site")
	if w.Code != http.StatusForbidden || ran {
		t.Errorf("status %d, ran %v", w.Code, ran)
	}
}

func TestFaultsHaveTheirStatus(t *testing.T) {
	t.Parallel()
	kit := newKit(t)
	faults := map[int]error{
		404: fault.NotFound("甲"),
		409: fault.Conflict("甲"),
		422: fault.Invalid("x", "甲"),
		429: fault.TooMany("甲"),
		503: fault.Unavailable("甲"),
		500: context.DeadlineExceeded,
		403: fault.Forbidden("甲"),
	}
	var next error
	kit.Handle(kit.Group(""), http.MethodGet, "/x", access.Self, func(*gin.Context) error { return next })

	for want, err := range faults {
		next = err
		w, _ := ask(t, kit, "GET", "/x", "writer", nil)
		if w.Code != want {
			t.Errorf("%v: status %d, want %d", err, w.Code, want)
		}
		if strings.Contains(w.Body.String(), "deadline") {
			t.Error("the cause is shown")
		}
		w, doc := ask(t, kit, "GET", "/x", "writer", nil, partHeader, "1")
		if w.Code != want || doc.Find("main").Length() != 0 {
			t.Errorf("%v: fragment %d %q", err, w.Code, w.Body)
		}
	}
}

func TestPagesCarryTheSecurityHeaders(t *testing.T) {
	t.Parallel()
	kit := newKit(t, func(options *Options) { options.FormAction = []string{"https://api.weibo.com"} })
	w, doc := ask(t, kit, "GET", "/nowhere", "writer", nil)
	if w.Code != http.StatusNotFound {
		t.Errorf("status %d", w.Code)
	}

	csp := w.Header().Get("Content-Security-Policy")
	for _, part := range []string{
		"default-src 'none'", "script-src 'self';", "form-action 'self' https://api.weibo.com",
		"base-uri 'none'", "frame-ancestors 'none'",
	} {
		if !strings.Contains(csp, part) {
			t.Errorf("no %q in %q", part, csp)
		}
	}
	if n := doc.Find("[style]").
		Length() +
		doc.Find("style").
			Length() +
		doc.Find("script:not([src])").
			Length(); n != 0 {
		t.Errorf("%d inline styles or scripts", n)
	}
}

func TestNavigationShowsOnlyWhatThePersonMayOpen(t *testing.T) {
	t.Parallel()
	kit := newKit(t, func(options *Options) {
		options.Counts = func(context.Context, access.Actor) (page.Counts, error) {
			return page.Counts{
				ByKind: map[string]int{"returned": 1200, "failed": 34, "review": 9},
				Todo:   7,
			}, nil
		}
	})
	kit.Duty(page.NavEntry{Text: "工作台", Href: "/", Icon: "history"})
	kit.Duty(page.NavEntry{
		Text:  "稿件",
		Href:  "/posts",
		Icon:  "history",
		Needs: []access.Permission{access.PostView},
		Waits: []string{"returned", "failed"},
	})
	kit.Duty(page.NavEntry{
		Text:  "审核",
		Href:  "/reviews",
		Icon:  "history",
		Needs: []access.Permission{access.PostReview},
		Waits: []string{"review"},
	})
	kit.Duty(page.NavEntry{
		Text:  "管理",
		Href:  "/admin",
		Icon:  "history",
		Needs: []access.Permission{access.UserManage, access.UnitManage},
	})
	kit.Belongs("/posts", "/nowhere")
	_, doc := ask(t, kit, "GET", "/nowhere", "writer", nil)
	var names []string
	doc.Find("nav.side a > span:first-of-type").
		Each(func(_ int, s *goquery.Selection) { names = append(names, s.Text()) })
	if got := strings.Join(names, " "); got != "工作台 稿件" {
		t.Errorf("writer sees %q", got)
	}
	if n := doc.Find("nav.side a[href='/posts'][aria-current=page]").Length(); n != 1 {
		t.Errorf("a page that belongs to the posts is not shown there: %d", n)
	}
	if got := doc.Find("nav.side a[href='/posts'] .count").Text(); !strings.HasPrefix(got, "1,234") {
		t.Errorf("count %q", got)
	}
	_, doc = ask(t, kit, "GET", "/nowhere", "clerk", nil)
	if n := doc.Find("nav.side a[href='/admin']").Length(); n != 1 {
		t.Errorf("administrator sees %d", n)
	}
	var duties page.Duties
	duties.Add(page.NavEntry{Href: "/admin/audit"})
	duties.Add(page.NavEntry{Href: "/admin"})

	for path, want := range map[string]string{
		"/admin/audit/verify": "/admin/audit",
		"/admin/users":        "/admin",
		"/posts":              "",
	} {
		active := ""

		for _, navEntry := range duties.For(access.Actor{}, path, page.Counts{}) {
			if navEntry.Active {
				active += navEntry.Href
			}
		}
		if active != want { // the closest alone: the trail lies under the administration's address
			t.Errorf("%s: %q is active, want %q", path, active, want)
		}
	}
}

func TestADutyHasOneOwner(t *testing.T) {
	t.Parallel()
	kit := newKit(t)
	kit.Belongs("/posts", "/deliveries")
	if kit.Check() == nil {
		t.Error("pages of no duty are taken without a word")
	}
	kit.Duty(page.NavEntry{Href: "/posts"})
	if err := kit.Check(); err != nil {
		t.Error(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("two duties of one address are taken without a word")
		}
	}()
	kit.Duty(page.NavEntry{Href: "/posts"})
}

func TestLanguageIsSwitchedAndComesBack(t *testing.T) {
	t.Parallel()
	kit := newKit(t)
	w, _ := ask(t, kit, "POST", "/preferences", "", url.Values{"lang": {"en"}, "back": {"/posts?x=1"}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/posts?x=1" ||
		!strings.Contains(strings.Join(w.Header().Values("Set-Cookie"), ";"), "juzhen_lang=en") {
		t.Errorf("status %d, %v", w.Code, w.Header())
	}
	_, doc := ask(t, kit, "GET", "/nowhere", "writer", nil, "Cookie", "juzhen_lang=en; juzhen_session=writer")
	if h := doc.Find("h1").Text(); h != "Not found" {
		t.Errorf("title %q", h)
	}
}

func TestLookIsLeftToTheMachineUntilChosen(t *testing.T) {
	t.Parallel()

	kit := newKit(t)
	for _, x := range []struct {
		cookie, hint, theme string
		auto                bool
	}{
		{"auto", "dark", "dark", true},
		{"auto", "", "light", true},
		{"", "dark", "dark", true},
		{"light", "dark", "light", false},
		{"dark", "light", "dark", false},
	} {
		_, doc := ask(t, kit,
			"GET", "/nowhere",
			"", nil,
			"Cookie", "juzhen_theme="+x.cookie,
			"Sec-CH-Prefers-Color-Scheme", x.hint,
		)
		theme := doc.Find("html").AttrOr("data-bs-theme", "")
		if _, auto := doc.Find("html").Attr("data-theme-auto"); theme != x.theme || auto != x.auto {
			t.Errorf(
				"chosen %q on a machine set to %q: got %s, left to the machine: %v",
				x.cookie,
				x.hint,
				theme,
				auto,
			)
		}
	}
	w, _ := ask(t, kit,
		"POST", "/preferences",
		"", url.Values{"lang": {"en"}},
		"Cookie", "juzhen_theme=auto",
		"Sec-CH-Prefers-Color-Scheme", "dark",
	)
	if set := strings.Join(
		w.Header().Values("Set-Cookie"),
		";",
	); !strings.Contains(
		set,
		"juzhen_theme=auto",
	) {
		t.Errorf("another language fixed the look: %s", set)
	}
}

func TestAssetsAreServedForEverUnderTheirHash(t *testing.T) {
	t.Parallel()
	kit := newKit(t)
	w, _ := ask(t, kit, "GET", kit.assets.url("app.css"), "", nil, "Accept-Encoding", "gzip")
	if w.Code != 200 || w.Header().Get("Content-Encoding") != "gzip" ||
		!strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("status %d, %v", w.Code, w.Header())
	}
}

func TestPanicIsAnsweredWithoutDetail(t *testing.T) {
	t.Parallel()
	kit := newKit(t)
	kit.Handle(kit.Group(""), http.MethodGet, "/p", Open, func(*gin.Context) error { panic("geheim") })
	w, _ := ask(t, kit, "GET", "/p", "", nil)
	if w.Code != 500 || strings.Contains(w.Body.String(), "geheim") {
		t.Errorf("status %d, body %s", w.Code, w.Body)
	}
}

func TestFlashIsToldOnce(t *testing.T) {
	t.Parallel()
	kit := newKit(t)
	kit.Handle(
		kit.Group(""),
		http.MethodPost,
		"/f",
		access.Self,
		func(c *gin.Context) error { return kit.See(c, "/nowhere", "已保存") },
	)
	w, _ := ask(t, kit, "POST", "/f", "writer", url.Values{})
	cookie := strings.SplitN(w.Header().Get("Set-Cookie"), ";", 2)[0]
	w, doc := ask(t, kit, "GET", "/nowhere", "", nil, "Cookie", cookie+"; juzhen_session=writer")
	if got := doc.Find(".banner-good p").Text(); got != "已保存" {
		t.Errorf("flash %q", got)
	}
	if !strings.Contains(w.Header().Get("Set-Cookie"), "juzhen_flash=;") {
		t.Errorf("the flash stays: %q", w.Header().Get("Set-Cookie"))
	}
}

// forced is a session of somebody who must change the password first.
type forced struct{}

func (forced) Actor(context.Context, string, string, string) (access.Actor, Session, error) {
	return access.Actor{UserID: 9, Name: "新用户"}, Session{ID: 1, Gate: "/me/password"}, nil
}

func TestPasswordSetByOthersIsChangedFirst(t *testing.T) {
	t.Parallel()
	kit := newKit(t, func(options *Options) { options.Sessions = forced{} })
	ok := func(c *gin.Context) error { c.Status(http.StatusNoContent); return nil }
	kit.Handle(kit.Group(""), http.MethodGet, "/posts", access.Self, ok)
	kit.Handle(kit.Group(""), http.MethodPost, "/posts", access.Self, ok)
	kit.Handle(kit.Group(""), http.MethodPost, "/me/password", access.Self, ok)
	if w, _ := ask(t, kit,
		"GET", "/posts",
		"x", nil,
	); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/me/password" {
		t.Errorf("GET: %d to %q", w.Code, w.Header().Get("Location"))
	}
	if w, _ := ask(t, kit, "POST", "/posts", "x", url.Values{}); w.Code != http.StatusForbidden {
		t.Errorf("POST: %d", w.Code)
	}
	if w, _ := ask(t, kit, "POST", "/me/password", "x", url.Values{}); w.Code != http.StatusNoContent {
		t.Errorf("the password page: %d", w.Code)
	}
}
