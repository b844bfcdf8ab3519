package delivery

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pause"
	"juzhen/internal/pg"
)

// Paused is a pause with what it holds now.
type Paused struct {
	pause.Pause
	Held int // deliveries
}

// PausePreview says how much a pause would stop.
type PausePreview struct {
	Accounts int // live accounts it covers
	Waiting  int // deliveries it would hold
	Sending  int // past their mark: out of its reach, the wish is kept
	Spared   int // urgent ones that go on
}

// coverSQL is the condition "this delivery's account is in the place, and it is not spared".
const coverSQL = placeSQL + " AND NOT (@spare::boolean AND d.urgent)"

// placeSQL is the condition "this delivery's account is in the place".
const placeSQL = `(@account::bigint IS NULL OR d.account_id = @account::bigint) AND d.account_id IN (
    SELECT a.id FROM accounts a JOIN units u ON u.id = a.unit_id WHERE u.path LIKE @path || '%')`

// placeArgs are the parameters of a place.
func placeArgs(stop pause.Stop, path string) pgx.NamedArgs {
	return pgx.NamedArgs{"path": path, "account": stop.AccountID, "spare": stop.SparesUrgent}
}

// PreviewPause counts what a pause would stop, before anybody presses the button.
func (s *Service) PreviewPause(
	ctx context.Context,
	actor access.Actor,
	stop pause.Stop,
) (_ PausePreview, err error) {
	defer fault.Step(&err, "delivery.PreviewPause %d", stop.UnitID)

	var preview PausePreview
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := pause.PlaceTx(ctx, tx, actor, stop)
		if err != nil {
			return err
		}

		return tx.Pgx.QueryRow(ctx, `
SELECT (SELECT count(*) FROM accounts a JOIN units u ON u.id = a.unit_id
    WHERE a.state = 'live' AND u.path LIKE @path || '%'
    AND (@account::bigint IS NULL OR a.id = @account::bigint)),
       count(*) FILTER (WHERE d.state IN ('waiting', 'preparing', 'handoff') AND NOT d.spared),
       count(*) FILTER (WHERE d.state IN ('sending', 'unknown') AND NOT d.spared),
       count(*) FILTER (WHERE d.state IN ('waiting', 'preparing', 'handoff') AND d.spared)
FROM (SELECT d.state, @spare::boolean AND d.urgent AS spared
    FROM all_deliveries d WHERE NOT d.settled AND `+placeSQL+`) d`, placeArgs(stop, unit.Path)).
			Scan(&preview.Accounts, &preview.Waiting, &preview.Sending, &preview.Spared)
	})

	return preview, err
}

// Pause holds everything of a subtree or an account that is not past its mark, in its own transaction:
// the place's row is locked first, so that no approval or plan slips between. What is past its mark
// keeps the wish. Fails with fault.Conflict when the same place is paused already, but for a pause of all
// where one spares what is urgent.
func (s *Service) Pause(ctx context.Context, actor access.Actor, stop pause.Stop) (_ Paused, err error) {
	defer fault.Step(&err, "delivery.Pause %d", stop.UnitID)

	stop.Why, err = reason("reason", stop.Why)
	if err != nil {
		return Paused{}, err
	}
	var out Paused
	err = s.act(ctx, func(tx pg.Tx, now time.Time) error {
		act := access.NewAct(tx, now, actor)

		unit, err := pause.PlaceTx(ctx, tx, actor, stop)
		if err != nil {
			return err
		}
		if err := recallTx(ctx, tx, now, coverSQL, placeArgs(stop, unit.Path)); err != nil {
			return err
		}
		if err := pause.LockTx(ctx, tx, unit.ID, stop.AccountID); err != nil {
			return err
		}
		if out.Pause, err = pause.OpenTx(ctx, act, unit.ID, stop); err != nil {
			return err
		}
		reach, err := hold(ctx, tx, now, actor.UserID, out.ID, placeArgs(stop, unit.Path))
		if err != nil {
			return err
		}
		out.Held = reach.Done

		detail := reach.detail()
		if stop.SparesUrgent {
			detail["spares_urgent"] = true
		}

		return note(ctx, act, actPause, out.Ref(), unit.Path, stop.Why, detail)
	})

	return out, err
}

