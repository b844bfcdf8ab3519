package review

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/glyph"
	"juzhen/internal/pg"
)

// matter is what review knows of a post.
type matter struct {
	UnitPath string
	AuthorID int64
	Title    string // the first line, cut with an ellipsis
	DueAt    *time.Time
}

func errNotFound() error {
	return fault.NotFound("没有找到稿件，或不在您的管辖范围内")
}

func findMatter(ctx context.Context, db *gorm.DB, postID int64) (matter, error) {
	m, err := gorm.G[matter](db).Raw(`
SELECT u.path AS unit_path, p.author_id, split_part(btrim(v.text, E' \t\r\n'), E'\n', 1) AS title, p.due_at
FROM posts p JOIN units u ON u.id = p.unit_id JOIN post_versions v ON v.id = p.version_id WHERE p.id = ?`,
		postID).
		Take(ctx)
	m.Title = glyph.Cut(strings.TrimSpace(m.Title), 30)

	return m, pg.OrNotFound(err, errNotFound())
}

func insertReview(
	ctx context.Context,
	db *gorm.DB,
	postID, versionID int64,
	level int,
	hash []byte,
	at time.Time,
) (int64, error) {
	var id int64
	err := db.WithContext(ctx).Raw(`INSERT INTO reviews (post_id, version_id, level, hash, state, opened_at,
			opinion)
VALUES (?, ?, ?, ?, 'pending', ?, '') RETURNING id`, postID, versionID, level, hash, at).Row().Scan(&id)

	return id, err
}

const selectReview = `
SELECT r.id, r.post_id, r.version_id, v.number AS version_number, r.level, r.hash, r.state, r.opened_at,
    r.decided_by,
       coalesce(d.display_name, '') AS decided_name, r.decided_at, r.opinion
FROM reviews r JOIN post_versions v ON v.id = r.version_id LEFT JOIN users d ON d.id = r.decided_by WHERE `

func findReview(ctx context.Context, db *gorm.DB, postID, versionID int64) (Review, error) {
	review, err := gorm.G[Review](db).Raw(selectReview+`
		r.post_id = ? AND r.version_id = ? ORDER BY r.level DESC LIMIT 1`, postID, versionID).Take(ctx)
	return review, pg.OrNotFound(err, errNotFound())
}

func reviewsOf(ctx context.Context, db *gorm.DB, postID int64) ([]Review, error) {
	return gorm.G[Review](db).Raw(selectReview+"r.post_id = ? ORDER BY r.id DESC", postID).Find(ctx)
}

// lockReview waits for a decision that is being written and then reads what it was: the second of two
// reviewers learns who was first.
func lockReview(ctx context.Context, db *gorm.DB, postID int64, versionNumber int) (Review, error) {
	err := db.WithContext(ctx).Exec(`SELECT FROM reviews WHERE post_id = ? AND version_id =
(SELECT id FROM post_versions WHERE post_id = ? AND number = ?) FOR UPDATE`,
		postID, postID, versionNumber).Error
	if err != nil {
		return Review{}, err
	}
	review, err := gorm.G[Review](db).Raw(selectReview+`
		r.post_id = ? AND v.number = ? ORDER BY r.level DESC LIMIT 1`, postID, versionNumber).Take(ctx)

	return review, pg.OrNotFound(err, fault.Conflict("这一版没有提交审核，请查看最新内容"))
}

func decide(
	ctx context.Context,
	db *gorm.DB,
	id int64,
	to State,
	by int64,
	at time.Time,
	opinion string,
) error {
	done := db.WithContext(ctx).Exec(`UPDATE reviews
			SET state = ?, decided_by = ?, decided_at = ?, opinion = ? WHERE id = ? AND state = 'pending'`,
		to, by, at, opinion, id)
	if done.Error != nil {
		return done.Error
	}
	if done.RowsAffected != 1 {
		return fault.Conflict("稿件刚刚被他人改动，请刷新后再试")
	}

	return nil
}

