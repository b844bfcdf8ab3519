package post

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/link"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

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
		post, err = CreateTx(ctx, access.NewAct(tx, s.now(), actor), unitID, content)
		return err
	})

	return post, err
}

// CreateTx is Create inside of a transaction.
func CreateTx(ctx context.Context, act access.Act, unitID int64, content Content) (_ Post, err error) {
	defer fault.Step(&err, "post.CreateTx %d", unitID)

	content, err = content.clean()
	if err != nil {
		return Post{}, err
	}
	if unitID == 0 {
		if unitID, err = homeOf(ctx, act.Tx, act.Actor, content.Targets); err != nil {
			return Post{}, err
		}
	}
	post, _, err := create(ctx, act, unitID, content, "", Version{})

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
		post, again, err = CreateOnceTx(ctx, access.NewAct(tx, s.now(), actor), unitID, content, key)
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
	act access.Act,
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

	return create(ctx, act, unitID, content, key, Version{})
}

// create begins a post. had is the version that it copies, whose pictures and column it may have.
func create(
	ctx context.Context,
	act access.Act,
	unitID int64,
	content Content,
	key string,
	had Version,
) (post Post, again bool, err error) {
	home, err := org.Of(ctx, act.Tx.DB, unitID)
	if err != nil {
		return Post{}, false, err
	}
	path := home.Path
	if err := access.Require(act.Actor, access.PostWrite, path); err != nil {
		return Post{}, false, err
	}
	if err := mayUse(ctx, act.Tx, act.Actor, path, content, had.Media); err != nil {
		return Post{}, false, err
	}
	if err := mayBeIn(ctx, act.Tx, path, content.ColumnID, had.ColumnID); err != nil {
		return Post{}, false, err
	}
	if err := mayPassOn(content, had); err != nil {
		return Post{}, false, err
	}
	id, err := insertPost(ctx, act.Tx.DB, unitID, act.Actor.UserID, content, key, act.Now)
	if err != nil {
		return Post{}, false, fmt.Errorf("insert post: %w", err)
	}
	if id == 0 {
		if id, err = keyedPost(ctx, act.Tx.DB, act.Actor.UserID, key); err != nil {
			return Post{}, false, fmt.Errorf("find the post of a form: %w", err)
		}
		post, err = findPost(ctx, act.Tx.DB, act.Actor, access.PostView, id)

		return post, true, err
	}
	post, err = begin(ctx, act, id, path, content)

	return post, false, err
}

// begin gives a new post its first version and writes down who made it.
func begin(ctx context.Context, act access.Act, id int64, path string, content Content) (Post, error) {
	version, err := insertVersion(ctx, act.Tx, id, content, act.Actor.UserID, act.Now)
	if err != nil {
		return Post{}, err
	}
	if err := setVersion(ctx, act.Tx.DB, id, version); err != nil {
		return Post{}, err
	}
	if err := link.WantTx(ctx, act.Tx, act.Now, id, content.texts()...); err != nil {
		return Post{}, err
	}
	entry := audit.Entry{Actor: act.Actor, At: act.Now, Action: actCreate, Subject: Ref(id), UnitPath: path}
	if content.CopiedFrom != nil {
		entry.Action, entry.Detail = actCopy, map[string]any{"from": *content.CopiedFrom}
	}
	if err := audit.Write(ctx, act.Tx, entry); err != nil {
		return Post{}, err
	}

	return findPost(ctx, act.Tx.DB, act.Actor, access.PostWrite, id)
}

// mostNamed is how many accounts a refusal names.
const mostNamed = 5
