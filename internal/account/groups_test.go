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
		return s.SaveGroup(t.Context(), actor, unit, name, ids)
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
	if _, err := save(officer, 0, "常用", 3); err != nil {
		t.Fatal(err)
	}
	groups, _ := s.Groups(t.Context(), officer)
	if !slices.Equal(groups[0].Accounts, []int64{3}) {
		t.Errorf("saved again: %v", groups[0].Accounts)
	}

	for name, err := range map[string]error{
		"above":       second(save(district, 1, "越权", 4)),
		"a reviewer":  second(save(as(2, access.Reviewer, "/1/"), 0, "审", 1)),
		"drop above":  s.DropGroup(t.Context(), district, shared.ID),
		"drop absent": s.DropGroup(t.Context(), officer, 999),
		"no name":     second(save(officer, 0, " ", 1)),
		"a long name": second(save(officer, 0, strings.Repeat("长", 31), 1)),
		"no accounts": second(save(officer, 0, "空")),
	} {
		if !fault.Is(err, fault.KindForbidden) && !fault.Is(err, fault.KindNotFound) &&
			!fault.Is(err, fault.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}

	if err := s.DropGroup(t.Context(), officer, shared.ID); err != nil || names(district) != "本区" {
		t.Errorf("dropped: %v, %s", err, names(district))
	}
}

func second[T any](_ T, err error) error { return err }
