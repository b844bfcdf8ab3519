package reach

import (
	"context"
	"time"

	"juzhen/internal/index"
)

// spreadRow is what is counted of one account.
type spreadRow struct {
	ID               int64
	Posts            int64
	Originals        int64
	Reposts          int64
	Comments         int64
	OriginalReposts  int64
	OriginalComments int64
	Likes            int64
	Since            *time.Time
}

// selectSpreads counts what the indexes are made of, for some accounts from one statement.
func selectSpreads(ctx context.Context, q querier, ids []int64, period Period) (map[int64]Spread, error) {
	list, err := rows[spreadRow](ctx, q, `
SELECT s.id, coalesce(x.posts, 0) AS posts, coalesce(x.originals, 0) AS originals,
       coalesce(x.reposts, 0)::bigint AS reposts, coalesce(x.comments, 0)::bigint AS comments,
       coalesce(x.original_reposts, 0)::bigint AS original_reposts,
       coalesce(x.original_comments, 0)::bigint AS original_comments,
       coalesce(x.likes, 0)::bigint AS likes, o.since
FROM unnest($1::bigint[]) AS s (id)
LEFT JOIN (
    SELECT account_id, count(*) AS posts, count(*) FILTER (WHERE original) AS originals,
           sum(reposts) AS reposts, sum(comments) AS comments,
           sum(reposts) FILTER (WHERE original) AS original_reposts,
           sum(comments) FILTER (WHERE original) AS original_comments, sum(likes) AS likes
    FROM platform_posts
    WHERE account_id = ANY ($1::bigint[]) AND posted_at >= $2 AND posted_at < $3 AND state <> 'removed'
    GROUP BY account_id) x ON x.account_id = s.id
LEFT JOIN LATERAL (
    SELECT posted_at AS since FROM platform_posts WHERE account_id = s.id AND state <> 'removed'
    ORDER BY posted_at LIMIT 1) o ON true`, planned(ids, period.From, period.To)...)

	spreads := make(map[int64]Spread, len(list))
	for _, row := range list {
		spreads[row.ID] = Spread{Period: period, Since: row.Since, Counts: index.Counts{
			Posts: row.Posts, Originals: row.Originals, Reposts: row.Reposts, Comments: row.Comments,
			OriginalReposts: row.OriginalReposts, OriginalComments: row.OriginalComments, Likes: row.Likes,
		}}
	}

	return spreads, err
}
