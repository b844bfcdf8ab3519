package inbox

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// ruleRow is a rule as the database keeps it.
type ruleRow struct {
	ID, UnitID                  int64
	UnitName, UnitPath          string
	Name                        string
	Position                    int
	AccountID, ColumnID         int64
	AccountName, ColumnName     string
	Kinds                       []Kind   `gorm:"serializer:json"`
	Words                       []string `gorm:"serializer:json"`
	Begins, Ends                *int
	ToUnit, ToUser              int64
	ToUnitName, ToPath, ToOwner string
	ToKind                      string
	Revision                    int
	By                          string
	At                          time.Time
}

const selectRules = `
SELECT r.id, r.unit_id, u.name AS unit_name, u.path AS unit_path, r.name, r.position,
    coalesce(r.account_id, 0) AS account_id, coalesce(r.column_id, 0) AS column_id,
    coalesce(a.handle, '') AS account_name, coalesce(c.name, '') AS column_name, to_jsonb(r.kinds) AS kinds,
    to_jsonb(r.words) AS words,
    r.begins, r.ends, coalesce(r.to_unit, 0) AS to_unit, coalesce(r.to_user, 0) AS to_user,
    coalesce(t.name, '') AS to_unit_name, coalesce(t.path, '') AS to_path,
    coalesce(o.display_name, '') AS to_owner, r.to_kind, r.revision, w.display_name AS by,
    r.changed_at AS at
FROM inbox_rules r JOIN units u ON u.id = r.unit_id JOIN users w ON w.id = r.changed_by
LEFT JOIN accounts a ON a.id = r.account_id LEFT JOIN columns c ON c.id = r.column_id
LEFT JOIN units t ON t.id = r.to_unit LEFT JOIN users o ON o.id = r.to_user
WHERE r.retired_at IS NULL AND `

func (r ruleRow) rule() Rule {
	out := Rule{
		ID: r.ID, UnitID: r.UnitID, UnitName: r.UnitName, UnitPath: r.UnitPath, Name: r.Name,
		Position: r.Position, AccountName: r.AccountName, ColumnName: r.ColumnName, ToUnit: r.ToUnitName,
		ToPath: r.ToPath, ToOwner: r.ToOwner, Revision: r.Revision, By: r.By, At: r.At,
		If:   Condition{AccountID: r.AccountID, ColumnID: r.ColumnID, Kinds: r.Kinds, Words: r.Words},
		Then: Effect{UnitID: r.ToUnit, OwnerID: r.ToUser, Kind: Kind(r.ToKind)},
	}

	if r.Begins != nil {
		out.If.Daily = true
		out.If.Begin = time.Duration(*r.Begins) * time.Minute
		out.If.End = time.Duration(*r.Ends) * time.Minute
	}

	return out
}

func listRules(ctx context.Context, db *gorm.DB, cond string, args ...any) (rules []Rule, err error) {
	rows, err := gorm.G[ruleRow](db).
		Raw(selectRules+cond+" ORDER BY u.path, r.position, r.id", args...).
		Find(ctx)
	for _, row := range rows {
		rules = append(rules, row.rule())
	}

	return rules, err
}

func findRule(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) (Rule, error) {
	cond, args := access.Scope(actor, access.InboxView, "u.path")
	found, err := listRules(ctx, db, "r.id = ? AND "+cond, append([]any{id}, args...)...)
	if err == nil && len(found) == 0 {
		err = errNoRule()
	}
	if err != nil {
		return Rule{}, err
	}

	return found[0], nil
}

// rulesAlong are the rules of the unit at a path and of those above it.
func rulesAlong(ctx context.Context, db *gorm.DB, path string) ([]Rule, error) {
	return listRules(ctx, db, "starts_with(?, u.path)", path)
}

// rulesAround are the rules of the unit at a path, of those above it and of those below.
func rulesAround(ctx context.Context, db *gorm.DB, path string) ([]Rule, error) {
	return listRules(ctx, db, "(starts_with(?, u.path) OR starts_with(u.path, ?))", path, path)
}

func errStaleRule() error {
	return fault.Conflict("这条规则刚刚有人改过或停用了，请刷新看过再改").WithCode("stale")
}

