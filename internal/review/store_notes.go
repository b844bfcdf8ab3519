package review

import (
	"context"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

const selectNotes = `
SELECT n.id, n.post_id, v.number, n.by_user, w.display_name, n.at, n.text, n.quoted,
    ARRAY(SELECT a.display_name FROM users a WHERE a.id = ANY (n.asks) ORDER BY a.id),
    coalesce(r.display_name, ''), n.resolved_at
FROM review_notes n JOIN post_versions v ON v.id = n.version_id JOIN users w ON w.id = n.by_user
LEFT JOIN users r ON r.id = n.resolved_by WHERE `

// notesOf reads notes, the oldest first.
func notesOf(ctx context.Context, from source, where string, args pgx.NamedArgs) ([]Note, error) {
	rows, err := from.Query(ctx, selectNotes+where+" ORDER BY n.id", args)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (n Note, err error) {
		return n, row.Scan(&n.ID, &n.PostID, &n.VersionNumber, &n.By, &n.ByName, &n.At, &n.Text, &n.Quoted,
			&n.Asks, &n.ResolvedBy, &n.ResolvedAt)
	})
}

// insertNote keeps a note; the run's post is locked by the caller, so that the count holds.
func insertNote(
	ctx context.Context,
	tx pg.Tx,
	versionID int64,
	note Note,
	asks []int64,
) (id int64, err error) {
	err = tx.Pgx.QueryRow(ctx, `
INSERT INTO review_notes (post_id, version_id, by_user, at, text, quoted, asks)
SELECT @post, @version, @by, @at, @text, @quoted, @asks
WHERE (SELECT count(*) FROM review_notes WHERE post_id = @post) < @most RETURNING id`, pgx.NamedArgs{
		"post": note.PostID, "version": versionID, "by": note.By, "at": note.At, "text": note.Text,
		"quoted": note.Quoted, "asks": asks, "most": maxNotes,
	}).Scan(&id)

	return id, pg.OrNotFound(err, fault.Conflict("这份稿件的批注已有 {.max} 条，不能再加", "max", maxNotes))
}

// wordingsOf are the texts of a version, the common one first.
func wordingsOf(ctx context.Context, tx pg.Tx, versionID int64) ([]string, error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT text FROM post_versions WHERE id = @version_id
UNION ALL SELECT variant FROM version_targets WHERE version_id = @version_id AND variant IS NOT NULL`,
		pgx.NamedArgs{"version_id": versionID})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// openNotes are the numbers of the notes of a post that are not resolved.
func openNotes(ctx context.Context, tx pg.Tx, postID int64) ([]int64, error) {
	rows, err := tx.Pgx.Query(ctx,
		`
SELECT id FROM review_notes WHERE post_id = @post_id AND resolved_at IS NULL ORDER BY id`,
		pgx.NamedArgs{"post_id": postID})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
