package rescan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/check"
	"juzhen/internal/lexicon"
	"juzhen/internal/pg"
)

// walk is the pass through all posts as it stands.
type walk struct {
	Print   string
	AfterID int64
	UntilID int64
	Going   bool
}

// lockWalk holds the pass until the transaction ends; false where another process does.
func lockWalk(ctx context.Context, tx pg.Tx) (walk, bool, error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT print, after_id, until_id, going FROM wording_pass FOR UPDATE SKIP LOCKED`)
	if err != nil {
		return walk{}, false, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[walk])
	if err != nil || len(found) == 0 {
		return walk{}, false, err
	}

	return found[0], true, nil
}

// printOf names what holds everywhere, and which accounts are whose: an account that moved goes by other
// lists.
func printOf(ctx context.Context, db *pg.DB, force check.Force) (string, error) {
	var accounts string
	err := db.Pool().QueryRow(ctx, `
SELECT coalesce(md5(string_agg(id || '.' || unit_id, ' ' ORDER BY id)), '') FROM accounts`).Scan(&accounts)
	sum := sha256.Sum256([]byte(force.Print() + accounts))

	return hex.EncodeToString(sum[:12]), err
}

// beginWalk begins a pass through all posts that are there.
func beginWalk(ctx context.Context, tx pg.Tx, print string) (begun walk, err error) {
	rows, err := tx.Pgx.Query(ctx, `
UPDATE wording_pass SET print = @print, after_id = 0, going = true,
    until_id = (SELECT coalesce(max(id), 0) FROM platform_posts)
RETURNING print, after_id, until_id, going`, pgx.NamedArgs{"print": print})
	if err != nil {
		return walk{}, err
	}

	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[walk])
}

// walkOn gives the next posts of the pass and moves it behind them; none: it ends.
func walkOn(ctx context.Context, tx pg.Tx, at walk, now time.Time) ([]int64, error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT id FROM platform_posts WHERE id > @after_id AND id <= @until_id ORDER BY id LIMIT @batch_size`,
		pgx.NamedArgs{"after_id": at.AfterID, "until_id": at.UntilID, "batch_size": batchSize})
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		_, err = tx.Pgx.Exec(ctx, `
UPDATE wording_pass SET going = false, ended_at = @now`, pgx.NamedArgs{"now": now})
		return nil, err
	}
	_, err = tx.Pgx.Exec(ctx, `
UPDATE wording_pass SET after_id = @after_id`, pgx.NamedArgs{"after_id": ids[len(ids)-1]})

	return ids, err
}

// takeUnread takes posts that came or changed. What changed is looked through whatever was known of it.
func takeUnread(ctx context.Context, tx pg.Tx, most int) ([]int64, error) {
	rows, err := tx.Pgx.Query(ctx, `
DELETE FROM wording_unread WHERE id IN (SELECT id FROM wording_unread ORDER BY id LIMIT @most)
RETURNING platform_post_id`, pgx.NamedArgs{"most": most})
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	_, err = tx.Pgx.Exec(ctx, `
DELETE FROM wording_scans WHERE platform_post_id = ANY (@ids)`, pgx.NamedArgs{"ids": ids})

	return ids, err
}

// publishedPost is a post with by what it was looked through.
type publishedPost struct {
	ID        int64
	AccountID int64
	UnitID    int64
	Home      int64 // the unit of the post that was sent, else that of the account
	VersionID int64
	Text      string
	PostedAt  time.Time
	Print     string // "": not looked through yet
	Excepted  int64
	Open      int // findings
}

// printBy names the lists that hold for the post.
func (p publishedPost) printBy(force check.Force) string { return force.Of(p.Home, p.UnitID) }

func selectPosts(ctx context.Context, tx pg.Tx, ids []int64) ([]publishedPost, error) {
	rows, err := tx.Pgx.Query(ctx, `
SELECT p.id, p.account_id, a.unit_id, coalesce(o.unit_id, a.unit_id) AS home,
    coalesce(d.version_id, 0) AS version_id, p.text, p.posted_at, coalesce(s.print, '') AS print,
    coalesce(s.excepted, 0) AS excepted, (SELECT count(*) FROM wording_findings f
        WHERE f.platform_post_id = p.id AND f.ended_at IS NULL)::int AS open
FROM platform_posts p JOIN accounts a ON a.id = p.account_id
    LEFT JOIN deliveries d ON d.id = p.delivery_id LEFT JOIN posts o ON o.id = d.post_id
    LEFT JOIN wording_scans s ON s.platform_post_id = p.id
WHERE p.id = ANY (@ids) ORDER BY p.id FOR KEY SHARE OF p`, pgx.NamedArgs{"ids": ids})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByName[publishedPost])
}

// columns are findings as the statement takes them.
type columns struct {
	posts, accounts, lists              []int64
	rules, levels, words, found, around []string
	listed                              []time.Time
}

