package reach

import (
	"context"
	"slices"
	"time"

	"github.com/riverqueue/river"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/queue"
)

// sealBatch is how many accounts are sealed by one transaction: a year of hours of each at an upgrade, a day
// of hours ever after.
const sealBatch = 50

// SealArgs asks for the readings of past days to be put into blocks.
type SealArgs struct{}

// Kind names the job.
func (SealArgs) Kind() string { return "reach_seal" }

// InsertOpts gives the queue; one that waits is enough.
func (SealArgs) InsertOpts() river.InsertOpts {
	opts := pull(3)
	opts.Queue = queue.Calc

	return opts
}

type sealWorker struct {
	river.WorkerDefaults[SealArgs]
	s *Service
}

// Work seals what there is, account by account, and gives way to what is to be sent between them.
func (w sealWorker) Work(ctx context.Context, _ *river.Job[SealArgs]) (err error) {
	defer fault.Step(&err, "reach.sealWorker.Work")

	return w.s.Seal(ctx)
}

// Seal puts the readings of accounts from before yesterday into one block an account and day. It goes on
// where an earlier one was broken off, and may run while readings are written and read. The last reading of
// an account stays a row.
func (s *Service) Seal(ctx context.Context) (err error) {
	defer fault.Step(&err, "reach.Seal")

	before, after := beijing.Day(s.now()).AddDate(0, 0, -1), int64(0)
	for {
		if err := s.giveWay(ctx); err != nil {
			return err
		}
		ids, err := selectSealable(ctx, s.db.Pool(), before, after, sealBatch)
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := s.sealAccounts(ctx, before, ids); err != nil {
			return err
		}
		after = slices.Max(ids)
	}
}

func (s *Service) sealAccounts(ctx context.Context, before time.Time, ids []int64) error {
	return s.db.InTxRetry(ctx, func(tx pg.Tx) error {
		if err := lockSeal(ctx, tx.Pgx); err != nil {
			return err
		}
		days, err := takeReadings(ctx, tx.Pgx, before, ids)
		if err != nil {
			return err
		}
		if err := addBlocks(ctx, tx.Pgx, days); err != nil {
			return err
		}

		return putBlocks(ctx, tx.Pgx, days)
	})
}

// Readings gives each look at an account in a period, the earliest first: about one an hour, with gaps where
// nobody looked or the platform did not answer. Fails with fault.NotFound outside of the actor's scope.
func (s *Service) Readings(
	ctx context.Context, actor access.Actor, accountID int64, period Period,
) (_ []AccountReading, err error) {
	defer fault.Step(&err, "reach.Readings %d", accountID)

	if _, err := s.account(ctx, actor, accountID); err != nil {
		return nil, err
	}
	found, err := s.ReadingsOf(ctx, []int64{accountID}, period)

	return found[accountID], err
}

// ReadingsOf is Readings of some accounts at once. It checks no right.
func (s *Service) ReadingsOf(
	ctx context.Context, ids []int64, period Period,
) (_ map[int64][]AccountReading, err error) {
	defer fault.Step(&err, "reach.ReadingsOf")

	return selectReadings(ctx, s.db.Pool(), period, ids)
}
