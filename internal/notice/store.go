package notice

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/pg"
)

// insertEvents writes events and gives the numbers of those that were not there yet.
func insertEvents(ctx context.Context, tx pg.Tx, at time.Time, units []int64, list []Event) ([]int64, error) {
	type row struct {
		Key, Kind, Code string
		Args            map[string]any
		Urgent          bool
		Permission      access.Permission
		Unit            int64
		Subject         string
		SubjectID       int64
		Todo            int64
		Role            *access.Role
		Here            bool
		Nots            string
		Onlys           *string
		To              *string
	}
	rows := make([]row, len(list))

	for i, event := range list {
		if event.Args == nil {
			event.Args = map[string]any{}
		}
		rows[i] = row{
			event.Key, string(event.Kind), event.Code, event.Args, event.Urgent, event.Permission, units[i],
			event.Subject, event.SubjectID, event.TodoID, event.Role, event.Here, array(event.NotUsers), nil,
			nil,
		}
		if event.OnlyUsers != nil {
			only := array(event.OnlyUsers)
			rows[i].Onlys = &only
		}
		if event.To != nil {
			to := array(event.To)
			rows[i].To = &to
		}
	}
	text, err := json.Marshal(rows)
	if err != nil {
		return nil, fmt.Errorf("tell of %q: %w", list[0].Key, err)
	}
	fresh, err := tx.Pgx.Query(ctx, `
INSERT INTO notice_events (key, kind, code, args, urgent, permission, unit_id, subject_type, subject_id,
    todo_id, role, here, not_users, only_users, to_users, raised_at, told_at, watched)
SELECT x."Key", x."Kind", x."Code", x."Args", x."Urgent", x."Permission", x."Unit", x."Subject",
    x."SubjectID", nullif(x."Todo", 0), x."Role", x."Here", x."Nots"::bigint[], x."Onlys"::bigint[],
    x."To"::bigint[], @raised_at, @raised_at, x."Urgent" AND x."To" IS NULL
FROM jsonb_to_recordset(@text::jsonb) AS x ("Key" text, "Kind" text, "Code" text, "Args" jsonb,
    "Urgent" boolean,
    "Permission" text, "Unit" bigint, "Subject" text, "SubjectID" bigint, "Todo" bigint, "Role" text,
    "Here" boolean, "Nots" text, "Onlys" text, "To" text)
ON CONFLICT (key) DO NOTHING RETURNING id`, pgx.NamedArgs{"raised_at": at, "text": string(text)})
	if err != nil {
		return nil, fmt.Errorf("tell of %q: %w", list[0].Key, err)
	}

	return pgx.CollectRows(fresh, pgx.RowTo[int64])
}

// array is a list of people as Postgres writes it.
func array(people []int64) string {
	words := make([]string, len(people))
	for i, person := range people {
		words[i] = strconv.FormatInt(person, 10)
	}

	return "{" + strings.Join(words, ",") + "}"
}

// rights is the table of rights as three columns: which role holds which permission, and whether below the
// granted unit as well.
func rights() (permissions, roles []string, below []bool) {
	for _, permission := range access.Permissions() {
		for _, role := range access.Roles() {
			extent := access.ExtentOf(role, permission)
			if extent == access.Nowhere {
				continue
			}
			permissions = append(permissions, string(permission))
			roles = append(roles, string(role))
			below = append(below, extent == access.Subtree)
		}
	}

	return permissions, roles, below
}

