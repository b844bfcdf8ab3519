package pause

import (
	"context"

	"github.com/jackc/pgx/v5"

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
		_, err := tx.Pgx.Exec(ctx, `
SELECT FROM accounts WHERE id = @account_id FOR UPDATE`, pgx.NamedArgs{"account_id": *accountID})
		return err
	}
	_, err = tx.Pgx.Exec(ctx, `
SELECT FROM units WHERE id = @unit_id FOR UPDATE`, pgx.NamedArgs{"unit_id": unitID})

	return err
}

// OpenTx pauses a place that PlaceTx found and LockTx holds, and tells those who decide there. It fails with
// fault.Conflict when the same place is paused already, but for a pause of all where one spares what is
// urgent. What waits there is not touched.
func OpenTx(ctx context.Context, act access.Act, unitID int64, stop Stop) (_ Pause, err error) {
	defer fault.Step(&err, "pause.OpenTx %d", unitID)

	id, err := insert(ctx, act.Tx, act.Now, unitID, stop, act.Actor.UserID)
	if err != nil {
		return Pause{}, err
	}
	pause, err := find(ctx, act.Tx.DB, id)
	if err != nil {
		return Pause{}, err
	}

	return pause, tell(ctx, act, pause)
}

// EndTx ends a pause the actor may end, with its place locked first, and gives it as it was before. It
// fails with fault.Conflict, which names who was first and when, when it has ended already.
func EndTx(ctx context.Context, act access.Act, id int64) (_ Pause, err error) {
	defer fault.Step(&err, "pause.EndTx %d", id)

	pause, err := find(ctx, act.Tx.DB, id)
	if err != nil {
		return Pause{}, err
	}
	if err := access.Require(act.Actor, access.Pause, pause.UnitPath); err != nil {
		return Pause{}, err
	}
	if err := LockTx(ctx, act.Tx, pause.UnitID, pause.AccountID); err != nil {
		return Pause{}, err
	}
	if pause, err = find(ctx, act.Tx.DB, id); err != nil { // as it is under the lock
		return Pause{}, err
	}
	if err := pause.Ended(); err != nil {
		return Pause{}, err
	}
	if err := end(ctx, act.Tx, act.Now, id, act.Actor.UserID); err != nil {
		return Pause{}, err
	}

	return pause, notice.EndTx(ctx, act.Tx, act.Now, pause.Ref())
}
