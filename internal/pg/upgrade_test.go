package pg_test

import (
	"compress/gzip"
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

// TestUpgrade brings the databases that earlier versions left up to this one and looks whether what was
// sent, approved and recorded is still there.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	dumps, err := filepath.Glob("testdata/upgrade/*.sql.gz")
	if err != nil || len(dumps) == 0 {
		t.Fatalf("no dumps to upgrade: %v", err)
	}

	for _, dump := range dumps {
		t.Run(filepath.Base(dump), func(t *testing.T) {
			t.Parallel()
			url := pgtest.Empty(t)
			restore(t, url, dump)
			if err := pg.Migrate(t.Context(), url, slog.New(slog.DiscardHandler)); err != nil {
				t.Fatalf("migrate: %v", err)
			}
			db := pgtest.Open(t, url)
			if err := pg.MigrationsCurrent(t.Context(), db); err != nil {
				t.Error(err)
			}
			wantKept(t, db)
		})
	}
}

// restore runs the whole dump as one simple query, as psql would.
func restore(t *testing.T, url, dump string) {
	t.Helper()
	file, err := os.Open(dump)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	sql, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if _, err := conn.PgConn().Exec(t.Context(), string(sql)).ReadAll(); err != nil {
		t.Fatalf("restore: %v", err)
	}
}

// wantKept asks for what every dump holds: the notice of the demonstration, sent once to each of the
// twenty accounts, with its evidence.
func wantKept(t *testing.T, db *pg.DB) {
	t.Helper()

	for what, query := range map[string]string{
		"twenty accounts": `SELECT count(*) = 20 FROM accounts WHERE state = 'live'`,
		"a sent delivery for each of them": `SELECT count(DISTINCT account_id) = 20 FROM deliveries
				WHERE state = 'sent' AND remote_id IS NOT NULL`,
		"the approved hash of each": `SELECT bool_and(payload_hash = approved_hash) FROM deliveries
				WHERE state = 'sent'`,
		"the steps of each": `SELECT count(DISTINCT delivery_id) = 20 FROM delivery_events
				WHERE to_state = 'sent'`,
		"an audit chain": `SELECT count(*) > 0 FROM audit_entries WHERE seq IS NOT NULL`,
		"past posts":     `SELECT count(*) > 100 FROM platform_posts`,
	} {
		var kept bool
		if err := db.Pool().QueryRow(t.Context(), query).Scan(&kept); err != nil || !kept {
			t.Errorf("%s: kept %v, %v", what, kept, err)
		}
	}
}
