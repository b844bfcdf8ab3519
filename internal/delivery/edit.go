package delivery

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/check"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/review"
)

// Edited is what an editor says about the version that was shown: its words as they should be.
type Edited struct {
	Version int
	Hash    []byte
	Step    int // 0: the one that is open
	Words   post.Edition
	Opinion string
}

// Edit takes the open step of editing of a post. Where the words stay the step is done and the review goes
// on. Otherwise they are a version of their own: every step before is asked about the difference, and what
// was explained of the findings stays explained. The editor approves nothing. Fails as review.DecideTx
// does, as Submit does for the new words, and with *check.Open while a new finding is not mended.
func (s *Service) Edit(
	ctx context.Context,
	actor access.Actor,
	postID int64,
	edited Edited,
) (changed bool, err error) {
	defer fault.Step(&err, "delivery.Edit %d", postID)

	err = s.lookedThrough(ctx, func(tx pg.Tx, now time.Time, looked check.Checked) error {
		act := access.NewAct(tx, now, actor)

		p, err := post.LockForReviewTx(ctx, tx, actor, postID)
		if err != nil {
			return err
		}
		word := review.Word{
			Version: edited.Version, Hash: edited.Hash, Step: edited.Step, Decision: review.Edit,
			Opinion: edited.Opinion,
		}
		before, err := review.EditingTx(ctx, act, postID, word)
		if err != nil {
			return err
		}
		var version post.Version
		p, version, changed, err = post.EditTx(ctx, act, p.ID, edited.Words, s.rules)
		if err != nil {
			return err
		}
		if changed {
			return s.editionTx(ctx, act, p, version, before, looked, edited)
		}
		r, err := review.DecideTx(ctx, act, postID, word)
		if err != nil {
			return err
		}

		return note(ctx, act, actPostEditStep, p.Ref(), p.UnitPath, edited.Opinion, r.Detail())
	})

	return changed, err
}

// editionTx puts the version that an editor made in the place of the one before: checked, sealed, planned,
// and under review by the same chain.
func (s *Service) editionTx(
	ctx context.Context,
	act access.Act,
	p post.Post,
	version post.Version,
	before review.Run,
	looked check.Checked,
	edited Edited,
) error {
	submitter := access.Actor{UserID: *version.SubmittedBy}
	if s.checks != nil {
		if check.Digest(p, version) != looked.Digest {
			return &unlooked{p, version}
		}
		reasons, err := check.ReasonsTx(ctx, act.Tx, before.VersionID)
		if err != nil {
			return err
		}
		if err := check.KeepTx(ctx, act.Tx, submitter, version.ID, looked.Findings, reasons); err != nil {
			return err
		}
	}
	version, err := sealTx(ctx, act.Tx, p, version, before.ChainVersionID)
	if err != nil {
		return err
	}
	if err := review.VoidTx(ctx, act.Tx, act.Now, p.ID, act.Actor.UserID); err != nil {
		return err
	}
	r, err := review.ReopenTx(ctx, act, before, version.ID, version.Hash, edited.Opinion)
	if err != nil {
		return err
	}
	if err := planTx(ctx, act.Tx, act.Now, p, version, act.Actor.UserID); err != nil {
		return err
	}
	detail := r.Detail()
	detail["from"], detail["to"] = before.VersionNumber, version.Number

	return note(ctx, act, actPostEditStep, p.Ref(), p.UnitPath, edited.Opinion, detail)
}
