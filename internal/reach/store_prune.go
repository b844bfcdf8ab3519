package reach

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/fault"
)

// pruneBatch is how many readings go in one statement, so that none of them keeps others waiting for long.
const pruneBatch = 20_000

// Prune drops single readings that are older than they are to be kept, and gives how many. The newest
// reading of each post and account stays, and so does all that was made of the dropped ones: the counts
// of the posts and the roll-ups of the days. Nothing is dropped that the roll-up still reads.
func (s *Service) Prune(ctx context.Context) (dropped int64, err error) {
	defer fault.Step(&err, "reach.Prune")

	for _, kind := range []struct {
		name string
		keep time.Duration
		drop func(ctx context.Context, before time.Time) (int64, error)
	}{
		{"post_readings", s.opt.Keep, func(ctx context.Context, before time.Time) (int64, error) {
			return s.pruneTable(ctx, "post_readings", "platform_post_id", before)
		}},
		{"account_readings", s.opt.KeepAccounts, func(ctx context.Context, before time.Time) (int64, error) {
			return s.pruneTable(ctx, "account_readings", "account_id", before)
		}},
		{"account_reading_blocks", s.opt.KeepAccounts, s.pruneBlocks},
	} {
		if kind.keep <= 0 {
			continue
		}
		cutoff := s.now().Add(-max(kind.keep, (rollBack+1)*day))
		n, err := kind.drop(ctx, cutoff)
		if n > 0 {
			s.opt.Log.InfoContext(
				ctx,
				"old readings dropped",
				"of",
				kind.name,
				"readings",
				n,
				"before",
				cutoff,
			)
		}
		dropped += n
		if err != nil {
			return dropped, fmt.Errorf("prune %s: %w", kind.name, err)
		}
	}

	return dropped, nil
}

// pruneBlocks drops whole days of sealed readings, those of the day of the instant stay.
func (s *Service) pruneBlocks(ctx context.Context, before time.Time) (dropped int64, err error) {
	for blocks := int64(pruneBatch); blocks == pruneBatch; {
		var readings int64
		if blocks, readings, err = dropBlocks(ctx, s.db.Pool(), before, pruneBatch); err != nil {
			return dropped, err
		}
		dropped += readings
	}

	return dropped, nil
}

func (s *Service) pruneTable(
	ctx context.Context,
	name, of string,
	cutoff time.Time,
) (dropped int64, err error) {
	for {
		tag, err := s.db.Pool().Exec(ctx, `
DELETE FROM `+name+` WHERE ctid = ANY (ARRAY(
    SELECT r.ctid FROM `+name+` r WHERE r.taken_at < @cutoff
      AND EXISTS (SELECT FROM `+name+` n WHERE n.`+of+` = r.`+of+` AND n.taken_at > r.taken_at) LIMIT @prune_batch))`,
			pgx.NamedArgs{"cutoff": cutoff, "prune_batch": pruneBatch})
		dropped += tag.RowsAffected()
		if err != nil || tag.RowsAffected() < pruneBatch {
			return dropped, err
		}
	}
}
