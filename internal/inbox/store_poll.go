package inbox

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"juzhen/internal/pg"
	"juzhen/internal/todo"
	"juzhen/internal/weibo"
)

// querier is the pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// beginWatches starts to ask for the inbox of each account that has a token.
func beginWatches(ctx context.Context, q querier, since, now time.Time) error {
	_, err := q.Exec(ctx, `
INSERT INTO inbox_watches (account_id, since, next_at)
SELECT a.id, @since, @now FROM accounts a JOIN credentials c ON c.account_id = a.id AND c.state = 'valid'
WHERE a.state <> 'closed' AND a.connector <> 'manual' AND a.remote_uid IS NOT NULL
ON CONFLICT (account_id) DO NOTHING`, pgx.NamedArgs{"since": since, "now": now})

	return err
}

// dueWatches lists the accounts that are to be asked for now.
func dueWatches(ctx context.Context, q querier, now time.Time) ([]int64, error) {
	rows, err := q.Query(ctx, `
SELECT w.account_id FROM inbox_watches w JOIN accounts a ON a.id = w.account_id
WHERE w.next_at <= @now AND a.state <> 'closed' AND a.connector <> 'manual' ORDER BY w.next_at`,
		pgx.NamedArgs{"now": now})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

func findWatch(ctx context.Context, q querier, accountID int64) (watch, bool, error) {
	rows, err := q.Query(
		ctx,
		"SELECT * FROM inbox_watches WHERE account_id = @account_id",
		pgx.NamedArgs{"account_id": accountID},
	)
	if err != nil {
		return watch{}, false, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByNameLax[watch])
	if err != nil || len(found) == 0 {
		return watch{}, false, err
	}

	return found[0], true, nil
}

func setWatch(ctx context.Context, q querier, w watch) error {
	_, err := q.Exec(
		ctx,
		`
UPDATE inbox_watches SET next_at = @next_at, asked_at = @asked_at, checked_at = @checked_at, reason =
@reason, comments = @comments,
    mentions = @mentions, naming = @naming, messages = @messages
WHERE account_id = @account_id`,
		pgx.NamedArgs{
			"account_id": w.AccountID,
			"next_at":    w.NextAt,
			"asked_at":   w.AskedAt,
			"checked_at": w.CheckedAt,
			"reason":     w.Reason,
			"comments":   w.Comments,
			"mentions":   w.Mentions,
			"naming":     w.Naming,
			"messages":   w.Messages,
		},
	)

	return err
}

// feedState is how far a list is taken in.
type feedState struct {
	Feed   weibo.Feed
	Top    int64
	Below  int64
	ReadAt time.Time
}

// feedsOf is how far the lists of an account are taken in; those that were never read are not in it.
func feedsOf(ctx context.Context, q querier, accountID int64) (map[weibo.Feed]feedState, error) {
	rows, err := q.Query(
		ctx,
		"SELECT feed, top, below, read_at FROM inbox_feeds WHERE account_id = @account_id",
		pgx.NamedArgs{"account_id": accountID},
	)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[feedState])

	known := make(map[weibo.Feed]feedState, len(list))
	for _, one := range list {
		known[one.Feed] = one
	}

	return known, err
}

func setFeed(ctx context.Context, q querier, accountID int64, state feedState) error {
	_, err := q.Exec(
		ctx,
		`
INSERT INTO inbox_feeds (account_id, feed, top, below, read_at) VALUES (@account_id, @feed, @top, @below,
@read_at)
ON CONFLICT (account_id, feed) DO UPDATE SET top = excluded.top, below = excluded.below,
    read_at = excluded.read_at`,
		pgx.NamedArgs{
			"account_id": accountID,
			"feed":       string(state.Feed),
			"top":        state.Top,
			"below":      state.Below,
			"read_at":    state.ReadAt,
		},
	)

	return err
}

