package chain_test

import (
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/chain"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

var noon = time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC)

func who(id int64, role access.Role, path string) access.Actor {
	return access.Actor{UserID: id, Name: "某人", Grants: []access.Grant{{Role: role, Path: path}}}
}

// newService has reviewers 1 and 2 and the supervisor 3 at the bureau, and the reviewer 4 of the district.
func newService(t *testing.T) (*chain.Service, *pg.DB) {
	t.Helper()
	db := pgtest.New(t)
	stage.Bureau(t, db, "审一", "审二", "主管", "区审", "管理员", "新来")
	if _, err := db.Pool().Exec(t.Context(), `
INSERT INTO grants (user_id, role, unit_id, created_at) VALUES (1, 'reviewer', 1, now()), (2, 'reviewer', 1,
    now()),
    (3, 'supervisor', 1, now()), (4, 'reviewer', 3, now())`); err != nil {
		t.Fatal(err)
	}

	return chain.New(db, func() time.Time { return noon }), db
}

func three() chain.Draft {
	return chain.Draft{UnitID: 1, Name: "三步", Active: true, Steps: []chain.Step{
		{Name: "一", Relation: chain.Section}, {Name: "二", Relation: chain.Unit, Role: access.Reviewer},
		{Name: "三", Relation: chain.Unit, Role: access.Supervisor, AtOnce: true},
	}}
}

