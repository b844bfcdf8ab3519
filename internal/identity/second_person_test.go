package identity_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/todo"
)

const chosen = "hK8m-Tq3v-Zr6b"

// TestNobodyMakesAWriterAndAReviewerAlone is the way by which one administrator published without
// anybody else.
func TestNobodyMakesAWriterAndAReviewerAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()

	admin, _ := w.signIn("root")
	for _, role := range []access.Role{access.PressOfficer, access.Reviewer} {
		newUser := identity.NewUser{
			Username:    "alone-" + string(role[:5]),
			DisplayName: "值班" + role.Label(),
			UnitID:      w.east.ID,
			Password:    "Vb4n-Kt8w-Xe2q",
			Grants:      []identity.NewGrant{grant(role, w.east)},
		}
		if _, err := w.s.CreateUser(ctx, admin, newUser); !fault.Is(err, fault.KindForbidden) {
			t.Errorf("made at once by a person: %v", err)
		}
		change, _, err := w.s.AskUser(ctx, admin, newUser, "")
		w.wantOK(err)
		if change.State != identity.ChangeAsked || change.UserID != 0 {
			t.Errorf("asked: %+v", change)
		}
		w.wantKind(w.try(newUser.Username, "Vb4n-Kt8w-Xe2q", here), fault.KindUnauthenticated)
		_, _, err = w.s.Confirm(ctx, admin, change.ID)
		w.wantKind(err, fault.KindForbidden)
	}
	reviewer := w.user("reviewer", w.east, grant(access.Reviewer, w.east))
	w.wantKind(w.s.ResetPassword(ctx, admin, reviewer.ID, "Vb4n-Kt8w-Xe2q"), fault.KindForbidden)
	c, initial, err := w.s.AskReset(ctx, admin, reviewer.ID, "", "")
	w.wantOK(err)
	w.wantKind(w.try("reviewer", initial.Reveal(), here), fault.KindUnauthenticated)
	_, _, err = w.s.Confirm(ctx, admin, c.ID)
	w.wantKind(err, fault.KindForbidden)
	if failure := fault.Public(err); failure.Code != "same_person" {
		t.Errorf("refused with the code %q", failure.Code)
	}
	_, err = w.s.Grant(ctx, admin, reviewer.ID, grant(access.PressOfficer, w.east))
	w.wantKind(err, fault.KindForbidden)
	w.wantKind(w.s.UpdateUser(ctx, admin, reviewer.ID, "另名", w.east.ID), fault.KindForbidden)
	w.wantOK(w.s.DisableUser(ctx, admin, reviewer.ID, "taking away needs nobody else"))
	w.wantKind(w.s.EnableUser(ctx, admin, reviewer.ID), fault.KindForbidden)
	w.recorded("user.create", 3) // those of the machine
}

