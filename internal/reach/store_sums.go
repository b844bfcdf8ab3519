package reach

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/beijing"
)

// sums are the columns of account_months, by what a day counts in each.
var sums = []struct{ name, kind, ofDay string }{
	{"posts", "int", "coalesce(d.posts, 0)"},
	{"originals", "int", "coalesce(d.originals, 0)"},
	{"reposts", "bigint", "coalesce(d.reposts, 0)"},
	{"comments", "bigint", "coalesce(d.comments, 0)"},
	{"likes", "bigint", "coalesce(d.likes, 0)"},
	{"reads", "bigint", "coalesce(d.reads, 0)"},
	{"read_posts", "int", "coalesce(d.read_posts, 0)"},
	{"followed", "int", "(d.followers IS NOT NULL)::int"},
}

// each writes a text once for every column of sums, with %[1]s its name, %[2]s its kind and %[3]s the day's.
func each(text string) string {
	parts := make([]string, len(sums))
	for i, sum := range sums {
		parts[i] = fmt.Sprintf(text, sum.name, sum.kind, sum.ofDay)
	}

	return strings.Join(parts, ", ")
}

// sumMonthsSQL makes the months of some accounts ($1) anew from a day of each ($2) to the last month with
// days, at least to that of $3, and to the last that was made: a clock that was ahead has left later ones.
var sumMonthsSQL = `
WITH asked AS (
    SELECT account_id, date_trunc('month', day::timestamp)::date AS first
    FROM unnest($1::bigint[], $2::date[]) AS x (account_id, day)),
months AS (
    SELECT a.account_id, m::date AS month FROM asked a
    CROSS JOIN LATERAL (SELECT greatest(
        (SELECT max(day) FROM account_days WHERE account_id = a.account_id),
        (SELECT max(month) FROM account_months WHERE account_id = a.account_id)) AS day) l
    CROSS JOIN LATERAL generate_series(a.first::timestamp,
        greatest(l.day, $3::date)::timestamp, interval '1 month') m),
running AS (
    SELECT m.account_id, m.month, g::date AS day,
        ` + each("(sum(%[3]s) OVER w)::%[2]s AS %[1]s") + `
    FROM months m
    CROSS JOIN LATERAL generate_series(m.month::timestamp,
        m.month::timestamp + interval '1 month - 1 day', interval '1 day') g
    LEFT JOIN account_days d ON d.account_id = m.account_id AND d.day = g::date
    WINDOW w AS (PARTITION BY m.account_id, m.month ORDER BY g)),
made AS (
    SELECT account_id, month,
        ` + each("'{0}'::%[2]s[] || array_agg(%[1]s ORDER BY day) AS %[1]s") + `
    FROM running GROUP BY account_id, month)
INSERT INTO account_months (account_id, month, ` + each("%[1]s_before, %[1]s") + `)
SELECT m.account_id, m.month,
    ` + each(`coalesce(b.%[1]s_before + b.%[1]s[cardinality(b.%[1]s)], 0)
        + coalesce(sum(m.%[1]s[cardinality(m.%[1]s)]) OVER e, 0), m.%[1]s`) + `
FROM made m JOIN asked a ON a.account_id = m.account_id
LEFT JOIN LATERAL (
    SELECT * FROM account_months o WHERE o.account_id = m.account_id AND o.month < a.first
    ORDER BY o.month DESC LIMIT 1) b ON true
WINDOW e AS (PARTITION BY m.account_id ORDER BY m.month ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
ON CONFLICT (account_id, month) DO UPDATE SET
    ` + each("%[1]s_before = excluded.%[1]s_before, %[1]s = excluded.%[1]s")

// sumMonths makes the months of some accounts anew, each from the day given with it.
func sumMonths(ctx context.Context, q querier, from map[int64]time.Time, now time.Time) error {
	if len(from) == 0 {
		return nil
	}

	ids, days := make([]int64, 0, len(from)), make([]string, 0, len(from))
	for id, day := range from {
		ids, days = append(ids, id), append(days, day.Format(time.DateOnly))
	}
	_, err := q.Exec(ctx, sumMonthsSQL, planned(ids, days, beijing.Date(now))...)

	return err
}

// sumUnits makes days of units anew from the accounts that lie at them and the units right below them.
func sumUnits(ctx context.Context, q querier, list []unitDay) error {
	units, days := make([]int64, len(list)), make([]string, len(list))
	for i, one := range list {
		units[i], days[i] = one.unit, one.day
	}
	_, err := q.Exec(ctx, `
INSERT INTO unit_days (unit_id, day, followers, read, posts, originals, reposts, comments, likes, reads,
    read_posts, best)
SELECT x.unit_id, x.day, s.* FROM unnest(@units::bigint[], @days::date[]) AS x (unit_id, day)
CROSS JOIN LATERAL (
    SELECT sum(y.followers)::bigint, coalesce(sum(y.read), 0)::bigint, sum(y.posts)::bigint,
        sum(y.originals)::bigint, sum(y.reposts)::bigint, sum(y.comments)::bigint, sum(y.likes)::bigint,
        sum(y.reads)::bigint, coalesce(sum(y.read_posts), 0)::bigint, max(y.best)
    FROM (
        SELECT d.followers, (d.followers IS NOT NULL)::int AS read, d.posts, d.originals, d.reposts,
        d.comments,
            d.likes, d.reads, d.read_posts, d.best
        FROM accounts a JOIN account_days d ON d.account_id = a.id
        WHERE a.unit_id = x.unit_id AND d.day = x.day
        UNION ALL
        SELECT d.followers, d.read, d.posts, d.originals, d.reposts, d.comments, d.likes, d.reads,
        d.read_posts,
            d.best
        FROM units u JOIN unit_days d ON d.unit_id = u.id
        WHERE u.parent_id = x.unit_id AND d.day = x.day) y) s
ON CONFLICT (unit_id, day) DO UPDATE SET followers = excluded.followers, read = excluded.read,
    posts = excluded.posts, originals = excluded.originals, reposts = excluded.reposts,
    comments = excluded.comments, likes = excluded.likes, reads = excluded.reads,
    read_posts = excluded.read_posts, best = excluded.best`, pgx.NamedArgs{"units": units, "days": days})

	return err
}

