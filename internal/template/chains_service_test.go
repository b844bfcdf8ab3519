package template_test

import (
	"testing"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/e2e/stage"
	"juzhen/internal/pgtest"
	"juzhen/internal/template"
)

// TestChainsAreThoseOfTheUnitsThatOneSees: a district sees its own, the bureau all, an administrator none,
// and what began too long ago is left out.
func TestChainsAreThoseOfTheUnitsThatOneSees(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), pgtest.New(t)
	stage.Bureau(t, db, "值班宣传专员", "朝阳专员")
	now := time.Date(2026, 11, 30, 7, 0, 0, 0, time.UTC)
	service := template.New(db, func() time.Time { return now })
	actor := func(id int64, role access.Role, unit int64, path string) access.Actor {
		return access.Actor{
			UserID: id,
			Grants: []access.Grant{{
				Role:   role,
				UnitID: unit,
				Path:   path,
			}},
		}
	}
	writers := map[int64]access.Actor{
		1: actor(1, access.PressOfficer, 1, "/1/"),
		3: actor(2, access.PressOfficer, 3, "/1/3/"),
	}

	for _, unit := range []int64{1, 3} {
		if _, err := service.Draft(ctx, writers[unit], template.Ask{
			Kind:   template.Warning,
			UnitID: unit,
			Values: template.Values{
				"colour": "橙",
				"from":   "2026-12-01T00:00",
				"until":  "2026-12-03T23:00",
				"cause":  "静稳",
			},
		}); err != nil {
			t.Fatal(err)
		}
	}

	for what, c := range map[string]struct {
		actor access.Actor
		want  int
	}{
		"the bureau":       {writers[1], 2},
		"the district":     {writers[3], 1},
		"another district": {actor(9, access.Reviewer, 2, "/1/2/"), 0},
		"an administrator": {actor(9, access.Administrator, 1, "/1/"), 0},
		"an auditor":       {actor(9, access.Auditor, 1, "/1/"), 2},
	} {
		chains, err := service.Chains(ctx, c.actor)
		if err != nil || len(chains) != c.want {
			t.Errorf("%s sees %d chains, want %d: %v", what, len(chains), c.want, err)
		}
	}

	now = now.AddDate(0, 0, 61)
	if chains, err := service.Chains(ctx, writers[1]); err != nil || len(chains) != 0 {
		t.Errorf("after two months %d chains are shown: %v", len(chains), err)
	}
}
