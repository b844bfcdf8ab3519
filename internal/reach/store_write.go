package reach

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// fresh is a post that is not tracked yet.
type fresh struct {
	RemoteID   string
	DeliveryID *int64
	Origin     Origin
	PostedAt   time.Time
	Text       string
	Original   bool
	Pictures   int
	State      Live
	Counts     Counts
	Seen       bool // on the platform, as against in an import file
	Counted    bool // with counts
	NextRead   *time.Time
}

// insertPosts writes new posts of one account in one statement and gives their ids by the platform's. A
// post that somebody else inserted meanwhile is left alone.
func insertPosts(
	ctx context.Context,
	q querier,
	accountID int64,
	list []fresh,
	now time.Time,
) (map[string]int64, error) {
	n := len(list)
	remote := make([]string, n)
	delivery := make([]*int64, n)
	origin := make([]string, n)
	posted := make([]time.Time, n)
	text, original, pictures, state := make([]string, n), make([]bool, n), make([]int, n), make([]string, n)
	reposts, comments, likes, reads := make([]int64, n), make([]int64, n), make([]int64, n), make([]*int64, n)
	seen, counted, next := make([]bool, n), make([]bool, n), make([]*time.Time, n)

	for i, f := range list {
		remote[i], delivery[i], origin[i], posted[i] = f.RemoteID, f.DeliveryID, string(f.Origin), f.PostedAt
		text[i], original[i], pictures[i], state[i] = f.Text, f.Original, f.Pictures, string(f.State)
		reposts[i] = f.Counts.Reposts
		comments[i] = f.Counts.Comments
		likes[i] = f.Counts.Likes
		reads[i] = f.Counts.Reads
		seen[i], counted[i], next[i] = f.Seen, f.Counted, f.NextRead
	}
	r, err := q.Query(
		ctx,
		`
INSERT INTO platform_posts (account_id, platform, remote_id, delivery_id, origin, posted_at, text, shown,
    original, pictures, state, state_at,
                            seen_at, reposts, comments, likes, reads, read_at, next_read_at)
SELECT @account_id, 'weibo', x.remote, x.delivery, x.origin, x.posted, x.text, CASE
    WHEN x.seen THEN x.text END, x.original, x.pictures, x.state, @now::timestamptz,
       CASE WHEN x.seen THEN @now::timestamptz END, x.reposts, x.comments, x.likes, x.reads, CASE
           WHEN x.counted THEN @now::timestamptz END, x.next
FROM unnest(@remote::text[], @delivery::bigint[], @origin::text[], @posted::timestamptz[], @text::text[],
    @original::boolean[], @pictures::int[],
    @state::text[],
            @reposts::bigint[], @comments::bigint[], @likes::bigint[], @reads::bigint[], @seen::boolean[],
                @counted::boolean[],
                @next::timestamptz[])
     AS x (remote, delivery, origin, posted, text, original, pictures, state, reposts, comments, likes, reads,
         seen, counted, next)
ON CONFLICT (platform, remote_id) DO NOTHING RETURNING remote_id, id`,
		pgx.NamedArgs{
			"account_id": accountID,
			"now":        now,
			"remote":     remote,
			"delivery":   delivery,
			"origin":     origin,
			"posted":     posted,
			"text":       text,
			"original":   original,
			"pictures":   pictures,
			"state":      state,
			"reposts":    reposts,
			"comments":   comments,
			"likes":      likes,
			"reads":      reads,
			"seen":       seen,
			"counted":    counted,
			"next":       next,
		},
	)
	if err != nil {
		return nil, err
	}
	ids := make(map[string]int64, n)
	var key string
	var id int64
	_, err = pgx.ForEachRow(r, []any{&key, &id}, func() error { ids[key] = id; return nil })

	return ids, err
}

