package post

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/weibo"
)

// Edition is what an editor makes of a version under review: its words, and nothing else. Accounts, pictures,
// time, column and declarations stay.
type Edition struct {
	Text     string
	Variants map[int64]string // by account; one that is not named, or has no wording of its own, stays
	Alts     map[int64]string // descriptions by picture; one that is not named stays
}

// Of is the content of the version with the words of the edition.
func (e Edition) Of(post Post, version Version) Content {
	content := ContentOf(post, version)
	content.Text = e.Text

	for i, target := range content.Targets {
		if words, ok := e.Variants[target.AccountID]; ok && target.Variant != nil {
			content.Targets[i].Variant = &words
		}
	}

	for i, picture := range content.Media {
		if alt, ok := e.Alts[picture.MediaID]; ok {
			content.Media[i].Alt = alt
		}
	}

	return content
}

// Wordings are the texts of the edition: the common one, then those of accounts in the order of their ids.
func (e Edition) Wordings() []string {
	texts := []string{e.Text}
	for _, account := range slices.Sorted(maps.Keys(e.Variants)) {
		texts = append(texts, e.Variants[account])
	}

	return texts
}

// EditTx makes the next version of a post under review with other words, and submits it in the name of who
// submitted the one before; the editor is one of those who worked on it. changed is false where the words are
// the same: then nothing is done. The caller has asked review whether the editor may. Fails as SubmitTx does
// where the new words cannot go out.
func EditTx(
	ctx context.Context,
	act access.Act,
	id int64,
	edition Edition,
	rules weibo.Rules,
) (_ Post, _ Version, changed bool, err error) {
	defer fault.Step(&err, "post.EditTx %d", id)

	post, err := LockTx(ctx, act.Tx, access.System("review"), access.PostReview, id)
	if err != nil {
		return Post{}, Version{}, false, err
	}
	version, err := findVersion(ctx, act.Tx, post.VersionID)
	if err != nil {
		return Post{}, Version{}, false, err
	}
	if post.Phase != Submitted || version.SubmittedBy == nil {
		return Post{}, Version{}, false, refused(post.Phase)
	}
	content, err := edition.Of(post, version).clean()
	if err != nil {
		return Post{}, Version{}, false, err
	}
	if content.same(ContentOf(post, version)) {
		return post, version, false, nil
	}

	if err := voidVersion(ctx, act.Tx.DB, version.ID); err != nil {
		return Post{}, Version{}, false, err
	}
	next, err := copyVersion(ctx, act.Tx.DB, version.ID, act.Actor.UserID, act.Now)
	if err != nil {
		return Post{}, Version{}, false, fmt.Errorf("copy version: %w", err)
	}
	if err := saveVersion(ctx, act.Tx, next, content, act.Actor.UserID); err != nil {
		return Post{}, Version{}, false, fmt.Errorf("save version: %w", err)
	}
	if err := setVersion(ctx, act.Tx.DB, id, next); err != nil {
		return Post{}, Version{}, false, err
	}
	if err := movePost(ctx, act.Tx.DB, id, Submitted, Draft, act.Actor.UserID, act.Now); err != nil {
		return Post{}, Version{}, false, err
	}
	if post, _, err = reread(ctx, act.Tx, id); err != nil {
		return Post{}, Version{}, false, err
	}
	post, version, err = freeze(ctx, act.Tx, *version.SubmittedBy, act.Now, post, rules)

	return post, version, true, err
}
