package reach

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"juzhen/internal/access"
)

// querier is the pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// rows reads every row of a statement into structs, by name of column.
func rows[T any](ctx context.Context, q querier, sql string, args ...any) ([]T, error) {
	r, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(r, pgx.RowToStructByNameLax[T])
}

// column reads the only column of a statement.
func column[T any](ctx context.Context, q querier, sql string, args ...any) ([]T, error) {
	r, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(r, pgx.RowTo[T])
}

// scoped gives the condition of access.Scope with numbered marks, the first of which is from.
func scoped(actor access.Actor, permission access.Permission, column string, from int) (string, []any) {
	cond, args := access.Scope(actor, permission, column)
	var b strings.Builder

	for _, r := range cond {
		if r != '?' {
			b.WriteRune(r)
			continue
		}
		b.WriteString("$" + strconv.Itoa(from))
		from++
	}

	return b.String(), args
}

// take adds n calls to a window; false, and nothing is added, when there are not so many left.
func take(ctx context.Context, q querier, w window, n int) (bool, error) {
	tag, err := q.Exec(ctx, `
INSERT INTO call_usage AS u (scope, period, calls) SELECT @scope, @start,
    @calls::int WHERE @calls::int <= @limit::int
ON CONFLICT (scope, period) DO UPDATE SET calls = u.calls + excluded.calls
    WHERE u.calls + excluded.calls <= @limit::int`, pgx.NamedArgs{
		"scope": w.scope,
		"start": w.start,
		"calls": n,
		"limit": w.limit,
	})

	return tag.RowsAffected() == 1, err
}

// exhaust uses a window up, because the platform said so.
func exhaust(ctx context.Context, q querier, w window) error {
	_, err := q.Exec(ctx, `
INSERT INTO call_usage AS u (scope, period, calls) VALUES (@scope, @start, @limit)
ON CONFLICT (scope, period) DO UPDATE SET calls = greatest(u.calls, excluded.calls)`,
		pgx.NamedArgs{"scope": w.scope, "start": w.start, "limit": w.limit})

	return err
}

// watch is the regular look at an account's newest posts.
type watch struct {
	AccountID int64
	Since     time.Time
	NextAt    time.Time
	LookedAt  *time.Time
	Reason    string
	HasReads  *bool
	AskedAt   *time.Time
}

// beginWatches starts to watch each account that has a token and is not watched yet.
func beginWatches(ctx context.Context, q querier, now time.Time) error {
	_, err := q.Exec(ctx, `
INSERT INTO account_watches (account_id, since, next_at)
SELECT a.id, @now, @now FROM accounts a JOIN credentials c ON c.account_id = a.id AND c.state = 'valid'
WHERE a.state <> 'closed' AND a.connector <> 'manual' ON CONFLICT (account_id) DO NOTHING`,
		pgx.NamedArgs{"now": now})

	return err
}

func findWatch(ctx context.Context, q querier, accountID int64) (watch, bool, error) {
	list, err := rows[watch](
		ctx,
		q,
		`SELECT * FROM account_watches WHERE account_id = @account_id`,
		pgx.NamedArgs{"account_id": accountID},
	)
	if err != nil || len(list) == 0 {
		return watch{}, false, err
	}

	return list[0], true, nil
}

// looked plans the next look. An empty reason says that this one went well.
func looked(ctx context.Context, q querier, accountID int64, now, next time.Time, reason string) error {
	_, err := q.Exec(ctx, `
UPDATE account_watches SET next_at = @next, reason = @reason,
    looked_at = CASE WHEN @reason = '' THEN @now ELSE looked_at END
WHERE account_id = @account_id`, pgx.NamedArgs{
		"account_id": accountID,
		"now":        now,
		"next":       next,
		"reason":     reason,
	})

	return err
}

func askedReads(ctx context.Context, q querier, accountID int64, has bool, now time.Time) error {
	_, err := q.Exec(
		ctx,
		`UPDATE account_watches SET has_reads = @has, asked_at = @now WHERE account_id = @account_id`,
		pgx.NamedArgs{"account_id": accountID, "has": has, "now": now},
	)

	return err
}

// dueAccounts lists the accounts whose newest posts or whose counts are due.
func dueAccounts(ctx context.Context, q querier, now time.Time) ([]int64, error) {
	return column[int64](ctx, q, `
SELECT account_id FROM account_watches WHERE next_at <= @now
UNION
SELECT DISTINCT p.account_id FROM platform_posts p JOIN account_watches w ON w.account_id = p.account_id
    AND (w.reason = '' OR w.next_at <= @now)
WHERE p.next_read_at <= @now`, pgx.NamedArgs{"now": now})
}

