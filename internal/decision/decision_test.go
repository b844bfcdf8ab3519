package decision

import (
	"fmt"
	"slices"
	"testing"

	"juzhen/internal/access"
	"juzhen/internal/fault"
)

// TestEveryStateIsReachedAndEndsOnce holds the states against their arrows: each has a word of its own, each
// but the first is reached, and what has ended stays as it is.
func TestEveryStateIsReachedAndEndsOnce(t *testing.T) {
	words := map[string]State{}

	for _, state := range States() {
		if other, taken := words[state.Label()]; taken || state.Label() == string(state) {
			t.Errorf("%s has no word of its own (%s)", state, other)
		}
		words[state.Label()] = state

		reached := state == Awaiting
		for from, to := range arrows {
			reached = reached || slices.Contains(to, state) && from != state
		}
		if !reached {
			t.Errorf("nothing leads to %s", state)
		}
		if ended := len(arrows[state]) == 0; ended == (Decision{State: state}).Open() {
			t.Errorf("%s: ended %t, open %t", state, ended, !ended)
		}
	}
}

// TestABatchIsAnsweredAsFarAsOneMay tells what of a batch is in whose hands.
func TestABatchIsAnsweredAsFarAsOneMay(t *testing.T) {
	reviewer := access.Actor{UserID: 2, Grants: []access.Grant{{Role: access.Reviewer, Path: "/1/2/"}}}
	batch := batchOf(7, []Decision{
		{ID: 7, PostID: 1, State: Awaiting, AskedBy: 1, UnitPath: "/1/2/"},
		{ID: 8, PostID: 1, State: Awaiting, AskedBy: 1, UnitPath: "/1/3/"},
		{ID: 9, PostID: 2, State: Done, AskedBy: 1, UnitPath: "/1/2/"},
	})
	mine, err := batch.Answerable(reviewer)
	if err != nil || len(mine) != 1 || mine[0].ID != 7 || batch.Posts != 2 || batch.Waiting() != 2 {
		t.Errorf("%v %v, %d posts, %d wait", mine, err, batch.Posts, batch.Waiting())
	}
	if _, err := batch.Answerable(access.Actor{UserID: 1, Grants: reviewer.Grants}); err == nil {
		t.Error("who asked may answer")
	}

	for i := range batch.Items {
		batch.Items[i].State = Done
	}
	if _, err := batch.Answerable(reviewer); err == nil {
		t.Error("nothing waits, and it may be answered")
	}
}

// TestABatchLiesBelowTheUnitThatAllShare so that whoever answers for it can answer for each.
func TestABatchLiesBelowTheUnitThatAllShare(t *testing.T) {
	for _, c := range []struct {
		want  string
		paths []string
	}{
		{"/1/2/", []string{"/1/2/"}},
		{"/1/", []string{"/1/2/", "/1/3/"}},
		{"/1/2/", []string{"/1/2/4/", "/1/2/", "/1/2/5/"}},
		{"/1/", []string{"/1/2/", "/1/22/"}},
		{"/", []string{"/1/", "/2/"}},
	} {
		var list []Subject
		for _, path := range c.paths {
			list = append(list, Subject{UnitPath: path})
		}
		if got := commonPath(list); got != c.want {
			t.Errorf("%v lie below %s, want %s", c.paths, got, c.want)
		}
	}
}

func TestWhoMayBeTheSecondPerson(t *testing.T) {
	t.Parallel()
	const asker, answered = 1, "decided"

	for _, state := range States() {
		decision := Decision{State: state, AskedBy: asker, UnitPath: "/1/2/"}
		for name, tc := range map[string]struct {
			actor access.Actor
			code  string // of the refusal while it waits
		}{
			"a reviewer":            {person(2, access.Reviewer, "/1/"), ""},
			"a supervisor":          {person(2, access.Supervisor, "/1/2/"), ""},
			"who asked":             {person(asker, access.Supervisor, "/1/"), "same_person"},
			"an officer":            {person(2, access.PressOfficer, "/1/"), "forbidden"},
			"an auditor":            {person(2, access.Auditor, "/1/"), "forbidden"},
			"a reviewer elsewhere":  {person(2, access.Reviewer, "/1/3/"), "not_found"},
			"an administrator":      {person(2, access.Administrator, "/1/"), "not_found"},
			"a supervisor of below": {person(2, access.Supervisor, "/1/2/5/"), "not_found"},
		} {
			want := tc.code
			if state != Awaiting && (want == "" || want == "same_person") {
				want = answered
			}
			if got := codeOf(decision.MayAnswer(tc.actor)); got != want {
				t.Errorf("%s of one that is %s: %q, want %q", name, state, got, want)
			}
		}
		if decision.Open() != (state == Awaiting || state == Confirmed) {
			t.Errorf("%s: open %v", state, decision.Open())
		}
	}
}

// codeOf is the code of a refusal, or its kind where it has none; "" for none.
func codeOf(err error) string {
	switch {
	case err == nil:
		return ""
	case fault.Public(err).Code != "":
		return fault.Public(err).Code
	case fault.Is(err, fault.KindForbidden):
		return "forbidden"
	case fault.Is(err, fault.KindNotFound):
		return "not_found"
	}

	return fmt.Sprint(err)
}

func person(id int64, role access.Role, path string) access.Actor {
	return access.Actor{UserID: id, Grants: []access.Grant{{Role: role, Path: path}}}
}
