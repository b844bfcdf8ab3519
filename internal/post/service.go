package post

import (
	"context"
	"errors"
	"fmt"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/link"
	"juzhen/internal/pg"
	"juzhen/internal/review"
	"juzhen/internal/weibo"
)

// Service is the use cases of writing. Submitting, deciding and withdrawing are delivery's, which
// composes them with its own part. It is safe for concurrent use.
type Service struct {
	db    *pg.DB
	rules weibo.Rules
	clock func() time.Time
}

// New builds the service. rules are what the application's contract demands of each text.
func New(db *pg.DB, rules weibo.Rules, now func() time.Time) *Service {
	return &Service{db: db, rules: rules, clock: now}
}

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// Stale says that somebody else saved while the person wrote. Nothing was overwritten: Post and Theirs
// are what is stored.
type Stale struct {
	Post   Post
	Theirs Version
	fault  *fault.Error
}

// Error is the text for logs.
func (s *Stale) Error() string { return s.fault.Error() }

// Unwrap gives the conflict, for faces that show no more than its text.
func (s *Stale) Unwrap() error { return s.fault }

// StaleIn finds the Stale in err's chain.
func StaleIn(err error) (*Stale, bool) {
	var stale *Stale
	ok := errors.As(err, &stale)
	return stale, ok
}

func stale(ctx context.Context, tx pg.Tx, post Post) error {
	version, err := findVersion(ctx, tx, post.VersionID)
	if err != nil {
		return err
	}

	return &Stale{
		Post:   post,
		Theirs: version,
		fault: fault.Conflict("{.name} 在您编辑期间保存过这份稿件；您的文字没有丢失，请对照后再保存", "name", post.UpdatedBy).
			WithCode("stale"),
	}
}

// Save replaces the content of a draft. revision is the one the form was filled from: when somebody
// else saved meanwhile it fails with *Stale, which carries the other's text. Saving what is stored
// already changes nothing. It fails with fault.Conflict when the post is no longer a draft, with
// fault.Fields when the content cannot be kept.
//
// A unit in the content that is not the post's own moves the post there, with the pictures that no
// other post holds. It fails with fault.Invalid on "unit" where the actor may not write, on "accounts"
// when the new unit may not use one of them, and with fault.Conflict once the post was submitted.
func (s *Service) Save(
	ctx context.Context,
	actor access.Actor,
	id int64,
	revision int,
	content Content,
) (_ Post, err error) {
	defer fault.Step(&err, "post.Save %d", id)

	content, err = content.clean()
	if err != nil {
		return Post{}, err
	}
	var post Post
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		post, err = s.save(ctx, tx, actor, id, revision, content)
		return err
	})

	return post, err
}

func (s *Service) save(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	id int64,
	revision int,
	content Content,
) (Post, error) {
	post, err := LockTx(ctx, tx, actor, access.PostWrite, id)
	if err != nil {
		return Post{}, err
	}
	version, err := findVersion(ctx, tx, post.VersionID)
	if err != nil {
		return Post{}, err
	}

	same := content.same(ContentOf(post, version))
	switch {
	case post.allows(Save) != nil:
		return Post{}, post.allows(Save)
	case same:
		return post, nil
	case post.Revision != revision:
		return Post{}, stale(ctx, tx, post)
	}
	home, err := s.unitOf(ctx, tx, actor, post, content)
	if err != nil {
		return Post{}, err
	}
	if err := mayUse(ctx, tx, actor, home.Path, content, version.Media); err != nil {
		return Post{}, err
	}
	had := version.ColumnID
	if home.ID != post.UnitID {
		had = 0
	}
	if err := mayBeIn(ctx, tx, home.Path, content.ColumnID, had); err != nil {
		return Post{}, err
	}
	if err := mayPassOn(content, version); err != nil {
		return Post{}, err
	}
	if err := saveVersion(ctx, tx, post.VersionID, content, actor.UserID); err != nil {
		return Post{}, fmt.Errorf("save version: %w", err)
	}
	if err := link.WantTx(ctx, tx, s.now(), id, content.texts()...); err != nil {
		return Post{}, err
	}
	if err := saveTimes(ctx, tx.DB, id, revision, home.ID, content, actor.UserID, s.now()); err != nil {
		return Post{}, err
	}
	if home.ID != post.UnitID {
		if err := s.moved(ctx, tx, actor, post, home, content); err != nil {
			return Post{}, err
		}
	}

	return findPost(ctx, tx.DB, actor, access.PostWrite, id)
}

