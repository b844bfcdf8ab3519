package plan

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// reader is a connection or a transaction.
type reader interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// weekRow is a week of an account, or the account alone.
type weekRow struct {
	AccountID int64
	Handle    string
	UnitID    int64
	UnitName  string
	UnitPath  string
	WeekID    *int64
	ColumnID  int64
	Column    string
	Times     []int
	Workdays  bool
	Revision  int
	SetBy     string
	SetAt     *time.Time
}

func slotsOf(ctx context.Context, db reader, actor access.Actor, accountID int64) (slots Slots, err error) {
	scope, args := access.Scope(actor, access.PostView, "u.path")
	given := []any{accountID}
	rows, err := db.Query(ctx, `
SELECT a.id AS account_id, a.handle, u.id AS unit_id, u.name AS unit_name, u.path AS unit_path,
    w.id AS week_id,
    coalesce(w.column_id, 0) AS column_id, coalesce(c.name, '') AS column, coalesce(w.times, '{}') AS times,
    coalesce(w.workdays, false) AS workdays, coalesce(w.revision, 0) AS revision,
    coalesce(p.display_name, '') AS set_by, w.set_at
FROM accounts a JOIN units u ON u.id = a.unit_id LEFT JOIN slot_weeks w ON w.account_id = a.id
LEFT JOIN columns c ON c.id = w.column_id LEFT JOIN users p ON p.id = w.set_by
WHERE a.id = $1 AND a.state IN ('live', 'suspended') AND `+numbered(scope, len(given))+`
ORDER BY w.column_id IS NOT NULL, c.position, c.id`, append(given, args...)...)
	if err != nil {
		return Slots{}, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[weekRow])
	if err == nil && len(found) == 0 {
		return Slots{}, fault.NotFound("没有找到账号，或不在您的管辖范围内")
	}

	for _, row := range found {
		slots.AccountID, slots.Handle = row.AccountID, row.Handle
		slots.UnitID, slots.UnitName, slots.UnitPath = row.UnitID, row.UnitName, row.UnitPath
		if row.WeekID != nil {
			slots.Weeks = append(slots.Weeks, KeptWeek{
				Week: Week{row.Times, row.Workdays}, ColumnID: row.ColumnID, Column: row.Column,
				Revision: row.Revision, SetBy: row.SetBy, SetAt: *row.SetAt,
			})
		}
	}
	slots.May = actor.CanAt(access.PlanManage, slots.UnitPath)

	return slots, err
}

// weeksFor reads the weeks that hold for accounts in a column, each of them once: that of the column, else
// that of all columns. Accounts for which the actor does not write have none.
func weeksFor(
	ctx context.Context,
	db *pg.DB,
	actor access.Actor,
	accounts []int64,
	columnID int64,
) ([]Week, error) {
	scope, args := access.Scope(actor, access.PostWrite, "u.path")
	given := []any{accounts, columnID}
	rows, err := db.Pool().Query(ctx, `
SELECT DISTINCT times, workdays FROM (
    SELECT DISTINCT ON (w.account_id) w.times, w.workdays
    FROM slot_weeks w JOIN accounts a ON a.id = w.account_id JOIN units u ON u.id = a.unit_id
    WHERE w.account_id = ANY ($1) AND (w.column_id = $2 OR w.column_id IS NULL) AND `+numbered(scope, len(given))+`
    ORDER BY w.account_id, w.column_id NULLS LAST) held
ORDER BY times, workdays`, append(given, args...)...)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByPos[Week])
}

// putWeek is the compare-and-set of a week to its next revision; without times it goes.
func putWeek(
	ctx context.Context,
	tx pg.Tx,
	accountID, columnID int64,
	revision int,
	week Week,
	by int64,
	at time.Time,
) error {
	sql, args := `
DELETE FROM slot_weeks WHERE account_id = $1 AND coalesce(column_id, 0) = $2 AND revision = $3`,
		[]any{accountID, columnID, revision}
	if len(week.Times) > 0 {
		sql = `
INSERT INTO slot_weeks AS w (account_id, column_id, times, workdays, revision, set_by, set_at)
SELECT $1, nullif($2::bigint, 0), $4, $5, 1, $6, $7
WHERE $3 = 0 OR EXISTS (SELECT FROM slot_weeks WHERE account_id = $1 AND coalesce(column_id, 0) = $2)
ON CONFLICT (account_id, coalesce(column_id, 0)) DO UPDATE SET times = excluded.times,
    workdays = excluded.workdays, revision = w.revision + 1, set_by = excluded.set_by,
    set_at = excluded.set_at
WHERE w.revision = $3`
		args = append(args, week.Times, week.Workdays, by, at)
	}
	done, err := tx.Pgx.Exec(ctx, sql, args...)
	if err == nil && done.RowsAffected() == 0 {
		return fault.Conflict("发布时段刚刚被他人改动，请刷新后再改").WithCode("stale")
	}

	return err
}