func TestASecondPersonLetsItHappen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.user("boss", w.east, grant(access.Supervisor, w.east))
	admin, _ := w.signIn("root")
	boss, _ := w.signIn("boss")

	change, initial, err := w.s.AskUser(ctx, admin, identity.NewUser{
		Username:    "writer",
		DisplayName: "值班宣传专员",
		UnitID:      w.east.ID,
		Grants:      []identity.NewGrant{grant(access.PressOfficer, w.east)},
	}, "新岗位")
	w.wantOK(err)
	if got := w.todos(boss); got != "confirm people.confirm" {
		t.Errorf("the supervisor is asked %q", got)
	}
	if got := w.todos(admin); got != "" {
		t.Errorf("the asker is asked %q", got)
	}
	done, first, err := w.s.Confirm(ctx, boss, change.ID)
	w.wantOK(err)
	if done.State != identity.ChangeConfirmed || done.UserID == 0 || done.ConfirmedBy != "岗位boss" ||
		first.Username != "writer" ||
		first.Code == "" {
		t.Errorf("%+v, first sign-in of %q", done, first.Username)
	}
	if got := w.todos(admin); got != "notice people.confirmed" {
		t.Errorf("the asker is told %q", got)
	}
	if strings.Contains(first.Code.String()+initial.String(), first.Code.Reveal()) {
		t.Error("a secret prints itself")
	}

	// neither part alone opens anything
	for _, newPassword := range []identity.NewPassword{
		{Current: initial.Reveal(), Password: chosen},
		{Current: initial.Reveal(), Code: "AAAAA-AAAAA-AAAAA-AAAAA", Password: chosen},
		{Code: first.Code.Reveal(), Password: chosen},
		{Current: "Vb4n-Kt8w-Xe2q", Code: first.Code.Reveal(), Password: chosen},
	} {
		_, _, err := w.s.FirstSignIn(ctx, "writer", newPassword, here, agent, false)
		w.wantKind(err, fault.KindUnauthenticated)
	}
	both := identity.NewPassword{
		Current:  initial.Reveal(),
		Code:     first.Code.Reveal(),
		Password: "Beijing@2026",
	}
	_, _, err = w.s.FirstSignIn(ctx, "writer", both, here, agent, false)
	w.wantKind(err, fault.KindInvalid)
	w.advance(time.Minute)
	both.Password = chosen
	_, token, err := w.s.FirstSignIn(ctx, "writer", both, here, agent, false)
	w.wantOK(err)
	if actor := w.actor(token); !actor.CanAt(access.PostWrite, w.east.Path) {
		t.Error("after the first sign-in there are no rights")
	}
	w.advance(time.Minute)
	_, _, err = w.s.FirstSignIn(ctx, "writer", both, here, agent, false)
	w.wantKind(err, fault.KindUnauthenticated) // the code is used up
	w.wantOK(w.try("writer", chosen, here))

	_, _, err = w.s.Confirm(ctx, boss, change.ID)
	w.wantKind(err, fault.KindConflict)
	w.recorded("change.ask", 1)
	w.recorded("change.confirm", 1)
	if rows := w.trail(
		"user.create",
	); rows[0].ActorName != "岗位boss" ||
		!strings.Contains(string(rows[0].Body), "岗位root") {
		t.Errorf("recorded %s", rows[0].Body)
	}
}

// todos lists what waits for somebody, as "kind code".
func (w *world) todos(actor access.Actor) string {
	w.Helper()
	list, err := todo.New(w.db, nil, nil, time.Now).List(w.Context(), actor)
	if err != nil {
		w.Fatal(err)
	}

	var out []string
	for _, open := range list {
		out = append(out, open.Kind+" "+open.Code)
	}

	return strings.Join(out, ", ")
}

func TestWhoIsMadeByTheAskerAloneConfirmsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	puppet := w.user("puppet", w.bureau, grant(access.Administrator, w.bureau))
	second := w.user("second", w.bureau, grant(access.Administrator, w.bureau))
	raised := w.user("raised", w.bureau, grant(access.Supervisor, w.bureau))
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := w.db.Pool().Exec(ctx, sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	// as it was before a second person was asked for: root made the puppet alone, the puppet the
	// second, and root gave raised the role
	exec("UPDATE users SET created_by = $1 WHERE id = $2", w.root.ID, puppet.ID)
	exec("UPDATE users SET created_by = $1 WHERE id = $2", puppet.ID, second.ID)
	exec("UPDATE grants SET created_by = $1 WHERE user_id = $2", w.root.ID, raised.ID)

	admin, _ := w.signIn("root")
	target := w.user("target", w.east)
	change, err := w.s.AskGrant(ctx, admin, target.ID, grant(access.Reviewer, w.east), "")
	w.wantOK(err)

	for _, name := range []string{"puppet", "second", "raised"} {
		actor, _ := w.signIn(name)
		_, _, err := w.s.Confirm(ctx, actor, change.ID)
		w.wantKind(err, fault.KindForbidden)
	}
	independent := w.user("independent", w.bureau, grant(access.Supervisor, w.bureau))
	// made alone, by somebody else
	exec("UPDATE grants SET created_by = $1 WHERE user_id = $2", w.eastern.ID, independent.ID)
	a, _ := w.signIn("independent")
	_, _, err = w.s.Confirm(ctx, a, change.ID)
	w.wantOK(err)
}

