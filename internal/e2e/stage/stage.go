// Package stage sets what the tests of one feature stand on: a database of the test's own, units and
// people in it, an imitation Weibo beside it and a clock in hand for both. It knows no feature above
// access, so that the tests of any may use it, and asserts nothing.
package stage

import (
	"bytes"
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

// Stage is a database, an imitation Weibo and a clock that stands still until Advance.
type Stage struct {
	testing.TB
	DB       *pg.DB
	Weibo    *sandbox.Server
	WeiboURL string
	Client   *weibo.Client // of the demonstration application
	Box      *seal.Box
	Units    map[string]access.Grant // place of each unit, without a role

	mu sync.Mutex
	at time.Time
}

// New sets the stage at an instant; the rest of o is the imitation Weibo's.
func New(t testing.TB, at time.Time, options sandbox.Options) *Stage {
	t.Helper()
	stage := &Stage{TB: t, DB: pgtest.New(t), Units: map[string]access.Grant{}, at: at}
	options.Frozen = at
	stage.Weibo = sandbox.New(options)
	server := httptest.NewServer(stage.Weibo)
	t.Cleanup(func() { stage.Weibo.Close(); server.Close() })
	stage.WeiboURL = server.URL
	stage.Client = weibo.New(weibo.Options{
		PublicURL:     stage.WeiboURL,
		CommercialURL: stage.WeiboURL + "/c",
		AppKey:        sandbox.DemoAppKey,
		AppSecret:     sandbox.DemoAppSecret,
		Clock:         stage.Now,
	})
	stage.Box = Box(t, 7)

	return stage
}

// Box seals with a key made of one byte; keys made of older ones only open.
func Box(t testing.TB, key byte, older ...byte) *seal.Box {
	t.Helper()
	of := func(b byte) []byte { return bytes.Repeat([]byte{b}, seal.KeySize) }

	var before [][]byte
	for _, b := range older {
		before = append(before, of(b))
	}
	box, err := seal.New(of(key), before...)
	if err != nil {
		t.Fatal(err)
	}

	return box
}

// Now is the instant of the stage.
func (s *Stage) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

// Advance turns the stage's clock and the imitation Weibo's.
func (s *Stage) Advance(d time.Duration) {
	s.mu.Lock()
	s.at = s.at.Add(d)
	s.mu.Unlock()
	s.Weibo.Advance(d)
}

// Unit puts a unit below another; parent "" makes the root.
func (s *Stage) Unit(name, parent, kind string) {
	s.Helper()
	above := s.Units[parent]
	id := One[int64](s, `INSERT INTO units (parent_id, name, kind, path, created_at)
			VALUES (nullif($1, 0), $2, $3, $2, $4) RETURNING id`,
		above.UnitID, name, kind, s.Now())
	path := One[string](
		s,
		`UPDATE units SET path = $2 || id || '/' WHERE id = $1 RETURNING path`,
		id,
		max(above.Path, "/"),
	)
	s.Units[name] = access.Grant{UnitID: id, Path: path}
}

// User puts a person with one role into a unit; nobody can sign in as this person.
func (s *Stage) User(name string, role access.Role, unit string) access.Actor {
	s.Helper()
	grant := s.Units[unit]
	grant.Role = role
	id := One[int64](s, `INSERT INTO users (username, display_name, unit_id, password_hash, must_change,
			password_changed_at, lang, theme, created_at)
VALUES ($1, $1, $2, '', false, $3, 'zh', 'auto', $3) RETURNING id`, name, grant.UnitID, s.Now())

	return access.Actor{UserID: id, Name: name, SessionID: 11, IP: "192.0.2.1", Grants: []access.Grant{grant}}
}

// Exec runs SQL: one statement with arguments, or any number without.
func (s *Stage) Exec(sql string, args ...any) {
	s.Helper()
	if _, err := s.DB.Pool().Exec(s.Context(), sql, args...); err != nil {
		s.Fatalf("%s: %v", sql, err)
	}
}

// One reads one value of the database.
func One[T any](stage *Stage, sql string, args ...any) (v T) {
	stage.Helper()
	if err := stage.DB.Pool().QueryRow(stage.Context(), sql, args...).Scan(&v); err != nil {
		stage.Fatalf("%s: %v", sql, err)
	}

	return v
}

// OpenTodos lists the codes of the open matters in the order in which they came.
func (s *Stage) OpenTodos() string {
	s.Helper()
	return One[string](s, `SELECT coalesce(string_agg(code, ' ' ORDER BY id), '') FROM todos
			WHERE resolved_at IS NULL`)
}

// Agree opens Weibo's authorisation page as the owner of handle, agrees, and gives the address to which
// the browser is sent back.
func (s *Stage) Agree(page, handle string) *url.URL {
	s.Helper()
	address, err := url.Parse(page)
	if err != nil {
		s.Fatal(err)
	}
	form := address.Query()
	form.Set("account", handle)
	form.Set("decision", "allow")
	req, err := http.NewRequestWithContext(
		s.Context(),
		http.MethodPost,
		s.WeiboURL+address.Path,
		strings.NewReader(form.Encode()),
	)
	if err != nil {
		s.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		s.Fatal(err)
	}
	defer res.Body.Close()
	back, err := res.Location()
	if err != nil {
		s.Fatalf("authorisation page answered %s: %v", res.Status, err)
	}

	return back
}

// Answer is a use case's answer to somebody as one letter for tables of rights: Y for yes, F for
// forbidden, N for not found; else the error.
func Answer(err error) string {
	switch {
	case err == nil:
		return "Y"
	case fault.Is(err, fault.KindForbidden):
		return "F"
	case fault.Is(err, fault.KindNotFound):
		return "N"
	}

	return err.Error()
}
