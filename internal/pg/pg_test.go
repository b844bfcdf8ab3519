package pg_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

func TestRacingStartersMigrateOnce(t *testing.T) {
	t.Parallel()
	address := pgtest.Empty(t)
	db := pgtest.Open(t, address)
	if pg.MigrationsCurrent(t.Context(), db) == nil {
		t.Error("an empty database counts as migrated")
	}

	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := pg.Migrate(t.Context(), address, slog.New(slog.DiscardHandler)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := pg.MigrationsCurrent(t.Context(), db); err != nil {
		t.Error(err)
	}
	var twice int
	err := db.Pool().QueryRow(t.Context(), `
		SELECT count(*) - count(DISTINCT version_id) FROM goose_db_version`).Scan(&twice)
	if err != nil || twice != 0 {
		t.Errorf("%d migrations ran twice, %v", twice, err)
	}
	mustExec(t, db, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)")
	if pg.MigrationsCurrent(t.Context(), db) == nil {
		t.Error("a schema of a newer binary counts as current")
	}
}

func TestPagesFollowEachOther(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 8, 0, 0, 123456000, time.UTC)
	rows := []pg.Cursor{{At: at, ID: 3}, {At: at, ID: 2}, {At: at.Add(-time.Hour), ID: 9}}
	self := func(cursor pg.Cursor) pg.Cursor { return cursor }

	page := pg.Cut(rows, 2, self)
	if len(page.Rows) != 2 || page.Next == "" {
		t.Fatalf("got %+v, want two rows and a next page", page)
	}
	got, ok, err := pg.ParseCursor(page.Next)
	if diff := cmp.Diff(rows[1], got); diff != "" || !ok || err != nil {
		t.Errorf("cursor changed on its way (%v, %v): %s", ok, err, diff)
	}
	if last := pg.Cut(rows, 3, self); len(last.Rows) != 3 || last.Next != "" {
		t.Errorf("got %+v, want the last page", last)
	}
	if _, ok, err := pg.ParseCursor(""); ok || err != nil {
		t.Error("the first page has no cursor")
	}

	for _, bad := range []string{"x", "!!", page.Next + "AAAA"} {
		if _, _, err := pg.ParseCursor(bad); fault.KindOf(err) != fault.KindInvalid {
			t.Errorf("%q gave %v, want a fault", bad, err)
		}
	}
}

func TestNoRowIsOneAnswer(t *testing.T) {
	t.Parallel()

	absent := fault.NotFound("没有")
	for _, err := range []error{
		gorm.ErrRecordNotFound, pgx.ErrNoRows, sql.ErrNoRows, fmt.Errorf("find: %w", pgx.ErrNoRows),
	} {
		if got := pg.OrNotFound(err, absent); !errors.Is(got, absent) {
			t.Errorf("%v gave %v", err, got)
		}
	}
	if got := pg.OrNotFound(context.Canceled, absent); !errors.Is(got, context.Canceled) {
		t.Errorf("another error became %v", got)
	}
	if pg.OrNotFound(nil, absent) != nil {
		t.Error("no error became one")
	}
}

func TestValuesNeverReachTheLog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	db, err := pg.Open(
		t.Context(),
		pgtest.Empty(t),
		pg.Options{Log: slog.New(slog.NewTextHandler(&out, nil))},
	)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Gorm(t.Context()).Exec("SELECT pg_sleep(0.6), ?::text", "token-2.00abc").Error; err != nil {
		t.Fatal(err)
	}
	if err := db.Gorm(t.Context()).Exec("SELECT 1/0 + length(?)", "token-2.00abc").Error; err == nil {
		t.Fatal("no error")
	}
	if !strings.Contains(out.String(), "pg_sleep") || strings.Contains(out.String(), "token-2.00abc") {
		t.Errorf("want the slow statement without its value, got: %s", out.String())
	}
}

func TestServerThatCouldLoseMarksIsRefused(t *testing.T) {
	t.Parallel()
	address := pgtest.Empty(t)
	db := pgtest.Open(t, address)
	name := db.Pool().Config().ConnConfig.Database
	mustExec(t, db, "ALTER DATABASE "+name+" SET synchronous_commit = off")
	err := pg.CheckServer(t.Context(), address)
	if err == nil || !strings.Contains(err.Error(), "synchronous_commit") ||
		strings.Contains(err.Error(), "连接池") {
		t.Errorf("got %v, want synchronous_commit alone named", err)
	}
}
