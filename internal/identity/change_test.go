package identity

import (
	"testing"

	"juzhen/internal/access"
	"juzhen/internal/fault"
)

// TestChangesGoOnlyTheseWays tries every step in every state against a table typed by hand.
func TestChangesGoOnlyTheseWays(t *testing.T) {
	t.Parallel()

	want := map[ChangeState]map[changeStep]ChangeState{
		ChangeAsked:     {stepConfirm: ChangeConfirmed, stepStop: ChangeStopped, stepExpire: ChangeExpired},
		ChangeConfirmed: {stepStop: ChangeUndone},
		ChangeStopped:   {},
		ChangeExpired:   {},
		ChangeUndone:    {},
	}
	for _, from := range ChangeStates() {
		ways, known := want[from]
		if !known || from.Label() == "" {
			t.Errorf("the state %s has no row here or no name", from)
		}

		for _, step := range []changeStep{stepConfirm, stepStop, stepExpire} {
			to, err := from.after(step)
			if wanted, ok := ways[step]; ok != (err == nil) || ok && to != wanted {
				t.Errorf("%s, %s: %s (%v), want %q", from, step, to, err, wanted)
			}
			if err != nil && (!fault.Is(err, fault.KindConflict) || to != from) {
				t.Errorf("%s, %s: refused as %v, in state %s", from, step, err, to)
			}
		}
	}

	for _, changeKind := range ChangeKinds() {
		if changeKind.Label() == "" {
			t.Errorf("%s has no name", changeKind)
		}
	}
}

func TestWhoMayBeTheSecondPerson(t *testing.T) {
	t.Parallel()
	change := Change{State: ChangeAsked, AskedBy: 1, UserID: 2, UnitPath: "/1/4/"}

	person := func(id int64, role access.Role, path string) access.Actor {
		return access.Actor{UserID: id, Grants: []access.Grant{{Role: role, Path: path}}}
	}
	for name, tc := range map[string]struct {
		actor         access.Actor
		confirm, stop fault.Kind // 0: may
	}{
		"the machine":               {access.System("命令行"), 0, 0},
		"the asker":                 {person(1, access.Administrator, "/1/"), fault.KindForbidden, 0},
		"whom it is about":          {person(2, access.Supervisor, "/1/"), fault.KindForbidden, 0},
		"another administrator":     {person(3, access.Administrator, "/1/"), 0, 0},
		"administrator of the unit": {person(3, access.Administrator, "/1/4/"), 0, 0},
		"supervisor of the unit":    {person(3, access.Supervisor, "/1/4/"), 0, 0},
		"supervisor above":          {person(3, access.Supervisor, "/1/"), 0, 0},
		"supervisor below": {
			person(3, access.Supervisor, "/1/4/9/"), fault.KindNotFound, fault.KindNotFound,
		},
		"supervisor elsewhere": {
			person(3, access.Supervisor, "/1/5/"), fault.KindNotFound, fault.KindNotFound,
		},
		"auditor": {person(3, access.Auditor, "/1/"), fault.KindForbidden, 0},
		"reviewer": {
			person(3, access.Reviewer, "/1/"), fault.KindNotFound, fault.KindNotFound,
		},
		"press officer": {
			person(3, access.PressOfficer, "/1/4/"), fault.KindNotFound, fault.KindNotFound,
		},
		"the asker without any grant": {access.Actor{UserID: 1}, fault.KindForbidden, 0},
	} {
		for what, got := range map[string]struct {
			err  error
			want fault.Kind
		}{"confirm": {change.MayConfirm(tc.actor), tc.confirm}, "stop": {change.MayStop(tc.actor), tc.stop}} {
			if (got.err == nil) != (got.want == 0) || got.err != nil && !fault.Is(got.err, got.want) {
				t.Errorf("%s may %s: %v, want kind %d", name, what, got.err, got.want)
			}
		}
	}
}

func TestAChangeBelongsToTheLowestUnitAboveAll(t *testing.T) {
	t.Parallel()

	for _, tc := range []struct {
		want  string
		paths []string
	}{
		{"/1/4/", []string{"/1/4/"}},
		{"/1/4/", []string{"/1/4/", "/1/4/9/"}},
		{"/1/4/", []string{"/1/4/9/", "/1/4/"}},
		{"/1/", []string{"/1/4/", "/1/40/"}},
		{"/1/", []string{"/1/4/9/", "/1/5/"}},
		{"/", []string{"/1/", "/2/"}},
		{"/", nil},
	} {
		if got := common(tc.paths); got != tc.want {
			t.Errorf("%v belong to %s, want %s", tc.paths, got, tc.want)
		}
	}
}
