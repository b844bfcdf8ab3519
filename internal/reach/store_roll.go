package reach

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/beijing"
)

// rollDays computes days of one account anew from its posts. Running it again changes nothing; a day
// whose last post was removed goes back to zero posts. Each day is read by the index of its own span: a
// join of days and posts compared each with each.
func rollDays(ctx context.Context, q querier, accountID int64, days []time.Time) error {
	if len(days) == 0 {
		return nil
	}
	_, err := q.Exec(ctx, `
INSERT INTO account_days (account_id, day, posts, originals, reposts, comments, likes, reads, read_posts,
    best)
SELECT @account_id, d.day, s.posts, s.originals, s.reposts, s.comments, s.likes, s.reads, s.read_posts, s.best
FROM unnest(@days::date[]) AS d (day)
CROSS JOIN LATERAL (
    SELECT count(p.id) AS posts, count(p.id) FILTER (WHERE p.original) AS originals,
           coalesce(sum(p.reposts), 0) AS reposts, coalesce(sum(p.comments), 0) AS comments,
               coalesce(sum(p.likes), 0) AS likes,
           sum(p.reads) AS reads, count(p.reads) AS read_posts, max(p.reposts + p.comments + p.likes) AS best
    FROM platform_posts p WHERE p.account_id = @account_id AND p.state <> 'removed'
      AND p.posted_at >= `+beijing.StartSQL("d.day")+`
      AND p.posted_at < `+beijing.StartSQL("(d.day + 1)")+`) s
ON CONFLICT (account_id, day) DO UPDATE
    SET posts = excluded.posts, originals = excluded.originals, reposts = excluded.reposts,
    comments = excluded.comments, likes = excluded.likes, reads = excluded.reads,
        read_posts = excluded.read_posts, best = excluded.best`,
		pgx.NamedArgs{"account_id": accountID, "days": dates(days)})

	return err
}

// dates are the days as Postgres takes them, whatever the session's zone.
func dates(days []time.Time) []string {
	out := make([]string, len(days))
	for i, d := range days {
		out[i] = beijing.Date(d)
	}

	return out
}

// daysOf lists the distinct days in which instants lie.
func daysOf(instants []time.Time) []time.Time {
	seen := map[time.Time]bool{}
	var out []time.Time

	for _, at := range instants {
		if d := beijing.Day(at); !seen[d] {
			seen[d] = true
			out = append(out, d)
		}
	}

	return out
}

// rollPosts computes the days from from to to of every account anew from the posts.
func rollPosts(ctx context.Context, q querier, from, to time.Time) error {
	_, err := q.Exec(ctx, `
WITH sums AS (
    SELECT account_id, `+beijing.DaySQL("posted_at")+` AS day, count(*) AS posts,
        count(*) FILTER (WHERE original) AS originals,
           sum(reposts) AS reposts, sum(comments) AS comments, sum(likes) AS likes, sum(reads) AS reads,
               count(reads) AS read_posts,
           max(reposts + comments + likes) AS best
    FROM platform_posts WHERE posted_at >= @from AND posted_at < @to AND state <> 'removed' GROUP BY 1, 2),
emptied AS (
    UPDATE account_days d SET posts = 0, originals = 0, reposts = 0, comments = 0, likes = 0, reads = NULL,
        read_posts = 0, best = NULL
    WHERE d.day >= @first_day::date AND d.day < @day_after::date AND d.posts > 0
      AND NOT EXISTS (SELECT FROM sums s WHERE s.account_id = d.account_id AND s.day = d.day))
INSERT INTO account_days (account_id, day, posts, originals, reposts, comments, likes, reads, read_posts,
    best)
SELECT account_id, day, posts, originals, reposts, comments, likes, reads, read_posts, best FROM sums
ON CONFLICT (account_id, day) DO UPDATE
    SET posts = excluded.posts, originals = excluded.originals, reposts = excluded.reposts,
    comments = excluded.comments, likes = excluded.likes, reads = excluded.reads,
        read_posts = excluded.read_posts, best = excluded.best`,
		pgx.NamedArgs{
			"from":      from,
			"to":        to,
			"first_day": beijing.Date(from),
			"day_after": beijing.Date(to),
		})

	return err
}

// rollFollowers sets, for each day from from to to, the last reading of followers of each account.
func rollFollowers(ctx context.Context, q querier, from, to time.Time) error {
	_, err := q.Exec(ctx, `
INSERT INTO account_days (account_id, day, followers, posts, originals, reposts, comments, likes, read_posts)
SELECT DISTINCT ON (r.account_id, d.day) r.account_id, d.day, r.followers, 0, 0, 0, 0, 0, 0
FROM account_readings r, LATERAL (SELECT `+beijing.DaySQL("r.taken_at")+` AS day) d
WHERE r.taken_at >= @from AND r.taken_at < @to ORDER BY r.account_id, d.day, r.taken_at DESC
ON CONFLICT (account_id, day) DO UPDATE SET followers = excluded.followers`,
		pgx.NamedArgs{"from": from, "to": to})

	return err
}

// putFollowers writes daily followers the platform itself keeps, where we have no reading of our own.
func putFollowers(ctx context.Context, q querier, accountID int64, days []string, followers []int64) error {
	_, err := q.Exec(ctx, `
INSERT INTO account_days AS d (account_id, day, followers, posts, originals, reposts, comments, likes,
    read_posts)
SELECT @account_id, x.day, x.followers, 0, 0, 0, 0, 0, 0 FROM unnest(@days::date[],
    @followers::bigint[]) AS x (day, followers)
ON CONFLICT (account_id, day) DO UPDATE SET followers = coalesce(d.followers, excluded.followers)`,
		pgx.NamedArgs{"account_id": accountID, "days": days, "followers": followers})

	return err
}
