package pgtest

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/pg"
)

func TestNewIsMigratedAndAlone(t *testing.T) {
	t.Parallel()

	a, b := New(t), New(t)
	for _, db := range []*pg.DB{a, b} {
		if err := pg.MigrationsCurrent(t.Context(), db); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.Pool().Exec(t.Context(), "CREATE TABLE mine (id int)"); err != nil {
		t.Fatal(err)
	}
	var there bool
	if err := b.Pool().
		QueryRow(t.Context(), "SELECT to_regclass('mine') IS NOT NULL").
		Scan(&there); err != nil ||
		there {
		t.Errorf("a table of one test is seen by another: %v, %v", there, err)
	}
}

func TestDatabaseIsDroppedAtTheEnd(t *testing.T) {
	t.Parallel()
	var address string
	t.Run("inner", func(t *testing.T) { address = URL(t) })
	if conn, err := pgx.Connect(t.Context(), address); err == nil {
		conn.Close(t.Context())
		t.Error("the database is still there")
	}
}

func BenchmarkClone(b *testing.B) {
	if _, err := templateOnce(); err != nil {
		b.Fatal(err)
	}

	for b.Loop() {
		clone(b)
	}
}

// clone makes and drops one database, as a test does.
func clone(b *testing.B) {
	b.Helper()
	server, err := serverOnce()
	if err != nil {
		b.Fatal(err)
	}
	template, err := templateOnce()
	if err != nil {
		b.Fatal(err)
	}
	err = onServer(server, func(ctx context.Context, conn *pgx.Conn) error {
		if _, err := conn.Exec(
			ctx,
			"CREATE DATABASE jzt_bench TEMPLATE "+template+" STRATEGY "+strategy,
		); err != nil {
			return err
		}
		_, err := conn.Exec(ctx, "DROP DATABASE jzt_bench")

		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}