// sumsLock is held by whoever brings the sums up to date.
const sumsLock = 0x6a7a_7375_6d73 // "jzsums"

func lockSums(ctx context.Context, q querier) error {
	_, err := q.Exec(
		ctx,
		`SELECT pg_advisory_xact_lock(@sums_lock)`,
		pgx.NamedArgs{"sums_lock": int64(sumsLock)},
	)

	return err
}

// takeStale takes the oldest notes away, at most so many.
func takeStale(ctx context.Context, q querier, limit int) ([]stale, error) {
	return rows[stale](ctx, q, `
WITH taken AS (
    DELETE FROM figures_stale WHERE id IN (SELECT id FROM figures_stale ORDER BY id LIMIT @limit)
    RETURNING account_id, unit_id, from_day, to_day)
SELECT coalesce(t.account_id, 0) AS account_id, coalesce(a.unit_id, t.unit_id) AS unit_id, t.from_day,
t.to_day
FROM taken t LEFT JOIN accounts a ON a.id = t.account_id
WHERE a.id IS NOT NULL OR t.account_id IS NULL`, pgx.NamedArgs{"limit": limit})
}

func selectBranches(ctx context.Context, q querier) ([]branch, error) {
	return rows[branch](ctx, q, `SELECT id, path FROM units`)
}

func selectSummedTo(ctx context.Context, q querier) (at *time.Time, err error) {
	err = q.QueryRow(ctx, `SELECT (SELECT at FROM figures_stale ORDER BY id LIMIT 1)`).Scan(&at)
	return at, err
}

// The edges of periods in account_months: through the last day of the period, of the one before it, and of
// the one before that. In all statements $1 is the first day of the earlier period, $2 of this one, $3 the
// day after it. Nearly always the month of the day is there; only where it is not, such as in the first
// minutes of a month, the account's latest earlier one is searched.
var sumsAtEnd, sumsAtStart, sumsBefore = throughDay("1", "$3"), throughDay("2", "$2"), throughDay("3", "$1")

func throughDay(n, after string) string {
	return strings.NewReplacer("#", n, "@", "("+after+"::date - 1)").Replace(`
LEFT JOIN account_months q# ON q#.account_id = s.id AND q#.month = date_trunc('month', @::timestamp)::date
LEFT JOIN LATERAL (SELECT * FROM account_months WHERE q#.month IS NULL AND account_id = s.id AND month < @
    ORDER BY month DESC LIMIT 1) p# ON true`)
}

// through is the sum of a column from the first day known to the end of a period: 1 this one, 2 the one
// before it, 3 the one before that.
func through(n int, column string) string {
	after := []string{"$3", "$2", "$1"}[n-1]

	return strings.NewReplacer("#", fmt.Sprint(n), "@", "("+after+"::date - 1)", "column", column).Replace(
		`coalesce(q#.column_before + q#.column[@ - q#.month + 2],` +
			` p#.column_before + p#.column[cardinality(p#.column)], 0)`)
}

// inPeriod is the sum of a column over the period, inBefore over the one before it.
func inPeriod(column string) string {
	return "(" + through(1, column) + " - " + through(2, column) + ")"
}
func inBefore(column string) string {
	return "(" + through(2, column) + " - " + through(3, column) + ")"
}

// reactions adds up what people did with posts, of columns made by one of the two above.
func reactions(of func(column string) string) string {
	return "(" + of("reposts") + " + " + of("comments") + " + " + of("likes") + ")"
}

// monthRow is an account's running sums within a month.
type monthRow struct {
	AccountID                int64
	Month                    time.Time
	Reposts, Comments, Likes []int64
}

// selectDailyOf gives the interactions of some accounts on each day of a period.
func selectDailyOf(ctx context.Context, q querier, period Period, ids []int64) (map[int64][]int64, error) {
	r, err := q.Query(ctx, `
SELECT account_id, month, reposts, comments, likes FROM account_months
WHERE account_id = ANY (@ids::bigint[]) AND month >= date_trunc('month', @from::date::timestamp) AND month < @to::date`,
		pgx.NamedArgs{"ids": ids, "from": beijing.Date(period.From), "to": beijing.Date(period.To)})
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(r, pgx.RowToStructByPos[monthRow])

	found := make(map[int64][]int64, len(ids))
	for _, id := range ids {
		found[id] = make([]int64, period.Days())
	}

	for _, row := range list {
		y, m, _ := row.Month.Date()
		first := int(time.Date(y, m, 1, 0, 0, 0, 0, beijing.Zone).Sub(period.From) / day)

		for n := 1; n < len(row.Reposts); n++ {
			if at := first + n - 1; at >= 0 && at < period.Days() {
				found[row.AccountID][at] = row.Reposts[n] - row.Reposts[n-1] +
					row.Comments[n] - row.Comments[n-1] + row.Likes[n] - row.Likes[n-1]
			}
		}
	}

	return found, err
}
