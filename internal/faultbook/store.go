package faultbook

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

const selectFault = `
SELECT f.id, f.account_id, a.handle, au.path AS account_path, f.unit_id, u.name AS unit_name,
    u.path AS unit_path, f.code, f.subject, f.source, f.description, f.evidence, f.state, f.deadline,
    f.correction, f.corrected_by,
    f.checked_by, f.revision, f.opened_by, f.opened_at, f.updated_at, f.closed_at,
    coalesce(c.display_name, '') AS corrector, coalesce(k.display_name, '') AS checker,
    coalesce(o.display_name, '') AS opener
FROM faults f JOIN accounts a ON a.id = f.account_id JOIN units au ON au.id = a.unit_id
    JOIN units u ON u.id = f.unit_id
    LEFT JOIN users c ON c.id = f.corrected_by LEFT JOIN users k ON k.id = f.checked_by
    LEFT JOIN users o ON o.id = f.opened_by
WHERE `

func errNotFound() error {
	return fault.NotFound("没有找到这个问题，或不在您的管辖范围内")
}

func errStale() error {
	return fault.Conflict("这个问题刚刚被他人处理，请刷新后再办")
}

// scoped is the condition that the actor sees a fault: by its account's unit, or as the one that puts it
// right.
func scoped(actor access.Actor) (string, []any) {
	mine, args := access.Scope(actor, access.ReachView, "au.path")
	ours, more := access.Scope(actor, access.ReachView, "u.path")

	return "(" + mine + " OR " + ours + ")", append(args, more...)
}

func findFault(ctx context.Context, db *gorm.DB, actor access.Actor, id int64) (Fault, error) {
	cond, args := scoped(actor)
	found, err := gorm.G[Fault](
		db,
	).Raw(selectFault+"f.id = ? AND "+cond, append([]any{id}, args...)...).
		Take(ctx)

	return found, pg.OrNotFound(err, errNotFound())
}

// conditions are the WHERE of what is asked for.
func (q Query) conditions(actor access.Actor, now time.Time) (string, []any) {
	cond, args := scoped(actor)
	and := func(sql string, values ...any) { cond, args = cond+" AND "+sql, append(args, values...) }

	if q.UnitPath != "" {
		and("(starts_with(au.path, ?) OR starts_with(u.path, ?))", q.UnitPath, q.UnitPath)
	}

	switch {
	case q.State != "":
		and("f.state = ?", string(q.State))
	case !q.Closed:
		and("f.state <> 'closed'")
	}

	if q.Code != "" {
		and("f.code = ?", q.Code)
	}
	if q.AccountID != 0 {
		and("f.account_id = ?", q.AccountID)
	}
	if q.Overdue {
		and("f.state = 'assigned' AND f.deadline < ?::date", beijing.Date(now))
	}
	if !q.OpenedFrom.IsZero() {
		and("f.opened_at >= ?", q.OpenedFrom)
	}
	if !q.OpenedTo.IsZero() {
		and("f.opened_at < ?", q.OpenedTo)
	}

	return cond, args
}

func listFaults(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	query Query,
	now time.Time,
) (pg.Page[Fault], error) {
	cond, args := query.conditions(actor, now)
	after, further, err := pg.ParseCursor(query.After)
	if err != nil {
		return pg.Page[Fault]{}, err
	}
	if further {
		cond, args = cond+" AND (f.updated_at, f.id) < (?, ?)", append(args, after.At, after.ID)
	}
	limit := query.Limit
	if limit <= 0 || limit > pageSize {
		limit = pageSize
	}
	rows, err := latestFaults(ctx, db, cond, args, limit+1)

	return pg.Cut(rows, limit, func(f Fault) pg.Cursor { return pg.Cursor{At: f.UpdatedAt, ID: f.ID} }), err
}

func latestFaults(ctx context.Context, db *gorm.DB, cond string, args []any, most int) ([]Fault, error) {
	return gorm.G[Fault](db).Raw(selectFault+cond+" ORDER BY f.updated_at DESC, f.id DESC LIMIT ?",
		append(args, most)...).Find(ctx)
}

// faultsUpTo gives what is asked for without pages.
func faultsUpTo(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	query Query,
	now time.Time,
	most int,
) ([]Fault, error) {
	cond, args := query.conditions(actor, now)

	return latestFaults(ctx, db, cond, args, most)
}

