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
	"juzhen/internal/media"
	"juzhen/internal/pg"
	"juzhen/internal/weibo"
)

// Service is the use cases of writing. Submitting, deciding and withdrawing are delivery's, which composes them with its own
// part. It is safe for concurrent use.
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

// Stale says that somebody else saved while the person wrote. Nothing was overwritten: Post and Theirs are what is stored.
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
	var s *Stale
	ok := errors.As(err, &s)
	return s, ok
}

func stale(ctx context.Context, tx pg.Tx, p Post) error {
	v, err := findVersion(ctx, tx, p.VersionID)
	if err != nil {
		return err
	}
	return &Stale{Post: p, Theirs: v, fault: fault.Conflict("{.name} 在您编辑期间保存过这份稿件；您的文字没有丢失，请对照后再保存", "name", p.UpdatedBy).WithCode("stale")}
}

// Create begins a post in a unit. It fails with fault.NotFound or fault.Forbidden where the actor may not write, with
// fault.Fields when the content cannot be kept.
func (s *Service) Create(ctx context.Context, actor access.Actor, unitID int64, c Content) (Post, error) {
	p, _, err := s.CreateOnce(ctx, actor, unitID, c, "")
	return p, err
}

// CreateOnce begins a post as Create does, once for each key of the actor: when the form with this key has made a post already
// it gives that post as it is stored, and true. An empty key is no key.
func (s *Service) CreateOnce(ctx context.Context, actor access.Actor, unitID int64, c Content, key string) (p Post, again bool, err error) {
	if len(key) > maxKey {
		return Post{}, false, fault.Invalid("", "表单无法读取，请刷新页面后重试")
	}
	c, err = c.clean()
	if err != nil {
		return Post{}, false, err
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		p, again, err = s.create(ctx, tx, actor, unitID, c, key)
		return err
	})
	return p, again, err
}

func (s *Service) create(ctx context.Context, tx pg.Tx, actor access.Actor, unitID int64, c Content, key string) (p Post, again bool, err error) {
	home, err := findUnit(ctx, tx.DB, unitID)
	if err != nil {
		return Post{}, false, err
	}
	path := home.path
	if err := access.Require(actor, access.PostWrite, path); err != nil {
		return Post{}, false, err
	}
	if err := mayUse(ctx, tx, actor, path, c, nil); err != nil {
		return Post{}, false, err
	}
	id, err := insertPost(ctx, tx.DB, unitID, actor.UserID, c, key, s.now())
	if err != nil {
		return Post{}, false, fmt.Errorf("insert post: %w", err)
	}
	if id == 0 {
		if id, err = keyedPost(ctx, tx.DB, actor.UserID, key); err != nil {
			return Post{}, false, fmt.Errorf("find the post of a form: %w", err)
		}
		p, err = findPost(ctx, tx.DB, actor, access.PostView, id)
		return p, true, err
	}
	p, err = s.begin(ctx, tx, actor, id, path, c)
	return p, false, err
}

// begin gives a new post its first version and writes down who made it.
func (s *Service) begin(ctx context.Context, tx pg.Tx, actor access.Actor, id int64, path string, c Content) (Post, error) {
	version, err := insertVersion(ctx, tx, id, c, actor.UserID, s.now())
	if err != nil {
		return Post{}, err
	}
	if err := setVersion(ctx, tx.DB, id, version); err != nil {
		return Post{}, err
	}
	if err := audit.Write(ctx, tx, audit.Entry{Actor: actor, At: s.now(), Action: actCreate, Subject: Ref(id), UnitPath: path}); err != nil {
		return Post{}, err
	}
	return findPost(ctx, tx.DB, actor, access.PostWrite, id)
}

