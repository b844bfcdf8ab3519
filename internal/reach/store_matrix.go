package reach

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/account"
)

// matrixRow is a row as the statement returns it. The arrays run in parallel: offset of a day within the period, its interactions.
type matrixRow struct {
	ID                                  int64
	Handle, DisplayName, UnitName       string
	Seat, State, Connector              string
	FollowersEnd, FollowersStart        *int64
	FollowersBefore                     *int64
	Posts, PostsBefore                  *int64
	Originals, Reposts, Comments, Likes int64
	Interactions, InteractionsBefore    *int64
	Reads                               *int64
	ReadPosts, Noticed                  int64
	LastPost                            *time.Time
	Offsets                             []int32
	Daily                               []int64
}

// matrixSQL reads the roll-ups of two periods, and by index the follower figures at their edges and the newest post. $1 is the first day
// of the earlier period, $2 of this one, $3 the day after it. The figure at an edge may be up to a week older than the
// edge, or, in a long period, younger by a thirtieth of it.
// Before the oldest post we know, posts and interactions are missing and not zero.
const matrixSQL = `
WITH scope AS MATERIALIZED (
    SELECT a.*, u.name AS unit_name FROM accounts a JOIN units u ON u.id = a.unit_id WHERE a.state <> 'closed' AND `

const matrixRest = `),
sums AS (
    SELECT d.account_id,
           sum(d.posts) FILTER (WHERE d.day >= $2::date) AS posts, sum(d.posts) FILTER (WHERE d.day < $2::date) AS posts_before,
           coalesce(sum(d.originals) FILTER (WHERE d.day >= $2::date), 0) AS originals,
           coalesce(sum(d.reposts) FILTER (WHERE d.day >= $2::date), 0) AS reposts,
           coalesce(sum(d.comments) FILTER (WHERE d.day >= $2::date), 0) AS comments,
           coalesce(sum(d.likes) FILTER (WHERE d.day >= $2::date), 0) AS likes,
           sum(d.reposts + d.comments + d.likes) FILTER (WHERE d.day >= $2::date) AS interactions,
           sum(d.reposts + d.comments + d.likes) FILTER (WHERE d.day < $2::date) AS interactions_before,
           sum(d.reads) FILTER (WHERE d.day >= $2::date) AS reads,
           coalesce(sum(d.read_posts) FILTER (WHERE d.day >= $2::date), 0) AS read_posts,
           array_agg(d.day - $2::date) FILTER (WHERE d.day >= $2::date) AS offsets,
           array_agg(d.reposts + d.comments + d.likes) FILTER (WHERE d.day >= $2::date) AS daily
    FROM account_days d WHERE d.day >= $1::date AND d.day < $3::date AND d.account_id IN (SELECT id FROM scope) GROUP BY d.account_id)
SELECT s.id, s.handle, s.display_name, s.unit_name, s.seat, s.state, s.connector, f1.followers AS followers_end, f2.followers AS followers_start,
       f3.followers AS followers_before,
       CASE WHEN k.first < ($3::date)::timestamp AT TIME ZONE 'Asia/Shanghai' THEN coalesce(x.posts, 0) END AS posts,
       CASE WHEN k.first < ($2::date)::timestamp AT TIME ZONE 'Asia/Shanghai' THEN coalesce(x.posts_before, 0) END AS posts_before,
       coalesce(x.originals, 0) AS originals, coalesce(x.reposts, 0) AS reposts, coalesce(x.comments, 0) AS comments, coalesce(x.likes, 0) AS likes,
       CASE WHEN k.first < ($3::date)::timestamp AT TIME ZONE 'Asia/Shanghai' THEN coalesce(x.interactions, 0) END::bigint AS interactions,
       CASE WHEN k.first < ($2::date)::timestamp AT TIME ZONE 'Asia/Shanghai' THEN coalesce(x.interactions_before, 0) END::bigint AS interactions_before,
       x.reads::bigint AS reads, coalesce(x.read_posts, 0) AS read_posts,
       l.posted_at AS last_post, x.offsets, x.daily,
       (SELECT count(*) FROM platform_posts p WHERE p.account_id = s.id AND p.noted_at IS NULL AND (p.origin = 'elsewhere' OR p.state <> 'live')) AS noticed
FROM scope s LEFT JOIN sums x ON x.account_id = s.id
LEFT JOIN LATERAL (SELECT followers FROM account_days WHERE account_id = s.id AND day < $3::date AND day >= $2::date AND followers IS NOT NULL
                   ORDER BY day DESC LIMIT 1) f1 ON true
LEFT JOIN LATERAL (SELECT followers FROM account_days WHERE account_id = s.id AND day >= $2::date - 7 AND followers IS NOT NULL
                     AND day < $2::date + ($3::date - $2::date) / 30 ORDER BY abs(day - $2::date + 1) LIMIT 1) f2 ON true
LEFT JOIN LATERAL (SELECT followers FROM account_days WHERE account_id = s.id AND day >= $1::date - 7 AND followers IS NOT NULL
                     AND day < $1::date + ($3::date - $2::date) / 30 ORDER BY abs(day - $1::date + 1) LIMIT 1) f3 ON true
LEFT JOIN LATERAL (SELECT posted_at FROM platform_posts WHERE account_id = s.id AND state <> 'removed' ORDER BY posted_at DESC LIMIT 1) l ON true
LEFT JOIN LATERAL (SELECT posted_at AS first FROM platform_posts WHERE account_id = s.id ORDER BY posted_at LIMIT 1) k ON true
ORDER BY s.position, s.id`

func selectMatrix(ctx context.Context, q querier, actor access.Actor, p Period) ([]Row, error) {
	scope, args := scoped(actor, access.ReachView, "u.path", 4)
	list, err := rows[matrixRow](ctx, q, matrixSQL+scope+matrixRest, append([]any{date(p.Before().From), date(p.From), date(p.To)}, args...)...)
	if err != nil {
		return nil, err
	}
	out := make([]Row, len(list))
	for i, r := range list {
		out[i] = r.row(p.Days())
	}
	return out, nil
}

func date(d time.Time) string { return d.In(zone).Format(time.DateOnly) }

func (r matrixRow) row(days int) Row {
	out := Row{AccountID: r.ID, Handle: r.Handle, DisplayName: r.DisplayName, UnitName: r.UnitName, Seat: account.Seat(r.Seat),
		State: account.State(r.State), Connector: account.Connector(r.Connector), Followers: r.FollowersEnd,
		Gained: Change{Now: minus(r.FollowersEnd, r.FollowersStart), Before: minus(r.FollowersStart, r.FollowersBefore)},
		Posts:  Change{Now: r.Posts, Before: r.PostsBefore}, Interacted: Change{Now: r.Interactions, Before: r.InteractionsBefore},
		Originals: r.Originals, Reposts: r.Reposts, Comments: r.Comments, Likes: r.Likes, Reads: r.Reads, ReadPosts: r.ReadPosts,
		LastPost: r.LastPost, Known: r.Posts != nil, Noticed: r.Noticed, Daily: make([]int64, days)}
	for i, o := range r.Offsets {
		if int(o) < days {
			out.Daily[o] = r.Daily[i]
		}
	}
	return out
}