func chosen(t *testing.T, db *pg.DB, path string, matter chain.Matter) (name string) {
	t.Helper()
	err := db.InTx(t.Context(), func(tx pg.Tx) error {
		version, err := chain.ForTx(t.Context(), tx, path, matter)
		name = version.Name

		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	return name
}

func TestAChangedChainNeedsASecondPersonAndIsTakenThen(t *testing.T) {
	t.Parallel()
	s, db := newService(t)
	admin, supervisor := who(5, access.Administrator, "/1/"), who(3, access.Supervisor, "/1/")
	draft := three()
	draft.When.Columns = []int64{2}
	c, err := s.Ask(t.Context(), admin, 0, draft)
	if err != nil || c.Asked == nil || c.Now != nil {
		t.Fatalf("%+v, %v", c, err)
	}
	if got := chosen(t, db, "/1/3/", chain.Matter{Column: 2}); got != chain.SingleName {
		t.Errorf("taken before it was confirmed: %s", got)
	}
	if _, err := s.Ask(
		t.Context(),
		admin,
		c.ID,
		chain.Draft{Version: 1, Name: "又", Steps: draft.Steps},
	); fault.Public(
		err,
	).Code != "asked" {
		t.Errorf("a second change: %v", err)
	}

	for name, actor := range map[string]access.Actor{
		"the asker": admin, "a reviewer": who(1, access.Reviewer, "/1/"), "the district": who(9, access.Supervisor, "/1/3/"),
	} {
		if _, err := s.Confirm(t.Context(), actor, c.ID, 1); err == nil {
			t.Errorf("%s confirmed it", name)
		}
	}
	if _, err := s.Confirm(t.Context(), supervisor, c.ID, 2); !fault.Is(err, fault.KindConflict) {
		t.Errorf("another version: %v", err)
	}
	if c, err = s.Confirm(t.Context(), supervisor, c.ID, 1); err != nil || c.Now == nil || c.Asked != nil {
		t.Fatalf("%+v, %v", c, err)
	}

	for _, want := range []struct {
		path   string
		matter chain.Matter
		name   string
	}{
		{"/1/3/", chain.Matter{Column: 2}, "三步"}, {"/1/", chain.Matter{Column: 2}, "三步"},
		{"/1/3/", chain.Matter{Column: 3}, "一审"}, {"/1/3/", chain.Matter{}, "一审"},
	} {
		if got := chosen(t, db, want.path, want.matter); got != want.name {
			t.Errorf("%s %+v: %s", want.path, want.matter, got)
		}
	}

	off := three()
	off.Version, off.Active = 1, false
	if c, err = s.Ask(t.Context(), admin, c.ID, off); err != nil {
		t.Fatal(err)
	}
	if c, err = s.Stop(
		t.Context(),
		supervisor,
		c.ID,
		2,
		"再议",
	); err != nil || c.Now.Number != 1 ||
		c.Asked != nil {
		t.Errorf("%+v, %v", c, err)
	}
	list, err := s.List(t.Context(), who(4, access.Reviewer, "/1/3/"))
	if err != nil || len(list) != 7 || list[0].Name() != "一审" || !list[0].Fixed() {
		t.Errorf("%d chains, %v", len(list), err)
	}

	for _, c := range list { // what was shipped is whole
		draft := chain.Draft{Version: c.Last, Name: c.Name(), Steps: c.Now.Steps}
		_, err := s.Ask(t.Context(), admin, c.ID, draft)
		if err != nil && (!c.Fixed() || fault.Public(err).Code != "fixed") {
			t.Errorf("%s: %v", c.Name(), err)
		}
	}
}

func TestAChainNobodyCanPassIsRefused(t *testing.T) {
	t.Parallel()
	s, db := newService(t)
	admin := who(5, access.Administrator, "/1/")
	bad := three()
	bad.Steps = append(bad.Steps, chain.Step{Name: "四", Relation: chain.Unit, Role: access.Supervisor})
	bad.Steps[2].AtOnce = false
	if _, err := s.Ask(t.Context(), admin, 0, bad); fault.Public(err).Code != "nobody" {
		t.Errorf("two supervisors where one is: %v", err)
	}
	people, stuck, err := s.Who(t.Context(), admin, 1, bad.Steps)
	if err != nil || stuck != 4 || len(people[0]) != 3 || len(people[3]) != 1 || people[3][0].Name != "主管" {
		t.Errorf("%+v, stuck at %d, %v", people, stuck, err)
	}
	bad.Active = false
	if _, err := s.Ask(t.Context(), admin, 0, bad); err != nil {
		t.Errorf("one that is not used: %v", err)
	}
	c, err := s.Ask(t.Context(), admin, 0, three())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Pool().
		Exec(t.Context(), "UPDATE grants SET revoked_at = now() WHERE user_id = 3"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Confirm(t.Context(), who(9, access.Supervisor, "/1/"), c.ID, 1); err == nil {
		t.Error("confirmed although its last step has nobody left")
	}
}

func TestAStandInIsAppointedByOneselfOrASupervisor(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	set := func(actor access.Actor, of, by int64) error {
		_, err := s.SetStandIn(
			t.Context(),
			actor,
			chain.NewStandIn{UserID: of, StandInID: by, Until: noon.Add(time.Hour)},
		)

		return err
	}

	for name, c := range map[string]struct {
		err  error
		kind fault.Kind
	}{
		"himself as his own":      {set(who(1, access.Reviewer, "/1/"), 1, 1), fault.KindInvalid},
		"somebody without rights": {set(who(1, access.Reviewer, "/1/"), 1, 6), fault.KindInvalid},
		"one of a unit below":     {set(who(1, access.Reviewer, "/1/"), 1, 4), fault.KindInvalid},
		"for a colleague":         {set(who(1, access.Reviewer, "/1/"), 2, 1), fault.KindForbidden},
	} {
		if !fault.Is(c.err, c.kind) {
			t.Errorf("%s: %v", name, c.err)
		}
	}

	if err := set(who(1, access.Reviewer, "/1/"), 0, 2); err != nil {
		t.Error(err)
	}
	if err := set(who(3, access.Supervisor, "/1/"), 4, 1); err != nil {
		t.Errorf("a supervisor for a reviewer of the district: %v", err)
	}
	list, err := s.StandIns(t.Context(), who(3, access.Supervisor, "/1/"))
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	if own, err := s.StandIns(
		t.Context(),
		who(4, access.Reviewer, "/1/3/"),
	); err != nil || len(own) != 1 ||
		own[0].StandIn != "审一" {
		t.Errorf("%+v, %v", own, err)
	}
	if _, err := s.EndStandIn(
		t.Context(),
		who(6, access.Reviewer, "/1/"),
		list[0].ID,
	); !fault.Is(
		err,
		fault.KindForbidden,
	) {
		t.Errorf("somebody else's: %v", err)
	}
	if _, err := s.EndStandIn(t.Context(), who(1, access.Reviewer, "/1/"), list[0].ID); err != nil {
		t.Error(err)
	}
	if _, err := s.EndStandIn(
		t.Context(),
		who(1, access.Reviewer, "/1/"),
		list[0].ID,
	); !fault.Is(
		err,
		fault.KindNotFound,
	) {
		t.Errorf("twice: %v", err)
	}
}
