package faultbook

import (
	"slices"
	"strings"
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
)

// TestArrows tries every act in every state; "-" is not to be done.
func TestArrows(t *testing.T) {
	t.Parallel()

	acts := []Act{Assign, Correct, Pass, Return, Close, Reopen}
	const table = `
state      assign    correct    pass     return    close   reopen
reopened   assigned  -          -        -         -       -
open       assigned  -          -        -         -       -
assigned   assigned  corrected  -        -         -       -
corrected  -         -          checked  assigned  -       -
checked    -         -          -        assigned  closed  -
closed     -         -          -        -         -       reopened
`
	lines := strings.Split(strings.TrimSpace(table), "\n")[1:]
	if len(lines) != len(States()) {
		t.Fatalf("%d states, %d lines", len(States()), len(lines))
	}

	for _, line := range lines {
		cells := strings.Fields(line)
		state := State(cells[0])
		if !state.Valid() || state.Label() == "" {
			t.Errorf("%s is no state", state)
		}

		for i, act := range acts {
			to, ok := state.After(act)
			if !ok {
				to = "-"
			}
			if string(to) != cells[i+1] {
				t.Errorf("%s in %s leads to %s, want %s", act, state, to, cells[i+1])
			}
		}
	}
}

// TestWhoMayDoWhat: the fault is of unit /1/3/; the district's officer said that it is put right.
func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()

	people := map[string]access.Actor{
		"officer":    person(4, access.PressOfficer, 3, "/1/3/"),
		"other":      person(7, access.PressOfficer, 3, "/1/3/"),
		"reviewer":   person(5, access.Reviewer, 3, "/1/3/"),
		"supervisor": person(6, access.Supervisor, 3, "/1/3/"),
		"boss":       person(3, access.Supervisor, 1, "/1/"),
		"above":      person(1, access.PressOfficer, 1, "/1/"),
		"auditor":    person(8, access.Auditor, 1, "/1/"),
	}

	for _, c := range []struct {
		state     State
		corrector int64
		who       string
		acts      string
	}{
		{Open, 0, "officer", "assign"},
		{Open, 0, "reviewer", "assign"},
		{Open, 0, "supervisor", "assign"},
		{Open, 0, "above", ""},
		{Open, 0, "auditor", ""},
		{Assigned, 0, "officer", "correct"},
		{Assigned, 0, "supervisor", "assign correct"},
		{Corrected, 4, "officer", ""},
		{Corrected, 4, "other", "pass return"},
		{Corrected, 4, "reviewer", "pass return"},
		{Corrected, 6, "supervisor", ""},
		{Corrected, 6, "boss", "pass return"},
		{Checked, 4, "other", "return"},
		{Checked, 4, "supervisor", "return close"},
		{Checked, 6, "supervisor", ""},
		{Checked, 6, "boss", "return close"},
		{Closed, 4, "officer", ""},
		{Closed, 4, "supervisor", "reopen"},
		{Reopened, 0, "officer", "assign"},
	} {
		f := Fault{State: c.state, UnitPath: "/1/3/"}
		if c.corrector != 0 {
			f.CorrectedBy = &c.corrector
		}

		var got []string
		for _, act := range f.Acts(people[c.who]) {
			got = append(got, string(act))
		}
		if strings.Join(got, " ") != c.acts {
			t.Errorf("%s, corrected by %d, %s: %q, want %q", c.state, c.corrector, c.who, got, c.acts)
		}
	}
}

func TestWhatIsWrittenIsChecked(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 1, 0, 0, 0, time.UTC)
	long := strings.Repeat("字", MaxText+1)

	for name, c := range map[string]struct {
		err    func() error
		fields string
	}{
		"nothing": {func() error { _, err := Entry{}.clean(); return err }, "code description"},
		"unknown code": {func() error {
			_, err := Entry{Code: "nope", Description: "某事"}.clean()
			return err
		}, "code"},
		"too long": {func() error {
			_, err := Entry{Code: "silence", Description: long, Evidence: long}.clean()
			return err
		}, "description evidence"},
		"fine":                 {func() error { _, err := Entry{Code: "silence", Description: "某事"}.clean(); return err }, ""},
		"no correction":        {moved(now, Move{Act: Correct, Note: " \n"}), "note"},
		"no check":             {moved(now, Move{Act: Pass}), "note"},
		"no reason to return":  {moved(now, Move{Act: Return}), "note"},
		"no reason to reopen":  {moved(now, Move{Act: Reopen}), "note"},
		"closed without words": {moved(now, Move{Act: Close}), ""},
		"no deadline":          {moved(now, Move{Act: Assign}), "deadline"},
		"past deadline":        {moved(now, Move{Act: Assign, Deadline: "2026-11-29"}), "deadline"},
		"far deadline":         {moved(now, Move{Act: Assign, Deadline: "2028-11-29"}), "deadline"},
		"today":                {moved(now, Move{Act: Assign, Deadline: "2026-11-30"}), ""},
	} {
		var fields []string
		for _, wrong := range fault.FieldErrors(c.err()) {
			fields = append(fields, wrong.Field)
		}
		if strings.Join(fields, " ") != c.fields {
			t.Errorf("%s: %q, want %q", name, fields, c.fields)
		}
	}
}

func moved(now time.Time, move Move) func() error {
	return func() error { _, err := move.clean(now); return err }
}

func TestEachCodeIsNamedOnce(t *testing.T) {
	t.Parallel()
	var seen []string

	for _, code := range Codes() {
		if code.Code == "" || code.Text == "" || slices.Contains(seen, code.Code) {
			t.Errorf("%+v", code)
		}
		seen = append(seen, code.Code)
	}
	if _, ok := CodeOf("nope"); ok {
		t.Error("there is a code that nobody declared")
	}
}

func TestOverdueIsTheDayAfterTheDeadline(t *testing.T) {
	t.Parallel()
	deadline := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	f := Fault{State: Assigned, Deadline: &deadline}
	last := time.Date(2026, 11, 30, 23, 59, 0, 0, beijing.Zone)
	if f.Overdue(last) || !f.Overdue(last.Add(time.Minute)) {
		t.Error("the last day counts whole, in Shanghai")
	}
	f.State = Corrected
	if f.Overdue(last.Add(time.Hour)) {
		t.Error("what is put right is not overdue")
	}
}
