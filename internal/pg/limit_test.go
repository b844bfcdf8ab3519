package pg_test

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

// TestStatementLimit: the server itself gives up what takes too long, so that it cannot come into
// effect later.
func TestStatementLimit(t *testing.T) {
	t.Parallel()
	db, err := pg.Open(t.Context(), pgtest.Empty(t), pg.Options{
		MaxConns:       1,
		Log:            slog.New(slog.DiscardHandler),
		StatementLimit: 50 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = db.Pool().Exec(t.Context(), "SELECT pg_sleep(60)")
	var refused *pgconn.PgError
	if !errors.As(err, &refused) || refused.Code != "57014" {
		t.Errorf("want query_canceled from the server, got %v", err)
	}
}
