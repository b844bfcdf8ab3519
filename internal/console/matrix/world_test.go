package matrix_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/console/matrix"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/reach"
	"juzhen/internal/sandbox"
	"juzhen/internal/seal"
	"juzhen/internal/web"
	"juzhen/internal/web/webtest"
	"juzhen/internal/weibo"
)

// world is a bureau with the district 朝阳区, a sandbox, and people who sign in by name.
type world struct {
	*testing.T
	db       *pg.DB
	sandbox  *sandbox.Server
	weibo    *httptest.Server
	server   *httptest.Server // the console, for browsers
	accounts *account.Service
	reach    *reach.Service
	kit      *web.Kit
	people   webtest.People
	units    map[string]org.Unit
}

var now = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, db: pgtest.New(t), people: webtest.People{}, units: map[string]org.Unit{}}
	w.sandbox = sandbox.New(sandbox.Options{Frozen: now, PastPosts: 200})
	w.weibo = httptest.NewServer(w.sandbox)
	w.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.kit.Handler().ServeHTTP(rw, r) }))
	t.Cleanup(func() { w.server.Close(); w.sandbox.Close(); w.weibo.Close() })
	box, err := seal.New(bytes.Repeat([]byte{5}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	api := weibo.New(weibo.Options{PublicURL: w.weibo.URL, CommercialURL: w.weibo.URL + "/c", AppKey: sandbox.DemoAppKey, AppSecret: sandbox.DemoAppSecret, Clock: clock})
	w.accounts = account.New(w.db, box, api, account.Options{AppKey: sandbox.DemoAppKey, CallbackURL: w.server.URL + "/oauth/weibo/callback", Now: clock})
	w.reach = reach.New(w.db, api, w.accounts, reach.Options{Now: clock, Log: slog.New(slog.DiscardHandler)})
	if w.kit, err = web.New(web.Options{Sessions: w.people, Log: slog.New(slog.DiscardHandler), Now: clock, FormAction: []string{w.weibo.URL}}); err != nil {
		t.Fatal(err)
	}
	units := org.New(w.db, clock)
	matrix.Register(w.kit, matrix.Deps{Org: units, Accounts: w.accounts, Reach: w.reach})
	for _, u := range [][2]string{{"环保局", ""}, {"朝阳区", "环保局"}} {
		if w.units[u[0]], err = units.Create(t.Context(), access.System("测试"), w.units[u[1]].ID, u[0], org.District); err != nil {
			t.Fatal(err)
		}
	}
	w.person("admin", access.Administrator, "环保局")
	w.person("officer", access.PressOfficer, "朝阳区")
	w.person("boss", access.Supervisor, "环保局")
	w.person("district admin", access.Administrator, "朝阳区")
	return w
}

func (w *world) person(name string, role access.Role, unit string) {
	w.Helper()
	u := w.units[unit]
	a := access.Actor{Name: name, SessionID: 3, Grants: []access.Grant{{Role: role, UnitID: u.ID, Path: u.Path}}}
	err := w.db.Pool().QueryRow(w.Context(), `INSERT INTO users (username, display_name, unit_id, password_hash, must_change, password_changed_at, lang, theme, created_at)
VALUES ($1, $1, $2, '', false, $3, 'zh', 'auto', $3) RETURNING id`, name, u.ID, now).Scan(&a.UserID)
	if err != nil {
		w.Fatal(err)
	}
	w.people[name] = a
}

func (w *world) as(name string) *webtest.Browser { return webtest.Open(w.T, w.kit.Handler(), name) }

// account is an account of the sandbox's matrix; connected ones have a token.
func (w *world) account(handle, unit string, c account.Connector, connected bool) account.Account {
	w.Helper()
	a, err := w.accounts.Create(w.Context(), w.people["admin"], account.Draft{UnitID: w.units[unit].ID, Handle: handle, Seat: account.District, Connector: c})
	if err == nil && connected {
		a, err = w.accounts.ImportToken(w.Context(), w.people["admin"], a.ID, w.sandbox.Token(handle))
	}
	if err != nil {
		w.Fatal(err)
	}
	return a
}

func at(id int64, more string) string { return fmt.Sprintf("/matrix/accounts/%d%s", id, more) }

func (w *world) text(sql string, args ...any) (s string) {
	w.Helper()
	if err := w.db.Pool().QueryRow(w.Context(), sql, args...).Scan(&s); err != nil {
		w.Fatal(err)
	}
	return s
}

// agree walks through the sandbox's authorisation page as the holder of handle and gives the way back.
func (w *world) agree(page, handle string) string {
	w.Helper()
	u, err := url.Parse(page)
	if err != nil {
		w.Fatal(err)
	}
	form := u.Query()
	form.Set("account", handle)
	form.Set("decision", "allow")
	req, err := http.NewRequestWithContext(w.Context(), http.MethodPost, w.weibo.URL+u.Path, strings.NewReader(form.Encode()))
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		w.Fatal(err)
	}
	defer res.Body.Close()
	back, err := res.Location()
	if err != nil {
		w.Fatal(err)
	}
	return back.RequestURI()
}
