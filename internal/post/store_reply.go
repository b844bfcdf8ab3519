package post

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

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
VALUES ('reply', @unit_id, @author_id, 'submitted', true, false, '', 1, @created_at, @author_id,
    @created_at) RETURNING id`,
		pgx.NamedArgs{"unit_id": p.UnitID, "author_id": p.AuthorID, "created_at": at}).Scan(&p.ID)
	if err != nil {
		return p, version, err
	}
	err = tx.Pgx.QueryRow(ctx, `
INSERT INTO post_versions (post_id, number, state, text, visible, repost_of, reply_to, wording_hash, editors,
    submitted_by, submitted_at, created_at)
VALUES (@post_id, 1, 'submitted', @text, 0, '', @reply_to, @wording_hash, ARRAY[@author_id::bigint],
    @author_id, @submitted_at, @submitted_at) RETURNING id`,
		pgx.NamedArgs{
			"post_id":      p.ID,
			"text":         version.Text,
			"reply_to":     version.ReplyTo.String(),
			"wording_hash": version.WordingHash,
			"author_id":    p.AuthorID,
			"submitted_at": at,
		}).Scan(&version.ID)
	if err != nil {
		return p, version, err
	}
	_, err = tx.Pgx.Exec(
		ctx,
		`
INSERT INTO version_targets (version_id, account_id, payload_hash) VALUES (@version_id, @account_id,
    @payload_hash)`,
		pgx.NamedArgs{
			"version_id":   version.ID,
			"account_id":   answer.Account.ID,
			"payload_hash": version.Targets[0].PayloadHash,
		},
	)
	if err != nil {
		return p, version, err
	}
	_, err = tx.Pgx.Exec(ctx, `
UPDATE all_posts SET version_id = @version_id WHERE id = @id`,
		pgx.NamedArgs{"id": p.ID, "version_id": version.ID})
	p.VersionID, version.PostID = version.ID, p.ID
	version.SubmittedBy, version.SubmittedAt = &p.AuthorID, &p.CreatedAt

	return p, version, err
}

// ReplyApprovedTx moves a reply with its version to approved, at the instant at which it is to go out.
func ReplyApprovedTx(ctx context.Context, tx pg.Tx, at time.Time, version Version) (err error) {
	defer fault.Step(&err, "post.ReplyApprovedTx %d", version.PostID)

	done, err := tx.Pgx.Exec(ctx, `
UPDATE all_posts SET phase = 'approved', due_at = @due_at, updated_at = @due_at
WHERE id = @post_id AND kind = 'reply' AND phase = 'submitted'`,
		pgx.NamedArgs{"post_id": version.PostID, "due_at": at})
	if err == nil && done.RowsAffected() != 1 {
		return fault.Conflict("这条答复刚刚有了变化，请刷新后再试")
	}
	if err != nil {
		return err
	}

	return moveVersion(ctx, tx.DB, version.ID, VersionSubmitted, VersionApproved)
}
