package identity_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
)

func TestSignInGivesTheGrantsInForce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("press", w.east, grant(access.PressOfficer, w.east), grant(access.Reviewer, w.west))
	session, token, err := w.s.SignIn(t.Context(), "  PRESS ", password, here, agent)
	if err != nil || !session.Expires.Equal(w.now().Add(12*time.Hour)) {
		t.Fatalf("%+v, %v", session, err)
	}
	actor, info, err := w.s.Actor(t.Context(), token, here, agent)
	if err != nil {
		t.Fatal(err)
	}
	if actor.Name != "岗位press" || actor.IP != here || actor.SessionID != session.ID ||
		len(actor.Grants) != 2 ||
		actor.Grants[0].UnitID != w.east.ID {
		t.Errorf("actor %+v", actor)
	}
	if !actor.CanAt(access.PostWrite, w.east.Path) || actor.CanAt(access.PostWrite, w.west.Path) ||
		!actor.CanAt(access.PostReview, w.west.Path) {
		t.Error("grants do not reach where they should")
	}
	if info.Username != "press" || info.UnitName != "东" || info.Lang != "zh" || info.Theme != "auto" ||
		info.MustChange {
		t.Errorf("info %+v", info)
	}
	rows := w.trail("session.open")
	if len(rows) != 1 || rows[0].ActorID != actor.UserID || rows[0].IP != here ||
		rows[0].UnitPath != w.east.Path {
		t.Errorf("recorded %+v", rows)
	}
}

func TestWrongNameAndWrongPasswordAnswerAlike(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	disabled := w.user("gone", w.east)
	admin, _ := w.signIn("root")
	w.wantOK(w.s.DisableUser(t.Context(), admin, disabled.ID, "离岗"))
	var texts []string

	for _, try := range [][2]string{
		{"root", "Wrong-2026"},
		{"nobody", password},
		{"gone", password},
		{"", ""},
		{strings.Repeat("长", 500), password},
	} {
		err := w.try(try[0], try[1], here)
		w.wantKind(err, fault.KindUnauthenticated)
		texts = append(texts, fault.Public(err).Plain())
	}

	for _, text := range texts {
		if text != texts[0] {
			t.Errorf("answers differ: %q", texts)
		}
	}
	w.recorded("session.refuse", 0) // counted, without a row each
}

func TestFailuresSlowOneNameAtOneAddress(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for range 6 {
		w.wantKind(w.try("root", "Wrong-2026", here), fault.KindUnauthenticated)
	}
	err := w.try("root", password, here)
	w.wantKind(err, fault.KindTooMany)
	if !strings.Contains(fault.Public(err).Plain(), "秒后再试") {
		t.Errorf("the text does not say how long: %v", err)
	}
	w.wantOK(w.try("root", password, "10.0.0.9")) // somebody else's failures do not lock the person out
	w.wantOK(w.try("eastern", password, here))    // nor a colleague at the same address
	w.advance(2 * time.Second)
	w.wantKind(w.try("root", "Wrong-2026", here), fault.KindUnauthenticated)
	w.advance(2 * time.Second)
	w.wantKind(w.try("root", password, here), fault.KindTooMany) // four seconds by now
	w.advance(3 * time.Second)
	w.wantOK(w.try("root", password, here))

	for range 5 {
		// a success cleared the count
		w.wantKind(w.try("root", "Wrong-2026", here), fault.KindUnauthenticated)
	}
}

func TestManyTriesAtOnceDoNotSlipThrough(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	kinds := map[fault.Kind]int{}

	for range 40 {
		wg.Go(func() {
			err := w.try("root", "Wrong-2026", here)
			mu.Lock()
			defer mu.Unlock()
			kinds[fault.KindOf(err)]++
		})
	}
	wg.Wait()
	if kinds[fault.KindUnauthenticated] != 6 || kinds[fault.KindTooMany] != 34 {
		t.Errorf("%v: more than six passwords were tried in the same second", kinds)
	}
}

func TestAddressThatTriesManyNamesIsSlowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.wantOK(w.try("eastern", password, here))
	w.user("fresh", w.east)
	_, err := w.db.Pool().Exec(t.Context(), `
		INSERT INTO signin_tries (bucket, count, last_at) VALUES ($1, 120, $2)`,
		w.s.AddressBucket(here), w.now())
	if err != nil {
		t.Fatal(err)
	}
	w.wantKind(w.try("fresh", password, here), fault.KindTooMany)
	w.wantOK(w.try("eastern", password, here)) // known at this address
	w.wantOK(w.try("fresh", password, "10.0.0.9"))
	w.advance(3 * time.Minute)
	w.wantOK(w.try("fresh", password, here))
	w.wantKind(w.try("fresh", "Wrong-2026", here), fault.KindUnauthenticated)
	w.advance(25 * time.Hour)
	w.wantOK(w.s.Sweep(t.Context()))
	var left int
	if err := w.db.Pool().
		QueryRow(t.Context(), "SELECT count(*) FROM signin_tries").
		Scan(&left); err != nil ||
		left != 0 {
		t.Errorf("%d counts left after a day (%v)", left, err)
	}
}

func TestSessionEndsIdleAndAbsolutely(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, idle := w.signIn("root")
	w.advance(29 * time.Minute)
	w.actor(idle)
	w.advance(29 * time.Minute)
	w.actor(idle) // the request before counted
	w.advance(30 * time.Minute)
	w.gone(idle)

	_, busy := w.signIn("root")
	_, program, err := w.s.SignInAPI(t.Context(), "root", password, here, agent)
	w.wantOK(err)

	for range 11*3 + 2 {
		w.advance(20 * time.Minute)
		w.actor(busy)
	}
	w.actor(program) // without an idle limit
	w.advance(20 * time.Minute)
	w.gone(busy)
	w.gone(program)
}

// TestAnEndedSessionSaysWhoseItWas for half a day: what was typed in its pages is then let through the
// sign-in.
func TestAnEndedSessionSaysWhoseItWas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	want := func(token string, user int64) {
		t.Helper()
		actor, info, err := w.s.Actor(t.Context(), token, here, agent)
		if !fault.Is(err, fault.KindUnauthenticated) || info.EndedOf != user || actor.UserID != 0 ||
			len(actor.Grants) > 0 {
			t.Errorf("got %+v, %+v, %v, want it ended, of %d", actor, info, err, user)
		}
	}

	_, idle := w.signIn("root")
	_, closed := w.signIn("eastern")
	actor := w.actor(closed)
	w.wantOK(w.s.SignOut(t.Context(), actor))
	want(closed, w.eastern.ID)
	w.advance(30 * time.Minute)
	want(idle, w.root.ID)
	w.advance(12*time.Hour - time.Minute)
	want(idle, w.root.ID)
	want(closed, 0)
	w.advance(time.Minute)
	want(idle, 0)
	want(idle+"x", 0)
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	_, first := w.signIn("root")
	w.advance(time.Minute)
	actor, second := w.signIn("root")
	_, third := w.signIn("eastern")
	list, err := w.s.Sessions(ctx, actor)
	if err != nil || len(list) != 2 || list[0].ID != actor.SessionID || list[0].IP != here ||
		list[0].UserAgent != agent {
		t.Fatalf("%+v, %v", list, err)
	}
	w.wantKind(w.s.EndSession(ctx, w.actor(third), list[1].ID), fault.KindNotFound)
	w.wantOK(w.s.EndSession(ctx, actor, list[1].ID))
	w.gone(first)
	w.wantKind(w.s.EndSession(ctx, actor, list[1].ID), fault.KindNotFound)
	w.wantOK(w.s.SignOut(ctx, actor))
	w.gone(second)
	actor, again := w.signIn("root")
	_, program, err := w.s.SignInAPI(ctx, "root", password, here, agent)
	w.wantOK(err)
	w.wantOK(w.s.SignOutEverywhere(ctx, actor))
	w.gone(again)
	w.gone(program)
	w.actor(third)
	w.recorded("session.revoke", 1)
	w.recorded("session.close", 1)
	w.recorded("session.close_all", 1)
}

func TestForgedTokenOpensNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other, err := identity.New(w.db, w.now, identity.Options{Keys: [][]byte{bytes.Repeat([]byte("x"), 32)}})
	if err != nil {
		t.Fatal(err)
	}
	_, token, err := other.SignIn(t.Context(), "root", password, here, agent)
	w.wantOK(err)
	w.gone(token) // the row exists, the signature is of another key
	w.gone("")
	if _, err := identity.New(w.db, w.now, identity.Options{}); err == nil {
		t.Error("a service without keys")
	}
}