func TestRightsAreAskedAnewAtTheConfirmation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.user("boss", w.bureau, grant(access.Supervisor, w.bureau))
	boss, _ := w.signIn("boss")
	eastern, _ := w.signIn("eastern")
	user := w.user("press", w.east)

	change, err := w.s.AskGrant(ctx, eastern, user.ID, grant(access.Reviewer, w.east), "")
	w.wantOK(err)
	// no longer the asker's
	w.wantOK(w.s.UpdateUser(ctx, access.System("命令行"), user.ID, "岗位press", w.west.ID))
	_, _, err = w.s.Confirm(ctx, boss, change.ID)
	w.wantKind(err, fault.KindConflict)

	mine := w.user("mine", w.east)
	change, err = w.s.AskGrant(ctx, eastern, mine.ID, grant(access.Reviewer, w.east), "")
	w.wantOK(err)
	root, _ := w.signIn("root")
	w.wantOK(w.s.DisableUser(ctx, root, w.eastern.ID, "离岗"))
	_, _, err = w.s.Confirm(ctx, boss, change.ID)
	w.wantKind(err, fault.KindConflict)
	if userDetail, err := w.s.FindUser(ctx, root, mine.ID); err != nil || len(userDetail.Grants) != 0 {
		t.Errorf("grants %+v (%v)", userDetail.Grants, err)
	}
}

func TestAChangeExpiresAndIsConfirmedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.user("boss", w.bureau, grant(access.Supervisor, w.bureau))
	admin, _ := w.signIn("root")
	user := w.user("press", w.east)

	change, err := w.s.AskGrant(ctx, admin, user.ID, grant(access.Reviewer, w.east), "")
	w.wantOK(err)
	_, _, err = w.s.AskReset(ctx, admin, user.ID, "", "")
	w.wantOK(err)
	_, _, err = w.s.AskReset(ctx, admin, user.ID, "", "")
	w.wantKind(err, fault.KindConflict) // asked already
	w.advance(72*time.Hour - time.Minute)
	boss, _ := w.signIn("boss")
	var done atomic.Int32

	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if _, _, err := w.s.Confirm(ctx, boss, change.ID); err == nil {
				done.Add(1)
			} else if !fault.Is(err, fault.KindConflict) {
				t.Errorf("confirmed again: %v", err)
			}
		})
	}
	wg.Wait()
	if done.Load() != 1 {
		t.Errorf("confirmed %d times", done.Load())
	}

	w.advance(2 * time.Minute)
	list, err := w.s.Changes(ctx, boss, identity.ChangeFilter{State: identity.ChangeExpired})
	if err != nil || len(list) != 1 || list[0].Kind != identity.ChangeReset ||
		list[0].State != identity.ChangeExpired {
		t.Fatalf("%+v, %v", list, err)
	}
	_, _, err = w.s.Confirm(ctx, boss, list[0].ID)
	w.wantKind(err, fault.KindConflict)
	w.wantOK(w.s.Sweep(ctx))
	if got := w.todos(boss); got != "" {
		t.Errorf("what expired still waits: %q", got)
	}
	admin, _ = w.signIn("root")
	_, _, err = w.s.AskReset(ctx, admin, user.ID, "", "")
	w.wantOK(err)
}