// adoptSent makes posts of the first deliveries sent since, at most so many, which are read from now on: but
// not those for the author's eyes alone. What was posted by hand is listed and not read.
func adoptSent(ctx context.Context, q querier, since, now time.Time, most int) ([]tracked, error) {
	return rows[tracked](ctx, q, `
INSERT INTO platform_posts AS p (account_id, platform, remote_id, delivery_id, origin, posted_at, text,
    original, pictures, state, state_at,
                                 reposts, comments, likes, next_read_at)
SELECT d.account_id, d.platform, d.remote_id, d.id, 'console', coalesce(d.sent_at, d.updated_at),
    coalesce(t.variant, v.text),
       v.repost_of = '', (SELECT count(*) FROM version_media m WHERE m.version_id = v.id), 'live', @now, 0, 0,
           0,
       CASE WHEN d.connector <> 'manual' THEN @now::timestamptz END
FROM deliveries d JOIN post_versions v ON v.id = d.version_id
LEFT JOIN version_targets t ON t.version_id = v.id AND t.account_id = d.account_id
WHERE d.sent_known_at > @since AND v.visible = 0
  AND NOT EXISTS (SELECT FROM platform_posts o WHERE o.platform = d.platform AND o.remote_id = d.remote_id
      AND o.delivery_id IS NOT NULL)
ORDER BY d.sent_known_at LIMIT @most
ON CONFLICT (platform, remote_id) DO UPDATE
    SET delivery_id = excluded.delivery_id, origin = 'console', text = excluded.text
RETURNING p.id, p.remote_id, p.delivery_id, p.origin, p.posted_at, p.text, p.state`,
		pgx.NamedArgs{"since": since, "now": now, "most": most})
}

// seenAgain notes that known posts were shown, with their present text.
func seenAgain(ctx context.Context, q querier, ids []int64, shown []string, now time.Time) error {
	_, err := q.Exec(ctx, `
UPDATE platform_posts p SET seen_at = @now, shown = x.shown
    FROM unnest(@ids::bigint[], @shown::text[]) AS x (id, shown) WHERE p.id = x.id`,
		pgx.NamedArgs{"ids": ids, "shown": shown, "now": now})

	return err
}

// setLive records what became of a post. A text that is not empty is the new one; the old one is kept
// beside it.
func setLive(ctx context.Context, q querier, id int64, to Live, text string, now time.Time) error {
	_, err := q.Exec(ctx, `
UPDATE platform_posts SET state = @to, state_at = @now, noted_by = NULL, noted_at = NULL,
       was_text = CASE WHEN @text <> '' THEN text ELSE was_text END, text = CASE WHEN @text <> '' THEN @text
           ELSE text END,
       next_read_at = CASE WHEN @to = 'removed' THEN NULL ELSE next_read_at END
WHERE id = @id`, pgx.NamedArgs{
		"id":   id,
		"to":   string(to),
		"text": text,
		"now":  now,
	})

	return err
}

// counted is a set of counts taken of one post.
type counted struct {
	id     int64
	posted time.Time
	counts Counts
	next   time.Time
}

// writeCounts keeps readings and brings the posts up to date. Reads once known are kept when a later
// answer leaves them out.
func writeCounts(ctx context.Context, tx pgx.Tx, list []counted, now time.Time) error {
	n := len(list)
	ids, next := make([]int64, n), make([]*time.Time, n)
	reposts, comments, likes, reads := make([]int64, n), make([]int64, n), make([]int64, n), make([]*int64, n)

	for i, c := range list {
		ids[i], next[i] = c.id, orNil(c.next)
		reposts[i] = c.counts.Reposts
		comments[i] = c.counts.Comments
		likes[i] = c.counts.Likes
		reads[i] = c.counts.Reads
	}
	_, err := tx.Exec(ctx, `
UPDATE platform_posts p
    SET reposts = x.reposts, comments = x.comments, likes = x.likes, reads = coalesce(x.reads, p.reads),
    read_at = @now, next_read_at = x.next
FROM unnest(@ids::bigint[], @reposts::bigint[], @comments::bigint[], @likes::bigint[], @reads::bigint[],
    @next::timestamptz[]) AS x (id,
    reposts, comments, likes, reads, next)
WHERE p.id = x.id`, pgx.NamedArgs{
		"ids":      ids,
		"reposts":  reposts,
		"comments": comments,
		"likes":    likes,
		"reads":    reads,
		"next":     next,
		"now":      now,
	})
	if err != nil {
		return err
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"post_readings"}, []string{
		"platform_post_id", "taken_at", "reposts", "comments", "likes", "reads",
	},
		pgx.CopyFromSlice(n, func(i int) ([]any, error) {
			return []any{ids[i], now, reposts[i], comments[i], likes[i], reads[i]}, nil
		}))

	return err
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}

	return &t
}

