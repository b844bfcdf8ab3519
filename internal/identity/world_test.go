package identity_test

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

const (
	password = "Kongqi-2026"
	here     = "10.0.0.8"
	agent    = "Test/1"
)

// world is a bureau with two districts, an administrator of all, one of the east, and a clock in hand.
type world struct {
	*testing.T
	db                 *pg.DB
	s                  *identity.Service
	mu                 sync.Mutex
	at                 time.Time
	bureau, east, west org.Unit
	root, eastern      identity.User
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, db: pgtest.New(t), at: time.Date(2026, 3, 4, 4, 0, 0, 0, time.UTC)}
	var err error
	w.s, err = identity.New(w.db, w.now, identity.Options{Keys: [][]byte{bytes.Repeat([]byte("k"), 32)}})
	if err != nil {
		t.Fatal(err)
	}
	units := org.New(w.db, w.now)
	w.bureau = w.unit(units, 0, "局", org.Bureau)
	w.east = w.unit(units, w.bureau.ID, "东", org.District)
	w.west = w.unit(units, w.bureau.ID, "西", org.District)
	w.root = w.user("root", w.bureau, grant(access.Administrator, w.bureau))
	w.eastern = w.user("eastern", w.east, grant(access.Administrator, w.east))

	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *world) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

func (w *world) unit(service *org.Service, parent int64, name string, kind org.Kind) org.Unit {
	w.Helper()
	u, err := service.Create(w.Context(), access.System("测试"), parent, name, kind)
	if err != nil {
		w.Fatal(err)
	}

	return u
}

func grant(role access.Role, unit org.Unit) identity.NewGrant {
	return identity.NewGrant{Role: role, UnitID: unit.ID}
}

func (w *world) user(name string, unit org.Unit, grants ...identity.NewGrant) identity.User {
	w.Helper()
	made, err := w.s.CreateUser(w.Context(), access.System("命令行"), identity.NewUser{
		Username: name, DisplayName: "岗位" + name, UnitID: unit.ID, Password: password, Grants: grants})
	if err != nil {
		w.Fatal(err)
	}

	return made
}

// sure confirms on the machine what was asked.
func (w *world) sure(change identity.Change, err error) error {
	if err != nil {
		return err
	}
	_, _, err = w.s.Confirm(w.Context(), access.System("命令行"), change.ID)

	return err
}

func (w *world) signIn(name string) (access.Actor, string) {
	w.Helper()
	_, token, err := w.s.SignIn(w.Context(), name, password, here, agent)
	if err != nil {
		w.Fatalf("sign in %s: %v", name, err)
	}

	return w.actor(token), token
}

func (w *world) actor(token string) access.Actor {
	w.Helper()
	a, _, err := w.s.Actor(w.Context(), token, here, agent)
	if err != nil {
		w.Fatal(err)
	}

	return a
}

func (w *world) try(name, pw, ip string) error {
	_, _, err := w.s.SignIn(w.Context(), name, pw, ip, agent)
	return err
}

func (w *world) wantKind(err error, kind fault.Kind) {
	w.Helper()
	if !fault.Is(err, kind) {
		w.Errorf("got %v, want kind %d", err, kind)
	}
}

func (w *world) wantOK(err error) {
	w.Helper()
	if err != nil {
		w.Error(err)
	}
}

func (w *world) gone(token string) {
	w.Helper()
	_, _, err := w.s.Actor(w.Context(), token, here, agent)
	w.wantKind(err, fault.KindUnauthenticated)
}

// trail lists the acts recorded, oldest first, as "action name".
func (w *world) trail(action string) []audit.Row {
	w.Helper()
	reader := access.Actor{UserID: 1, Grants: []access.Grant{{Role: access.Auditor, Path: w.bureau.Path}}}
	page, err := audit.New(w.db, w.now).List(w.Context(), reader, audit.Filter{Action: action, Limit: 500})
	if err != nil {
		w.Fatal(err)
	}

	return page.Rows
}

func (w *world) recorded(action string, n int) {
	w.Helper()
	if got := len(w.trail(action)); got != n {
		w.Errorf("%s recorded %d times, want %d", action, got, n)
	}
}
