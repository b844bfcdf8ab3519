package media

import (
	"context"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

const selectMedia = `
SELECT m.id, m.unit_id, u.path AS unit_path, m.uploaded_by, m.uploaded_at, m.file_name, m.mime, m.bytes,
    m.width, m.height, m.frames,
       m.sha256, m.thumb, m.alt, m.label, m.label_unread, m.was_bytes, m.was_width, m.was_height
FROM media m JOIN units u ON u.id = m.unit_id WHERE `

// shownIn are the conditions under which a picture of another unit may be seen: a post has it that the
// actor may read, or a delivery to an account of the actor's units sends it. Attaching a picture to a
// post asks for the picture's own unit (package post), so nobody gains sight of one by attaching it.
const (
	shownInPost = `EXISTS (SELECT FROM version_media x JOIN post_versions v ON v.id = x.version_id
			JOIN posts p ON p.id = v.post_id
    JOIN units u ON u.id = p.unit_id WHERE x.media_id = m.id AND `
	shownInDelivery = `EXISTS (SELECT FROM version_media x JOIN post_versions v ON v.id = x.version_id
    JOIN deliveries d ON d.post_id = v.post_id AND d.version_id = v.id JOIN accounts a ON a.id = d.account_id
    JOIN units u ON u.id = a.unit_id WHERE x.media_id = m.id AND `
)

// findMedia reads a picture of the actor's units, or one of a post or a delivery that the actor may read.
func findMedia(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	beyond func(actor access.Actor, post string) (string, []any),
	id int64,
) (Media, error) {
	scope, args := access.Scope(actor, access.PostView, "u.path")
	all := append([]any{id}, args...)
	all = append(append(all, args...), args...)
	also := "FALSE"
	if beyond != nil {
		cond, values := beyond(actor, "p.id")
		also = shownInPost + "v.id = p.version_id AND " + cond + ")"
		all = append(all, values...)
	}
	media, err := gorm.G[Media](
		db,
	).Raw(
		selectMedia+"m.id = ? AND ("+scope+" OR "+shownInPost+scope+") OR "+shownInDelivery+scope+
			") OR "+also+")",
		all...).
		Take(ctx)

	return media, pg.OrNotFound(err, fault.NotFound("没有找到图片，或不在您的管辖范围内"))
}

func loadMedia(ctx context.Context, db *gorm.DB, ids []int64) ([]Media, error) {
	list := make([]Media, len(ids))
	if len(ids) == 0 {
		return list, nil
	}
	rows, err := gorm.G[Media](db).Raw(selectMedia+"m.id IN ?", ids).Find(ctx)
	if err != nil {
		return nil, err
	}

	byID := make(map[int64]Media, len(rows))
	for _, media := range rows {
		byID[media.ID] = media
	}

	for i, id := range ids {
		list[i] = byID[id]
	}

	return list, nil
}

func insertMedia(ctx context.Context, db *gorm.DB, media Media) (int64, error) {
	var id int64
	err := db.WithContext(ctx).Raw(`
INSERT INTO media (unit_id, uploaded_by, uploaded_at, file_name, mime, bytes, width, height, frames, sha256,
    thumb, alt, label, label_unread, was_bytes, was_width, was_height)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		media.UnitID, media.UploadedBy, media.UploadedAt, media.FileName, media.MIME, media.Bytes,
		media.Width, media.Height, media.Frames, media.SHA256, media.Thumb, media.Alt,
		media.Label, media.LabelUnread, media.WasBytes, media.WasWidth, media.WasHeight).
		Row().
		Scan(&id)

	return id, err
}

// moveMedia gives those of the pictures to another unit that belong to the first and that no other post
// holds.
func moveMedia(ctx context.Context, db *gorm.DB, ids []int64, postID, from, to int64) ([]int64, error) {
	var moved []int64
	err := db.WithContext(ctx).Raw(`
UPDATE media SET unit_id = ? WHERE id IN ? AND unit_id = ? AND NOT EXISTS (
    SELECT FROM version_media x JOIN post_versions v ON v.id = x.version_id
        WHERE x.media_id = media.id AND v.post_id <> ?)
RETURNING id`, to, ids, from, postID).Scan(&moved).Error

	return moved, err
}