// toCheck are comments of citizens in matters at work that were there when they were last seen.
func toCheck(ctx context.Context, q querier, accountID int64, since time.Time, most int) ([]string, error) {
	rows, err := q.Query(ctx, `
SELECT i.remote_id FROM inbox_items i JOIN inbox_matters m ON m.id = i.matter_id
WHERE i.account_id = @account_id AND i.thing = 'comment' AND i.source <> 'answer' AND i.gone_at IS NULL
  AND i.purged_at IS NULL AND i.said_at > @since AND m.state <> 'closed'
ORDER BY i.said_at DESC LIMIT @most`, pgx.NamedArgs{"account_id": accountID, "since": since, "most": most})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[string])
}

func markGone(ctx context.Context, q querier, accountID int64, ids []string, now time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := q.Exec(ctx, `
UPDATE inbox_items SET gone_at = @now WHERE account_id = @account_id AND thing = 'comment' AND remote_id = ANY (@ids)`,
		pgx.NamedArgs{"account_id": accountID, "ids": ids, "now": now})

	return err
}

// overdue is an account with matters over their time, or one of whose to-do is open though it has none.
type overdue struct {
	AccountID int64
	Path      string
	Handle    string
	Late      bool
}

func overdueAccounts(ctx context.Context, q querier, now time.Time) ([]overdue, error) {
	rows, err := q.Query(ctx, `
WITH late AS (
    SELECT DISTINCT m.account_id FROM inbox_matters m
    WHERE `+never+` < @now AND `+waiting+` AND coalesce(m.snoozed_until, '-infinity') <= @now),
told AS (SELECT t.subject_id AS account_id FROM `+todo.OpenSQL(TodoAccount)+` t WHERE starts_with(t.key, @code))
SELECT a.id AS account_id, u.path, a.handle, late.account_id IS NOT NULL AS late
FROM late FULL JOIN told USING (account_id) JOIN accounts a ON a.id = account_id
    JOIN units u ON u.id = a.unit_id
WHERE late.account_id IS NULL OR told.account_id IS NULL`,
		pgx.NamedArgs{"now": now, "code": todoOverdue.Code + "/"})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByNameLax[overdue])
}

// purgeItems takes texts and names out of what is past its time: of matters that ended, and of what its
// author took away a month ago. It gives how many of which accounts.
func purgeItems(ctx context.Context, tx pg.Tx, now time.Time, most int) (map[int64]int, error) {
	rows, err := tx.Pgx.Query(ctx, `
WITH old AS (
    SELECT i.id FROM inbox_items i JOIN inbox_matters m ON m.id = i.matter_id
    WHERE i.purged_at IS NULL
      AND (i.keep_until < @now AND m.state = 'closed' OR i.gone_at < @now - interval '30 days')
    ORDER BY i.id LIMIT @most),
done AS (
    UPDATE inbox_items i SET text = '', name = '', author = '', reply_to = '', purged_at = @now FROM old
    WHERE i.id = old.id RETURNING i.account_id)
SELECT account_id, count(*)::int FROM done GROUP BY account_id`, pgx.NamedArgs{"now": now, "most": most})
	if err != nil {
		return nil, err
	}
	purged := map[int64]int{}
	var account int64
	var n int
	_, err = pgx.ForEachRow(rows, []any{&account, &n}, func() error { purged[account] = n; return nil })
	if err != nil {
		return purged, err
	}
	_, err = tx.Pgx.Exec(ctx, `
WITH empty AS (
    UPDATE inbox_matters m SET citizen = '', referred_to = '', purged_at = @now
    WHERE m.state = 'closed' AND m.purged_at IS NULL
      AND NOT EXISTS (SELECT FROM inbox_items i
          WHERE i.matter_id = m.id AND (i.purged_at IS NULL OR i.keep_until >= @now))
    RETURNING m.id)
UPDATE inbox_steps s SET note = '' FROM empty WHERE s.matter_id = empty.id`, pgx.NamedArgs{"now": now})

	return purged, err
}
