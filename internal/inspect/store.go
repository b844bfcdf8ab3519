package inspect

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/beijing"
	"juzhen/internal/pg"
	"juzhen/internal/todo"
)

// ruleRow is a rule as the database gives it.
type ruleRow struct {
	ID       int64
	Code     string
	Kind     Kind
	Days     int
	Warn     int
	UnitPath string
	UnitName string
	Source   string
	FromDay  time.Time
	UntilDay *time.Time
}

func (r ruleRow) rule() Rule {
	rule := Rule{
		ID: r.ID, Code: r.Code, Kind: r.Kind, Days: r.Days, Warn: r.Warn, UnitPath: r.UnitPath,
		UnitName: r.UnitName, Source: r.Source, From: dayOf(r.FromDay),
	}
	if r.UntilDay != nil {
		rule.Until = dayOf(*r.UntilDay)
	}

	return rule
}

// dayOf is the day that a date of the database names, by its beginning in Shanghai.
func dayOf(date time.Time) time.Time {
	year, month, day := date.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, beijing.Zone)
}

// selectRules reads all rules that hold on a day or later, of one kind or of all.
func selectRules(ctx context.Context, db *pg.DB, day time.Time, kind Kind) ([]Rule, error) {
	rows, err := db.Pool().Query(ctx, `
SELECT r.id, r.code, r.kind, r.days, r.warn_days AS warn, coalesce(u.path, '') AS unit_path,
    coalesce(u.name, '') AS unit_name, r.source, r.from_day, r.until_day
FROM inspection_rules r LEFT JOIN units u ON u.id = r.unit_id
WHERE (r.until_day IS NULL OR r.until_day >= @day::date) AND @kind IN ('', r.kind)
ORDER BY r.unit_id NULLS FIRST, r.id`, pgx.NamedArgs{"day": beijing.Date(day), "kind": string(kind)})
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[ruleRow])
	if err != nil {
		return nil, err
	}

	rules := make([]Rule, len(found))
	for i, row := range found {
		rules[i] = row.rule()
	}

	return rules, nil
}

// accountRow is an account with all that the rules ask for.
type accountRow struct {
	ID         int64
	Handle     string
	State      account.State
	Connector  account.Connector
	CreatedAt  time.Time
	UnitID     int64
	UnitName   string
	UnitPath   string
	SentAt     *time.Time
	SeenAt     *time.Time
	Strange    bool
	Approved   []time.Time
	InReview   []time.Time
	Held       int
	ByHand     int
	Unknown    int
	Drafts     []time.Time
	TokenState *string
	TokenUntil *time.Time
}

func (r accountRow) account() Account {
	a := Account{
		ID: r.ID, Handle: r.Handle, UnitID: r.UnitID, UnitName: r.UnitName, UnitPath: r.UnitPath,
		State: r.State, Connector: r.Connector, Since: r.CreatedAt, Last: r.SentAt,
		Approved: r.Approved, InReview: r.InReview, Drafts: r.Drafts,
		Held: r.Held, ByHand: r.ByHand, Unknown: r.Unknown,
	}
	if a.Last == nil || r.SeenAt != nil && r.SeenAt.After(*a.Last) {
		a.Last, a.Elsewhere = r.SeenAt, r.Strange
	}
	if r.Connector.NeedsToken() {
		a.NoToken = r.TokenState == nil || *r.TokenState != string(account.TokenValid)
		a.TokenUntil = r.TokenUntil
	}

	return a
}

// Bounds of what is looked at for one account, and of how far ahead and back.
const (
	mostAhead = 60 // planned posts
	farAhead  = "interval '60 days'"
	farBack   = "interval '30 days'" // for what waits for a person past its time
)

