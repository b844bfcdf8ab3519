package site

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/fault"
	"juzhen/internal/library"
	"juzhen/internal/media"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// FillEvery is how often what became public is copied; KeepEvery how often accounts and columns are.
const (
	FillEvery = 3 * time.Second
	KeepEvery = time.Minute
	fillBatch = 100
)

// fillLock lets one process at a time copy.
const fillLock = 0x73697465 // "site"

// keepWithdrawn is how long feeds tell of what was withdrawn.
const keepWithdrawn = 90 * 24 * time.Hour

// Fill looks again at each post that changed and copies it or takes it away, until nothing waits. Each batch
// is one transaction, which readers are told of.
func (s *Service) Fill(ctx context.Context) (err error) {
	defer fault.Step(&err, "site.Fill")

	for {
		taken := 0
		err := s.db.InTxRetry(ctx, func(tx pg.Tx) (err error) {
			taken, err = s.fillOnce(ctx, tx)
			return err
		})
		if err != nil || taken < fillBatch {
			return err
		}
	}
}

// Keep brings accounts and columns up to date, and forgets what was withdrawn long ago.
func (s *Service) Keep(ctx context.Context) (err error) {
	defer fault.Step(&err, "site.Keep")

	return s.db.InTxRetry(ctx, func(tx pg.Tx) error {
		if mine, err := alone(ctx, tx); err != nil || !mine {
			return err
		}
		if err := s.keep(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Pgx.Exec(ctx, `
DELETE FROM site.withdrawn WHERE at < @keep_withdrawn`,
			pgx.NamedArgs{"keep_withdrawn": s.now().Add(-keepWithdrawn)})

		return err
	})
}

func alone(ctx context.Context, tx pg.Tx) (mine bool, err error) {
	err = tx.Pgx.QueryRow(ctx, `
SELECT pg_try_advisory_xact_lock(@fill_lock)`, pgx.NamedArgs{"fill_lock": fillLock}).Scan(&mine)
	return mine, err
}

func (s *Service) fillOnce(ctx context.Context, tx pg.Tx) (taken int, err error) {
	if mine, err := alone(ctx, tx); err != nil || !mine {
		return 0, err
	}
	ids, taken, err := takeUnread(ctx, tx)
	if err != nil || taken == 0 {
		return taken, err
	}
	if err := s.keep(ctx, tx); err != nil {
		return 0, err
	}
	found, err := candidates(ctx, tx, ids)
	if err != nil {
		return 0, err
	}

	public := make(map[int64]bool, len(found))
	for _, c := range found {
		public[c.ID] = true
		if err := s.put(ctx, tx, c); err != nil {
			return 0, err
		}
	}

	for _, id := range ids {
		if !public[id] {
			if _, err := tx.Pgx.Exec(ctx, `
SELECT site_withdraw(@id)`, pgx.NamedArgs{"id": id}); err != nil {
				return 0, err
			}
		}
	}
	if len(found) > 0 {
		err = tell(ctx, tx)
	}

	return taken, err
}

// takeUnread takes what waits, each post once, and tells how many rows that were.
func takeUnread(ctx context.Context, tx pg.Tx) (ids []int64, taken int, err error) {
	rows, err := tx.Pgx.Query(ctx, `
DELETE FROM site_unread WHERE id IN (SELECT id FROM site_unread ORDER BY id LIMIT @fill_batch)
RETURNING platform_post_id`, pgx.NamedArgs{"fill_batch": fillBatch})
	if err != nil {
		return nil, 0, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	seen := map[int64]bool{}

	for _, id := range all {
		if !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}

	return ids, len(all), err
}

// put copies one post as it is now.
func (s *Service) put(ctx context.Context, tx pg.Tx, c candidate) error {
	number, err := numberOf(ctx, tx, "post", c.ID)
	if err != nil {
		return err
	}
	account, err := numberOf(ctx, tx, "account", c.AccountID)
	if err != nil {
		return err
	}
	var col *int64
	if c.ColumnID != nil {
		n, err := numberOf(ctx, tx, "column", *c.ColumnID)
		if err != nil {
			return err
		}
		col = &n
	}
	hash := sha256.Sum256([]byte(c.Text))
	folded, letters := library.Letters(c.Text)
	if _, err := tx.Pgx.Exec(ctx, `
INSERT INTO site.posts (number, account, col, posted_at, text, hash, past, link, corrects, folded, grams,
    changed_at, district)
SELECT @number, a.number, @col, @posted_at, @text, @arg, @past, @link, @corrects, @folded, @letters, @now,
    a.district
FROM site.accounts a WHERE a.number = @account ON CONFLICT (number) DO UPDATE
SET account = EXCLUDED.account, district = EXCLUDED.district, col = EXCLUDED.col,
    posted_at = EXCLUDED.posted_at, text = EXCLUDED.text, hash = EXCLUDED.hash, past = EXCLUDED.past,
    link = EXCLUDED.link, corrects = EXCLUDED.corrects,
    folded = EXCLUDED.folded, grams = EXCLUDED.grams, changed_at = EXCLUDED.changed_at`,
		pgx.NamedArgs{
			"number":    number,
			"account":   account,
			"col":       col,
			"posted_at": c.PostedAt,
			"text":      c.Text,
			"arg":       hash[:],
			"past":      c.Past,
			"link":      c.link(),
			"corrects":  c.Corrects,
			"folded":    folded,
			"letters":   letters,
			"now":       s.now(),
		}); err != nil {
		return err
	}
	if _, err := tx.Pgx.Exec(ctx, `
DELETE FROM site.withdrawn WHERE number = @number`, pgx.NamedArgs{"number": number}); err != nil {
		return err
	}

	if err := putAir(ctx, tx, number, c); err != nil {
		return err
	}

	return s.putPictures(ctx, tx, number, c.VersionID)
}

// link is the post on the platform.
func (c candidate) link() string {
	if c.RemoteURL != nil && *c.RemoteURL != "" {
		return *c.RemoteURL
	}
	if c.UID == "" {
		return ""
	}

	return "https://weibo.com/" + c.UID + "/" + post.EncodeMID(c.RemoteID)
}

func (s *Service) putPictures(ctx context.Context, tx pg.Tx, number int64, version *int64) error {
	if _, err := tx.Pgx.Exec(ctx, `
DELETE FROM site.pictures WHERE post = @number`, pgx.NamedArgs{"number": number}); err != nil {
		return err
	}
	if version == nil {
		return nil
	}
	pictures, err := picturesOf(ctx, tx, *version)
	if err != nil {
		return err
	}

	for _, picture := range pictures {
		kept, err := media.LoadTx(ctx, tx, []int64{picture.MediaID})
		if err != nil {
			return err
		}
		small, err := s.pictures.Rendition(ctx, kept[0])
		if err != nil {
			return err
		}
		if _, err := tx.Pgx.Exec(ctx, `
INSERT INTO site.pictures (post, position, alt, mime, width, height, expires_at, bytes)
VALUES (@number, @position, @alt, @mime, @width, @height, @expires_at, @data)`, pgx.NamedArgs{
			"number":     number,
			"position":   picture.Position,
			"alt":        picture.Alt,
			"mime":       small.MIME,
			"width":      small.Width,
			"height":     small.Height,
			"expires_at": picture.ExpiresAt,
			"data":       small.Data,
		}); err != nil {
			return err
		}
	}

	return nil
}

// numberOf gives the public number of a thing, which is drawn the first time.
func numberOf(ctx context.Context, tx pg.Tx, kind string, id int64) (number int64, err error) {
	err = tx.Pgx.QueryRow(ctx, `
SELECT site_number(@kind, @id)`, pgx.NamedArgs{"kind": kind, "id": id}).Scan(&number)
	return number, err
}

// districtSQL is the unit below the root that a unit u belongs to, as t; the root is its own.
const districtSQL = "JOIN units t ON t.path = substring(u.path FROM '^/[0-9]+/[0-9]*/?')"

// keep copies the districts, accounts and columns that changed.
func (s *Service) keep(ctx context.Context, tx pg.Tx) error {
	for _, numbered := range []string{
		`SELECT site_number('district', d.id) FROM (SELECT DISTINCT t.id FROM accounts a
    JOIN units u ON u.id = a.unit_id ` + districtSQL + ` WHERE a.state <> 'preparing') d
WHERE NOT EXISTS (SELECT FROM site_numbers n WHERE n.kind = 'district' AND n.id = d.id)`,
		`SELECT site_number('account', a.id) FROM accounts a WHERE a.state <> 'preparing'
    AND NOT EXISTS (SELECT FROM site_numbers n WHERE n.kind = 'account' AND n.id = a.id)`,
		`SELECT site_number('column', c.id) FROM columns c
WHERE NOT EXISTS (SELECT FROM site_numbers n WHERE n.kind = 'column' AND n.id = c.id)`,
	} {
		if _, err := tx.Pgx.Exec(ctx, numbered); err != nil {
			return err
		}
	}

	changed := int64(0)

	for _, sql := range []string{keepDistrictsSQL, keepAccountsSQL, keepColumnsSQL} {
		tag, err := tx.Pgx.Exec(ctx, sql)
		if err != nil {
			return err
		}
		changed += tag.RowsAffected()
	}
	if changed == 0 {
		return nil
	}

	return tell(ctx, tx)
}

const keepDistrictsSQL = `
INSERT INTO site.districts AS s (number, name, place)
SELECT n.number, t.name, lpad(t.position::text, 6, '0') || t.path
FROM units t JOIN site_numbers n ON n.kind = 'district' AND n.id = t.id
ON CONFLICT (number) DO UPDATE SET name = EXCLUDED.name, place = EXCLUDED.place
WHERE (s.name, s.place) IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.place)`

// An account stands under the unit below the root that it belongs to. How many follow it is told as it was
// last read; one that is closed keeps its posts.
const keepAccountsSQL = `
INSERT INTO site.accounts AS s (number, handle, name, district, position, link, confirmed, closed,
    followers, followers_at, looked_at)
SELECT n.number, a.handle, a.display_name, m.number, a.position,
    CASE WHEN a.remote_uid IS NULL THEN '' ELSE 'https://weibo.com/u/' || a.remote_uid END,
    a.remote_uid IS NOT NULL, a.state = 'closed', r.followers, r.taken_at, w.looked_at
FROM accounts a JOIN site_numbers n ON n.kind = 'account' AND n.id = a.id JOIN units u ON u.id = a.unit_id
` + districtSQL + ` JOIN site_numbers m ON m.kind = 'district' AND m.id = t.id
LEFT JOIN account_watches w ON w.account_id = a.id
LEFT JOIN LATERAL (SELECT x.followers, x.taken_at FROM account_readings x WHERE x.account_id = a.id
    ORDER BY x.taken_at DESC LIMIT 1) r ON true
ON CONFLICT (number) DO UPDATE SET handle = EXCLUDED.handle, name = EXCLUDED.name,
    district = EXCLUDED.district, position = EXCLUDED.position, link = EXCLUDED.link,
    confirmed = EXCLUDED.confirmed, closed = EXCLUDED.closed, followers = EXCLUDED.followers,
    followers_at = EXCLUDED.followers_at, looked_at = EXCLUDED.looked_at
WHERE (s.handle, s.name, s.district, s.position, s.link, s.confirmed, s.closed, s.followers,
    s.followers_at, s.looked_at) IS DISTINCT FROM (EXCLUDED.handle, EXCLUDED.name, EXCLUDED.district,
    EXCLUDED.position, EXCLUDED.link, EXCLUDED.confirmed, EXCLUDED.closed, EXCLUDED.followers,
    EXCLUDED.followers_at, EXCLUDED.looked_at)`

const keepColumnsSQL = `
INSERT INTO site.columns AS s (number, name, position)
SELECT n.number, c.name, c.position FROM columns c JOIN site_numbers n ON n.kind = 'column' AND n.id = c.id
ON CONFLICT (number) DO UPDATE SET name = EXCLUDED.name, position = EXCLUDED.position
WHERE (s.name, s.position) IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.position)`
