package review

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"juzhen/internal/access"
	"juzhen/internal/chain"
	"juzhen/internal/fault"
	"juzhen/internal/org"
)

var at = time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC)

// three is 三审 by people 2, 3 and 4 of one unit.
func three(change ...func([]Step)) Run {
	run := Run{State: Pending, VersionNumber: 1, Hash: []byte("h")}
	for i := range 3 {
		run.Steps = append(run.Steps, Step{
			Placed: chain.Placed{Step: chain.Step{Name: fmt.Sprint("第", i+1, "审")}},
			Number: i + 1, State: StepWaiting, Round: 1,
		})
	}
	run.Steps[0].begin(at)

	for _, c := range change {
		c(run.Steps)
	}

	return run
}

func TestStepsOfARun(t *testing.T) {
	t.Parallel()

	type say struct {
		by     int64
		deed   Deed
		people People
		code   string // of the refusal; "" for none
	}
	named := People{Named: true}
	ok := func(by int64) say { return say{by: by, people: named} }
	edits := func(by int64) say { return say{by: by, people: named, deed: Deed{Decision: Edit}} }
	editing := func(steps []Step) { steps[1].Edit = true }

	for name, c := range map[string]struct {
		change func([]Step)
		says   []say
		state  State
		open   int
	}{
		"three people": {says: []say{ok(2), ok(3), ok(4)}, state: Approved},
		"two of three": {says: []say{ok(2), ok(3)}, state: Pending, open: 3},
		"edited without a change": {
			change: editing, says: []say{ok(2), edits(3), ok(4)}, state: Approved,
		},
		"editing approves nothing": {
			change: editing, says: []say{ok(2), {by: 3, people: named, code: "edit_step"}}, state: Pending, open: 2,
		},
		"only a step of editing is edited": {
			change: editing,
			says:   []say{{by: 2, people: named, deed: Deed{Decision: Edit}, code: "edit_step"}},
			state:  Pending, open: 1,
		},
		"who wrote may edit, and approve nothing": {
			change: editing,
			says: []say{
				ok(2), {by: 9, people: People{Named: true, Worked: true}, deed: Deed{Decision: Edit}},
				{by: 9, people: People{Named: true, Worked: true}, code: "self_review"},
			},
			state: Pending, open: 3,
		},
		"who edited approves nothing": {
			change: editing, says: []say{ok(2), edits(3), {by: 3, people: named, code: "same_person"}},
			state: Pending, open: 3,
		},
		"edited again after a return to before it": {
			change: editing,
			says: []say{
				ok(2), edits(3), {by: 4, people: named, deed: Deed{Decision: Return, To: 1, Opinion: "再看"}},
				ok(2), edits(3), ok(4),
			},
			state: Approved,
		},
		"nobody decides two": {
			says:  []say{ok(2), {by: 2, people: named, code: "same_person"}},
			state: Pending,
			open:  2,
		},
		"who wrote": {
			says:  []say{{by: 2, people: People{Named: true, Worked: true}, code: "self_review"}},
			state: Pending,
			open:  1,
		},
		"who is not named": {says: []say{{by: 2, code: "not_named"}}, state: Pending, open: 1},
		"a stand-in": {
			says:  []say{{by: 9, people: People{For: 2}}, ok(3), ok(4)},
			state: Approved,
		},
		"a stand-in twice": {
			says: []say{
				{by: 9, people: People{For: 2}},
				{by: 9, people: People{For: 3}, code: "same_person"},
			},
			state: Pending,
			open:  2,
		},
		"another hash": {
			says:  []say{{by: 2, people: named, deed: Deed{Hash: []byte("x")}, code: "hash"}},
			state: Pending,
			open:  1,
		},
		"a step that is not": {
			says:  []say{{by: 2, people: named, deed: Deed{Step: 2}, code: "other_step"}},
			state: Pending,
			open:  1,
		},
		"back to the author": {
			says:  []say{ok(2), {by: 3, people: named, deed: Deed{Decision: Return}}},
			state: Returned,
		},
		"back to itself": {
			says:  []say{{by: 2, people: named, deed: Deed{Decision: Return, To: 1}, code: "invalid"}},
			state: Pending,
			open:  1,
		},
		"back to a step": {
			says:  []say{ok(2), ok(3), {by: 4, people: named, deed: Deed{Decision: Return, To: 1}}},
			state: Pending,
			open:  1,
		},
		"and forth again": {
			says: []say{
				ok(2), ok(3), {by: 4, people: named, deed: Deed{Decision: Return, To: 2}}, ok(3),
				ok(4),
			},
			state: Approved,
		},
		"and not by the next": {
			says: []say{
				ok(2), ok(3), {by: 4, people: named, deed: Deed{Decision: Return, To: 2}},
				{by: 4, people: named, code: "same_person"},
			},
			state: Pending,
			open:  2,
		},
		"all of two, one": {
			change: func(s []Step) { s[0].All = true },
			says:   []say{{by: 2, people: People{Named: true, All: []int64{2, 5}}}}, state: Pending, open: 1,
		},
		"all of two": {
			change: func(s []Step) { s[0].All = true },
			says: []say{
				{by: 2, people: People{Named: true, All: []int64{2, 5}}},
				{by: 2, people: People{Named: true, All: []int64{2, 5}}, code: "decided"},
				{by: 9, people: People{For: 5, All: []int64{2, 5}}},
			},
			state: Pending, open: 2,
		},
		"all, one revoked": {
			change: func(s []Step) { s[0].All = true },
			says:   []say{{by: 2, people: People{Named: true, All: []int64{2}}}}, state: Pending, open: 2,
		},
		"not ticked": {
			change: func(s []Step) { s[0].Items = []string{"数据"} },
			says: []say{
				{by: 2, people: named, code: "ticked"},
				{by: 2, people: named, deed: Deed{Ticked: []string{"数据"}}},
			},
			state: Pending, open: 2,
		},
		"when it is over": {
			says:  []say{ok(2), ok(3), ok(4), {by: 5, people: named, code: "decided"}},
			state: Approved,
		},
	} {
		run := three()
		if c.change != nil {
			run = three(c.change)
		}

		for _, s := range c.says {
			deed := s.deed
			deed.By, deed.At = s.by, at
			if deed.Decision == "" {
				deed.Decision = Approve
			}
			if deed.Hash == nil {
				deed.Hash = []byte("h")
			}
			next, err := run.Decide(deed, s.people)
			if err != nil {
				got := fault.Public(err).Code
				if got != s.code && (s.code != "invalid" || !fault.Is(err, fault.KindInvalid)) {
					t.Errorf("%s: %d: %v (%s)", name, s.by, err, got)
				}

				continue
			}
			if s.code != "" {
				t.Errorf("%s: %d was let through", name, s.by)
			}
			run = next
		}
		open := 0
		if step := run.Open(); step != nil {
			open = step.Number
		}
		if run.State != c.state || open != c.open || run.Passed() != (c.state == Approved) {
			t.Errorf("%s: %s at %d, passed %v", name, run.State, open, run.Passed())
		}
	}
}

