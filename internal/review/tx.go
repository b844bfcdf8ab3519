package review

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// key names the to-do of a post's review.
func key(postID int64) string { return "review/" + strconv.FormatInt(postID, 10) }

// OpenTx begins the review of a submitted version and puts it on the list of those who may review for
// its unit.
func OpenTx(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	postID, versionID int64,
	level int,
	hash []byte,
) (_ Review, err error) {
	defer fault.Step(&err, "review.OpenTx %d", postID)

	matter, err := findMatter(ctx, tx.DB, postID)
	if err != nil {
		return Review{}, err
	}
	if _, err := insertReview(ctx, tx.DB, postID, versionID, level, hash, at); err != nil {
		return Review{}, err
	}
	err = todo.RaiseTx(ctx, tx, at, todo.Item{
		Matter:    todoWaiting,
		Key:       key(postID),
		UnitPath:  matter.UnitPath,
		NotUser:   matter.AuthorID,
		SubjectID: postID,
		Args:      map[string]any{"title": matter.Title},
		DueAt:     matter.DueAt,
	})
	if err != nil {
		return Review{}, err
	}

	return findReview(ctx, tx.DB, postID, versionID)
}

// DecideTx approves or returns the version with this number. hash is of what the reviewer was shown. It
// fails with fault.NotFound outside of the actor's units; with fault.Forbidden for who may not review
// or worked on the wording; with fault.Conflict, naming who decided, when somebody was faster, and when
// the version or the hash is no longer the one under review; with fault.Invalid on "opinion" for a
// return without a word.
func DecideTx(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	actor access.Actor,
	postID int64,
	versionNumber int,
	hash []byte,
	decision Decision,
	opinion string,
) (_ Review, err error) {
	defer fault.Step(&err, "review.DecideTx %d", postID)

	matter, err := findMatter(ctx, tx.DB, postID)
	if err != nil {
		return Review{}, err
	}
	if err := access.Require(actor, access.PostReview, matter.UnitPath); err != nil {
		return Review{}, err
	}
	opinion = strings.TrimSpace(opinion)
	if err := checkDecision(decision, opinion); err != nil {
		return Review{}, err
	}
	review, err := lockReview(ctx, tx.DB, postID, versionNumber)
	if err != nil {
		return Review{}, err
	}
	if err := mayDecide(ctx, tx, actor, review, hash); err != nil {
		return Review{}, err
	}
	if err := decide(ctx, tx.DB, review.ID, leads[decision], actor.UserID, at, opinion); err != nil {
		return Review{}, err
	}
	if err := todo.ResolveTx(ctx, tx, at, key(postID), actor.UserID); err != nil {
		return Review{}, err
	}

	return findReview(ctx, tx.DB, postID, review.VersionID)
}

func mayDecide(ctx context.Context, tx pg.Tx, actor access.Actor, review Review, hash []byte) error {
	if review.State != Pending {
		return overtaken(review)
	}
	own, err := workedOn(ctx, tx.DB, actor.UserID, review)
	if err != nil {
		return err
	}
	if own {
		return fault.Forbidden("您参与了这份稿件的撰写或提交，不能自己审核，请由其他审核员处理").WithCode("self_review")
	}
	if !bytes.Equal(review.Hash, hash) {
		return fault.Conflict("您看到的内容与送审内容不一致，请刷新页面，看过最新内容后再决定").WithCode("hash")
	}

	return nil
}

// WorkedOnTx tells whether the user wrote, changed or submitted a version, or began its post.
func WorkedOnTx(ctx context.Context, tx pg.Tx, userID, versionID int64) (_ bool, err error) {
	defer fault.Step(&err, "review.WorkedOnTx %d", userID)

	return workedOn(ctx, tx.DB, userID, Review{VersionID: versionID})
}

// VoidTx ends the open review of a post whose version is changed or withdrawn. by is who did it, 0 for
// the machine. Nothing open is no fault.
func VoidTx(ctx context.Context, tx pg.Tx, at time.Time, postID, by int64) (err error) {
	defer fault.Step(&err, "review.VoidTx %d", postID)

	if err := voidReviews(ctx, tx.DB, postID); err != nil {
		return err
	}

	return todo.ResolveTx(ctx, tx, at, key(postID), by)
}

// OfPostTx lists all reviews of a post, the newest first. It checks no right: find the post first.
func OfPostTx(ctx context.Context, tx pg.Tx, postID int64) (_ []Review, err error) {
	defer fault.Step(&err, "review.OfPostTx %d", postID)

	return reviewsOf(ctx, tx.DB, postID)
}
