package reach

import (
	"context"
	"slices"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/index"
)

// Spread is what the indexes of spread of an account are made of, over a period.
type Spread struct {
	Period Period
	Counts index.Counts
	Since  *time.Time // the oldest post we know; nil: none, and so no counts
}

// Known tells whether there is anything to count: a post from before the end of the period.
func (s Spread) Known() bool { return s.Since != nil && s.Since.Before(s.Period.To) }

// Index is one index of the account; nil where nothing is known of the period.
func (s Spread) Index(formula index.Formula) *float64 {
	if !s.Known() {
		return nil
	}
	value := formula.Of(s.Counts)

	return &value
}

// Spread counts anew, from the posts themselves, what the indexes of an account are made of. Posts that were
// removed do not count, as in every other figure. Fails with fault.NotFound outside of the actor's scope of
// reach.
func (s *Service) Spread(
	ctx context.Context, actor access.Actor, accountID int64, period Period,
) (out Spread, err error) {
	defer fault.Step(&err, "reach.Spread %d", accountID)

	if _, err := s.account(ctx, actor, accountID); err != nil {
		return out, err
	}
	spreads, err := selectSpreads(ctx, s.db.Pool(), []int64{accountID}, period)

	return spreads[accountID], err
}

// Spreads is Spread for all accounts in the actor's scope at or below a unit, or, where accountID is not 0,
// for that one: all of them from one statement.
func (s *Service) Spreads(
	ctx context.Context, actor access.Actor, unitPath string, accountID int64, period Period,
) (_ map[int64]Spread, err error) {
	defer fault.Step(&err, "reach.Spreads")

	ids, err := selectScope(ctx, s.db.Pool(), actor, unitPath)
	if err != nil {
		return nil, err
	}
	if accountID != 0 {
		ids = slices.DeleteFunc(ids, func(id int64) bool { return id != accountID })
	}

	return selectSpreads(ctx, s.db.Pool(), ids, period)
}
