package post

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/account"
	"juzhen/internal/fault"
	"juzhen/internal/media"
	"juzhen/internal/pg"
)

// versionRow is a version as it lies in the database.
type versionRow struct {
	ID            int64
	PostID        int64
	Number        int
	State         VersionState
	Text          string
	Visible       int
	RepostOf      string
	ReplyTo       string
	RelayDigest   []byte
	ColumnID      int64
	ColumnName    string
	Hash          []byte
	HashForm      HashForm
	WordingHash   []byte
	DueFrom       *time.Time
	NotAfter      *time.Time
	CreatedAt     time.Time
	SubmittedBy   *int64
	SubmittedName string
	SubmittedAt   *time.Time

	GeneratedText     bool
	GeneratedPictures bool
}

type targetRow struct {
	VersionID   int64
	AccountID   int64
	Variant     *string
	PayloadHash []byte
}

type mediaRow struct {
	VersionID int64
	MediaID   int64
	Alt       string
}

// versions reads whole versions, the newest first.
func versions(ctx context.Context, tx pg.Tx, cond string, args ...any) ([]Version, error) {
	rows, err := gorm.G[versionRow](tx.DB).Raw(`
SELECT v.id, v.post_id, v.number, v.state, v.text, v.visible, v.repost_of, v.reply_to, v.hash, v.created_at,
       v.relay_digest,
       coalesce(v.hash_form, 0) AS hash_form, v.wording_hash, v.due_from,
       v.not_after,
       coalesce(c.id, 0) AS column_id, coalesce(c.name, '') AS column_name,
    v.submitted_by,
       coalesce(s.display_name, '') AS submitted_name, v.submitted_at, v.generated_text,
       v.generated_pictures
FROM post_versions v LEFT JOIN users s ON s.id = v.submitted_by LEFT JOIN columns c ON c.id = v.column_id
WHERE `+cond+` ORDER BY v.number DESC`,
		args...).
		Find(ctx)
	if err != nil {
		return nil, err
	}

	list, at, ids := make([]Version, len(rows)), map[int64]int{}, make([]int64, len(rows))
	for i, row := range rows {
		list[i] = Version{
			ID:            row.ID,
			PostID:        row.PostID,
			Number:        row.Number,
			State:         row.State,
			Text:          row.Text,
			Visible:       row.Visible,
			RepostOf:      row.RepostOf,
			ReplyTo:       readReplyTo(row.ReplyTo),
			Relay:         row.RelayDigest,
			ColumnID:      row.ColumnID,
			ColumnName:    row.ColumnName,
			Hash:          row.Hash,
			HashForm:      row.HashForm,
			WordingHash:   row.WordingHash,
			DueFrom:       row.DueFrom,
			NotAfter:      row.NotAfter,
			CreatedAt:     row.CreatedAt,
			SubmittedBy:   row.SubmittedBy,
			SubmittedName: row.SubmittedName,
			SubmittedAt:   row.SubmittedAt,
			Generated:     Generated{Text: row.GeneratedText, Pictures: row.GeneratedPictures},
		}
		at[row.ID], ids[i] = i, row.ID
	}
	if len(list) == 0 {
		return nil, nil
	}
	if err := fillTargets(ctx, tx, list, at, ids); err != nil {
		return nil, err
	}

	return list, fillMedia(ctx, tx, list, at, ids)
}

func fillTargets(ctx context.Context, tx pg.Tx, list []Version, at map[int64]int, ids []int64) error {
	rows, err := gorm.G[targetRow](tx.DB).Raw(`
		SELECT version_id, account_id, variant, payload_hash FROM version_targets WHERE version_id IN ?`,
		ids).
		Find(ctx)
	if err != nil {
		return err
	}
	var wanted []int64

	seen := make(map[int64]bool, len(rows))
	for _, row := range rows {
		if !seen[row.AccountID] {
			seen[row.AccountID] = true
			wanted = append(wanted, row.AccountID)
		}
	}
	accounts, err := account.FindManyTx(ctx, tx, wanted)
	if err != nil {
		return err
	}

	for _, row := range rows {
		version := &list[at[row.VersionID]]
		version.Targets = append(version.Targets, Target{
			AccountID:   row.AccountID,
			Account:     accounts[row.AccountID],
			Variant:     row.Variant,
			PayloadHash: row.PayloadHash,
		})
	}

	for i := range list {
		slices.SortFunc(list[i].Targets, inMatrixOrder)
	}

	return nil
}

