package delivery

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// orderSQL is the instant by which lists are ordered; the index deliveries_in_order is in the same order.
const (
	orderSQL  = "coalesce(d.due_at, d.created_at)"
	listOrder = " ORDER BY " + orderSQL + " DESC, d.id DESC"
)

// condition is the filter as SQL, with the actor's scope in it.
func (f Filter) condition(actor access.Actor) (string, []any, error) {
	scope, args := access.Scope(actor, access.PostView, "u.path")
	conds := []string{scope}
	add := func(cond string, values ...any) {
		conds, args = append(conds, cond), append(args, values...)
	}
	if len(f.States) > 0 {
		add("d.state IN ?", f.States)
		// What the indexes know of the state.
		if !slices.ContainsFunc(f.States, State.Final) {
			add("NOT d.settled")
		}
		if !slices.ContainsFunc(f.States, func(state State) bool { return !state.Troubled() }) {
			add("d.troubled")
		}
	}
	if f.UnitID != 0 {
		add("u.path LIKE (SELECT path FROM units WHERE id = ?) || '%'", f.UnitID)
	}
	if f.AccountID != 0 {
		add("d.account_id = ?", f.AccountID)
	}
	if f.PostID != 0 {
		add("d.post_id = ?", f.PostID)
	}
	if f.From != nil {
		add(orderSQL+" >= ?", *f.From)
	}
	if f.To != nil {
		add(orderSQL+" < ?", *f.To)
	}
	if f.Foreign {
		seen, values := access.Scope(actor, access.PostView, "pu.path")
		add(`
			NOT EXISTS (SELECT FROM posts fp JOIN units pu ON pu.id = fp.unit_id WHERE fp.id = d.post_id AND `+seen+")",
			values...)
	}
	cursor, ok, err := pg.ParseCursor(f.Cursor)
	if err != nil {
		return "", nil, err
	}
	if ok {
		add("("+orderSQL+", d.id) < (?, ?)", cursor.At, cursor.ID)
	}

	return strings.Join(conds, " AND "), args, nil
}

// listDeliveries reads the first n under a condition.
func listDeliveries(ctx context.Context, db *gorm.DB, cond string, args []any, n int) ([]Delivery, error) {
	return gorm.G[Delivery](
		db,
	).Raw(selectDelivery+cond+listOrder+" LIMIT ?", append(slices.Clip(args), n)...).
		Find(ctx)
}

type stateCount struct {
	PostID int64
	Phase  post.Phase
	State  State
	N      int
}

// countStates reads phases and counts of states of posts.
func countStates(
	ctx context.Context,
	db *gorm.DB,
	ids []int64,
) (map[int64]map[State]int, map[int64]post.Phase, error) {
	counts, phases := map[int64]map[State]int{}, map[int64]post.Phase{}
	if len(ids) == 0 {
		return counts, phases, nil
	}

	rows, err := gorm.G[stateCount](db).Raw(`
SELECT p.id AS post_id, p.phase, coalesce(d.state, '') AS state, count(d.id) AS n
FROM posts p LEFT JOIN deliveries d ON d.post_id = p.id WHERE p.id IN ? GROUP BY p.id, p.phase, d.state`,
		ids).
		Find(ctx)
	for _, r := range rows {
		phases[r.PostID] = r.Phase
		if counts[r.PostID] == nil {
			counts[r.PostID] = map[State]int{}
		}
		if r.State != "" {
			counts[r.PostID][r.State] = r.N
		}
	}

	return counts, phases, err
}

// countByState reads at most the first most open deliveries and the last most settled ones, but all
// that are troubled.
func countByState(
	ctx context.Context,
	db *gorm.DB,
	scope string,
	args []any,
	since, until time.Time,
	most int,
) (Tally, error) {
	const from = `
		FROM deliveries d JOIN accounts a ON a.id = d.account_id JOIN units u ON u.id = a.unit_id WHERE `
	const lately = "(" + orderSQL + " >= ? AND " + orderSQL + " <= ?)"
	parts := []struct {
		cond, tail string
		span       bool
	}{
		{cond: "d.troubled AND (NOT d.settled OR " + lately + ")", span: true},
		{cond: "NOT d.troubled AND NOT d.settled", tail: " ORDER BY d.due_at LIMIT ?"},
		{
			cond: "NOT d.troubled AND d.settled AND " + lately,
			tail: " ORDER BY " + orderSQL + " DESC LIMIT ?",
			span: true,
		},
	}

	tally := Tally{By: map[State]int{}}

	for _, part := range parts {
		var given []any
		if part.span {
			given = append(given, since, until)
		}
		given = append(given, args...)
		if part.tail != "" {
			given = append(given, most+1)
		}
		rows, err := gorm.G[stateCount](
			db,
		).Raw("SELECT state, count(*) AS n FROM (SELECT d.state "+from+part.cond+" AND "+scope+part.tail+
			") seen GROUP BY state", given...).
			Find(ctx)
		if err != nil {
			return Tally{}, err
		}

		all := 0

		for _, r := range rows {
			tally.By[r.State] += r.N
			all += r.N
		}
		tally.More = tally.More || part.tail != "" && all > most
	}

	return tally, nil
}

// farthestMoved is how far from its post's time a delivery is looked for: after a pause or a decision it may
// be due later. The bound keeps years of what once failed out of the counting.
const farthestMoved = 62 * 24 * time.Hour

// troubles begins at the deliveries that need somebody, which are few, however many posts the span holds.
func troubles(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	in post.Span,
	path string,
	account int64,
) (map[int64]Trouble, error) {
	scope, args := access.Scope(actor, access.PostView, "u.path")
	scope, args = scope+" AND p.due_at >= ? AND p.due_at < ? AND d.due_at >= ? AND d.due_at < ?",
		append(args, in.From, in.To, in.From.Add(-farthestMoved), in.To.Add(farthestMoved))
	if path != "" {
		scope, args = scope+" AND u.path LIKE ?", append(args, path+"%")
	}
	if account != 0 {
		scope, args = scope+" AND d.account_id = ?", append(args, account)
	}
	rows, err := gorm.G[struct {
		At int64
		Trouble
	}](db).Raw(`
SELECT extract(epoch FROM date_bin('1 hour', p.due_at, timestamptz '2000-01-01 00:00Z'))::bigint AS at,
       count(DISTINCT p.id) FILTER (WHERE d.state = 'unknown') AS unknown,
           count(DISTINCT p.id) FILTER (WHERE d.state IN ('failed', 'missed')) AS failed
FROM deliveries d JOIN posts p ON p.id = d.post_id JOIN units u ON u.id = p.unit_id
WHERE d.troubled AND `+scope+" GROUP BY 1", args...).Find(ctx)

	out := make(map[int64]Trouble, len(rows))
	for _, r := range rows {
		out[r.At] = r.Trouble
	}

	return out, err
}

// WaitingSQL is a table of the posts that may still go out, to join with what begins posts: id, and touched,
// when somebody last wrote on it; null once it is submitted.
func WaitingSQL() string {
	return `(SELECT post_id AS id, NULL::timestamptz AS touched FROM deliveries WHERE NOT settled
UNION ALL SELECT id, updated_at FROM posts WHERE phase IN ('draft', 'returned'))`
}
