package delivery

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

const selectAdvance = `
SELECT x.id, x.post_id, x.delivery_id, x.basis, x.state, x.due_from, x.due_to, x.reason, x.asked_by,
    q.display_name AS asked_name, x.asked_at,
       x.answered_by, coalesce(w.display_name, '') AS answered_name, x.answered_at, x.opinion,
           coalesce(a.handle, '') AS account_handle,
       u.path AS unit_path
FROM advances x JOIN posts p ON p.id = x.post_id JOIN units u ON u.id = p.unit_id
    JOIN users q ON q.id = x.asked_by
LEFT JOIN users w ON w.id = x.answered_by LEFT JOIN deliveries d ON d.id = x.delivery_id LEFT
    JOIN accounts a ON a.id = d.account_id
WHERE `

// advances reads requests under a condition as far as the actor may see their posts, the newest first.
func advances(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	cond string,
	args ...any,
) ([]Advance, error) {
	scope, more := access.Scope(actor, access.PostView, "u.path")

	return gorm.G[Advance](
		db,
	).Raw(selectAdvance+cond+" AND "+scope+" ORDER BY x.id DESC LIMIT 200", append(args, more...)...).
		Find(ctx)
}

func findAdvance(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) (Advance, error) {
	list, err := advances(ctx, db, actor, "x.id = ?", id)
	if err == nil && len(list) == 0 {
		return Advance{}, errNotFound()
	}
	if err != nil {
		return Advance{}, err
	}

	return list[0], nil
}

func insertAdvance(ctx context.Context, tx pg.Tx, advance Advance) (id int64, err error) {
	err = tx.Pgx.QueryRow(
		ctx,
		`
INSERT INTO advances (post_id, delivery_id, basis, state, due_from, due_to, reason, asked_by, asked_at)
VALUES (@post_id, @delivery_id, @basis, 'asked', @due_from, @due_to, @reason, @asked_by,
    @asked_at) RETURNING id`,
		pgx.NamedArgs{
			"post_id":     advance.PostID,
			"delivery_id": advance.DeliveryID,
			"basis":       string(advance.Basis),
			"due_from":    advance.DueFrom,
			"due_to":      advance.DueTo,
			"reason":      advance.Reason,
			"asked_by":    advance.AskedBy,
			"asked_at":    advance.AskedAt,
		},
	).
		Scan(&id)

	return id, err
}

// answerAdvance is the compare-and-set of a second person's answer.
func answerAdvance(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	id int64,
	to AdvanceState,
	by int64,
	opinion string,
) error {
	done, err := tx.Pgx.Exec(ctx, `
UPDATE advances SET state = @to, answered_by = @by, answered_at = @now, opinion = @opinion
    WHERE id = @id AND state = 'asked'`,
		pgx.NamedArgs{
			"id":      id,
			"to":      string(to),
			"by":      by,
			"now":     now,
			"opinion": opinion,
		})
	if err == nil && done.RowsAffected() != 1 {
		return errMoved()
	}

	return err
}

// endAdvances closes open requests under a condition, with what people were told about them.
func endAdvances(ctx context.Context, tx pg.Tx, now time.Time, by int64, cond string, args ...any) error {
	rows, err := tx.Pgx.Query(ctx, `
		UPDATE advances SET state = 'superseded' WHERE state = 'asked' AND `+cond+" RETURNING id", args...)
	if err != nil {
		return err
	}
	ended, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}

	for _, id := range ended {
		if err := resolveAdvance(ctx, tx, now, id, by); err != nil {
			return err
		}
	}

	return nil
}

// AnyPassed tells whether EndPassedTx has something to close.
func AnyPassed(ctx context.Context, db *pg.DB, now time.Time) (passed bool, err error) {
	defer fault.Step(&err, "delivery.AnyPassed")

	err = db.Pool().QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM advances WHERE state = 'asked' AND due_from <= @now)`,
		pgx.NamedArgs{"now": now}).Scan(&passed)

	return passed, err
}

// EndPassedTx closes the requests whose approved time has come: nothing can be earlier any more.
func EndPassedTx(ctx context.Context, tx pg.Tx, now time.Time) (err error) {
	defer fault.Step(&err, "delivery.EndPassedTx")

	return endAdvances(ctx, tx, now, 0, "due_from <= @now", pgx.NamedArgs{"now": now})
}

func resolveAdvance(ctx context.Context, tx pg.Tx, now time.Time, id, by int64) error {
	for _, part := range []string{"review", "write"} {
		if err := todo.ResolveTx(ctx, tx, now, advanceKey(id, part), by); err != nil {
			return err
		}
	}

	return nil
}

// movable are the approved deliveries that another time would move.
var movable = []State{Waiting, Preparing, Held, Handoff}

// approvedFrom is the latest instant for which anything of a post that can still be moved is approved;
// nil when nothing is.
func approvedFrom(ctx context.Context, tx pg.Tx, postID int64) (from *time.Time, err error) {
	states := make([]string, len(movable))
	for i, state := range movable {
		states[i] = string(state)
	}
	err = tx.Pgx.QueryRow(ctx, `
		SELECT max(approved_from) FROM deliveries WHERE post_id = @post_id AND state = ANY (@states)`,
		pgx.NamedArgs{"post_id": postID, "states": states}).
		Scan(&from)

	return from, err
}