func inMatrixOrder(a, b Target) int {
	if a.Account.Position != b.Account.Position {
		return a.Account.Position - b.Account.Position
	}

	return int(a.AccountID - b.AccountID)
}

func fillMedia(ctx context.Context, tx pg.Tx, list []Version, at map[int64]int, ids []int64) error {
	rows, err := gorm.G[mediaRow](tx.DB).Raw(`
		SELECT version_id, media_id, alt FROM version_media WHERE version_id IN ?
			ORDER BY version_id, position`, ids).Find(ctx)
	if err != nil {
		return err
	}

	var wanted []int64
	for _, row := range rows {
		if !slices.Contains(wanted, row.MediaID) {
			wanted = append(wanted, row.MediaID)
		}
	}
	found, err := media.LoadTx(ctx, tx, wanted)
	if err != nil {
		return err
	}

	for _, row := range rows {
		version := &list[at[row.VersionID]]
		version.Media = append(version.Media, VersionMedia{
			MediaID: row.MediaID,
			Alt:     row.Alt,
			Media:   found[slices.Index(wanted, row.MediaID)],
		})
	}

	return nil
}

func findVersion(ctx context.Context, tx pg.Tx, id int64) (Version, error) {
	list, err := versions(ctx, tx, "v.id = ?", id)
	if err != nil {
		return Version{}, err
	}
	if len(list) == 0 {
		return Version{}, errNotFound()
	}

	return list[0], nil
}

func insertVersion(
	ctx context.Context,
	tx pg.Tx,
	postID int64,
	content Content,
	by int64,
	at time.Time,
) (int64, error) {
	var id int64
	err := tx.DB.WithContext(ctx).Raw(`
INSERT INTO post_versions (post_id, number, state, text, visible, repost_of, column_id,
    generated_text, generated_pictures, not_after, editors, created_at)
VALUES (?, 1, 'draft', ?, ?, ?, nullif(?, 0), ?, ?, ?, ARRAY[?]::bigint[], ?) RETURNING id`,
		postID, content.Text, content.Visible, content.RepostOf, content.ColumnID,
		content.Generated.Text, content.Generated.Pictures, content.NotAfter, by, at).
		Row().
		Scan(&id)
	if err != nil {
		return 0, err
	}

	return id, putParts(ctx, tx, id, content)
}

// saveVersion replaces the content of a draft and notes who worked on it.
func saveVersion(ctx context.Context, tx pg.Tx, id int64, content Content, by int64) error {
	err := one(tx.DB.WithContext(ctx).Exec(`
UPDATE post_versions SET text = ?, visible = ?, repost_of = ?, column_id = nullif(?, 0),
       generated_text = ?, generated_pictures = ?, not_after = ?,
       editors = CASE WHEN ? = ANY (editors) THEN editors ELSE array_append(editors, ?::bigint) END
WHERE id = ? AND state = 'draft'`, content.Text, content.Visible, content.RepostOf,
		content.ColumnID, content.Generated.Text, content.Generated.Pictures, content.NotAfter, by, by, id))
	if err != nil {
		return err
	}

	for _, table := range []string{"version_targets", "version_media"} {
		if err := tx.DB.WithContext(ctx).
			Exec("DELETE FROM "+table+" WHERE version_id = ?", id).
			Error; err != nil {
			return err
		}
	}

	return putParts(ctx, tx, id, content)
}

func putParts(ctx context.Context, tx pg.Tx, id int64, content Content) error {
	if err := putTargets(ctx, tx, id, content.Targets); err != nil {
		return pg.Fault(
			err,
			map[string]error{"version_targets_account_id_fkey": fault.Invalid("accounts", "所选账号不存在，请刷新后重选")},
		)
	}

	for i, mediaChoice := range content.Media {
		err := tx.DB.WithContext(ctx).Exec(`
			INSERT INTO version_media (version_id, position, media_id, alt) VALUES (?, ?, ?, ?)`,
			id, i, mediaChoice.MediaID, mediaChoice.Alt).Error
		if err != nil {
			return err
		}
	}

	return nil
}