func hold(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	by, pauseID int64,
	args pgx.NamedArgs,
) (Reach, error) {
	args["pause"], args["wish"] = pauseID, string(WishHold)
	held, err := Move{
		From:  []State{Waiting, Preparing, Handoff},
		To:    Held,
		Code:  WasPaused,
		By:    by,
		Args:  args,
		Where: "NOT d.settled AND " + coverSQL,
		Set:   "pause_id = @pause::bigint, owner = NULL, taken_by = NULL, taken_at = NULL",
	}.Run(ctx, tx.Pgx, now)
	if err != nil {
		return Reach{}, err
	}
	kept, err := Move{
		From:  open,
		Code:  WishKept,
		With:  Args{"wish": string(WishHold)},
		By:    by,
		Args:  args,
		Where: "NOT d.settled AND d.wish IS NULL AND " + coverSQL,
		Set:   "wish = @wish, pause_id = @pause::bigint, wish_by = @by::bigint",
	}.Run(ctx, tx.Pgx, now)

	return Reach{Done: len(held), TooLate: len(kept)}, err
}

// HeldBy lists what a pause holds, for the choice at its end.
func (s *Service) HeldBy(ctx context.Context, actor access.Actor, pauseID int64) (_ []Delivery, err error) {
	defer fault.Step(&err, "delivery.HeldBy %d", pauseID)

	paused, err := s.pauses.Find(ctx, actor, pauseID)
	if err != nil {
		return nil, err
	}
	scope, args := access.Scope(actor, access.UnitView, "u.path")

	return heldBy(ctx, s.db.Gorm(ctx), paused.ID, scope, args)
}

// Pauses lists the open pauses that concern the actor, each with how much it holds.
func (s *Service) Pauses(ctx context.Context, actor access.Actor) (_ []Paused, err error) {
	defer fault.Step(&err, "delivery.Pauses")

	list, err := s.pauses.Open(ctx, actor)
	if err != nil {
		return nil, err
	}

	return withHeld(ctx, s.db.Gorm(ctx), list...)
}

// FindPause reads one pause, open or ended, of a unit the actor sees, with how much it holds.
func (s *Service) FindPause(ctx context.Context, actor access.Actor, id int64) (_ Paused, err error) {
	defer fault.Step(&err, "delivery.FindPause %d", id)

	one, err := s.pauses.Find(ctx, actor, id)
	if err != nil {
		return Paused{}, err
	}
	list, err := withHeld(ctx, s.db.Gorm(ctx), one)
	if err != nil {
		return Paused{}, err
	}

	return list[0], nil
}

// withHeld counts what each of the pauses holds.
func withHeld(ctx context.Context, db *gorm.DB, list ...pause.Pause) ([]Paused, error) {
	ids := make([]int64, len(list))
	for i, one := range list {
		ids[i] = one.ID
	}

	type count struct {
		PauseID int64
		N       int
	}
	counts, err := gorm.G[count](db).Raw(`
SELECT pause_id, count(*) AS n FROM deliveries WHERE pause_id IN ? AND state = 'held' GROUP BY 1`, ids).
		Find(ctx)
	if err != nil {
		return nil, err
	}

	held := map[int64]int{}
	for _, one := range counts {
		held[one.PauseID] = one.N
	}

	out := make([]Paused, len(list))
	for i, one := range list {
		out[i] = Paused{one, held[one.ID]}
	}

	return out, nil
}

func heldBy(ctx context.Context, db *gorm.DB, pauseID int64, scope string, args []any) ([]Delivery, error) {
	query := selectDelivery + "d.pause_id = ? AND d.state = 'held' AND " + scope +
		" ORDER BY d.due_at, d.id LIMIT 2000"

	return gorm.G[Delivery](db).Raw(query, append([]any{pauseID}, args...)...).Find(ctx)
}
