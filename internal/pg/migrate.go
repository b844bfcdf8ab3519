package pg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"juzhen/migrations"
)

// migrateLock is the advisory lock under which one starter migrates while the others wait.
const migrateLock = 0x6a757a68656e // "juzhen"

// Migrate brings the schema, ours and the queue's, up to this binary's. Several starters at once are
// fine: one works, the others wait and find nothing to do.
func Migrate(ctx context.Context, url string, log *slog.Logger) error {
	return migrate(ctx, url, migrations.FS, log)
}

func migrate(ctx context.Context, url string, files fs.FS, log *slog.Logger) error {
	if log == nil {
		log = slog.Default()
	}
	pool, err := openPool(ctx, url, Options{MaxConns: 3, Name: "juzhen migrate"})
	if err != nil {
		return err
	}
	defer pool.Close()
	lock, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("lock migrations: %w", err)
	}
	// Closing the session is what frees the lock, whatever happens in between.
	defer func() { _ = lock.Hijack().Close(context.WithoutCancel(ctx)) }()
	if _, err := lock.Exec(ctx, `
SELECT pg_advisory_lock(@migrate_lock)`,
		pgx.NamedArgs{"migrate_lock": int64(migrateLock)}); err != nil {
		return fmt.Errorf("lock migrations: %w", err)
	}
	if err := migrateOurs(ctx, pool, files, log); err != nil {
		return err
	}

	return migrateRiver(ctx, pool, log)
}

func migrateOurs(ctx context.Context, pool *pgxpool.Pool, files fs.FS, log *slog.Logger) error {
	db := stdlib.OpenDBFromPool(pool)
	defer db.Close()
	p, err := newProvider(db, files)
	if err != nil {
		return err
	}
	done, err := p.Up(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}

	for _, r := range done {
		log.Info("migrated", "file", r.Source.Path, "took", r.Duration)
	}

	return nil
}

func newProvider(db *sql.DB, files fs.FS) (*goose.Provider, error) {
	p, err := goose.NewProvider(
		goose.DialectPostgres,
		db,
		files,
		goose.WithSlog(slog.New(slog.DiscardHandler)),
	)
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}

	return p, nil
}

func migrateRiver(ctx context.Context, pool *pgxpool.Pool, log *slog.Logger) error {
	m, err := riverMigrator(pool)
	if err != nil {
		return err
	}
	res, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	if err != nil {
		return fmt.Errorf("migrate queue: %w", err)
	}

	for _, v := range res.Versions {
		log.Info("migrated", "queue", v.Version, "took", v.Duration)
	}

	return nil
}

func riverMigrator(pool *pgxpool.Pool) (*rivermigrate.Migrator[pgx.Tx], error) {
	m, err := rivermigrate.New(
		riverpgxv5.New(pool),
		&rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)},
	)
	if err != nil {
		return nil, fmt.Errorf("migrations of the queue: %w", err)
	}

	return m, nil
}

// MigrationsCurrent is nil when the schema is this binary's; a newer one, left by a newer binary, is not.
func MigrationsCurrent(ctx context.Context, db *DB) error {
	want, err := latest(migrations.FS)
	if err != nil {
		return err
	}
	var have int64
	err = db.pool.QueryRow(ctx, `
		SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&have)
	if pgErr := (*pgconn.PgError)(nil); errors.As(err, &pgErr) && pgErr.Code == "42P01" { // undefined_table
		have, err = 0, nil
	}
	if err != nil {
		return fmt.Errorf("read version of the schema: %w", err)
	}
	if have != want {
		return fmt.Errorf("数据库结构是第 %d 版，本程序需要第 %d 版；请先执行 juzhen migrate", have, want)
	}

	return riverCurrent(ctx, db.pool)
}

func riverCurrent(ctx context.Context, pool *pgxpool.Pool) error {
	m, err := riverMigrator(pool)
	if err != nil {
		return err
	}
	res, err := m.Validate(ctx, nil)
	if err != nil {
		return fmt.Errorf("read version of the queue: %w", err)
	}
	if !res.OK {
		return fmt.Errorf("队列表结构不是本程序的版本（%s）；请先执行 juzhen migrate", strings.Join(res.Messages, "；"))
	}

	return nil
}

// latest is the highest number among the migrations.
func latest(files fs.FS) (int64, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return 0, fmt.Errorf("list migrations: %w", err)
	}
	var max int64

	for _, name := range names {
		v, err := goose.NumericComponent(name)
		if err != nil {
			return 0, fmt.Errorf("name of migration %s: %w", name, err)
		}
		if v > max {
			max = v
		}
	}

	return max, nil
}
