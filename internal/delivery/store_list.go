package delivery

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// orderSQL is the instant by which lists are ordered.
const orderSQL = "coalesce(d.due_at, d.created_at)"

// condition is the filter as SQL, with the actor's scope in it.
func (f Filter) condition(actor access.Actor) (string, []any, error) {
	scope, args := access.Scope(actor, access.PostView, "u.path")
	conds := []string{scope}
	add := func(cond string, values ...any) {
		conds, args = append(conds, cond), append(args, values...)
	}
	if len(f.States) > 0 {
		add("d.state IN ?", f.States)
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
	if text := strings.TrimSpace(f.Text); text != "" {
		like := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text) + "%"
		add(`EXISTS (SELECT FROM post_versions v LEFT JOIN version_targets vt ON vt.version_id = v.id AND vt.account_id = d.account_id
WHERE v.id = d.version_id AND (coalesce(vt.variant, v.text) ILIKE ? OR a.handle ILIKE ?))`, like, like)
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

func listDeliveries(ctx context.Context, db *gorm.DB, cond string, args []any, limit int) ([]Delivery, error) {
	return gorm.G[Delivery](db).Raw(selectDelivery+cond+" ORDER BY "+orderSQL+" DESC, d.id DESC LIMIT ?", append(args, limit)...).Find(ctx)
}

func calendarDeliveries(ctx context.Context, db *gorm.DB, cond string, args []any, limit int) ([]Delivery, error) {
	return gorm.G[Delivery](db).Raw(selectDelivery+cond+" ORDER BY "+orderSQL+", d.id LIMIT ?", append(args, limit)...).Find(ctx)
}

type stateCount struct {
	PostID int64
	Phase  post.Phase
	State  State
	N      int
}

// countStates reads phases and counts of states of posts.
func countStates(ctx context.Context, db *gorm.DB, ids []int64) (map[int64]map[State]int, map[int64]post.Phase, error) {
	counts, phases := map[int64]map[State]int{}, map[int64]post.Phase{}
	if len(ids) == 0 {
		return counts, phases, nil
	}
	rows, err := gorm.G[stateCount](db).Raw(`
SELECT p.id AS post_id, p.phase, coalesce(d.state, '') AS state, count(d.id) AS n
FROM posts p LEFT JOIN deliveries d ON d.post_id = p.id WHERE p.id IN ? GROUP BY p.id, p.phase, d.state`, ids).Find(ctx)
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

func countByState(ctx context.Context, db *gorm.DB, scope string, args []any, since time.Time) (map[State]int, error) {
	rows, err := gorm.G[stateCount](db).Raw(`
SELECT d.state, count(*) AS n FROM deliveries d JOIN accounts a ON a.id = d.account_id JOIN units u ON u.id = a.unit_id
WHERE (NOT d.settled OR d.updated_at > ?) AND `+scope+" GROUP BY d.state", append([]any{since}, args...)...).Find(ctx)
	out := map[State]int{}
	for _, r := range rows {
		out[r.State] = r.N
	}
	return out, err
}