// rungSQL gives who hears of events next: of those who hold the permission and did not hear yet, of this
// event or of another one about the same matter, the ones whose grant stands closest to the unit. Of what is
// urgent those on duty at a unit of the line hear before the other holders of that unit. Of what is
// somebody's
// own these people hear.
const rungSQL = `
WITH ev AS (
    SELECT e.id, e.kind, e.urgent, e.permission, e.role, e.here, e.not_users, e.only_users, e.to_users,
        e.todo_id,
        e.unit_id, string_to_array(trim(BOTH '/' FROM u.path), '/')::bigint[] AS line
    FROM notice_events e JOIN units u ON u.id = e.unit_id WHERE e.id = ANY (@events)),
heard AS (
    SELECT ev.id, n.user_id FROM ev JOIN notices n ON n.event_id = ev.id
    UNION
    SELECT ev.id, n.user_id FROM ev JOIN notice_events o ON o.todo_id = ev.todo_id AND o.settled_at IS NULL
    JOIN notices n ON n.event_id = o.id),
force AS (
    SELECT g.user_id, g.role, g.unit_id FROM grants g JOIN users p ON p.id = g.user_id
    WHERE g.revoked_at IS NULL AND (g.valid_until IS NULL OR g.valid_until > @at) AND p.disabled_at IS NULL
        AND g.unit_id IN (SELECT unnest(line) FROM ev)),
duty AS (
    SELECT ev.id, d.user_id, max(array_position(ev.line, s.unit_id)) + 0.5 AS depth
    FROM ev JOIN duty_shifts s ON s.unit_id = ANY (ev.line) AND s.starts_at <= @at AND s.ends_at > @at
        JOIN duty_people d ON d.shift_id = s.id
    WHERE ev.urgent GROUP BY 1, 2),
held AS (
    SELECT ev.id, f.user_id, ev.only_users IS NOT NULL AS named,
        greatest(max(array_position(ev.line, f.unit_id)), max(y.depth)) AS depth
    FROM ev JOIN unnest(@permissions::text[], @roles::text[], @below::boolean[]) 
        AS m (permission, role, below) ON m.permission = ev.permission
    JOIN force f ON f.role = m.role AND f.unit_id = ANY (ev.line) AND (m.below OR f.unit_id = ev.unit_id)
    LEFT JOIN duty y ON y.id = ev.id AND y.user_id = f.user_id
    WHERE ev.to_users IS NULL AND NOT f.user_id = ANY (ev.not_users)
        AND (ev.only_users IS NULL OR f.user_id = ANY (ev.only_users))
        AND (ev.role IS NULL OR EXISTS (SELECT FROM force h WHERE h.user_id = f.user_id
            AND ev.role IN ('', h.role) AND h.unit_id = ANY (ev.line)
            AND (NOT ev.here OR h.unit_id = ev.unit_id)))
        AND NOT EXISTS (SELECT FROM heard n WHERE n.id = ev.id AND n.user_id = f.user_id)
    GROUP BY 1, 2, 3),
rung AS (
    SELECT id, user_id
    FROM (SELECT *, rank() OVER (PARTITION BY id ORDER BY depth DESC) AS place FROM held) h
    WHERE place = 1 OR named
    UNION
    SELECT ev.id, p.id FROM ev JOIN users p ON p.id = ANY (ev.to_users) AND p.disabled_at IS NULL
    WHERE NOT EXISTS (SELECT FROM heard n WHERE n.id = ev.id AND n.user_id = p.id))
SELECT h.id, h.user_id, ev.unit_id, ev.kind, ev.urgent, coalesce(s.silent, '{}'),
    coalesce(s.outside, '{urgent}')
FROM rung h JOIN ev ON ev.id = h.id LEFT JOIN notice_settings s ON s.user_id = h.user_id
ORDER BY h.id, h.user_id`

func nextRung(ctx context.Context, tx pg.Tx, at time.Time, events []int64) ([]hearer, error) {
	permissions, roles, below := rights()
	rows, err := tx.Pgx.Query(ctx, rungSQL, pgx.NamedArgs{
		"events": events, "at": at, "permissions": permissions, "roles": roles, "below": below,
	})
	if err != nil {
		return nil, fmt.Errorf("find who is told: %w", err)
	}

	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (hearer, error) {
		var h hearer
		var settings Settings
		err := row.Scan(&h.eventID, &h.userID, &h.unitID, &h.kind, &h.urgent, &settings.Silent,
			&settings.Outside)
		h.counts, h.leaves = settings.Counts(h.kind, h.urgent), settings.Leaves(h.kind, h.urgent)

		return h, err
	})
}

func insertCopies(ctx context.Context, tx pg.Tx, at time.Time, people []hearer) error {
	n := len(people)
	events, users := make([]int64, n), make([]int64, n)
	kinds, counts := make([]string, n), make([]bool, n)

	for i, person := range people {
		events[i], users[i] = person.eventID, person.userID
		kinds[i], counts[i] = string(person.kind), person.counts
	}
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO notices (event_id, user_id, kind, counts, raised_at)
SELECT x.event, x.person, x.kind, x.counts, @raised_at
FROM unnest(@events::bigint[], @users::bigint[], @kinds::text[], @counts::boolean[]) AS x (event, person,
    kind, counts)
ON CONFLICT (event_id, user_id) DO NOTHING`, pgx.NamedArgs{
		"raised_at": at,
		"events":    events,
		"users":     users,
		"kinds":     kinds,
		"counts":    counts,
	})
	if err != nil {
		return fmt.Errorf("write notices: %w", err)
	}

	return nil
}

// settle ends the events that a condition picks, and every notice of them. Everybody
// locks events before notices, each by number. The notices are looked for once the events are locked: a
// passing on that was faster has written some.
func settle(ctx context.Context, tx pg.Tx, at time.Time, where string, of pgx.NamedArgs) error {
	rows, err := tx.Pgx.Query(ctx, `
WITH over AS MATERIALIZED (
    SELECT id FROM notice_events WHERE settled_at IS NULL AND `+where+` ORDER BY id FOR UPDATE)
UPDATE notice_events e SET settled_at = @at, watched = false FROM over WHERE e.id = over.id RETURNING e.id`,
		pg.Named(pgx.NamedArgs{"at": at}, of))
	if err != nil {
		return fmt.Errorf("settle events: %w", err)
	}
	events, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil || len(events) == 0 {
		return err
	}
	_, err = tx.Pgx.Exec(ctx, `
WITH over AS MATERIALIZED (
    SELECT id FROM notices WHERE event_id = ANY (@events) AND settled_at IS NULL ORDER BY id FOR UPDATE)
UPDATE notices n SET settled_at = @settled_at FROM over WHERE n.id = over.id`,
		pgx.NamedArgs{"settled_at": at, "events": events})
	if err != nil {
		return fmt.Errorf("settle notices: %w", err)
	}

	return nil
}