// accountsSQL reads the accounts at or below $1 (one of them: $2; some: $5) as they are at $3, at most $4.
// What is asked of each lies at one end of an index: it costs the same however much an account has published.
// A post that was removed from the platform is no post.
var accountsSQL = `
WITH scoped AS MATERIALIZED (
    SELECT a.id, a.handle, a.state, a.connector, a.created_at, a.position, u.id AS unit_id,
        u.name AS unit_name, u.path AS unit_path
    FROM accounts a JOIN units u ON u.id = a.unit_id
    WHERE a.state IN ('live', 'suspended') AND a.created_at <= $3 AND starts_with(u.path, $1)
        AND $2::bigint IN (0, a.id) AND ($5::bigint[] IS NULL OR a.id = ANY ($5)) AND {scope}
    ORDER BY a.position, a.id LIMIT $4),
written AS (
    SELECT t.account_id, array_agg(p.due_at ORDER BY p.due_at) AS due
    FROM posts p JOIN units u ON u.id = p.unit_id JOIN version_targets t ON t.version_id = p.version_id
    WHERE p.phase IN ('draft', 'returned') AND p.due_at > $3 AND p.due_at < $3 + ` + farAhead + ` AND {posts}
    GROUP BY t.account_id)
SELECT s.id, s.handle, s.state, s.connector, s.created_at, s.unit_id, s.unit_name, s.unit_path,
    sent.at AS sent_at, seen.at AS seen_at, coalesce(seen.strange, false) AS strange,
    ahead.approved, ahead.in_review, ahead.held, ahead.by_hand, ahead.unknown, w.due AS drafts,
    c.state AS token_state, c.expires_at AS token_until
FROM scoped s
LEFT JOIN LATERAL (
    SELECT coalesce(d.sent_at, d.due_at) AS at FROM deliveries d
    WHERE d.account_id = s.id AND d.due_at <= $3 AND d.state = 'sent' AND NOT EXISTS (
        SELECT FROM platform_posts p
        WHERE p.platform = d.platform AND p.remote_id = d.remote_id AND p.state = 'removed')
    ORDER BY d.due_at DESC LIMIT 1) sent ON true
LEFT JOIN LATERAL (
    SELECT p.posted_at AS at, p.origin = 'elsewhere' AND p.noted_at IS NULL AS strange FROM platform_posts p
    WHERE p.account_id = s.id AND p.state <> 'removed' AND p.posted_at <= $3
    ORDER BY p.posted_at DESC LIMIT 1) seen ON true
CROSS JOIN LATERAL (
    SELECT array_agg(x.due_at) FILTER (
            WHERE x.state IN ('waiting', 'preparing') AND x.due_at > $3) AS approved,
        array_agg(coalesce(x.due_at, $3 + interval '1 minute')) FILTER (
            WHERE x.state = 'planned' AND (x.due_at IS NULL OR x.due_at > $3)) AS in_review,
        count(*) FILTER (WHERE x.state = 'held') AS held,
        count(*) FILTER (WHERE x.state = 'handoff') AS by_hand,
        count(*) FILTER (WHERE x.state = 'unknown') AS unknown
    FROM (
        (SELECT d.state, d.due_at FROM deliveries d
        WHERE d.account_id = s.id AND NOT d.settled AND d.due_at > $3
        ORDER BY d.due_at LIMIT ` + strconv.Itoa(mostAhead) + `)
        UNION ALL
        (SELECT d.state, d.due_at FROM deliveries d
        WHERE d.account_id = s.id AND NOT d.settled AND d.due_at <= $3 AND d.due_at > $3 - ` + farBack + `
        LIMIT ` + strconv.Itoa(mostAhead) + `)
        UNION ALL
        (SELECT d.state, d.due_at FROM deliveries d
        WHERE d.account_id = s.id AND NOT d.settled AND d.due_at IS NULL
        LIMIT ` + strconv.Itoa(mostAhead) + `)) x) ahead
LEFT JOIN written w ON w.account_id = s.id
LEFT JOIN credentials c ON c.account_id = s.id
ORDER BY s.position, s.id`

// selectAccounts reads what the rules ask for in one statement.
func selectAccounts(
	ctx context.Context,
	db *pg.DB,
	actor access.Actor,
	ask Ask,
	at time.Time,
	most int,
) ([]Account, error) {
	given := []any{ask.UnitPath, ask.AccountID, at, most, ask.accounts}
	scope, args := access.Scope(actor, access.ReachView, "u.path")
	posts, more := access.Scope(actor, access.PostView, "u.path")
	sql := strings.Replace(accountsSQL, "{scope}", numbered(scope, len(given)), 1)
	sql = strings.Replace(sql, "{posts}", numbered(posts, len(given)+len(args)), 1)

	rows, err := db.Pool().Query(ctx, sql, append(append(given, args...), more...)...)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[accountRow])
	if err != nil {
		return nil, err
	}

	accounts := make([]Account, len(found))
	for i, row := range found {
		accounts[i] = row.account()
	}

	return accounts, nil
}

// openKeys are the keys of the to-dos about inspections that are open.
func openKeys(ctx context.Context, tx pg.Tx) ([]string, error) {
	rows, err := tx.Pgx.Query(ctx, "SELECT key FROM "+todo.OpenSQL(TodoSubject)+" t")
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// numbered writes the placeholders of a condition as $n, behind the first ones.
func numbered(cond string, first int) string {
	parts := strings.Split(cond, "?")

	var out strings.Builder

	for i, part := range parts {
		if i > 0 {
			out.WriteString("$" + strconv.Itoa(first+i))
		}
		out.WriteString(part)
	}

	return out.String()
}
