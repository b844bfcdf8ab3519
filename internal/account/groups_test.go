package account_test

import (
	"slices"
	"strings"
	"testing"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/pgtest"
)

func TestGroupsAreOfOnePersonOrOfAUnitAndAllBelow(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	stage.Bureau(t, db, "专员", "主管", "区专员")
	stage.BureauAccounts(t, db)
	s := account.New(db, nil, nil, account.Options{})
	as := func(id int64, role access.Role, path string) access.Actor {
		return access.Actor{UserID: id, Grants: []access.Grant{{Role: role, Path: path}}}
	}
	officer, district := as(1, access.PressOfficer, "/1/"), as(3, access.PressOfficer, "/1/3/")
	names := func(actor access.Actor) string {
		groups, err := s.Groups(t.Context(), actor)
		if err != nil {
			t.Fatal(err)
		}
		var out []string

		for _, group := range groups {
			out = append(out, group.Name)
		}

		return strings.Join(out, " ")
	}
	save := func(actor access.Actor, unit int64, name string, ids ...int64) (account.Group, error) {
		return s.SaveGroup(t.Context(), actor, unit, name, ids, 0)
	}
	if _, err := save(officer, 0, " 常用 ", 2, 1, 2); err != nil {
		t.Fatal(err)
	}
	shared, err := save(officer, 1, "城区", 1, 4)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := save(district, 3, "本区", 4); err != nil {
		t.Fatal(err)
	}
	if got := names(officer); got != "常用 城区 本区" {
		t.Errorf("the bureau: %s", got)
	}
	if got := names(district); got != "城区 本区" {
		t.Errorf("the district: %s", got)
	}
	if _, err := s.SaveGroup(t.Context(), officer, 0, "常用", []int64{3}, 1); err != nil {
		t.Fatal(err)
	}
	groups, _ := s.Groups(t.Context(), officer)
	if !slices.Equal(groups[0].Accounts, []int64{3}) {
		t.Errorf("saved again: %v", groups[0].Accounts)
	}

	for name, err := range map[string]error{
		"above":       second(save(district, 1, "越权", 4)),
		"a reviewer":  second(save(as(2, access.Reviewer, "/1/"), 0, "审", 1)),
		"drop above":  s.DropGroup(t.Context(), district, shared.ID, 0),
		"drop absent": s.DropGroup(t.Context(), officer, 999, 0),
		"no name":     second(save(officer, 0, " ", 1)),
		"a long name": second(save(officer, 0, strings.Repeat("长", 31), 1)),
		"no accounts": second(save(officer, 0, "空")),
	} {
		if !fault.Is(err, fault.KindForbidden) && !fault.Is(err, fault.KindNotFound) &&
			!fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}

	if err := s.DropGroup(t.Context(), officer, shared.ID, 0); err != nil || names(district) != "本区" {
		t.Errorf("dropped: %v, %s", err, names(district))
	}
}

// TestAGroupIsReplacedAsItWasShown: nobody writes over what somebody else saved without having seen it.
func TestAGroupIsReplacedAsItWasShown(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	stage.Bureau(t, db, "专员", "主管", "区专员")
	stage.BureauAccounts(t, db)
	s := account.New(db, nil, nil, account.Options{})
	actor := func(id int64) access.Actor {
		return access.Actor{UserID: id, Grants: []access.Grant{{Role: access.PressOfficer, Path: "/1/"}}}
	}
	save := func(by int64, revision int, ids ...int64) error {
		return second(s.SaveGroup(t.Context(), actor(by), 1, "城区", ids, revision))
	}
	kept := func() account.Group {
		groups, err := s.Groups(t.Context(), actor(1))
		if err != nil || len(groups) != 1 {
			t.Fatalf("%+v, %v", groups, err)
		}

		return groups[0]
	}
	if err := save(1, 0, 1, 4); err != nil {
		t.Fatal(err)
	}

	for name, err := range map[string]error{
		"not seen at all": save(3, 0, 2),
		"seen otherwise":  save(3, 7, 2),
	} {
		taken, ok := account.TakenIn(err)
		if !ok || !fault.Is(err, fault.KindConflict) || taken.Revision != 1 || len(taken.Accounts) != 2 {
			t.Errorf("%s: %v, %+v", name, err, taken)
		}
	}
	if got := kept(); !slices.Equal(got.Accounts, []int64{1, 4}) || got.SavedBy != "专员" {
		t.Errorf("replaced all the same: %+v", got)
	}
	if err := save(3, 1, 2); err != nil || kept().Revision != 2 {
		t.Errorf("as it was shown: %v, %+v", err, kept())
	}
	if err := save(1, 1, 4); !fault.Is(err, fault.KindConflict) {
		t.Errorf("over the change of another: %v", err)
	}
	if err := s.DropGroup(t.Context(), actor(1), kept().ID, 1); !fault.Is(err, fault.KindConflict) {
		t.Errorf("taken away as it was before: %v", err)
	}
	if err := s.DropGroup(t.Context(), actor(1), kept().ID, 2); err != nil {
		t.Error(err)
	}
	if err := save(1, 2, 4); !fault.Is(err, fault.KindConflict) {
		t.Errorf("what was taken away is replaced: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }
