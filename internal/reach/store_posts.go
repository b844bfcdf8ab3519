package reach

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
)

// postRow is a post as the statement returns it.
type postRow struct {
	Post
	Reposts, Comments, Likes int64
	Reads                    *int64
}

const selectPostSQL = `
SELECT p.id, p.account_id, a.handle, u.path AS unit_path, coalesce(a.remote_uid, '') AS remote_uid,
    p.remote_id, p.delivery_id, p.origin, p.posted_at,
       p.text, coalesce(p.was_text, '') AS was_text, p.original, p.pictures, p.state, p.state_at, p.seen_at,
           p.reposts, p.comments, p.likes,
       p.reads, p.read_at, p.next_read_at, coalesce(n.display_name, '') AS noted_by, p.noted_at
FROM platform_posts p JOIN accounts a ON a.id = p.account_id JOIN units u ON u.id = a.unit_id LEFT
    JOIN users n ON n.id = p.noted_by
WHERE `

func readPosts(ctx context.Context, q querier, sql string, args ...any) ([]Post, error) {
	list, err := rows[postRow](ctx, q, sql, args...)

	out := make([]Post, len(list))
	for i, row := range list {
		out[i] = row.Post
		out[i].Counts = Counts{
			Reposts: row.Reposts, Comments: row.Comments, Likes: row.Likes, Reads: row.Reads,
		}
	}

	return out, err
}

func selectPosts(
	ctx context.Context,
	q querier,
	actor access.Actor,
	filter PostFilter,
	by string,
	limit int,
) ([]Post, error) {
	scope, args := scoped(actor, access.ReachView, "u.path", 6)

	return readPosts(ctx, q, selectPostSQL+`p.posted_at >= $1 AND p.posted_at < $2 AND p.state <> 'removed'
			AND ($3 = 0 OR p.account_id = $3)
 AND u.path LIKE $5 || '%' AND `+scope+` ORDER BY `+by+`, p.id DESC LIMIT $4`, append([]any{
		filter.Period.From, filter.Period.To, filter.AccountID, limit, filter.UnitPath,
	}, args...)...)
}

// selectBest gives the posts with most interactions. They lie in the days with the best posts of the units,
// and there with the accounts whose best post is as good as the last of those days: these alone are looked
// into, by the index on the best of a day. It may give less than there are, when posts have not been counted
// yet, and gives none where the scope is no whole subtree.
func selectBest(ctx context.Context, q querier, in scope, period Period, limit int) ([]Post, error) {
	if in.units == nil {
		return nil, nil
	}

	return readPosts(ctx, q, `
WITH top AS MATERIALIZED (
    SELECT day, max(best) AS best FROM unit_days
    WHERE unit_id = ANY ($5::bigint[]) AND day >= $1::date AND day < $2::date AND best IS NOT NULL
    GROUP BY day ORDER BY 2 DESC, 1 DESC LIMIT $3),
days AS MATERIALIZED (
    SELECT d.account_id, d.day, d.best FROM top t JOIN account_days d ON d.day = t.day
        AND d.best >= (SELECT CASE WHEN count(*) = $3 THEN min(best) ELSE -1 END FROM top)
    WHERE d.account_id = ANY ($4::bigint[]) ORDER BY d.best DESC, d.day DESC LIMIT $3)`+selectPostSQL+`
p.id IN (SELECT p.id FROM days d JOIN platform_posts p ON p.account_id = d.account_id AND p.state <> 'removed'
         AND p.posted_at >= `+beijing.StartSQL("d.day")+`
             AND p.posted_at < `+beijing.StartSQL("(d.day + 1)")+`)
ORDER BY p.reposts + p.comments + p.likes DESC, p.id DESC LIMIT $3`,
		planned(beijing.Date(period.From), beijing.Date(period.To), limit, in.ids, in.units)...)
}

func selectNoticed(
	ctx context.Context, q querier, actor access.Actor, accountID int64, limit int,
) ([]Post, error) {
	scope, args := scoped(actor, access.PostView, "u.path", 3)

	return readPosts(ctx, q, selectPostSQL+`p.noted_at IS NULL AND (p.origin = 'elsewhere'
			OR p.state <> 'live') AND ($1 = 0 OR p.account_id = $1) AND `+scope+
		` ORDER BY p.posted_at DESC LIMIT $2`, append([]any{accountID, limit}, args...)...)
}

func countNoticed(ctx context.Context, q querier, actor access.Actor) (n int, err error) {
	scope, args := scoped(actor, access.PostView, "u.path", 1)
	err = q.QueryRow(ctx, `
SELECT count(*) FROM platform_posts p JOIN accounts a ON a.id = p.account_id JOIN units u ON u.id = a.unit_id
WHERE `+noticedPosts+` AND `+scope, args...).Scan(&n)

	return n, err
}

func selectPost(
	ctx context.Context,
	q querier,
	actor access.Actor,
	perm access.Permission,
	id int64,
) (Post, error) {
	scope, args := scoped(actor, perm, "u.path", 2)
	list, err := readPosts(ctx, q, selectPostSQL+`p.id = $1 AND `+scope, append([]any{id}, args...)...)
	if err != nil {
		return Post{}, fmt.Errorf("read post: %w", err)
	}
	if len(list) == 0 {
		return Post{}, fault.NotFound("没有找到，或不在您的管辖范围内")
	}

	return list[0], nil
}

// selectPlans gives what is due of each account within the next hour.
func selectPlans(ctx context.Context, q querier, now time.Time) (map[int64]plan, error) {
	list, err := rows[plan](ctx, q, `
SELECT w.account_id, count(p.id)::int AS posts, least(w.next_at, min(p.next_read_at)) AS next_at
FROM account_watches w LEFT JOIN platform_posts p ON p.account_id = w.account_id AND p.next_read_at < @hour
GROUP BY w.account_id, w.next_at`, pgx.NamedArgs{"hour": now.Add(hour)})

	found := make(map[int64]plan, len(list))
	for _, p := range list {
		found[p.AccountID] = p
	}

	return found, err
}

// selectUsage gives the calls of the present windows by scope.
func selectUsage(ctx context.Context, q querier, thisHour, today time.Time) (map[string]int, error) {
	r, err := q.Query(ctx, `SELECT scope, calls FROM call_usage
			WHERE period = CASE WHEN scope LIKE 'account/%' THEN @today::timestamptz ELSE
			    @this_hour::timestamptz END`,
		pgx.NamedArgs{"this_hour": thisHour, "today": today})
	if err != nil {
		return nil, err
	}
	used := map[string]int{}
	var scope string
	var calls int
	_, err = pgx.ForEachRow(r, []any{&scope, &calls}, func() error { used[scope] = calls; return nil })

	return used, err
}