// mayUse checks accounts, pictures and the corrected post: all must be the actor's to use, accounts at or below the post's
// unit, so that whoever reviews for the unit answers for each of them. had are the pictures the post holds already.
func mayUse(ctx context.Context, tx pg.Tx, actor access.Actor, path string, c Content, had []VersionMedia) error {
	ids := make([]int64, len(c.Targets))
	for i, t := range c.Targets {
		ids[i] = t.AccountID
	}
	accounts, err := account.FindManyTx(ctx, tx, ids)
	if err != nil {
		return err
	}
	if err := refuseOutside(actor, path, ids, accounts); err != nil {
		return err
	}
	if err := mayShow(ctx, tx, actor, c.Media, had); err != nil {
		return err
	}
	if c.Corrects == nil {
		return nil
	}
	_, err = FindTx(ctx, tx, actor, access.PostView, *c.Corrects)
	return err
}

// mostNamed is how many accounts a refusal names.
const mostNamed = 5

// refuseOutside refuses accounts that a post of the unit at path may not use, and names those that the actor may know of.
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
		return fault.Invalid("accounts", "所选账号不在稿件所在单位之内，请重新选择")
	case len(names) < outside:
		return fault.Invalid("accounts", "所选账号中有 {.n} 个不在稿件所在单位之内，请取消选择：{.names} 等", "n", outside, "names", strings.Join(names, " "))
	}
	return fault.Invalid("accounts", "所选账号中有 {.n} 个不在稿件所在单位之内，请取消选择：{.names}", "n", outside, "names", strings.Join(names, " "))
}

func within(path, unit string) bool { return len(path) >= len(unit) && path[:len(unit)] == unit }

// mayShow lets an actor put the pictures of units they may see into a post. One that the post holds already stays: whoever sees the post
// sees it anyway.
func mayShow(ctx context.Context, tx pg.Tx, actor access.Actor, choices []MediaChoice, had []VersionMedia) error {
	ids := make([]int64, len(choices))
	for i, m := range choices {
		ids[i] = m.MediaID
	}
	pictures, err := media.LoadTx(ctx, tx, ids)
	if err != nil {
		return err
	}
	foreign := func(m media.Media) bool {
		return !actor.CanAt(access.PostView, m.UnitPath) && !slices.ContainsFunc(had, func(h VersionMedia) bool { return h.MediaID == m.ID })
	}
	if slices.ContainsFunc(pictures, foreign) {
		return fault.Invalid("media", "所选图片已不可用，请删除后重新上传")
	}
	return nil
}

// Save replaces the content of a draft. revision is the one the form was filled from: when somebody else saved meanwhile it
// fails with *Stale, which carries the other's text. Saving what is stored already changes nothing. It fails with
// fault.Conflict when the post is no longer a draft, with fault.Fields when the content cannot be kept.
//
// A unit in the content that is not the post's own moves the post there, with the pictures that no other post holds. It fails with
// fault.Invalid on "unit" where the actor may not write, on "accounts" when the new unit may not use one of them, and with
// fault.Conflict once the post was submitted.
func (s *Service) Save(ctx context.Context, actor access.Actor, id int64, revision int, c Content) (Post, error) {
	c, err := c.clean()
	if err != nil {
		return Post{}, err
	}
	var p Post
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		p, err = s.save(ctx, tx, actor, id, revision, c)
		return err
	})
	return p, err
}

func (s *Service) save(ctx context.Context, tx pg.Tx, actor access.Actor, id int64, revision int, c Content) (Post, error) {
	p, err := LockTx(ctx, tx, actor, access.PostWrite, id)
	if err != nil {
		return Post{}, err
	}
	v, err := findVersion(ctx, tx, p.VersionID)
	if err != nil {
		return Post{}, err
	}
	same := c.same(ContentOf(p, v))
	switch {
	case !p.Phase.Allows(Save):
		return Post{}, refused(p.Phase)
	case same:
		return p, nil
	case p.Revision != revision:
		return Post{}, stale(ctx, tx, p)
	}
	home, err := s.homeOf(ctx, tx, actor, p, c)
	if err != nil {
		return Post{}, err
	}
	if err := mayUse(ctx, tx, actor, home.path, c, v.Media); err != nil {
		return Post{}, err
	}
	if err := saveVersion(ctx, tx, p.VersionID, c, actor.UserID); err != nil {
		return Post{}, fmt.Errorf("save version: %w", err)
	}
	if err := saveTimes(ctx, tx.DB, id, revision, home.id, c, actor.UserID, s.now()); err != nil {
		return Post{}, err
	}
	if home.id != p.UnitID {
		if err := s.moved(ctx, tx, actor, p, home, c); err != nil {
			return Post{}, err
		}
	}
	return findPost(ctx, tx.DB, actor, access.PostWrite, id)
}

