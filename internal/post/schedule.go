package post

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
)

// Span is a time from From until before To.
type Span struct{ From, To time.Time }

// Hour is an hour in which posts are due. Shanghai is whole hours away from UTC, so it begins there and here alike.
type Hour struct {
	At          time.Time
	First, Last time.Time // earliest and latest due time in it
	Posts       int
	InReview    int // wait for a review
	Unfinished  int // drafts and returned posts
}

// Span is the hour as a time.
func (h Hour) Span() Span { return Span{h.At, h.At.Add(time.Hour)} }

// scheduled is the condition of a calendar: the filter without its own times and words, and nothing that was withdrawn.
func (f Filter) scheduled(actor access.Actor) (string, []any) {
	f.From, f.To, f.Query = nil, nil, ""
	cond, args := f.where(actor)
	return cond + " AND p.phase <> 'withdrawn'", args
}

// Hours counts the posts that are due in the span, by hour: one statement over one index, however many they are.
func (s *Service) Hours(ctx context.Context, actor access.Actor, in Span, f Filter) ([]Hour, error) {
	cond, args := f.scheduled(actor)
	return gorm.G[Hour](s.db.Gorm(ctx)).Raw(`
SELECT date_bin('1 hour', p.due_at, timestamptz '2000-01-01 00:00Z') AS at, min(p.due_at) AS first, max(p.due_at) AS last, count(*) AS posts,
       count(*) FILTER (WHERE p.phase = 'submitted') AS in_review, count(*) FILTER (WHERE p.phase IN ('draft', 'returned')) AS unfinished
FROM posts p JOIN units u ON u.id = p.unit_id
WHERE `+cond+` AND p.due_at >= ? AND p.due_at < ? GROUP BY 1 ORDER BY 1`, append(args, in.From, in.To)...).Find(ctx)
}

// DueIn reads the posts that are due in the spans, by time, at most limit of each span. Spans are in order and do not overlap.
func (s *Service) DueIn(ctx context.Context, actor access.Actor, spans []Span, f Filter, limit int) ([]Row, error) {
	if len(spans) == 0 {
		return nil, nil
	}
	cond, more := f.scheduled(actor)
	var args []any
	for _, in := range spans {
		args = append(args, in.From, in.To)
	}
	values := strings.TrimSuffix(strings.Repeat("(?::timestamptz, ?::timestamptz), ", len(spans)), ", ")
	return selectRows(ctx, s.db.Gorm(ctx), `SELECT x.* FROM (VALUES `+values+`) AS spans (a, b) CROSS JOIN LATERAL (
    SELECT p.* FROM posts p JOIN units u ON u.id = p.unit_id WHERE `+cond+` AND p.due_at >= spans.a AND p.due_at < spans.b ORDER BY p.due_at, p.id LIMIT ?) x`,
		"p.due_at, p.id", append(append(args, more...), limit))
}

// Near reads n of the posts that are due in the span: two from before the instant, the rest behind it; more from before when there
// are not as many behind.
func (s *Service) Near(ctx context.Context, actor access.Actor, in Span, at time.Time, n int) ([]Row, error) {
	cond, args := Filter{}.scheduled(actor)
	side := func(rest string, from, to time.Time) ([]Row, error) {
		return selectRows(ctx, s.db.Gorm(ctx), "SELECT p.* FROM posts p JOIN units u ON u.id = p.unit_id WHERE "+cond+rest, "p.due_at, p.id",
			slices.Concat(args, []any{from, to, n}))
	}
	before, err := side(" AND p.due_at >= ? AND p.due_at <= ? ORDER BY p.due_at DESC, p.id DESC LIMIT ?", in.From, at)
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
