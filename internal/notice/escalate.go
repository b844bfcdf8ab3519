package notice

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// mostPassed bounds what one run passes on.
const mostPassed = 200

// PassOn tells the next rung of urgent events that nobody opened in time, each in a transaction of its own:
// the holders at the next unit above. An event that has nobody left is not looked at again. It is the work of
// a job and asks for no right.
func (s *Service) PassOn(ctx context.Context) (err error) {
	defer fault.Step(&err, "notice.PassOn")

	if s.opt.After <= 0 {
		return nil
	}
	before := s.now().Add(-s.opt.After)
	rows, err := s.db.Pool().Query(ctx, `
SELECT id FROM notice_events WHERE watched AND told_at <= @before ORDER BY told_at LIMIT @most_passed`,
		pgx.NamedArgs{"before": before, "most_passed": mostPassed})
	if err != nil {
		return fmt.Errorf("find what nobody opened: %w", err)
	}
	events, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}

	for _, event := range events {
		if err := s.passOn(ctx, event, before); err != nil {
			return err
		}
	}

	return nil
}

// passOn tells the next rung of one event, if it is still due.
func (s *Service) passOn(ctx context.Context, event int64, before time.Time) error {
	return s.db.InTx(ctx, func(tx pg.Tx) error {
		var path string
		err := tx.Pgx.QueryRow(ctx, `
SELECT u.path FROM notice_events e JOIN units u ON u.id = e.unit_id
WHERE e.id = @event AND e.watched AND e.told_at <= @before FOR UPDATE OF e SKIP LOCKED`,
			pgx.NamedArgs{"event": event, "before": before}).Scan(&path)
		if pg.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		now := s.now()
		told, err := tellRung(ctx, tx, now, []int64{event})
		if err != nil {
			return err
		}
		if _, err := tx.Pgx.Exec(ctx, `
UPDATE notice_events SET told_at = @now, watched = @watched WHERE id = @event`,
			pgx.NamedArgs{"event": event, "now": now, "watched": len(told) > 0}); err != nil {
			return err
		}
		if len(told) == 0 {
			return nil
		}

		return audit.Write(ctx, tx, audit.Entry{
			Actor:    access.System("notice"),
			At:       now,
			Action:   actPassOn,
			Subject:  "notice/" + strconv.FormatInt(event, 10),
			UnitPath: path,
			Detail:   map[string]any{"after": s.opt.After.String()},
		})
	})
}

// Forget deletes what is older than the list shows, some at a time. It is the work of a job.
func (s *Service) Forget(ctx context.Context) (err error) {
	defer fault.Step(&err, "notice.Forget")

	for {
		done, err := s.db.Pool().Exec(ctx, `
DELETE FROM notice_events WHERE id IN (SELECT id FROM notice_events WHERE raised_at < @raised_at ORDER BY id
    LIMIT 1000 FOR UPDATE SKIP LOCKED)`, pgx.NamedArgs{"raised_at": lastKept(s.now())})
		if err != nil || done.RowsAffected() < 1000 {
			return err
		}
	}
}
