package account

import (
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/sandbox"
)

func TestATokenIsSealedAndOpensOnlyForItsAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plain := w.Weibo.Token("朝阳环保示例")
	account := w.account("朝阳环保示例", "朝阳区", Commercial)
	if _, err := w.s.ImportToken(w.Context(), w.admin, account.ID, "  "+plain+"\n"); err != nil {
		t.Fatal(err)
	}
	if got, err := w.s.Token(w.Context(), account.ID); err != nil || string(got) != plain {
		t.Errorf("opened another token, %v", err)
	}
	if n := w.count(`
		SELECT count(*) FROM credentials WHERE position($1::bytea in sealed) > 0`, []byte(plain)); n != 0 {
		t.Error("the token lies open in the database")
	}
	b := w.connected("海淀环保示例", "海淀区", Commercial)
	w.count(`
		WITH x AS (UPDATE credentials SET sealed = (SELECT sealed FROM credentials WHERE account_id = $1)
			WHERE account_id = $2 RETURNING 1) SELECT count(*) FROM x`, account.ID, b.ID)
	_, err := w.s.Token(w.Context(), b.ID)
	w.wantCode(err, fault.KindConflict, "token_unreadable")
	if got := w.OpenTodos(); got != "token.unreadable" {
		t.Errorf("open to-dos %q", got)
	}
	if strings.Contains(err.Error(), plain) {
		t.Error("the error holds the token")
	}
}

func TestATokenOfAnotherUserIsRefusedNamingBoth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.account("朝阳环保示例", "朝阳区", Commercial)

	connected := w.connected("海淀环保示例", "海淀区", Commercial)
	for _, account := range []Account{first, connected} {
		_, err := w.s.ImportToken(w.Context(), w.admin, account.ID, w.Weibo.Token("东城环保示例"))
		w.wantCode(err, fault.KindConflict, "foreign_user")
		text := fault.Public(err).Plain()
		if !strings.Contains(text, "@东城环保示例（UID 5600000004）") || !strings.Contains(text, account.At()) {
			t.Errorf("the text names not both: %s", text)
		}
	}
	if _, err := w.s.Token(w.Context(), first.ID); err == nil {
		t.Error("the foreign token was kept")
	}
}

func TestATokenOfAnotherApplicationIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Weibo.AddApp(sandbox.App{Key: "777", Secret: "s", Name: "别的应用"})
	account := w.account("朝阳环保示例", "朝阳区", Commercial)
	_, err := w.s.ImportToken(w.Context(), w.admin, account.ID, w.Weibo.TokenFor("朝阳环保示例", "777", time.Hour))
	w.wantCode(err, fault.KindConflict, "foreign_app")
}

func TestAnInventedTokenIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.account("朝阳环保示例", "朝阳区", Commercial)
	if _, err := w.s.ImportToken(
		w.Context(),
		w.admin,
		account.ID,
		"2.00invented",
	); !fault.Is(
		err,
		fault.KindConflict,
	) {
		t.Errorf("invented token: %v", err)
	}

	for _, bad := range []string{"", "2.00 x", strings.Repeat("x", 600)} {
		if _, err := w.s.ImportToken(
			w.Context(),
			w.admin,
			account.ID,
			bad,
		); !fault.Is(
			err,
			fault.KindInvalid,
		) {
			t.Errorf("token %.10q: %v", bad, err)
		}
	}
	m := w.account("海淀环保示例", "海淀区", Manual)
	if _, err := w.s.ImportToken(w.Context(), w.admin, m.ID, "2.00x"); !fault.Is(err, fault.KindConflict) {
		t.Errorf("an account posted to by hand took a token: %v", err)
	}
}

func TestOneWeiboUserServesOneAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connected("朝阳环保示例", "朝阳区", Commercial)
	draft := w.draft("海淀环保示例", "海淀区", Commercial)
	draft.RemoteUID = "5600000006"
	_, err := w.s.Create(w.Context(), w.admin, draft)
	w.wantCode(err, fault.KindConflict, "uid_taken")
}