// TestAnEditionGoesBackToEveryStepBeforeIt: a version that the second of three steps made is asked about at
// the first, without its items, then at the third; the editor decides neither.
func TestAnEditionGoesBackToEveryStepBeforeIt(t *testing.T) {
	t.Parallel()
	edition := func() Run {
		run := three(func(steps []Step) {
			steps[1].Edit = true
			steps[0].Items, steps[2].Items = []string{"标点"}, []string{"依据"}
		})
		run.EditedStep = 2
		run.Made = []Made{{Number: 2, Round: 1, Decision: Edit, By: 7, At: at}}

		return run
	}
	decide := func(run Run, by int64, ticked ...string) (Run, error) {
		return run.Decide(Deed{Hash: []byte("h"), Decision: Approve, By: by, At: at, Ticked: ticked},
			People{Named: true, Worked: by == 7})
	}

	run, err := decide(edition(), 2)
	if err != nil || run.Open() == nil || run.Open().Number != 3 || run.Passed() {
		t.Fatalf("after one tap: %v, open %+v", err, run.Open())
	}
	if _, err := decide(run, 7, "依据"); fault.Public(err).Code != "self_review" {
		t.Errorf("the editor approved: %v", err)
	}
	if _, err := decide(run, 3); fault.Public(err).Code != "ticked" {
		t.Errorf("a step behind the edition was passed without its items: %v", err)
	}
	if run, err = decide(run, 3, "依据"); err != nil || !run.Passed() {
		t.Errorf("at the end: %v, %s", err, run.State)
	}

	// A return to before the edition asks for everything again.
	run, err = decide(edition(), 2)
	if err != nil {
		t.Fatal(err)
	}
	run, err = run.Decide(
		Deed{Hash: []byte("h"), Decision: Return, To: 1, By: 3, At: at, Opinion: "再看"},
		People{Named: true},
	)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := decide(run, 2); fault.Public(err).Code != "ticked" {
		t.Errorf("after a return nothing was ticked: %v", err)
	}
	if run, err = decide(run, 2, "标点"); err != nil || run.Open().Number != 2 {
		t.Errorf("after a return the edition was not asked for: %v", err)
	}
}

