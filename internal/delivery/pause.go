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

// PausePreview says how much a pause would stop.
type PausePreview struct {
	Accounts int // live accounts it covers
	Waiting  int // deliveries it would hold
	Sending  int // past their mark: out of its reach, the wish is kept
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

// coverSQL is the condition "this delivery's account is in the place".
const coverSQL = `(@account::bigint IS NULL OR d.account_id = @account::bigint) AND d.account_id IN (
    SELECT a.id FROM accounts a JOIN units u ON u.id = a.unit_id WHERE u.path LIKE @path || '%')`

// PreviewPause counts what a pause would stop, before anybody presses the button.
func (s *Service) PreviewPause(
	ctx context.Context,
	actor access.Actor,
	unitID int64,
	accountID *int64,
) (_ PausePreview, err error) {
	defer fault.Step(&err, "delivery.PreviewPause %d", unitID)

	var pausePreview PausePreview
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := place(ctx, tx, actor, unitID, accountID)
		if err != nil {
			return err
		}

		return tx.Pgx.QueryRow(ctx, `
SELECT (SELECT count(*) FROM accounts a JOIN units u ON u.id = a.unit_id
    WHERE a.state = 'live' AND u.path LIKE @path || '%'
    AND (@account::bigint IS NULL OR a.id = @account::bigint)),
       count(*) FILTER (WHERE d.state IN ('waiting', 'preparing', 'handoff')),
           count(*) FILTER (WHERE d.state IN ('sending', 'unknown'))
FROM deliveries d WHERE NOT d.settled AND `+coverSQL, pgx.NamedArgs{
			"path": unit.Path, "account": accountID,
		}).Scan(&pausePreview.Accounts, &pausePreview.Waiting, &pausePreview.Sending)
	})

	return pausePreview, err
}

// Pause holds everything of a subtree or an account that is not past its mark, in its own transaction:
// the place's row is locked first, so that no approval or plan slips between. What is past its mark
// keeps the wish. Fails with fault.Conflict when the same place is paused already.
func (s *Service) Pause(
	ctx context.Context,
	actor access.Actor,
	unitID int64,
	accountID *int64,
	why string,
) (_ Pause, err error) {
	defer fault.Step(&err, "delivery.Pause %d", unitID)

	why, err = reason("reason", why)
	if err != nil {
		return Pause{}, err
	}
	var out Pause
	err = s.act(ctx, func(tx pg.Tx, now time.Time) error {
		unit, err := place(ctx, tx, actor, unitID, accountID)
		if err != nil {
			return err
		}
		if err := recallTx(ctx, tx, now, coverSQL, pgx.NamedArgs{
			"path": unit.Path, "account": accountID,
		}); err != nil {
			return err
		}
		if err := lockPlace(ctx, tx, unit.ID, accountID); err != nil {
			return err
		}
		id, err := insertPause(ctx, tx, now, unit.ID, accountID, why, actor.UserID)
		if err != nil {
			return err
		}
		reach, err := hold(ctx, tx, now, actor.UserID, id, unit.Path, accountID)
		if err != nil {
			return err
		}
		if out, err = findPause(ctx, tx.DB, id); err != nil {
			return err
		}
		if err := tellPaused(ctx, tx, now, actor, out); err != nil {
			return err
		}

		return note(
			ctx,
			tx,
			now,
			actor,
			actPause,
			"pause/"+strconv.FormatInt(id, 10),
			unit.Path,
			why,
			reach.detail(),
		)
	})

	return out, err
}

func hold(
	ctx context.Context,
	tx pg.Tx,
	now time.Time,
	by, pauseID int64,
	path string,
	accountID *int64,
) (Reach, error) {
	args := pgx.NamedArgs{"path": path, "account": accountID, "pause": pauseID, "wish": string(WishHold)}
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
