package account

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"pgregory.net/rapid"

	"juzhen/internal/access"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/queue"
	"juzhen/internal/sandbox"
	"juzhen/internal/seal"
	"juzhen/internal/weibo"
)

// together runs fn n times at once and counts how often it succeeded.
func together(n int, fn func() error) int {
	var won atomic.Int32

	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			if fn() == nil {
				won.Add(1)
			}
		})
	}
	wg.Wait()

	return int(won.Load())
}

func TestAStateIsUsedOnceByManyAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account("朝阳环保示例", "朝阳区", Commercial)
	state, code := w.agreed(account, "朝阳环保示例")
	if n := together(
		8,
		func() error { _, err := w.s.FinishOAuth(w.Context(), w.admin, state, code); return err },
	); n != 1 {
		t.Errorf("the authorisation was finished %d times", n)
	}
	if n := w.count("SELECT count(*) FROM audit_entries WHERE action = 'account.authorise'"); n != 1 {
		t.Errorf("%d audit entries", n)
	}
}

func TestAnAccountMovesOnceByManyAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account("朝阳环保示例", "朝阳区", Manual)
	if n := together(
		6,
		func() error { _, err := w.s.SetState(w.Context(), w.admin, account.ID, Live, ""); return err },
	); n != 1 {
		t.Errorf("set live %d times", n)
	}
	if n := w.count("SELECT count(*) FROM audit_entries WHERE action = 'account.state'"); n != 1 {
		t.Errorf("%d audit entries", n)
	}
}

func TestManyProcessesTellPeopleOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.connected("朝阳环保示例", "朝阳区", Commercial)
	w.connected("海淀环保示例", "海淀区", Public)
	w.Advance(20 * day)
	var told atomic.Int32
	together(4, func() error { n, err := w.s.Sweep(w.Context()); told.Add(int32(n)); return err })
	if told.Load() != 2 || w.OpenTodos() != "token.expiring token.expiring" {
		t.Errorf("told %d times, to-dos %q", told.Load(), w.OpenTodos())
	}
	together(4, func() error {
		return w.DB.InTx(
			w.Context(),
			func(tx pg.Tx) error { return w.s.MarkTokenBadTx(w.Context(), tx, w.Now(), account.ID, TokenRevoked) },
		)
	})
	if got := w.OpenTodos(); got != "token.expiring token.revoked" {
		t.Errorf("to-dos %q", got)
	}
}

func TestAClosedAccountIsNotWarnedAbout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.connected("朝阳环保示例", "朝阳区", Commercial)
	w.Advance(28 * day)
	if n, err := w.s.Sweep(w.Context()); err != nil || n != 1 {
		t.Fatalf("told %d, %v", n, err)
	}
	if _, err := w.s.SetState(w.Context(), w.admin, account.ID, Closed, "注销"); err != nil {
		t.Fatal(err)
	}
	w.Advance(5 * day)
	if n, err := w.s.Sweep(w.Context()); err != nil || n != 0 || w.OpenTodos() != "" {
		t.Errorf("told %d, to-dos %q, %v", n, w.OpenTodos(), err)
	}
}

// TestNoTokenLeavesThePackage walks every act with a log in hand and looks for the token where it must
// not be.
func TestNoTokenLeavesThePackage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var mu sync.Mutex
	var log bytes.Buffer
	handler := slog.NewTextHandler(lockedWriter{&mu, &log}, &slog.HandlerOptions{Level: slog.LevelDebug})
	box, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	api := weibo.New(weibo.Options{
		PublicURL:     w.WeiboURL,
		CommercialURL: w.WeiboURL + "/c",
		AppKey:        sandbox.DemoAppKey,
		AppSecret:     sandbox.DemoAppSecret,
		Clock:         w.Now,
		Log:           slog.New(handler),
	})
	w.s = New(w.DB, box, api, Options{AppKey: sandbox.DemoAppKey, CallbackURL: callback, Now: w.Now})
	account := w.account("朝阳环保示例", "朝阳区", Commercial)
	token := w.Weibo.Token("朝阳环保示例")
	if _, err := w.s.ImportToken(w.Context(), w.admin, account.ID, token); err != nil {
		t.Fatal(err)
	}
	w.Weibo.Fault(sandbox.Fault{Call: "statuses/destroy/biz", Kind: sandbox.FaultError, Code: 10001})
	if _, err := w.s.Test(w.Context(), w.admin, account.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.RevokeToken(w.Context(), w.admin, account.ID, "换人"); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if strings.Contains(log.String(), token) || log.Len() == 0 {
		t.Errorf("the log of %d bytes holds the token", log.Len())
	}
	if n := w.count(`
		SELECT count(*) FROM audit_entries WHERE position($1::bytea in body) > 0`, []byte(token)); n != 0 {
		t.Error("the audit trail holds the token")
	}
	if n := w.count(`
		SELECT count(*) FROM audit_entries
			WHERE action IN ('account.create', 'account.import_token', 'account.test', 'account.revoke')`); n != 4 {
		t.Errorf("%d audit entries for four acts", n)
	}
}

