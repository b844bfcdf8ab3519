package inbox

import (
	"context"
	"slices"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/queue"
)

// UnitTerms are the terms of a unit: those that hold, and what was and is to be.
type UnitTerms struct {
	Unit     org.Unit
	Revision int // of the last that the unit itself set; 0: none
	Current  Lap
	Later    []Lap     // what is to hold after it, its own and those of the units above
	Versions []Version // its own, the last written first
	Asked    time.Time // when this was so
}

// Own tells whether what holds now was set by the unit itself.
func (u UnitTerms) Own() bool { return u.Current.From != nil && u.Current.From.UnitID == u.Unit.ID }

// Holds tells whether a version of the unit holds now, or is to hold.
func (u UnitTerms) Holds(v Version) bool {
	own := slices.Clone(u.Versions)
	slices.Reverse(own)
	left := holding(own)
	now := begun(left, u.Asked)

	return slices.ContainsFunc(left, func(one Version) bool {
		return one.Revision == v.Revision && (one.Since.After(u.Asked) || now.Revision == v.Revision)
	})
}

// unitTerms are the terms of one unit out of what is set.
func unitTerms(unit org.Unit, versions []Version, now time.Time) UnitTerms {
	out := UnitTerms{Unit: unit, Asked: now}
	course := CourseOf(unit.Path, versions)

	out.Current = course.At(now)
	for _, lap := range course[1:] {
		if lap.Since.After(now) {
			out.Later = append(out.Later, lap)
		}
	}

	for _, version := range versions {
		if version.UnitID == unit.ID {
			out.Versions = append(out.Versions, version)
			out.Revision = version.Revision
		}
	}
	slices.Reverse(out.Versions)

	return out
}

// Terms lists the terms of the units whose inbox the actor reads, in the order of the tree.
func (s *Service) Terms(ctx context.Context, actor access.Actor) (out []UnitTerms, err error) {
	defer fault.Step(&err, "inbox.Terms")

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		units, err := org.WithinTx(ctx, tx, actor, access.InboxView)
		if err != nil {
			return err
		}
		versions, err := allTerms(ctx, tx)
		if err != nil {
			return err
		}

		for _, unit := range units {
			out = append(out, unitTerms(unit, versions, s.now()))
		}

		return nil
	})

	return out, err
}

// TermsOf gives the terms of a unit whose inbox the actor reads. Fails with fault.NotFound.
func (s *Service) TermsOf(ctx context.Context, actor access.Actor, unitID int64) (out UnitTerms, err error) {
	defer fault.Step(&err, "inbox.TermsOf %d", unitID)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := org.Of(ctx, tx.DB, unitID)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.InboxView, unit.Path); err != nil {
			return err
		}
		versions, err := termsAlong(ctx, tx, unit.Path)
		if err != nil {
			return err
		}
		out = unitTerms(unit, versions, s.now())

		return nil
	})

	return out, err
}

// MaySetTerms tells whether the actor may set the terms of a unit: nil, fault.NotFound or fault.Forbidden.
func MaySetTerms(actor access.Actor, unitPath string) error {
	return access.Require(actor, access.ClockManage, unitPath)
}

// SetTerms gives a unit terms of its own from an instant on, or takes them from it, and has the clocks of
// what waits reckoned again. Fails as MaySetTerms and Draft do, and with fault.Conflict when somebody else
// changed them since the revision that was shown.
func (s *Service) SetTerms(ctx context.Context, actor access.Actor, draft Draft) (out UnitTerms, err error) {
	defer fault.Step(&err, "inbox.SetTerms %d", draft.UnitID)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := org.Of(ctx, tx.DB, draft.UnitID)
		if err != nil {
			return err
		}
		if err := MaySetTerms(actor, unit.Path); err != nil {
			return err
		}
		now := s.now()
		if draft, err = draft.clean(now); err != nil {
			return err
		}
		if err := insertTerms(ctx, tx, draft, actor.UserID, now); err != nil {
			return err
		}
		if err := queue.Insert(ctx, tx, ReckonArgs{UnitPath: unit.Path}, nil); err != nil {
			return err
		}
		versions, err := termsAlong(ctx, tx, unit.Path)
		if err != nil {
			return err
		}
		out = unitTerms(unit, versions, now)

		return audit.Write(ctx, tx, audit.Entry{
			Actor: actor, At: now, Action: actTerms, Subject: unit.Ref(), UnitPath: unit.Path,
			Detail: map[string]any{
				"revision": draft.Revision + 1, "since": draft.Since, "inherits": draft.Inherits,
			},
		})
	})

	return out, err
}
