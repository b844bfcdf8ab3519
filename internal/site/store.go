package site

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/beijing"
	"juzhen/internal/pg"
)

// Channel is where the schema and this package tell that something of the site changed.
const Channel = "juzhen_site"

// tell has every process forget its pages once the transaction is committed.
func tell(ctx context.Context, tx pg.Tx) error {
	_, err := tx.Pgx.Exec(ctx, `
SELECT pg_notify(@channel, '*')`, pgx.NamedArgs{"channel": Channel})
	return err
}

func (d Draft) savedBy(user int64) bool { return d.savedByID != nil && *d.savedByID == user }

func lock(ctx context.Context, tx pg.Tx) error {
	_, err := tx.Pgx.Exec(ctx, "SELECT FROM site_drafts FOR UPDATE")
	return err
}

func find(ctx context.Context, tx pg.Tx) (d Draft, err error) {
	var emblem, public []byte

	err = tx.Pgx.QueryRow(ctx, `
SELECT d.name, d.name_en, d.footer, d.filing, d.accent, d.revision, d.saved_by, coalesce(s.display_name, ''),
    d.saved_at, d.asked_by, coalesce(a.display_name, ''), d.asked_at, coalesce(o.display_name, ''),
    p.name, p.name_en, p.footer, p.filing, p.accent, p.open, p.changed_at, d.emblem, p.emblem
FROM site_drafts d CROSS JOIN site.settings p LEFT JOIN users s ON s.id = d.saved_by
LEFT JOIN users a ON a.id = d.asked_by LEFT JOIN users o ON o.id = d.opened_by`).
		Scan(&d.Name, &d.NameEn, &d.Footer, &d.Filing, &d.Accent, &d.Revision, &d.savedByID, &d.SavedBy,
			&d.SavedAt, &d.AskedByID, &d.AskedBy, &d.AskedAt, &d.OpenedBy,
			&d.Public.Name, &d.Public.NameEn, &d.Public.Footer, &d.Public.Filing, &d.Public.Accent, &d.Open,
			&d.OpenedAt, &emblem, &public)
	d.Emblem, d.Public.Emblem = string(emblem), string(public)

	return d, err
}

func saveDraft(ctx context.Context, tx pg.Tx, look Look, by int64, at time.Time) error {
	_, err := tx.Pgx.Exec(ctx, `
UPDATE site_drafts SET name = @name, name_en = @name_en, footer = @footer, filing = @filing,
    accent = @accent, saved_by = @by,
    saved_at = @saved_at, asked_by = NULL, asked_at = NULL, revision = revision + 1`,
		pgx.NamedArgs{
			"name":     look.Name,
			"name_en":  look.NameEn,
			"footer":   look.Footer,
			"filing":   look.Filing,
			"accent":   look.Accent,
			"by":       by,
			"saved_at": at,
		})

	return err
}

// saveEmblem keeps the picture of the draft; nil: none.
func saveEmblem(ctx context.Context, tx pg.Tx, emblem []byte, by int64, at time.Time) error {
	_, err := tx.Pgx.Exec(ctx, `
UPDATE site_drafts SET emblem = @emblem, saved_by = @by, saved_at = @saved_at, asked_by = NULL,
    asked_at = NULL,
    revision = revision + 1`, pgx.NamedArgs{"emblem": emblem, "by": by, "saved_at": at})

	return err
}

// ask writes who asked; nil: nobody any more.
func ask(ctx context.Context, tx pg.Tx, by *int64, at time.Time) error {
	_, err := tx.Pgx.Exec(ctx, `
UPDATE site_drafts SET asked_by = @by, 
    asked_at = CASE WHEN @by::bigint IS NULL THEN NULL ELSE @at::timestamptz END, revision = revision + 1`,
		pgx.NamedArgs{"by": by, "at": at})

	return err
}

