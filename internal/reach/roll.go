package reach

import (
	"context"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// rollBack is how many days are rolled up anew each time: posts are read for ninety.
const rollBack = 100

// RollUp computes the last hundred days of every account anew, whatever the readings have already
// brought up to date. Running it again changes nothing.
func (s *Service) RollUp(ctx context.Context) (err error) {
	defer fault.Step(&err, "reach.RollUp")

	period := LastDays(rollBack, s.now())

	return s.db.InTxRetry(ctx, func(tx pg.Tx) error {
		if err := rollPosts(ctx, tx.Pgx, period.From, period.To); err != nil {
			return err
		}

		if err := rollFollowers(ctx, tx.Pgx, period.From, period.To); err != nil {
			return err
		}

		return sumsLater(ctx, tx)
	})
}
