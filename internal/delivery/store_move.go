package delivery

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/fault"
)

// Querier is a pool or a transaction of pgx.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Move is one grouped change of state with its events, in one statement: every delivery that is in one
// of the states From and for which Where holds goes to To. Rows are locked in the order of ids. It is a
// compare-and-set: what has moved on meanwhile is left alone.
type Move struct {
	From  []State
	To    State  // "" keeps each state: a note
	Where string // over deliveries d; values as @name
	Set   string // further assignments, may be empty
	Args  pgx.NamedArgs
	Code  Reason
	With  Args   // parameters of the code
	DueTo string // the time its event tells, where that is only wished for; "": the row's own
	By    int64
	Limit int  // 0: all
	Skip  bool // leave alone what another transaction holds
}

// Moved is one delivery that a Move changed.
type Moved struct {
	ID, PostID, AccountID int64
	From                  State
	Plan                  int
	DueAt                 *time.Time
	Urgent                bool
}

// Run makes the change at the instant now and tells what was changed, in the order of ids.
func (m Move) Run(ctx context.Context, querier Querier, now time.Time) (_ []Moved, err error) {
	defer fault.Step(&err, "delivery.Run")

	args, err := m.named(now)
	if err != nil {
		return nil, err
	}
	rows, err := querier.Query(ctx, m.sql(), args)
	if err != nil {
		return nil, fmt.Errorf("move deliveries to %s: %w", m.To, err)
	}
	moved, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Moved])
	if err != nil {
		return nil, fmt.Errorf("move deliveries to %s: %w", m.To, err)
	}

	return moved, nil
}

func (m Move) named(now time.Time) (pgx.NamedArgs, error) {
	from := make([]string, len(m.From))
	for i, state := range m.From {
		if m.To != "" && !CanGo(state, m.To) {
			return nil, fmt.Errorf("move deliveries: %s → %s is no arrow", state, m.To)
		}
		from[i] = string(state)
	}
	with, err := json.Marshal(m.With)
	if err != nil {
		return nil, err
	}
	if m.With == nil {
		with = []byte("{}")
	}

	args := pgx.NamedArgs{
		"from": from, "to": string(m.To), "now": now, "code": string(m.Code), "with": string(with),
		"by": m.By, "limit": m.Limit,
	}
	for name, v := range m.Args {
		if _, taken := args[name]; taken {
			return nil, fmt.Errorf("move deliveries: @%s is the move's own", name)
		}
		args[name] = v
	}

	return args, nil
}

// state sets the state with its reason; a note leaves both.
func (m Move) state() string {
	if m.To == "" {
		return ""
	}

	return ", state = @to::text, reason = @code::text, reason_args = @with::jsonb"
}

func (m Move) sql() string {
	// Whoever waits for locks takes them in one order. Who skips what is locked goes along the index of what
	// is due, and not along the key through all that was ever sent.
	order, lock := "d.id", "FOR UPDATE OF d"
	if m.Skip {
		order, lock = "d.due_at, d.id", lock+" SKIP LOCKED"
	}

	limit := ""
	if m.Limit > 0 {
		limit = "LIMIT @limit"
	}
	due := "due_at"
	if m.DueTo != "" {
		due = m.DueTo
	}
	set := ""
	if m.Set != "" {
		set = ", " + m.Set
	}

	return `
WITH cur AS MATERIALIZED (
    SELECT d.id, d.state, d.due_at FROM all_deliveries d WHERE d.state = ANY (@from) AND (` + m.Where + `)
        ORDER BY ` + order + ` ` + limit + ` ` + lock + `),
upd AS (
    UPDATE all_deliveries d SET updated_at = @now::timestamptz` + m.state() + set + `
    FROM cur WHERE d.id = cur.id
    RETURNING d.id, d.post_id, d.account_id, cur.state AS from_state, d.state, d.plan, cur.due_at AS from_due,
        d.due_at, d.urgent, d.attempt_id, d.owner),
ev AS (
    INSERT INTO delivery_events (delivery_id, at, from_state, to_state, plan, attempt_id, owner, by_user,
        code, args)
    SELECT id, @now::timestamptz, from_state, state, plan, attempt_id, owner, nullif(@by::bigint, 0),
        @code::text,
        @with::jsonb || CASE WHEN from_due IS DISTINCT FROM ` + due + ` THEN jsonb_build_object('due_from', from_due, 'due_to', ` + due + `) ELSE '{}' END
    FROM upd)
SELECT id, post_id, account_id, from_state, plan, due_at, urgent FROM upd ORDER BY id`
}