func TestPeopleAreToldOnceAtEachStepBeforeTheExpiry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.connected("朝阳环保示例", "朝阳区", Commercial) // good for 30 days
	told := 0

	for d := range 31 * 4 {
		n, err := w.s.Sweep(w.Context())
		if err != nil {
			t.Fatal(err)
		}
		if told += n; w.count("SELECT count(*) FROM todos WHERE resolved_at IS NULL") > 1 {
			t.Fatalf("day %d: more than one open to-do", d/4)
		}
		w.Advance(6 * time.Hour)
	}
	if told != 5 || w.count("SELECT count(*) FROM todos") != 5 {
		t.Errorf("told %d times, want at 14, 7, 3, 1 days and at the end", told)
	}
	if got := w.OpenTodos(); got != "token.expired" {
		t.Errorf("open to-dos %q", got)
	}
}

func TestANewTokenEndsTheWarning(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.connected("朝阳环保示例", "朝阳区", Commercial)
	w.Advance(28 * day)
	if n, err := w.s.Sweep(w.Context()); err != nil || n != 1 {
		t.Fatalf("told %d, %v", n, err)
	}
	account, err := w.s.ImportToken(w.Context(), w.admin, account.ID, w.Weibo.Token("朝阳环保示例"))
	if err != nil || account.Token.At(w.Now()) != TokenValid {
		t.Fatalf("token %s, %v", account.Token.At(w.Now()), err)
	}
	if got := w.OpenTodos(); got != "" {
		t.Errorf("open to-dos %q", got)
	}
	w.Advance(20 * day)
	if n, err := w.s.Sweep(w.Context()); err != nil || n != 1 {
		t.Errorf("the new token was foretold %d times, %v", n, err)
	}
}

func TestABadTokenIsMarkedUnlessItIsNewer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.connected("朝阳环保示例", "朝阳区", Commercial)
	mark := func(at time.Time, bad TokenState) {
		t.Helper()
		if err := w.DB.InTx(
			w.Context(),
			func(tx pg.Tx) error { return w.s.MarkTokenBadTx(w.Context(), tx, at, account.ID, bad) },
		); err != nil {
			t.Fatal(err)
		}
	}
	mark(w.Now().Add(-time.Second), TokenRevoked)
	if _, err := w.s.Token(w.Context(), account.ID); err != nil {
		t.Fatalf("a token obtained since was marked: %v", err)
	}
	mark(w.Now(), TokenRevoked)
	mark(w.Now(), TokenRevoked)
	_, err := w.s.Token(w.Context(), account.ID)
	w.wantCode(err, fault.KindConflict, "token_revoked")
	if got := w.OpenTodos(); got != "token.revoked" {
		t.Errorf("open to-dos %q", got)
	}
}

func TestTheClockEndsAToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.connected("朝阳环保示例", "朝阳区", Commercial)
	w.Advance(31 * day)
	_, err := w.s.Token(w.Context(), account.ID)
	w.wantCode(err, fault.KindConflict, "token_expired")
	_, err = w.s.Token(w.Context(), 999)
	w.wantCode(err, fault.KindConflict, "token_none")
}

func TestARevokedTokenIsGoneHereAndThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.connected("朝阳环保示例", "朝阳区", Commercial)
	plain, err := w.s.Token(w.Context(), account.ID)
	if err != nil {
		t.Fatal(err)
	}
	officer := w.User("朝阳宣传专员", access.PressOfficer, "朝阳区")
	if _, err := w.s.RevokeToken(w.Context(), officer, account.ID, ""); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a press officer revokes: %v", err)
	}
	told, err := w.s.RevokeToken(w.Context(), w.admin, account.ID, "值班人员调离")
	if err != nil || !told {
		t.Fatalf("platform told %v, %v", told, err)
	}
	if _, err := w.s.api.TokenInfo(w.Context(), plain); err == nil {
		t.Error("the platform still takes the token")
	}
	if _, err := w.s.RevokeToken(w.Context(), w.admin, account.ID, ""); !fault.Is(err, fault.KindConflict) {
		t.Errorf("revoked twice: %v", err)
	}
}

func TestRevokingALiveAccountsTokenTellsPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.connected("朝阳环保示例", "朝阳区", Public)
	if _, err := w.s.Test(w.Context(), w.admin, account.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.SetState(w.Context(), w.admin, account.ID, Live, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := w.s.RevokeToken(w.Context(), w.admin, account.ID, "令牌可能外泄"); err != nil {
		t.Fatal(err)
	}
	if got := w.OpenTodos(); got != "token.revoked" {
		t.Errorf("open to-dos %q", got)
	}
}

func TestAWrongKeyRefusesTheStartAndCountsTheTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.s.CheckKey(w.Context()); err != nil {
		t.Fatalf("first start: %v", err)
	}
	account := w.connected("朝阳环保示例", "朝阳区", Commercial)
	w.connected("海淀环保示例", "海淀区", Commercial)
	if err := w.s.CheckKey(w.Context()); err != nil {
		t.Fatalf("second start: %v", err)
	}
	other := w.service(stage.Box(t, 9))
	err := other.CheckKey(w.Context())
	w.wantCode(err, fault.KindConflict, "wrong_key")
	if text := fault.Public(err).Plain(); !strings.Contains(text, "2 个账号") {
		t.Errorf("the text counts wrong: %s", text)
	}
	moved, lost, err := other.AcceptKey(w.Context(), access.System("命令行"))
	if err != nil || moved != 0 || lost != 2 {
		t.Fatalf("%d moved, %d lost, %v", moved, lost, err)
	}
	if err := other.CheckKey(w.Context()); err != nil {
		t.Errorf("accepted key: %v", err)
	}
	_, err = other.Token(w.Context(), account.ID)
	w.wantCode(err, fault.KindConflict, "token_unreadable")
	if got := w.OpenTodos(); got != "token.unreadable token.unreadable" {
		t.Errorf("open to-dos %q", got)
	}
}

// TestAKeyIsChangedWithoutLosingAToken in a ring of both: afterwards the new key alone opens all of them.
func TestAKeyIsChangedWithoutLosingAToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := w.connected("朝阳环保示例", "朝阳区", Commercial)
	other := w.connected("海淀环保示例", "海淀区", Commercial)
	before, err := w.s.Token(w.Context(), account.ID)
	if err != nil {
		t.Fatal(err)
	}
	// what no key opens is told, and stops nothing
	w.Exec("UPDATE credentials SET sealed = substring(sealed FROM 2) WHERE account_id = $1", other.ID)

	both := stage.Box(t, 9, 7)
	moved, lost, err := w.service(both).AcceptKey(w.Context(), access.System("命令行"))
	if err != nil || moved != 1 || lost != 1 {
		t.Fatalf("%d moved, %d lost, %v", moved, lost, err)
	}
	if again, _, err := w.service(both).
		AcceptKey(w.Context(), access.System("命令行")); err != nil ||
		again != 0 {
		t.Errorf("moved twice: %d, %v", again, err)
	}

	alone := w.service(stage.Box(t, 9))
	if err := alone.CheckKey(w.Context()); err != nil {
		t.Errorf("the new key alone: %v", err)
	}
	after, err := alone.Token(w.Context(), account.ID)
	if err != nil || after != before {
		t.Errorf("the token under the new key: %v, %v", after == before, err)
	}
	_, err = alone.Token(w.Context(), other.ID)
	w.wantCode(err, fault.KindConflict, "token_unreadable")
	if n := stage.One[int](
		w.Stage,
		"SELECT count(*) FROM audit_entries WHERE action = 'account.reseal'",
	); n != 1 {
		t.Errorf("%d entries in the trail", n)
	}
}
