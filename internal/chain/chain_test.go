package chain

import (
	"strings"
	"testing"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/org"
)

var (
	bureau   = org.Unit{ID: 1, Path: "/1/", Kind: org.Bureau}
	district = org.Unit{ID: 3, Path: "/1/3/", Kind: org.District}
	section  = org.Unit{ID: 5, Path: "/1/3/5/", Kind: org.Department}
	centre   = org.Unit{ID: 2, Path: "/1/2/", Kind: org.Centre}
)

func grant(role access.Role, unit org.Unit) []access.Grant {
	return []access.Grant{{Role: role, UnitID: unit.ID, Path: unit.Path}}
}

func TestAStepNamesThePeopleOfItsUnitAndRole(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		step   Step
		ground Ground
		named  []org.Unit // where a reviewer is named
	}{
		"line, of a section":     {Step{Relation: Line}, Ground{bureau, district, section}, []org.Unit{bureau, district, section}},
		"section":                {Step{Relation: Section}, Ground{bureau, district, section}, []org.Unit{section}},
		"section of no section":  {Step{Relation: Section}, Ground{bureau, district}, []org.Unit{district}},
		"unit of a section":      {Step{Relation: Unit}, Ground{bureau, district, section}, []org.Unit{district}},
		"unit of itself":         {Step{Relation: Unit}, Ground{bureau, district}, []org.Unit{district}},
		"above":                  {Step{Relation: Above}, Ground{bureau, district, section}, []org.Unit{bureau}},
		"above the top":          {Step{Relation: Above}, Ground{bureau}, []org.Unit{bureau}},
		"named beside":           {Step{Relation: Named, UnitID: 2}, Ground{bureau, district}, []org.Unit{centre}},
		"a role that is not his": {Step{Relation: Line, Role: access.Supervisor}, Ground{bureau, district}, nil},
	} {
		placed := c.ground.Place(c.step, centre)

		for _, unit := range []org.Unit{bureau, district, section, centre} {
			want := false
			for _, named := range c.named {
				want = want || named.ID == unit.ID
			}
			if got := placed.Names(grant(access.Reviewer, unit)); got != want {
				t.Errorf("%s: reviewer of %s named: %v", name, unit.Path, got)
			}
			if placed.Names(grant(access.PressOfficer, unit)) ||
				placed.Names(grant(access.Administrator, unit)) {
				t.Errorf("%s: names who may not review", name)
			}
		}
	}

	up := Ground{bureau, district}.Place(Step{Relation: Section, Role: access.Reviewer}, org.Unit{})
	up.Raised = &bureau
	if !up.NamesByRaise(grant(access.Supervisor, bureau)) || !up.Names(grant(access.Reviewer, district)) ||
		up.NamesByRaise(grant(access.Reviewer, district)) {
		t.Error("a step that went up names those above, beside its own people")
	}
}

func TestAChainNobodyCanPassIsStuckAtAStep(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		able [][]int64
		want int
	}{
		"one each":                    {[][]int64{{1}, {2}, {3}}, 0},
		"the first must make way":     {[][]int64{{1, 2}, {1}}, 0},
		"a row of people makes way":   {[][]int64{{1, 2}, {2, 3}, {1}}, 0},
		"two steps, one person":       {[][]int64{{1}, {1}}, 2},
		"three steps, two people":     {[][]int64{{1, 2}, {1, 2}, {1, 2}}, 3},
		"nobody":                      {[][]int64{{1}, {}}, 2},
		"the same two everywhere but": {[][]int64{{1, 2}, {1, 2}, {3}}, 0},
	} {
		if got := Stuck(make([]Step, len(c.able)), c.able); got != c.want {
			t.Errorf("%s: stuck at %d, want %d", name, got, c.want)
		}
	}
}

func TestStepsAreLookedAt(t *testing.T) {
	t.Parallel()

	good := Step{Name: "初审", Relation: Section}
	with := func(change func(*Step)) []Step {
		s := good
		change(&s)

		return []Step{s, good}
	}

	for name, steps := range map[string][]Step{
		"none":                  {},
		"too many":              {good, good, good, good, good, good, good},
		"no name":               with(func(s *Step) { s.Name = "" }),
		"a long name":           with(func(s *Step) { s.Name = strings.Repeat("长", 21) }),
		"a role without review": with(func(s *Step) { s.Role = access.Auditor }),
		"no relation":           with(func(s *Step) { s.Relation = "" }),
		"named without a unit":  with(func(s *Step) { s.Relation = Named }),
		"a unit unnamed":        with(func(s *Step) { s.UnitID = 3 }),
		"a limit without end":   with(func(s *Step) { s.Limit = MaxLimit + 1 }),
		"a late reminder":       with(func(s *Step) { s.Limit, s.Remind = 10, 10 }),
		"at once, not the last": with(func(s *Step) { s.AtOnce = true }),
		"an item twice":         with(func(s *Step) { s.Items = []string{"数据", "数据"} }),
		"an empty item":         with(func(s *Step) { s.Items = []string{""} }),
	} {
		if err := checkSteps(steps); !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}

	if err := checkSteps(Single()); err != nil {
		t.Error(err)
	}

	for _, relation := range Relations() {
		if relation.Label() == "" {
			t.Errorf("%s has no name", relation)
		}
	}
}
