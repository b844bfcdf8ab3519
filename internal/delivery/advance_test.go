package delivery

import (
	"testing"

	"juzhen/internal/fault"
)

// TestARequestIsAnsweredOnce tries every pair of states against the table typed by hand.
func TestARequestIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	want := map[[2]AdvanceState]bool{
		{AdvanceAsked, AdvanceAgreed}:  true,
		{AdvanceAsked, AdvanceRefused}: true,
		{AdvanceAsked, AdvanceOver}:    true,
	}

	for _, from := range AdvanceStates() {
		for _, to := range AdvanceStates() {
			if got := from.May(to); got != want[[2]AdvanceState{from, to}] {
				t.Errorf("%s → %s: %v", from, to, got)
			}
		}
		if from.Label() == string(from) {
			t.Errorf("%s has no name", from)
		}
	}
}

// TestWhoIsTheSecondPerson is the whole table of who may answer a request to send earlier: code "" is yes.
func TestWhoIsTheSecondPerson(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		name               string
		who                answerer
		approved, approval string
	}{
		{"nobody of the two", answerer{}, "not_second", "not_second"},
		{"another officer", answerer{Writes: true}, "not_second", "not_second"},
		{"the writer", answerer{Writes: true, Worked: true}, "not_second", ""},
		{"a reviewer", answerer{Reviews: true}, "", ""},
		{"a writer who reviews too", answerer{Writes: true, Reviews: true, Worked: true}, "self_review", ""},
		{
			"a reviewer who once worked on it",
			answerer{Reviews: true, Worked: true}, "self_review", "self_review",
		},
		{"an officer who reviews too", answerer{Writes: true, Reviews: true}, "", ""},
		{
			"the asker, a writer",
			answerer{Asked: true, Writes: true, Worked: true}, "same_person", "same_person",
		},
		{"the asker, a reviewer", answerer{Asked: true, Reviews: true}, "same_person", "same_person"},
	} {
		for basis, want := range map[Basis]string{AfterApproval: c.approved, AtApproval: c.approval} {
			got := ""
			if err := basis.mayAnswer(c.who); err != nil {
				got = err.Code
				if err.Kind != fault.KindForbidden {
					t.Errorf("%s, %s: kind %v", c.name, basis, err.Kind)
				}
			}
			if got != want {
				t.Errorf("%s, %s: %q, want %q", c.name, basis, got, want)
			}
		}
	}
}
