package identity_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
)

func TestRevokedGrantWorksAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	user := w.user("press", w.east, grant(access.PressOfficer, w.east))
	_, token := w.signIn("press")
	admin, _ := w.signIn("eastern")
	userDetail, err := w.s.FindUser(t.Context(), admin, user.ID)
	if err != nil || len(userDetail.Grants) != 1 {
		t.Fatalf("%+v, %v", userDetail, err)
	}
	w.wantOK(w.s.Revoke(t.Context(), admin, userDetail.Grants[0].ID, "轮岗"))
	if actor := w.actor(token); actor.Can(access.PostWrite) || !actor.Can(access.Self) {
		t.Errorf("grants after the revocation: %+v", actor.Grants)
	}
	w.wantKind(w.s.Revoke(t.Context(), admin, userDetail.Grants[0].ID, ""), fault.KindConflict)
	if rows := w.trail("grant.revoke"); len(rows) != 1 || rows[0].Facts().Why != "轮岗" {
		t.Errorf("recorded %+v", rows)
	}
	userDetail, _ = w.s.FindUser(t.Context(), admin, user.ID)
	if len(userDetail.Grants) != 1 || userDetail.Grants[0].RevokedBy != "岗位eastern" ||
		userDetail.Grants[0].InForce(w.now()) {
		t.Errorf("the revoked grant is not kept: %+v", userDetail.Grants)
	}
}

func TestGrantEndsAtItsInstantAndCanBeGivenAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	user := w.user("press", w.east)
	_, token := w.signIn("press")
	admin, _ := w.signIn("eastern")
	until := w.now().Add(10 * time.Minute)
	err := w.sure(w.s.AskGrant(ctx, admin, user.ID, identity.NewGrant{
		Role: access.Reviewer, UnitID: w.east.ID, Until: &until,
	}, ""))
	w.wantOK(err)
	if !w.actor(token).Can(access.PostReview) {
		t.Error("the grant does not work")
	}
	w.advance(10 * time.Minute)
	if w.actor(token).Can(access.PostReview) {
		t.Error("the grant outlived its end")
	}
	err = w.sure(w.s.AskGrant(ctx, admin, user.ID, grant(access.Reviewer, w.east), ""))
	w.wantOK(err)
	err = w.sure(w.s.AskGrant(ctx, admin, user.ID, grant(access.Reviewer, w.east), ""))
	w.wantKind(err, fault.KindConflict)
	past := w.now()
	err = w.sure(w.s.AskGrant(ctx, admin, user.ID, identity.NewGrant{Role: "king", Until: &past}, ""))
	if fields := fault.FieldErrors(err); len(fields) != 3 {
		t.Errorf("faults %v, want one for each field", err)
	}
}

func TestAdministratorGrantsOnlyWithinOwnSubtree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	admin, _ := w.signIn("eastern")
	mine, foreign := w.user("mine", w.east), w.user("foreign", w.west)
	err := w.sure(w.s.AskGrant(ctx, admin, mine.ID, grant(access.Reviewer, w.west), ""))
	w.wantKind(err, fault.KindInvalid)
	err = w.sure(w.s.AskGrant(ctx, admin, mine.ID, grant(access.Reviewer, w.bureau), ""))
	w.wantKind(err, fault.KindInvalid)
	err = w.sure(w.s.AskGrant(ctx, admin, foreign.ID, grant(access.Reviewer, w.east), ""))
	w.wantKind(err, fault.KindNotFound)
	err = w.sure(w.s.AskGrant(ctx, admin, mine.ID, grant(access.Reviewer, w.east), ""))
	w.wantOK(err)
	_, _, err = w.s.AskUser(ctx, admin, identity.NewUser{
		Username: "neu", DisplayName: "新", UnitID: w.west.ID,
	}, "")
	w.wantKind(err, fault.KindInvalid)
	_, _, err = w.s.AskUser(ctx, admin, identity.NewUser{Username: "neu", DisplayName: "新", UnitID: w.east.ID,
		Grants: []identity.NewGrant{grant(access.Supervisor, w.bureau)}}, "")
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
	userDetail, err := w.s.FindUser(ctx, admin, boss.ID)
	if err != nil || len(userDetail.Grants) != 1 || userDetail.Elsewhere != 1 {
		t.Fatalf("%+v, %v", userDetail, err)
	}
	_, _, err = w.s.AskReset(ctx, admin, boss.ID, "", "")
	w.wantKind(err, fault.KindForbidden)
	w.wantKind(w.s.DisableUser(ctx, admin, boss.ID, ""), fault.KindForbidden)
	w.wantKind(w.sure(w.s.AskUpdate(ctx, admin, boss.ID, "另一个岗位", w.east.ID, "")), fault.KindForbidden)
	w.wantOK(w.try("boss", password, here))
	helper := w.user("helper", w.west, grant(access.Reviewer, w.east)) // of another unit, with a grant here
	if d, err := w.s.FindUser(ctx, admin, helper.ID); err != nil || len(d.Grants) != 1 {
		t.Errorf("%+v, %v", d, err)
	} else {
		w.wantOK(w.s.Revoke(ctx, admin, d.Grants[0].ID, ""))
	}
	_, _, err = w.s.AskReset(ctx, admin, helper.ID, "", "")
	w.wantKind(err, fault.KindNotFound)
}

func TestExclusiveRolesAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	admin, _ := w.signIn("root")

	press := w.user("press", w.east, grant(access.PressOfficer, w.east))
	for _, role := range []access.Role{access.Administrator, access.Auditor} {
		err := w.sure(w.s.AskGrant(ctx, admin, press.ID, grant(role, w.west), ""))
		w.wantKind(err, fault.KindConflict)
		if !strings.Contains(fault.Public(err).Plain(), "宣传专员") {
			t.Errorf("the text does not name the role held: %v", err)
		}
	}
	err := w.sure(w.s.AskGrant(ctx, admin, w.root.ID, grant(access.Reviewer, w.bureau), ""))
	w.wantKind(err, fault.KindConflict)
	_, _, err = w.s.AskUser(ctx, admin, identity.NewUser{
		Username:    "both",
		DisplayName: "兼任",
		UnitID:      w.east.ID,
		Grants:      []identity.NewGrant{grant(access.Auditor, w.east), grant(access.Reviewer, w.east)},
	}, "")
	w.wantKind(err, fault.KindConflict)
	w.wantKind(w.try("both", password, here), fault.KindUnauthenticated) // nothing of the refused user stayed
}

func TestExclusiveRolesHoldUnderARace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	admin, _ := w.signIn("root")
	for i := range 5 {
		user := w.user("race"+string(rune('a'+i)), w.east)

		var wg sync.WaitGroup
		for _, role := range access.Roles() {
			wg.Go(func() {
				if err := w.sure(
					w.s.AskGrant(t.Context(), admin, user.ID, grant(role, w.east), ""),
				); err != nil &&
					!fault.Is(err, fault.KindConflict) {
					t.Errorf("%s: %v", role, err)
				}
			})
		}
		wg.Wait()
		userDetail, err := w.s.FindUser(t.Context(), admin, user.ID)
		if err != nil || len(userDetail.Grants) == 0 {
			t.Fatalf("%+v, %v", userDetail, err)
		}

		for _, a := range userDetail.Grants {
			for _, b := range userDetail.Grants {
				if access.Clash(a.Role, b.Role) {
					t.Errorf("%s and %s met in one person", a.Role, b.Role)
				}
			}
		}
	}
}

func (w *world) grantOf(admin access.Actor, user int64) int64 {
	w.Helper()
	userDetail, err := w.s.FindUser(w.Context(), admin, user)
	if err != nil || len(userDetail.Grants) == 0 {
		w.Fatalf("grants of %d: %+v, %v", user, userDetail.Grants, err)
	}

	return userDetail.Grants[0].ID
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
	deputy := w.user("deputy", w.bureau, identity.NewGrant{
		Role:   access.Administrator,
		UnitID: w.bureau.ID,
		Until:  &until,
	})
	// a deputy for an hour is no administrator for good
	w.wantKind(w.s.Revoke(ctx, admin, own, ""), fault.KindConflict)
	w.wantOK(w.s.Revoke(ctx, admin, w.grantOf(admin, deputy.ID), ""))
	w.wantOK(w.s.Revoke(ctx, admin, w.grantOf(admin, w.eastern.ID), "")) // of a part of the tree
	second := w.user("second", w.bureau, grant(access.Administrator, w.bureau))
	w.wantOK(w.s.DisableUser(ctx, admin, second.ID, ""))
	w.wantKind(w.s.Revoke(ctx, admin, own, ""), fault.KindConflict)
	w.wantOK(w.sure(w.s.AskEnable(ctx, admin, second.ID, "")))
	w.wantOK(w.s.Revoke(ctx, admin, own, "交接"))
}

func TestTwoAdministratorsCannotRemoveEachOther(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for i := range 5 {
		other := w.user("other"+string(rune('a'+i)), w.bureau, grant(access.Administrator, w.bureau))
		admins := []access.Actor{
			{
				UserID: w.root.ID,
				Name:   "甲",
				Grants: []access.Grant{{Role: access.Administrator, Path: w.bureau.Path}},
			},
			{
				UserID: other.ID,
				Name:   "乙",
				Grants: []access.Grant{{Role: access.Administrator, Path: w.bureau.Path}},
			},
		}
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
