package account

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/sandbox"
	"juzhen/internal/seal"
	"juzhen/internal/weibo"
)

const callback = "http://localhost:8080/oauth/weibo/callback"

// world is a database, a sandbox and a clock of the test's own. The units are a bureau and two districts below it.
type world struct {
	*testing.T
	db      *pg.DB
	sandbox *sandbox.Server
	weibo   *httptest.Server
	s       *Service
	admin   access.Actor
	units   map[string]unit

	mu sync.Mutex
	at time.Time
}

type unit struct {
	id   int64
	path string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, db: pgtest.New(t), units: map[string]unit{}, at: time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)}
	w.sandbox = sandbox.New(sandbox.Options{Frozen: w.at, PastPosts: 40})
	w.weibo = httptest.NewServer(w.sandbox)
	t.Cleanup(func() { w.sandbox.Close(); w.weibo.Close() })
	w.s = w.service(bytes.Repeat([]byte{7}, seal.KeySize))
	w.unit("北京市环境保护局", "", "bureau")
	w.unit("朝阳区", "北京市环境保护局", "district")
	w.unit("海淀区", "北京市环境保护局", "district")
	w.admin = w.user("系统管理员", access.Administrator, "北京市环境保护局")
	return w
}

// service is a console process with the given master key.
func (w *world) service(key []byte) *Service {
	w.Helper()
	box, err := seal.New(key)
	if err != nil {
		w.Fatal(err)
	}
	api := weibo.New(weibo.Options{PublicURL: w.weibo.URL, CommercialURL: w.weibo.URL + "/c", AppKey: sandbox.DemoAppKey,
		AppSecret: sandbox.DemoAppSecret, Clock: w.now})
	return New(w.db, box, api, Options{AppKey: sandbox.DemoAppKey, CallbackURL: callback, Now: w.now})
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

// advance turns both clocks.
func (w *world) advance(d time.Duration) {
	w.mu.Lock()
	w.at = w.at.Add(d)
	w.mu.Unlock()
	w.sandbox.Advance(d)
}

func (w *world) ctx() context.Context { return w.Context() }

func (w *world) unit(name, parent, kind string) {
	w.Helper()
	var u unit
	above := w.units[parent]
	err := w.db.Pool().QueryRow(w.ctx(), `INSERT INTO units (parent_id, name, kind, path, created_at)
VALUES (nullif($1, 0), $2, $3, 'new', $4) RETURNING id`, above.id, name, kind, w.now()).Scan(&u.id)
	if err == nil {
		err = w.db.Pool().QueryRow(w.ctx(), `UPDATE units SET path = $2 || id || '/' WHERE id = $1 RETURNING path`,
			u.id, max(above.path, "/")).Scan(&u.path)
	}
	if err != nil {
		w.Fatal(err)
	}
	w.units[name] = u
}

func (w *world) user(name string, role access.Role, unitName string) access.Actor {
	w.Helper()
	u := w.units[unitName]
	a := access.Actor{Name: name, SessionID: 11, IP: "192.0.2.1", Grants: []access.Grant{{Role: role, UnitID: u.id, Path: u.path}}}
	err := w.db.Pool().QueryRow(w.ctx(), `INSERT INTO users (username, display_name, unit_id, password_hash, must_change, password_changed_at, lang, theme, created_at)
VALUES ($1, $1, $2, '', false, $3, 'zh', 'auto', $3) RETURNING id`, name, u.id, w.now()).Scan(&a.UserID)
	if err != nil {
		w.Fatal(err)
	}
	return a
}

// account creates an account as the administrator.
func (w *world) account(handle, unitName string, c Connector) Account {
	w.Helper()
	a, err := w.s.Create(w.ctx(), w.admin, w.draft(handle, unitName, c))
	if err != nil {
		w.Fatalf("create %s: %v", handle, err)
	}
	return a
}

func (w *world) draft(handle, unitName string, c Connector) Draft {
	return Draft{UnitID: w.units[unitName].id, Handle: handle, Seat: District, Connector: c, MinGap: DefaultMinGap}
}

// connected is an account with a token of the sandbox.
func (w *world) connected(handle, unitName string, c Connector) Account {
	w.Helper()
	a := w.account(handle, unitName, c)
	a, err := w.s.ImportToken(w.ctx(), w.admin, a.ID, w.sandbox.Token(handle))
	if err != nil {
		w.Fatalf("connect %s: %v", handle, err)
	}
	return a
}

// walk opens Weibo's page as the owner of handle and agrees; it gives the state and the code of the redirect.
func (w *world) walk(page, handle string) (state, code string) {
	w.Helper()
	u, err := url.Parse(page)
	if err != nil {
		w.Fatal(err)
	}
	form := u.Query()
	form.Set("account", handle)
	form.Set("decision", "allow")
	req, err := http.NewRequestWithContext(w.ctx(), http.MethodPost, w.weibo.URL+u.Path, strings.NewReader(form.Encode()))
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	back, err := resp.Location()
	if err != nil {
		w.Fatalf("authorisation page answered %s: %v", resp.Status, err)
	}
	return back.Query().Get("state"), back.Query().Get("code")
}

func (w *world) count(sql string, args ...any) (n int) {
	w.Helper()
	if err := w.db.Pool().QueryRow(w.ctx(), sql, args...).Scan(&n); err != nil {
		w.Fatal(err)
	}
	return n
}

// openTodos lists the codes of the open matters about tokens.
func (w *world) openTodos() string {
	w.Helper()
	var codes string
	err := w.db.Pool().QueryRow(w.ctx(), `SELECT coalesce(string_agg(code, ' ' ORDER BY id), '') FROM todos WHERE resolved_at IS NULL`).Scan(&codes)
	if err != nil {
		w.Fatal(err)
	}
	return codes
}

func (w *world) wantCode(err error, kind fault.Kind, code string) {
	w.Helper()
	if !fault.Is(err, kind) || fault.Public(err).Code != code {
		w.Errorf("got %v, want a fault of kind %d with code %q", err, kind, code)
	}
}
