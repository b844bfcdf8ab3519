package library

import (
	"context"
	"io"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
	"juzhen/internal/media"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

// Service is the use cases of the library. It is safe for concurrent use.
type Service struct {
	db    *pg.DB
	media *media.Service
	clock func() time.Time

	effort effort // of a search
}

// New makes the service.
func New(db *pg.DB, pictures *media.Service, now func() time.Time) *Service {
	return &Service{db: db, media: pictures, clock: now, effort: usualEffort}
}

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// Today is the day of Beijing by which items expire.
func (s *Service) Today() string { return beijing.Date(s.now()) }

// ItemQuery asks for items. The zero value is all that the actor sees, the last changed first.
type ItemQuery struct {
	Words string
	Kinds []Kind // none: all
	After string
	Limit int // 50 when 0, and at most
}

// Items lists what units keep: those of the actor's units, and those of units above, which are there for
// all below. Retired ones are left out.
func (s *Service) Items(
	ctx context.Context,
	actor access.Actor,
	query ItemQuery,
) (_ pg.Page[Item], err error) {
	defer fault.Step(&err, "library.Items")

	return listItems(ctx, s.db.Gorm(ctx), actor, query)
}

// Find reads one item, also a retired one. Fails with fault.NotFound where the actor does not see it.
func (s *Service) Find(ctx context.Context, actor access.Actor, id int64) (_ Item, err error) {
	defer fault.Step(&err, "library.Find %d", id)

	return findItem(ctx, s.db.Gorm(ctx), actor, id)
}

// Create keeps a new item for a unit and all below it. A picture must be one of the unit's own (Upload).
// Fails with fault.NotFound or fault.Forbidden at the unit, with fault.Fields.
func (s *Service) Create(
	ctx context.Context,
	actor access.Actor,
	unitID int64,
	kind Kind,
	edit Edit,
) (item Item, err error) {
	defer fault.Step(&err, "library.Create %d", unitID)

	edit, err = edit.clean(kind)
	if err != nil {
		return Item{}, err
	}
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := org.Of(ctx, tx.DB, unitID)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.LibraryManage, unit.Path); err != nil {
			return err
		}
		if kind != Picture {
			edit.MediaID = 0
		} else if err := ownPicture(ctx, tx, edit.MediaID, unitID); err != nil {
			return err
		}
		id, err := insertItem(ctx, tx.DB, unitID, kind, edit, actor.UserID, s.now())
		if err != nil {
			return err
		}
		if item, err = findItem(ctx, tx.DB, actor, id); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actCreate, item, nil)
	})

	return item, err
}

// ownPicture refuses a picture that is not the unit's: nobody gains sight of one by keeping it.
func ownPicture(ctx context.Context, tx pg.Tx, id, unitID int64) error {
	if id == 0 {
		return fault.Invalid("file", "请选择一张图片")
	}
	found, err := media.LoadTx(ctx, tx, []int64{id})
	if err == nil && found[0].UnitID != unitID {
		return fault.Invalid("file", "没有找到图片，请重新上传")
	}

	return err
}

// Upload keeps the bytes of a picture that is to be an item of the unit. Fails as media.Service.Upload does.
func (s *Service) Upload(
	ctx context.Context,
	actor access.Actor,
	unitID int64,
	fileName string,
	r io.Reader,
) (_ int64, err error) {
	defer fault.Step(&err, "library.Upload %d", unitID)

	picture, err := s.media.UploadFor(ctx, actor, access.LibraryManage, unitID, fileName, r, "")

	return picture.ID, err
}

// Change writes an item anew; kind, unit and picture stay. revision is the one the form was filled from.
// Fails with fault.Conflict when somebody else changed it meanwhile or it was retired.
func (s *Service) Change(
	ctx context.Context,
	actor access.Actor,
	id int64,
	revision int,
	edit Edit,
) (item Item, err error) {
	defer fault.Step(&err, "library.Change %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		before, err := s.managed(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if edit, err = edit.clean(before.Kind); err != nil {
			return err
		}
		if err := updateItem(ctx, tx.DB, id, revision, edit, actor.UserID, s.now()); err != nil {
			return err
		}
		if item, err = findItem(ctx, tx.DB, actor, id); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actChange, item, map[string]any{"from": before.Title})
	})

	return item, err
}

