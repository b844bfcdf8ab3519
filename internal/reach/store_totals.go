package reach

import (
	"context"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/beijing"
)

// totals are the sums of a scope over a period.
type totals struct {
	row  Row
	days []Point // of the period itself
}

// selectTotals gives the sums of a scope: per day from the roll-ups of its units, and by account what
// cannot be added up by days. The last post is not among them.
func selectTotals(ctx context.Context, q querier, in scope, period Period) (totals, error) {
	daily, err := selectDaily(ctx, q, period, in)
	if err != nil {
		return totals{}, err
	}
	edges, err := selectEdges(ctx, q, period, in.ids)
	if err != nil {
		return totals{}, err
	}
	if edges.Known, edges.KnownBefore, err = selectKnown(ctx, q, period, in); err != nil {
		return totals{}, err
	}
	t := totals{
		days: daily[period.Days():],
		row: Row{
			Followers: edges.Followers,
			Gained:    Change{Now: edges.Gained, Before: edges.GainedBefore},
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

// selectDaily gives the sums of a scope for each day of the period and of the one before. Followers, of the
// period alone, are the sum of the accounts that were read on at least nine of ten days, and missing on a
// day on which one of those was not read: a sum over a changing set would show rises and falls that never
// were.
func selectDaily(ctx context.Context, q querier, period Period, in scope) ([]Point, error) {
	steady, unsteady, err := selectSteady(ctx, q, period, in.ids)
	if err != nil {
		return nil, err
	}
	of, from := in.units, `
    SELECT day, followers, read, posts, originals, reposts, comments, likes, reads, read_posts FROM unit_days
    WHERE unit_id = ANY ($4::bigint[])`
	if in.units == nil {
		of, from = in.ids, `
    SELECT day, followers, (followers IS NOT NULL)::int AS read, posts, originals, reposts, comments,
    likes, reads,
        read_posts FROM account_days WHERE account_id = ANY ($4::bigint[])`
	}
	list, err := rows[pointRow](ctx, q, `
WITH sums AS (
    SELECT day, sum(followers) AS followers, sum(read) AS read, sum(posts) AS posts, sum(originals) AS
    originals,
        sum(reposts) AS reposts, sum(comments) AS comments, sum(likes) AS likes, sum(reads) AS reads,
        sum(read_posts) AS read_posts
    FROM (`+from+` AND day >= $1::date AND day < $3::date) d GROUP BY day),
odd AS (
    SELECT day, sum(followers) AS followers, count(followers) AS read FROM account_days
    WHERE account_id = ANY ($5::bigint[]) AND day >= $2::date AND day < $3::date GROUP BY day)
SELECT g::date AS day, CASE WHEN g >= $2::date AND x.read - coalesce(o.read, 0) = nullif($6::int, 0)
        THEN (x.followers - coalesce(o.followers, 0))::bigint END AS followers,
    x.posts::bigint AS posts, x.originals::bigint AS originals, x.reposts::bigint AS reposts,
    x.comments::bigint AS comments, x.likes::bigint AS likes, x.reads::bigint AS reads,
    coalesce(x.read_posts, 0)::bigint AS read_posts
FROM generate_series($1::date::timestamp, $3::date - interval '1 day', interval '1 day') g
LEFT JOIN sums x ON x.day = g::date LEFT JOIN odd o ON o.day = g::date ORDER BY g`,
		planned(append(period.marks(), of, unsteady, steady)...)...)

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
WITH marks AS (SELECT $1::date),
often AS MATERIALIZED (
    SELECT s.id, `+inPeriod("followed")+` AS n FROM accounts s`+sumsAtEnd+sumsAtStart+`
    WHERE s.id = ANY ($4::bigint[])),
most AS MATERIALIZED (SELECT max(n) AS n FROM often)
SELECT count(*) FILTER (WHERE o.n >= 0.9 * m.n),
    coalesce(array_agg(o.id) FILTER (WHERE o.n < 0.9 * m.n), '{}')
FROM often o, most m WHERE o.n > 0`, planned(append(period.marks(), ids)...)...).
		Scan(&steady, &unsteady)

	return steady, unsteady, err
}

// edges are sums over accounts of what each of them has once.
type edges struct {
	Followers            *int64
	Gained, GainedBefore *int64
	Noticed              int64
	// a post of any of the accounts is known from before the end of the period, or of the one before
	Known, KnownBefore bool
}

func selectEdges(ctx context.Context, q querier, period Period, ids []int64) (edges, error) {
	list, err := rows[edges](ctx, q, `
SELECT sum(`+endFollowers+`)::bigint AS followers, sum(`+endFollowers+` - `+startFollowers+`)::bigint AS gained,
       sum(`+startFollowers+` - `+beforeFollowers+`)::bigint AS gained_before,
       (SELECT count(*) FROM platform_posts p WHERE `+noticedPosts+` AND p.account_id = ANY ($4::bigint[])) AS noticed
FROM accounts s`+atEnd+atStart+before+` WHERE s.id = ANY ($4::bigint[])`,
		planned(append(period.marks(), ids)...)...)
	if err != nil {
		return edges{}, err
	}

	return list[0], nil
}

// selectKnown tells whether any post of the units of a scope is known from before the end of the period, and
// of the one before it.
func selectKnown(ctx context.Context, q querier, period Period, in scope) (known, before bool, err error) {
	of, posts := in.units, `SELECT FROM unit_days WHERE unit_id = ANY (@of::bigint[]) AND posts > 0 AND day < `
	if in.units == nil {
		of, posts = in.ids, `
			SELECT FROM accounts s JOIN accounts a ON a.unit_id = s.unit_id JOIN account_days d ON
			d.account_id = a.id
			WHERE s.id = ANY (@of::bigint[]) AND d.posts > 0 AND d.day < `
	}
	err = q.QueryRow(
		ctx,
		`SELECT EXISTS (`+posts+`@to::date), EXISTS (`+posts+`@from::date)`,
		pgx.NamedArgs{
			"of":   of,
			"to":   beijing.Date(period.To),
			"from": beijing.Date(period.From),
		},
	).Scan(&known, &before)

	return known, before, err
}
