package delivery

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// Kit is what an officer needs to post by hand.
type Kit struct {
	Delivery Delivery
	Phase    post.Phase // of its post
	Text     string
	RepostOf string
	Media    []post.VersionMedia
}

// HandoffKit gives text and pictures of a hand-off, exactly as approved.
func (s *Service) HandoffKit(ctx context.Context, actor access.Actor, id int64) (_ Kit, err error) {
	defer fault.Step(&err, "delivery.HandoffKit %d", id)

	var kit Kit
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		delivery, err := findDelivery(ctx, tx.DB, actor, access.PostView, id)
		if err != nil {
			return err
		}
		p, err := post.FindTx(ctx, tx, access.System("delivery"), access.PostView, delivery.PostID)
		if err != nil {
			return err
		}
		version, err := post.VersionTx(ctx, tx, delivery.VersionID)
		if err != nil {
			return err
		}
		target, ok := version.Target(delivery.AccountID)
		if !ok {
			return errNotFound()
		}
		kit = Kit{
			Delivery: delivery,
			Phase:    p.Phase,
			Text:     target.TextOf(version),
			RepostOf: version.RepostOf,
			Media:    version.Media,
		}
		if lead, ok := version.Lead(); ok {
			original, _, err := Original(ctx, tx.DB, lead)
			if kit.RepostOf = original.URL; kit.RepostOf == "" {
				kit.RepostOf = version.Original()
			}

			return err
		}

		return nil
	})

	return kit, err
}

// TakeHandoff gives a hand-off to one officer, so that two do not post it both. It goes back by itself
// after a while. Fails with fault.Conflict, naming the colleague, when somebody has it.
func (s *Service) TakeHandoff(ctx context.Context, actor access.Actor, id int64) (err error) {
	defer fault.Step(&err, "delivery.TakeHandoff %d", id)

	return s.hand(ctx, actor, id, ToTake, Move{
		Code:  HandoffTaken,
		Where: "d.taken_by IS NULL OR d.taken_by = @by",
		Set:   "taken_by = @by::bigint, taken_at = @now::timestamptz",
	})
}

// ReturnHandoff gives a hand-off back to the others. A supervisor may give back what a colleague holds.
func (s *Service) ReturnHandoff(ctx context.Context, actor access.Actor, id int64) (err error) {
	defer fault.Step(&err, "delivery.ReturnHandoff %d", id)

	return s.hand(ctx, actor, id, ToGiveBack, Move{
		Code:  HandoffReturned,
		Where: "d.taken_by IS NOT NULL",
		Set:   "taken_by = NULL, taken_at = NULL",
	})
}

func (s *Service) hand(
	ctx context.Context,
	actor access.Actor,
	id int64,
	do Doing,
	move Move,
) error {
	return s.act(ctx, func(tx pg.Tx, now time.Time) error {
		delivery, err := lockFor(ctx, tx, actor, do, id)
		if err != nil {
			return err
		}
		move := move
		move.From = rules[do].from
		move.By = actor.UserID
		move.Args = pgx.NamedArgs{"id": id}
		move.Where = "d.id = @id AND (" + move.Where + ")"
		moved, err := move.Run(ctx, tx.Pgx, now)
		if err == nil && len(moved) == 0 {
			return errMoved()
		}
		if err != nil {
			return err
		}

		return note(
			ctx,
			access.NewAct(tx, now, actor),
			actHandoff,
			delivery.Ref(),
			delivery.UnitPath,
			"",
			map[string]any{"step": string(move.Code)},
		)
	})
}

// RecordHandoff records the link of what an officer posted by hand. The link must be of this account.
// Fails with fault.Conflict when a colleague holds the hand-off.
func (s *Service) RecordHandoff(ctx context.Context, actor access.Actor, id int64, link string) (err error) {
	defer fault.Step(&err, "delivery.RecordHandoff %d", id)

	return s.act(ctx, func(tx pg.Tx, now time.Time) error {
		act := access.NewAct(tx, now, actor)

		delivery, err := lockFor(ctx, tx, actor, ToRecord, id)
		if err != nil {
			return err
		}
		change, found, err := s.linked(ctx, tx, now, delivery, link)
		if err != nil {
			return err
		}
		change.Code, change.Resolve = HandoffSent, TodoHandoff
		if err := s.applyLinked(ctx, act, delivery, change, found); err != nil {
			return err
		}

		return note(ctx, act, actHandoff, delivery.Ref(), delivery.UnitPath, "", map[string]any{
			"step": "recorded", "link": link,
		})
	})
}
