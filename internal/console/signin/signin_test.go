package signin_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/console/me"
	"juzhen/internal/console/signin"
	"juzhen/internal/identity"
	"juzhen/internal/org"
	"juzhen/internal/pgtest"
	"juzhen/internal/plan"
	"juzhen/internal/web"
	"juzhen/internal/web/webtest"
)

const password = "Kongqi-2026"

// world is the door and the own page over real people.
type world struct {
	*testing.T
	id   *identity.Service
	kit  *web.Kit
	unit org.Unit
	root identity.User
	mu   sync.Mutex
	at   time.Time
}

// sessions is identity as the kit sees it.
type sessions struct{ id *identity.Service }

func (s sessions) Actor(ctx context.Context, token, ip, agent string) (access.Actor, web.Session, error) {
	actor, sessionInfo, err := s.id.Actor(ctx, token, ip, agent)
	out := web.Session{
		ID:      sessionInfo.ID,
		Expires: sessionInfo.Expires,
		Lang:    sessionInfo.Lang,
		Theme:   sessionInfo.Theme,
	}
	if sessionInfo.MustChange {
		out.Gate = signin.PasswordPath
	}

	return actor, out, err
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, at: time.Now().UTC().Truncate(time.Microsecond)}
	db := pgtest.New(t)
	var err error
	w.id, err = identity.New(db, w.now, identity.Options{Keys: [][]byte{bytes.Repeat([]byte("k"), 32)}})
	if err != nil {
		t.Fatal(err)
	}
	if w.kit, err = web.New(web.Options{
		Sessions: sessions{w.id},
		Now:      w.now,
		Prefer:   w.id.Prefer,
		Log:      slog.New(slog.DiscardHandler),
	}); err != nil {
		t.Fatal(err)
	}
	signin.Register(w.kit, signin.Deps{Identity: w.id})
	me.Register(w.kit, me.Deps{
		Identity: w.id, Plan: plan.New(db, plan.Options{Now: w.now, People: w.id.ActingAs}),
	})
	if w.unit, err = org.New(db, w.now).
		Create(t.Context(), access.System("测试"), 0, "生态环境局", org.Bureau); err != nil {
		t.Fatal(err)
	}
	w.root = w.user("root", false, identity.NewGrant{Role: access.Administrator, UnitID: w.unit.ID})

	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *world) user(name string, must bool, grants ...identity.NewGrant) identity.User {
	w.Helper()
	u, err := w.id.CreateUser(w.Context(), access.System("命令行"), identity.NewUser{
		Username:    name,
		DisplayName: "值班" + name,
		UnitID:      w.unit.ID,
		Password:    password,
		MustChange:  must,
		Grants:      grants,
	})
	if err != nil {
		w.Fatal(err)
	}

	return u
}

func (w *world) browser() *webtest.Browser { return webtest.Open(w.T, w.kit.Handler(), "") }

func (w *world) signedIn(name string) *webtest.Browser {
	w.Helper()
	browser := w.browser()
	w.leads(browser.Post("/signin", url.Values{"username": {name}, "password": {password}}), "/")

	return browser
}

func (w *world) leads(page *webtest.Page, to string) {
	w.Helper()
	if page.Want(303); page.Location != to {
		w.Errorf("leads to %q, want %q", page.Location, to)
	}
}

func TestTemplatesFitTheirStructs(t *testing.T) {
	t.Parallel()
	webtest.CheckTemplates(t, newWorld(t).kit)
}

func TestSignInLeadsOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.browser()
	w.leads(browser.Get("/me?x=1"), "/signin?next=%2Fme%3Fx%3D1")
	browser.Get("/signin?next=%2Fme%3Fx%3D1").
		Want(200).
		WantText("h1", "登录矩阵台").
		WantCount("input[name=password][type=password]", 1)
	page := browser.Post("/signin", url.Values{
		"username": {"ROOT "}, "password": {password}, "next": {"/me?x=1"},
	})
	w.leads(page, "/me?x=1")
	if c := page.Header.Get(
		"Set-Cookie",
	); !strings.Contains(c, "HttpOnly") ||
		!strings.Contains(c, "SameSite=Lax") {
		t.Errorf("cookie %q", c)
	}
	w.leads(browser.Get("/signin"), "/")
	browser.Get("/me").Want(200).WantText("h1", "我的账户").WantText(".facts", "值班root").WantText("table", "管理员")
}

