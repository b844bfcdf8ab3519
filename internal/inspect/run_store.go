package inspect

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/i18n"
	"juzhen/internal/pg"
)

// missingRuns are those that were not made yet.
func missingRuns(ctx context.Context, db *pg.DB, due []Run) (missing []Run, err error) {
	for _, run := range due {
		var made bool
		err := db.Pool().QueryRow(ctx,
			"SELECT EXISTS (SELECT FROM inspection_runs WHERE cycle = @cycle AND day = @day::text::date)",
			pgx.NamedArgs{"cycle": string(run.Cycle), "day": beijing.Date(run.Day)}).Scan(&made)
		if err != nil {
			return nil, err
		}
		if !made {
			missing = append(missing, run)
		}
	}

	return missing, nil
}

// insertRun writes a run with its results; nothing where somebody else was faster.
func insertRun(ctx context.Context, tx pg.Tx, run Run, results []Result) error {
	rows, err := tx.Pgx.Query(ctx, `
INSERT INTO inspection_runs (cycle, day, at) VALUES (@cycle, @day::text::date, @at)
ON CONFLICT (cycle, day) DO NOTHING RETURNING id`,
		pgx.NamedArgs{"cycle": string(run.Cycle), "day": beijing.Date(run.Day), "at": run.At})
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil || len(ids) == 0 {
		return err
	}

	_, err = tx.Pgx.CopyFrom(ctx, pgx.Identifier{"inspection_results"}, []string{
		"run_id", "place", "account_id", "handle", "unit_name", "rule", "kind", "bound", "source", "state",
		"leads", "fails_on", "days", "because", "because_en", "remedy", "remedy_en",
	}, pgx.CopyFromSlice(len(results), func(i int) ([]any, error) {
		r := results[i]

		return []any{
			ids[0], r.Place, r.AccountID, r.Handle, r.UnitName, r.Rule, string(r.Kind), r.Bound, r.Source,
			string(r.State), r.leads, dateOrNull(r.FailsOn), r.Days, some(r.Because(i18n.Chinese)),
			some(r.Because(i18n.English)), r.Remedy(i18n.Chinese), r.Remedy(i18n.English),
		}, nil
	}))

	return err
}

// some is a list that is never null.
func some(list []string) []string {
	if list == nil {
		return []string{}
	}

	return list
}

// dateOrNull is a day of Shanghai as a date column takes it.
func dateOrNull(day time.Time) *time.Time {
	if day.IsZero() {
		return nil
	}
	year, month, date := day.In(beijing.Zone).Date()
	at := time.Date(year, month, date, 0, 0, 0, 0, time.UTC)

	return &at
}

// selectRuns reads runs, or the one of an id, each counted for the accounts that the actor sees today.
func selectRuns(
	ctx context.Context, db *pg.DB, actor access.Actor, id int64, ask RunsAsk,
) ([]Run, error) {
	given := []any{id, string(ask.Cycle), ask.Limit, ask.UnitPath, max(ask.Skip, 0)}
	scope, args := access.Scope(actor, access.ReachView, "u.path")
	rows, err := db.Pool().Query(ctx, `
WITH seen AS MATERIALIZED (
    SELECT a.id FROM accounts a JOIN units u ON u.id = a.unit_id
    WHERE starts_with(u.path, $4) AND `+numbered(scope, len(given))+`)
SELECT r.id, r.cycle, r.day, r.at, x.fail, x.soon, x.ok
FROM (SELECT * FROM inspection_runs WHERE $1::bigint IN (0, id) AND $2 IN ('', cycle)
    ORDER BY day DESC, id DESC LIMIT $3 OFFSET $5) r
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE x.state = 'fail') AS fail, count(*) FILTER (WHERE x.state = 'soon') AS soon,
        count(*) FILTER (WHERE x.state = 'ok') AS ok
    FROM inspection_results x JOIN seen s ON s.id = x.account_id WHERE x.run_id = r.id AND x.leads) x
ORDER BY r.day DESC, r.id DESC`, append(given, args...)...)
	if err != nil {
		return nil, err
	}

	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (run Run, err error) {
		var fail, soon, ok int
		err = row.Scan(&run.ID, &run.Cycle, &run.Day, &run.At, &fail, &soon, &ok)
		run.Day = dayOf(run.Day)
		run.By = map[State]int{Fail: fail, Soon: soon, OK: ok}

		return run, err
	})
}

// selectResults reads the results of a run for the accounts that the actor sees today, and how many there
// are.
func selectResults(
	ctx context.Context, db *pg.DB, actor access.Actor, id int64, ask RunAsk,
) (list []Result, found int, err error) {
	given := []any{id, ask.UnitPath, string(ask.State), max(ask.Skip, 0)}
	scope, args := access.Scope(actor, access.ReachView, "u.path")
	limit := ""
	if ask.Limit > 0 {
		limit = " LIMIT " + strconv.Itoa(ask.Limit)
	}
	from := `
FROM inspection_results x JOIN accounts a ON a.id = x.account_id JOIN units u ON u.id = a.unit_id
WHERE x.run_id = $1 AND starts_with(u.path, $2) AND $3 IN ('', x.state) AND ` + numbered(scope, len(given))
	err = db.Pool().QueryRow(ctx, "SELECT count(*) + 0 * $4::int"+from+" GROUP BY ()",
		append(slices.Clone(given), args...)...).Scan(&found)
	if err != nil {
		return nil, 0, err
	}
	rows, err := db.Pool().Query(ctx, `
SELECT x.place, x.account_id, x.handle, x.unit_name, x.rule, x.kind, x.bound, x.source, x.state, x.fails_on,
    x.days, x.because, x.because_en, x.remedy, x.remedy_en`+from+`
ORDER BY x.place OFFSET $4`+limit, append(given, args...)...)
	if err != nil {
		return nil, 0, err
	}
	list, err = pgx.CollectRows(rows, resultOf)

	return list, found, err
}

func resultOf(row pgx.CollectableRow) (r Result, err error) {
	var (
		fails                   *time.Time
		because, english        []string
		remedy, remedyInEnglish string
	)
	err = row.Scan(&r.Place, &r.AccountID, &r.Handle, &r.UnitName, &r.Rule, &r.Kind, &r.Bound, &r.Source,
		&r.State, &fails, &r.Days, &because, &english, &remedy, &remedyInEnglish)
	if fails != nil {
		r.FailsOn = dayOf(*fails)
	}
	r.because = map[string][]string{i18n.Chinese: because, i18n.English: english}
	r.remedy = map[string][]string{i18n.Chinese: {remedy}, i18n.English: {remedyInEnglish}}

	return r, err
}