func TestWhatWasAskedCanBeStoppedAndTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.user("boss", w.bureau, grant(access.Supervisor, w.bureau))
	w.user("auditor", w.bureau, grant(access.Auditor, w.bureau))
	boss, _ := w.signIn("boss")
	auditor, _ := w.signIn("auditor")
	admin, _ := w.signIn("root")
	machine := access.System("命令行")
	user := w.user("press", w.east, grant(access.PressOfficer, w.east))

	change, err := w.s.AskGrant(ctx, admin, user.ID, grant(access.Reviewer, w.east), "")
	w.wantOK(err)
	if got := w.todos(auditor); got != "notice people.asked" {
		t.Errorf("the auditor is told %q", got)
	}
	_, err = w.s.Stop(ctx, auditor, change.ID, " ")
	w.wantKind(err, fault.KindInvalid)
	stopped, err := w.s.Stop(ctx, auditor, change.ID, "没有任命")
	if err != nil || stopped.State != identity.ChangeStopped || stopped.StoppedBy != "岗位auditor" {
		t.Errorf("%+v, %v", stopped, err)
	}
	_, _, err = w.s.Confirm(ctx, boss, change.ID)
	w.wantKind(err, fault.KindConflict)
	if got := w.todos(boss) + w.todos(auditor); got != "" {
		t.Errorf("what was stopped still waits: %q", got)
	}
	if got := w.todos(admin); got != "notice people.stopped" {
		t.Errorf("the asker is told %q", got)
	}
	other, err := w.s.AskGrant(ctx, admin, user.ID, grant(access.Supervisor, w.east), "")
	w.wantOK(err)
	if withdrawn, err := w.s.Stop(
		ctx,
		admin,
		other.ID,
		"",
	); err != nil ||
		withdrawn.State != identity.ChangeStopped {
		t.Errorf("withdrawn: %+v, %v", withdrawn, err)
	}

	// each kind, taken back after it was confirmed
	change, err = w.s.AskGrant(ctx, admin, user.ID, grant(access.Reviewer, w.east), "")
	w.wantOK(w.sure(change, err))
	_, token := w.signIn("press")
	w.undone(auditor, change)
	if w.actor(token).Can(access.PostReview) {
		t.Error("the grant stayed")
	}

	change, err = w.s.AskUpdate(ctx, admin, user.ID, "另一个岗位", w.west.ID, "")
	w.wantOK(w.sure(change, err))
	w.undone(boss, change)
	if userDetail, err := w.s.FindUser(
		ctx,
		admin,
		user.ID,
	); err != nil || userDetail.DisplayName != "岗位press" ||
		userDetail.UnitID != w.east.ID {
		t.Errorf("%+v, %v", userDetail.User, err)
	}

	change, initial, err := w.s.AskReset(ctx, admin, user.ID, "", "")
	w.wantOK(w.sure(change, err))
	w.undone(boss, change)
	w.wantKind(w.try("press", initial.Reveal(), here), fault.KindUnauthenticated)
	w.wantKind(w.try("press", "", here), fault.KindUnauthenticated)

	w.wantOK(w.s.DisableUser(ctx, machine, user.ID, ""))
	change, err = w.s.AskEnable(ctx, admin, user.ID, "")
	w.wantOK(w.sure(change, err))
	w.undone(boss, change)
	d, err := w.s.FindUser(ctx, admin, user.ID)
	if err != nil || d.DisabledAt == nil {
		t.Errorf("%+v, %v", d.User, err)
	}

	change, _, err = w.s.AskUser(ctx, admin, identity.NewUser{
		Username:    "neu",
		DisplayName: "新岗位",
		UnitID:      w.east.ID,
	}, "")
	w.wantOK(w.sure(change, err))
	w.advance(6 * 24 * time.Hour)
	boss, _ = w.signIn("boss")
	w.undone(boss, change)

	change, _, err = w.s.AskUser(ctx, admin, identity.NewUser{
		Username:    "old",
		DisplayName: "老岗位",
		UnitID:      w.east.ID,
	}, "")
	w.wantOK(w.sure(change, err))
	w.advance(8 * 24 * time.Hour)
	boss, _ = w.signIn("boss")
	_, err = w.s.Stop(ctx, boss, change.ID, "太晚")
	w.wantKind(err, fault.KindConflict)
	w.recorded("change.undo", 5)
}

