package post

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
)

// Span is a time from From until before To.
type Span struct{ From, To time.Time }

// Hour is an hour in which posts are due. Shanghai is whole hours away from UTC, so it begins there and
// here alike.
type Hour struct {
	At          time.Time
	First, Last time.Time // earliest and latest due time in it
	Posts       int
	InReview    int // wait for a review
	Unfinished  int // drafts and returned posts
}

// Span is the hour as a time.
func (h Hour) Span() Span { return Span{h.At, h.At.Add(time.Hour)} }

// scheduled is the condition of a calendar: the filter without its own times and words, and nothing
// that was withdrawn.
func (f Filter) scheduled(actor access.Actor) (string, []any) {
	f.From, f.To, f.Query = nil, nil, ""
	cond, args := f.where(actor)
	return cond + " AND p.phase <> 'withdrawn'", args
}

// Hours counts the posts that are due in the span, by hour. Whole hours of whole units are read from
// what is counted already, however many posts they hold; others are counted over one index.
func (s *Service) Hours(
	ctx context.Context,
	actor access.Actor,
	in Span,
	filter Filter,
) (_ []Hour, err error) {
	defer fault.Step(&err, "post.Hours")

	if in.whole() && filter.ofUnits() {
		return s.countedHours(ctx, actor, in, filter.UnitPath)
	}
	cond, args := filter.scheduled(actor)

	return gorm.G[Hour](s.db.Gorm(ctx)).Raw(`
SELECT post_hour(p.due_at) AS at, min(p.due_at) AS first, max(p.due_at) AS last, count(*) AS posts,
       count(*) FILTER (WHERE p.phase = 'submitted') AS in_review,
           count(*) FILTER (WHERE p.phase IN ('draft', 'returned')) AS unfinished
FROM posts p JOIN units u ON u.id = p.unit_id
WHERE `+cond+` AND p.due_at >= ? AND p.due_at < ? GROUP BY 1 ORDER BY 1`, append(args, in.From, in.To)...).
		Find(ctx)
}

// whole tells whether the span begins and ends with an hour.
func (in Span) whole() bool {
	return in.From.Truncate(time.Hour).Equal(in.From) && in.To.Truncate(time.Hour).Equal(in.To)
}

// ofUnits tells whether the filter selects by unit at most.
func (f Filter) ofUnits() bool {
	return len(f.Phases) == 0 && f.Where == nil && f.AccountID == 0 && f.AuthorID == 0 && f.Submitter == 0 &&
		f.ByDue == nil
}

// countedHours reads the counts that post_hours and its changes hold. The first and the last post of an
// hour are looked up, in each unit that has any.
func (s *Service) countedHours(
	ctx context.Context,
	actor access.Actor,
	in Span,
	path string,
) ([]Hour, error) {
	scope, args := access.Scope(actor, access.PostView, "u.path")
	of := `
		p.unit_id = n.unit_id AND p.due_at >= n.hour AND p.due_at < n.hour + interval '1 hour'
			AND p.phase <> 'withdrawn'`

	return gorm.G[Hour](s.db.Gorm(ctx)).Raw(`
WITH counted AS (
    SELECT hour, unit_id, phase, posts FROM post_hours WHERE hour >= ? AND hour < ?
    UNION ALL
    SELECT hour, unit_id, phase, posts FROM post_hour_changes WHERE hour >= ? AND hour < ?),
n AS (
    SELECT c.hour, c.unit_id, sum(c.posts) AS posts,
        sum(c.posts) FILTER (WHERE c.phase = 'submitted') AS in_review,
           sum(c.posts) FILTER (WHERE c.phase IN ('draft', 'returned')) AS unfinished
    FROM counted c JOIN units u ON u.id = c.unit_id WHERE `+scope+` AND u.path LIKE ? GROUP BY 1, 2
		HAVING sum(c.posts) > 0)
SELECT n.hour AS at, min(first.due_at) AS first, max(last.due_at) AS last, sum(n.posts)::bigint AS posts,
       coalesce(sum(n.in_review), 0)::bigint AS in_review,
           coalesce(sum(n.unfinished), 0)::bigint AS unfinished
FROM n CROSS JOIN LATERAL (SELECT p.due_at FROM posts p WHERE `+of+` ORDER BY p.due_at LIMIT 1) first
CROSS JOIN LATERAL (SELECT p.due_at FROM posts p WHERE `+of+` ORDER BY p.due_at DESC LIMIT 1) last
GROUP BY 1 ORDER BY 1`, slices.Concat([]any{
		in.From, in.To, in.From, in.To,
	}, args, []any{path + "%"})...).Find(ctx)
}

