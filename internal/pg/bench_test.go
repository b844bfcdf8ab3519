package pg_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

// BenchmarkInTx is what the bridge costs over a bare pgx transaction with the same statement.
func BenchmarkInTx(b *testing.B) {
	db := pgtest.Open(b, pgtest.Empty(b))
	const sql = "SELECT 1"
	b.Run("bare pgx", func(b *testing.B) {
		for b.Loop() {
			err := pgx.BeginFunc(b.Context(), db.Pool(), func(tx pgx.Tx) error {
				_, err := tx.Exec(b.Context(), sql)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("through pgx", func(b *testing.B) {
		for b.Loop() {
			err := db.InTx(b.Context(), func(tx pg.Tx) error {
				_, err := tx.Pgx.Exec(b.Context(), sql)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("through gorm", func(b *testing.B) {
		for b.Loop() {
			err := db.InTx(b.Context(), func(tx pg.Tx) error { return tx.DB.Exec(sql).Error })
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
