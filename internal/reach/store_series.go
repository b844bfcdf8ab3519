package reach

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
)

type pointRow struct {
	Day                                                          time.Time
	Followers, Posts, Originals, Reposts, Comments, Likes, Reads *int64
	ReadPosts                                                    int64
}

func (r pointRow) point() Point {
	y, m, d := r.Day.Date()

	return Point{
		Day:       time.Date(y, m, d, 0, 0, 0, 0, beijing.Zone),
		Followers: r.Followers,
		Posts:     r.Posts,
		Originals: r.Originals,
		Reposts:   r.Reposts,
		Comments:  r.Comments,
		Likes:     r.Likes,
		Reads:     r.Reads,
		ReadPosts: r.ReadPosts,
	}
}

func points(list []pointRow) []Point {
	out := make([]Point, len(list))
	for i, row := range list {
		out[i] = row.point()
	}

	return out
}

// selectPoints gives each day of the period. A day without a row has no posts when it lies after the
// oldest post we know, and is not available when it lies before.
func selectPoints(
	ctx context.Context,
	q querier,
	period Period,
	accountID int64,
) ([]Point, *time.Time, error) {
	var since *time.Time
	err := q.QueryRow(ctx, `SELECT `+beijing.DaySQL("min(posted_at)")+` FROM platform_posts
			WHERE account_id = @account_id`, pgx.NamedArgs{"account_id": accountID}).Scan(&since)
	if err != nil {
		return nil, nil, err
	}
	list, err := rows[pointRow](
		ctx,
		q,
		`
SELECT g::date AS day, d.followers, CASE WHEN k.known THEN coalesce(d.posts, 0) END AS posts, CASE
    WHEN k.known THEN coalesce(d.originals, 0) END AS originals,
       CASE WHEN k.known THEN coalesce(d.reposts, 0) END AS reposts, CASE
           WHEN k.known THEN coalesce(d.comments, 0) END AS comments,
       CASE WHEN k.known THEN coalesce(d.likes, 0) END AS likes, d.reads,
           coalesce(d.read_posts, 0) AS read_posts
FROM generate_series(@from::date, @to::date - 1, interval '1 day') g
LEFT JOIN account_days d ON d.account_id = @account_id AND d.day = g::date
CROSS JOIN LATERAL (SELECT coalesce(g::date >= @since::date, false) AS known) k ORDER BY g`,
		pgx.NamedArgs{
			"account_id": accountID,
			"from":       beijing.Date(period.From),
			"to":         beijing.Date(period.To),
			"since":      since,
		},
	)
	if since != nil {
		at := pointRow{Day: *since}.point().Day
		since = &at
	}

	return points(list), since, err
}

// selectLatest asks the indexes by account; what is held or waits for approval is due too, if it comes
// to that.
func selectLatest(ctx context.Context, q querier, actor access.Actor) (map[int64]Latest, error) {
	scope, args := scoped(actor, access.AccountView, "u.path", 1)
	list, err := rows[Latest](ctx, q, `
SELECT a.id AS account_id, l.posted_at AS last_post, d.due_at AS next_due,
       (SELECT count(*) FROM platform_posts p WHERE p.account_id = a.id AND p.noted_at IS NULL
           AND (p.origin = 'elsewhere' OR p.state <> 'live'))::int AS noticed
FROM accounts a JOIN units u ON u.id = a.unit_id
LEFT JOIN LATERAL (SELECT posted_at FROM platform_posts WHERE account_id = a.id AND state <> 'removed'
    ORDER BY posted_at DESC LIMIT 1) l ON true
LEFT JOIN LATERAL (SELECT min(due_at) AS due_at FROM deliveries
    WHERE account_id = a.id AND state IN ('planned', 'waiting', 'preparing', 'sending', 'handoff')) d ON true
WHERE `+scope, args...)

	found := make(map[int64]Latest, len(list))
	for _, latest := range list {
		found[latest.AccountID] = latest
	}

	return found, err
}
