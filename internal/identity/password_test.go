package identity_test

import (
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"

	"juzhen/internal/access"
	"juzhen/internal/fault"
)

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
