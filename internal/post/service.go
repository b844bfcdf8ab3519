package post

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/link"
	"juzhen/internal/org"
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

// Create begins a post in a unit; 0 leaves the unit to homeOf. It fails with fault.NotFound or
// fault.Forbidden where the actor may not write, with fault.Fields when the content cannot be kept.
func (s *Service) Create(
	ctx context.Context,
	actor access.Actor,
	unitID int64,
	content Content,
) (post Post, err error) {
	defer fault.Step(&err, "post.Create %d", unitID)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		post, err = CreateTx(ctx, tx, actor, s.now(), unitID, content)
		return err
	})

	return post, err
}

// CreateTx is Create inside of a transaction.
func CreateTx(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	at time.Time,
	unitID int64,
	content Content,
) (_ Post, err error) {
	defer fault.Step(&err, "post.CreateTx %d", unitID)

	content, err = content.clean()
	if err != nil {
		return Post{}, err
	}
	if unitID == 0 {
		if unitID, err = homeOf(ctx, tx, actor, content.Targets); err != nil {
			return Post{}, err
		}
	}
	post, _, err := create(ctx, tx, actor, at, unitID, content, "", Version{})

	return post, err
}

// CreateOnce begins a post in a unit, once for each key of the actor: when the form with this key has
// made a post already it gives that post as it is stored, and true. An empty key is no key. Fails as
// Create does.
func (s *Service) CreateOnce(
	ctx context.Context,
	actor access.Actor,
	unitID int64,
	content Content,
	key string,
) (post Post, again bool, err error) {
	defer fault.Step(&err, "post.CreateOnce %d", unitID)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		post, again, err = CreateOnceTx(ctx, tx, actor, s.now(), unitID, content, key)
		return err
	})

	return post, again, err
}

// MadeTx finds the post that a form with this key of the actor has made already; false where there is none.
func MadeTx(ctx context.Context, tx pg.Tx, actor access.Actor, key string) (_ Post, made bool, err error) {
	defer fault.Step(&err, "post.MadeTx")

	if key == "" {
		return Post{}, false, nil
	}
	id, err := keyedPost(ctx, tx.DB, actor.UserID, key)
	if errors.Is(err, sql.ErrNoRows) {
		return Post{}, false, nil
	}
	if err != nil {
		return Post{}, false, err
	}
	post, err := findPost(ctx, tx.DB, actor, access.PostView, id)

	return post, err == nil, err
}

// CreateOnceTx is CreateOnce inside of a transaction.
func CreateOnceTx(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	at time.Time,
	unitID int64,
	content Content,
	key string,
) (post Post, again bool, err error) {
	defer fault.Step(&err, "post.CreateOnceTx %d", unitID)

	if len(key) > maxKey {
		return Post{}, false, fault.Invalid("", "表单无法读取，请刷新页面后重试")
	}
	if content, err = content.clean(); err != nil {
		return Post{}, false, err
	}

	return create(ctx, tx, actor, at, unitID, content, key, Version{})
}

// create begins a post. had is the version that it copies, whose pictures and column it may have.
func create(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	at time.Time,
	unitID int64,
	content Content,
	key string,
	had Version,
) (post Post, again bool, err error) {
	home, err := org.Of(ctx, tx.DB, unitID)
	if err != nil {
		return Post{}, false, err
	}
	path := home.Path
	if err := access.Require(actor, access.PostWrite, path); err != nil {
		return Post{}, false, err
	}
	if err := mayUse(ctx, tx, actor, path, content, had.Media); err != nil {
		return Post{}, false, err
	}
	if err := mayBeIn(ctx, tx, path, content.ColumnID, had.ColumnID); err != nil {
		return Post{}, false, err
	}
	if err := mayPassOn(content, had); err != nil {
		return Post{}, false, err
	}
	id, err := insertPost(ctx, tx.DB, unitID, actor.UserID, content, key, at)
	if err != nil {
		return Post{}, false, fmt.Errorf("insert post: %w", err)
	}
	if id == 0 {
		if id, err = keyedPost(ctx, tx.DB, actor.UserID, key); err != nil {
			return Post{}, false, fmt.Errorf("find the post of a form: %w", err)
		}
		post, err = findPost(ctx, tx.DB, actor, access.PostView, id)

		return post, true, err
	}
	post, err = begin(ctx, tx, actor, at, id, path, content)

	return post, false, err
}

// begin gives a new post its first version and writes down who made it.
func begin(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	at time.Time,
	id int64,
	path string,
	content Content,
) (Post, error) {
	version, err := insertVersion(ctx, tx, id, content, actor.UserID, at)
	if err != nil {
		return Post{}, err
	}
	if err := setVersion(ctx, tx.DB, id, version); err != nil {
		return Post{}, err
	}
	if err := link.WantTx(ctx, tx, at, id, content.texts()...); err != nil {
		return Post{}, err
	}
	entry := audit.Entry{Actor: actor, At: at, Action: actCreate, Subject: Ref(id), UnitPath: path}
	if content.CopiedFrom != nil {
		entry.Action, entry.Detail = actCopy, map[string]any{"from": *content.CopiedFrom}
	}
	if err := audit.Write(ctx, tx, entry); err != nil {
		return Post{}, err
	}

	return findPost(ctx, tx.DB, actor, access.PostWrite, id)
}

// mostNamed is how many accounts a refusal names.
const mostNamed = 5

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
func DeleteUntouchedTx(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	at time.Time,
	id int64,
) (err error) {
	defer fault.Step(&err, "post.DeleteUntouchedTx %d", id)

	post, err := LockTx(ctx, tx, actor, access.PostWrite, id)
	if err != nil {
		return err
	}
	if post.Phase != Draft || post.VersionNumber > 1 || post.Revision > 1 {
		return fault.Conflict("其中有稿件已经提交或改动过，不能撤销")
	}
	if err := deletePost(ctx, tx.DB, id); err != nil {
		return err
	}

	return audit.Write(ctx, tx, audit.Entry{
		Actor: actor, At: at, Action: actDelete, Subject: post.Ref(), UnitPath: post.UnitPath,
	})
}