// putTargets writes all accounts in one statement: a large matrix has thousands.
func putTargets(ctx context.Context, tx pg.Tx, id int64, targets []TargetChoice) error {
	if len(targets) == 0 {
		return nil
	}

	accounts, words := make([]int64, len(targets)), make([]*string, len(targets))
	for i, targetChoice := range targets {
		accounts[i], words[i] = targetChoice.AccountID, targetChoice.Variant
	}
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO version_targets (version_id, account_id, variant)
SELECT @version_id, x.account_id, x.variant FROM unnest(@accounts::bigint[],
    @words::text[]) AS x (account_id, variant)`,
		pgx.NamedArgs{"version_id": id, "accounts": accounts, "words": words})

	return err
}

// copyVersion makes the next version of the post, a draft with the same content. Whoever worked on the
// old wording has worked on the new one.
func copyVersion(ctx context.Context, db *gorm.DB, from, by int64, at time.Time) (int64, error) {
	var id int64
	err := db.WithContext(ctx).Raw(`
INSERT INTO post_versions (post_id, number, state, text, visible, repost_of, relay_digest, column_id,
    generated_text, generated_pictures, not_after, editors, created_at)
SELECT post_id, number + 1, 'draft', text, visible, repost_of, relay_digest, column_id,
       generated_text, generated_pictures, not_after,
       CASE WHEN ? = ANY (editors) THEN editors ELSE array_append(editors, ?::bigint) END, ?
           FROM post_versions WHERE id = ? RETURNING id`,
		by, by, at, from).Row().Scan(&id)
	if err != nil {
		return 0, err
	}
	if err := db.WithContext(ctx).Exec(`
INSERT INTO version_targets (version_id, account_id, variant) SELECT ?, account_id, variant
    FROM version_targets WHERE version_id = ?`, id, from).Error; err != nil {
		return 0, err
	}

	return id, db.WithContext(ctx).Exec(`
INSERT INTO version_media (version_id, position, media_id, alt) SELECT ?, position, media_id, alt
    FROM version_media WHERE version_id = ?`, id, from).Error
}

// freezeVersion writes the hashes of the requests and the texts they were made of, and closes the version
// to changes. SealTx adds the approval hash, once the chain is chosen.
func freezeVersion(ctx context.Context, tx pg.Tx, version Version, by int64, at time.Time) error {
	if err := freezeTargets(ctx, tx, version); err != nil {
		return err
	}

	return one(tx.DB.WithContext(ctx).Exec(`
UPDATE post_versions SET state = 'submitted', text = ?, wording_hash = ?, submitted_by = ?, submitted_at = ?
    WHERE id = ? AND state = 'draft'`, version.Text, version.WordingHash, by, at, version.ID))
}

func freezeTargets(ctx context.Context, tx pg.Tx, version Version) error {
	accounts, hashes := make([]int64, len(version.Targets)), make([][]byte, len(version.Targets))

	words := make([]*string, len(version.Targets))
	for i, target := range version.Targets {
		accounts[i], hashes[i], words[i] = target.AccountID, target.PayloadHash, target.Variant
	}
	done, err := tx.Pgx.Exec(ctx, `
UPDATE version_targets t SET payload_hash = x.hash, variant = x.variant
    FROM unnest(@accounts::bigint[], @hashes::bytea[], @words::text[]) AS x (account_id, hash, variant)
WHERE t.version_id = @version_id AND t.account_id = x.account_id`, pgx.NamedArgs{
		"version_id": version.ID,
		"accounts":   accounts,
		"hashes":     hashes,
		"words":      words,
	})
	if err == nil && done.RowsAffected() != int64(len(accounts)) {
		return fault.Conflict("稿件刚刚被他人改动，请刷新后再试")
	}

	return err
}

// moveVersion is the compare-and-set of a version's state.
func moveVersion(ctx context.Context, db *gorm.DB, id int64, from, to VersionState) error {
	return one(db.WithContext(ctx).Exec(`
		UPDATE post_versions SET state = ? WHERE id = ? AND state = ?`, to, id, from))
}

// voidVersion closes a version that was never decided; a decided one keeps its state, it is evidence.
func voidVersion(ctx context.Context, db *gorm.DB, id int64) error {
	return db.WithContext(ctx).Exec(`
		UPDATE post_versions SET state = 'void' WHERE id = ? AND state IN ('draft', 'submitted')`, id).Error
}
