package score

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/inbox"
	"juzhen/internal/index"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/reach"
)

// Service is the use cases of the house score. It is safe for concurrent use.
type Service struct {
	db    *pg.DB
	reach *reach.Service
	inbox *inbox.Service
	clock func() time.Time
}

// New makes the service.
func New(db *pg.DB, reading *reach.Service, citizens *inbox.Service, now func() time.Time) *Service {
	return &Service{db: db, reach: reading, inbox: citizens, clock: now}
}

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// Of works out the house score of an account: by the weights that hold for its unit today, whatever the
// period. Fails with fault.NotFound outside of the actor's scope of reach.
func (s *Service) Of(
	ctx context.Context, actor access.Actor, accountID int64, period reach.Period,
) (out Score, err error) {
	defer fault.Step(&err, "score.Of %d", accountID)

	spread, err := s.reach.Spread(ctx, actor, accountID, period)
	if err != nil {
		return out, err
	}
	out = Score{Period: period, At: s.now()}
	if out.Setting, err = holding(ctx, s.db.Gorm(ctx), accountID); err != nil {
		return out, err
	}
	if !spread.Known() {
		return out, nil
	}
	replies, err := s.inbox.Replies(ctx, accountID, period.From, period.To)
	if err != nil {
		return out, err
	}
	out.Given = given(period, spread.Counts, replies)
	out.House = index.HouseOf(*out.Setting.Weights, out.Given)

	return out, nil
}

func given(period reach.Period, counts index.Counts, replies inbox.Replies) index.Given {
	given := index.Given{
		Days: period.Days(), Posts: counts.Posts, Originals: counts.Originals, Comments: counts.Comments,
		Reposts: counts.Reposts, Likes: counts.Likes,
	}
	if replies.Known {
		given.Asked, given.Answered = &replies.Asked, replies.Answered
	}

	return given
}

// Settings are what units set: those in the actor's scope of reach and those above, which hold there too;
// the preset stands in front.
func (s *Service) Settings(ctx context.Context, actor access.Actor) (_ []Setting, err error) {
	defer fault.Step(&err, "score.Settings")

	list, err := latest(ctx, s.db.Gorm(ctx), actor)

	return append([]Setting{preset()}, list...), err
}

// MaxHistory is how many revisions History gives.
const MaxHistory = 100

// History is every revision of the settings that Settings gives, the newest first, at most MaxHistory.
func (s *Service) History(ctx context.Context, actor access.Actor) (_ []Setting, err error) {
	defer fault.Step(&err, "score.History")

	return history(ctx, s.db.Gorm(ctx), actor)
}

// For is what a unit itself has set last, with revision 0 and no weights where it never did, and what holds
// for it. Fails with fault.NotFound and fault.Forbidden for who may not set it.
func (s *Service) For(
	ctx context.Context, actor access.Actor, unitID int64,
) (own, holds Setting, err error) {
	defer fault.Step(&err, "score.For %d", unitID)

	unit, err := org.Of(ctx, s.db.Gorm(ctx), unitID)
	if err != nil {
		return own, holds, err
	}
	if err := access.Require(actor, access.IndexManage, unit.Path); err != nil {
		return own, holds, err
	}
	if own, err = ownOf(ctx, s.db.Gorm(ctx), unit); err != nil {
		return own, holds, err
	}
	holds, err = holdingAt(ctx, s.db.Gorm(ctx), unit.Path)

	return own, holds, err
}

// Set writes the next revision of a unit's setting. Fails with fault.NotFound and fault.Forbidden at the
// unit, with fault.Invalid at the part, and with fault.Conflict when somebody set it meanwhile.
func (s *Service) Set(ctx context.Context, actor access.Actor, change Change) (set Setting, err error) {
	defer fault.Step(&err, "score.Set %d", change.UnitID)

	if change.Weights != nil {
		if err := check(*change.Weights); err != nil {
			return set, err
		}
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := org.Of(ctx, tx.DB, change.UnitID)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.IndexManage, unit.Path); err != nil {
			return err
		}

		own, err := ownOf(ctx, tx.DB, unit)
		switch {
		case err != nil:
			return err
		case own.Revision != change.Revision:
			return errStale()
		case change.Weights == nil && own.Weights == nil:
			return fault.Conflict("{.unit}没有自己的权重", "unit", unit.Name)
		}
		next := Setting{
			UnitID: unit.ID, UnitName: unit.Name, UnitPath: unit.Path, Revision: own.Revision + 1,
			Weights: change.Weights, At: s.now(),
		}
		if err := insert(ctx, tx, next, actor); err != nil {
			return err
		}
		set = next

		return s.record(ctx, tx, actor, own, next)
	})

	return set, err
}

func (s *Service) record(ctx context.Context, tx pg.Tx, actor access.Actor, before, after Setting) error {
	detail := map[string]any{"revision": after.Revision}
	act := actDrop

	if after.Weights != nil {
		act = actSet
		detail["weights"] = after.Weights.String()
	}
	if before.Weights != nil {
		detail["from"] = before.Weights.String()
	}

	return audit.Write(ctx, tx, audit.Entry{
		Actor: actor, At: after.At, Action: act, Subject: org.Unit{ID: after.UnitID}.Ref(),
		UnitPath: after.UnitPath, Detail: detail,
	})
}
