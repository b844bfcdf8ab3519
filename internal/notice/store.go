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
    x."To"::bigint[], $1, $1, x."Urgent" AND x."To" IS NULL
FROM jsonb_to_recordset($2::jsonb) AS x ("Key" text, "Kind" text, "Code" text, "Args" jsonb, "Urgent" boolean,
    "Permission" text, "Unit" bigint, "Subject" text, "SubjectID" bigint, "Todo" bigint, "Role" text,
    "Here" boolean, "Nots" text, "Onlys" text, "To" text)
ON CONFLICT (key) DO NOTHING RETURNING id`, at, string(text))
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

// rungSQL gives who hears of events next: of those who hold the permission and did not hear yet the ones
// whose grant stands closest to the unit. A roster of duty, once there is one, is a rung before the first. Of
// what is somebody's own these people hear, unless they heard of the same matter as those who deal with it.
const rungSQL = `
WITH ev AS (
    SELECT e.id, e.kind, e.urgent, e.permission, e.role, e.here, e.not_users, e.only_users, e.to_users,
        e.todo_id,
        e.unit_id, string_to_array(trim(BOTH '/' FROM u.path), '/')::bigint[] AS line
    FROM notice_events e JOIN units u ON u.id = e.unit_id WHERE e.id = ANY (@events)),
force AS (
    SELECT g.user_id, g.role, g.unit_id FROM grants g JOIN users p ON p.id = g.user_id
    WHERE g.revoked_at IS NULL AND (g.valid_until IS NULL OR g.valid_until > @at) AND p.disabled_at IS NULL
        AND g.unit_id IN (SELECT unnest(line) FROM ev)),
held AS (
    SELECT ev.id, f.user_id, ev.only_users IS NOT NULL AS named,
        max(array_position(ev.line, f.unit_id)) AS depth
    FROM ev JOIN unnest(@permissions::text[], @roles::text[], @below::boolean[]) 
        AS m (permission, role, below) ON m.permission = ev.permission
    JOIN force f ON f.role = m.role AND f.unit_id = ANY (ev.line) AND (m.below OR f.unit_id = ev.unit_id)
    WHERE ev.to_users IS NULL AND NOT f.user_id = ANY (ev.not_users)
        AND (ev.only_users IS NULL OR f.user_id = ANY (ev.only_users))
        AND (ev.role IS NULL OR EXISTS (SELECT FROM force h WHERE h.user_id = f.user_id
            AND ev.role IN ('', h.role) AND h.unit_id = ANY (ev.line)
            AND (NOT ev.here OR h.unit_id = ev.unit_id)))
        AND NOT EXISTS (SELECT FROM notices n WHERE n.event_id = ev.id AND n.user_id = f.user_id)
    GROUP BY 1, 2, 3),
rung AS (
    SELECT id, user_id
    FROM (SELECT *, rank() OVER (PARTITION BY id ORDER BY depth DESC) AS place FROM held) h
    WHERE place = 1 OR named
    UNION
    SELECT ev.id, p.id FROM ev JOIN users p ON p.id = ANY (ev.to_users) AND p.disabled_at IS NULL
    WHERE NOT EXISTS (SELECT FROM notices n JOIN notice_events o ON o.id = n.event_id
        WHERE n.user_id = p.id AND (o.id = ev.id OR o.todo_id = ev.todo_id)))
SELECT h.id, h.user_id, ev.kind, ev.urgent, s.quiet_from, s.quiet_to, s.digest_at, s.choices::text,
    s.mail, s.mail_confirmed
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
		var kept settingsRow
		err := row.Scan(&h.eventID, &h.userID, &h.kind, &h.urgent, &kept.QuietFrom, &kept.QuietTo,
			&kept.DigestAt, &kept.Choices, &kept.Mail, &kept.MailConfirmed)
		if err != nil {
			return h, err
		}
		h.settings, err = kept.settings()

		return h, err
	})
}

func insertCopies(ctx context.Context, tx pg.Tx, at time.Time, list []copyRow) error {
	n := len(list)
	events, users := make([]int64, n), make([]int64, n)
	kinds := make([]string, n)
	counts := make([]bool, n)
	mail, robot := make([]*time.Time, n), make([]*time.Time, n)

	for i, row := range list {
		events[i], users[i], kinds[i] = row.eventID, row.userID, string(row.kind)
		counts[i] = row.counts
		mail[i], robot[i] = row.mailDue, row.robotAt
	}
	_, err := tx.Pgx.Exec(ctx, `
INSERT INTO notices (event_id, user_id, kind, counts, raised_at, mail_due, robot_due)
SELECT x.event, x.person, x.kind, x.counts, $1, x.mail, x.robot
FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::boolean[], $6::timestamptz[], $7::timestamptz[])
    AS x (event, person, kind, counts, mail, robot)
ON CONFLICT (event_id, user_id) DO NOTHING`, at, events, users, kinds, counts, mail, robot)
	if err != nil {
		return fmt.Errorf("write notices: %w", err)
	}

	return nil
}

// settle ends the events that a condition picks, whose parameter is $2, and every notice of them.
func settle(ctx context.Context, tx pg.Tx, at time.Time, where string, of any) error {
	_, err := tx.Pgx.Exec(ctx, `
WITH over AS (
    UPDATE notice_events SET settled_at = $1, watched = false WHERE settled_at IS NULL AND `+where+` RETURNING id)
UPDATE notices n SET settled_at = $1, mail_due = NULL, robot_due = NULL FROM over
WHERE n.event_id = over.id AND n.settled_at IS NULL`, at, of)
	if err != nil {
		return fmt.Errorf("settle notices: %w", err)
	}

	return nil
}

// settingsRow are settings as the database gives them; all nil where a person chose nothing.
type settingsRow struct {
	QuietFrom, QuietTo, DigestAt *int
	Choices, Mail                *string
	MailConfirmed                *bool
	Version                      *int
}

func (r settingsRow) settings() (Settings, error) {
	settings := Defaults()
	if r.QuietFrom == nil {
		return settings, nil
	}
	settings.QuietFrom, settings.QuietTo = Clock(*r.QuietFrom), Clock(*r.QuietTo)
	settings.DigestAt, settings.Mail, settings.MailConfirmed = Clock(*r.DigestAt), *r.Mail, *r.MailConfirmed
	if r.Version != nil {
		settings.Version = *r.Version
	}
	if err := json.Unmarshal([]byte(*r.Choices), &settings.Choices); err != nil {
		return Settings{}, fmt.Errorf("read notice settings: %w", err)
	}

	return settings, nil
}
