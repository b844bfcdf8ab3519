package plan

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/delivery"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

type exportRow struct {
	DueAt    time.Time
	Handle   string
	UnitName string
	Kind     string
	Phase    post.Phase
	State    delivery.State
	Text     string
	PostID   int64
}

// exportedOf reads one row more than an export may have, if there is one.
func exportedOf(ctx context.Context, db *pg.DB, actor access.Actor, ask Ask) ([]exportRow, error) {
	given := []any{ask.From, ask.To, ask.UnitPath + "%", ask.Query, MaxExported + 1}
	scope, args := access.Scope(actor, access.PostView, "u.path")
	ofAccount := numbered(scope, len(given))
	ofPost := numbered(scope, len(given)+len(args))
	rows, err := db.Pool().Query(ctx, `
WITH chosen AS (
    SELECT a.id, a.handle, u.name AS unit_name FROM accounts a JOIN units u ON u.id = a.unit_id
    WHERE a.state IN ('live', 'suspended') AND `+ofAccount+` AND u.path LIKE $3
        AND ($4 = '' OR strpos(lower(a.handle), lower($4)) > 0)),
planned AS (
    (SELECT c.handle, c.unit_name, c.id AS account_id, 'delivery' AS kind, d.post_id, d.version_id, d.state,
        d.due_at
    FROM chosen c CROSS JOIN LATERAL (SELECT x.post_id, x.version_id, x.state, x.due_at FROM deliveries x
        WHERE x.account_id = c.id AND x.due_at >= $1 AND x.due_at < $2
            AND x.state NOT IN ('cancelled', 'expired')) d
    ORDER BY d.due_at LIMIT $5)
    UNION ALL
    (SELECT c.handle, c.unit_name, c.id, 'draft', p.id, p.version_id, '', p.due_at
    FROM posts p JOIN units u ON u.id = p.unit_id JOIN version_targets t ON t.version_id = p.version_id
    JOIN chosen c ON c.id = t.account_id
    WHERE p.phase IN ('draft', 'returned') AND p.due_at >= $1 AND p.due_at < $2 AND `+ofPost+`
        AND NOT EXISTS (SELECT FROM deliveries x WHERE x.post_id = p.id AND x.account_id = t.account_id
            AND x.state NOT IN ('cancelled', 'expired'))
    ORDER BY p.due_at LIMIT $5))
SELECT n.due_at, n.handle, n.unit_name, n.kind, p.phase, n.state,
    left(coalesce(t.variant, v.text), 200) AS text, n.post_id
FROM (SELECT * FROM planned ORDER BY due_at, handle LIMIT $5) n
CROSS JOIN LATERAL (SELECT x.phase FROM posts x WHERE x.id = n.post_id LIMIT 1) p
CROSS JOIN LATERAL (SELECT x.text FROM post_versions x WHERE x.id = n.version_id LIMIT 1) v
LEFT JOIN LATERAL (SELECT x.variant FROM version_targets x
    WHERE x.version_id = n.version_id AND x.account_id = n.account_id LIMIT 1) t ON true
ORDER BY n.due_at, n.handle`, append(append(given, args...), args...)...)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByName[exportRow])
}