// countQuarters counts what happened from each start on, before the one in front of it. What was put on lists
// is counted by the unit on whose list it was.
func countQuarters(
	ctx context.Context,
	db *pg.DB,
	actor access.Actor,
	unitPath string,
	starts []time.Time,
	quarters []Quarter,
) error {
	cond, args := Query{UnitPath: unitPath, Closed: true}.conditions(actor, starts[0])
	listed, more := access.Scope(actor, access.ReachView, "u.path")
	raised := func(table string) string {
		return "SELECT count(*) FROM " + table + ` t JOIN units u ON u.id = t.unit_id
WHERE starts_with(u.path, ?) AND t.raised_at >= q.start AND t.raised_at < q.until AND ` + listed
	}
	stepped := `
SELECT count(*) FROM fault_steps s JOIN faults f ON f.id = s.fault_id JOIN accounts a ON a.id = f.account_id
    JOIN units au ON au.id = a.unit_id JOIN units u ON u.id = f.unit_id
WHERE s.at >= q.start AND s.at < q.until AND s.act = ANY (?::text[]) AND ` + cond

	var given []any
	for range 3 {
		given = append(append(given, unitPath), more...)
	}
	given = append(append(given, "{\"\",reopen}"), args...)
	given = append(append(given, "{close}"), args...)

	type row struct{ Alarms, Reminders, Overdue, Opened, Closed int }
	found, err := gorm.G[row](db.Gorm(ctx)).Raw(`
SELECT (`+raised(alarmsSQL)+`) AS alarms, (`+raised(remindersSQL)+`) AS reminders,
    (`+raised(overdueSQL)+`) AS overdue, (`+stepped+`) AS opened, (`+stepped+`) AS closed
FROM (SELECT start, n, coalesce(lag(start) OVER (ORDER BY n), 'infinity') AS until
    FROM unnest(?::timestamptz[]) WITH ORDINALITY AS x (start, n)) q ORDER BY q.n`,
		append(given, instants(starts))...).Find(ctx)

	for i, one := range found {
		q := &quarters[i]
		q.Alarms, q.Reminders, q.Overdue, q.Opened, q.Closed = one.Alarms, one.Reminders, one.Overdue,
			one.Opened, one.Closed
	}

	return err
}

// instants writes instants as an array of the database.
func instants(all []time.Time) string {
	texts := make([]string, len(all))
	for i, at := range all {
		texts[i] = at.UTC().Format(time.RFC3339)
	}

	return "{" + strings.Join(texts, ",") + "}"
}

// countStates counts the faults that the actor sees, by state, and those that are overdue.
func countStates(
	ctx context.Context,
	db *gorm.DB,
	actor access.Actor,
	unitPath string,
	now time.Time,
) (map[State]int, int, error) {
	cond, args := Query{UnitPath: unitPath, Closed: true}.conditions(actor, now)

	type count struct {
		State   State
		N       int
		Overdue int
	}
	rows, err := gorm.G[count](db).Raw(`
SELECT f.state, count(*) AS n,
    count(*) FILTER (WHERE f.state = 'assigned' AND f.deadline < ?::date) AS overdue
FROM faults f JOIN accounts a ON a.id = f.account_id JOIN units au ON au.id = a.unit_id
    JOIN units u ON u.id = f.unit_id
WHERE `+cond+" GROUP BY f.state", append([]any{beijing.Date(now)}, args...)...).Find(ctx)

	by, overdue := map[State]int{}, 0
	for _, row := range rows {
		by[row.State], overdue = row.N, overdue+row.Overdue
	}

	return by, overdue, err
}

// overdueFaults are those whose last day is over and of which nobody was told yet, of everybody.
func overdueFaults(ctx context.Context, db *gorm.DB, now time.Time, most int) ([]Fault, error) {
	return gorm.G[Fault](db).Raw(selectFault+`f.state = 'assigned' AND f.deadline < ?::date
    AND NOT EXISTS (SELECT FROM `+todo.OpenSQL(TodoSubject)+` t
        WHERE t.key = 'faultbook/' || f.id || '/overdue/' || to_char(f.deadline, 'YYYY-MM-DD'))
ORDER BY f.deadline, f.id LIMIT ?`, beijing.Date(now), most).Find(ctx)
}

// unheard are those of what rules found that were never in the book, the first of them.
func unheard(ctx context.Context, db *pg.DB, found []ruled) ([]ruled, error) {
	accounts, codes, subjects := keysOf(found)

	sinces := make([]time.Time, len(found))
	for i, one := range found {
		sinces[i] = one.since
	}
	rows, err := db.Pool().Query(ctx, `
SELECT n - 1
FROM unnest(@accounts::bigint[], @codes::text[], @subjects::text[], @sinces::timestamptz[])
    WITH ORDINALITY AS x (account, code, subject, since, n)
WHERE NOT EXISTS (SELECT FROM faults f
    WHERE f.account_id = x.account AND f.code = x.code AND f.subject = x.subject
        AND (f.closed_at IS NULL OR f.closed_at >= x.since))
ORDER BY n`, pgx.NamedArgs{"accounts": accounts, "codes": codes, "subjects": subjects, "sinces": sinces})
	if err != nil {
		return nil, err
	}
	places, err := pgx.CollectRows(rows, pgx.RowTo[int64])

	fresh := make([]ruled, len(places))
	for i, place := range places {
		fresh[i] = found[place]
	}

	return fresh, err
}