// keep writes what was found: what is there already stays as it was found, what is there no more has ended.
func (s *Service) keep(ctx context.Context, tx pg.Tx, excepted int64, scans []scan) error {
	var ids []int64
	var prints []string
	var lists []int64

	for _, one := range scans {
		ids, prints = append(ids, one.post.ID), append(prints, one.print)
		for _, f := range one.found {
			lists = append(lists, f.ListID)
		}
	}
	listed, err := s.checks.ListedAt(ctx, lists)
	if err != nil {
		return err
	}
	given := columnsOf(scans, listed)

	if _, err := tx.Pgx.Exec(ctx, `
INSERT INTO wording_scans (platform_post_id, print, excepted)
SELECT id, print, @excepted FROM unnest(@ids::bigint[], @prints::text[]) AS x (id, print)
ON CONFLICT (platform_post_id) DO UPDATE SET print = excluded.print, excepted = excluded.excepted`,
		pgx.NamedArgs{"ids": ids, "prints": prints, "excepted": excepted}); err != nil {
		return err
	}
	if _, err := tx.Pgx.Exec(ctx, `
UPDATE wording_findings f SET ended_at = @ended_at
WHERE f.platform_post_id = ANY (@ids) AND f.ended_at IS NULL AND NOT EXISTS (
    SELECT FROM unnest(@posts::bigint[], @lists::bigint[], @words::text[], @levels::text[]) AS x (post,
        list, word, level)
    WHERE x.post = f.platform_post_id AND x.list = f.lexicon_id AND x.word = f.word AND x.level = f.level)`,
		pgx.NamedArgs{
			"ended_at": s.now(),
			"ids":      ids,
			"posts":    given.posts,
			"lists":    given.lists,
			"words":    given.words,
			"levels":   given.levels,
		}); err != nil {
		return err
	}
	_, err = tx.Pgx.Exec(ctx, `
INSERT INTO wording_findings (platform_post_id, account_id, rule, level, lexicon_id, word, found, passage,
    listed_at, found_at)
SELECT x.*, @account_id FROM unnest(@posts::bigint[], @accounts::bigint[], @rules::text[], @levels::text[],
    @lists::bigint[], @words::text[],
    @found::text[], @around::text[], @listed::timestamptz[]) AS x
ON CONFLICT (platform_post_id, lexicon_id, word, level) WHERE ended_at IS NULL DO NOTHING`,
		pgx.NamedArgs{
			"posts":      given.posts,
			"accounts":   given.accounts,
			"rules":      given.rules,
			"levels":     given.levels,
			"lists":      given.lists,
			"words":      given.words,
			"found":      given.found,
			"around":     given.around,
			"listed":     given.listed,
			"account_id": s.now(),
		})

	return err
}

func columnsOf(scans []scan, listed map[int64]time.Time) (out columns) {
	for _, one := range scans {
		for _, f := range one.found {
			out.posts, out.accounts = append(out.posts, one.post.ID), append(out.accounts, one.post.AccountID)
			out.lists, out.rules = append(out.lists, f.ListID), append(out.rules, string(f.Rule))
			out.levels, out.words = append(out.levels, string(f.Level)), append(out.words, f.Word)
			out.found = append(out.found, f.Found)
			out.around = append(out.around, passage(one.post.Text, f.Start, f.End))
			out.listed = append(out.listed, listed[f.ListID])
		}
	}

	return out
}

// standingRow is a Finding as the database gives it, with how many there are of its account.
type standingRow struct {
	PostID    int64
	AccountID int64
	PostedAt  time.Time
	Rule      check.Rule
	Level     lexicon.Level
	Found     string
	Passage   string
	ListedAt  time.Time
	FoundAt   time.Time
	All       int
	Place     int
}

func standing(
	ctx context.Context,
	db *pg.DB,
	accounts []int64,
	at time.Time,
	shown int,
) (map[int64][]Finding, map[int64]int, error) {
	rows, err := db.Pool().Query(ctx, `
SELECT * FROM (
    SELECT f.platform_post_id AS post_id, f.account_id, p.posted_at, f.rule, f.level, f.found, f.passage,
        f.listed_at, f.found_at, count(*) OVER (PARTITION BY f.account_id) AS all,
        row_number() OVER (PARTITION BY f.account_id ORDER BY f.level, p.posted_at DESC, f.id) AS place
    FROM wording_findings f JOIN platform_posts p ON p.id = f.platform_post_id
    WHERE f.account_id = ANY (@accounts) AND f.found_at <= @found_at
        AND (f.ended_at IS NULL OR f.ended_at > @found_at)
        AND NOT (p.state = 'removed' AND p.state_at <= @found_at)) f
WHERE place <= @shown ORDER BY account_id, place`,
		pgx.NamedArgs{"accounts": accounts, "found_at": at, "shown": shown})
	if err != nil {
		return nil, nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[standingRow])

	by, all := map[int64][]Finding{}, map[int64]int{}
	for _, row := range found {
		by[row.AccountID] = append(by[row.AccountID], Finding{
			PostID: row.PostID, AccountID: row.AccountID, PostedAt: row.PostedAt, Rule: row.Rule,
			Level: row.Level, Found: row.Found, Passage: row.Passage, ListedAt: row.ListedAt,
			FoundAt: row.FoundAt,
		})
		all[row.AccountID] = row.All
	}

	return by, all, err
}

func status(ctx context.Context, db *pg.DB) (out Status, err error) {
	err = db.Pool().QueryRow(ctx, `
SELECT w.ended_at, (SELECT count(*) FROM (
    SELECT platform_post_id FROM wording_unread
    UNION
    SELECT p.id FROM platform_posts p
    WHERE w.going AND p.id > w.after_id AND (w.until_id = 0 OR p.id <= w.until_id)) x)
FROM wording_pass w`).Scan(&out.EndedAt, &out.Left)

	return out, err
}
