package identity_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

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

func (w *world) unit(s *org.Service, parent int64, name string, k org.Kind) org.Unit {
	w.Helper()
	u, err := s.Create(w.Context(), access.System("测试"), parent, name, k)
	if err != nil {
		w.Fatal(err)
	}
	return u
}

func grant(r access.Role, u org.Unit) identity.NewGrant {
	return identity.NewGrant{Role: r, UnitID: u.ID}
}

func (w *world) user(name string, u org.Unit, grants ...identity.NewGrant) identity.User {
	w.Helper()
	made, err := w.s.CreateUser(w.Context(), access.System("命令行"), identity.NewUser{
		Username: name, DisplayName: "岗位" + name, UnitID: u.ID, Password: password, Grants: grants})
	if err != nil {
		w.Fatal(err)
	}
	return made
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

func (w *world) wantKind(err error, k fault.Kind) {
	w.Helper()
	if !fault.Is(err, k) {
		w.Errorf("got %v, want kind %d", err, k)
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

func TestSignInGivesTheGrantsInForce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("press", w.east, grant(access.PressOfficer, w.east), grant(access.Reviewer, w.west))
	session, token, err := w.s.SignIn(t.Context(), "  PRESS ", password, here, agent)
	if err != nil || !session.Expires.Equal(w.now().Add(12*time.Hour)) {
		t.Fatalf("%+v, %v", session, err)
	}
	a, info, err := w.s.Actor(t.Context(), token, here, agent)
	if err != nil {
		t.Fatal(err)
	}
	if a.Name != "岗位press" || a.IP != here || a.SessionID != session.ID || len(a.Grants) != 2 || a.Grants[0].UnitID != w.east.ID {
		t.Errorf("actor %+v", a)
	}
	if !a.CanAt(access.PostWrite, w.east.Path) || a.CanAt(access.PostWrite, w.west.Path) || !a.CanAt(access.PostReview, w.west.Path) {
		t.Error("grants do not reach where they should")
	}
	if info.Username != "press" || info.UnitName != "东" || info.Lang != "zh" || info.Theme != "auto" || info.MustChange {
		t.Errorf("info %+v", info)
	}
	rows := w.trail("session.open")
	if len(rows) != 1 || rows[0].ActorID != a.UserID || rows[0].IP != here || rows[0].UnitPath != w.east.Path {
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
	for _, try := range [][2]string{{"root", "Wrong-2026"}, {"nobody", password}, {"gone", password}, {"", ""}, {strings.Repeat("长", 500), password}} {
		err := w.try(try[0], try[1], here)
		w.wantKind(err, fault.KindUnauthenticated)
		texts = append(texts, fault.Public(err).Plain())
	}
	for _, text := range texts {
		if text != texts[0] {
			t.Errorf("answers differ: %q", texts)
		}
	}
	w.recorded("session.refuse", 5)
	for _, r := range w.trail("session.refuse") {
		if r.ActorName == "" && r.SubjectID != "unknown" || strings.Contains(string(r.Body), "Wrong-2026") {
			t.Errorf("recorded %s", r.Body)
		}
	}
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
		w.wantKind(w.try("root", "Wrong-2026", here), fault.KindUnauthenticated) // a success cleared the count
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
	_, err := w.db.Pool().Exec(t.Context(), "INSERT INTO signin_failures (username, ip, count, last_at) VALUES ('', $1, 120, $2)", here, w.now())
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
	if err := w.db.Pool().QueryRow(t.Context(), "SELECT count(*) FROM signin_failures").Scan(&left); err != nil || left != 0 {
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

func TestRevokedGrantWorksAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	u := w.user("press", w.east, grant(access.PressOfficer, w.east))
	_, token := w.signIn("press")
	admin, _ := w.signIn("eastern")
	d, err := w.s.FindUser(t.Context(), admin, u.ID)
	if err != nil || len(d.Grants) != 1 {
		t.Fatalf("%+v, %v", d, err)
	}
	w.wantOK(w.s.Revoke(t.Context(), admin, d.Grants[0].ID, "轮岗"))
	if a := w.actor(token); a.Can(access.PostWrite) || !a.Can(access.Self) {
		t.Errorf("grants after the revocation: %+v", a.Grants)
	}
	w.wantKind(w.s.Revoke(t.Context(), admin, d.Grants[0].ID, ""), fault.KindConflict)
	if rows := w.trail("grant.revoke"); len(rows) != 1 || rows[0].Facts().Why != "轮岗" {
		t.Errorf("recorded %+v", rows)
	}
	d, _ = w.s.FindUser(t.Context(), admin, u.ID)
	if len(d.Grants) != 1 || d.Grants[0].RevokedBy != "岗位eastern" || d.Grants[0].InForce(w.now()) {
		t.Errorf("the revoked grant is not kept: %+v", d.Grants)
	}
}

func TestGrantEndsAtItsInstantAndCanBeGivenAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	u := w.user("press", w.east)
	_, token := w.signIn("press")
	admin, _ := w.signIn("eastern")
	until := w.now().Add(10 * time.Minute)
	_, err := w.s.Grant(ctx, admin, u.ID, identity.NewGrant{Role: access.Reviewer, UnitID: w.east.ID, Until: &until})
	w.wantOK(err)
	if !w.actor(token).Can(access.PostReview) {
		t.Error("the grant does not work")
	}
	w.advance(10 * time.Minute)
	if w.actor(token).Can(access.PostReview) {
		t.Error("the grant outlived its end")
	}
	_, err = w.s.Grant(ctx, admin, u.ID, grant(access.Reviewer, w.east))
	w.wantOK(err)
	_, err = w.s.Grant(ctx, admin, u.ID, grant(access.Reviewer, w.east))
	w.wantKind(err, fault.KindConflict)
	past := w.now()
	_, err = w.s.Grant(ctx, admin, u.ID, identity.NewGrant{Role: "king", Until: &past})
	if f := fault.FieldErrors(err); len(f) != 3 {
		t.Errorf("faults %v, want one for each field", err)
	}
}

func TestAdministratorGrantsOnlyWithinOwnSubtree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	admin, _ := w.signIn("eastern")
	mine, foreign := w.user("mine", w.east), w.user("foreign", w.west)
	_, err := w.s.Grant(ctx, admin, mine.ID, grant(access.Reviewer, w.west))
	w.wantKind(err, fault.KindInvalid)
	_, err = w.s.Grant(ctx, admin, mine.ID, grant(access.Reviewer, w.bureau))
	w.wantKind(err, fault.KindInvalid)
	_, err = w.s.Grant(ctx, admin, foreign.ID, grant(access.Reviewer, w.east))
	w.wantKind(err, fault.KindNotFound)
	_, err = w.s.Grant(ctx, admin, mine.ID, grant(access.Reviewer, w.east))
	w.wantOK(err)
	_, err = w.s.CreateUser(ctx, admin, identity.NewUser{Username: "neu", DisplayName: "新", UnitID: w.west.ID, Password: password})
	w.wantKind(err, fault.KindInvalid)
	_, err = w.s.CreateUser(ctx, admin, identity.NewUser{Username: "neu", DisplayName: "新", UnitID: w.east.ID, Password: password,
		Grants: []identity.NewGrant{grant(access.Supervisor, w.bureau)}})
	w.wantKind(err, fault.KindInvalid)
	if _, err := w.s.FindUser(ctx, admin, foreign.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a foreign user: %v", err)
	}
	w.recorded("user.create", 4) // the refused ones left nothing
}

func TestWiderGrantsProtectFromASmallerAdministrator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	boss := w.user("boss", w.east, grant(access.Supervisor, w.bureau), grant(access.Reviewer, w.east))
	admin, _ := w.signIn("eastern")
	d, err := w.s.FindUser(ctx, admin, boss.ID)
	if err != nil || len(d.Grants) != 1 || d.Elsewhere != 1 {
		t.Fatalf("%+v, %v", d, err)
	}
	w.wantKind(w.s.ResetPassword(ctx, admin, boss.ID, "Huanjing-2026"), fault.KindForbidden)
	w.wantKind(w.s.DisableUser(ctx, admin, boss.ID, ""), fault.KindForbidden)
	w.wantKind(w.s.UpdateUser(ctx, admin, boss.ID, "另一个岗位", w.east.ID), fault.KindForbidden)
	w.wantOK(w.try("boss", password, here))
	helper := w.user("helper", w.west, grant(access.Reviewer, w.east)) // of another unit, with a grant here
	if d, err := w.s.FindUser(ctx, admin, helper.ID); err != nil || len(d.Grants) != 1 {
		t.Errorf("%+v, %v", d, err)
	} else {
		w.wantOK(w.s.Revoke(ctx, admin, d.Grants[0].ID, ""))
	}
	w.wantKind(w.s.ResetPassword(ctx, admin, helper.ID, "Huanjing-2026"), fault.KindNotFound)
}

func TestExclusiveRolesAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	admin, _ := w.signIn("root")
	press := w.user("press", w.east, grant(access.PressOfficer, w.east))
	for _, r := range []access.Role{access.Administrator, access.Auditor} {
		_, err := w.s.Grant(ctx, admin, press.ID, grant(r, w.west))
		w.wantKind(err, fault.KindConflict)
		if !strings.Contains(fault.Public(err).Plain(), "宣传专员") {
			t.Errorf("the text does not name the role held: %v", err)
		}
	}
	_, err := w.s.Grant(ctx, admin, w.root.ID, grant(access.Reviewer, w.bureau))
	w.wantKind(err, fault.KindConflict)
	_, err = w.s.CreateUser(ctx, admin, identity.NewUser{Username: "both", DisplayName: "兼任", UnitID: w.east.ID, Password: password,
		Grants: []identity.NewGrant{grant(access.Auditor, w.east), grant(access.Reviewer, w.east)}})
	w.wantKind(err, fault.KindConflict)
	w.wantKind(w.try("both", password, here), fault.KindUnauthenticated) // nothing of the refused user stayed
}