// Find reads a post with its current version. Fails with fault.NotFound outside of the actor's units.
func (s *Service) Find(
	ctx context.Context,
	actor access.Actor,
	id int64,
) (post Post, version Version, err error) {
	defer fault.Step(&err, "post.Find %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if post, err = FindTx(ctx, tx, actor, access.PostView, id); err != nil {
			return err
		}
		version, err = findVersion(ctx, tx, post.VersionID)

		return err
	})

	return post, version, err
}

// UnderReview is Find for whoever reviews: also for a person who may not see the post and whom an open step
// of its review names; that person sees the version under review and nothing else, while the step is open.
// beyond tells that it is so.
func (s *Service) UnderReview(
	ctx context.Context,
	actor access.Actor,
	id int64,
) (post Post, version Version, beyond bool, err error) {
	defer fault.Step(&err, "post.UnderReview %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if post, err = FindTx(ctx, tx, actor, access.PostReview, id); err != nil {
			named, nerr := review.NamesTx(ctx, tx, actor, id)
			if nerr != nil {
				return nerr
			}
			if !named {
				return err
			}
			beyond = true
			if post, err = FindTx(ctx, tx, access.System("review"), access.PostReview, id); err != nil {
				return err
			}
		}
		version, err = findVersion(ctx, tx, post.VersionID)

		return err
	})

	return post, version, beyond, err
}

// Versions reads all versions of a post, the newest first.
func (s *Service) Versions(ctx context.Context, actor access.Actor, id int64) (list []Version, err error) {
	defer fault.Step(&err, "post.Versions %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if _, err := FindTx(ctx, tx, actor, access.PostView, id); err != nil {
			return err
		}
		list, err = versions(ctx, tx, "v.post_id = ?", id)

		return err
	})

	return list, err
}

// Check tells what keeps the post from being submitted now.
func (s *Service) Check(post Post, version Version) Problems {
	return Check(post, version, s.rules, s.now())
}

// Delete removes a draft that nobody but its writers has seen. Fails with fault.Conflict once it was
// submitted: then it is withdrawn, and stays as evidence.
func (s *Service) Delete(ctx context.Context, actor access.Actor, id int64) (err error) {
	defer fault.Step(&err, "post.Delete %d", id)

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		post, err := LockTx(ctx, tx, actor, access.PostWrite, id)
		if err != nil {
			return err
		}
		if err := post.allows(Delete); err != nil {
			return err
		}
		if err := deletePost(ctx, tx.DB, id); err != nil {
			return err
		}

		return audit.Write(ctx, tx, audit.Entry{
			Actor: actor, At: s.now(), Action: actDelete, Subject: post.Ref(),
			UnitPath: post.UnitPath,
		})
	})
}

// DeleteUntouchedTx removes a draft that nobody has changed or submitted since it was made: what made it
// takes it back. Fails with fault.NotFound or fault.Forbidden where the actor may not write, with
// fault.Conflict once somebody has worked on it.
func DeleteUntouchedTx(ctx context.Context, act access.Act, id int64) (err error) {
	defer fault.Step(&err, "post.DeleteUntouchedTx %d", id)

	post, err := LockTx(ctx, act.Tx, act.Actor, access.PostWrite, id)
	if err != nil {
		return err
	}
	if post.Phase != Draft || post.VersionNumber > 1 || post.Revision > 1 {
		return fault.Conflict("其中有稿件已经提交或改动过，不能撤销")
	}
	if err := deletePost(ctx, act.Tx.DB, id); err != nil {
		return err
	}

	return audit.Write(ctx, act.Tx, audit.Entry{
		Actor: act.Actor, At: act.Now, Action: actDelete, Subject: post.Ref(), UnitPath: post.UnitPath,
	})
}
