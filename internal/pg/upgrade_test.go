package pg_test

import (
	"compress/gzip"
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
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

// TestReviewsBecomeRuns: what waited, was returned or overtaken before there were steps goes on as a run of
// one step, with the same number, hash and words.
func TestReviewsBecomeRuns(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	restore(t, url, "testdata/upgrade/0.1.sql.gz")
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	_, err = conn.Exec(t.Context(), `
INSERT INTO posts (id, unit_id, author_id, phase, due_now, urgent, revision, created_at, updated_by,
    updated_at)
    OVERRIDING SYSTEM VALUE
SELECT n, (SELECT min(id) FROM units), (SELECT min(id) FROM users), 'submitted', true, false, 1, now(),
    (SELECT min(id) FROM users), now() FROM generate_series(9001, 9003) AS n`)
	if err == nil {
		_, err = conn.Exec(t.Context(), `
INSERT INTO post_versions (id, post_id, number, state, text, visible, repost_of, editors, created_at)
    OVERRIDING SYSTEM VALUE
SELECT n, n, 1, 'submitted', '旧稿', 0, '', '{1}', now() FROM generate_series(9001, 9003) AS n`)
	}
	if err == nil {
		_, err = conn.Exec(t.Context(), `
INSERT INTO reviews (id, post_id, version_id, level, hash, state, opened_at, decided_by, decided_at, opinion)
    OVERRIDING SYSTEM VALUE VALUES
 (9001, 9001, 9001, 1, '\x01', 'pending', '2026-11-01Z', NULL, NULL, ''),
 (9002, 9002, 9002, 1, '\x02', 'returned', '2026-11-01Z', (SELECT max(id) FROM users), '2026-11-02Z', '请核对'),
 (9003, 9003, 9003, 1, '\x03', 'void', '2026-11-01Z', NULL, NULL, '')`)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := pg.Migrate(t.Context(), url, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	rows, err := conn.Query(t.Context(), `
SELECT format('%s %s %s %s %s %s', r.id, r.state, s.state, encode(r.hash, 'hex'), coalesce(d.decision, '-'),
    coalesce(d.opinion, '-'))
FROM review_runs r JOIN review_steps s ON s.run_id = r.id LEFT JOIN review_decisions d ON d.run_id = r.id
WHERE r.id > 9000 ORDER BY r.id`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	want := []string{
		"9001 pending open 01 - -",
		"9002 returned ended 02 return 请核对",
		"9003 void ended 03 - -",
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}

	var next int64
	if err := conn.QueryRow(t.Context(), `SELECT nextval(pg_get_serial_sequence('review_runs', 'id'))`).
		Scan(&next); err != nil ||
		next <= 9003 {
		t.Errorf("the next run is %d, %v", next, err)
	}

	for _, sql := range []string{"UPDATE review_decisions SET opinion = ''", "DELETE FROM review_decisions"} {
		if _, err := conn.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s: done", sql)
		}
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
		"each review as a run of one step": `SELECT count(*) > 0 AND bool_and((SELECT count(*) FROM review_steps s
				WHERE s.run_id = r.id AND s.relation = 'line') = 1) FROM review_runs r`,
		"who approved, when and what": `SELECT count(*) > 0 AND bool_and(r.state = 'approved' AND s.state = 'passed'
				AND d.by_user IS NOT NULL AND r.hash = v.hash) FROM review_decisions d
				JOIN review_runs r ON r.id = d.run_id JOIN review_steps s ON s.id = d.step_id
				JOIN post_versions v ON v.id = r.version_id WHERE d.decision = 'approve'`,
		"what waits for review still open": `SELECT NOT EXISTS (SELECT FROM posts p WHERE p.phase = 'submitted'
				AND NOT EXISTS (SELECT FROM review_runs r JOIN review_steps s ON s.run_id = r.id
					WHERE r.version_id = p.version_id AND r.state = 'pending' AND s.state = 'open'))`,
		"past posts": `SELECT count(*) > 100 FROM platform_posts`,
	} {
		var kept bool
		if err := db.Pool().QueryRow(t.Context(), query).Scan(&kept); err != nil || !kept {
			t.Errorf("%s: kept %v, %v", what, kept, err)
		}
	}
}
