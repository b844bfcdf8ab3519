package post

import (
	"context"
	"fmt"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/link"
	"juzhen/internal/pg"
	"juzhen/internal/review"
	"juzhen/internal/todo"
	"juzhen/internal/weibo"
)

// FindTx reads a post that the actor may see. It fails with fault.NotFound outside of the actor's units
// and with fault.Forbidden when perm is not held there.
func FindTx(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	perm access.Permission,
	id int64,
) (_ Post, err error) {
	defer fault.Step(&err, "post.FindTx %d", id)

	return findPost(ctx, tx.DB, actor, perm, id)
}

// LockTx is FindTx that keeps others from changing the post until the transaction ends.
func LockTx(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	perm access.Permission,
	id int64,
) (_ Post, err error) {
	defer fault.Step(&err, "post.LockTx %d", id)

	if err := lockPost(ctx, tx.DB, id); err != nil {
		return Post{}, err
	}

	return findPost(ctx, tx.DB, actor, perm, id)
}

// LockSeenTx is LockTx of a post as a page showed it: it fails with fault.Conflict "stale" at another
// revision than this one. 0 takes it as it is.
func LockSeenTx(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	perm access.Permission,
	id int64,
	revision int,
) (_ Post, err error) {
	defer fault.Step(&err, "post.LockSeenTx %d", id)

	post, err := LockTx(ctx, tx, actor, perm, id)
	if err == nil && revision != 0 && post.Revision != revision {
		err = errMeanwhile().WithCode("stale")
	}

	return post, err
}

// LockForReviewTx is LockTx for whoever reviews the post: by the permission at its unit, or because an open
// step of its review names the actor. What a step names is asked again by the decision itself.
func LockForReviewTx(ctx context.Context, tx pg.Tx, actor access.Actor, id int64) (_ Post, err error) {
	defer fault.Step(&err, "post.LockForReviewTx %d", id)

	post, err := LockTx(ctx, tx, actor, access.PostReview, id)
	if !fault.Is(err, fault.KindNotFound) && !fault.Is(err, fault.KindForbidden) {
		return post, err
	}
	named, nerr := review.NamesTx(ctx, tx, actor, id)
	if nerr != nil {
		return Post{}, nerr
	}
	if !named {
		return Post{}, err
	}

	return LockTx(ctx, tx, access.System("review"), access.PostReview, id)
}

// VersionTx reads a whole version. It checks no right: find the post first.
func VersionTx(ctx context.Context, tx pg.Tx, versionID int64) (_ Version, err error) {
	defer fault.Step(&err, "post.VersionTx %d", versionID)

	return findVersion(ctx, tx, versionID)
}

// SubmitTx freezes the current version and hands it to review; SealTx belongs to it. revision is what the
// person's form held; 0 takes what is stored. A returned post gets a new version with the same content first:
// what was returned is never submitted again as it was. It fails with *Stale when somebody else saved
// meanwhile, with fault.Fields ("text", "variant.<account>", "media", "accounts", "due", "repost", "visible")
// when the post cannot go out, with fault.Conflict in a phase that does not allow it.
func SubmitTx(
	ctx context.Context,
	act access.Act,
	id int64,
	revision int,
	rules weibo.Rules,
) (_ Post, _ Version, err error) {
	defer fault.Step(&err, "post.SubmitTx %d", id)

	post, err := LockTx(ctx, act.Tx, act.Actor, access.PostWrite, id)
	if err != nil {
		return Post{}, Version{}, err
	}
	if err := post.allows(Submit); err != nil {
		return Post{}, Version{}, err
	}
	if revision != 0 && revision != post.Revision {
		return Post{}, Version{}, stale(ctx, act.Tx, post)
	}
	if post.Phase == Returned {
		if post, _, err = ReviseTx(ctx, act, id); err != nil {
			return Post{}, Version{}, err
		}
	}

	return freeze(ctx, act.Tx, act.Actor.UserID, act.Now, post, rules)
}

