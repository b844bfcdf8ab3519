package pg_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/effect"
	"juzhen/internal/pg"
)

// TestEffectsAreSeenAtTheConnection: whatever way a change takes, who watches the context learns
// whether it lasts.
func TestEffectsAreSeenAtTheConnection(t *testing.T) {
	t.Parallel()
	const insert = "INSERT INTO notes (text) VALUES ('a')"

	for name, tc := range map[string]struct {
		do   func(ctx context.Context, db *pg.DB) error
		want bool
	}{
		"reading": {
			func(ctx context.Context, db *pg.DB) error { return db.Gorm(ctx).Exec("SELECT 1").Error },
			false,
		},
		"a query with a part that writes": {func(ctx context.Context, db *pg.DB) error {
			_, err := db.Pool().Exec(ctx, "WITH n AS ("+insert+" RETURNING id) SELECT id FROM n")
			return err
		}, true},
		"a statement": {
			func(ctx context.Context, db *pg.DB) error { return db.Gorm(ctx).Exec(insert).Error },
			true,
		},
		"a row asked for": {func(ctx context.Context, db *pg.DB) error {
			var id int64
			return db.Pool().QueryRow(ctx, insert+" RETURNING id").Scan(&id)
		}, true},
		"a batch": {func(ctx context.Context, db *pg.DB) error {
			var b pgx.Batch
			b.Queue("SELECT 1")
			b.Queue(insert)

			return db.Pool().SendBatch(ctx, &b).Close()
		}, true},
		"a copy": {func(ctx context.Context, db *pg.DB) error {
			_, err := db.Pool().CopyFrom(ctx, pgx.Identifier{"notes"}, []string{"text"}, pgx.CopyFromRows([][]any{{"a"}}))
			return err
		}, true},
		"a commit": {func(ctx context.Context, db *pg.DB) error {
			return db.InTx(ctx, func(tx pg.Tx) error { return writeBoth(ctx, tx, "a") })
		}, true},
		"a rollback": {func(ctx context.Context, db *pg.DB) error {
			_ = db.InTx(ctx, func(tx pg.Tx) error { return errors.Join(writeBoth(ctx, tx, "a"), errors.New("no")) })
			return nil
		}, false},
		"a savepoint, rolled back with all": {func(ctx context.Context, db *pg.DB) error {
			_ = db.InTx(ctx, func(tx pg.Tx) error {
				inner, err := tx.Pgx.Begin(ctx)
				if err == nil {
					err = inner.Commit(ctx)
				}

				return errors.Join(err, errors.New("no"))
			})

			return nil
		}, false},
		"a copy rolled back": {func(ctx context.Context, db *pg.DB) error {
			_ = db.InTx(ctx, func(tx pg.Tx) error {
				_, err := tx.Pgx.CopyFrom(ctx, pgx.Identifier{"notes"}, []string{"text"}, pgx.CopyFromRows([][]any{{"a"}}))
				return errors.Join(err, errors.New("no"))
			})

			return nil
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newNotes(t)
			ctx, watch := effect.Watched(t.Context())
			if err := tc.do(ctx, db); err != nil {
				t.Fatal(err)
			}
			if watch.Any() != tc.want {
				t.Errorf("lasting %v, want %v", watch.Any(), tc.want)
			}
			if left := count(t, db) > 0; left != tc.want {
				t.Errorf("rows left %v: the case is wrong", left)
			}
		})
	}
}
