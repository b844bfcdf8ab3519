package pause

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/notice"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

// PlaceTx finds the unit of what is to be paused, which the actor must be allowed to pause.
func PlaceTx(ctx context.Context, tx pg.Tx, actor access.Actor, stop Stop) (_ org.Unit, err error) {
	defer fault.Step(&err, "pause.PlaceTx %d", stop.UnitID)

	if stop.AccountID == nil {
		return org.FindTx(ctx, tx, actor, access.Pause, stop.UnitID)
	}
	one, err := account.FindTx(ctx, tx, *stop.AccountID)
	if err != nil {
		return org.Unit{}, err
	}

	return org.FindTx(ctx, tx, actor, access.Pause, one.UnitID)
}

// LockTx keeps plans and approvals of a place waiting until this transaction ends: they take its row FOR
// SHARE.
func LockTx(ctx context.Context, tx pg.Tx, unitID int64, accountID *int64) (err error) {
	defer fault.Step(&err, "pause.LockTx %d", unitID)

	if accountID != nil {
		_, err := tx.Pgx.Exec(ctx, "SELECT FROM accounts WHERE id = $1 FOR UPDATE", *accountID)
		return err
	}
	_, err = tx.Pgx.Exec(ctx, "SELECT FROM units WHERE id = $1 FOR UPDATE", unitID)

	return err
}

// OpenTx pauses a place that PlaceTx found and LockTx holds, and tells those who decide there. It fails with
// fault.Conflict when the same place is paused already, but for a pause of all where one spares what is
// urgent. What waits there is not touched.
func OpenTx(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	actor access.Actor,
	unitID int64,
	stop Stop,
) (_ Pause, err error) {
	defer fault.Step(&err, "pause.OpenTx %d", unitID)

	id, err := insert(ctx, tx, now, unitID, stop, actor.UserID)
	if err != nil {
		return Pause{}, err
	}
	pause, err := find(ctx, tx.DB, id)
	if err != nil {
		return Pause{}, err
	}

	return pause, tell(ctx, tx, now, actor, pause)
}

// EndTx ends a pause the actor may end, with its place locked first, and gives it as it was before. It
// fails with fault.Conflict, which names who was first and when, when it has ended already.
func EndTx(ctx context.Context, tx pg.Tx, now time.Time, actor access.Actor, id int64) (_ Pause, err error) {
	defer fault.Step(&err, "pause.EndTx %d", id)

	pause, err := find(ctx, tx.DB, id)
	if err != nil {
		return Pause{}, err
	}
	if err := access.Require(actor, access.Pause, pause.UnitPath); err != nil {
		return Pause{}, err
	}
	if err := LockTx(ctx, tx, pause.UnitID, pause.AccountID); err != nil {
		return Pause{}, err
	}
	if pause, err = find(ctx, tx.DB, id); err != nil { // as it is under the lock
		return Pause{}, err
	}
	if err := pause.Ended(); err != nil {
		return Pause{}, err
	}
	if err := end(ctx, tx, now, id, actor.UserID); err != nil {
		return Pause{}, err
	}

	return pause, notice.EndTx(ctx, tx, now, pause.Ref())
}