func freeze(
	ctx context.Context,
	tx pg.Tx,
	by int64,
	at time.Time,
	post Post,
	rules weibo.Rules,
) (Post, Version, error) {
	version, err := findVersion(ctx, tx, post.VersionID)
	if err != nil {
		return Post{}, Version{}, err
	}
	if err := Check(post, version, rules, at).Err(); err != nil {
		return Post{}, Version{}, err
	}
	version = version.Declared()
	if err := sealRequests(&version); err != nil {
		return Post{}, Version{}, err
	}
	if err := refuseTwin(ctx, tx, post, version.WordingHash, by); err != nil {
		return Post{}, Version{}, err
	}
	if err := freezeVersion(ctx, tx, version, by, at); err != nil {
		return Post{}, Version{}, fmt.Errorf("freeze version: %w", err)
	}
	if err := link.WantTx(ctx, tx, at, post.ID, version.Texts()...); err != nil {
		return Post{}, Version{}, err
	}
	if err := movePost(ctx, tx.DB, post.ID, Draft, Submitted, by, at); err != nil {
		return Post{}, Version{}, err
	}
	if err := todo.ResolveTx(ctx, tx, at, returnedKey(post.ID), by); err != nil {
		return Post{}, Version{}, err
	}

	return reread(ctx, tx, post.ID)
}

// reread gives the post as it stands now, with its current version.
func reread(ctx context.Context, tx pg.Tx, id int64) (Post, Version, error) {
	post, err := findPost(ctx, tx.DB, access.System("post"), access.PostView, id)
	if err != nil {
		return Post{}, Version{}, err
	}
	version, err := findVersion(ctx, tx, post.VersionID)

	return post, version, err
}

// ApprovedTx marks the version approved and tells its writers; "as soon as approved" becomes this instant.
// It fails with fault.Conflict when the version is no longer the one under review.
func ApprovedTx(ctx context.Context, tx pg.Tx, at time.Time, id, versionID int64) (err error) {
	defer fault.Step(&err, "post.ApprovedTx %d", id)

	if err := decided(ctx, tx, at, id, versionID, Approve, VersionApproved); err != nil {
		return err
	}

	if err := fixNow(ctx, tx.DB, id, &at); err != nil {
		return err
	}

	return tellApproved(ctx, tx, at, id)
}

// ReturnedTx gives the post back and tells the people who write for its unit why. Fails like ApprovedTx.
func ReturnedTx(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	id, versionID int64,
	opinion string,
) (err error) {
	defer fault.Step(&err, "post.ReturnedTx %d", id)

	if err := decided(ctx, tx, at, id, versionID, Return, VersionReturned); err != nil {
		return err
	}
	post, version, err := reread(ctx, tx, id)
	if err != nil {
		return err
	}
	own, err := OwnTx(ctx, tx, []int64{id})
	if err != nil {
		return err
	}

	return todo.RaiseTx(ctx, tx, at, todo.Item{
		Matter:    todoReturned,
		Own:       own[id].Todo(),
		Key:       returnedKey(id),
		UnitPath:  post.UnitPath,
		SubjectID: id,
		Args:      map[string]any{"title": version.Title(), "opinion": opinion},
		DueAt:     post.DueAt,
	})
}

// VoidedTx tells the people who write for a post's unit that another time took its approval away: the
// words name a day that is wrong then. The post was opened for editing before.
func VoidedTx(ctx context.Context, tx pg.Tx, at time.Time, post Post, words []string) (err error) {
	defer fault.Step(&err, "post.VoidedTx")

	version, err := findVersion(ctx, tx, post.VersionID)
	if err != nil {
		return err
	}
	own, err := OwnTx(ctx, tx, []int64{post.ID})
	if err != nil {
		return err
	}

	return todo.RaiseTx(ctx, tx, at, todo.Item{
		Matter:    todoVoided,
		Own:       own[post.ID].Todo(),
		Key:       returnedKey(post.ID),
		UnitPath:  post.UnitPath,
		SubjectID: post.ID,
		Args:      map[string]any{"title": version.Title(), "words": strings.Join(words, "、")},
	})
}

func returnedKey(id int64) string { return Ref(id) + "/returned" }

func decided(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	id, versionID int64,
	act Act,
	state VersionState,
) error {
	if err := lockPost(ctx, tx.DB, id); err != nil {
		return err
	}
	post, err := findPost(ctx, tx.DB, access.System("review"), access.PostView, id)
	if err != nil {
		return err
	}
	to, ok := post.Phase.After(act)
	if !ok {
		return refused(post.Phase)
	}
	if post.VersionID != versionID {
		return fault.Conflict("稿件已有新的版本，请查看最新内容")
	}
	if err := moveVersion(ctx, tx.DB, versionID, VersionSubmitted, state); err != nil {
		return err
	}

	return movePost(ctx, tx.DB, id, post.Phase, to, 0, at)
}