func voidReviews(ctx context.Context, db *gorm.DB, postID int64) error {
	return db.WithContext(ctx).Exec(`
		UPDATE reviews SET state = 'void' WHERE post_id = ? AND state = 'pending'`, postID).Error
}

// workedOn tells whether the user wrote, changed or submitted the wording under review, or began the post.
func workedOn(ctx context.Context, db *gorm.DB, userID int64, review Review) (bool, error) {
	var own bool
	err := db.WithContext(ctx).Raw(`SELECT EXISTS (SELECT FROM post_versions v
			JOIN posts p ON p.id = v.post_id
WHERE v.id = ? AND (p.author_id = ? OR v.submitted_by = ? OR ? = ANY (v.editors)))`,
		review.VersionID, userID, userID, userID).
		Row().
		Scan(&own)

	return own, err
}

// waitingRow is Waiting without embedding, as GORM scans it.
type waitingRow struct {
	ID            int64
	PostID        int64
	VersionID     int64
	VersionNumber int
	Level         int
	Hash          []byte
	State         State
	OpenedAt      time.Time
	UnitPath      string
	UnitName      string
	SubmittedName string
	Text          string
	RepostOf      string
	Accounts      int
	Pictures      int
	ThumbID       int64
	DueAt         *time.Time
	DueNow        bool
	Urgent        bool
	Own           bool
}

const selectWaiting = `
SELECT r.id, r.post_id, r.version_id, v.number AS version_number, r.level, r.hash, r.state, r.opened_at,
    u.path AS unit_path, u.name AS unit_name,
       coalesce(s.display_name, '') AS submitted_name, v.text, v.repost_of,
       (SELECT count(*) FROM version_targets t WHERE t.version_id = v.id) AS accounts,
       (SELECT count(*) FROM version_media m WHERE m.version_id = v.id) AS pictures,
       coalesce((SELECT m.media_id FROM version_media m WHERE m.version_id = v.id ORDER BY m.position
           LIMIT 1), 0) AS thumb_id,
       p.due_at, p.due_now, p.urgent, (p.author_id = ? OR v.submitted_by = ? OR ? = ANY (v.editors)) AS own
FROM reviews r JOIN post_versions v ON v.id = r.version_id JOIN posts p ON p.id = r.post_id
    JOIN units u ON u.id = p.unit_id
LEFT JOIN users s ON s.id = v.submitted_by WHERE r.state = 'pending' AND `

func pending(ctx context.Context, db *gorm.DB, actor access.Actor) ([]Waiting, error) {
	scope, args := access.Scope(actor, access.PostReview, "u.path")
	args = append([]any{actor.UserID, actor.UserID, actor.UserID}, args...)
	rows, err := gorm.G[waitingRow](
		db,
	).
		Raw(selectWaiting+scope+" ORDER BY p.urgent DESC, p.due_at NULLS FIRST, r.opened_at, r.id LIMIT 500", args...).
		Find(ctx)
	if err != nil {
		return nil, err
	}

	list := make([]Waiting, len(rows))
	for i, row := range rows {
		list[i] = Waiting{
			UnitPath:      row.UnitPath,
			UnitName:      row.UnitName,
			SubmittedName: row.SubmittedName,
			Text:          row.Text,
			RepostOf:      row.RepostOf,
			Accounts:      row.Accounts,
			Pictures:      row.Pictures,
			ThumbID:       row.ThumbID,
			DueAt:         row.DueAt,
			DueNow:        row.DueNow,
			Urgent:        row.Urgent,
			Own:           row.Own,
			Review: Review{
				ID:            row.ID,
				PostID:        row.PostID,
				VersionID:     row.VersionID,
				VersionNumber: row.VersionNumber,
				Level:         row.Level,
				Hash:          row.Hash,
				State:         row.State,
				OpenedAt:      row.OpenedAt,
			},
		}
	}

	return list, nil
}