// foldRows is how many changes are folded at once.
const foldRows = 5000

// FoldHours folds what changed into the counts by hour. Counts are exact before and after; several
// processes may do it at once.
func (s *Service) FoldHours(ctx context.Context) (err error) {
	defer fault.Step(&err, "post.FoldHours")

	for {
		done, err := s.db.Pool().Exec(ctx, `
WITH taken AS (
    DELETE FROM post_hour_changes
        WHERE id IN (SELECT id FROM post_hour_changes ORDER BY id LIMIT @fold_rows FOR UPDATE SKIP LOCKED)
    RETURNING hour, unit_id, phase, posts)
INSERT INTO post_hours AS h (hour, unit_id, phase, posts)
SELECT hour, unit_id, phase, sum(posts) FROM taken GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
ON CONFLICT (hour, unit_id, phase) DO UPDATE SET posts = h.posts + excluded.posts`,
			pgx.NamedArgs{"fold_rows": foldRows})
		if err != nil || done.RowsAffected() == 0 {
			return err
		}
	}
}

// DueIn reads the posts that are due in the spans, by time, at most limit of each span. Spans are in
// order and do not overlap.
func (s *Service) DueIn(
	ctx context.Context,
	actor access.Actor,
	spans []Span,
	filter Filter,
	limit int,
) (_ []Row, err error) {
	defer fault.Step(&err, "post.DueIn")

	if len(spans) == 0 {
		return nil, nil
	}
	cond, more := filter.scheduled(actor)

	var args []any
	for _, in := range spans {
		args = append(args, in.From, in.To)
	}
	values := strings.TrimSuffix(strings.Repeat("(?::timestamptz, ?::timestamptz), ", len(spans)), ", ")

	return selectRows(ctx, s.db.Gorm(ctx), `SELECT x.* FROM (VALUES `+values+`) AS spans (a, b) CROSS
			JOIN LATERAL (
    SELECT p.* FROM posts p JOIN units u ON u.id = p.unit_id WHERE `+cond+` AND p.due_at >= spans.a
		AND p.due_at < spans.b ORDER BY p.due_at, p.id LIMIT ?) x`,
		"p.due_at, p.id", append(append(args, more...), limit))
}

// Near reads n of the posts that are due in the span: two from before the instant, the rest behind it;
// more from before when there are not as many behind.
func (s *Service) Near(
	ctx context.Context,
	actor access.Actor,
	in Span,
	at time.Time,
	n int,
) (_ []Row, err error) {
	defer fault.Step(&err, "post.Near")

	cond, args := Filter{}.scheduled(actor)
	side := func(rest string, from, to time.Time) ([]Row, error) {
		return selectRows(ctx, s.db.Gorm(ctx), `
			SELECT p.* FROM posts p JOIN units u ON u.id = p.unit_id WHERE `+cond+rest, "p.due_at, p.id",
			slices.Concat(args, []any{from, to, n}))
	}
	before, err := side(`
		 AND p.due_at >= ? AND p.due_at <= ? ORDER BY p.due_at DESC, p.id DESC LIMIT ?`, in.From, at)
	if err != nil {
		return nil, err
	}
	after, err := side(" AND p.due_at > ? AND p.due_at < ? ORDER BY p.due_at, p.id LIMIT ?", at, in.To)
	if err != nil {
		return nil, err
	}
	all := append(before, after...)
	first := max(0, min(len(before)-2, len(all)-n))

	return all[first:min(first+n, len(all))], nil
}
