package delivery

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/review"
	"juzhen/internal/todo"
)

// Submit freezes a post's current version, opens its review and plans a delivery per account. revision is what the person's
// form held; 0 takes what is stored. Fails as post.SubmitTx does.
func (s *Service) Submit(ctx context.Context, actor access.Actor, postID int64, revision int) error {
	return s.act(ctx, func(tx pg.Tx, now time.Time) error {
		p, v, err := post.SubmitTx(ctx, tx, actor, now, postID, revision, s.rules)
		if err != nil {
			return err
		}
		if _, err := review.OpenTx(ctx, tx, now, p.ID, v.ID, 1, v.Hash); err != nil {
			return err
		}
		if err := planTx(ctx, tx, now, p, v, actor.UserID); err != nil {
			return err
		}
		return note(ctx, tx, now, actor, "post.submit", p.Ref(), p.UnitPath, "", map[string]any{"version": v.Number, "accounts": len(v.Targets)})
	})
}

// Review decides on the version of a post that the reviewer was shown. An approval lets its deliveries go at their due time;
// when that has passed, due must say now or a new time, else it fails with fault.Invalid on "due": a late approval never fires
// by itself. Fails otherwise as review.DecideTx does.
func (s *Service) Review(ctx context.Context, actor access.Actor, postID int64, version int, hash []byte, d review.Decision, opinion string, due DueChoice) error {
	return s.act(ctx, func(tx pg.Tx, now time.Time) error {
		p, err := post.LockTx(ctx, tx, actor, access.PostReview, postID)
		if err != nil {
			return err
		}
		r, err := review.DecideTx(ctx, tx, now, actor, postID, version, hash, d, opinion)
		if err != nil {
			return err
		}
		detail := map[string]any{"version": r.VersionNumber}
		if d == review.Return {
			if err := post.ReturnedTx(ctx, tx, now, p.ID, r.VersionID, opinion); err != nil {
				return err
			}
			return note(ctx, tx, now, actor, "post.return", p.Ref(), p.UnitPath, opinion, detail)
		}
		if err := s.approve(ctx, tx, now, actor, p, r, due); err != nil {
			return err
		}
		return note(ctx, tx, now, actor, "post.approve", p.Ref(), p.UnitPath, opinion, detail)
	})
}

func (s *Service) approve(ctx context.Context, tx pg.Tx, now time.Time, actor access.Actor, p post.Post, r review.Review, choice DueChoice) error {
	if p.DueNow && choice.At == nil {
		choice.Now = true
	}
	due, err := choice.resolve(p.DueAt, now)
	if err != nil {
		return err
	}
	if choice != (DueChoice{}) && !p.DueNow {
		if err := post.SetDueTx(ctx, tx, actor, now, p.ID, choice.At, choice.Now); err != nil {
			return err
		}
	}
	if err := post.ApprovedTx(ctx, tx, now, p.ID, r.VersionID); err != nil {
		return err
	}
	if err := shareTx(ctx, tx, p.ID); err != nil {
		return err
	}
	if err := todo.ResolveTx(ctx, tx, now, expiredKey(p.ID), actor.UserID); err != nil {
		return err
	}
	_, err = s.releaseTx(ctx, tx, now, due, Move{From: []State{Planned, Expired}, Code: WasApproved, By: actor.UserID,
		Where: "d.post_id = @post AND d.version_id = @version", Args: pgx.NamedArgs{"post": p.ID, "version": r.VersionID}})
	return err
}
