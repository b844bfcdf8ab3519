package reach

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/sandbox"
	"juzhen/internal/seal"
	"juzhen/internal/weibo"
)

// world is a database, a sandbox and a clock of the test's own, with three accounts of the demonstration matrix that may be connected.
type world struct {
	testing.TB
	db       *pg.DB
	sandbox  *sandbox.Server
	weibo    *httptest.Server
	accounts *account.Service
	s        *Service
	admin    access.Actor
	boss     access.Actor // supervisor of the bureau
	units    map[string]access.Grant

	mu sync.Mutex
	at time.Time
}

func newWorld(t *testing.T, past int) *world { return newWorldWith(t, past, Limits{}) }

func newBenchWorld(b *testing.B) *world { return newWorldWith(b, 0, Limits{}) }

func newWorldWith(t testing.TB, past int, l Limits) *world {
	t.Helper()
	w := &world{TB: t, db: pgtest.New(t), units: map[string]access.Grant{}, at: time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)}
	limits := sandbox.DocumentedLimits()
	w.sandbox = sandbox.New(sandbox.Options{Frozen: w.at, PastPosts: past, Limits: &limits})
	w.weibo = httptest.NewServer(w.sandbox)
	t.Cleanup(func() { w.sandbox.Close(); w.weibo.Close() })
	box, err := seal.New(bytes.Repeat([]byte{3}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	api := weibo.New(weibo.Options{PublicURL: w.weibo.URL, CommercialURL: w.weibo.URL + "/c", AppKey: sandbox.DemoAppKey,
		AppSecret: sandbox.DemoAppSecret, Clock: w.now})
	w.accounts = account.New(w.db, box, api, account.Options{AppKey: sandbox.DemoAppKey, Now: w.now})
	w.s = New(w.db, api, w.accounts, Options{Limits: l, Now: w.now, Log: slog.New(slog.DiscardHandler)})
	w.unit("北京市环境保护局", "")
	w.unit("朝阳区", "北京市环境保护局")
	w.admin, w.boss = w.user("系统管理员", access.Administrator, "北京市环境保护局"), w.user("值班主管", access.Supervisor, "北京市环境保护局")
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *world) advance(d time.Duration) {
	w.mu.Lock()
	w.at = w.at.Add(d)
	w.mu.Unlock()
	w.sandbox.Advance(d)
}

func (w *world) ctx() context.Context { return w.Context() }

// one reads one value of the database.
func one[T any](w *world, sql string, args ...any) (v T) {
	w.Helper()
	if err := w.db.Pool().QueryRow(w.ctx(), sql, args...).Scan(&v); err != nil {
		w.Fatalf("%s: %v", sql, err)
	}
	return v
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	if _, err := w.db.Pool().Exec(w.ctx(), sql, args...); err != nil {
		w.Fatalf("%s: %v", sql, err)
	}
}

func (w *world) unit(name, parent string) {
	above := w.units[parent]
	id := one[int64](w, `INSERT INTO units (parent_id, name, kind, path, created_at) VALUES (nullif($1, 0), $2, 'bureau', $2, $3) RETURNING id`,
		above.UnitID, name, w.now())
	path := one[string](w, `UPDATE units SET path = $2 || id || '/' WHERE id = $1 RETURNING path`, id, max(above.Path, "/"))
	w.units[name] = access.Grant{UnitID: id, Path: path}
}

func (w *world) user(name string, role access.Role, unit string) access.Actor {
	g := w.units[unit]
	g.Role = role
	id := one[int64](w, `INSERT INTO users (username, display_name, unit_id, password_hash, must_change, password_changed_at, lang, theme, created_at)
VALUES ($1, $1, $2, '', false, $3, 'zh', 'auto', $3) RETURNING id`, name, g.UnitID, w.now())
	return access.Actor{UserID: id, Name: name, Grants: []access.Grant{g}}
}

// connect creates an account of the sandbox's matrix with a token and begins to watch it.
func (w *world) connect(handle, unit string, c account.Connector) account.Account {
	w.Helper()
	a, err := w.accounts.Create(w.ctx(), w.admin, account.Draft{UnitID: w.units[unit].UnitID, Handle: handle, Seat: account.District, Connector: c})
	if err != nil {
		w.Fatal(err)
	}
	if a, err = w.accounts.ImportToken(w.ctx(), w.admin, a.ID, w.sandbox.Token(handle)); err != nil {
		w.Fatal(err)
	}
	if _, err := w.s.Plan(w.ctx()); err != nil {
		w.Fatal(err)
	}
	return a
}

// round plans and reads whatever is due, as the jobs do.
func (w *world) round() {
	w.Helper()
	ids, err := w.s.Plan(w.ctx())
	if err != nil {
		w.Fatal(err)
	}
	for _, id := range ids {
		if err := w.s.Read(w.ctx(), id); err != nil {
			w.Fatal(err)
		}
	}
}

func (w *world) backfill(id int64) Backfill {
	w.Helper()
	if err := w.s.StartBackfill(w.ctx(), w.admin, id); err != nil {
		w.Fatal(err)
	}
	if _, err := w.s.FetchPast(w.ctx(), id); err != nil {
		w.Fatal(err)
	}
	return w.progress(id)
}

func (w *world) progress(id int64) Backfill {
	w.Helper()
	b, err := findBackfill(w.ctx(), w.db.Pool(), id)
	if err != nil {
		w.Fatal(err)
	}
	return b
}

// todos lists the codes of the open matters in the order they came.
func (w *world) todos() string {
	w.Helper()
	return one[string](w, `SELECT coalesce(string_agg(code, ' ' ORDER BY id), '') FROM todos WHERE resolved_at IS NULL`)
}

// deliver writes a delivery of the account as the sending side leaves it, with the given state; remote may be "".
func (w *world) deliver(a account.Account, state, remote, text string) int64 {
	w.Helper()
	post := one[int64](w, `INSERT INTO posts (unit_id, author_id, updated_by, phase, due_now, urgent, revision, created_at, updated_at)
VALUES ($1, $2, $2, 'approved', true, false, 1, $3, $3) RETURNING id`, a.UnitID, w.boss.UserID, w.now())
	version := one[int64](w, `INSERT INTO post_versions (post_id, number, state, text, visible, repost_of, editors, created_at)
VALUES ($1, 1, 'approved', $2, 0, '', '{}', $3) RETURNING id`, post, text, w.now())
	w.exec(`INSERT INTO version_targets (version_id, account_id) VALUES ($1, $2)`, version, a.ID)
	return one[int64](w, `INSERT INTO deliveries (post_id, version_id, account_id, platform, connector, state, plan, urgent, approved, payload_hash, mark_key,
remote_id, sent_at, created_at, updated_at) VALUES ($1, $2, $3, 'weibo', 'commercial', $4, 1, false, true, 'x', decode(md5(random()::text), 'hex'),
nullif($5, ''), $6, $6, $6) RETURNING id`, post, version, a.ID, state, remote, w.now())
}
