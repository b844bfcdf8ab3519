package delivery

import (
	"context"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// lockPlace keeps plans and approvals of a place waiting until this transaction ends: they take its row
// FOR SHARE.
func lockPlace(ctx context.Context, tx pg.Tx, unitID int64, accountID *int64) error {
	if accountID != nil {
		_, err := tx.Pgx.Exec(ctx, "SELECT FROM accounts WHERE id = $1 FOR UPDATE", *accountID)
		return err
	}
	_, err := tx.Pgx.Exec(ctx, "SELECT FROM units WHERE id = $1 FOR UPDATE", unitID)

	return err
}

func insertPause(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	unitID int64,
	stop Stop,
	by int64,
) (id int64, err error) {
	var twice bool
	err = tx.Pgx.QueryRow(ctx, `
SELECT EXISTS (SELECT FROM pauses WHERE unit_id = $1 AND account_id IS NOT DISTINCT
    FROM $2 AND resumed_at IS NULL AND ($3 OR NOT spares_urgent))`, unitID, stop.AccountID, stop.SparesUrgent).Scan(&twice)
	if err != nil {
		return 0, err
	}
	if twice {
		return 0, fault.Conflict("这里已经暂停，无需再次暂停").WithCode("paused")
	}
	err = tx.Pgx.QueryRow(ctx, `
INSERT INTO pauses (unit_id, account_id, spares_urgent, reason, paused_by, paused_at)
VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`, unitID, stop.AccountID, stop.SparesUrgent, stop.Why, by, now).Scan(&id)

	return id, err
}

func endPause(ctx context.Context, tx pg.Tx, now time.Time, id, by int64) error {
	done, err := tx.Pgx.Exec(ctx, `
		UPDATE pauses SET resumed_by = $2, resumed_at = $3 WHERE id = $1 AND resumed_at IS NULL`, id, by, now)
	if err == nil && done.RowsAffected() != 1 {
		return errMoved()
	}

	return err
}

const selectPause = `
SELECT p.id, p.unit_id, u.name AS unit_name, u.path AS unit_path, p.account_id,
    coalesce(a.handle, '') AS account_handle, p.spares_urgent, p.reason,
       p.paused_by, b.display_name AS paused_name, p.paused_at,
       coalesce(e.display_name, '') AS resumed_name, p.resumed_at,
       (SELECT count(*) FROM deliveries d WHERE d.pause_id = p.id AND d.state = 'held') AS held
FROM pauses p JOIN units u ON u.id = p.unit_id JOIN users b ON b.id = p.paused_by
LEFT JOIN users e ON e.id = p.resumed_by LEFT JOIN accounts a ON a.id = p.account_id
WHERE `

func findPause(ctx context.Context, db *gorm.DB, id int64) (Pause, error) {
	pause, err := gorm.G[Pause](db).Raw(selectPause+"p.id = ?", id).Take(ctx)
	return pause, pg.OrNotFound(err, errNotFound())
}

// openPauses reads the open ones in the actor's units, and those above them that cover the actor's units too.
func openPauses(ctx context.Context, db *gorm.DB, actor access.Actor) ([]Pause, error) {
	scope, args := concerned(actor)

	query := selectPause + "p.resumed_at IS NULL AND " + scope + " ORDER BY p.id DESC"

	return gorm.G[Pause](db).Raw(query, args...).Find(ctx)
}

func pastPauses(ctx context.Context, db *gorm.DB, actor access.Actor, after string, n int) ([]Pause, error) {
	scope, args := concerned(actor)
	place, ok, err := pg.ParseCursor(after)
	if err != nil {
		return nil, err
	}
	if ok {
		scope, args = scope+" AND (p.paused_at, p.id) < (?, ?)", append(args, place.At, place.ID)
	}

	query := selectPause + "p.resumed_at IS NOT NULL AND " + scope +
		" ORDER BY p.paused_at DESC, p.id DESC LIMIT ?"

	return gorm.G[Pause](db).Raw(query, append(args, n)...).Find(ctx)
}

// concerned is the condition "the pause is of one of the actor's units, or of one above it".
func concerned(actor access.Actor) (string, []any) {
	scope, args := access.Scope(actor, access.UnitView, "u.path")
	for _, grant := range actor.Grants {
		scope += " OR ? LIKE u.path || '%'"
		args = append(args, grant.Path)
	}

	return "(" + scope + ")", args
}

func heldBy(ctx context.Context, db *gorm.DB, pauseID int64, scope string, args []any) ([]Delivery, error) {
	query := selectDelivery + "d.pause_id = ? AND d.state = 'held' AND " + scope +
		" ORDER BY d.due_at, d.id LIMIT 2000"

	return gorm.G[Delivery](db).Raw(query, append([]any{pauseID}, args...)...).Find(ctx)
}
