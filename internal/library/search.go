package library

import (
	"cmp"
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// Query asks for texts that were published. The zero value is all of them, the newest first.
type Query struct {
	Words     string // all of them must stand in the text, blanks apart; letters of any width and case
	AccountID int64  // the same publication of the text went out on this account,
	ColumnID  int64  // in this column,
	UserID    int64  // written by this person,
	From, To  *time.Time
	After     string // cursor of the next page
	Limit     int    // 50 when 0, and at most
}

// Found is a page of texts and how many there are: Over tells that there are more than MostCounted.
type Found struct {
	pg.Page[Published]
	Count   int // -1: not counted, on a page behind the first
	Over    bool
	Waiting int // publications that are not taken in yet, up to MostCounted
}

const (
	pageSize = 50
	// MostCounted is how far results are counted.
	MostCounted = 1000
)

// Search gives texts that the matrix has published, the one that went out last first. Whoever may read
// posts anywhere sees them all: they were public.
//
// However many texts there are, little is read of them: see walk.
func (s *Service) Search(ctx context.Context, actor access.Actor, query Query) (_ Found, err error) {
	defer fault.Step(&err, "library.Search")

	if !actor.Can(access.PostView) {
		return Found{}, fault.Forbidden("您的角色没有这项权限")
	}
	walk, err := s.newWalk(query)
	if err != nil {
		return Found{}, err
	}
	if err := s.db.InTx(ctx, func(tx pg.Tx) error { return walk.run(ctx, tx) }); err != nil {
		return Found{}, err
	}
	page := pg.Cut(
		walk.found[:min(len(walk.found), walk.limit+1)],
		walk.limit,
		func(p place) pg.Cursor { return pg.Cursor(p) },
	)
	found := Found{Page: pg.Page[Published]{Next: page.Next}, Count: -1}
	if query.After == "" {
		found.Count, found.Over = min(len(walk.found), MostCounted), len(walk.found) > MostCounted
		if found.Waiting, err = s.waiting(ctx); err != nil {
			return Found{}, err
		}
	}
	found.Rows, err = readPublished(ctx, s.db, page.Rows)

	return found, err
}

// readPublished reads what is shown of some texts, in their order.
func readPublished(ctx context.Context, db *pg.DB, places []place) ([]Published, error) {
	ids := make([]int64, len(places))
	for i, p := range places {
		ids[i] = p.ID
	}
	rows, err := db.Pool().Query(ctx, `
SELECT t.id, p.text, t.times, t.at, a.handle,
    (SELECT count(DISTINCT account_id) FROM library_published x WHERE x.text_id = t.id),
    d.post_id, coalesce(c.name, ''), coalesce(u.display_name, ''), gone.removed, gone.down
FROM unnest(@ids::bigint[]) WITH ORDINALITY AS wanted (id, n) JOIN library_texts t ON t.id = wanted.id
JOIN platform_posts p ON p.id = t.last_id JOIN accounts a ON a.id = p.account_id
LEFT JOIN deliveries d ON d.id = p.delivery_id
LEFT JOIN library_published l ON l.platform_post_id = p.id
LEFT JOIN columns c ON c.id = l.column_id LEFT JOIN users u ON u.id = l.user_id
CROSS JOIN LATERAL (SELECT
    count(*) FILTER (WHERE o.live IS DISTINCT FROM 'taken_down'
        AND (y.state IN ('removed', 'hidden') OR o.live IN ('removed', 'hidden'))) AS removed,
    count(*) FILTER (WHERE o.live = 'taken_down') AS down
    FROM library_published x JOIN platform_posts y ON y.id = x.platform_post_id
    LEFT JOIN deliveries o ON o.id = y.delivery_id WHERE x.text_id = t.id) gone
ORDER BY wanted.n`, pgx.NamedArgs{"ids": ids})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByPos[Published])
}

// Text reads one published text. Fails with fault.NotFound where there is none, or the actor reads no posts.
func (s *Service) Text(ctx context.Context, actor access.Actor, id int64) (_ Published, err error) {
	defer fault.Step(&err, "library.Text %d", id)

	if !actor.Can(access.PostView) {
		return Published{}, errNotFound()
	}
	found, err := readPublished(ctx, s.db, []place{{ID: id}})
	if err != nil || len(found) == 0 {
		return Published{}, cmp.Or(err, errNotFound())
	}

	return found[0], nil
}

// waiting is how many publications are not taken in yet.
func (s *Service) waiting(ctx context.Context) (n int, err error) {
	err = s.db.Pool().QueryRow(ctx, `
SELECT count(*) FROM (SELECT FROM library_unread LIMIT @most_counted) AS unread`,
		pgx.NamedArgs{"most_counted": MostCounted}).Scan(&n)

	return n, err
}
