package library

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
	"juzhen/internal/pg"
)

// FillEvery is how often what was published is taken in; fillBatch is how many posts one transaction takes.
const (
	FillEvery = 10 * time.Second
	fillBatch = 500
)

// fillLock lets one process at a time take posts in: two would wait for each other's texts.
const fillLock = 0x6c6962 // "lib"

// Fill takes in what was published or changed since, until nothing waits. Each batch is one transaction, so
// that it goes on where it was when it is stopped.
func (s *Service) Fill(ctx context.Context) (err error) {
	defer fault.Step(&err, "library.Fill")

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

// publication is a post of the platform as it is taken in.
type publication struct {
	ID        int64
	Text      string
	At        time.Time
	AccountID int64
	ColumnID  *int64
	UserID    *int64
	hash      [sha256.Size]byte
}

func (s *Service) fillOnce(ctx context.Context, tx pg.Tx) (taken int, err error) {
	mine := false
	if err := tx.Pgx.QueryRow(ctx, `
SELECT pg_try_advisory_xact_lock(@fill_lock)`,
		pgx.NamedArgs{"fill_lock": fillLock}).Scan(&mine); err != nil {
		return 0, err
	}
	if !mine {
		return 0, nil
	}
	ids, err := takeUnread(ctx, tx)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	found, err := readPublications(ctx, tx, ids)
	if err != nil {
		return 0, err
	}
	touched, err := leave(ctx, tx, ids)
	if err != nil {
		return 0, err
	}
	texts, err := putTexts(ctx, tx, found)
	if err != nil {
		return 0, err
	}
	if err := putPublications(ctx, tx, found, texts); err != nil {
		return 0, err
	}

	for _, id := range texts {
		touched = append(touched, id)
	}

	return len(ids), recount(ctx, tx, touched)
}

// takeUnread takes what waits, but not what somebody is changing right now: that transaction holds the row,
// and what it changed is not to be seen yet.
func takeUnread(ctx context.Context, tx pg.Tx) ([]int64, error) {
	rows, err := tx.Pgx.Query(ctx, `
WITH taken AS MATERIALIZED (
    SELECT platform_post_id FROM library_unread ORDER BY 1 LIMIT @fill_batch FOR UPDATE SKIP LOCKED)
DELETE FROM library_unread u USING taken WHERE u.platform_post_id = taken.platform_post_id
RETURNING u.platform_post_id`, pgx.NamedArgs{"fill_batch": fillBatch})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// readPublications reads what is to stand in the library of some posts of the platform: words that
// everybody could read, and of which it is known whose they are.
func readPublications(ctx context.Context, tx pg.Tx, ids []int64) ([]publication, error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT p.id, p.text, p.posted_at, p.account_id, v.column_id, o.author_id
FROM platform_posts p LEFT JOIN deliveries d ON d.id = p.delivery_id
LEFT JOIN post_versions v ON v.id = d.version_id LEFT JOIN posts o ON o.id = d.post_id
WHERE p.id = ANY(@ids) AND p.origin <> 'unsure' AND p.text <> '' AND coalesce(v.visible, 0) = 0`,
		pgx.NamedArgs{"ids": ids})
	if err != nil {
		return nil, err
	}

	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p publication, err error) {
		err = row.Scan(&p.ID, &p.Text, &p.At, &p.AccountID, &p.ColumnID, &p.UserID)
		p.hash = sha256.Sum256([]byte(p.Text))

		return p, err
	})

	return found, err
}

// leave takes posts out of the library and gives the texts that they were of.
func leave(ctx context.Context, tx pg.Tx, ids []int64) ([]int64, error) {
	rows, err := tx.Pgx.Query(ctx, `
DELETE FROM library_published WHERE platform_post_id = ANY(@ids) RETURNING text_id`,
		pgx.NamedArgs{"ids": ids})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// putTexts gives each distinct text its row. What it is found by is filled in by recount.
func putTexts(
	ctx context.Context,
	tx pg.Tx,
	found []publication,
) (map[[sha256.Size]byte]int64, error) {
	var batch pgx.Batch
	ids := map[[sha256.Size]byte]int64{}

	for _, p := range found {
		if _, known := ids[p.hash]; known {
			continue
		}
		ids[p.hash] = 0
		batch.Queue(`
INSERT INTO library_texts (hash, folded, times, at, last_id, grams) VALUES (@hash, @text, 0, @at, @last_id,
    '{}')
ON CONFLICT (hash) DO UPDATE SET folded = EXCLUDED.folded RETURNING id`,
			pgx.NamedArgs{
				"hash":    p.hash[:],
				"text":    lexicon.Fold(p.Text),
				"at":      p.At,
				"last_id": p.ID,
			}).QueryRow(func(row pgx.Row) error {
			var id int64
			err := row.Scan(&id)
			ids[p.hash] = id

			return err
		})
	}

	return ids, tx.Pgx.SendBatch(ctx, &batch).Close()
}

func putPublications(
	ctx context.Context,
	tx pg.Tx,
	found []publication,
	texts map[[sha256.Size]byte]int64,
) error {
	_, err := tx.Pgx.CopyFrom(
		ctx,
		pgx.Identifier{"library_published"},
		[]string{"platform_post_id", "text_id", "account_id", "column_id", "user_id", "at"},
		pgx.CopyFromSlice(len(found), func(i int) ([]any, error) {
			p := found[i]

			return []any{p.ID, texts[p.hash], p.AccountID, p.ColumnID, p.UserID, p.At}, nil
		}),
	)

	return err
}

// counted is what all publications of a text come to.
type counted struct {
	id, lastID                        int64
	folded                            string
	times                             int
	at                                time.Time
	accounts, columns, persons, spans []int64
}

// recount writes how often texts went out, when last, and all that they are found by; one that went out
// no more is taken away.
func recount(ctx context.Context, tx pg.Tx, ids []int64) error {
	if _, err := tx.Pgx.Exec(ctx, `
DELETE FROM library_texts t WHERE id = ANY(@ids)
    AND NOT EXISTS (SELECT FROM library_published p WHERE p.text_id = t.id)`,
		pgx.NamedArgs{"ids": ids}); err != nil {
		return err
	}
	rows, err := tx.Pgx.Query(ctx, `
SELECT t.id, t.folded, count(*), max(p.at),
    (array_agg(p.platform_post_id ORDER BY p.at DESC, p.platform_post_id DESC))[1],
    array_agg(DISTINCT p.account_id),
    coalesce(array_agg(DISTINCT p.column_id) FILTER (WHERE p.column_id > 0), '{}'),
    coalesce(array_agg(DISTINCT p.user_id) FILTER (WHERE p.user_id > 0), '{}'),
    array_agg(DISTINCT floor(extract(epoch FROM p.at) / @span)::bigint)
FROM library_texts t JOIN library_published p ON p.text_id = t.id WHERE t.id = ANY(@ids) GROUP BY t.id`,
		pgx.NamedArgs{"ids": ids, "span": int64(span / time.Second)})
	if err != nil {
		return err
	}
	texts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c counted, err error) {
		err = row.Scan(
			&c.id,
			&c.folded,
			&c.times,
			&c.at,
			&c.lastID,
			&c.accounts,
			&c.columns,
			&c.persons,
			&c.spans,
		)

		return c, err
	})
	if err != nil {
		return fmt.Errorf("count publications: %w", err)
	}

	var batch pgx.Batch
	for _, c := range texts {
		batch.Queue(`UPDATE library_texts SET times = @times, at = @at, last_id = @last_id,
    grams = @grams WHERE id = @id`,
			pgx.NamedArgs{
				"id":      c.id,
				"times":   c.times,
				"at":      c.at,
				"last_id": c.lastID,
				"grams":   c.grams(),
			})
	}

	return tx.Pgx.SendBatch(ctx, &batch).Close()
}

// grams are all that the text is found by.
func (c counted) grams() []int32 {
	out := grams(c.folded)
	if c.times > 1 {
		out = append(out, markAgain)
	}

	for level := range blockDays {
		out = append(out, blockOf(c.at, level).mark())
	}

	for space, ids := range map[int32][]int64{
		markAccount: c.accounts, markColumn: c.columns, markPerson: c.persons, markSpan: c.spans,
	} {
		for _, id := range ids {
			out = append(out, mark(space, id))
		}
	}

	return out
}
