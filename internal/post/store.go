package post

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

const selectPost = `
SELECT p.id, p.unit_id, u.path AS unit_path, u.name AS unit_name, p.author_id, a.display_name AS author_name,
    p.phase,
       p.version_id, v.number AS version_number, p.due_at, p.due_now, p.urgent, p.corrects,
       p.copied_from, p.working_title, p.revision,
       e.display_name AS updated_by, p.created_at, p.updated_at
FROM posts p JOIN units u ON u.id = p.unit_id JOIN users a ON a.id = p.author_id
    JOIN users e ON e.id = p.updated_by
JOIN post_versions v ON v.id = p.version_id
WHERE `

func errNotFound() error {
	return fault.NotFound("没有找到稿件，或不在您的管辖范围内")
}

// findPost reads one post that the actor may see, and fails with fault.Forbidden when perm is not held there.
func findPost(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	perm access.Permission,
	id int64,
) (Post, error) {
	scope, args := access.Scope(actor, access.PostView, "u.path")
	post, err := gorm.G[Post](
		db,
	).Raw(selectPost+"p.id = ? AND "+scope, append([]any{id}, args...)...).
		Take(ctx)
	if err != nil {
		return Post{}, pg.OrNotFound(err, errNotFound())
	}

	return post, access.Require(actor, perm, post.UnitPath)
}

// lockPost keeps others from changing the post until the transaction ends. The row is locked before it
// is read: a joined row that appears while waiting would not be seen otherwise.
func lockPost(ctx context.Context, db *gorm.DB, id int64) error {
	return db.WithContext(ctx).Exec("SELECT FROM posts WHERE id = ? FOR UPDATE", id).Error
}

// tellLeft says to whoever looks at the lists of the post's unit that it is no longer there. The new
// unit hears of the change itself.
func tellLeft(ctx context.Context, db *gorm.DB, post Post) error {
	return db.WithContext(ctx).Exec("SELECT live_tell(?)", post.Ref()+" "+post.UnitPath).Error
}

// insertPost begins a post. The id is 0 when one with the key of this form is there already.
func insertPost(
	ctx context.Context,
	db *gorm.DB,
	unitID, authorID int64,
	content Content,
	key string,
	at time.Time,
) (int64, error) {
	var id int64
	err := db.WithContext(ctx).Raw(`
INSERT INTO posts (unit_id, author_id, phase, due_at, due_now, urgent, corrects, copied_from, working_title,
    revision, created_at, updated_by, updated_at, form_key)
VALUES (?, ?, 'draft', ?, ?, ?, ?, ?, coalesce(?::text, ''), 1, ?, ?, ?, nullif(?, ''))
ON CONFLICT (author_id, form_key) WHERE form_key IS NOT NULL DO NOTHING RETURNING id`,
		unitID, authorID, content.DueAt, content.DueNow, content.Urgent, content.Corrects,
		content.CopiedFrom, content.WorkingTitle, at, authorID, at, key).
		Row().
		Scan(&id)
	if errors.Is(err, sql.ErrNoRows) && key != "" {
		return 0, nil
	}

	return id, err
}

// keyedPost is the post that this form has made.
func keyedPost(ctx context.Context, db *gorm.DB, authorID int64, key string) (int64, error) {
	var id int64
	err := db.WithContext(ctx).
		Raw("SELECT id FROM posts WHERE author_id = ? AND form_key = ?", authorID, key).
		Row().
		Scan(&id)

	return id, err
}

func setVersion(ctx context.Context, db *gorm.DB, id, versionID int64) error {
	return one(db.WithContext(ctx).Exec("UPDATE posts SET version_id = ? WHERE id = ?", versionID, id))
}

// saveTimes writes what a save changes on the post itself, and where it belongs; the revision grows by one.
func saveTimes(
	ctx context.Context,
	db *gorm.DB,
	id int64,
	revision int,
	unitID int64,
	content Content,
	by int64,
	at time.Time,
) error {
	return one(db.WithContext(ctx).Exec(`
UPDATE posts SET unit_id = ?, due_at = ?, due_now = ?, urgent = ?,
    working_title = coalesce(?::text, working_title), revision = revision + 1, updated_by = ?,
    updated_at = ?
WHERE id = ? AND revision = ? AND phase = 'draft'`,
		unitID, content.DueAt, content.DueNow, content.Urgent, content.WorkingTitle, by, at, id,
		revision))
}

// movePost is the compare-and-set of a phase. by 0 keeps who saved last.
func movePost(ctx context.Context, db *gorm.DB, id int64, from, to Phase, by int64, at time.Time) error {
	return one(db.WithContext(ctx).Exec(`
UPDATE posts SET phase = ?, revision = revision + 1, updated_by = coalesce(nullif(?, 0), updated_by),
    updated_at = ?
WHERE id = ? AND phase = ?`, to, by, at, id, from))
}

// fixNow gives a post that goes out "as soon as approved" the instant at which it was, so that lists
// and calendars show it there.
func fixNow(ctx context.Context, db *gorm.DB, id int64, at *time.Time) error {
	return db.WithContext(ctx).Exec("UPDATE posts SET due_at = ? WHERE id = ? AND due_now", at, id).Error
}

func setDue(
	ctx context.Context,
	db *gorm.DB,
	id int64,
	due *time.Time,
	now bool,
	by int64,
	at time.Time,
) error {
	return one(db.WithContext(ctx).Exec(`
UPDATE posts SET due_at = ?, due_now = ?, revision = revision + 1,
    updated_by = coalesce(nullif(?, 0), updated_by), updated_at = ? WHERE id = ?`,
		due, now, by, at, id))
}

func deletePost(ctx context.Context, db *gorm.DB, id int64) error {
	if err := db.WithContext(ctx).
		Exec("UPDATE posts SET version_id = NULL WHERE id = ?", id).
		Error; err != nil {
		return err
	}
	if err := db.WithContext(ctx).Exec("DELETE FROM post_versions WHERE post_id = ?", id).Error; err != nil {
		return err
	}

	return one(db.WithContext(ctx).Exec("DELETE FROM posts WHERE id = ? AND phase = 'draft'", id))
}

// one turns "no row was changed" into the conflict it is.
func one(done *gorm.DB) error {
	if done.Error != nil {
		return done.Error
	}
	if done.RowsAffected != 1 {
		return errMeanwhile()
	}

	return nil
}

func errMeanwhile() *fault.Error {
	return fault.Conflict("稿件刚刚被他人改动，请刷新后再试")
}
