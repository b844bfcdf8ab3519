package media

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/blob"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/org"
	"juzhen/internal/pg"
)

// maxAlt is in runes, maxName in visible signs.
const (
	maxAlt  = 200
	maxName = 120
)

// Service is the use cases of pictures. It is safe for concurrent use.
type Service struct {
	db    *pg.DB
	blobs *blob.Store
	clock func() time.Time
	line  *line

	beyond func(actor access.Actor, post string) (string, []any)
}

// ShowAlso lets people see the pictures of a post's current version for another reason than its unit: a
// condition about the post of that number. It is given once, before the service is used.
func (s *Service) ShowAlso(cond func(actor access.Actor, post string) (string, []any)) {
	s.beyond = cond
}

// New builds the service.
func New(db *pg.DB, blobs *blob.Store, now func() time.Time) *Service {
	return &Service{db: db, blobs: blobs, clock: now, line: newLine(now)}
}

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// Upload checks a picture, encodes it anew without anything but its pixels and keeps it for the unit.
// It fails with fault.Invalid on "file" or "alt", with fault.NotFound or fault.Forbidden where the
// actor may not write, and with fault.Unavailable, which says when to come back, where too many
// pictures wait. r is best a file on the disk: it is read once its turn has come.
func (s *Service) Upload(
	ctx context.Context,
	actor access.Actor,
	unitID int64,
	fileName string,
	r io.Reader,
	alt string,
) (_ Media, err error) {
	defer fault.Step(&err, "media.Upload %d", unitID)

	return s.UploadFor(ctx, actor, access.PostWrite, unitID, fileName, r, alt)
}

// UploadFor is Upload for another reason than a post: who holds permission at the unit may.
func (s *Service) UploadFor(
	ctx context.Context,
	actor access.Actor,
	permission access.Permission,
	unitID int64,
	fileName string,
	r io.Reader,
	alt string,
) (_ Media, err error) {
	defer fault.Step(&err, "media.UploadFor %d", unitID)

	alt = strings.TrimSpace(alt)
	if utf8.RuneCountInString(alt) > maxAlt {
		return Media{}, fault.Invalid("alt", "图片说明最多 {.max} 字", "max", maxAlt)
	}
	unit, err := org.Of(ctx, s.db.Gorm(ctx), unitID)
	if err != nil {
		return Media{}, err
	}
	if err := access.Require(actor, permission, unit.Path); err != nil {
		return Media{}, err
	}
	picture, err := s.read(ctx, r)
	if err != nil {
		return Media{}, err
	}
	media := Media{
		UnitID:     unitID,
		UnitPath:   unit.Path,
		UploadedBy: actor.UserID,
		UploadedAt: s.now(),
		FileName:   cleanName(fileName),
		MIME:       picture.mime,
		Bytes:      int64(len(picture.data)),
		Width:      picture.width,
		Height:     picture.height,
		Frames:     picture.frames,
		Alt:        alt,

		Label:       picture.label.json,
		LabelUnread: picture.label.unread,

		WasBytes:  int64(picture.was.bytes),
		WasWidth:  picture.was.width,
		WasHeight: picture.was.height,
	}
	if media.SHA256, err = s.blobs.Put(ctx, picture.data); err != nil {
		return Media{}, fmt.Errorf("keep picture: %w", err)
	}
	if media.Thumb, err = s.blobs.Put(ctx, picture.thumb); err != nil {
		return Media{}, fmt.Errorf("keep thumbnail: %w", err)
	}

	return media, s.db.InTx(ctx, func(tx pg.Tx) error { return note(ctx, tx, actor, &media) })
}

// note writes the row and the audit entry and sets the id.
func note(ctx context.Context, tx pg.Tx, actor access.Actor, media *Media) (err error) {
	if media.ID, err = insertMedia(ctx, tx.DB, *media); err != nil {
		return fmt.Errorf("insert media: %w", err)
	}

	return audit.Write(ctx, tx, audit.Entry{
		Actor:    actor,
		At:       media.UploadedAt,
		Action:   actUpload,
		Subject:  fmt.Sprintf("media/%d", media.ID),
		UnitPath: media.UnitPath,
		Detail:   map[string]any{"sha256": media.Hash(), "bytes": media.Bytes, "label": media.Label},
	})
}

