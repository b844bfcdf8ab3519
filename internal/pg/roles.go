package pg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
)

// MigrateFor migrates as the owner of the tables and gives the role of the application's address its
// rights on them, those of before and those that this migration made. Where both are one role there is
// nothing to give.
func MigrateFor(ctx context.Context, owner, application string, log *slog.Logger) error {
	if err := Migrate(ctx, owner, log); err != nil {
		return err
	}

	return give(ctx, owner, application, "SELECT juzhen_grant(@role)")
}

// GrantReader gives the role of the public site's address its rights: to read the schema site.
func GrantReader(ctx context.Context, owner, reader string) error {
	return give(ctx, owner, reader, "SELECT juzhen_grant_site(@role)")
}

// give runs a function of the schema that gives rights to the role of an address, unless it is the owner.
func give(ctx context.Context, owner, address, sql string) error {
	role, err := roleOf(address)
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, owner)
	if err != nil {
		return fmt.Errorf("reach database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))

	var same bool
	if err := conn.QueryRow(ctx, `
SELECT current_user = @role`, pgx.NamedArgs{"role": role}).Scan(&same); err != nil || same {
		return err
	}
	if _, err := conn.Exec(ctx, sql, pgx.NamedArgs{"role": role}); err != nil {
		return fmt.Errorf("give rights to the database role %q: %w", role, err)
	}

	return nil
}

// roleOf is who an address connects as.
func roleOf(address string) (string, error) {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return "", fmt.Errorf("database address: %w", err)
	}
	if cfg.User == "" {
		return "", errors.New("database address names no user")
	}

	return cfg.User, nil
}

// OwnsTables tells whether the role of these connections could change the schema and switch triggers
// off: it owns tables, by itself or as a member of another role, or it is a superuser.
func OwnsTables(ctx context.Context, db *DB) (bool, error) {
	var owns bool
	err := db.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_class c
			JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
			AND pg_has_role(current_user, c.relowner, 'MEMBER'))`).Scan(&owns)
	if err != nil {
		return false, fmt.Errorf("find out who owns the tables: %w", err)
	}

	return owns, nil
}

// OnlyReads fails unless the role of these connections may read one schema and do nothing else: change
// nothing there, and neither read nor change what lies in others.
func OnlyReads(ctx context.Context, db *DB, schema string) error {
	var beyond string
	err := db.pool.QueryRow(ctx, `
SELECT coalesce((SELECT n.nspname || '.' || c.relname FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND n.nspname NOT LIKE 'pg_toast%' AND n.nspname NOT LIKE 'pg_temp%'
    AND (has_any_column_privilege(c.oid, 'INSERT, UPDATE')
        OR has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
        OR n.nspname <> @schema
            AND (has_any_column_privilege(c.oid, 'SELECT') OR has_table_privilege(c.oid, 'SELECT')))
    ORDER BY 1 LIMIT 1), '')`, pgx.NamedArgs{"schema": schema}).Scan(&beyond)
	if err != nil {
		return fmt.Errorf("find out what the role of the site may do: %w", err)
	}
	if beyond != "" {
		return fmt.Errorf(
			"the database role of the site may read schema %s alone, but it reaches %s",
			schema,
			beyond,
		)
	}

	return nil
}