// mendedFaults are those that rules entered, that nobody has put right yet and that are not among what rules
// find now.
func mendedFaults(ctx context.Context, db *pg.DB, found []ruled, most int) ([]int64, error) {
	accounts, codes, subjects := keysOf(found)
	rows, err := db.Pool().Query(ctx, `
SELECT f.id FROM faults f
WHERE f.source = 'rule' AND f.code = ANY (@mendable) AND f.state IN ('open', 'reopened', 'assigned')
    AND NOT EXISTS (SELECT FROM unnest(@accounts::bigint[], @codes::text[], @subjects::text[]) AS x
    (account, code, subject)
        WHERE x.account = f.account_id AND x.code = f.code AND x.subject = f.subject)
ORDER BY f.id LIMIT @most`,
		pgx.NamedArgs{
			"mendable": mendable,
			"accounts": accounts,
			"codes":    codes,
			"subjects": subjects,
			"most":     most,
		})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

func keysOf(found []ruled) (accounts []int64, codes, subjects []string) {
	for _, one := range found {
		accounts, codes = append(accounts, one.AccountID), append(codes, one.Code)
		subjects = append(subjects, one.Subject)
	}

	return accounts, codes, subjects
}

// stepRow is a Step as the database gives it.
type stepRow struct {
	Act       Act
	FromState State
	ToState   State
	Note      string
	By        string
	At        time.Time
}

func stepsOf(ctx context.Context, db *gorm.DB, id int64) ([]Step, error) {
	rows, err := gorm.G[stepRow](db).Raw(`
SELECT s.act, s.from_state, s.to_state, s.note, coalesce(w.display_name, '') AS by, s.at
FROM fault_steps s LEFT JOIN users w ON w.id = s.by_user WHERE s.fault_id = ? ORDER BY s.id DESC LIMIT 200`,
		id).Find(ctx)

	steps := make([]Step, len(rows))
	for i, row := range rows {
		steps[i] = Step{row.Act, row.FromState, row.ToState, row.Note, row.By, row.At}
	}

	return steps, err
}

// insertFault writes a fault and gives its number; 0 where one is open of this account, code and subject,
// and, where since is given, where there was one that was not closed out before.
func insertFault(
	ctx context.Context,
	tx pg.Tx,
	made Entry,
	unitID int64,
	source Source,
	by int64,
	at time.Time,
	since *time.Time,
) (id int64, err error) {
	err = tx.Pgx.QueryRow(
		ctx,
		`
INSERT INTO faults (account_id, unit_id, code, subject, source, description, evidence, state, opened_by,
    opened_at, updated_at)
SELECT @account_id, @unit_id, @code, @subject, @source, @description, @evidence, 'open',
nullif(@by::bigint, 0), @at, @at
WHERE @since::timestamptz IS NULL OR NOT EXISTS (SELECT FROM faults
    WHERE account_id = @account_id AND code = @code AND subject = @subject AND (closed_at IS NULL OR
    closed_at >= @since))
ON CONFLICT (account_id, code, subject) WHERE state <> 'closed' DO NOTHING RETURNING id`,
		pgx.NamedArgs{
			"account_id":  made.AccountID,
			"unit_id":     unitID,
			"code":        made.Code,
			"subject":     made.Subject,
			"source":      string(source),
			"description": made.Description,
			"evidence":    made.Evidence,
			"by":          by,
			"at":          at,
			"since":       since,
		},
	).Scan(&id)
	if pg.IsNotFound(err) {
		return 0, nil
	}

	return id, err
}

// openOne is the number of the fault that is open of an account, a code and a subject; 0 where none is.
func openOne(ctx context.Context, tx pg.Tx, made Entry) (id int64, err error) {
	err = tx.Pgx.QueryRow(ctx, `
SELECT coalesce(max(id), 0) FROM faults
WHERE account_id = @account_id AND code = @code AND subject = @subject AND state <> 'closed'`,
		pgx.NamedArgs{"account_id": made.AccountID, "code": made.Code, "subject": made.Subject}).Scan(&id)

	return id, err
}

// updateFault moves a fault of a revision to where an act leads.
func updateFault(ctx context.Context, tx pg.Tx, f Fault, to State, move Move, by int64, at time.Time) error {
	sets := []string{"state = @to", "revision = revision + 1", "updated_at = @at"}
	args := pgx.NamedArgs{
		"to": string(to), "at": at, "id": f.ID, "revision": move.Revision, "was": string(f.State),
	}
	set := func(sql string, value any) {
		name := "set" + strconv.Itoa(len(args))
		args[name] = value
		sets = append(sets, strings.Replace(sql, "?", "@"+name, 1))
	}

	switch move.Act {
	case Assign:
		set("unit_id = ?", move.UnitID)
		set("deadline = ?::text::date", move.Deadline)
	case Correct:
		set("correction = ?", strings.TrimSpace(move.Note+"\n"+move.Evidence))
		set("corrected_by = nullif(?::bigint, 0)", by)
	case Pass:
		set("checked_by = ?", by)
	case Return:
		sets = append(sets, "corrected_by = NULL", "checked_by = NULL")
	case Close:
		set("closed_at = ?", at)
	case Reopen:
		sets = append(sets, "closed_at = NULL", "corrected_by = NULL", "checked_by = NULL")
	}

	done, err := tx.Pgx.Exec(ctx, "UPDATE faults SET "+strings.Join(sets, ", ")+
		" WHERE id = @id AND revision = @revision AND state = @was", args)
	if err == nil && done.RowsAffected() != 1 {
		return errStale()
	}

	return err
}

func insertStep(ctx context.Context, tx pg.Tx, id int64, step Step, by int64) error {
	_, err := tx.Pgx.Exec(
		ctx,
		`
INSERT INTO fault_steps (fault_id, act, from_state, to_state, note, by_user, at)
VALUES (@id, @act, @from, @to, @note, nullif(@by::bigint, 0), @at)`,
		pgx.NamedArgs{
			"id":   id,
			"act":  string(step.Act),
			"from": string(step.From),
			"to":   string(step.To),
			"note": step.Note,
			"by":   by,
			"at":   step.At,
		},
	)

	return err
}

// heldKey is what is counted of what is held back.
type heldKey struct {
	code   string
	unitID int64
}

// enteredByRules counts what rules entered by themselves since an instant, by the code.
func enteredByRules(ctx context.Context, db *pg.DB, since time.Time) (map[string]int, error) {
	rows, err := db.Pool().Query(ctx, `
SELECT code, count(*) FROM faults WHERE source = 'rule' AND opened_by IS NULL AND opened_at > @since GROUP BY code`,
		pgx.NamedArgs{"since": since})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	counts := map[string]int{}

	for rows.Next() {
		var (
			code string
			n    int
		)
		if err := rows.Scan(&code, &n); err != nil {
			return nil, err
		}
		counts[code] = n
	}

	return counts, rows.Err()
}

// writeHeld puts the counts in the place of those of the last sweep.
func writeHeld(ctx context.Context, tx pg.Tx, counts map[heldKey]int, at time.Time) error {
	var (
		codes []string
		units []int64
		each  []int
	)
	for key, n := range counts {
		codes, units, each = append(codes, key.code), append(units, key.unitID), append(each, n)
	}
	if _, err := tx.Pgx.Exec(ctx, "DELETE FROM faults_held"); err != nil {
		return err
	}
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO faults_held (code, unit_id, n, at)
SELECT code, unit_id, n, @at FROM unnest(@codes::text[], @units::bigint[], @each::int[]) AS x (code, unit_id, n)`,
		pgx.NamedArgs{"codes": codes, "units": units, "each": each, "at": at})

	return err
}

// openHeld are the keys of the open to-dos about what is held back.
func openHeld(ctx context.Context, tx pg.Tx) ([]string, error) {
	rows, err := tx.Pgx.Query(ctx, "SELECT key FROM "+todo.OpenSQL(TodoHeld)+" t")
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// countHeld sums what is held back over the units that the actor supervises.
func countHeld(ctx context.Context, db *pg.DB, actor access.Actor, unitPath string) ([]Held, error) {
	scope, args := access.Scope(actor, access.InspectManage, "u.path")

	rows, err := gorm.G[heldRow](db.Gorm(ctx)).Raw(`
SELECT h.code, sum(h.n)::int AS n, min(h.at) AS at FROM faults_held h JOIN units u ON u.id = h.unit_id
WHERE starts_with(u.path, ?) AND `+scope+` GROUP BY h.code ORDER BY h.code`,
		append([]any{unitPath}, args...)...).Find(ctx)

	list := make([]Held, len(rows))
	for i, row := range rows {
		list[i] = Held{Code: Code{Code: row.Code, Text: row.Code}, N: row.N, At: row.At}
	}

	return list, err
}

// heldRow is a Held as the database gives it.
type heldRow struct {
	Code string
	N    int
	At   time.Time
}
