package identity_test

import (
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
)

func TestResetMakesThePersonChooseANewPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	user := w.user("press", w.east, grant(access.PressOfficer, w.east))
	_, before := w.signIn("press")
	admin, _ := w.signIn("eastern")
	_, _, err := w.s.AskReset(ctx, admin, user.ID, "short", "")
	w.wantKind(err, fault.KindInvalid)
	_, _, err = w.s.AskReset(ctx, admin, admin.UserID, "", "")
	w.wantKind(err, fault.KindForbidden)
	asked, initial, err := w.s.AskReset(ctx, admin, user.ID, "", "忘记密码")
	w.wantOK(err)
	w.actor(before) // nothing is different yet
	w.wantOK(w.try("press", password, here))
	_, first, err := w.s.Confirm(ctx, access.System("命令行"), asked.ID)
	w.wantOK(err)
	w.gone(before)
	w.wantKind(w.try("press", password, here), fault.KindUnauthenticated)
	session, token, err := w.s.SignIn(ctx, "press", initial.Reveal(), here, agent)
	if err != nil || !session.MustChange {
		t.Fatalf("%+v, %v", session, err)
	}
	actor, info, err := w.s.Actor(ctx, token, here, agent)
	if err != nil || !info.MustChange || actor.Can(access.PostWrite) || !actor.Can(access.Self) {
		t.Errorf("before the change: %+v %+v, %v", actor, info, err)
	}

	choice := identity.NewPassword{Current: initial.Reveal(), Password: "hK8m-Tq3v-Zr6b"}
	for _, code := range []string{"", "AAAAA-AAAAA-AAAAA-AAAAA"} {
		choice.Code = code
		if fields := fault.FieldErrors(
			w.s.ChangePassword(ctx, actor, choice),
		); len(fields) != 1 ||
			fields[0].Field != "code" {
			t.Errorf("with the initial password and the code %q alone: %v", code, fields)
		}
	}
	choice.Code = strings.ToLower(first.Code.Reveal())
	w.wantOK(w.s.ChangePassword(ctx, actor, choice))
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

	actor, token := w.signIn("root")
	for _, tc := range []struct{ current, next, field string }{
		{"Wrong-2026", "hK8m-Tq3v-Zr6b", "current"},
		{password, "weak", "password"},
		{password, password, "password"},
		{password, "Xroot-2026", "password"},
	} {
		fields := fault.FieldErrors(w.s.ChangePassword(ctx, actor, identity.NewPassword{
			Current: tc.current, Password: tc.next,
		}))
		if len(fields) != 1 || fields[0].Field != tc.field {
			t.Errorf("%s → %s: %v, want a fault at %s", tc.current, tc.next, fields, tc.field)
		}
	}
	w.wantOK(w.s.ChangePassword(ctx, actor, identity.NewPassword{
		Current:  password,
		Password: "hK8m-Tq3v-Zr6b",
	}))
	w.gone(other)
	w.actor(token)

	for range 6 {
		w.wantKind(w.s.ChangePassword(ctx, actor, identity.NewPassword{
			Current:  "Wrong-2026",
			Password: "Qm7t-Vz4k-Wp9x",
		}), fault.KindInvalid)
	}
	w.wantKind(w.s.ChangePassword(ctx, actor, identity.NewPassword{
		Current:  "hK8m-Tq3v-Zr6b",
		Password: "Qm7t-Vz4k-Wp9x",
	}), fault.KindTooMany)
}

func TestOlderHashIsMadeAnewAtSignIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	older, err := argon2id.CreateHash(password, &argon2id.Params{
		Memory: 8 * 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.db.Pool().
		Exec(t.Context(), "UPDATE users SET password_hash = $1 WHERE id = $2", older, w.root.ID); err != nil {
		t.Fatal(err)
	}
	w.signIn("root")
	var now string
	err = w.db.Pool().
		QueryRow(t.Context(), "SELECT password_hash FROM users WHERE id = $1", w.root.ID).
		Scan(&now)
	if err != nil || !strings.Contains(now, "m=1024,t=1,p=1") {
		t.Errorf("hash %q, %v", now, err)
	}
	w.signIn("root")
}