// matrixOfPeople is what the property plays with: people with grants that come and go, stand-ins, a post
// whose versions somebody edits, and the run of the newest one.
type matrixOfPeople struct {
	grants   map[int64][]access.Grant
	standsIn map[int64]int64 // stand-in: for whom
	late     bool
	steps    []chain.Step
	ground   chain.Ground
	version  int
	workers  []int64
	run      *Run
	earlier  byte // how often the time was set to an earlier one
}

func (m *matrixOfPeople) people(by int64) (p People) {
	open := m.run.Open()
	p.Worked = slices.Contains(m.workers, by)
	if open == nil {
		return p
	}
	p.Named, p.Raised = open.Names(m.grants[by]), open.NamesByRaise(m.grants[by])
	if of, ok := m.standsIn[by]; ok && !p.Named && m.late && open.own().Names(m.grants[of]) &&
		len(m.grants[by]) > 0 {
		p.For = of
	}

	for person, grants := range m.grants {
		if open.own().Names(grants) && !slices.Contains(m.workers, person) {
			p.All = append(p.All, person)
		}
	}

	return p
}

func (m *matrixOfPeople) submit(by int64) {
	m.version++
	m.workers = append(m.workers, by)

	run := Run{State: Pending, VersionNumber: m.version, Hash: []byte{byte(m.version)}}
	for i, step := range m.steps {
		run.Steps = append(
			run.Steps,
			Step{Placed: m.ground.Place(step, m.ground[0]), Number: i + 1, State: StepWaiting, Round: 1},
		)
	}
	run.Steps[0].begin(at)
	m.run = &run
}

