package post

import (
	"context"
	"time"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// insertReply writes a reply with its version and its one target, frozen as it stands.
func insertReply(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	answer Answer,
	version Version,
) (Post, Version, error) {
	p := Post{
		UnitID: answer.Account.UnitID, UnitPath: answer.Account.UnitPath, UnitName: answer.Account.UnitName,
		AuthorID: answer.By, Phase: Submitted, VersionNumber: 1, DueNow: true, Revision: 1, CreatedAt: at,
		UpdatedAt: at,
	}
	err := tx.Pgx.QueryRow(ctx, `
INSERT INTO all_posts (kind, unit_id, author_id, phase, due_now, urgent, working_title, revision, created_at,
    updated_by, updated_at)
VALUES ('reply', $1, $2, 'submitted', true, false, '', 1, $3, $2, $3) RETURNING id`,
		p.UnitID, p.AuthorID, at).Scan(&p.ID)
	if err != nil {
		return p, version, err
	}
	err = tx.Pgx.QueryRow(ctx, `
INSERT INTO post_versions (post_id, number, state, text, visible, repost_of, reply_to, wording_hash, editors,
    submitted_by, submitted_at, created_at)
VALUES ($1, 1, 'submitted', $2, 0, '', $3, $4, ARRAY[$5::bigint], $5, $6, $6) RETURNING id`,
		p.ID, version.Text, version.ReplyTo.String(), version.WordingHash, p.AuthorID, at).Scan(&version.ID)
	if err != nil {
		return p, version, err
	}
	_, err = tx.Pgx.Exec(ctx,
		"INSERT INTO version_targets (version_id, account_id, payload_hash) VALUES ($1, $2, $3)",
		version.ID, answer.Account.ID, version.Targets[0].PayloadHash)
	if err != nil {
		return p, version, err
	}
	_, err = tx.Pgx.Exec(ctx, "UPDATE all_posts SET version_id = $2 WHERE id = $1", p.ID, version.ID)
	p.VersionID, version.PostID = version.ID, p.ID
	version.SubmittedBy, version.SubmittedAt = &p.AuthorID, &p.CreatedAt

	return p, version, err
}

// ReplyApprovedTx moves a reply with its version to approved, at the instant at which it is to go out.
func ReplyApprovedTx(ctx context.Context, tx pg.Tx, at time.Time, version Version) (err error) {
	defer fault.Step(&err, "post.ReplyApprovedTx %d", version.PostID)

	done, err := tx.Pgx.Exec(ctx, `
UPDATE all_posts SET phase = 'approved', due_at = $2, updated_at = $2
WHERE id = $1 AND kind = 'reply' AND phase = 'submitted'`, version.PostID, at)
	if err == nil && done.RowsAffected() != 1 {
		return fault.Conflict("这条答复刚刚有了变化，请刷新后再试")
	}
	if err != nil {
		return err
	}

	return moveVersion(ctx, tx.DB, version.ID, VersionSubmitted, VersionApproved)
}
