package chain

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

// GroundTx reads the units from the top of the tree down to the one at path.
func GroundTx(ctx context.Context, tx pg.Tx, path string) (ground Ground, err error) {
	defer fault.Step(&err, "chain.GroundTx")

	for _, part := range strings.Split(strings.Trim(path, "/"), "/") {
		id, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return nil, err
		}
		unit, err := org.Of(ctx, tx.DB, id)
		if err != nil {
			return nil, err
		}
		ground = append(ground, unit)
	}

	return ground, nil
}

// PlaceTx finds the units of steps for a post of the unit at path.
func PlaceTx(ctx context.Context, tx pg.Tx, path string, steps []Step) (placed []Placed, err error) {
	defer fault.Step(&err, "chain.PlaceTx")

	ground, err := GroundTx(ctx, tx, path)
	if err != nil {
		return nil, err
	}

	for _, step := range steps {
		var named org.Unit
		if step.Relation == Named {
			if named, err = org.Of(ctx, tx.DB, step.UnitID); err != nil {
				return nil, err
			}
		}
		placed = append(placed, ground.Place(step, named))
	}

	return placed, nil
}

// AbleTx gives, for each placed step, who may decide it at this moment, by number, without the people named
// in not.
func AbleTx(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	placed []Placed,
	not []int64,
) (able [][]identity.Holder, err error) {
	defer fault.Step(&err, "chain.AbleTx")

	var paths []string
	for _, step := range placed {
		paths = append(paths, step.Unit.Path)
		if step.Raised != nil {
			paths = append(paths, step.Raised.Path)
		}
	}
	holders, err := identity.HoldersTx(ctx, tx, at, Reviewing(), paths)
	if err != nil {
		return nil, err
	}

	for _, step := range placed {
		var who []identity.Holder

		for _, holder := range holders {
			if step.Names(holder.Grants) && !slices.Contains(not, holder.UserID) {
				who = append(who, holder)
			}
		}
		able = append(able, who)
	}

	return able, nil
}

func ableAt(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	path string,
	steps []Step,
	not []int64,
) ([][]identity.Holder, [][]int64, error) {
	placed, err := PlaceTx(ctx, tx, path, steps)
	if err != nil {
		return nil, nil, err
	}
	able, err := AbleTx(ctx, tx, at, placed, not)
	if err != nil {
		return nil, nil, err
	}

	return able, IDs(able), nil
}

// IDs are the numbers of the people of each step.
func IDs(able [][]identity.Holder) [][]int64 {
	out := make([][]int64, len(able))

	for i, who := range able {
		for _, holder := range who {
			out[i] = append(out[i], holder.UserID)
		}
	}

	return out
}

// Who tells who could decide each step today for a post of a unit, and at which step, counted from 1, it
// would be stuck; 0 for none. Fails with fault.NotFound for a unit that the actor does not see.
func (s *Service) Who(
	ctx context.Context,
	actor access.Actor,
	unitID int64,
	steps []Step,
) (who [][]identity.Holder, stuck int, err error) {
	defer fault.Step(&err, "chain.Who %d", unitID)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := org.Of(ctx, tx.DB, unitID)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.UnitView, unit.Path); err != nil {
			return err
		}
		var able [][]int64
		who, able, err = ableAt(ctx, tx, s.now(), unit.Path, steps, nil)
		stuck = Stuck(steps, able)

		return err
	})

	return who, stuck, err
}

// ForTx chooses the chain of a post of the unit at path: of the lowest unit that has one which fits, the
// narrowest, of those the oldest; the chain of one step where no other fits.
func ForTx(ctx context.Context, tx pg.Tx, path string, matter Matter) (_ Version, err error) {
	defer fault.Step(&err, "chain.ForTx")

	list, err := holding(ctx, tx, path)
	if err != nil {
		return Version{}, err
	}

	return choose(list, matter), nil
}

func choose(list []Chain, matter Matter) Version {
	best := Version{Name: SingleName, Steps: Single()}
	depth, narrow := -1, -1

	for _, c := range list {
		if c.Now == nil || !c.Now.Active || !c.Now.When.Fits(matter) {
			continue
		}
		d, n := len(c.UnitPath), c.Now.When.narrow()
		if c.Fixed() {
			d = 0 // whatever else the root has goes before it
		}
		if d > depth || d == depth && n > narrow {
			best, depth, narrow = *c.Now, d, n
		}
	}

	return best
}