// Count is how many follow an account, how many it follows, and how many posts it has, at one look.
type Count struct{ AccountID, Followers, Friends, Posts int64 }

// CopyCounts writes the readings of one look at some accounts. KeepCounts does the rest of it.
func CopyCounts(ctx context.Context, tx pg.Tx, list []Count, now time.Time) (err error) {
	defer fault.Step(&err, "reach.CopyCounts")

	_, err = tx.Pgx.CopyFrom(ctx, pgx.Identifier{"account_readings"}, []string{
		"account_id", "taken_at", "followers", "friends", "statuses",
	},
		pgx.CopyFromSlice(len(list), func(i int) ([]any, error) {
			count := list[i]
			return []any{count.AccountID, now, count.Followers, count.Friends, count.Posts}, nil
		}))

	return err
}

// writeToday writes the followers of one look as the last figure of its day.
func writeToday(ctx context.Context, q querier, list []Count, now time.Time) error {
	ids, followers := make([]int64, len(list)), make([]int64, len(list))
	for i, count := range list {
		ids[i], followers[i] = count.AccountID, count.Followers
	}
	_, err := q.Exec(ctx, `
INSERT INTO account_days (account_id, day, followers, posts, originals, reposts, comments, likes, read_posts)
SELECT x.id, @now::date, x.followers, 0, 0, 0, 0, 0, 0 FROM unnest(@ids::bigint[], @followers::bigint[])
AS x (id,
followers)
ON CONFLICT (account_id, day) DO UPDATE SET followers = excluded.followers`,
		pgx.NamedArgs{"ids": ids, "followers": followers, "now": beijing.Date(now)})

	return err
}

// putOff asks again later for posts the platform left out of an answer.
func putOff(ctx context.Context, q querier, list []tracked, until time.Time) error {
	ids := make([]int64, len(list))
	for i, t := range list {
		ids[i] = t.ID
	}
	_, err := q.Exec(ctx, `UPDATE platform_posts SET next_read_at = @until WHERE id = ANY(@ids)`,
		pgx.NamedArgs{"ids": ids, "until": until})

	return err
}

// decided is a post whose origin was unclear.
type decided struct {
	ID, AccountID int64
	Text          string
}

// unsureDecided calls some posts of unclear origin somebody else's where no delivery of the account is
// open, and gives them.
func unsureDecided(ctx context.Context, q querier, limit int) ([]decided, error) {
	return rows[decided](ctx, q, `
UPDATE platform_posts p SET origin = 'elsewhere' FROM (
    SELECT o.id FROM platform_posts o WHERE o.origin = 'unsure' AND NOT EXISTS (
        SELECT FROM deliveries d
            WHERE d.account_id = o.account_id
            AND (d.state IN ('sending', 'unknown') OR d.state = 'sent' AND d.remote_id IS NULL))
    ORDER BY o.id LIMIT @limit FOR UPDATE OF o SKIP LOCKED) x
WHERE p.id = x.id RETURNING p.id, p.account_id, p.text`, pgx.NamedArgs{"limit": limit})
}