func TestExclusiveRolesHoldUnderARace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, _ := w.signIn("root")
	for i := range 5 {
		u := w.user("race"+string(rune('a'+i)), w.east)
		var wg sync.WaitGroup
		for _, r := range access.Roles() {
			wg.Go(func() {
				if _, err := w.s.Grant(t.Context(), admin, u.ID, grant(r, w.east)); err != nil && !fault.Is(err, fault.KindConflict) {
					t.Errorf("%s: %v", r, err)
				}
			})
		}
		wg.Wait()
		d, err := w.s.FindUser(t.Context(), admin, u.ID)
		if err != nil || len(d.Grants) == 0 {
			t.Fatalf("%+v, %v", d, err)
		}
		for _, a := range d.Grants {
			for _, b := range d.Grants {
				if access.Clash(a.Role, b.Role) {
					t.Errorf("%s and %s met in one person", a.Role, b.Role)
				}
			}
		}
	}
}

func (w *world) grantOf(admin access.Actor, user int64) int64 {
	w.Helper()
	d, err := w.s.FindUser(w.Context(), admin, user)
	if err != nil || len(d.Grants) == 0 {
		w.Fatalf("grants of %d: %+v, %v", user, d.Grants, err)
	}
	return d.Grants[0].ID
}

func TestLastAdministratorStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	admin, _ := w.signIn("root")
	own := w.grantOf(admin, w.root.ID)
	w.wantKind(w.s.Revoke(ctx, admin, own, ""), fault.KindConflict)
	w.wantKind(w.s.DisableUser(ctx, access.System("命令行"), w.root.ID, ""), fault.KindConflict)
	until := w.now().Add(time.Hour)
	deputy := w.user("deputy", w.bureau, identity.NewGrant{Role: access.Administrator, UnitID: w.bureau.ID, Until: &until})
	w.wantKind(w.s.Revoke(ctx, admin, own, ""), fault.KindConflict) // a deputy for an hour is no administrator for good
	w.wantOK(w.s.Revoke(ctx, admin, w.grantOf(admin, deputy.ID), ""))
	w.wantOK(w.s.Revoke(ctx, admin, w.grantOf(admin, w.eastern.ID), "")) // of a part of the tree
	second := w.user("second", w.bureau, grant(access.Administrator, w.bureau))
	w.wantOK(w.s.DisableUser(ctx, admin, second.ID, ""))
	w.wantKind(w.s.Revoke(ctx, admin, own, ""), fault.KindConflict)
	w.wantOK(w.s.EnableUser(ctx, admin, second.ID))
	w.wantOK(w.s.Revoke(ctx, admin, own, "交接"))
}

func TestTwoAdministratorsCannotRemoveEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 5 {
		other := w.user("other"+string(rune('a'+i)), w.bureau, grant(access.Administrator, w.bureau))
		admins := []access.Actor{{UserID: w.root.ID, Name: "甲", Grants: []access.Grant{{Role: access.Administrator, Path: w.bureau.Path}}},
			{UserID: other.ID, Name: "乙", Grants: []access.Grant{{Role: access.Administrator, Path: w.bureau.Path}}}}
		errs := make([]error, 2)
		var wg sync.WaitGroup
		wg.Go(func() { errs[0] = w.s.DisableUser(t.Context(), admins[0], other.ID, "") })
		wg.Go(func() { errs[1] = w.s.DisableUser(t.Context(), admins[1], w.root.ID, "") })
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("removals ended %v and %v, want exactly one refused", errs[0], errs[1])
		}
		w.wantOK(w.s.EnableUser(t.Context(), access.System("命令行"), w.root.ID))
		w.wantOK(w.s.EnableUser(t.Context(), access.System("命令行"), other.ID))
		w.wantOK(w.s.DisableUser(t.Context(), admins[0], other.ID, ""))
	}
}

func TestResetMakesThePersonChooseANewPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	u := w.user("press", w.east, grant(access.PressOfficer, w.east))
	_, before := w.signIn("press")
	admin, _ := w.signIn("eastern")
	w.wantKind(w.s.ResetPassword(ctx, admin, u.ID, "short"), fault.KindInvalid)
	w.wantKind(w.s.ResetPassword(ctx, admin, admin.UserID, "Huanjing-2026"), fault.KindForbidden)
	w.wantOK(w.s.ResetPassword(ctx, admin, u.ID, "Huanjing-2026"))
	w.gone(before)
	w.wantKind(w.try("press", password, here), fault.KindUnauthenticated)
	session, token, err := w.s.SignIn(ctx, "press", "Huanjing-2026", here, agent)
	if err != nil || !session.MustChange {
		t.Fatalf("%+v, %v", session, err)
	}
	a, info, err := w.s.Actor(ctx, token, here, agent)
	if err != nil || !info.MustChange || a.Can(access.PostWrite) || !a.Can(access.Self) {
		t.Errorf("before the change: %+v %+v, %v", a, info, err)
	}
	w.wantOK(w.s.ChangePassword(ctx, a, "Huanjing-2026", "Shengtai-2026"))
	if a := w.actor(token); !a.Can(access.PostWrite) {
		t.Error("after the change the rights are still missing")
	}
	w.recorded("user.reset", 1)
	w.recorded("user.password", 1)
}

func TestOwnPasswordChangeEndsTheOtherSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	_, other := w.signIn("root")
	a, token := w.signIn("root")
	for _, tc := range []struct{ current, next, field string }{
		{"Wrong-2026", "Shengtai-2026", "current"}, {password, "weak", "password"}, {password, password, "password"}, {password, "Xroot-2026", "password"},
	} {
		f := fault.FieldErrors(w.s.ChangePassword(ctx, a, tc.current, tc.next))
		if len(f) != 1 || f[0].Field != tc.field {
			t.Errorf("%s → %s: %v, want a fault at %s", tc.current, tc.next, f, tc.field)
		}
	}
	w.wantOK(w.s.ChangePassword(ctx, a, password, "Shengtai-2026"))
	w.gone(other)
	w.actor(token)
	for range 6 {
		w.wantKind(w.s.ChangePassword(ctx, a, "Wrong-2026", "Huanjing-2026"), fault.KindInvalid)
	}
	w.wantKind(w.s.ChangePassword(ctx, a, "Shengtai-2026", "Huanjing-2026"), fault.KindTooMany)
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	_, first := w.signIn("root")
	w.advance(time.Minute)
	a, second := w.signIn("root")
	_, third := w.signIn("eastern")
	list, err := w.s.Sessions(ctx, a)
	if err != nil || len(list) != 2 || list[0].ID != a.SessionID || list[0].IP != here || list[0].UserAgent != agent {
		t.Fatalf("%+v, %v", list, err)
	}
	w.wantKind(w.s.EndSession(ctx, w.actor(third), list[1].ID), fault.KindNotFound)
	w.wantOK(w.s.EndSession(ctx, a, list[1].ID))
	w.gone(first)
	w.wantKind(w.s.EndSession(ctx, a, list[1].ID), fault.KindNotFound)
	w.wantOK(w.s.SignOut(ctx, a))
	w.gone(second)
	a, again := w.signIn("root")
	_, program, err := w.s.SignInAPI(ctx, "root", password, here, agent)
	w.wantOK(err)
	w.wantOK(w.s.SignOutEverywhere(ctx, a))
	w.gone(again)
	w.gone(program)
	w.actor(third)
	w.recorded("session.revoke", 1)
	w.recorded("session.close", 1)
	w.recorded("session.close_all", 1)
}

