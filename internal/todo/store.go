package todo

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/notice"
	"juzhen/internal/pg"
)

// insertItems opens matters and gives the numbers of those that were not open, by key.
func insertItems(
	ctx context.Context,
	tx pg.Tx,
	at time.Time,
	units []int64,
	list []Item,
) (map[string]int64, error) {
	n := len(list)
	kinds := make([]string, n)
	keys := make([]string, n)
	permissions := make([]string, n)
	codes := make([]string, n)
	args := make([]string, n)
	types := make([]string, n)
	subjects := make([]int64, n)
	notUsers := make([]int64, n)
	due := make([]*time.Time, n)
	roles := make([]*string, n)
	here := make([]bool, n)
	nots := make([]*string, n)
	onlys := make([]*string, n)

	for i, item := range list {
		if item.Args == nil {
			item.Args = map[string]any{}
		}
		text, err := json.Marshal(item.Args)
		if err != nil {
			return nil, fmt.Errorf("raise to-do %q: %w", item.Key, err)
		}
		kinds[i] = item.Matter.Kind
		keys[i] = item.Key
		permissions[i] = string(item.Permission)
		codes[i] = item.Matter.Code
		args[i] = string(text)
		types[i] = string(item.Subject)
		subjects[i] = item.SubjectID
		notUsers[i] = item.NotUser
		due[i] = item.DueAt
		if item.Grant != nil {
			role := string(item.Grant.Role)
			roles[i], here[i] = &role, item.Grant.Here
		}
		nots[i], onlys[i] = array(item.NotUsers), array(item.OnlyUsers)
	}
	rows, err := tx.Pgx.Query(ctx, `
INSERT INTO todos (kind, key, permission, unit_id, not_user, subject_type, subject_id, code, args, due_at,
    raised_at, role, here, not_users, only_users)
SELECT x.kind, x.key, x.permission, x.unit, nullif(x.not_user, 0), x.type, x.subject, x.code, x.args::jsonb,
    x.due, @raised_at::timestamptz, x.role, x.here, coalesce(x.nots, '{}')::bigint[], x.onlys::bigint[]
FROM unnest(@kinds::text[], @keys::text[], @permissions::text[], @units::bigint[], @not_users::bigint[],
    @types::text[], @subjects::bigint[],
    @codes::text[], @only_users::text[], @due::timestamptz[], @roles::text[], @here::boolean[],
        @nots::text[], @onlys::text[])
     AS x (kind, key, permission, unit, not_user, type, subject, code, args, due, role, here, nots, onlys)
ON CONFLICT (key) WHERE resolved_at IS NULL DO NOTHING RETURNING key, id`,
		pgx.NamedArgs{
			"raised_at":   at,
			"kinds":       kinds,
			"keys":        keys,
			"permissions": permissions,
			"units":       units,
			"not_users":   notUsers,
			"types":       types,
			"subjects":    subjects,
			"codes":       codes,
			"only_users":  args,
			"due":         due,
			"roles":       roles,
			"here":        here,
			"nots":        nots,
			"onlys":       onlys,
		})
	if err != nil {
		return nil, fmt.Errorf("raise to-do %q: %w", keys[0], err)
	}

	ids := map[string]int64{}
	var key string
	var id int64
	_, err = pgx.ForEachRow(rows, []any{&key, &id}, func() error {
		ids[key] = id
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("raise to-do %q: %w", keys[0], err)
	}

	return ids, nil
}

// array is a list of people as Postgres writes it; nil for none.
func array(people []int64) *string {
	if people == nil {
		return nil
	}

	words := make([]string, len(people))
	for i, person := range people {
		words[i] = strconv.FormatInt(person, 10)
	}
	text := "{" + strings.Join(words, ",") + "}"

	return &text
}

func putOff(ctx context.Context, tx pg.Tx, keys []string, due []*time.Time) error {
	_, err := tx.Pgx.Exec(ctx, `
UPDATE todos t SET due_at = x.due FROM unnest(@keys::text[], @due::timestamptz[]) AS x (key, due)
WHERE t.key = x.key AND t.resolved_at IS NULL`, pgx.NamedArgs{"keys": keys, "due": due})

	return err
}

// resolve closes the open matters that a condition picks, with their notices.
func resolve(ctx context.Context, tx pg.Tx, at time.Time, by int64, where string, of pgx.NamedArgs) error {
	rows, err := tx.Pgx.Query(ctx, `
		UPDATE todos SET resolved_at = @at, resolved_by = nullif(@by::bigint, 0)
		WHERE resolved_at IS NULL AND `+where+" RETURNING id", pg.Named(pgx.NamedArgs{"at": at, "by": by}, of))
	if err != nil {
		return fmt.Errorf("resolve to-do: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("resolve to-do: %w", err)
	}

	return notice.SettleTx(ctx, tx, at, ids)
}

// mine is the condition "open, and for this actor": one part per permission the actor holds anywhere.
func mine(actor access.Actor) (string, []any) {
	var parts []string
	var args []any

	for _, permission := range access.Permissions() {
		if !actor.Can(permission) {
			continue
		}
		scope, values := access.Scope(actor, permission, "u.path")
		parts = append(parts, "(t.permission = ? AND "+scope+")")
		args = append(append(args, string(permission)), values...)
	}
	if parts == nil {
		return "FALSE", nil
	}

	held, values := heldSQL(actor)
	args = append([]any{actor.UserID, actor.UserID, actor.UserID, actor.UserID}, append(values, args...)...)

	return `t.resolved_at IS NULL AND t.not_user IS DISTINCT FROM ?
		AND NOT ? = ANY (t.not_users) AND (t.only_users IS NULL OR ? = ANY (t.only_users))
		AND NOT (t.kind = 'notice' AND EXISTS (SELECT FROM todo_readers r
			WHERE r.todo_id = t.id AND r.user_id = ?))
		AND (t.role IS NULL OR ` + held + `)
		AND (` + strings.Join(parts, " OR ") + ")", args
}

// heldSQL is the condition that the actor holds a grant such as the matter asks for.
func heldSQL(actor access.Actor) (string, []any) {
	conds, args := []string{"FALSE"}, []any{}
	if actor.IsSystem() {
		conds[0] = "TRUE"
	}

	for _, grant := range actor.Grants {
		conds = append(conds, "(t.role IN ('', ?) AND (u.path = ? OR NOT t.here AND starts_with(u.path, ?)))")
		args = append(args, string(grant.Role), grant.Path, grant.Path)
	}

	return "(" + strings.Join(conds, " OR ") + ")", args
}

func markRead(ctx context.Context, db *gorm.DB, actor access.Actor, id int64, at time.Time) error {
	where, args := mine(actor)
	res := db.WithContext(ctx).Exec(`
		INSERT INTO todo_readers (todo_id, user_id, at) SELECT t.id, ?, ?`+fromTodos+where+
		" AND t.kind = 'notice' AND t.id = ? ON CONFLICT DO NOTHING",
		append(append([]any{actor.UserID, at}, args...), id)...)
	if res.Error != nil {
		return fmt.Errorf("read notice: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return fault.NotFound("没有找到这条告知，可能已经看过")
	}

	return nil
}

// onList fails where a matter is not on the actor's list.
func onList(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) error {
	where, args := mine(actor)
	n, err := gorm.G[int](
		db,
	).Raw("SELECT count(*)"+fromTodos+where+" AND t.id = ?", append(args, id)...).
		Find(ctx)
	if err == nil && n[0] == 0 {
		err = fault.NotFound("没有这件待办，可能已经处理")
	}

	return err
}

const fromTodos = " FROM todos t JOIN units u ON u.id = t.unit_id WHERE "

// openRow is an Open as the database gives it.
type openRow struct {
	ID          int64
	Kind        string
	Key         string
	SubjectType Subject
	SubjectID   int64
	UnitName    string
	Code        string
	ArgsText    string
	DueAt       *time.Time
	RaisedAt    time.Time
}

func (r openRow) open() (Open, error) {
	o := Open{
		ID:        r.ID,
		Kind:      r.Kind,
		Key:       r.Key,
		Subject:   r.SubjectType,
		SubjectID: r.SubjectID,
		UnitName:  r.UnitName,
		Code:      r.Code,
		DueAt:     r.DueAt,
		RaisedAt:  r.RaisedAt.UTC(),
	}
	if err := json.Unmarshal([]byte(r.ArgsText), &o.Args); err != nil {
		return Open{}, fmt.Errorf("read to-do %d: %w", r.ID, err)
	}

	return o, nil
}

// listing is what is asked of list: so many of each kind, so many in all; kind is empty for all kinds.
type listing struct {
	kind        string
	each, limit int
}

func list(ctx context.Context, db *gorm.DB, actor access.Actor, l listing) ([]Open, error) {
	where, args := mine(actor)
	rows, err := gorm.G[openRow](db).Raw(`SELECT * FROM (
		SELECT t.id, t.kind, t.key, t.subject_type, t.subject_id, u.name AS unit_name, t.code,
			t.args::text AS args_text, t.due_at, t.raised_at,
		       row_number() OVER (PARTITION BY t.kind
		       	ORDER BY t.due_at NULLS LAST, t.raised_at, t.id) AS place`+fromTodos+where+`
		AND ? IN ('', t.kind)) t WHERE place <= ?
		ORDER BY array_position(string_to_array(?, ','), kind), place LIMIT ?`,
		append(args, l.kind, l.each, strings.Join(Kinds(), ","), l.limit)...).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("list to-dos: %w", err)
	}

	out := make([]Open, len(rows))
	for i, row := range rows {
		if out[i], err = row.open(); err != nil {
			return nil, err
		}
	}

	return out, nil
}

func count(ctx context.Context, db *gorm.DB, actor access.Actor) (int, error) {
	where, args := mine(actor)
	n, err := gorm.G[int](db).Raw("SELECT count(*)"+fromTodos+where, args...).Find(ctx)
	if err != nil || len(n) == 0 {
		return 0, err
	}

	return n[0], nil
}

func countKinds(ctx context.Context, db *gorm.DB, actor access.Actor) (map[string]int, error) {
	type row struct {
		Kind string
		N    int
	}
	where, args := mine(actor)
	rows, err := gorm.G[row](
		db,
	).Raw("SELECT t.kind, count(*) AS n"+fromTodos+where+" GROUP BY t.kind", args...).
		Find(ctx)

	out := make(map[string]int, len(rows))
	for _, r := range rows {
		out[r.Kind] = r.N
	}

	return out, err
}
