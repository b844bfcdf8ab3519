package identity

import (
	"context"
	"strings"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

// Home is the unit of something new that names none and goes nowhere yet, such as a picture. It fails
// with fault.Invalid on "unit" where the actor holds the permission nowhere.
func (s *Service) Home(
	ctx context.Context,
	actor access.Actor,
	permission access.Permission,
) (unitID int64, err error) {
	defer fault.Step(&err, "identity.Home")

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unitID, err = HomeTx(ctx, tx, actor, permission, nil)
		return err
	})
	if err == nil && unitID == 0 {
		err = fault.Invalid("unit", "您不能为这个单位写稿，请另选单位")
	}

	return unitID, err
}

// HomeTx chooses the unit of something new that names none and must reach the units at the paths, among
// those where the actor holds the permission. It is 0 where none of them will do.
func HomeTx(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	permission access.Permission,
	paths []string,
) (_ int64, err error) {
	defer fault.Step(&err, "identity.HomeTx")

	units, err := org.WithinTx(ctx, tx, actor, permission)
	if err != nil {
		return 0, err
	}
	me, err := loadUser(ctx, tx.DB, actor.UserID)
	if err != nil {
		return 0, err
	}

	return home(units, me.UnitID, paths), nil
}

// home is the person's own unit where that is among the units and covers the paths, else the lowest that
// does; without paths the topmost, which comes first.
func home(units []org.Unit, own int64, paths []string) int64 {
	best, depth := int64(0), -1

	for _, unit := range units {
		switch {
		case !covers(unit.Path, paths):
		case unit.ID == own:
			return own
		case len(paths) > 0 && unit.Depth() > depth, best == 0:
			best, depth = unit.ID, unit.Depth()
		}
	}

	return best
}

// covers tells whether all the paths lie at the unit or below it.
func covers(unit string, paths []string) bool {
	for _, path := range paths {
		if !strings.HasPrefix(path, unit) {
			return false
		}
	}

	return true
}
