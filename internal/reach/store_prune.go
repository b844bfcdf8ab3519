package reach

import (
	"context"
	"fmt"
	"time"

	"juzhen/internal/fault"
)

// pruneBatch is how many readings go in one statement, so that none of them keeps others waiting for long.
const pruneBatch = 20_000

// Prune drops single readings that are older than they are to be kept, and gives how many. The newest
// reading of each post and account stays, and so does all that was made of the dropped ones: the counts
// of the posts and the roll-ups of the days. Nothing is dropped that the roll-up still reads.
func (s *Service) Prune(ctx context.Context) (dropped int64, err error) {
	defer fault.Step(&err, "reach.Prune")

	if s.opt.Keep <= 0 {
		return 0, nil
	}

	cutoff := s.now().Add(-max(s.opt.Keep, (rollBack+1)*day))
	for _, table := range []struct{ name, of string }{
		{"post_readings", "platform_post_id"},
		{"account_readings", "account_id"},
	} {
		n, err := s.pruneTable(ctx, table.name, table.of, cutoff)
		dropped += n
		if err != nil {
			return dropped, fmt.Errorf("prune %s: %w", table.name, err)
		}
	}
	if dropped > 0 {
		s.opt.Log.InfoContext(ctx, "old readings dropped", "readings", dropped, "before", cutoff)
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
    SELECT r.ctid FROM `+name+` r WHERE r.taken_at < $1
      AND EXISTS (SELECT FROM `+name+` n WHERE n.`+of+` = r.`+of+` AND n.taken_at > r.taken_at) LIMIT $2))`,
			cutoff, pruneBatch)
		dropped += tag.RowsAffected()
		if err != nil || tag.RowsAffected() < pruneBatch {
			return dropped, err
		}
	}
}
