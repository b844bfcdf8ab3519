package delivery

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/org"
	"juzhen/internal/pause"
	"juzhen/internal/pg"
)

// A pause covers a place by its path. When a unit, or an account, goes to another place, what waits
// there is covered by other pauses than before: what comes under one is held by it at once, and what
// leaves one is never released by that. A person who may plan it decides.

// ownPause is the condition that the pause which holds a delivery still covers its account.
var ownPause = pause.StillSQL("d.pause_id", "d.account_id", "d.urgent")

const inUnits = `
	d.account_id IN (SELECT a.id FROM accounts a JOIN units u ON u.id = a.unit_id
		WHERE starts_with(u.path, @path))`

// UnitWatch does what a unit's move means for the deliveries below it, in the transaction that moves
// it. The trees' lock keeps pauses and approvals of the places in order: an approval waits for the
// unit's row.
func UnitWatch() org.Watch {
	return org.Watch{
		Before: func(ctx context.Context, tx pg.Tx, now time.Time, path string) error {
			return recallTx(ctx, tx, now, inUnits, pgx.NamedArgs{"path": path})
		},
		After: func(ctx context.Context, tx pg.Tx, now time.Time, by int64, path string) error {
			return placeMoved(ctx, tx, now, by, inUnits, pgx.NamedArgs{"path": path})
		},
	}
}

// placeMoved asks the pauses anew for the deliveries d of accounts that lie elsewhere now.
func placeMoved(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	by int64,
	which string,
	args pgx.NamedArgs,
) error {
	args["wish"], args["why"] = string(WishHold), string(PauseLeft)
	here := "NOT d.settled AND " + which
	covered := "(" + openPause + ") IS NOT NULL"
	left := here + " AND d.pause_id IS NOT NULL AND NOT " + ownPause
	run := func(move Move) ([]Moved, error) {
		move.By, move.Args = by, args
		return move.Run(ctx, tx.Pgx, now)
	}

	for _, move := range []Move{
		{
			From:  []State{Waiting, Preparing, Handoff},
			To:    Held,
			Code:  WasPaused,
			Where: here + " AND " + covered,
			Set:   "pause_id = (" + openPause + "), owner = NULL, taken_by = NULL, taken_at = NULL",
		},
		{
			From:  open,
			Code:  WishKept,
			With:  Args{"wish": string(WishHold)},
			Where: here + " AND d.wish IS NULL AND " + covered,
			Set:   "wish = @wish, pause_id = (" + openPause + "), wish_by = nullif(@by::bigint, 0)",
		},
		{
			From:  []State{Held},
			Code:  WasPaused,
			Where: left + " AND " + covered,
			Set:   "pause_id = (" + openPause + ")",
		},
		{
			From:  open,
			Code:  WishKept,
			With:  Args{"wish": string(WishHold)},
			Where: left + " AND d.wish = @wish",
			Set:   "pause_id = (" + openPause + ")",
		},
	} {
		if _, err := run(move); err != nil {
			return err
		}
	}
	alone, err := run(Move{
		From:  []State{Held},
		Code:  PauseLeft,
		Where: left,
		Set:   "pause_id = NULL, reason = @why, reason_args = '{}'",
	})
	if err != nil {
		return err
	}

	return tellHeld(ctx, tx, now, alone, PauseLeft, nil)
}
