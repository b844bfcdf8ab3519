package post

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/media"
	"juzhen/internal/org"
	"juzhen/internal/pg"
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
	post, _, err := create(ctx, tx, actor, at, unitID, content, "")

	return post, err
}

// homeOf is the unit of a post that names none: the writer's own where that covers the accounts it goes
// to, else the lowest that does. Accounts that are not the writer's choose nothing.
func homeOf(ctx context.Context, tx pg.Tx, actor access.Actor, targets []TargetChoice) (int64, error) {
	accounts, err := account.FindManyTx(ctx, tx, accountsOf(targets))
	if err != nil {
		return 0, err
	}

	var paths []string

	for _, account := range accounts {
		if actor.CanAt(access.PostWrite, account.UnitPath) {
			paths = append(paths, account.UnitPath)
		}
	}
	if len(targets) > 0 && len(paths) == 0 {
		return 0, errOutside()
	}
	unitID, err := identity.HomeTx(ctx, tx, actor, access.PostWrite, paths)
	if err == nil && unitID == 0 {
		err = errOutside()
	}

	return unitID, err
}

func errOutside() error {
	return fault.Invalid("accounts", "所选账号不在稿件所在单位之内，请重新选择")
}

func accountsOf(targets []TargetChoice) []int64 {
	ids := make([]int64, len(targets))
	for i, target := range targets {
		ids[i] = target.AccountID
	}

	return ids
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

	if len(key) > maxKey {
		return Post{}, false, fault.Invalid("", "表单无法读取，请刷新页面后重试")
	}
	content, err = content.clean()
	if err != nil {
		return Post{}, false, err
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		post, again, err = create(ctx, tx, actor, s.now(), unitID, content, key)
		return err
	})

	return post, again, err
}

