package delivery

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

// Pause stops the sending of one unit's subtree, or of one account.
type Pause struct {
	ID            int64
	UnitID        int64
	UnitName      string
	UnitPath      string
	AccountID     *int64
	AccountHandle string
	SparesUrgent  bool // what is marked urgent goes on
	Reason        string
	PausedBy      int64
	PausedName    string
	PausedAt      time.Time
	ResumedName   string
	ResumedAt     *time.Time
	Held          int // deliveries it holds now
}

// ended tells who came too late who was first.
func (p Pause) ended() error {
	return fault.Conflict("{.name} 已于 {.time} 结束这次暂停",
		"name", p.ResumedName,
		"time", ClockTime(*p.ResumedAt),
	).WithCode("resumed")
}

// Stop is what a person wants paused: a unit with all below it, or one account.
type Stop struct {
	UnitID       int64
	AccountID    *int64
	SparesUrgent bool // what is marked urgent goes on: a warning, with its changes and its lifting
	Why          string
}

func (s Stop) args(path string) pgx.NamedArgs {
	return pgx.NamedArgs{"path": path, "account": s.AccountID, "spare": s.SparesUrgent}
}

// PausePreview says how much a pause would stop.
type PausePreview struct {
	Accounts int // live accounts it covers
	Waiting  int // deliveries it would hold
	Sending  int // past their mark: out of its reach, the wish is kept
	Spared   int // urgent ones that go on
}

// place finds the unit, and the account if one is named, that the actor may pause.
func place(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	unitID int64,
	accountID *int64,
) (org.Unit, error) {
	if accountID == nil {
		return org.FindTx(ctx, tx, actor, access.Pause, unitID)
	}
	a, err := account.FindTx(ctx, tx, *accountID)
	if err != nil {
		return org.Unit{}, err
	}

	return org.FindTx(ctx, tx, actor, access.Pause, a.UnitID)
}

// coverSQL is the condition "this delivery's account is in the place, and it is not spared".
const coverSQL = placeSQL + " AND NOT (@spare::boolean AND d.urgent)"

// placeSQL is the condition "this delivery's account is in the place".
const placeSQL = `(@account::bigint IS NULL OR d.account_id = @account::bigint) AND d.account_id IN (
    SELECT a.id FROM accounts a JOIN units u ON u.id = a.unit_id WHERE u.path LIKE @path || '%')`

// PreviewPause counts what a pause would stop, before anybody presses the button.
func (s *Service) PreviewPause(
	ctx context.Context,
	actor access.Actor,
	stop Stop,
) (_ PausePreview, err error) {
	defer fault.Step(&err, "delivery.PreviewPause %d", stop.UnitID)

	var pausePreview PausePreview
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := place(ctx, tx, actor, stop.UnitID, stop.AccountID)
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
    FROM deliveries d WHERE NOT d.settled AND `+placeSQL+`) d`, stop.args(unit.Path)).
			Scan(&pausePreview.Accounts, &pausePreview.Waiting, &pausePreview.Sending, &pausePreview.Spared)
	})

	return pausePreview, err
}

// Pause holds everything of a subtree or an account that is not past its mark, in its own transaction:
// the place's row is locked first, so that no approval or plan slips between. What is past its mark
// keeps the wish. Fails with fault.Conflict when the same place is paused already, but for a pause of all
// where one spares what is urgent.
func (s *Service) Pause(
	ctx context.Context,
	actor access.Actor,
	stop Stop,
) (_ Pause, err error) {
	defer fault.Step(&err, "delivery.Pause %d", stop.UnitID)

	stop.Why, err = reason("reason", stop.Why)
	if err != nil {
		return Pause{}, err
	}
	var out Pause
	err = s.act(ctx, func(tx pg.Tx, now time.Time) error {
		unit, err := place(ctx, tx, actor, stop.UnitID, stop.AccountID)
		if err != nil {
			return err
		}
		if err := recallTx(ctx, tx, now, coverSQL, stop.args(unit.Path)); err != nil {
			return err
		}
		if err := lockPlace(ctx, tx, unit.ID, stop.AccountID); err != nil {
			return err
		}
		id, err := insertPause(ctx, tx, now, unit.ID, stop, actor.UserID)
		if err != nil {
			return err
		}
		reach, err := hold(ctx, tx, now, actor.UserID, id, stop.args(unit.Path))
		if err != nil {
			return err
		}
		if out, err = findPause(ctx, tx.DB, id); err != nil {
			return err
		}
		if err := tellPaused(ctx, tx, now, actor, out); err != nil {
			return err
		}

		detail := reach.detail()
		if stop.SparesUrgent {
			detail["spares_urgent"] = true
		}

		ref := "pause/" + strconv.FormatInt(id, 10)

		return note(ctx, tx, now, actor, actPause, ref, unit.Path, stop.Why, detail)
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

	pause, err := s.findPause(ctx, actor, access.UnitView, pauseID)
	if err != nil {
		return nil, err
	}
	scope, args := access.Scope(actor, access.UnitView, "u.path")

	return heldBy(ctx, s.db.Gorm(ctx), pause.ID, scope, args)
}

// Pauses lists the open pauses that concern the actor: of units it sees, and of units above it.
func (s *Service) Pauses(ctx context.Context, actor access.Actor) (_ []Pause, err error) {
	defer fault.Step(&err, "delivery.Pauses")

	return openPauses(ctx, s.db.Gorm(ctx), actor)
}

// PastPauses lists the pauses that have ended and concerned the actor as open ones do, the latest begun
// first, fifty a page.
func (s *Service) PastPauses(
	ctx context.Context,
	actor access.Actor,
	after string,
) (_ pg.Page[Pause], err error) {
	defer fault.Step(&err, "delivery.PastPauses")

	rows, err := pastPauses(ctx, s.db.Gorm(ctx), actor, after, pastPage+1)
	if err != nil {
		return pg.Page[Pause]{}, err
	}

	return pg.Cut(rows, pastPage, func(pause Pause) pg.Cursor {
		return pg.Cursor{
			At: pause.PausedAt, ID: pause.ID,
		}
	}), nil
}

const pastPage = 50

// Lasted is how long an ended pause was in force, in whole seconds.
func (p Pause) Lasted() time.Duration {
	if p.ResumedAt == nil {
		return 0
	}

	return p.ResumedAt.Sub(p.PausedAt).Round(time.Second)
}

// FindPause reads one pause, open or ended, of a unit the actor sees.
func (s *Service) FindPause(ctx context.Context, actor access.Actor, id int64) (_ Pause, err error) {
	defer fault.Step(&err, "delivery.FindPause %d", id)

	return s.findPause(ctx, actor, access.UnitView, id)
}

func (s *Service) findPause(
	ctx context.Context,
	actor access.Actor,
	perm access.Permission,
	id int64,
) (Pause, error) {
	pause, err := findPause(ctx, s.db.Gorm(ctx), id)
	if err != nil {
		return Pause{}, err
	}

	return pause, access.Require(actor, perm, pause.UnitPath)
}

// Action is what a person chooses for a held delivery when a pause ends.
type Action string

// The actions.
const (
	ActSend       Action = "send" // at its time, or at once when that has passed
	ActReschedule Action = "reschedule"
	ActCancel     Action = "cancel"
)

// Choice is the action for one held delivery.
type Choice struct {
	DeliveryID int64
	Action     Action
	DueAt      *time.Time // of ActReschedule
}