// tracked is a post on the platform as the readings need it.
type tracked struct {
	ID         int64
	RemoteID   string
	DeliveryID *int64
	Origin     Origin
	PostedAt   time.Time
	Text       string
	Shown      *string
	State      Live
	SeenAt     *time.Time
	Pictures   int
}

const selectTracked = `SELECT p.id, p.remote_id, p.delivery_id, p.origin, p.posted_at, p.text, p.shown,
		p.state, p.seen_at, p.pictures
FROM platform_posts p WHERE `

// knownPosts reads which of the platform's ids are tracked already.
func knownPosts(ctx context.Context, q querier, ids []string) (map[string]tracked, error) {
	list, err := rows[tracked](
		ctx,
		q,
		selectTracked+`p.platform = 'weibo' AND p.remote_id = ANY(@ids)`,
		pgx.NamedArgs{"ids": ids},
	)

	known := make(map[string]tracked, len(list))
	for _, t := range list {
		known[t.RemoteID] = t
	}

	return known, err
}

// absentPosts lists posts of the account that should have been among those the platform just showed and
// were not. A post never seen yet gets half an hour, because one in review is invisible; one that is
// known to be hidden is asked for with its counts.
func absentPosts(
	ctx context.Context,
	q querier,
	accountID int64,
	since time.Time,
	shown []string,
	now time.Time,
) ([]tracked, error) {
	return rows[tracked](
		ctx,
		q,
		selectTracked+`p.account_id = @account_id AND p.posted_at > @since
			AND p.state NOT IN ('removed', 'hidden') AND p.remote_id <> ALL(@shown)
AND (p.seen_at IS NOT NULL OR p.posted_at < @half_an_hour_ago) ORDER BY p.posted_at DESC LIMIT 20`,
		pgx.NamedArgs{
			"account_id":       accountID,
			"since":            since,
			"shown":            shown,
			"half_an_hour_ago": now.Add(-30 * time.Minute),
		},
	)
}

// duePosts lists the posts of an account whose counts are to be taken now.
func duePosts(ctx context.Context, q querier, accountID int64, now time.Time, limit int) ([]tracked, error) {
	return rows[tracked](ctx, q, selectTracked+`p.account_id = @account_id AND p.next_read_at <= @now
			AND p.state <> 'removed'
ORDER BY p.next_read_at, p.id LIMIT @limit`,
		pgx.NamedArgs{"account_id": accountID, "now": now, "limit": limit})
}

// openDeliveries tells whether a delivery of the account may have published a post that is not linked
// to it yet.
func openDeliveries(ctx context.Context, q querier, accountID int64) (open bool, err error) {
	err = q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM deliveries WHERE account_id = @account_id
AND (state IN ('sending', 'unknown') OR state = 'sent' AND remote_id IS NULL))`,
		pgx.NamedArgs{"account_id": accountID}).Scan(&open)

	return open, err
}

// deliveriesOf finds which of the platform's ids deliveries have recorded.
func deliveriesOf(ctx context.Context, q querier, ids []string) (map[string]int64, error) {
	r, err := q.Query(ctx, `SELECT remote_id, id FROM deliveries
			WHERE platform = 'weibo' AND remote_id = ANY(@ids)`, pgx.NamedArgs{"ids": ids})
	if err != nil {
		return nil, err
	}
	found := map[string]int64{}
	var remote string
	var id int64
	_, err = pgx.ForEachRow(r, []any{&remote, &id}, func() error { found[remote] = id; return nil })

	return found, err
}

// readable lists the accounts whose followers can be counted; one of them when only is not 0.
func readable(ctx context.Context, q querier, only int64) ([]reader, error) {
	return rows[reader](ctx, q, `
SELECT a.id, a.remote_uid AS uid FROM accounts a JOIN credentials c ON c.account_id = a.id
WHERE a.state <> 'closed' AND a.connector <> 'manual' AND a.remote_uid IS NOT NULL AND c.state = 'valid'
    AND @only::bigint IN (0, a.id)
ORDER BY a.id`, pgx.NamedArgs{"only": only})
}

// reader is an account with the platform's id of it.
type reader struct {
	ID  int64
	UID string
}
