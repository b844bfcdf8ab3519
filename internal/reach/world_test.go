package reach

import (
	"log/slog"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/sandbox"
)

// world is figures on a stage of the test's own, with accounts of the demonstration matrix that may be
// connected.
type world struct {
	*stage.Stage
	accounts *account.Service
	s        *Service
	admin    access.Actor
	boss     access.Actor // supervisor of the bureau
}

func newWorld(t *testing.T, past int) *world { return newWorldWith(t, past, Limits{}) }

func newBenchWorld(b *testing.B) *world { return newWorldWith(b, 0, Limits{}) }

func newWorldWith(t testing.TB, past int, l Limits) *world {
	t.Helper()
	limits := sandbox.DocumentedLimits()
	w := &world{Stage: stage.New(t, time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC), sandbox.Options{
		PastPosts: past, Limits: &limits,
	})}
	w.accounts = account.New(w.DB, w.Box, w.Client, account.Options{
		AppKey: sandbox.DemoAppKey,
		Now:    w.Now,
		Watch:  AccountChangedTx,
	})
	w.s = New(w.DB, w.Client, w.accounts, Options{Limits: l, Now: w.Now, Log: slog.New(slog.DiscardHandler)})
	w.Unit("北京市环境保护局", "", "bureau")
	w.Unit("朝阳区", "北京市环境保护局", "bureau")
	w.admin, w.boss = w.User(
		"系统管理员",
		access.Administrator,
		"北京市环境保护局",
	), w.User(
		"值班主管",
		access.Supervisor,
		"北京市环境保护局",
	)

	return w
}

// one reads one value of the database.
func one[T any](w *world, sql string, args ...any) T {
	w.Helper()
	return stage.One[T](w.Stage, sql, args...)
}

// connect creates an account of the sandbox's matrix with a token and begins to watch it.
func (w *world) connect(handle, unit string, connector account.Connector) account.Account {
	w.Helper()
	a, err := w.accounts.Create(w.Context(), w.admin, account.Draft{
		UnitID:    w.Units[unit].UnitID,
		Handle:    handle,
		Seat:      account.District,
		Connector: connector,
	})
	if err != nil {
		w.Fatal(err)
	}
	if a, err = w.accounts.ImportToken(w.Context(), w.admin, a.ID, w.Weibo.Token(handle)); err != nil {
		w.Fatal(err)
	}
	if _, err := w.s.Plan(w.Context()); err != nil {
		w.Fatal(err)
	}

	return a
}

// round plans and reads whatever is due, as the jobs do.
func (w *world) round() {
	w.Helper()
	ids, err := w.s.Plan(w.Context())
	if err != nil {
		w.Fatal(err)
	}

	for _, id := range ids {
		if err := w.s.Read(w.Context(), id); err != nil {
			w.Fatal(err)
		}
	}
}

func (w *world) backfill(id int64) Backfill {
	w.Helper()
	if err := w.s.StartBackfill(w.Context(), w.admin, id); err != nil {
		w.Fatal(err)
	}
	if _, err := w.s.FetchPast(w.Context(), id); err != nil {
		w.Fatal(err)
	}

	return w.progress(id)
}

func (w *world) progress(id int64) Backfill {
	w.Helper()
	backfill, err := findBackfill(w.Context(), w.DB.Pool(), id)
	if err != nil {
		w.Fatal(err)
	}

	return backfill
}

// deliver writes a delivery of the account as the sending side leaves it, with the given state; remote
// may be "".
func (w *world) deliver(a account.Account, state, remote, text string) int64 {
	w.Helper()
	post := one[int64](w, `INSERT INTO posts (unit_id, author_id, updated_by, phase, due_now, urgent,
			revision, created_at, updated_at)
VALUES ($1, $2, $2, 'approved', true, false, 1, $3, $3) RETURNING id`, a.UnitID, w.boss.UserID, w.Now())
	version := one[int64](w, `INSERT INTO post_versions (post_id, number, state, text, visible, repost_of,
			editors, created_at)
VALUES ($1, 1, 'approved', $2, 0, '', '{}', $3) RETURNING id`, post, text, w.Now())
	w.Exec(`INSERT INTO version_targets (version_id, account_id) VALUES ($1, $2)`, version, a.ID)

	return one[int64](w, `INSERT INTO deliveries (post_id, version_id, account_id, platform, connector, state,
			plan, urgent, approved, payload_hash, mark_key,
remote_id, sent_at, created_at, updated_at)
    VALUES ($1, $2, $3, 'weibo', 'commercial', $4, 1, false, true, 'x', decode(md5(random()::text), 'hex'),
nullif($5, ''), $6, $6, $6) RETURNING id`, post, version, a.ID, state, remote, w.Now())
}

// summed is the service once the job has brought the sums up to date.
func (w *world) summed() *Service {
	w.Helper()
	if err := w.s.SumUp(w.Context()); err != nil {
		w.Fatal(err)
	}

	return w.s
}