func TestWrongPasswordKeepsTheNameAndSaysNothingMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	browser := w.browser()
	for _, name := range []string{"root", "nobody"} {
		page := browser.Post("/signin", url.Values{
			"username": {name},
			"password": {"Wrong-2026"},
		}).Want(401).WantText(".banner-bad", "用户名或密码不正确")
		if v, _ := page.Find("input[name=username]").Attr("value"); v != name {
			t.Errorf("the name is gone: %q", v)
		}
		if strings.Contains(page.Body, "Wrong-2026") {
			t.Error("the password comes back in the page")
		}
	}
	browser.Post("/signin", url.Values{}).Want(422).WantCount(".field-error", 2)

	for range 5 {
		browser.Post("/signin", url.Values{"username": {"root"}, "password": {"Wrong-2026"}}).Want(401)
	}
	browser.Post("/signin", url.Values{
		"username": {"root"}, "password": {password},
	}).Want(429).WantText(".banner-bad", "秒后再试")
}

func TestSignOutEndsTheSessionItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.signedIn("root")
	token := browser.Cookie(web.CookieName)
	w.leads(browser.Post("/signout", nil), "/signin")
	if browser.Cookie(web.CookieName) != "" {
		t.Error("the cookie stays")
	}
	webtest.Open(t, w.kit.Handler(), token).Get("/me").Want(303)
	w.leads(browser.Post("/signout", nil), "/signin") // once more does no harm
}

func TestSetPasswordComesBeforeEverythingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("press", true, identity.NewGrant{Role: access.PressOfficer, UnitID: w.unit.ID})
	browser := w.signedIn("press")
	w.leads(browser.Get("/me"), "/me/password")
	browser.Post("/me/sessions/end-all", nil).Want(403).WantText("body", "请先设置新密码")
	browser.Get("/me/password").Want(200).WantText("h1", "设置新密码").WantCount("nav.side", 0)
	browser.Post("/me/password", url.Values{
		"current":  {password},
		"password": {"Vb4n-Kt8w-Xe2q"},
		"repeat":   {"Vb4n"},
	}).
		Want(422).WantText(".field-error", "不一致")
	browser.Post("/me/password", url.Values{
		"current":  {"Wrong-2026"},
		"password": {"Vb4n-Kt8w-Xe2q"},
		"repeat":   {"Vb4n-Kt8w-Xe2q"},
	}).
		Want(422).WantText(".field-error", "当前密码不正确")
	browser.Post("/me/password", url.Values{
		"current": {password}, "password": {"weak"}, "repeat": {"weak"},
	}).Want(422).WantText(".field-error", "至少 8 个字符")
	w.leads(browser.Post("/me/password", url.Values{
		"current":  {password},
		"password": {"Vb4n-Kt8w-Xe2q"},
		"repeat":   {"Vb4n-Kt8w-Xe2q"},
	}), "/")
	browser.Get("/me").Want(200)
}

func TestOwnPasswordIsChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other, browser := w.signedIn("root"), w.signedIn("root")
	browser.Get("/me/password").Want(200).WantText("h1", "修改密码").WantCount("nav.side", 1)
	w.leads(browser.Post("/me/password", url.Values{
		"current":  {password},
		"password": {"Vb4n-Kt8w-Xe2q"},
		"repeat":   {"Vb4n-Kt8w-Xe2q"},
	}), "/me")
	browser.Get("/me").Want(200).WantText(".banner-good", "密码已修改")
	other.Get("/me").Want(303)
}

func TestSessionsAreShownAndEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other, browser := w.browser(), w.signedIn("root")
	other.Header.Set("User-Agent", "Mozilla/5.0 (Windows NT 10.0) Chrome/150 Safari/537.36")
	w.leads(other.Post("/signin", url.Values{"username": {"root"}, "password": {password}}), "/")
	page := browser.Get("/me").Want(200)
	page.WantText("tbody", "Chrome · Windows").
		WantText("tbody", "当前会话").
		WantCount("form[action^='/me/sessions/'][action$='/end']", 1)
	action, _ := page.Find("form[action^='/me/sessions/'][action$='/end']").Attr("action")
	w.leads(browser.Post(action, nil), "/me")
	other.Get("/me").Want(303)
	browser.Post(action, nil).Want(404)
	browser.Post("/me/sessions/x/end", nil).Want(404)
	w.leads(browser.Post("/me/sessions/end-all", nil), "/signin")
	browser.Get("/me").Want(303)
}

func TestOwnSessionCanBeEndedFromTheList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.signedIn("root")
	_, token, err := w.id.SignIn(t.Context(), "root", password, "192.0.2.1", "")
	if err != nil {
		t.Fatal(err)
	}
	actor, _, err := w.id.Actor(t.Context(), token, "192.0.2.1", "")
	if err != nil {
		t.Fatal(err)
	}
	list, err := w.id.Sessions(t.Context(), actor)
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}

	for _, session := range list {
		if session.ID != actor.SessionID {
			w.leads(browser.Post(fmt.Sprintf("/me/sessions/%d/end", session.ID), nil), "/signin")
		}
	}
	browser.Get("/me").Want(303)
}

func TestLanguageIsKeptWithThePerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	browser := w.signedIn("root")
	w.leads(browser.Post("/preferences", url.Values{
		"lang": {"en"}, "theme": {"dark"}, "back": {"/me"},
	}), "/me")
	browser.Get("/me").Want(200).WantText("h1", "My account")
	again := w.signedIn("root").Get("/me").Want(200)
	if lang, _ := again.Find("html").Attr("lang"); lang != "en" {
		t.Errorf("another browser of the same person speaks %q", lang)
	}
	if theme, _ := again.Find("html").Attr("data-bs-theme"); theme != "dark" {
		t.Errorf("and is %q", theme)
	}
}

func TestPersonWithoutGrantsIsToldSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("fresh", false)
	w.signedIn("fresh").Get("/me").Want(200).WantText(".empty-state", "您目前没有任何授权")
}

func TestDoorSaysHowLongToWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	browser := webtest.Open(t, w.kit.Handler(), "")
	for range 12 {
		page := browser.Post("/signin", url.Values{"username": {"root"}, "password": {"not it at all"}})
		if page.Status == 429 {
			if h := page.Header.Get("Retry-After"); h == "" || h == "0" {
				t.Errorf("Retry-After is %q", h)
			}

			return
		}
	}
	t.Error("never asked to wait")
}

func TestAFirstSignInNeedsBothParts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	asker := access.Actor{
		UserID: w.root.ID,
		Name:   "值班root",
		Grants: []access.Grant{{Role: access.Administrator, Path: w.unit.Path}},
	}
	asked, initial, err := w.id.AskUser(t.Context(), asker, identity.NewUser{
		Username:    "neu",
		DisplayName: "新岗位",
		UnitID:      w.unit.ID,
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	_, first, err := w.id.Confirm(t.Context(), access.System("命令行"), asked.ID)
	if err != nil {
		t.Fatal(err)
	}
	form := func(code, current, password string) url.Values {
		return url.Values{
			"username": {"neu"}, "code": {code}, "current": {current}, "password": {password},
			"repeat": {password},
		}
	}
	code, good := first.Code.Reveal(), "hK8m-Tq3v-Zr6b"

	browser := w.browser()
	page := browser.Get("/first").
		Want(200).
		WantText("h1", "首次登录").
		WantCount(".rules li", 5).
		WantCount("[data-offer]", 1)
	if strings.Contains(page.Body, code) {
		t.Error("the page knows the code")
	}
	browser.Post("/first", form("", initial.Reveal(), good)).Want(422).WantCount(".field-error", 1)
	page = browser.Post("/first", form("AAAAA-AAAAA", initial.Reveal(), good)).
		Want(401).
		WantText(".banner-bad", "不正确")
	if v, _ := page.Find("input[name=username]").
		Attr("value"); v != "neu" ||
		strings.Contains(page.Body, initial.Reveal()) {
		t.Errorf("shown again with the name %q, or with a secret", v)
	}
	browser.Post("/first", form(code, initial.Reveal(), "Beijing@2026")).
		Want(422).
		WantText(".field-error", "太容易猜到")
	w.leads(browser.Post("/first", form(code, initial.Reveal(), good)), "/")
	browser.Get("/me").Want(200).WantText(".facts", "新岗位")
}

// TestTheInitialPasswordAloneOpensNothing signs in with it: all that is open is the page for a new one,
// which wants the code.
func TestTheInitialPasswordAloneOpensNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("press", false)
	asker := access.Actor{
		UserID: w.root.ID,
		Name:   "值班root",
		Grants: []access.Grant{{Role: access.Administrator, Path: w.unit.Path}},
	}
	list, err := w.id.Users(t.Context(), asker, identity.UserFilter{Query: "press"})
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	asked, initial, err := w.id.AskReset(t.Context(), asker, list[0].ID, "", "")
	if err != nil {
		t.Fatal(err)
	}
	_, first, err := w.id.Confirm(t.Context(), access.System("命令行"), asked.ID)
	if err != nil {
		t.Fatal(err)
	}
	browser := w.browser()
	w.leads(browser.Post("/signin", url.Values{"username": {"press"}, "password": {initial.Reveal()}}), "/")
	w.leads(browser.Get("/me"), "/me/password")
	browser.Get("/me/password").Want(200).WantCount("input[name=code]", 1)
	form := url.Values{
		"current":  {initial.Reveal()},
		"password": {"hK8m-Tq3v-Zr6b"},
		"repeat":   {"hK8m-Tq3v-Zr6b"},
	}
	browser.Post("/me/password", form).Want(422).WantText(".field-error", "一次性码")
	form.Set("code", first.Code.Reveal())
	w.leads(browser.Post("/me/password", form), "/")
	browser.Get("/me").Want(200)
}