// homeOf is the unit a draft is to belong to: the one it has, or another in which the actor may write as well.
func (s *Service) homeOf(ctx context.Context, tx pg.Tx, actor access.Actor, p Post, c Content) (unit, error) {
	if c.UnitID == 0 || c.UnitID == p.UnitID {
		return unit{p.UnitID, p.UnitName, p.UnitPath}, nil
	}
	if !p.MayMove() {
		return unit{}, fault.Conflict("提交过审核的稿件不能换单位")
	}
	to, err := findUnit(ctx, tx.DB, c.UnitID)
	if err != nil && !fault.Is(err, fault.KindNotFound) {
		return unit{}, err
	}
	if err != nil || !actor.CanAt(access.PostWrite, to.path) {
		return unit{}, fault.Invalid("unit", "您不能为这个单位写稿，请另选单位")
	}
	return to, nil
}

// moved does what belongs to a move beside the row of the post: its pictures go along, the old unit's pages hear that it left, and the
// trail of each unit says from where and to where.
func (s *Service) moved(ctx context.Context, tx pg.Tx, actor access.Actor, p Post, to unit, c Content) error {
	ids := make([]int64, len(c.Media))
	for i, m := range c.Media {
		ids[i] = m.MediaID
	}
	pictures, err := media.MoveTx(ctx, tx, ids, p.ID, p.UnitID, to.id)
	if err != nil {
		return fmt.Errorf("move pictures: %w", err)
	}
	if err := tellLeft(ctx, tx.DB, p); err != nil {
		return fmt.Errorf("tell the old unit: %w", err)
	}

	// Who reads the trail of a unit reads that of the units below it: one entry does where one unit lies in the other.
	paths := []string{p.UnitPath, to.path}
	switch {
	case within(p.UnitPath, to.path):
		paths = paths[:1]
	case within(to.path, p.UnitPath):
		paths = paths[1:]
	}
	detail := map[string]any{"from": p.UnitName, "from_unit_id": p.UnitID, "to": to.name, "to_unit_id": to.id}
	if len(pictures) > 0 {
		detail["media_ids"] = pictures
	}
	for _, path := range paths {
		if err := audit.Write(ctx, tx, audit.Entry{Actor: actor, At: s.now(), Action: actMove, Subject: p.Ref(), UnitPath: path, Detail: detail}); err != nil {
			return err
		}
	}
	return nil
}

// Find reads a post with its current version. Fails with fault.NotFound outside of the actor's units.
func (s *Service) Find(ctx context.Context, actor access.Actor, id int64) (p Post, v Version, err error) {
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if p, err = FindTx(ctx, tx, actor, access.PostView, id); err != nil {
			return err
		}
		v, err = findVersion(ctx, tx, p.VersionID)
		return err
	})
	return p, v, err
}

// Versions reads all versions of a post, the newest first.
func (s *Service) Versions(ctx context.Context, actor access.Actor, id int64) (list []Version, err error) {
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
func (s *Service) Check(p Post, v Version) Problems { return Check(p, v, s.rules, s.now()) }

// Delete removes a draft that nobody but its writers has seen. Fails with fault.Conflict once it was submitted: then it is
// withdrawn, and stays as evidence.
func (s *Service) Delete(ctx context.Context, actor access.Actor, id int64) error {
	return s.db.InTx(ctx, func(tx pg.Tx) error {
		p, err := LockTx(ctx, tx, actor, access.PostWrite, id)
		if err != nil {
			return err
		}
		if !p.Phase.Allows(Delete) {
			return refused(p.Phase)
		}
		if p.VersionNumber > 1 {
			return fault.Conflict("稿件提交过，不能删除，可以撤回")
		}
		if err := deletePost(ctx, tx.DB, id); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Actor: actor, At: s.now(), Action: actDelete, Subject: p.Ref(), UnitPath: p.UnitPath})
	})
}
