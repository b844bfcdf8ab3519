package post

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// Copied is a draft that was made of another post.
type Copied struct {
	Post  Post
	Left  int  // accounts of the other one that the actor cannot use any more; they are not in the draft
	Again bool // the form had made it before
}

// Copy begins a draft with what another post says now: text, pictures, own wordings, accounts, column and
// what a machine made, without a time and not urgent. It lies in the same unit, where the actor must be
// allowed to write. key is as for CreateOnce. Fails with fault.NotFound where the actor may not see the post,
// with fault.Forbidden where he or she may not write.
func (s *Service) Copy(
	ctx context.Context,
	actor access.Actor,
	id int64,
	key string,
) (made Copied, err error) {
	defer fault.Step(&err, "post.Copy %d", id)

	if len(key) > maxKey {
		return Copied{}, fault.Invalid("", "表单无法读取，请刷新页面后重试")
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		made, err = copyPost(ctx, access.NewAct(tx, s.now(), actor), id, nil, key, nil)
		return err
	})

	return made, err
}

// CopyTx is Copy inside of a transaction, with a time. change may say it in other words; nil: as it stands.
func CopyTx(
	ctx context.Context,
	act access.Act,
	id int64,
	due time.Time,
	change func(*Content),
) (_ Copied, err error) {
	defer fault.Step(&err, "post.CopyTx %d", id)

	return copyPost(ctx, act, id, &due, "", change)
}

// SourceTx reads a post with its version as somebody who may write it copies it. Fails as Copy does.
func SourceTx(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	id int64,
) (from Post, version Version, err error) {
	defer fault.Step(&err, "post.SourceTx %d", id)

	if from, err = findPost(ctx, tx.DB, actor, access.PostWrite, id); err != nil {
		return from, version, err
	}

	version, err = findVersion(ctx, tx, from.VersionID)

	return from, version, err
}

func copyPost(
	ctx context.Context,
	act access.Act,
	id int64,
	due *time.Time,
	key string,
	change func(*Content),
) (made Copied, err error) {
	from, version, err := SourceTx(ctx, act.Tx, act.Actor, id)
	if err != nil {
		return Copied{}, err
	}
	content := ContentOf(from, version)
	content.at(due)
	content.Urgent = false
	content.Corrects, content.CopiedFrom = nil, &from.ID
	if _, waits := version.Lead(); waits { // asked of one account once
		content.RepostOf = ""
	}
	content.Targets, made.Left = usable(act.Actor, from.UnitPath, version.Targets)

	if change != nil {
		change(&content)
	}
	if content, err = content.clean(); err != nil {
		return Copied{}, err
	}
	made.Post, made.Again, err = create(ctx, act, from.UnitID, content, key, version)

	return made, err
}

// usable are the accounts that a draft of the unit at path can go to, and how many of the others there are:
// closed meanwhile, or moved to another unit.
func usable(actor access.Actor, path string, targets []Target) (choices []TargetChoice, left int) {
	for _, target := range targets {
		if target.Account.State == account.Closed || !within(target.Account.UnitPath, path) ||
			!actor.CanAt(access.PostWrite, target.Account.UnitPath) {
			left++
			continue
		}
		choices = append(choices, TargetChoice{target.AccountID, target.Variant})
	}

	return choices, left
}
