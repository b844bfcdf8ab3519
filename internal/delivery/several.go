package delivery

import (
	"context"
	"errors"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/check"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/review"
)

// Reviewed is one of several posts that are approved by one act.
type Reviewed struct {
	PostID  int64
	Verdict Verdict
}

// ApproveAll approves several versions by one act: every one of them as the reviewer was shown it, or none.
// with writes what belongs to the act as a whole, in its transaction. Where one cannot be approved stopped is
// its post, and err why, as Review fails; stopped is 0 where the act fails otherwise.
func (s *Service) ApproveAll(
	ctx context.Context,
	actor access.Actor,
	all []Reviewed,
	with func(tx pg.Tx, now time.Time) error,
) (stopped int64, err error) {
	defer fault.Step(&err, "delivery.ApproveAll %d", len(all))

	looked, stopped, err := s.lookThroughAll(ctx, actor, all)
	if err != nil {
		return stopped, err
	}

	err = s.act(ctx, func(tx pg.Tx, now time.Time) error {
		for _, one := range all {
			stopped = one.PostID
			verdict := one.Verdict
			verdict.Decision, verdict.To, verdict.Due = review.Approve, 0, DueChoice{}

			_, err := s.reviewTx(ctx, access.NewAct(tx, now, actor), one.PostID, verdict, looked[one.PostID])
			var open *unlooked
			if errors.As(err, &open) {
				return fault.Conflict("内容或账号在您审核期间被改动，请刷新页面，看过最新内容后再决定").WithCode("hash")
			}
			if err != nil {
				return err
			}
		}
		stopped = 0

		return with(tx, now)
	})

	return stopped, err
}

// lookThroughAll looks through the wordings of posts before they are decided about, while nothing is locked:
// lists are read on a connection of their own.
func (s *Service) lookThroughAll(
	ctx context.Context,
	actor access.Actor,
	all []Reviewed,
) (looked map[int64]check.Checked, stopped int64, err error) {
	looked = map[int64]check.Checked{}
	if s.checks == nil {
		return looked, 0, nil
	}

	for _, one := range all {
		var found unlooked

		err := s.db.InTx(ctx, func(tx pg.Tx) (err error) {
			if found.post, err = post.LockForReviewTx(ctx, tx, actor, one.PostID); err != nil {
				return err
			}
			found.version, err = post.VersionTx(ctx, tx, found.post.VersionID)

			return err
		})
		if err != nil {
			return nil, one.PostID, err
		}
		if looked[one.PostID], err = s.checks.Post(ctx, found.post, found.version); err != nil {
			return nil, 0, err
		}
	}

	return looked, 0, nil
}