func TestDisabledPersonIsOutAtOnceAndCanComeBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	u := w.user("press", w.east, grant(access.PressOfficer, w.east))
	_, token := w.signIn("press")
	admin, _ := w.signIn("eastern")
	w.wantKind(w.s.DisableUser(ctx, admin, admin.UserID, ""), fault.KindForbidden)
	w.wantOK(w.s.DisableUser(ctx, admin, u.ID, "离岗"))
	w.wantOK(w.s.DisableUser(ctx, admin, u.ID, "离岗"))
	w.gone(token)
	w.wantOK(w.s.EnableUser(ctx, admin, u.ID))
	w.wantOK(w.s.EnableUser(ctx, admin, u.ID))
	w.gone(token)
	if a, _ := w.signIn("press"); !a.Can(access.PostWrite) {
		t.Error("the grants did not come back")
	}
	w.recorded("user.disable", 1)
	w.recorded("user.enable", 1)
}

func TestUsersAreListedWithinTheSubtree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.user("press", w.east, grant(access.PressOfficer, w.east), grant(access.Supervisor, w.bureau))
	w.user("visitor", w.west, grant(access.Reviewer, w.east))
	gone := w.user("gone", w.east)
	root, _ := w.signIn("root")
	eastern, _ := w.signIn("eastern")
	w.wantOK(w.s.DisableUser(ctx, root, gone.ID, ""))
	for name, tc := range map[string]struct {
		a    access.Actor
		f    identity.UserFilter
		want string
	}{
		"all":           {root, identity.UserFilter{}, "root eastern press visitor gone"},
		"east":          {eastern, identity.UserFilter{}, "eastern press visitor gone"},
		"no right":      {access.Actor{UserID: 1, Grants: []access.Grant{{Role: access.Supervisor, Path: "/"}}}, identity.UserFilter{}, ""},
		"query":         {root, identity.UserFilter{Query: "PRES"}, "press"},
		"display name":  {root, identity.UserFilter{Query: "岗位v"}, "visitor"},
		"unit":          {root, identity.UserFilter{UnitPath: w.west.Path}, "visitor"},
		"role":          {root, identity.UserFilter{Role: access.Reviewer}, "visitor"},
		"disabled":      {root, identity.UserFilter{State: "disabled"}, "gone"},
		"active, paged": {root, identity.UserFilter{State: "active", After: w.root.ID, Limit: 2}, "eastern press"},
	} {
		users, err := w.s.Users(ctx, tc.a, tc.f)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var names []string
		for _, u := range users {
			names = append(names, u.Username)
			if u.Username == "press" && tc.a.UserID == eastern.UserID && len(u.Roles) != 1 {
				t.Errorf("the east's administrator is told of roles elsewhere: %v", u.Roles)
			}
		}
		if got := strings.Join(names, " "); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

func TestUserIsChangedWithinTheSubtree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	u := w.user("press", w.east)
	eastern, _ := w.signIn("eastern")
	root, _ := w.signIn("root")
	w.wantKind(w.s.UpdateUser(ctx, eastern, u.ID, "", w.east.ID), fault.KindInvalid)
	w.wantKind(w.s.UpdateUser(ctx, eastern, u.ID, "新岗位", w.west.ID), fault.KindInvalid)
	w.wantOK(w.s.UpdateUser(ctx, root, u.ID, "新岗位", w.west.ID))
	w.wantOK(w.s.UpdateUser(ctx, root, u.ID, "新岗位", w.west.ID))
	w.wantKind(w.s.UpdateUser(ctx, eastern, u.ID, "再改", w.east.ID), fault.KindNotFound)
	d, err := w.s.FindUser(ctx, root, u.ID)
	if err != nil || d.DisplayName != "新岗位" || d.UnitName != "西" {
		t.Errorf("%+v, %v", d, err)
	}
	w.recorded("user.update", 1)
}