// putRule writes a new rule, or the next revision of one.
func putRule(ctx context.Context, tx pg.Tx, r Rule, by int64, at time.Time) (id int64, err error) {
	kinds, words := make([]string, len(r.If.Kinds)), r.If.Words
	for i, kind := range r.If.Kinds {
		kinds[i] = string(kind)
	}
	if words == nil {
		words = []string{}
	}
	var begins, ends *int
	if r.If.Daily {
		from, to := int(r.If.Begin.Minutes()), int(r.If.End.Minutes())
		begins, ends = &from, &to
	}
	args := pgx.NamedArgs{
		"id": r.ID, "revision": r.Revision, "unit": r.UnitID, "name": r.Name, "position": r.Position,
		"account": r.If.AccountID, "column": r.If.ColumnID, "kinds": kinds, "words": words,
		"begins": begins, "ends": ends, "to_unit": r.Then.UnitID, "to_user": r.Then.OwnerID,
		"to_kind": string(r.Then.Kind), "by": by, "at": at, "most": MaxRules,
	}
	if r.ID == 0 {
		err = tx.Pgx.QueryRow(ctx, `
INSERT INTO inbox_rules (unit_id, name, position, account_id, column_id, kinds, words, begins, ends, to_unit,
    to_user, to_kind, changed_by, changed_at)
SELECT @unit, @name, @position, nullif(@account::bigint, 0), nullif(@column::bigint, 0), @kinds, @words,
    @begins::int, @ends::int, nullif(@to_unit::bigint, 0), nullif(@to_user::bigint, 0), @to_kind, @by, @at
WHERE (SELECT count(*) FROM inbox_rules WHERE unit_id = @unit AND retired_at IS NULL) < @most
RETURNING id`, args).Scan(&id)

		return id, pg.OrNotFound(err, fault.Conflict("一个单位最多 {.max} 条分派规则", "max", MaxRules))
	}
	err = tx.Pgx.QueryRow(ctx, `
UPDATE inbox_rules SET name = @name, position = @position, account_id = nullif(@account::bigint, 0),
    column_id = nullif(@column::bigint, 0), kinds = @kinds, words = @words, begins = @begins::int,
    ends = @ends::int, to_unit = nullif(@to_unit::bigint, 0), to_user = nullif(@to_user::bigint, 0),
    to_kind = @to_kind, changed_by = @by, changed_at = @at, revision = revision + 1
WHERE id = @id AND revision = @revision AND retired_at IS NULL
RETURNING id`, args).Scan(&id)

	return id, pg.OrNotFound(err, errStaleRule())
}

func retireRule(ctx context.Context, tx pg.Tx, id int64, revision int, by int64, at time.Time) error {
	done, err := tx.Pgx.Exec(ctx, `
UPDATE inbox_rules SET retired_at = @at, changed_by = @by, changed_at = @at, revision = revision + 1
WHERE id = @id AND revision = @revision AND retired_at IS NULL`,
		pgx.NamedArgs{"id": id, "revision": revision, "by": by, "at": at})
	if err == nil && done.RowsAffected() == 0 {
		return errStaleRule()
	}

	return err
}

// opened is a matter that nobody has, as rules see it.
type opened struct {
	Opening
	id   int64
	path string // of its account's unit
}

// columnSQL finds the column of the post under which a matter of account m.account_id stands.
const columnSQL = `coalesce((SELECT v.column_id FROM deliveries d JOIN post_versions v ON v.id = d.version_id
        WHERE d.account_id = m.account_id AND d.platform = 'weibo' AND d.remote_id = m.thread LIMIT 1), 0)`

// MostUnassigned is how many matters that nobody has are looked through for one rule.
const MostUnassigned = 100_000

// eachUnassigned reads the matters of a unit and of those below that nobody has, the oldest first; the column
// only where it is asked for.
func eachUnassigned(ctx context.Context, tx pg.Tx, path string, columns bool, each func(opened)) error {
	column := "0::bigint"
	if columns {
		column = columnSQL
	}
	rows, err := tx.Pgx.Query(ctx, `
SELECT m.id, u.path, m.account_id, `+column+`, m.kind, coalesce((SELECT i.text FROM inbox_items i
    WHERE i.matter_id = m.id AND i.source <> 'answer' ORDER BY i.said_at, i.id LIMIT 1), ''), m.opened_at
FROM inbox_matters m JOIN accounts a ON a.id = m.account_id JOIN units u ON u.id = a.unit_id
WHERE m.state = 'open' AND m.owner_id IS NULL AND starts_with(u.path, @path)
ORDER BY m.id LIMIT @most_unassigned`, pgx.NamedArgs{"path": path, "most_unassigned": MostUnassigned})
	if err != nil {
		return err
	}
	var one opened
	_, err = pgx.ForEachRow(rows,
		[]any{&one.id, &one.path, &one.AccountID, &one.ColumnID, &one.Kind, &one.Text, &one.At},
		func() error {
			each(one)
			return nil
		})

	return err
}

// columnsOf gives by thread the column of the post under which new matters of an account stand.
func columnsOf(ctx context.Context, tx pg.Tx, accountID int64, made []*standing) (map[string]int64, error) {
	threads := make([]string, len(made))
	for i, m := range made {
		threads[i] = m.Thread
	}
	rows, err := tx.Pgx.Query(ctx, `
SELECT m.thread, `+columnSQL+`
FROM (SELECT DISTINCT @account_id::bigint AS account_id, thread FROM unnest(@threads::text[]) AS t (thread)) m`,
		pgx.NamedArgs{"account_id": accountID, "threads": threads})
	if err != nil {
		return nil, err
	}
	columns := map[string]int64{}
	var thread string
	var column int64
	_, err = pgx.ForEachRow(rows, []any{&thread, &column}, func() error {
		columns[thread] = column
		return nil
	})

	return columns, err
}
