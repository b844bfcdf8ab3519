package bench

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/pg"
	"juzhen/internal/reach"
	"juzhen/migrations"
)

// bureau is how large a matrix of figures is: so many accounts over so many days, a post of each every so
// many days.
type bureau struct {
	name                  string
	accounts, days, every int
	most                  float64 // milliseconds of a page, p99
}

// bureaus are what the pages of a supervisor are measured with.
var bureaus = []bureau{
	{"2k", 2_000, 730, 2, 30},
	{"160k", 160_000, 90, 15, 100},
}

// views are those pages, the longest period with its days beside a week: a page should not grow with them.
var views = []struct{ name, path string }{
	{"week", "/reach?days=7"},
	{"quarter", "/reach?days=90"},
	{"year", "/reach?days=365"},
	{"unit", "/reach?days=90&unit=103"},
	{"sorted", "/reach?days=90&sort=interactions"},
	{"falls", "/reach/falls"},
	{"account", "/reach/accounts/1?days=90"},
	{"board", "/reach/board?days=90"},
	{"home", "/"},
}

const (
	viewTimes     = 30                    // how often each page is asked for; p99 counts
	viewEvery     = 50 * time.Millisecond // 20 a second, or as fast as they are answered
	sumsMigration = "00210_figure_sums.sql"

	viewSlow = 5 * time.Second // of a page: it is told with what it took, and not asked for again and again
)

func viewsWanted() (list []want) {
	for _, size := range bureaus {
		for _, view := range views {
			list = append(list, want{key: view.name + "_" + size.name + "_p99_ms", most: size.most})
		}
		list = append(list, want{
			key: "year_" + size.name + "_ms", baseline: "week_" + size.name + "_ms", most: flatMost,
		})
	}

	return append(list, want{key: "night_160k_s", most: 10})
}

// supervise measures the pages of a supervisor over a small matrix with two years of days and over a national
// one, as a signed-in person gets them, and what it takes to sum up all days at an upgrade and the last two
// of every account in a night.
func supervise(ctx context.Context, f *field) (values, error) {
	got := values{}

	for _, size := range bureaus {
		g, err := f.figured(ctx, size, got)
		if err == nil {
			err = g.view(ctx, size.name, got)
		}
		if err == nil {
			err = g.night(ctx, size.name, got)
		}
		if g != nil {
			g.close()
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", size.name, err)
		}
	}

	return got, nil
}

