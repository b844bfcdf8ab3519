package delivery

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// Cause is something for which a person holds single deliveries until it is over. Ref finds them again, Name
// is shown.
type Cause struct{ Ref, Name string }

// heldForSQL is the condition that a delivery d is held for @cause and nothing else.
const heldForSQL = `NOT d.settled AND d.state = 'held' AND d.pause_id IS NULL AND d.reason = 'held_for'
    AND d.reason_args ->> 'cause' = @cause`

// HoldForTx holds deliveries that wait to go out, for a cause. What is marked, held or not approved is left
// alone. It must come first in the transaction and checks no right.
func HoldForTx(
	ctx context.Context, tx pg.Tx, now time.Time, cause Cause, ids []int64, by int64,
) (_ []Moved, err error) {
	defer fault.Step(&err, "delivery.HoldForTx %s", cause.Ref)

	const where = "d.id = ANY (@ids)"
	args := pgx.NamedArgs{"ids": ids}
	if err := recallTx(ctx, tx, now, where, args); err != nil {
		return nil, err
	}
	with := Args{"cause": cause.Ref, "for": cause.Name}
	held, err := Move{
		From:  []State{Waiting, Preparing, Handoff},
		To:    Held,
		Code:  HeldFor,
		With:  with,
		By:    by,
		Args:  args,
		Where: where,
		Set:   "owner = NULL, taken_by = NULL, taken_at = NULL",
	}.Run(ctx, tx.Pgx, now)
	if err != nil {
		return nil, err
	}

	return held, tellHeld(ctx, tx, now, held, HeldFor, with)
}

// ReleaseForTx lets go on what is held for a cause: those of ids, or all when ids is nil. What a pause
// covers meanwhile is held by that; what is past its limit is missed and waits for a person. It tells how
// many go out after all, and how many do not. It checks no right.
func ReleaseForTx(
	ctx context.Context, tx pg.Tx, now time.Time, cause Cause, ids []int64, by int64,
) (freed, missed int, err error) {
	defer fault.Step(&err, "delivery.ReleaseForTx %s", cause.Ref)

	args := pgx.NamedArgs{"cause": cause.Ref, "ids": ids}
	where := heldForSQL + " AND (@ids::bigint[] IS NULL OR d.id = ANY (@ids))"
	gone, err := letGo(ctx, tx, now, where, args, ReleasedFor, by)
	if err != nil {
		return 0, 0, err
	}
	late, err := Move{
		From:  []State{Held},
		To:    Missed,
		Code:  TooLate,
		By:    by,
		Args:  args,
		Where: where,
	}.Run(ctx, tx.Pgx, now)
	if err != nil {
		return 0, 0, err
	}
	if err := resolveProblems(ctx, tx, now, late, by); err != nil {
		return 0, 0, err
	}

	return len(gone), len(late), tellHeld(ctx, tx, now, late, TooLate, nil)
}

// letGo lets held deliveries wait again, within their limits, and gives those that do. What a pause covers
// meanwhile becomes that one's to hold. code is the step in their story.
func letGo(
	ctx context.Context, tx pg.Tx, now time.Time, where string, args pgx.NamedArgs, code Reason, by int64,
) ([]Moved, error) {
	_, err := Move{
		From:  []State{Held},
		Code:  WasPaused,
		By:    by,
		Args:  args,
		Where: where + " AND (" + openPause + ") IS NOT NULL",
		Set:   "pause_id = (" + openPause + "), reason = 'paused', reason_args = '{}'",
	}.Run(ctx, tx.Pgx, now)
	if err != nil {
		return nil, err
	}
	freed, err := Move{
		From:  []State{Held},
		To:    Waiting,
		Code:  code,
		By:    by,
		Args:  args,
		Where: where + " AND d.not_after >= @now::timestamptz",
		Set:   "not_before = NULL",
	}.Run(ctx, tx.Pgx, now)
	if err != nil {
		return nil, err
	}

	return freed, resolveProblems(ctx, tx, now, freed, by)
}

func resolveProblems(ctx context.Context, tx pg.Tx, now time.Time, moved []Moved, by int64) error {
	keys := make([]string, len(moved))
	for i, one := range moved {
		keys[i] = todoKey(one.ID, TodoProblem)
	}

	return todo.ResolveManyTx(ctx, tx, now, keys, by)
}

// HoldWordTx holds those of the deliveries of a version that are on their way, because of a word that a list
// forbids since its approval, and tells people. It must come first in the transaction, and checks no right.
func HoldWordTx(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	version int64,
	ids []int64,
	word string,
) (err error) {
	defer fault.Step(&err, "delivery.HoldWordTx %d", version)

	args := pgx.NamedArgs{"ids": ids, "version": version}
	where := "d.id = ANY (@ids) AND d.version_id = @version"
	if err := recallTx(ctx, tx, now, where, args); err != nil {
		return err
	}
	held, err := Move{
		From:  []State{Waiting, Preparing, Handoff},
		To:    Held,
		Code:  Wording,
		With:  Args{"text": word},
		Where: where,
		Set:   "owner = NULL, taken_by = NULL, taken_at = NULL",
		Args:  args,
	}.Run(ctx, tx.Pgx, now)
	if err != nil {
		return err
	}

	return tellHeld(ctx, tx, now, held, Wording, Args{"text": word})
}

// FreeWordTx lets deliveries of a version that a word holds go on, where two people have excepted it; by is
// the second. It checks no right.
func FreeWordTx(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	version int64,
	ids []int64,
	by int64,
) (err error) {
	defer fault.Step(&err, "delivery.FreeWordTx %d", version)

	where := `d.id = ANY (@ids) AND d.version_id = @version AND d.reason = 'wording' AND d.pause_id IS NULL`
	_, err = letGo(ctx, tx, now, where, pgx.NamedArgs{"ids": ids, "version": version}, WordExcepted, by)

	return err
}