func TestNewUserIsCheckedFieldByField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, _ := w.signIn("root")
	_, err := w.s.CreateUser(t.Context(), admin, identity.NewUser{Username: "Ä", Password: "x"})
	var fields []string
	for _, f := range fault.FieldErrors(err) {
		fields = append(fields, f.Field)
	}
	if got := strings.Join(fields, " "); got != "username display_name password unit" {
		t.Errorf("faults at %q", got)
	}
	_, err = w.s.CreateUser(t.Context(), admin, identity.NewUser{Username: "ROOT", DisplayName: "甲", UnitID: w.east.ID, Password: password})
	if f := fault.FieldErrors(err); len(f) != 1 || f[0].Field != "username" {
		t.Errorf("the same name in other letters: %v", err)
	}
}

func TestOwnSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	a, token := w.signIn("root")
	w.wantOK(w.s.Prefer(ctx, a, "en", ""))
	w.wantOK(w.s.Prefer(ctx, a, "", "dark"))
	if _, info, err := w.s.Actor(ctx, token, here, agent); err != nil || info.Lang != "en" || info.Theme != "dark" {
		t.Errorf("%+v, %v", info, err)
	}
	w.wantOK(w.s.Prefer(ctx, a, "zh-CN", "auto"))
	w.wantKind(w.s.Prefer(ctx, a, "fr", ""), fault.KindInvalid)
	w.wantKind(w.s.Prefer(ctx, a, "", "pink"), fault.KindInvalid)
	me, err := w.s.Me(ctx, a)
	if err != nil || me.Lang != "zh" || me.Theme != "auto" || len(me.Grants) != 1 || me.Ref() == "" {
		t.Errorf("%+v, %v", me, err)
	}
}

func TestOlderHashIsMadeAnewAtSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	older, err := argon2id.CreateHash(password, &argon2id.Params{Memory: 8 * 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.db.Pool().Exec(t.Context(), "UPDATE users SET password_hash = $1 WHERE id = $2", older, w.root.ID); err != nil {
		t.Fatal(err)
	}
	w.signIn("root")
	var now string
	err = w.db.Pool().QueryRow(t.Context(), "SELECT password_hash FROM users WHERE id = $1", w.root.ID).Scan(&now)
	if err != nil || !strings.Contains(now, "m=1024,t=1,p=1") {
		t.Errorf("hash %q, %v", now, err)
	}
	w.signIn("root")
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
