package plan

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/pg"
)

// datedPosts reads the first posts that are due in a span and may be written by the actor.
func datedPosts(
	ctx context.Context,
	db *pg.DB,
	actor access.Actor,
	from, to time.Time,
	part Part,
	most int,
) ([]Dated, error) {
	scope, args := access.Scope(actor, access.PostWrite, "u.path")
	given := []any{from, to, part.UnitPath + "%", part.Query, most, part.Posts}
	rows, err := db.Pool().Query(ctx, `
SELECT p.id AS post_id, p.phase, u.path AS unit_path, u.name AS unit_name, p.due_at,
    left(v.text, 200) AS text,
    (SELECT count(*) FROM version_targets t WHERE t.version_id = p.version_id) AS accounts,
    coalesce((SELECT string_agg(x.handle, ' ' ORDER BY x.position, x.id) FROM (
        SELECT c.handle, c.position, c.id FROM version_targets t JOIN accounts c ON c.id = t.account_id
        WHERE t.version_id = p.version_id ORDER BY c.position, c.id LIMIT 2) x), '') AS names
FROM posts p JOIN units u ON u.id = p.unit_id JOIN post_versions v ON v.id = p.version_id
WHERE p.due_at >= $1 AND p.due_at < $2 AND p.phase <> 'withdrawn' AND `+numbered(scope, len(given))+`
    AND u.path LIKE $3 AND ($6::bigint[] IS NULL OR p.id = ANY ($6)) AND ($4 = '' OR EXISTS (
        SELECT FROM version_targets t JOIN accounts c ON c.id = t.account_id
        WHERE t.version_id = p.version_id AND strpos(lower(c.handle), lower($4)) > 0))
ORDER BY p.due_at, p.id LIMIT $5`, append(given, args...)...)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByName[Dated])
}

// clashesOf finds what the accounts of the posts have near the new times: deliveries, and drafts that name
// them. Of a post the first is given, and for how many accounts more it is so.
func clashesOf(ctx context.Context, db *pg.DB, posts []WeekPost) (map[int64]*Clash, error) {
	ids, dues := wishesOf(posts)
	rows, err := db.Pool().Query(ctx, `
WITH wished AS (
    SELECT g.post_id, g.due, t.account_id FROM unnest(@ids::bigint[], @dues::timestamptz[]) g (post_id, due)
    JOIN posts p ON p.id = g.post_id JOIN version_targets t ON t.version_id = p.version_id),
there AS (
    SELECT d.account_id, d.due_at FROM deliveries d
    WHERE d.account_id IN (SELECT account_id FROM wished) AND d.state NOT IN ('cancelled', 'expired')
        AND d.due_at BETWEEN @after AND @before
    UNION ALL
    SELECT t.account_id, p.due_at FROM posts p JOIN version_targets t ON t.version_id = p.version_id
    WHERE p.phase IN ('draft', 'returned') AND p.due_at BETWEEN @after AND @before),
hit AS (
    SELECT w.post_id, w.account_id, min(h.due_at) AS due_at FROM wished w
    JOIN there h ON h.account_id = w.account_id AND h.due_at > w.due - make_interval(mins => @minutes)
        AND h.due_at < w.due + make_interval(mins => @minutes)
    GROUP BY w.post_id, w.account_id)
SELECT DISTINCT ON (h.post_id) h.post_id, a.handle, h.due_at,
    count(*) OVER (PARTITION BY h.post_id) - 1 AS others
FROM hit h JOIN accounts a ON a.id = h.account_id ORDER BY h.post_id, h.due_at, a.position, a.id`,
		pgx.NamedArgs{
			"ids":     ids,
			"dues":    dues,
			"after":   dues[0].Add(-tight * time.Minute),
			"before":  dues[len(dues)-1].Add(tight * time.Minute),
			"minutes": tight,
		})
	if err != nil {
		return nil, err
	}
	found := map[int64]*Clash{}
	var id int64
	var clash Clash
	_, err = pgx.ForEachRow(rows, []any{&id, &clash.Handle, &clash.DueAt, &clash.Others}, func() error {
		one := clash
		found[id] = &one

		return nil
	})

	return found, err
}

// copiesOf finds copies of the posts that are due at the new times already.
func copiesOf(ctx context.Context, db *pg.DB, posts []WeekPost) (map[int64]int64, error) {
	ids, dues := wishesOf(posts)
	rows, err := db.Pool().Query(ctx, `
SELECT g.post_id, max(p.id) FROM unnest(@ids::bigint[], @dues::timestamptz[]) g (post_id, due)
JOIN posts p ON p.copied_from = g.post_id AND p.due_at = g.due AND p.phase <> 'withdrawn' GROUP BY 1`,
		pgx.NamedArgs{"ids": ids, "dues": dues})
	if err != nil {
		return nil, err
	}
	found := map[int64]int64{}
	var from, to int64
	_, err = pgx.ForEachRow(rows, []any{&from, &to}, func() error {
		found[from] = to
		return nil
	})

	return found, err
}

// wishesOf are the posts and their new times, in the order of time.
func wishesOf(posts []WeekPost) (ids []int64, dues []time.Time) {
	for _, one := range posts {
		ids, dues = append(ids, one.PostID), append(dues, one.NewDue)
	}

	return ids, dues
}
