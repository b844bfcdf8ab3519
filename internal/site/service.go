package site

import (
	"context"
	"fmt"
	"io"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/fault"
	"juzhen/internal/media"
	"juzhen/internal/org"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// Service is the use cases of the public site's other side. It is safe for concurrent use.
type Service struct {
	db       *pg.DB
	pictures *media.Service
	clock    func() time.Time
}

// New makes the service.
func New(db *pg.DB, pictures *media.Service, now func() time.Time) *Service {
	return &Service{db: db, pictures: pictures, clock: now}
}

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// Find reads the settings. Fails with fault.Forbidden for who may not keep them.
func (s *Service) Find(ctx context.Context, actor access.Actor) (draft Draft, err error) {
	defer fault.Step(&err, "site.Find")

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if _, err := allowed(ctx, tx, actor); err != nil {
			return err
		}
		draft, err = find(ctx, tx)

		return err
	})

	return draft, err
}

// Save keeps a look as the draft, but for its emblem; what everybody sees stays. What was asked before is
// taken back: a second person confirms what stands there. Fails with fault.Fields, with fault.Conflict on a
// revision that is past.
func (s *Service) Save(
	ctx context.Context,
	actor access.Actor,
	revision int,
	look Look,
) (draft Draft, err error) {
	defer fault.Step(&err, "site.Save")

	look, err = look.clean()
	if err != nil {
		return Draft{}, err
	}

	return s.change(ctx, actor, revision, Save, func(tx pg.Tx, _ Draft) error {
		return saveDraft(ctx, tx, look, actor.UserID, s.now())
	})
}

// SetEmblem keeps a picture as the emblem of the draft, made small; nil: there is none any more. Fails as
// Save and media.Service.Icon do.
func (s *Service) SetEmblem(
	ctx context.Context,
	actor access.Actor,
	revision int,
	picture io.Reader,
) (draft Draft, err error) {
	defer fault.Step(&err, "site.SetEmblem")

	// Nobody who may not keep the site has a picture read.
	before, err := s.Find(ctx, actor)
	if err != nil {
		return Draft{}, err
	}
	if before.Revision != revision {
		return Draft{}, errStale()
	}
	var emblem []byte
	if picture != nil {
		if emblem, err = s.pictures.Icon(ctx, picture); err != nil {
			return Draft{}, err
		}
	}

	return s.change(ctx, actor, revision, Save, func(tx pg.Tx, _ Draft) error {
		return saveEmblem(ctx, tx, emblem, actor.UserID, s.now())
	})
}

func errStale() error {
	return fault.Conflict("微官网的设置刚被别人改过，请刷新后再试")
}

// Ask asks that the draft becomes public, and the site with it: a second person finds it among the to-dos.
// Fails as Draft.May does.
func (s *Service) Ask(ctx context.Context, actor access.Actor, revision int) (draft Draft, err error) {
	defer fault.Step(&err, "site.Ask")

	return s.change(ctx, actor, revision, Ask, func(tx pg.Tx, _ Draft) error {
		return ask(ctx, tx, &actor.UserID, s.now())
	})
}

// Answer makes the draft public, or takes the request back. Fails as Draft.May does.
func (s *Service) Answer(
	ctx context.Context,
	actor access.Actor,
	revision int,
	agreed bool,
) (draft Draft, err error) {
	defer fault.Step(&err, "site.Answer")

	if !agreed {
		return s.change(ctx, actor, revision, Refuse, func(tx pg.Tx, _ Draft) error {
			return ask(ctx, tx, nil, s.now())
		})
	}

	return s.change(ctx, actor, revision, Confirm, func(tx pg.Tx, before Draft) error {
		return publish(ctx, tx, before.Look, actor.UserID, s.now())
	})
}

// Close takes the site away at once, without a second person; to open it again takes two. Fails as
// Draft.May does.
func (s *Service) Close(ctx context.Context, actor access.Actor, revision int) (draft Draft, err error) {
	defer fault.Step(&err, "site.Close")

	return s.change(ctx, actor, revision, Close, func(tx pg.Tx, _ Draft) error {
		return closeSite(ctx, tx, s.now())
	})
}

// change does something with the settings as they were shown, and records it.
func (s *Service) change(
	ctx context.Context,
	actor access.Actor,
	revision int,
	act Act,
	do func(tx pg.Tx, before Draft) error,
) (draft Draft, err error) {
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		path, err := allowed(ctx, tx, actor)
		if err != nil {
			return err
		}
		if err := lock(ctx, tx); err != nil {
			return err
		}
		before, err := find(ctx, tx)
		if err != nil {
			return err
		}
		if before.Revision != revision {
			return errStale()
		}
		if no := before.May(actor.UserID, act); no != nil {
			return no
		}
		if err := do(tx, before); err != nil {
			return err
		}
		if draft, err = find(ctx, tx); err != nil {
			return err
		}
		if err := s.announce(ctx, tx, actor, path, draft); err != nil {
			return err
		}

		return audit.Write(ctx, tx, audit.Entry{
			Actor: actor, At: s.now(), Action: trail[act], Subject: "site/1", UnitPath: path,
			Detail: map[string]any{
				"name":   draft.Name,
				"accent": draft.Accent,
				"filing": draft.Filing,
				"emblem": draft.EmblemHash(),
			},
		})
	})

	return draft, err
}

// announce puts a request on the lists of who may confirm it, and takes one that is over from them.
func (s *Service) announce(ctx context.Context, tx pg.Tx, actor access.Actor, path string, now Draft) error {
	if err := todo.ResolveSubjectTx(ctx, tx, s.now(), TodoSubject, 1, actor.UserID); err != nil {
		return err
	}
	if !now.Waits() {
		return nil
	}

	not := []int64{*now.AskedByID}
	if now.savedByID != nil {
		not = append(not, *now.savedByID)
	}

	return todo.RaiseTx(ctx, tx, s.now(), todo.Item{
		Matter: todoConfirm, Key: fmt.Sprintf("site/%d", now.Revision), UnitPath: path,
		NotUsers: not, SubjectID: 1, Args: map[string]any{"who": now.AskedBy},
	})
}

// allowed is the path of the root, at which the site is kept: it speaks for the whole matrix.
func allowed(ctx context.Context, tx pg.Tx, actor access.Actor) (string, error) {
	path, err := org.RootPathTx(ctx, tx)
	if err != nil {
		return "", err
	}

	return path, access.Require(actor, access.SiteManage, path)
}