type lockedWriter struct {
	mu *sync.Mutex
	b  *bytes.Buffer
}

func (l lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// TestEachUseCaseAsksForItsRight types the rights by hand: what each role may do with an account of its
// own unit.
func TestEachUseCaseAsksForItsRight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	acts := []func(access.Actor, Account) error{
		func(who access.Actor, account Account) error {
			_, err := w.s.Find(w.Context(), who, account.ID)
			return err
		},
		func(who access.Actor, account Account) error {
			_, err := w.s.Names(w.Context(), who, account.ID)
			return err
		},
		func(who access.Actor, account Account) error {
			_, err := w.s.Update(w.Context(), who, account.ID, w.draft(account.Handle, "朝阳区", Public))
			return err
		},
		func(who access.Actor, account Account) error {
			_, err := w.s.StartOAuth(w.Context(), who, account.ID)
			return err
		},
		func(who access.Actor, account Account) error {
			_, err := w.s.ImportToken(w.Context(), who, account.ID, w.Weibo.Token(account.Handle))
			return err
		},
		func(who access.Actor, account Account) error {
			_, err := w.s.Test(w.Context(), who, account.ID)
			return err
		},
		func(who access.Actor, account Account) error {
			_, err := w.s.SetState(w.Context(), who, account.ID, Closed, "注销")
			return err
		},
	}
	// find names update authorise import test close: Y allowed, F forbidden, N not found.
	for role, want := range map[access.Role]string{
		access.PressOfficer:  "Y Y F F F F F",
		access.Reviewer:      "Y Y F F F F F",
		access.Supervisor:    "Y Y F F F F F",
		access.Auditor:       "Y Y F F F F F",
		access.Administrator: "Y Y Y Y Y Y Y",
	} {
		handle := map[access.Role]string{
			access.PressOfficer:  "东城环保示例",
			access.Reviewer:      "西城环保示例",
			access.Supervisor:    "朝阳环保示例",
			access.Auditor:       "海淀环保示例",
			access.Administrator: "丰台环保示例",
		}[role]
		account := w.connected(handle, "朝阳区", Public)
		inside := w.User("内 "+string(role), role, "朝阳区")
		outside := access.Actor{
			UserID: inside.UserID,
			Grants: []access.Grant{{Role: role, UnitID: 1, Path: "/999/"}},
		}
		before := w.count("SELECT count(*) FROM audit_entries")
		var got []string

		for _, act := range acts {
			if err := act(outside, account); !fault.Is(err, fault.KindNotFound) {
				t.Errorf("%s outside of the unit: %v", role, err)
			}
			got = append(got, stage.Answer(act(inside, account)))
		}
		if row := strings.Join(got, " "); row != want {
			t.Errorf("%s: %s, want %s", role, row, want)
		}
		if after := w.count(
			"SELECT count(*) FROM audit_entries",
		); strings.Contains(want, "F") &&
			after != before {
			t.Errorf("%s changed something: %d audit entries", role, after-before)
		}
	}
}

func TestNothingIsSavedWhenThePlatformIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account("朝阳环保示例", "朝阳区", Commercial)

	token := w.Weibo.Token("朝阳环保示例")
	for _, fault := range []sandbox.Fault{
		{Call: "oauth2/get_token_info", Kind: sandbox.FaultStatus, Times: 1},
		{Call: "oauth2/get_token_info", Kind: sandbox.FaultCut, Times: 1},
		{Call: "oauth2/get_token_info", Kind: sandbox.FaultBroken, Times: 1},
		{Call: "oauth2/get_token_info", Kind: sandbox.FaultEmpty, Times: 1},
		{Call: "users/show", Kind: sandbox.FaultStatus, Times: 1},
	} {
		w.Weibo.Fault(fault)
		if _, err := w.s.ImportToken(w.Context(), w.admin, account.ID, token); err == nil {
			t.Errorf("%s %s: the token was kept", fault.Call, fault.Kind)
		}
		if n := w.count("SELECT count(*) FROM credentials"); n != 0 {
			t.Fatalf("%s %s: %d credentials", fault.Call, fault.Kind, n)
		}
	}
	if _, err := w.s.ImportToken(w.Context(), w.admin, account.ID, token); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestAnExpiredTokenIsNotImported(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account("朝阳环保示例", "朝阳区", Commercial)
	token := w.Weibo.TokenFor("朝阳环保示例", sandbox.DemoAppKey, time.Second)
	w.Advance(time.Minute)
	if _, err := w.s.ImportToken(
		w.Context(),
		w.admin,
		account.ID,
		token,
	); !fault.Is(
		err,
		fault.KindConflict,
	) {
		t.Errorf("expired token: %v", err)
	}
}

func TestTheSweepIsAJob(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connected("朝阳环保示例", "朝阳区", Commercial)
	w.Advance(29 * day)
	workers := river.NewWorkers()
	if err := AddWorkers(workers, w.s); err != nil {
		t.Fatal(err)
	}
	if _, err := queue.New(w.DB.Pool(), queue.Config{
		Workers:  workers,
		Periodic: Periodic(),
		Log:      slog.New(slog.DiscardHandler),
		Test:     true,
	}); err != nil {
		t.Errorf("queue: %v", err)
	}
	if err := (sweeper{accounts: w.s}).Work(
		w.Context(),
		&river.Job[SweepArgs]{},
	); err != nil ||
		w.OpenTodos() != "token.expiring" {
		t.Errorf("to-dos %q, %v", w.OpenTodos(), err)
	}
	ended, cancel := context.WithCancel(w.Context())
	cancel()
	if err := (sweeper{accounts: w.s}).Work(ended, &river.Job[SweepArgs]{}); err == nil {
		t.Error("a cut job is no failure")
	}
}

// TestACleanDraftIsClean checks that cleaning is final: what was taken once is taken again unchanged.
func TestACleanDraftIsClean(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draft := Draft{
			Handle:      rapid.String().Draw(t, "handle"),
			DisplayName: rapid.String().Draw(t, "name"),
			RemoteUID:   rapid.StringMatching(`[0-9 x]{0,22}`).Draw(t, "uid"),
			Seat:        rapid.SampledFrom(Seats()).Draw(t, "seat"),
			Connector:   rapid.SampledFrom(Connectors()).Draw(t, "connector"),
			LateLimit:   time.Duration(rapid.Int64Range(0, int64(48*time.Hour)).Draw(t, "late")),
			AutoResend:  rapid.Bool().Draw(t, "resend"),
		}
		once, err := draft.clean()
		if err != nil {
			return
		}
		twice, err := once.clean()
		if err != nil || twice != once {
			t.Fatalf("%+v became %+v, %v", once, twice, err)
		}
		if once.AutoResend && !once.Connector.ReturnsMark() {
			t.Fatalf("%s resends by itself", once.Connector)
		}
	})
}

// TestLivesOfAccounts takes accounts through random orders of a person and holds them to the table.
func TestLivesOfAccounts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		state, closed := Preparing, false
		for _, to := range rapid.SliceOfN(rapid.SampledFrom(States()), 1, 12).Draw(t, "orders") {
			if !state.May(to) {
				continue
			}
			if closed || to == Preparing || to == state {
				t.Fatalf("%s went to %s", state, to)
			}
			state, closed = to, to == Closed
		}
	})
}