func publish(ctx context.Context, tx pg.Tx, look Look, by int64, at time.Time) error {
	if _, err := tx.Pgx.Exec(ctx, `
UPDATE site_drafts SET asked_by = NULL, asked_at = NULL, opened_by = @by, revision = revision + 1`,
		pgx.NamedArgs{"by": by}); err != nil {
		return err
	}
	if _, err := tx.Pgx.Exec(ctx, `
UPDATE site.settings SET open = true, name = @name, name_en = @name_en, footer = @footer, filing = @filing,
    accent = @accent,
    accent_dark = @accent_dark, changed_at = @changed_at, emblem = (SELECT emblem FROM site_drafts)`,
		pgx.NamedArgs{
			"name":        look.Name,
			"name_en":     look.NameEn,
			"footer":      look.Footer,
			"filing":      look.Filing,
			"accent":      look.Accent,
			"accent_dark": OnDark(look.Accent),
			"changed_at":  at,
		}); err != nil {
		return err
	}

	return tell(ctx, tx)
}

func closeSite(ctx context.Context, tx pg.Tx, at time.Time) error {
	if _, err := tx.Pgx.Exec(ctx, `
UPDATE site_drafts SET asked_by = NULL, asked_at = NULL, revision = revision + 1`); err != nil {
		return err
	}
	if _, err := tx.Pgx.Exec(ctx, `
UPDATE site.settings SET open = false, changed_at = @changed_at`,
		pgx.NamedArgs{"changed_at": at}); err != nil {
		return err
	}

	return tell(ctx, tx)
}

// candidate is a post of the platform that everybody may see.
type candidate struct {
	ID, AccountID int64
	Text          string
	PostedAt      time.Time
	Past          bool
	ColumnID      *int64
	VersionID     *int64
	UID, RemoteID string
	RemoteURL     *string
	Corrects      *int64 // number of the post that it corrects
	PostID        *int64 // of this console
}

// publicSQL holds for posts that everybody may see: seen on the platform as they were approved, and written
// by this console or before it. Reposts say nothing without what they repost.
const publicSQL = `p.state = 'live' AND p.original AND p.text <> '' AND coalesce(v.visible, 0) = 0
    AND (p.origin = 'past' AND p.seen_at IS NOT NULL
        OR p.origin = 'console' AND d.state = 'sent' AND d.live = 'live')`

func candidates(ctx context.Context, tx pg.Tx, ids []int64) ([]candidate, error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT p.id, p.account_id, p.text, p.posted_at, p.origin = 'past', v.column_id, v.id,
    coalesce(a.remote_uid, ''), p.remote_id, d.remote_url,
    (SELECT n.number FROM deliveries y
        JOIN platform_posts q ON q.platform = y.platform AND q.remote_id = y.remote_id
        JOIN site_numbers n ON n.kind = 'post' AND n.id = q.id
        WHERE y.post_id = o.corrects AND y.account_id = p.account_id), d.post_id
FROM platform_posts p JOIN accounts a ON a.id = p.account_id LEFT JOIN deliveries d ON d.id = p.delivery_id
LEFT JOIN post_versions v ON v.id = d.version_id LEFT JOIN posts o ON o.id = d.post_id
WHERE p.id = ANY(@ids) AND `+publicSQL+` ORDER BY p.posted_at, p.id`, pgx.NamedArgs{"ids": ids})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByPos[candidate])
}

// shown is a picture of a post with what is said of it.
type shown struct {
	Position  int
	Alt       string
	MediaID   int64
	ExpiresAt *time.Time
}

// picturesOf reads the pictures of a version. The licence of one that came out of the library ends with the
// last item that keeps it.
func picturesOf(ctx context.Context, tx pg.Tx, version int64) ([]shown, error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT x.position, x.alt, x.media_id, (SELECT CASE WHEN bool_and(i.expires_on IS NOT NULL)
    THEN `+beijing.StartSQL("(max(i.expires_on) + 1)")+` END
    FROM library_items i JOIN media k ON k.id = i.media_id WHERE k.sha256 = m.sha256)
FROM version_media x JOIN media m ON m.id = x.media_id WHERE x.version_id = @version ORDER BY x.position`,
		pgx.NamedArgs{"version": version})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByPos[shown])
}
