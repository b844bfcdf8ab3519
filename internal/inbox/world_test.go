package inbox

import (
	"log/slog"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/plan"
	"juzhen/internal/reach"
	"juzhen/internal/sandbox"
)

// world is the inbox of a bureau with a district, on an imitation Weibo without an audience of its own: only
// what a test says is said. It is Monday, ten in the morning.
type world struct {
	*stage.Stage
	accounts *account.Service
	s        *Service

	admin, officer, reviewer, boss, district, auditor access.Actor
}

// Accounts without followers: the imitation's own audience has nothing to say to them.
const (
	main    = "安静市局"
	below   = "安静朝阳"
	citizen = "胡同里的风"
)

func newWorld(t testing.TB) *world {
	t.Helper()
	limits := sandbox.DocumentedLimits()
	w := &world{Stage: stage.New(t, time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC), sandbox.Options{
		Limits: &limits,
	})}

	for i, handle := range []string{main, below, citizen} {
		w.must(w.Weibo.AddAccount(sandbox.Account{UID: 5800000001 + int64(i), Handle: handle}))
	}
	w.accounts = account.New(w.DB, w.Box, w.Client, account.Options{AppKey: sandbox.DemoAppKey, Now: w.Now})
	quiet := slog.New(slog.DiscardHandler)
	w.s = New(w.DB, Options{
		Weibo: w.Client, Now: w.Now, Log: quiet,
		Reading:    reach.New(w.DB, w.Client, w.accounts, reach.Options{Now: w.Now, Log: quiet}),
		Plan:       plan.New(w.DB, plan.Options{Now: w.Now}),
		Deliveries: delivery.New(w.DB, delivery.Options{Now: w.Now}),
	})
	w.Unit("市局", "", "bureau")
	w.Unit("朝阳区", "市局", "district")
	w.admin = w.User("管理员", access.Administrator, "市局")
	w.officer = w.User("专员", access.PressOfficer, "市局")
	w.reviewer = w.User("审核员", access.Reviewer, "市局")
	w.boss = w.User("主管", access.Supervisor, "市局")
	w.district = w.User("朝阳专员", access.PressOfficer, "朝阳区")
	w.auditor = w.User("审计员", access.Auditor, "市局")

	for _, actor := range []access.Actor{w.officer, w.reviewer, w.boss, w.district, w.auditor} {
		w.Exec("INSERT INTO grants (user_id, role, unit_id, created_at) VALUES ($1, $2, $3, $4)",
			actor.UserID, string(actor.Grants[0].Role), actor.Grants[0].UnitID, w.Now())
	}

	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// connect creates an account with a token, whose inbox is asked for from now on.
func (w *world) connect(handle, unit string, connector account.Connector) account.Account {
	w.Helper()
	a, err := w.accounts.Create(w.Context(), w.admin, account.Draft{
		UnitID: w.Units[unit].UnitID, Handle: handle, Seat: account.District, Connector: connector,
	})
	w.must(err)
	a, err = w.accounts.ImportToken(w.Context(), w.admin, a.ID, w.Weibo.Token(handle))
	w.must(err)
	_, err = w.s.Due(w.Context())
	w.must(err)

	return a
}

// post is a post of an account.
func (w *world) post(handle, text string) int64 {
	w.Helper()
	return w.Weibo.Rival(handle, text).ID
}

// poll asks for every inbox that is due, as the jobs do.
func (w *world) poll() {
	w.Helper()
	ids, err := w.s.Due(w.Context())
	w.must(err)

	for _, id := range ids {
		w.must(w.s.Poll(w.Context(), id))
	}
}

// later lets time pass and asks again.
func (w *world) later(d time.Duration) {
	w.Helper()
	w.Advance(d)
	w.poll()
}

func (w *world) list(actor access.Actor, query Query) []Matter {
	w.Helper()
	page, err := w.s.List(w.Context(), actor, query)
	w.must(err)

	return page.Rows
}

// only is the one matter of all that there is.
func (w *world) only() Matter {
	w.Helper()
	list := w.list(w.boss, Query{Show: ShowAll})
	if len(list) != 1 {
		w.Fatalf("%d matters, want one", len(list))
	}

	return list[0]
}

func (w *world) do(actor access.Actor, m Matter, move Move) Matter {
	w.Helper()
	move.Revision = m.Revision
	after, err := w.s.Do(w.Context(), actor, m.ID, move)
	w.must(err)

	return after
}

func (w *world) count(sql string, args ...any) (n int) {
	w.Helper()
	w.must(w.DB.Pool().QueryRow(w.Context(), sql, args...).Scan(&n))

	return n
}
