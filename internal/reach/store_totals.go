package reach

import (
	"context"
	"time"

	"juzhen/internal/beijing"
)

// totals are the sums of a scope over a period.
type totals struct {
	row  Row
	days []Point // of the period itself
}

// selectTotals gives the sums of some accounts: per day from the roll-ups, and by account what cannot
// be added up by days.
func selectTotals(ctx context.Context, q querier, ids []int64, period Period) (totals, error) {
	daily, err := selectDaily(ctx, q, period, ids)
	if err != nil {
		return totals{}, err
	}
	edges, err := selectEdges(ctx, q, period, ids)
	if err != nil {
		return totals{}, err
	}
	t := totals{
		days: daily[period.Days():],
		row: Row{
			Followers: edges.Followers,
			Gained:    Change{Now: edges.Gained, Before: edges.GainedBefore},
			LastPost:  edges.LastPost,
			Known:     edges.Known,
			Noticed:   edges.Noticed,
			Daily:     make([]int64, period.Days()),
		},
	}
	if edges.Known {
		t.row.Posts.Now, t.row.Interacted.Now = new(int64), new(int64)
	}
	if edges.KnownBefore {
		t.row.Posts.Before, t.row.Interacted.Before = new(int64), new(int64)
	}

	for i, point := range daily {
		t.row.add(point, i-period.Days())
	}

	return t, nil
}

// add counts a day in; i is its place in the period, negative in the one before.
func (r *Row) add(point Point, i int) {
	n := plus(point.Interactions(), new(int64))
	if i < 0 {
		r.Posts.Before, r.Interacted.Before = addTo(
			r.Posts.Before,
			point.Posts,
		), addTo(
			r.Interacted.Before,
			n,
		)

		return
	}
	r.Posts.Now, r.Interacted.Now = addTo(r.Posts.Now, point.Posts), addTo(r.Interacted.Now, n)
	r.Originals, r.Reposts = r.Originals+value(point.Originals), r.Reposts+value(point.Reposts)
	r.Comments, r.Likes = r.Comments+value(point.Comments), r.Likes+value(point.Likes)
	r.Reads, r.ReadPosts, r.Daily[i] = plus(r.Reads, point.Reads), r.ReadPosts+point.ReadPosts, *n
}

// addTo adds to a sum that is available at all.
func addTo(sum, v *int64) *int64 {
	if sum == nil {
		return nil
	}

	return plus(sum, v)
}

func value(v *int64) int64 {
	if v == nil {
		return 0
	}

	return *v
}

// selectDaily gives the sums of some accounts for each day of the period and of the one before.
// Followers, of the period alone, are the sum of the accounts that were read on at least nine of ten
// days, and missing on a day on which one of those was not read: a sum over a changing set would show
// rises and falls that never were.
func selectDaily(ctx context.Context, q querier, period Period, ids []int64) ([]Point, error) {
	steady, unsteady, err := selectSteady(ctx, q, period, ids)
	if err != nil {
		return nil, err
	}
	list, err := rows[pointRow](ctx, q, `
WITH sums AS (
    SELECT day, sum(followers) FILTER (WHERE account_id <> ALL ($5::bigint[])) AS followers,
           count(followers) FILTER (WHERE account_id <> ALL ($5::bigint[])) AS read, sum(posts) AS posts,
               sum(originals) AS originals,
           sum(reposts) AS reposts, sum(comments) AS comments, sum(likes) AS likes, sum(reads) AS reads,
               sum(read_posts) AS read_posts
    FROM account_days WHERE day >= $1::date AND day < $3::date AND account_id = ANY ($4::bigint[])
        GROUP BY day)
SELECT g::date AS day, CASE WHEN g >= $2::date AND x.read = $6::int THEN x.followers::bigint END AS followers,
    x.posts, x.originals,
       x.reposts::bigint AS reposts, x.comments::bigint AS comments, x.likes::bigint AS likes,
           x.reads::bigint AS reads, coalesce(x.read_posts, 0) AS read_posts
FROM generate_series($1::date, $3::date - 1, interval '1 day') g LEFT JOIN sums x ON x.day = g::date
    ORDER BY g`,
		planned(append(period.marks(), ids, unsteady, steady)...)...)

	return points(list), err
}

// selectSteady counts the accounts whose followers were read on nearly all days of the period, and
// lists those that were read on fewer.
func selectSteady(
	ctx context.Context,
	q querier,
	period Period,
	ids []int64,
) (steady int, unsteady []int64, err error) {
	err = q.QueryRow(ctx, `
WITH often AS MATERIALIZED (
    SELECT account_id, count(followers) AS n FROM account_days
    WHERE day >= $1::date AND day < $2::date AND account_id = ANY ($3::bigint[]) GROUP BY account_id),
most AS MATERIALIZED (SELECT max(n) AS n FROM often)
SELECT count(*) FILTER (WHERE o.n >= 0.9 * m.n),
    coalesce(array_agg(o.account_id) FILTER (WHERE o.n < 0.9 * m.n), '{}')
FROM often o, most m WHERE o.n > 0`, planned(beijing.Date(period.From), beijing.Date(period.To), ids)...).
		Scan(&steady, &unsteady)

	return steady, unsteady, err
}

// edges are sums over accounts of what each of them has once.
type edges struct {
	Followers            *int64
	Gained, GainedBefore *int64
	LastPost             *time.Time
	Noticed              int64
	// a post of any of the accounts is known from before the end of the period, or of the one before
	Known, KnownBefore bool
}

func selectEdges(ctx context.Context, q querier, period Period, ids []int64) (edges, error) {
	list, err := rows[edges](ctx, q, `
WITH scope AS MATERIALIZED (SELECT unnest($4::bigint[]) AS id)
SELECT sum(`+endFollowers+`)::bigint AS followers, sum(`+endFollowers+` - `+startFollowers+`)::bigint AS gained,
       sum(`+startFollowers+` - `+beforeFollowers+`)::bigint AS gained_before, max(l.posted_at) AS last_post,
       (SELECT count(*) FROM platform_posts p WHERE `+noticedPosts+` AND p.account_id = ANY ($4::bigint[])) AS noticed,
       EXISTS (SELECT FROM scope s WHERE `+knownBefore(`$3`)+`) AS known, EXISTS (SELECT FROM scope s WHERE `+knownBefore(`$2`)+`) AS known_before
FROM scope s`+atEnd+atStart+before+lastPost, planned(append(period.marks(), ids)...)...)
	if err != nil {
		return edges{}, err
	}

	return list[0], nil
}
