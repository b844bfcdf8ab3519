package plan

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/delivery"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// accountRow is an account with what the rule of two weeks asks for.
type accountRow struct {
	ID       int64
	Handle   string
	UnitID   int64
	UnitName string
	UnitPath string
	LastSent *time.Time
	LastSeen *time.Time
	Planned  []time.Time
}

// mostAhead is how many planned posts of an account are looked at for the rule of two weeks.
const mostAhead = 60

func (a accountRow) row(now time.Time, days int) Row {
	last := a.LastSent
	if last == nil || a.LastSeen != nil && a.LastSeen.After(*last) {
		last = a.LastSeen
	}

	return Row{
		AccountID: a.ID, Handle: a.Handle, UnitID: a.UnitID, UnitName: a.UnitName, UnitPath: a.UnitPath,
		Last: last, Outlook: LookAhead(MostSilent, last, a.Planned, now), Cells: make([]Cell, days),
	}
}

// accountsOf reads a page of accounts, and one more when there is one. What is asked of each lies at one end
// of an index: it costs the same however much an account has published.
func accountsOf(
	ctx context.Context,
	db *pg.DB,
	actor access.Actor,
	ask Ask,
	now time.Time,
) ([]accountRow, error) {
	scope, args := access.Scope(actor, access.PostView, "u.path")
	given := []any{ask.UnitPath + "%", ask.Query, ask.Limit + 1, ask.Page * ask.Limit, now, mostAhead}
	rows, err := db.Pool().Query(ctx, `
WITH paged AS (
    SELECT a.id, a.handle, a.position, u.id AS unit_id, u.name AS unit_name, u.path AS unit_path
    FROM accounts a JOIN units u ON u.id = a.unit_id
    WHERE a.state IN ('live', 'suspended') AND `+numbered(scope, len(given))+` AND u.path LIKE $1
        AND ($2 = '' OR strpos(lower(a.handle), lower($2)) > 0)
    ORDER BY a.position, a.id LIMIT $3 OFFSET $4)
SELECT s.id, s.handle, s.unit_id, s.unit_name, s.unit_path, sent.at AS last_sent, seen.at AS last_seen,
    ARRAY(SELECT d.due_at FROM deliveries d WHERE d.account_id = s.id AND NOT d.settled AND d.due_at > $5
        ORDER BY d.due_at LIMIT $6) AS planned
FROM paged s
LEFT JOIN LATERAL (SELECT coalesce(d.sent_at, d.due_at) AS at FROM deliveries d
    WHERE d.account_id = s.id AND d.due_at <= $5 AND d.state = 'sent'
    ORDER BY d.due_at DESC LIMIT 1) sent ON true
LEFT JOIN LATERAL (SELECT p.posted_at AS at FROM platform_posts p
    WHERE p.account_id = s.id AND p.state <> 'removed' ORDER BY p.posted_at DESC LIMIT 1) seen ON true
ORDER BY s.position, s.id`, append(given, args...)...)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByName[accountRow])
}

// entryRow is a post of an account on a day of the span: a delivery, or a draft that is to become one.
// With it stand the counts of its day.
type entryRow struct {
	AccountID int64
	Day       int // of the span, from 0
	Kind      string
	PostID    int64
	Phase     post.Phase
	UnitPath  string
	Working   string         // title, by which its writers know the post
	State     delivery.State // of a delivery
	DueAt     time.Time
	Text      string
	AllOpen   bool // nothing of the post has left the plan on any account
	Alike     int

	Planned  int
	Sent     int
	Drafts   int
	Troubled int
	Close    int
}

// kindDraft is an entry that is no delivery yet.
const kindDraft = "draft"

// mostDrafts bounds the drafts that one page reads, mostOfAccount the deliveries of one account.
const (
	mostDrafts    = 5000
	mostOfAccount = 1000
)