func (w *world) undone(by access.Actor, change identity.Change) {
	w.Helper()
	got, err := w.s.Stop(w.Context(), by, change.ID, "没有任命")
	if err != nil || got.State != identity.ChangeUndone || got.StoppedAt == nil {
		w.Errorf("%s taken back: %+v, %v", change.Kind, got, err)
	}
}

func TestChangesAreSeenWhereTheyBelong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.user("west", w.west, grant(access.Supervisor, w.west))
	w.user("eboss", w.east, grant(access.Supervisor, w.east))
	foreign, _ := w.signIn("west")
	boss, _ := w.signIn("eboss")
	admin, _ := w.signIn("root")
	user := w.user("press", w.east)
	change, err := w.s.AskGrant(ctx, admin, user.ID, grant(access.Reviewer, w.east), "")
	w.wantOK(err)
	if _, err := w.s.FindChange(ctx, foreign, change.ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("seen from elsewhere: %v", err)
	}
	_, _, err = w.s.Confirm(ctx, foreign, change.ID)
	w.wantKind(err, fault.KindNotFound)
	_, err = w.s.Stop(ctx, foreign, change.ID, "x")
	w.wantKind(err, fault.KindNotFound)

	// a role in the west as well: whoever stands in the east alone may not let that happen
	both, _, err := w.s.AskUser(ctx, admin, identity.NewUser{
		Username:    "wide",
		DisplayName: "两区",
		UnitID:      w.east.ID,
		Grants:      []identity.NewGrant{grant(access.Reviewer, w.east), grant(access.Reviewer, w.west)},
	}, "")
	w.wantOK(err)
	if both.UnitID != w.bureau.ID {
		t.Errorf("belongs to %s", both.UnitName)
	}
	_, _, err = w.s.Confirm(ctx, boss, both.ID)
	w.wantKind(err, fault.KindNotFound)
	if list, err := w.s.Changes(
		ctx,
		boss,
		identity.ChangeFilter{},
	); err != nil || len(list) != 1 ||
		list[0].ID != change.ID {
		t.Errorf("the east sees %+v, %v", list, err)
	}
}

func TestTheLastFivePasswordsAreNotTakenAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	actor, _ := w.signIn("root")

	mine := []string{
		password, "aK8m-Tq3v-Zr6b", "bK8m-Tq3v-Zr6b", "cK8m-Tq3v-Zr6b", "dK8m-Tq3v-Zr6b",
		"eK8m-Tq3v-Zr6b", "fK8m-Tq3v-Zr6b",
	}
	for i := 1; i < len(mine); i++ {
		w.wantOK(w.s.ChangePassword(t.Context(), actor, identity.NewPassword{
			Current: mine[i-1], Password: mine[i],
		}))
		w.advance(time.Hour)
	}

	for _, used := range mine[1:] {
		err := w.s.ChangePassword(t.Context(), actor, identity.NewPassword{Current: mine[6], Password: used})
		if fields := fault.FieldErrors(err); len(fields) != 1 || fields[0].Field != "password" {
			t.Errorf("%s was taken again: %v", used, err)
		}
	}
	var kept int
	if err := w.db.Pool().
		QueryRow(t.Context(), "SELECT count(*) FROM password_history").
		Scan(&kept); err != nil ||
		kept != 5 {
		t.Errorf("%d kept (%v)", kept, err)
	}
}