// CopyTx gives a unit a picture of its own with the bytes of another one, and its description. It checks
// no right: see that the actor may have the picture, and may write at the unit, first.
func CopyTx(ctx context.Context, act access.Act, id int64, unit org.Unit, alt string) (_ Media, err error) {
	defer fault.Step(&err, "media.CopyTx %d to %d", id, unit.ID)

	found, err := loadMedia(ctx, act.Tx.DB, []int64{id})
	if err != nil {
		return Media{}, err
	}
	copied := found[0]
	if copied.ID == 0 {
		return Media{}, fault.NotFound("没有找到图片，或不在您的管辖范围内")
	}
	copied.UnitID, copied.UnitPath, copied.UploadedBy, copied.UploadedAt, copied.Alt =
		unit.ID, unit.Path, act.Actor.UserID, act.Now, alt

	return copied, note(ctx, act.Tx, act.Actor, &copied)
}

// read waits for its turn before anything of the picture is read, and has it decoded by a process of
// its own: many uploads at once cost time, and neither memory nor lateness.
func (s *Service) read(ctx context.Context, r io.Reader) (picture, error) {
	leave, err := s.line.enter(ctx)
	if err != nil {
		return picture{}, err
	}
	defer leave()

	return decodeApart(ctx, r)
}

// cleanName keeps the last part of what a browser calls the file, without control characters.
func cleanName(s string) string {
	s = path.Base(strings.ReplaceAll(s, `\`, "/"))
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError {
			return -1
		}

		return r
	}, s)

	return glyph.Cut(s, maxName)
}

// Open gives the bytes of a picture, or of its thumbnail (a JPEG), to whoever may read posts of its
// unit, or a post or delivery that has it. It fails with fault.NotFound otherwise.
func (s *Service) Open(
	ctx context.Context,
	actor access.Actor,
	id int64,
	thumb bool,
) (_ io.ReadCloser, _ Media, err error) {
	defer fault.Step(&err, "media.Open %d", id)

	media, err := findMedia(ctx, s.db.Gorm(ctx), actor, s.beyond, id)
	if err != nil {
		return nil, Media{}, err
	}
	var data []byte
	if thumb {
		data, err = s.Thumbnail(ctx, media)
	} else {
		data, err = s.blobs.Get(ctx, media.SHA256)
	}
	if err != nil {
		return nil, Media{}, err
	}

	return io.NopCloser(bytes.NewReader(data)), media, nil
}

// Thumbnail gives the thumbnail of a picture, a JPEG, without a scope: find the picture first. The label of a
// picture that a machine made is in it, also where the thumbnail was made before labels were put there.
func (s *Service) Thumbnail(ctx context.Context, picture Media) (_ []byte, err error) {
	defer fault.Step(&err, "media.Thumbnail %d", picture.ID)

	data, err := s.blobs.Get(ctx, picture.Thumb)
	if err != nil || picture.Label == "" || machineMade(JPEG, data).json != "" {
		return data, err
	}

	return withLabel(JPEG, data, picture.Label), nil
}

// Bytes gives what is sent, by hash, without a scope: for deliveries, which were approved.
func (s *Service) Bytes(ctx context.Context, sha256 []byte) (_ []byte, err error) {
	defer fault.Step(&err, "media.Bytes")

	return s.blobs.Get(ctx, sha256)
}

// MoveTx gives pictures to another unit with the post that holds them, and tells which ones went: those
// of the unit the post leaves that no other post holds. So the people of the new unit may use them
// again when they were taken out, and those of the old one no longer see what is not theirs any more.
// It checks no right: move the post first.
func MoveTx(ctx context.Context, tx pg.Tx, ids []int64, postID, from, to int64) (_ []int64, err error) {
	defer fault.Step(&err, "media.MoveTx %d", postID)

	if len(ids) == 0 {
		return nil, nil
	}

	return moveMedia(ctx, tx.DB, ids, postID, from, to)
}

// LoadTx reads pictures in the order of ids. One that is not there is a zero Media in its place.
func LoadTx(ctx context.Context, tx pg.Tx, ids []int64) (_ []Media, err error) {
	defer fault.Step(&err, "media.LoadTx")

	return loadMedia(ctx, tx.DB, ids)
}