// entriesSQL reads the first posts of each day of the accounts $1 between $2 and $3, with the counts of the
// day: one range of the index deliveries_by_account for each account, and the drafts that are due then.
// $4 is how many of a day, $5 minutes, $6 the number of accounts that is many, $7 bounds the drafts, $8 the
// deliveries of an account. What is named is looked up row by row: joined as a table, all posts that there
// are would be read for a few hundred.
var entriesSQL = `
WITH planned AS (
    SELECT d.account_id, 'delivery' AS kind, d.post_id, d.version_id, d.state, d.due_at
    FROM unnest($1::bigint[]) given (id) CROSS JOIN LATERAL (
        SELECT x.account_id, x.post_id, x.version_id, x.state, x.due_at FROM deliveries x
        WHERE x.account_id = given.id AND x.due_at >= $2 AND x.due_at < $3
            AND x.state NOT IN ('cancelled', 'expired')
        ORDER BY x.due_at, x.id LIMIT $8) d
    UNION ALL
    (SELECT t.account_id, 'draft', p.id, p.version_id, '', p.due_at
    FROM posts p JOIN units u ON u.id = p.unit_id JOIN version_targets t ON t.version_id = p.version_id
    WHERE p.phase IN ('draft', 'returned') AND t.account_id = ANY ($1)
        AND p.due_at >= $2 AND p.due_at < $3 AND {scope}
        AND NOT EXISTS (SELECT FROM deliveries x WHERE x.post_id = p.id AND x.account_id = t.account_id
            AND x.state NOT IN ('cancelled', 'expired'))
    ORDER BY p.due_at, p.id LIMIT $7)),
near AS (
    SELECT n.*, (` + beijing.DaySQL("n.due_at") + ` - ` + beijing.DaySQL("$2::timestamptz") + `) AS day,
        coalesce(n.due_at - lag(n.due_at) OVER (PARTITION BY n.account_id ORDER BY n.due_at, n.post_id)
            < make_interval(mins => $5), false) AS tight FROM planned n),
counted AS (
    SELECT n.*, n.state IN ('', 'planned', 'waiting') AS ahead,
        row_number() OVER (w ORDER BY n.due_at, n.post_id) AS place,
        count(*) FILTER (WHERE n.kind = 'draft') OVER w AS drafts,
        count(*) FILTER (WHERE n.state = 'sent') OVER w AS sent,
        count(*) FILTER (WHERE n.state IN ('unknown', 'failed', 'missed')) OVER w AS troubled,
        count(*) FILTER (WHERE n.kind <> 'draft'
            AND n.state NOT IN ('sent', 'unknown', 'failed', 'missed')) OVER w AS planned,
        count(*) FILTER (WHERE n.tight) OVER w AS close
    FROM near n WINDOW w AS (PARTITION BY n.account_id, n.day)),
named AS (SELECT * FROM counted WHERE place <= $4),
ahead AS (
    SELECT o.post_id, NOT EXISTS (SELECT FROM deliveries x WHERE x.post_id = o.post_id
        AND x.state NOT IN ('planned', 'waiting', 'cancelled')) AS all_open,
        (SELECT count(*) FROM version_targets t
            WHERE t.version_id = o.version_id AND t.variant IS NULL) AS alike
    FROM (SELECT DISTINCT post_id, version_id FROM named WHERE ahead) o)
SELECT n.account_id, n.day, n.kind, n.post_id, p.phase, u.path AS unit_path, p.working_title AS working,
    n.state, n.due_at,
    left(coalesce(t.variant, v.text), 200) AS text, coalesce(o.all_open, false) AS all_open,
    CASE WHEN o.alike >= $6 AND t.variant IS NULL THEN o.alike ELSE 0 END AS alike,
    n.planned, n.sent, n.drafts, n.troubled, n.close
FROM named n
CROSS JOIN LATERAL (SELECT x.phase, x.unit_id, x.working_title FROM posts x WHERE x.id = n.post_id LIMIT 1) p
CROSS JOIN LATERAL (SELECT x.text FROM post_versions x WHERE x.id = n.version_id LIMIT 1) v
LEFT JOIN LATERAL (SELECT x.variant FROM version_targets x
    WHERE x.version_id = n.version_id AND x.account_id = n.account_id LIMIT 1) t ON true
JOIN units u ON u.id = p.unit_id
LEFT JOIN ahead o ON o.post_id = n.post_id
ORDER BY n.account_id, n.due_at, n.post_id`

func entriesOf(
	ctx context.Context,
	db *pg.DB,
	actor access.Actor,
	accounts []accountRow,
	ask Ask,
) ([]entryRow, error) {
	if len(accounts) == 0 {
		return nil, nil
	}
	given := []any{
		idsOf(accounts),
		ask.From,
		ask.To,
		cmp.Or(ask.named, perCell),
		ask.Apart,
		manyAlike,
		mostDrafts,
		mostOfAccount,
	}
	scope, args := access.Scope(actor, access.PostView, "u.path")
	sql := strings.Replace(entriesSQL, "{scope}", numbered(scope, len(given)), 1)
	rows, err := db.Pool().Query(ctx, sql, append(given, args...)...)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByName[entryRow])
}

// elsewhereRow counts what an account published on a day that was not sent from here.
type elsewhereRow struct {
	AccountID int64
	Day       int
	Posts     int
}

// elsewhereOf reads past posts, of accounts whose reach the actor sees.
func elsewhereOf(
	ctx context.Context,
	db *pg.DB,
	actor access.Actor,
	accounts []accountRow,
	ask Ask,
) ([]elsewhereRow, error) {
	var ids []int64

	for _, account := range accounts {
		if actor.CanAt(access.ReachView, account.UnitPath) {
			ids = append(ids, account.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := db.Pool().Query(ctx, `
SELECT p.account_id, (`+beijing.DaySQL("p.posted_at")+` - `+beijing.DaySQL("@from::timestamptz")+`) AS day,
    count(*) AS posts
FROM platform_posts p
WHERE p.account_id = ANY (@ids) AND p.posted_at >= @from AND p.posted_at < @to AND p.delivery_id IS NULL
    AND p.state <> 'removed' GROUP BY 1, 2`, pgx.NamedArgs{"ids": ids, "from": ask.From, "to": ask.To})
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, pgx.RowToStructByName[elsewhereRow])
}

func idsOf(accounts []accountRow) []int64 {
	ids := make([]int64, len(accounts))
	for i, account := range accounts {
		ids[i] = account.ID
	}

	return ids
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