// WithdrawnTx takes the post out of its way; a version that was not decided becomes void.
func WithdrawnTx(ctx context.Context, act access.Act, id int64) (err error) {
	defer fault.Step(&err, "post.WithdrawnTx %d", id)

	post, err := LockTx(ctx, act.Tx, act.Actor, access.PostWrite, id)
	if err != nil {
		return err
	}
	to, ok := post.Phase.After(Withdraw)
	if !ok {
		return refused(post.Phase)
	}
	if err := voidVersion(ctx, act.Tx.DB, post.VersionID); err != nil {
		return err
	}
	if err := movePost(ctx, act.Tx.DB, id, post.Phase, to, act.Actor.UserID, act.Now); err != nil {
		return err
	}

	return todo.ResolveTx(ctx, act.Tx, act.Now, returnedKey(id), act.Actor.UserID)
}

// ReviseTx opens the post for editing: a new version with the content of the current one. A version
// that was not decided becomes void, a decided one stays as evidence. It fails with fault.Conflict on a
// draft, which is open already.
func ReviseTx(ctx context.Context, act access.Act, id int64) (_ Post, _ Version, err error) {
	defer fault.Step(&err, "post.ReviseTx %d", id)

	post, err := LockTx(ctx, act.Tx, act.Actor, access.PostWrite, id)
	if err != nil {
		return Post{}, Version{}, err
	}
	to, ok := post.Phase.After(Revise)
	if !ok {
		return Post{}, Version{}, fault.Conflict("稿件已经是草稿，可以直接修改")
	}
	if err := voidVersion(ctx, act.Tx.DB, post.VersionID); err != nil {
		return Post{}, Version{}, err
	}
	next, err := copyVersion(ctx, act.Tx.DB, post.VersionID, act.Actor.UserID, act.Now)
	if err != nil {
		return Post{}, Version{}, fmt.Errorf("copy version: %w", err)
	}
	if err := setVersion(ctx, act.Tx.DB, id, next); err != nil {
		return Post{}, Version{}, err
	}
	if err := fixNow(ctx, act.Tx.DB, id, nil); err != nil {
		return Post{}, Version{}, err
	}
	if err := movePost(ctx, act.Tx.DB, id, post.Phase, to, act.Actor.UserID, act.Now); err != nil {
		return Post{}, Version{}, err
	}

	return reread(ctx, act.Tx, id)
}

// SetDueTx gives the post another time: due, or as soon as approved. It fails with fault.Conflict on a
// withdrawn post and with fault.Invalid on "due" when the time is past, or the post is not to go out then.
// It does not touch deliveries.
func SetDueTx(ctx context.Context, act access.Act, id int64, due *time.Time, now bool) (err error) {
	defer fault.Step(&err, "post.SetDueTx %d", id)

	post, err := LockTx(ctx, act.Tx, act.Actor, access.PostView, id)
	if err != nil {
		return err
	}
	if err := post.allows(Reschedule); err != nil {
		return err
	}

	switch {
	case now:
		due = nil
	case due != nil:
		kept := due.UTC().Truncate(time.Microsecond) // as the database keeps it
		due = &kept
	}
	post.DueAt, post.DueNow = due, now
	if failure := checkDue(post, act.Now); failure != nil {
		return failure
	}
	if now && post.Phase == Approved { // it goes out at this instant; lists and calendars show it there
		due = &act.Now
	}
	if due != nil {
		if err := UntilTx(ctx, act.Tx, post.VersionID, *due); err != nil {
			return err
		}
	}

	return setDue(ctx, act.Tx.DB, id, due, now, act.Actor.UserID, act.Now)
}

// PassedSQL is a table of the posts that were approved and not taken back since, to join with what begins
// posts: id, due_at.
func PassedSQL() string { return "(SELECT id, due_at FROM posts WHERE phase = 'approved')" }

// PhasesSQL is a table of where the texts of all posts stand, to join with what begins posts: id, phase.
func PhasesSQL() string { return "(SELECT id, phase FROM posts)" }
