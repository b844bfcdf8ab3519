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

// Carry is a post that one account is asked to publish: words of its own, or another post of this console
// passed on with words.
type Carry struct {
	UnitID    int64 // of the account
	AccountID int64
	Text      string
	Lead      *post.Lead // nil: a post of its own
	ColumnID  int64
	Urgent    bool
	Due       time.Time     // not ahead: at once, or as soon as approved
	Cover     *review.Cover // nil: it goes through its unit's own chain
	Reasons   []check.Reason

	// Bind keeps, in the same transaction, for what the post was made. What it fails with keeps it from
	// being.
	Bind func(tx pg.Tx, now time.Time, p post.Post) error
}

// Carry writes the post, submits it, and where another approval covers its words approves it, all or
// nothing. It is sent like any other. Fails as CreateAndSubmit does; an approval elsewhere explains no
// finding, so with a cover it fails with *check.Open on every one that needs a reason.
func (s *Service) Carry(ctx context.Context, actor access.Actor, carry Carry) (p post.Post, err error) {
	defer fault.Step(&err, "delivery.Carry %d", carry.AccountID)

	err = s.lookedThrough(ctx, func(tx pg.Tx, now time.Time, looked check.Checked) error {
		act := access.NewAct(tx, now, actor)

		content := post.Content{
			Text: carry.Text, ColumnID: carry.ColumnID, Urgent: carry.Urgent, DueNow: !carry.Due.After(now),
			Targets: []post.TargetChoice{{AccountID: carry.AccountID}}, Lead: carry.Lead,
		}
		if !content.DueNow {
			content.DueAt = &carry.Due
		}
		if p, err = post.CreateTx(ctx, act, carry.UnitID, content); err != nil {
			return err
		}
		if carry.Cover == nil {
			err = s.submitTx(ctx, act, p.ID, p.Revision, looked, carry.Reasons)
		} else {
			err = s.coveredTx(ctx, act, p, *carry.Cover, looked)
		}
		if err != nil {
			return err
		}

		return carry.Bind(tx, now, p)
	})

	return p, err
}

// coveredTx submits a post whose words another approval covers, and lets it go at its time.
func (s *Service) coveredTx(
	ctx context.Context,
	act access.Act,
	p post.Post,
	cover review.Cover,
	looked check.Checked,
) error {
	p, version, err := post.SubmitTx(ctx, act, p.ID, p.Revision, s.rules)
	if err != nil {
		return err
	}
	if s.checks != nil {
		if check.Digest(p, version) != looked.Digest {
			return &unlooked{p, version}
		}
		if err := check.KeepTx(ctx, act.Tx, act.Actor, version.ID, looked.Findings, nil); err != nil {
			return err
		}
	}
	from := p.DueAt
	if p.DueNow {
		from = nil
	}
	version, err = post.SealTx(ctx, act.Tx, version, post.Basis{Cover: cover.String()}, from)
	if err != nil {
		return err
	}
	run, err := review.CoverTx(ctx, act.Tx, act.Now, p.ID, version.ID, version.Hash, cover)
	if err != nil {
		return err
	}
	if err := planTx(ctx, act.Tx, act.Now, p, version, act.Actor.UserID); err != nil {
		return err
	}
	due := act.Now
	if from != nil {
		due = *from
	}
	if err := s.releaseApproved(ctx, act, due, p, run); err != nil {
		return err
	}

	return note(ctx, act, actPostCarry, p.Ref(), p.UnitPath, "", map[string]any{
		"version": version.Number, "cover": cover.String(), "approved_by": cover.People,
	})
}
