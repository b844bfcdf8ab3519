package plan

import (
	"context"
	"strconv"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/column"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// Slots are the weeks of an account.
type Slots struct {
	AccountID int64
	Handle    string
	UnitID    int64
	UnitName  string
	UnitPath  string
	Weeks     []KeptWeek // that of no column first
	May       bool       // the actor may set them
}

// KeptWeek is the week of an account for one column, or for all that have none of their own.
type KeptWeek struct {
	Week
	ColumnID int64 // 0: all columns that have no week of their own
	Column   string
	Revision int // one higher with each change
	SetBy    string
	SetAt    time.Time
}

// Of gives the week of a column as it is kept; the zero week where there is none.
func (s Slots) Of(columnID int64) KeptWeek {
	for _, week := range s.Weeks {
		if week.ColumnID == columnID {
			return week
		}
	}

	return KeptWeek{ColumnID: columnID}
}

// Ref names the slots in the audit trail.
func (s Slots) Ref() string { return "slots/" + strconv.FormatInt(s.AccountID, 10) }

// SlotsOf gives the weeks of an account. It needs post.view there; fails with fault.NotFound.
func (s *Service) SlotsOf(ctx context.Context, actor access.Actor, accountID int64) (_ Slots, err error) {
	defer fault.Step(&err, "plan.SlotsOf %d", accountID)

	return slotsOf(ctx, s.db.Pool(), actor, accountID)
}

// SetSlots replaces the week of an account for a column, 0 for all that have none of their own; without times
// there is none any more. revision is the one that was shown, 0 where there was none. It needs plan.manage at
// the account's unit. Fails with fault.NotFound or fault.Forbidden, with fault.Invalid on "times" and
// "column", with fault.Conflict "stale" when somebody else wrote meanwhile.
func (s *Service) SetSlots(
	ctx context.Context,
	actor access.Actor,
	accountID, columnID int64,
	revision int,
	week Week,
) (slots Slots, err error) {
	defer fault.Step(&err, "plan.SetSlots %d", accountID)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if slots, err = slotsOf(ctx, tx.Pgx, actor, accountID); err != nil {
			return err
		}
		if err := access.Require(actor, access.PlanManage, slots.UnitPath); err != nil {
			return err
		}
		if err := week.check(); err != nil {
			return err
		}
		if columnID != 0 && len(week.Times) > 0 {
			if _, err := column.HoldsTx(ctx, tx, columnID, slots.UnitPath); err != nil {
				return err
			}
		}
		if err := putWeek(ctx, tx, accountID, columnID, revision, week, actor.UserID, s.now()); err != nil {
			return err
		}
		if slots, err = slotsOf(ctx, tx.Pgx, actor, accountID); err != nil {
			return err
		}

		return audit.Write(ctx, tx, audit.Entry{
			Actor: actor, At: s.now(), Action: actSlots, Subject: slots.Ref(), UnitPath: slots.UnitPath,
			Detail: map[string]any{"column": columnID, "times": len(week.Times), "workdays": week.Workdays},
		})
	})

	return slots, err
}

// NextSlot gives the next slot at which none of the accounts has anything planned, at least ten minutes ahead
// and within four weeks: a time that is a slot of each of the accounts that have slots, for the column or,
// where they have none for it, for all. Accounts without slots need only be free. except is the post that
// looks for its time; accounts for which the actor does not write count for nothing. Fails with fault.Invalid
// beyond 5,000 accounts.
func (s *Service) NextSlot(
	ctx context.Context,
	actor access.Actor,
	accounts []int64,
	columnID, except int64,
) (found NextSlot, err error) {
	defer fault.Step(&err, "plan.NextSlot")

	if len(accounts) > maxAccounts {
		return found, fault.Invalid("account_ids", "一次最多 {.max} 个", "max", maxAccounts)
	}
	now := s.now()
	until := now.AddDate(0, 0, slotWithin+1)
	weeks, err := weeksFor(ctx, s.db, actor, accounts, columnID)
	if err != nil || len(weeks) == 0 {
		return found, err
	}
	busy, err := busyTimes(ctx, s.db.Pool(), actor, accounts, except, now, until)
	if err != nil {
		return found, err
	}
	almanac, err := s.Almanac(ctx, now.Year(), until.Year())
	if err != nil {
		return found, err
	}

	return nextSlot(now, weeks, busy, almanac), nil
}
