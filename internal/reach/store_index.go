package reach

import "context"

func selectSpread(ctx context.Context, q querier, accountID int64, period Period) (s Spread, err error) {
	c := &s.Counts
	err = q.QueryRow(ctx, `
SELECT count(*), count(*) FILTER (WHERE original),
       coalesce(sum(reposts), 0)::bigint, coalesce(sum(comments), 0)::bigint,
       coalesce(sum(reposts) FILTER (WHERE original), 0)::bigint,
       coalesce(sum(comments) FILTER (WHERE original), 0)::bigint,
       coalesce(sum(likes), 0)::bigint,
       (SELECT min(posted_at) FROM platform_posts WHERE account_id = $1 AND state <> 'removed')
FROM platform_posts
WHERE account_id = $1 AND posted_at >= $2 AND posted_at < $3 AND state <> 'removed'`,
		accountID, period.From, period.To).
		Scan(&c.Posts, &c.Originals, &c.Reposts, &c.Comments, &c.OriginalReposts, &c.OriginalComments,
			&c.Likes, &s.Since)

	return s, err
}