func TestRefusedSignInsTakeABoundedNumberOfRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("boss", w.east, grant(access.Supervisor, w.east))

	for i := range 60 {
		_ = w.try("nobody"+string(rune('a'+i%26)), "Wrong-2026", "10.1."+string(rune('0'+i%10))+".7")
	}

	for range 8 {
		_ = w.try("eastern", "Wrong-2026", here)
	}
	admin, _ := w.signIn("root")
	rows, err := w.s.Refusals(t.Context(), admin, w.now().Add(-time.Hour))
	if err != nil || len(rows) != 2 || rows[0].UserID != 0 || rows[0].Wrong != 60 ||
		rows[1].Username != "eastern" ||
		rows[1].Wrong != 6 ||
		rows[1].Waiting != 2 ||
		rows[1].LastIP != here {
		t.Errorf("%+v, %v", rows, err)
	}
	boss, _ := w.signIn("boss")
	if rows, err := w.s.Refusals(
		t.Context(),
		boss,
		w.now().Add(-time.Hour),
	); err != nil || len(rows) != 1 ||
		rows[0].Username != "eastern" {
		t.Errorf("the east sees %+v, %v", rows, err)
	}
	w.recorded("session.refuse", 0)
	w.advance(91 * 24 * time.Hour)
	w.wantOK(w.s.Sweep(t.Context()))
	var left int
	err = w.db.Pool().QueryRow(t.Context(), `
		SELECT (SELECT count(*) FROM signin_refusals) + (SELECT count(*) FROM signin_tries)`).Scan(&left)
	if err != nil || left != 0 {
		t.Errorf("%d rows left (%v)", left, err)
	}
}

func TestPasswordsThatAreGuessedEarly(t *testing.T) {
	t.Parallel()

	for _, weak := range strings.Fields(`
		P@ssw0rd Passw0rd! P@ssw0rd2026 Password!1 Admin@123 Admin@2026! Administrator1! Qwer!2345
		Qwerty123! 1qaz@WSX 1qaz@WSX3edc
		Zxcvbn1! Aa123456! Abcd!1234 Abc123!@# Aaaa1111! Abab1212! Spring2026! Summer@2025
		Winter2026# Beijing@2026 Beijing-2026 Huanbao@2026
		Huanbao123! Huanjing-2026 Kongqi-2026 Shengtai-2026 Chunji2026! Qiuji@2025 Woaini1314!
		Zhangwei123! Liming@1988 Wangfang!1990
		Juzhen@2026 Weibo@123 123!Zhangwei Welcome@123 Iloveyou1! Monkey123! Dragon!2026 Letmein!1
		Shenhe@2026 Zhiban-2026 Mima@123456
		Qaz!2wsx Asdf@1234 Zaq1@wsx Test@1234 Root@2026 Root@123! Changeme1! Sunshine1! Football!1
		Beijing2008! Zhongguo@1949
		Bj@12345678 aA1!aA1!aA1!aA1! `) {
		if !identity.Guessable(weak, "press", "值班宣传专员") {
			t.Errorf("%s is taken", weak)
		}
	}

	for _, good := range []string{
		"hK8m-Tq3v-Zr6b", "Xk9#mQ2pLw", "Lu4kVe9wTm", "q7$Rz!m2Kd", "雨后4Kv窗台9zQ", "tuo7Re#Mlig2",
		"Vb4n-Kt8w-Xe2q", "grape4-Lantern#velvet", "w8!Fm2@Rk5",
	} {
		if identity.Guessable(good, "press", "值班宣传专员") {
			t.Errorf("%s is refused", good)
		}
	}
	if !identity.Guessable("Grebnev-4417", "grebnev-4417") {
		t.Error("a name that is known is taken")
	}

	for range 40 {
		if p := identity.GeneratePassword(); identity.Guessable(p) || len(p) != 14 {
			t.Errorf("generated %s", p)
		}
	}
}

func TestALongPasswordIsJudgedInNoTime(t *testing.T) {
	t.Parallel()
	began := time.Now()

	for _, long := range []string{
		strings.Repeat("aA1!", 32), strings.Repeat("Qwerty1", 18),
		strings.Repeat("Beijing2026", 11),
	} {
		identity.Guessable(long)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
}
