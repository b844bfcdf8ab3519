package rest

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
	"juzhen/internal/replay"
	"juzhen/internal/web"
)

// oneSession is a console in which everybody is the writer.
type oneSession struct{}

func (oneSession) Actor(context.Context, string, string, string) (access.Actor, web.Session, error) {
	grants := []access.Grant{{Role: access.PressOfficer, UnitID: 1, Path: "/1/"}}
	return access.Actor{UserID: 1, Name: "写稿人", Grants: grants}, web.Session{ID: 1}, nil
}

// failing is an interface with one write that can be made to fail at any place.
type failing struct {
	*API
	*testing.T
	db  *pg.DB
	now time.Time
	do  func(context.Context) error
}

func newFailing(t *testing.T) *failing {
	db := pgtest.New(t)
	stage.Bureau(t, db, "写稿人")
	f := &failing{T: t, db: db, now: time.Now()}
	kit, err := web.New(web.Options{Sessions: oneSession{}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}

	f.API = New(kit, Settings{
		Replays:  replay.New(db, func() time.Time { return f.now }),
		Now:      time.Now,
		BodyTime: time.Minute,
		Log:      slog.New(slog.DiscardHandler),
	})
	Register(f.API, Op(http.MethodPost, "/act", "act", "posts", "写"), access.PostWrite,
		func(ctx context.Context, _ access.Actor, _ *struct{}) (*Out[map[string]string], error) {
			return &Out[map[string]string]{map[string]string{"state": "done"}}, f.do(ctx)
		})

	return f
}

// post sends the write with a key and gives the status and the code of a problem.
func (f *failing) post(key string) (status int, code string) {
	r := httptest.NewRequest(http.MethodPost, Prefix+"/act", nil)
	r.Header.Set("Authorization", "Bearer x")
	r.Header.Set(keyHeader, key)
	rec := httptest.NewRecorder()
	f.kit.Handler().ServeHTTP(rec, r)

	var problem struct{ Code string }
	_ = json.Unmarshal(rec.Body.Bytes(), &problem)

	return rec.Code, problem.Code
}

// write changes a row, as each use case does.
const write = "UPDATE units SET position = position + 1 WHERE id = 1"

func (f *failing) writes(ctx context.Context, tx pg.Tx) {
	if _, err := tx.Pgx.Exec(ctx, write); err != nil {
		f.Error(err)
	}
}

// TestKeyAfterAFailure: free where nothing of the request outlived it, unknown where something did.
func TestKeyAfterAFailure(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	fails := func(f *failing) error { return boom }
	panics := func(f *failing) error { panic("boom") }
	committed := func(ctx context.Context, f *failing) {
		if err := f.db.InTx(ctx, func(tx pg.Tx) error { f.writes(ctx, tx); return nil }); err != nil {
			f.Error(err)
		}
	}

	for name, tc := range map[string]struct {
		do   func(ctx context.Context, f *failing, end func(*failing) error) error
		free bool
	}{
		"before a transaction": {
			func(_ context.Context, f *failing, end func(*failing) error) error { return end(f) },
			true,
		},
		"after reading": {func(ctx context.Context, f *failing, end func(*failing) error) error {
			var n int
			if err := f.db.Pool().QueryRow(ctx, "SELECT count(*) FROM units").Scan(&n); err != nil {
				f.Error(err)
			}

			return end(f)
		}, true},
		"inside of a transaction": {func(ctx context.Context, f *failing, end func(*failing) error) error {
			return f.db.InTx(ctx, func(tx pg.Tx) error { f.writes(ctx, tx); return end(f) })
		}, true},
		"at a commit that is refused": {
			func(ctx context.Context, f *failing, end func(*failing) error) error {
				err := f.db.InTx(ctx, func(tx pg.Tx) error {
					f.writes(ctx, tx)
					_, _ = tx.Pgx.Exec(ctx, "SELECT 1/0")
					return nil
				})
				if err == nil {
					f.Error("a broken transaction was committed")
				}

				return end(f)
			}, true,
		},
		"at a statement that is refused": {
			func(ctx context.Context, f *failing, end func(*failing) error) error {
				if _, err := f.db.Pool().Exec(ctx, "UPDATE units SET parent_id = 99 WHERE id = 2"); err == nil {
					f.Error("not refused")
				}

				return end(f)
			}, true,
		},
		"after the commit": {func(ctx context.Context, f *failing, end func(*failing) error) error {
			committed(ctx, f)
			return end(f)
		}, false},
		"inside of a second transaction": {
			func(ctx context.Context, f *failing, end func(*failing) error) error {
				committed(ctx, f)
				return f.db.InTx(ctx, func(pg.Tx) error { return end(f) })
			}, false,
		},
		"after a write without a transaction, by GORM": {
			func(ctx context.Context, f *failing, end func(*failing) error) error {
				if err := f.db.Gorm(ctx).Exec(write).Error; err != nil {
					f.Error(err)
				}

				return end(f)
			}, false,
		},
		"after a write without a transaction, by pgx": {
			func(ctx context.Context, f *failing, end func(*failing) error) error {
				if _, err := f.db.Pool().Exec(ctx, write); err != nil {
					f.Error(err)
				}

				return end(f)
			}, false,
		},
	} {
		for how, end := range map[string]func(*failing) error{"panics": panics, "fails": fails} {
			t.Run(how+" "+name, func(t *testing.T) {
				t.Parallel()
				f := newFailing(t)
				f.do = func(ctx context.Context) error { return tc.do(ctx, f, end) }
				if status, code := f.post("k"); status != http.StatusInternalServerError {
					t.Fatalf("answered %d %s", status, code)
				}

				f.do = func(context.Context) error { return nil }
				status, code := f.post("k")
				if tc.free && status != http.StatusOK ||
					!tc.free && (status != http.StatusConflict || code != "outcome_unknown") {
					t.Errorf("sent again: %d %s; free %v", status, code, tc.free)
				}
			})
		}
	}
}

// TestKeyOfAKilledProcess: nobody was left to say how it ended.
func TestKeyOfAKilledProcess(t *testing.T) {
	t.Parallel()
	failing := newFailing(t)
	started, killed := make(chan struct{}), make(chan struct{})
	done := make(chan struct{})
	failing.do = func(ctx context.Context) error { close(started); <-killed; return nil }
	go func() { defer close(done); failing.post("k") }()
	<-started

	if status, code := failing.post("k"); status != http.StatusConflict || code != "in_progress" {
		t.Errorf("while it runs: %d %s", status, code)
	}
	failing.now = failing.now.Add(replay.UnderWay)
	if status, code := failing.post("k"); status != http.StatusConflict || code != "outcome_unknown" {
		t.Errorf("long after: %d %s", status, code)
	}
	close(killed)
	<-done
}
