package access_test

import (
	"reflect"
	"testing"

	"juzhen/internal/access"
	"juzhen/internal/fault"
)

func actor(grants ...access.Grant) access.Actor { return access.Actor{UserID: 7, Grants: grants} }

func grant(role access.Role, path string) access.Grant { return access.Grant{Role: role, Path: path} }

func TestGrantReachesItsSubtreeOnly(t *testing.T) {
	t.Parallel()

	a := actor(grant(access.PressOfficer, "/1/4/"))
	for path, want := range map[string]bool{
		"/1/4/": true, "/1/4/9/": true, "/1/4/9/10/": true,
		"/1/": false, "/1/40/": false, "/1/5/": false, "/": false, "": false,
	} {
		if got := a.CanAt(access.PostWrite, path); got != want {
			t.Errorf("post.write at %q: %v, want %v", path, got, want)
		}
	}
}

func TestOwnUnitDoesNotReachBelow(t *testing.T) {
	t.Parallel()
	a := actor(grant(access.PressOfficer, "/1/4/"))
	if !a.CanAt(access.ReachView, "/1/4/") || a.CanAt(access.ReachView, "/1/4/9/") {
		t.Error("reach of a press officer is the own unit, neither less nor more")
	}
}

func TestGrantsAddUp(t *testing.T) {
	t.Parallel()
	a := actor(grant(access.PressOfficer, "/1/4/"), grant(access.Reviewer, "/1/5/"))
	if !a.CanAt(access.PostWrite, "/1/4/") || !a.CanAt(access.PostReview, "/1/5/") {
		t.Error("one of two grants does not work")
	}
	if a.CanAt(access.PostWrite, "/1/5/") || a.CanAt(access.PostReview, "/1/4/") {
		t.Error("a role leaked from one subtree into the other")
	}
	if got := a.Roles(); !reflect.DeepEqual(got, []access.Role{access.PressOfficer, access.Reviewer}) {
		t.Errorf("roles %v", got)
	}
}

func TestRequireHidesWhatOneMayNotSee(t *testing.T) {
	t.Parallel()
	a := actor(grant(access.Reviewer, "/1/4/"))
	if err := access.Require(a, access.PostReview, "/1/4/9/"); err != nil {
		t.Errorf("inside: %v", err)
	}
	if err := access.Require(a, access.PostWrite, "/1/4/9/"); !fault.Is(err, fault.KindForbidden) {
		t.Errorf("visible but not allowed: %v, want forbidden", err)
	}
	if err := access.Require(a, access.PostReview, "/1/5/"); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("outside: %v, want not found", err)
	}
	admin := actor(grant(access.Administrator, "/1/"))
	if err := access.Require(admin, access.PostView, "/1/4/"); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("texts for an administrator: %v, want not found", err)
	}
}

func TestSelfNeedsASignInAndNoGrant(t *testing.T) {
	t.Parallel()
	if !actor().Can(access.Self) || !actor().CanAt(access.Self, "/1/") {
		t.Error("a person without any grant cannot reach the own page")
	}
	if (access.Actor{}).Can(access.Self) || (access.Actor{}).Can(access.UnitView) {
		t.Error("nobody may do something")
	}
}

func TestSystemPassesEverything(t *testing.T) {
	t.Parallel()

	s := access.System("排程")
	for _, permission := range access.Permissions() {
		if !s.Can(permission) || !s.CanAt(permission, "/1/") {
			t.Errorf("the machine may not %s", permission)
		}
	}
	if sql, args := access.Scope(s, access.PostView, "path"); sql != "TRUE" || args != nil {
		t.Errorf("scope of the machine: %q %v", sql, args)
	}
	if !s.IsSystem() || actor().IsSystem() {
		t.Error("machine and person are mixed up")
	}
}

func TestScopeIsAConditionOverPaths(t *testing.T) {
	t.Parallel()

	for _, tc := range []struct {
		name string
		a    access.Actor
		p    access.Permission
		sql  string
		args []any
	}{
		{"nobody", access.Actor{}, access.PostView, "FALSE", nil},
		{"no such right", actor(grant(access.Administrator, "/1/")), access.PostView, "FALSE", nil},
		{
			"subtree", actor(grant(access.Reviewer, "/1/4/")), access.PostView, "(u.path LIKE ?)",
			[]any{"/1/4/%"},
		},
		{
			"own unit", actor(grant(access.PressOfficer, "/1/4/")), access.ReachView,
			"(u.path = ?)",
			[]any{"/1/4/"},
		},
		{
			"union", actor(grant(access.PressOfficer, "/1/4/"), grant(access.Reviewer, "/1/5/")),
			access.ReachView, "(u.path = ? OR u.path LIKE ?)",
			[]any{"/1/4/", "/1/5/%"},
		},
	} {
		sql, args := access.Scope(tc.a, tc.p, "u.path")
		if sql != tc.sql || !reflect.DeepEqual(args, tc.args) {
			t.Errorf("%s: %q %v, want %q %v", tc.name, sql, args, tc.sql, tc.args)
		}
	}
}