// figured is a console on a database of its own with figures, which were there before there were sums.
func (f *field) figured(ctx context.Context, size bureau, got values) (g *field, err error) {
	g = &field{stage: f.stage, dir: f.dir, self: f.self, api: f.api, n: 1, log: f.log}
	if g.url, g.db, err = f.open(ctx); err != nil {
		return nil, err
	}
	began := time.Now()
	if err := seedFigures(ctx, g.db, size); err != nil {
		return g, err
	}
	fmt.Fprintf(f.log, "  %s: %d × %d 天写入 days written: %s\n", size.name, size.accounts, size.days,
		time.Since(began).Round(time.Second))

	began = time.Now()
	if err := sumAsUpgraded(ctx, g.db); err != nil {
		return g, err
	}
	got["upgrade_"+size.name+"_s"] = time.Since(began).Seconds()
	fmt.Fprintf(f.log, "  %s: 升级时汇总 summed by the upgrade: %.1f s\n", size.name, time.Since(began).Seconds())
	if _, err = g.db.Pool().Exec(ctx, "VACUUM ANALYZE"); err != nil {
		return g, err
	}
	if g.console, err = g.start(g.url); err != nil {
		return g, err
	}
	if g.token, err = g.signedIn(ctx, "bench-supervisor", access.Supervisor); err != nil {
		return g, err
	}

	return g, until(ctx, "jobs of the start done", 5*time.Minute, func() (quiet bool, err error) {
		err = g.db.Pool().QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM river_job
				WHERE kind IN ('reach_roll_up', 'reach_sums') AND state IN ('available', 'running', 'retryable'))`).
			Scan(&quiet)

		return quiet, err
	})
}

// sumAsUpgraded takes the migration that brought the sums back and does it again.
func sumAsUpgraded(ctx context.Context, db *pg.DB) error {
	text, err := migrations.FS.ReadFile(sumsMigration)
	if err != nil {
		return err
	}
	up, down, _ := strings.Cut(string(text), "-- +goose Down")

	for _, sql := range []string{down, up} {
		if _, err := db.Pool().Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol); err != nil {
			return err
		}
	}

	return nil
}

// night changes today and yesterday of every account and brings the sums up to date with them.
func (f *field) night(ctx context.Context, size string, got values) error {
	f.console.stop(15 * time.Second) // its job would do it first
	f.console = nil
	if _, err := f.db.Pool().
		Exec(ctx, `UPDATE account_days SET followers = followers + 1, likes = likes + posts
			WHERE day > (SELECT max(day) - 2 FROM account_days)`); err != nil {
		return err
	}
	figures := reach.New(f.db, nil, nil, reach.Options{Log: slog.New(slog.DiscardHandler)})
	began := time.Now()
	if err := figures.SumUp(ctx); err != nil {
		return err
	}
	got["night_"+size+"_s"] = time.Since(began).Seconds()
	fmt.Fprintf(f.log, "  %s: 两天汇总 two days summed: %.1f s\n", size, time.Since(began).Seconds())

	return nil
}

// view asks for each page some times and notes the median and the worst but for one in a hundred.
func (f *field) view(ctx context.Context, size string, got values) error {
	for _, view := range views {
		var took series

		for range viewTimes + 3 {
			next := time.Now().Add(viewEvery)
			began := time.Now()
			if err := f.askOne(f.console, view.path); err != nil {
				return err
			}
			took = append(took, time.Since(began))
			if took[len(took)-1] > viewSlow {
				break
			}
			wait(ctx, time.Until(next))
		}
		if len(took) > 3 {
			took = took[3:] // plans and connections are made by the first
		}
		got[view.name+"_"+size+"_ms"] = ms(took.at(0.5))
		got[view.name+"_"+size+"_p99_ms"] = ms(took.at(0.99))
		fmt.Fprintf(f.log, "  %s %s: p50 %.1f ms, p99 %.1f ms\n", size, view.name,
			ms(took.at(0.5)), ms(took.at(0.99)))
	}

	return ctx.Err()
}

// seedFigures writes units, accounts that nobody reads, their days and the posts of them.
func seedFigures(ctx context.Context, db *pg.DB, size bureau) error {
	conn, err := db.Pool().Acquire(ctx) // one connection, whose triggers are silent for a while
	if err != nil {
		return err
	}
	defer conn.Release()

	for _, step := range []struct {
		sql  string
		args []any
	}{
		{sql: `INSERT INTO units (id, parent_id, name, kind, path, created_at) OVERRIDING SYSTEM VALUE
			SELECT 101 + n, CASE WHEN n < 20 THEN 1 ELSE 101 + n % 20 END, '单位' || n, 'bureau',
				CASE WHEN n < 20 THEN '/1/' ELSE '/1/' || 101 + n % 20 || '/' END || 101 + n || '/', now()
			FROM generate_series(0, 399) n`},
		{sql: `INSERT INTO accounts (id, unit_id, platform, handle, display_name, seat, state, connector, late_limit,
				min_gap, auto_resend, position, created_at) OVERRIDING SYSTEM VALUE
			SELECT n, 101 + n % 400, 'weibo', '账号' || n, '账号' || n, 'district', 'live', 'manual', '30
			min', '0',
				false, n, now() - interval '3 years' FROM generate_series(1, $1::int) n`, args: []any{size.accounts}},
		{sql: `SET session_replication_role = replica`},
		{sql: `INSERT INTO account_days (account_id, day, followers, posts, originals, reposts, comments, likes,
				read_posts, best)
			SELECT a, ` + beijing.DaySQL("now()") + ` - d, 1000 + a % 977 * 10 + (90 - d) * (a % 7),
				p.n, p.n, p.n * (a % 11), p.n * (a % 5), p.n * (10 + (a * 7 + d * 13) % 97), 0,
				CASE WHEN p.n > 0 THEN a % 11 + a % 5 + 10 + (a * 7 + d * 13) % 97 END
			FROM generate_series($2::int - 1, 0, -1) d, generate_series(1, $1::int) a,
				LATERAL (SELECT CASE WHEN (a + d) % $3::int = 0 THEN 1 ELSE 0 END AS n) p`,
			args: []any{size.accounts, size.days, size.every}},
		{sql: `INSERT INTO platform_posts (account_id, platform, remote_id, origin, posted_at, text, original,
				pictures, state, state_at, reposts, comments, likes, read_at)
			SELECT account_id, 'weibo', account_id || '/' || day, 'past', day + time '04:00', '空气质量', true, 0,
				'live', now(), reposts, comments, likes, now() FROM account_days WHERE posts > 0`},
		{sql: `SET session_replication_role = origin`},
		{sql: `ANALYZE`},
	} {
		if _, err := conn.Exec(ctx, step.sql, step.args...); err != nil {
			return err
		}
	}

	return nil
}
