// Package world builds a whole console beside an imitation Weibo in the memory of a test: a database of
// its own, the demonstration matrix, people who can sign in, and small verbs that put things into the
// state a test begins with. It asserts nothing.
package world

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/app"
	"juzhen/internal/config"
	"juzhen/internal/demo"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/sandbox"
	"juzhen/internal/seal"
)

// World is one console with everything around it.
type World struct {
	*app.App
	// a pool of the owner on the console's database; the console itself has the application's rights
	DB        *pg.DB
	URL       string // of the console
	Address   string // it listens on
	Weibo     *sandbox.Server
	WeiboURL  string
	Matrix    demo.Matrix
	Passwords map[string]string

	t      testing.TB
	mu     sync.Mutex
	people map[string]signed
}

// Setup is what a test may say before the world is built.
type Setup struct {
	Sandbox sandbox.Options
	Environ []string // JUZHEN_NAME=value, over the world's own
}

// Option changes the setup.
type Option func(*Setup)

// New builds the world, loads the demonstration matrix, and starts to work and to serve. Everything
// ends with the test.
func New(t testing.TB, change ...Option) *World {
	t.Helper()
	world, l, log := build(t, change)
	must(t, world.Start(context.WithoutCancel(t.Context())))
	world.serve(t, l, log)
	world.load(t)

	return world
}

// Still builds a console that answers requests through its Handler and does nothing by itself: no
// engine, no jobs, no loops, no fixtures. What changes in its database was changed by the test.
func Still(t testing.TB, change ...Option) *World {
	t.Helper()
	world, l, log := build(t, change)
	must(t, l.Close())
	t.Cleanup(func() {
		if err := world.Stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
		if t.Failed() {
			t.Logf("the console's log:\n%s", log())
		}
	})

	return world
}

func build(t testing.TB, change []Option) (*World, net.Listener, func() string) {
	t.Helper()

	setup := Setup{Sandbox: sandbox.Options{Limits: &sandbox.Limits{}}}
	for _, option := range change {
		option(&setup)
	}
	world := &World{t: t, people: map[string]signed{}, Weibo: sandbox.New(setup.Sandbox)}
	platform := httptest.NewServer(world.Weibo)
	t.Cleanup(func() { world.Weibo.Close(); platform.Close() })
	world.WeiboURL = platform.URL

	l, err := net.Listen("tcp", "localhost:0")
	must(t, err)
	database := pgtest.URL(t)
	cfg := world.config(t, pgtest.AsApplication(database), l.Addr().String(), setup.Environ)
	out := &lockedBuffer{}
	quiet := slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelWarn}))
	world.App, err = app.New(t.Context(), cfg, l.Addr().String(), app.Options{
		Version: "test", Log: quiet, Forgetful: true,
	})
	must(t, err)
	world.DB = pgtest.Open(t, database)

	return world, l, out.String
}

func (w *World) config(t testing.TB, database, listen string, more []string) config.Config {
	key := make([]byte, seal.KeySize)
	_, _ = rand.Read(key)
	cfg, err := config.Load(append([]string{
		"JUZHEN_DATABASE_URL=" + database,
		"JUZHEN_DATA_DIR=" + t.TempDir(),
		"JUZHEN_LISTEN=" + listen,
		"JUZHEN_ALLOWED_HOSTS=example.com", // the name of requests made by httptest
		"JUZHEN_SECRET_KEY=" + base64.StdEncoding.EncodeToString(
			key,
		),
		"JUZHEN_WEIBO_URL=" + w.WeiboURL,
		"JUZHEN_WEIBO_COMMERCIAL_URL=" + w.WeiboURL + "/c",
		"JUZHEN_WEIBO_APP_KEY=" + sandbox.DemoAppKey,
		"JUZHEN_WEIBO_APP_SECRET=" + sandbox.DemoAppSecret,
		"JUZHEN_WEIBO_SAFE_DOMAIN=" + sandbox.DemoSafeDomain,
		"JUZHEN_PUSH_LISTEN=localhost:0", // nobody listens there; what is made leads to it
		"JUZHEN_READ_BACK=200ms",
		"JUZHEN_LOOK_FIRST=200ms",
		"JUZHEN_LOOK_LAG=500ms",
		"JUZHEN_LOOK_AGAIN=1s",
		"JUZHEN_CALL_LIMIT=2s",
		"JUZHEN_SHUTDOWN_GRACE=5s",
		"JUZHEN_PAGE_CONNECTIONS=8",
		"JUZHEN_QUEUE_CONNECTIONS=8",
		"JUZHEN_MARK_CONNECTIONS=4",
	}, more...))
	must(t, err)

	return cfg
}

func (w *World) serve(t testing.TB, l net.Listener, log func() string) {
	w.URL, w.Address = w.PublicURL(), l.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := w.Stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
		if t.Failed() {
			t.Logf("the console's log:\n%s", log())
		}
	})
}

func (w *World) load(t testing.TB) {
	var err error
	w.Passwords, err = demo.Passwords(t.TempDir() + "/users.json")
	must(t, err)
	judge := &demo.Weibo{Base: w.WeiboURL, Client: http.DefaultClient}
	w.Matrix, err = demo.Load(t.Context(), w.Services, judge.Token, w.Passwords)
	must(t, err)
}

// signed is a person with a session.
type signed struct {
	actor access.Actor
	token string
}

// Actor gives a demonstration user and the token of a session, which is begun once.
func (w *World) Actor(username string) (access.Actor, string) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if s, ok := w.people[username]; ok {
		return s.actor, s.token
	}
	_, token, err := w.Identity.SignIn(w.t.Context(), username, w.Passwords[username], "127.0.0.1", "test")
	must(w.t, err)
	actor, _, err := w.Identity.Actor(w.t.Context(), token, "127.0.0.1", "test")
	must(w.t, err)
	w.people[username] = signed{actor, token}

	return actor, token
}

// patience bounds what a test waits for; a busy machine needs some.
const patience = 90 * time.Second

// Eventually waits until ok says yes, looking every few milliseconds; after half a minute the test
// fails with what was waited for.
func (w *World) Eventually(what string, ok func() bool) {
	w.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	limit := time.NewTimer(patience)
	defer limit.Stop()

	for !ok() {
		select {
		case <-tick.C:
		case <-limit.C:
			w.t.Fatalf("waited in vain for %s", what)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
