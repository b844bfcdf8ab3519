package identity_test

import (
	"strings"
	"testing"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
)

func TestDisabledPersonIsOutAtOnceAndCanComeBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	user := w.user("press", w.east, grant(access.PressOfficer, w.east))
	_, token := w.signIn("press")
	admin, _ := w.signIn("eastern")
	w.wantKind(w.s.DisableUser(ctx, admin, admin.UserID, ""), fault.KindForbidden)
	w.wantOK(w.s.DisableUser(ctx, admin, user.ID, "离岗"))
	w.wantOK(w.s.DisableUser(ctx, admin, user.ID, "离岗"))
	w.gone(token)
	w.wantOK(w.sure(w.s.AskEnable(ctx, admin, user.ID, "")))
	w.wantKind(w.sure(w.s.AskEnable(ctx, admin, user.ID, "")), fault.KindConflict)
	w.gone(token)
	if actor, _ := w.signIn("press"); !actor.Can(access.PostWrite) {
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
		"all":  {root, identity.UserFilter{}, "root eastern press visitor gone"},
		"east": {eastern, identity.UserFilter{}, "eastern press visitor gone"},
		"no right": {
			access.Actor{UserID: 1, Grants: []access.Grant{{Role: access.Supervisor, Path: "/"}}},
			identity.UserFilter{}, "",
		},
		"query":        {root, identity.UserFilter{Query: "PRES"}, "press"},
		"display name": {root, identity.UserFilter{Query: "岗位v"}, "visitor"},
		"unit":         {root, identity.UserFilter{UnitPath: w.west.Path}, "visitor"},
		"role":         {root, identity.UserFilter{Role: access.Reviewer}, "visitor"},
		"disabled":     {root, identity.UserFilter{State: "disabled"}, "gone"},
		"active, paged": {
			root,
			identity.UserFilter{State: "active", After: w.root.ID, Limit: 2}, "eastern press",
		},
	} {
		users, err := w.s.Users(ctx, tc.a, tc.f)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}

		var names []string
		for _, user := range users {
			names = append(names, user.Username)
			if user.Username == "press" && tc.a.UserID == eastern.UserID && len(user.Roles) != 1 {
				t.Errorf("the east's administrator is told of roles elsewhere: %v", user.Roles)
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
	user := w.user("press", w.east)
	eastern, _ := w.signIn("eastern")
	root, _ := w.signIn("root")
	w.wantKind(w.sure(w.s.AskUpdate(ctx, eastern, user.ID, "", w.east.ID, "")), fault.KindInvalid)
	w.wantKind(w.sure(w.s.AskUpdate(ctx, eastern, user.ID, "新岗位", w.west.ID, "")), fault.KindInvalid)
	w.wantOK(w.sure(w.s.AskUpdate(ctx, root, user.ID, "新岗位", w.west.ID, "")))
	w.wantKind(w.sure(w.s.AskUpdate(ctx, root, user.ID, "新岗位", w.west.ID, "")), fault.KindConflict)
	w.wantKind(w.sure(w.s.AskUpdate(ctx, eastern, user.ID, "再改", w.east.ID, "")), fault.KindNotFound)
	userDetail, err := w.s.FindUser(ctx, root, user.ID)
	if err != nil || userDetail.DisplayName != "新岗位" || userDetail.UnitName != "西" {
		t.Errorf("%+v, %v", userDetail, err)
	}
	w.recorded("user.update", 1)
}

func TestNewUserIsCheckedFieldByField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, _ := w.signIn("root")
	_, _, err := w.s.AskUser(t.Context(), admin, identity.NewUser{Username: "Ä", Password: "x"}, "")

	var fields []string
	for _, failure := range fault.FieldErrors(err) {
		fields = append(fields, failure.Field)
	}
	if got := strings.Join(fields, " "); got != "username display_name password unit" {
		t.Errorf("faults at %q", got)
	}
	_, _, err = w.s.AskUser(t.Context(), admin, identity.NewUser{
		Username: "ROOT", DisplayName: "甲", UnitID: w.east.ID,
	}, "")
	if f := fault.FieldErrors(err); len(f) != 1 || f[0].Field != "username" {
		t.Errorf("the same name in other letters: %v", err)
	}
}

func TestOwnSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	actor, token := w.signIn("root")
	w.wantOK(w.s.Prefer(ctx, actor, "en", ""))
	w.wantOK(w.s.Prefer(ctx, actor, "", "dark"))
	if _, info, err := w.s.Actor(
		ctx,
		token,
		here,
		agent,
	); err != nil || info.Lang != "en" ||
		info.Theme != "dark" {
		t.Errorf("%+v, %v", info, err)
	}
	w.wantOK(w.s.Prefer(ctx, actor, "zh-CN", "auto"))
	w.wantKind(w.s.Prefer(ctx, actor, "fr", ""), fault.KindInvalid)
	w.wantKind(w.s.Prefer(ctx, actor, "", "pink"), fault.KindInvalid)
	me, err := w.s.Me(ctx, actor)
	if err != nil || me.Lang != "zh" || me.Theme != "auto" || len(me.Grants) != 1 || me.Ref() == "" {
		t.Errorf("%+v, %v", me, err)
	}
}

func TestNamesOfPeopleThatLookAlikeAreOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	reviewer := w.user("reviewer", w.east)
	machine := access.System("命令行")

	add := func(name string, unit int64) (identity.User, error) {
		return w.s.CreateUser(t.Context(), machine, identity.NewUser{
			Username: "twin", DisplayName: name, UnitID: unit, Password: password,
		})
	}
	for _, twin := range []string{
		"岗位reviewer", "岗位\u200Breviewer", "\u202E岗位reviewer\u202C", "岗位Reviewer",
		" 岗位reviewer\u3000", "岗位ｒeviewer\u00AD",
	} {
		_, err := add(twin, w.east.ID)
		w.wantKind(err, fault.KindInvalid)
		w.wantKind(w.s.UpdateUser(t.Context(), machine, w.eastern.ID, twin, w.east.ID), fault.KindInvalid)
	}
	_, err := add("\u200B\u2060", w.east.ID)
	w.wantKind(err, fault.KindInvalid)

	made, err := add(" 值班\u202E审核员 ", w.east.ID)
	if err != nil || made.DisplayName != "值班审核员" {
		t.Errorf("kept as %q (%v), want what is seen", made.DisplayName, err)
	}
	w.wantOK(w.s.DisableUser(t.Context(), machine, reviewer.ID, ""))
	// who had the post is gone
	w.wantOK(w.s.UpdateUser(t.Context(), machine, made.ID, reviewer.DisplayName, w.east.ID))
	w.wantKind(w.s.EnableUser(t.Context(), machine, reviewer.ID), fault.KindInvalid)
}