// TestNothingGoesOutThatWasNotApprovedAtEveryStep: no sequence of edits, reviews, stand-ins, grants and
// revocations approves a version that distinct people who did not write it have not approved at every step,
// each after the last return to it, each named by it when deciding.
func TestNothingGoesOutThatWasNotApprovedAtEveryStep(t *testing.T) {
	t.Parallel()

	bureau := org.Unit{ID: 1, Path: "/1/", Kind: org.Bureau}
	section := org.Unit{ID: 2, Path: "/1/2/", Kind: org.Department}

	rapid.Check(t, func(r *rapid.T) {
		m := &matrixOfPeople{
			grants:   map[int64][]access.Grant{},
			standsIn: map[int64]int64{},
			ground:   chain.Ground{bureau, section},
		}

		n := rapid.IntRange(1, 4).Draw(r, "steps")
		for i := range n {
			m.steps = append(m.steps, chain.Step{
				Edit: i < n-1 && rapid.IntRange(0, 2).Draw(r, "edit") == 0,
				Role: rapid.SampledFrom([]access.Role{"", access.Reviewer, access.Supervisor}).
					Draw(r, "role"),
				Relation: rapid.SampledFrom(chain.Relations()).Draw(r, "relation"),
				All:      rapid.Bool().Draw(r, "all"),
			})
		}
		person := rapid.Int64Range(1, 6)
		m.submit(1)
		// what the property knows of its own: who decided what of this version, and was he named then
		type said struct {
			step  int
			by    int64
			named bool
		}
		var valid []said // approvals since the last return to their step

		r.Repeat(map[string]func(*rapid.T){
			"grant": func(r *rapid.T) {
				unit := rapid.SampledFrom([]org.Unit{bureau, section}).Draw(r, "unit")
				role := rapid.SampledFrom([]access.Role{access.Reviewer, access.Supervisor, access.PressOfficer}).
					Draw(r, "role")
				p := person.Draw(r, "person")
				m.grants[p] = append(m.grants[p], access.Grant{Role: role, UnitID: unit.ID, Path: unit.Path})
			},
			"revoke":   func(r *rapid.T) { delete(m.grants, person.Draw(r, "person")) },
			"stand in": func(r *rapid.T) { m.standsIn[person.Draw(r, "person")] = person.Draw(r, "for") },
			"limit": func(r *rapid.T) {
				m.late = true
				if open := m.run.Open(); open != nil && rapid.Bool().Draw(r, "up") {
					open.Raised = &bureau
				}
			},
			"edit": func(r *rapid.T) {
				m.submit(person.Draw(r, "person"))
				m.late, valid = false, nil
			},
			"earlier": func(r *rapid.T) { // another hash for the same version
				if m.run.State != Pending {
					return
				}
				m.earlier++
				next := m.run.Again([]byte{byte(m.version), m.earlier}, at)
				m.run, m.late, valid = &next, false, nil
			},
			"edition": func(r *rapid.T) { // a step of editing makes a version of its own
				by, open := person.Draw(r, "person"), m.run.Open()
				if open == nil || !open.Edit || m.run.May(by, m.people(by)) != nil {
					return
				}
				number := open.Number
				m.submit(by)
				m.run.EditedStep = number
				m.run.Made = []Made{{Number: number, Round: 1, Decision: Edit, By: by, At: at}}
				m.run.Steps[0].State = StepWaiting
				m.run.goTo(1, at)
				m.late, valid = false, nil
			},
			"decide": func(r *rapid.T) {
				by, open := person.Draw(r, "person"), m.run.Open()
				deed := Deed{
					Hash: m.run.Hash, By: by, At: at, Decision: Approve,
					To: rapid.IntRange(0, 3).Draw(r, "to"),
				}
				if open != nil && open.Edit && rapid.IntRange(0, 9).Draw(r, "approve an edition") > 0 {
					deed.Decision = Edit
				}
				if rapid.IntRange(0, 4).Draw(r, "return") == 0 {
					deed.Decision = Return
				}
				if rapid.IntRange(0, 9).Draw(r, "old page") == 0 {
					deed.Hash = []byte{byte(m.version - 1)}
				}
				people := m.people(by)
				next, err := m.run.Decide(deed, people)
				if err != nil {
					return
				}
				if (deed.Decision == Edit) != (open.Edit && deed.Decision != Return) {
					r.Fatalf("%s at a step that is edited: %t", deed.Decision, open.Edit)
				}
				if string(deed.Hash) != string(m.run.Hash) || slices.Contains(m.workers, by) && !open.Edit {
					r.Fatalf("%d decided on what was not shown, or on own work", by)
				}
				if deed.Decision == Approve {
					valid = append(valid, said{open.Number, by, people.Named || people.For != 0})
				} else if deed.Decision == Return && deed.To > 0 {
					valid = slices.DeleteFunc(valid, func(s said) bool { return s.step >= deed.To })
				}
				m.run = &next
			},
			"": func(r *rapid.T) {
				if m.run.State != Approved {
					if m.run.Passed() {
						r.Fatal("passed before it was approved")
					}

					return
				}
				if !m.run.Passed() {
					r.Fatal("approved and not passed")
				}
				by := map[int64]int{}

				for step := 1; step <= len(m.steps); step++ {
					if m.steps[step-1].Edit {
						continue
					}
					n := 0

					for _, s := range valid {
						if s.step != step {
							continue
						}
						n++
						if other, ok := by[s.by]; ok && other != step || !s.named ||
							slices.Contains(m.workers, s.by) {
							r.Fatalf(
								"step %d by %d, who decided %d too, was named %v",
								step,
								s.by,
								other,
								s.named,
							)
						}
						by[s.by] = step
					}
					if n == 0 {
						r.Fatalf("step %d was approved by nobody", step)
					}
				}
			},
		})
	})
}