func create(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	at time.Time,
	unitID int64,
	content Content,
	key string,
) (post Post, again bool, err error) {
	home, err := org.Of(ctx, tx.DB, unitID)
	if err != nil {
		return Post{}, false, err
	}
	path := home.Path
	if err := access.Require(actor, access.PostWrite, path); err != nil {
		return Post{}, false, err
	}
	if err := mayUse(ctx, tx, actor, path, content, nil); err != nil {
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
	if err := audit.Write(ctx, tx, audit.Entry{
		Actor: actor, At: at, Action: actCreate, Subject: Ref(id), UnitPath: path,
	}); err != nil {
		return Post{}, err
	}

	return findPost(ctx, tx.DB, actor, access.PostWrite, id)
}

// mayUse checks accounts, pictures and the corrected post: all must be the actor's to use, accounts at
// or below the post's unit, so that whoever reviews for the unit answers for each of them. had are the
// pictures the post holds already.
func mayUse(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	path string,
	content Content,
	had []VersionMedia,
) error {
	ids := accountsOf(content.Targets)
	accounts, err := account.FindManyTx(ctx, tx, ids)
	if err != nil {
		return err
	}
	if err := refuseOutside(actor, path, ids, accounts); err != nil {
		return err
	}
	if err := mayShow(ctx, tx, actor, content.Media, had); err != nil {
		return err
	}
	if content.Corrects == nil {
		return nil
	}
	_, err = FindTx(ctx, tx, actor, access.PostView, *content.Corrects)

	return err
}

// mostNamed is how many accounts a refusal names.
const mostNamed = 5

// refuseOutside refuses accounts that a post of the unit at path may not use, and names those that the
// actor may know of.
func refuseOutside(actor access.Actor, path string, ids []int64, accounts map[int64]account.Account) error {
	var names []string
	outside := 0

	for _, id := range ids {
		a, ok := accounts[id]
		if ok && within(a.UnitPath, path) && actor.CanAt(access.PostWrite, a.UnitPath) {
			continue
		}
		outside++
		if ok && len(names) < mostNamed && actor.CanAt(access.AccountView, a.UnitPath) {
			names = append(names, a.At())
		}
	}

	switch {
	case outside == 0:
		return nil
	case len(names) == 0:
		return errOutside()
	case len(names) < outside:
		return fault.Invalid(
			"accounts",
			"所选账号中有 {.n} 个不在稿件所在单位之内，请取消选择：{.names} 等",
			"n",
			outside,
			"names",
			strings.Join(names, " "),
		)
	}

	return fault.Invalid(
		"accounts",
		"所选账号中有 {.n} 个不在稿件所在单位之内，请取消选择：{.names}",
		"n",
		outside,
		"names",
		strings.Join(names, " "),
	)
}

func within(path, unit string) bool { return len(path) >= len(unit) && path[:len(unit)] == unit }

// mayShow lets an actor put the pictures of units they may see into a post. One that the post holds
// already stays: whoever sees the post sees it anyway.
func mayShow(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	choices []MediaChoice,
	had []VersionMedia,
) error {
	ids := make([]int64, len(choices))
	for i, mediaChoice := range choices {
		ids[i] = mediaChoice.MediaID
	}
	pictures, err := media.LoadTx(ctx, tx, ids)
	if err != nil {
		return err
	}
	foreign := func(m media.Media) bool {
		return !actor.CanAt(access.PostView, m.UnitPath) &&
			!slices.ContainsFunc(
				had,
				func(versionMedia VersionMedia) bool { return versionMedia.MediaID == m.ID },
			)
	}
	if slices.ContainsFunc(pictures, foreign) {
		return fault.Invalid("media", "所选图片已不可用，请删除后重新上传")
	}

	return nil
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
	if err := saveVersion(ctx, tx, post.VersionID, content, actor.UserID); err != nil {
		return Post{}, fmt.Errorf("save version: %w", err)
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

// unitOf is the unit a draft is to belong to: the one it has, or another in which the actor may write
// as well.
func (s *Service) unitOf(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	post Post,
	content Content,
) (org.Unit, error) {
	if content.UnitID == 0 || content.UnitID == post.UnitID {
		return org.Unit{ID: post.UnitID, Name: post.UnitName, Path: post.UnitPath}, nil
	}
	if !post.MayMove() {
		return org.Unit{}, fault.Conflict("提交过审核的稿件不能换单位")
	}
	to, err := org.Of(ctx, tx.DB, content.UnitID)
	if err != nil && !fault.Is(err, fault.KindNotFound) {
		return org.Unit{}, err
	}
	if err != nil || !actor.CanAt(access.PostWrite, to.Path) {
		return org.Unit{}, fault.Invalid("unit", "您不能为这个单位写稿，请另选单位")
	}

	return to, nil
}

// moved does what belongs to a move beside the row of the post: its pictures go along, the old unit's
// pages hear that it left, and the trail of each unit says from where and to where.
func (s *Service) moved(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	post Post,
	to org.Unit,
	content Content,
) error {
	ids := make([]int64, len(content.Media))
	for i, mediaChoice := range content.Media {
		ids[i] = mediaChoice.MediaID
	}
	pictures, err := media.MoveTx(ctx, tx, ids, post.ID, post.UnitID, to.ID)
	if err != nil {
		return fmt.Errorf("move pictures: %w", err)
	}
	if err := tellLeft(ctx, tx.DB, post); err != nil {
		return fmt.Errorf("tell the old unit: %w", err)
	}

	// Who reads the trail of a unit reads that of the units below it: one entry does where one unit
	// lies in the other.
	paths := []string{post.UnitPath, to.Path}
	switch {
	case within(post.UnitPath, to.Path):
		paths = paths[:1]
	case within(to.Path, post.UnitPath):
		paths = paths[1:]
	}
	detail := map[string]any{
		"from":         post.UnitName,
		"from_unit_id": post.UnitID,
		"to":           to.Name,
		"to_unit_id":   to.ID,
	}
	if len(pictures) > 0 {
		detail["media_ids"] = pictures
	}

	for _, path := range paths {
		if err := audit.Write(ctx, tx, audit.Entry{
			Actor: actor, At: s.now(), Action: actMove, Subject: post.Ref(), UnitPath: path,
			Detail: detail,
		}); err != nil {
			return err
		}
	}

	return nil
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
