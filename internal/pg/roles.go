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
	role, err := roleOf(application)
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, owner)
	if err != nil {
		return fmt.Errorf("reach database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))

	var same bool
	if err := conn.QueryRow(ctx, "SELECT current_user = $1", role).Scan(&same); err != nil || same {
		return err
	}
	if _, err := conn.Exec(ctx, "SELECT juzhen_grant($1)", role); err != nil {
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