// Retire takes an item out of the library; what was written with it stays. Fails as Change does.
func (s *Service) Retire(ctx context.Context, actor access.Actor, id int64, revision int) (err error) {
	defer fault.Step(&err, "library.Retire %d", id)

	return s.db.InTx(ctx, func(tx pg.Tx) error {
		item, err := s.managed(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if err := retireItem(ctx, tx.DB, id, revision, actor.UserID, s.now()); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actRetire, item, nil)
	})
}

// managed is an item that the actor may change.
func (s *Service) managed(ctx context.Context, tx pg.Tx, actor access.Actor, id int64) (Item, error) {
	item, err := findItem(ctx, tx.DB, actor, id)
	if err != nil {
		return Item{}, err
	}

	return item, access.Require(actor, access.LibraryManage, item.UnitPath)
}

// Used is what an item gives a post.
type Used struct {
	Item
	Picture media.Media // of the post's unit, of an item that is a picture
}

// Use takes an item for a post of a unit and notes that it was used. A picture becomes one of the unit's own.
// Fails with fault.NotFound where the actor does not see the item, with fault.Forbidden where it may not
// write, with fault.Conflict on one that is retired or expired.
func (s *Service) Use(ctx context.Context, actor access.Actor, id, unitID int64) (used Used, err error) {
	defer fault.Step(&err, "library.Use %d", id)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		unit, err := org.Of(ctx, tx.DB, unitID)
		if err != nil {
			return err
		}
		if err := access.Require(actor, access.PostWrite, unit.Path); err != nil {
			return err
		}
		if used.Item, err = findItem(ctx, tx.DB, actor, id); err != nil {
			return err
		}
		if err := used.Usable(s.Today()); err != nil {
			return err
		}
		if used.Kind == Picture {
			used.Picture, err = media.CopyTx(
				ctx,
				access.NewAct(tx, s.now(), actor),
				*used.MediaID,
				unit,
				used.Text,
			)
			if err != nil {
				return err
			}
		}
		if err := noteUse(ctx, tx.DB, id, s.now()); err != nil {
			return err
		}

		return s.record(ctx, tx, actor, actUse, used.Item, map[string]any{"unit": unitID})
	})

	return used, err
}

// Picture gives the bytes of an item's picture, or of its thumbnail, with their kind (image/jpeg …). Fails
// with fault.NotFound where the actor does not see the item or it is no picture.
func (s *Service) Picture(
	ctx context.Context,
	actor access.Actor,
	id int64,
	thumb bool,
) (data []byte, mime string, err error) {
	defer fault.Step(&err, "library.Picture %d", id)

	item, err := s.Find(ctx, actor, id)
	if err != nil {
		return nil, "", err
	}
	if item.Kind != Picture {
		return nil, "", errNotFound()
	}
	var found []media.Media
	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		found, err = media.LoadTx(ctx, tx, []int64{*item.MediaID})
		return err
	})
	if err != nil {
		return nil, "", err
	}
	if thumb {
		data, err = s.media.Thumbnail(ctx, found[0])
		return data, media.JPEG, err
	}
	data, err = s.media.Bytes(ctx, found[0].SHA256)

	return data, found[0].MIME, err
}

func (s *Service) record(
	ctx context.Context,
	tx pg.Tx,
	actor access.Actor,
	act audit.Act,
	item Item,
	detail map[string]any,
) error {
	if detail == nil {
		detail = map[string]any{}
	}
	detail["title"], detail["kind"] = item.Title, item.Kind

	return audit.Write(ctx, tx, audit.Entry{
		Actor: actor, At: s.now(), Action: act, Subject: item.Ref(), UnitPath: item.UnitPath, Detail: detail,
	})
}

// findable is what an item is found by.
func findable(edit Edit) (folded string, letters []int32) {
	folded = lexicon.Fold(edit.Title + "\n" + edit.Text + "\n" + edit.Source)
	return folded, grams(folded)
}
