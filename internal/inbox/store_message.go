package inbox

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/pg"
)

// windowKept is how long a window is remembered whose citizen has no words with us: longer than it lasts.
const windowKept = 7 * 24 * time.Hour

// touchWindow notes what changes whether an account may write to a citizen, in whatever order it is told. Of
// two that are told of one second it believes that the citizen left: an answer would be lost.
func touchWindow(ctx context.Context, tx pg.Tx, accountID int64, told Pushed) error {
	var opened, followed *time.Time
	if told.Opens {
		opened = &told.At
	}
	if told.Follows != nil {
		followed = &told.At
	}
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO inbox_windows AS w (account_id, citizen, opened_at, follows, told_at, touched_at)
VALUES (@account_id, @citizen, @opened, @follows, @followed, @touched_at)
ON CONFLICT (account_id, citizen) DO UPDATE SET
    opened_at = greatest(w.opened_at, excluded.opened_at),
    follows = CASE WHEN w.told_at > excluded.told_at OR w.told_at = excluded.told_at AND NOT w.follows
        THEN w.follows ELSE coalesce(excluded.follows, w.follows) END,
    told_at = greatest(w.told_at, excluded.told_at),
    touched_at = greatest(w.touched_at, excluded.touched_at)`,
		pgx.NamedArgs{
			"account_id": accountID,
			"citizen":    told.Citizen,
			"opened":     opened,
			"follows":    told.Follows,
			"followed":   followed,
			"touched_at": told.At,
		})

	return err
}

// findWindow reads the window of a matter that the actor sees; one of which nothing is known is empty.
func findWindow(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) (Window, error) {
	cond, args := scoped(actor)
	found, err := gorm.G[Window](db).Raw(`
SELECT w.opened_at, w.follows`+fromMatters+`
    JOIN inbox_windows w ON w.account_id = m.account_id AND w.citizen = m.citizen
WHERE m.id = ? AND m.thread = ? AND `+cond, append([]any{id, messageThread}, args...)...).Find(ctx)
	if err != nil || len(found) == 0 {
		return Window{}, err
	}

	return found[0], nil
}

// nameOf is what a citizen was called where an account last heard of it otherwise: pushes bring no name.
func nameOf(ctx context.Context, tx pg.Tx, accountID int64, citizen string) (name string, err error) {
	err = tx.Pgx.QueryRow(ctx, `
SELECT i.name FROM inbox_matters m JOIN inbox_items i ON i.matter_id = m.id
WHERE m.account_id = @account_id AND m.citizen = @citizen AND i.author = m.citizen AND i.name <> ''
    AND i.purged_at IS NULL
ORDER BY i.id DESC LIMIT 1`, pgx.NamedArgs{"account_id": accountID, "citizen": citizen}).Scan(&name)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}

	return name, err
}

// forgetWindows drops the windows of citizens who have no words with the account any more.
func forgetWindows(ctx context.Context, tx pg.Tx, now time.Time) error {
	_, err := tx.Pgx.Exec(ctx, `
DELETE FROM inbox_windows w
WHERE w.touched_at < @window_kept AND NOT EXISTS (SELECT FROM inbox_matters m
    WHERE m.account_id = w.account_id AND m.citizen = w.citizen AND m.thread = @message_thread
        AND m.purged_at IS NULL)`,
		pgx.NamedArgs{"window_kept": now.Add(-windowKept), "message_thread": messageThread})

	return err
}

func askSoon(ctx context.Context, tx pg.Tx, accountID int64, now time.Time, again time.Duration) error {
	_, err := tx.Pgx.Exec(ctx, `
UPDATE inbox_watches SET next_at = least(next_at, greatest(@now,
    asked_at + @microseconds * interval '1 microsecond'))
WHERE account_id = @account_id AND reason = ''`,
		pgx.NamedArgs{"account_id": accountID, "now": now, "microseconds": again.Microseconds()})

	return err
}
