package pg_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"

	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

// note is a table of the tests' own.
type note struct {
	ID   int64
	Text string
}

// newNotes gives a database with the table notes.
func newNotes(t *testing.T) *pg.DB {
	t.Helper()
	db := pgtest.Open(t, pgtest.Empty(t))
	mustExec(
		t,
		db,
		"CREATE TABLE notes (id bigserial PRIMARY KEY, text text NOT NULL CONSTRAINT notes_text_key UNIQUE)",
	)

	return db
}

func mustExec(t *testing.T, db *pg.DB, sql string, args ...any) {
	t.Helper()
	if _, err := db.Pool().Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, db *pg.DB) int {
	t.Helper()
	var n int
	if err := db.Pool().QueryRow(context.Background(), "SELECT count(*) FROM notes").Scan(&n); err != nil {
		t.Fatal(err)
	}

	return n
}

// writeBoth writes one row by GORM and one by pgx.
func writeBoth(ctx context.Context, tx pg.Tx, text string) error {
	if err := gorm.G[note](tx.DB).Create(ctx, &note{Text: text + " gorm"}); err != nil {
		return err
	}
	_, err := tx.Pgx.Exec(ctx, "INSERT INTO notes (text) VALUES ($1)", text+" pgx")

	return err
}

func TestCommitKeepsWhatBothFacesWrote(t *testing.T) {
	t.Parallel()
	db := newNotes(t)
	err := db.InTx(t.Context(), func(tx pg.Tx) error {
		if err := writeBoth(t.Context(), tx, "a"); err != nil {
			return err
		}
		seen, err := gorm.G[note](tx.DB).Count(t.Context(), "*")
		if err != nil || seen != 2 {
			return fmt.Errorf("gorm sees %d rows of its own transaction, %w", seen, err)
		}

		return nil
	})
	if err != nil || count(t, db) != 2 {
		t.Errorf("got %v and %d rows, want 2", err, count(t, db))
	}
	if db.Pool().Stat().AcquiredConns() != 0 {
		t.Error("a connection was not given back")
	}
}

func TestErrorRollsBack(t *testing.T) {
	t.Parallel()
	db := newNotes(t)
	stop := errors.New("stop")
	err := db.InTx(t.Context(), func(tx pg.Tx) error {
		return errors.Join(writeBoth(t.Context(), tx, "a"), stop)
	})
	if !errors.Is(err, stop) || count(t, db) != 0 {
		t.Errorf("got %v and %d rows, want none", err, count(t, db))
	}
}

func TestPanicRollsBackAndGoesOn(t *testing.T) {
	t.Parallel()
	db := newNotes(t)
	func() {
		defer func() {
			if recover() != "boom" {
				t.Error("the panic was swallowed")
			}
		}()
		_ = db.InTx(t.Context(), func(tx pg.Tx) error {
			if err := writeBoth(t.Context(), tx, "a"); err != nil {
				t.Error(err)
			}
			panic("boom")
		})
	}()
	if count(t, db) != 0 || db.Pool().Stat().AcquiredConns() != 0 {
		t.Error("the panic left rows or a connection behind")
	}
}

func TestDuplicateKeyIsNamed(t *testing.T) {
	t.Parallel()
	db := newNotes(t)
	mustExec(t, db, "INSERT INTO notes (text) VALUES ('a')")
	taken := fault.Conflict("已有")
	err := db.InTx(t.Context(), func(tx pg.Tx) error {
		return gorm.G[note](tx.DB).Create(t.Context(), &note{Text: "a"})
	})
	if !errors.Is(err, gorm.ErrDuplicatedKey) || pg.Constraint(err) != "notes_text_key" {
		t.Fatalf("got %v (%s), want the duplicate key with its constraint", err, pg.Constraint(err))
	}
	if got := fault.Public(pg.Fault(err, map[string]error{"notes_text_key": taken})); got != taken {
		t.Errorf("got %v, want the fault for the constraint", got)
	}
	if got := pg.Fault(err, map[string]error{"other": taken}); !errors.Is(got, err) {
		t.Errorf("got %v, want the error as it was", got)
	}
}

func TestSwallowedErrorStillFails(t *testing.T) {
	t.Parallel()
	db := newNotes(t)
	mustExec(t, db, "INSERT INTO notes (text) VALUES ('a')")
	err := db.InTx(t.Context(), func(tx pg.Tx) error {
		if err := gorm.G[note](tx.DB).Create(t.Context(), &note{Text: "a"}); err == nil {
			t.Error("no duplicate key")
		}

		return nil // Postgres has given the transaction up; a silent commit would be a lie
	})
	if !errors.Is(err, pgx.ErrTxCommitRollback) {
		t.Errorf("got %v, want the commit to say that it rolled back", err)
	}
}

func TestNestedIsSavepoint(t *testing.T) {
	t.Parallel()
	db := newNotes(t)
	mustExec(t, db, "INSERT INTO notes (text) VALUES ('a')")
	err := db.InTx(t.Context(), func(tx pg.Tx) error {
		err := tx.DB.Transaction(func(inner *gorm.DB) error {
			return gorm.G[note](inner).Create(t.Context(), &note{Text: "a"})
		})
		if !errors.Is(err, gorm.ErrDuplicatedKey) {
			return fmt.Errorf("inner: got %w, want duplicate key", err)
		}
		sp, err := tx.Pgx.Begin(t.Context())
		if err != nil {
			return err
		}
		if _, err := sp.Exec(t.Context(), "INSERT INTO notes (text) VALUES ('gone')"); err != nil {
			return err
		}
		if err := sp.Rollback(t.Context()); err != nil {
			return err
		}

		return writeBoth(t.Context(), tx, "b")
	})
	if err != nil || count(t, db) != 3 {
		t.Errorf("got %v and %d rows, want 3", err, count(t, db))
	}
}

func TestNobodyInsideEndsTheTransaction(t *testing.T) {
	t.Parallel()
	db := newNotes(t)
	err := db.InTx(t.Context(), func(tx pg.Tx) error {
		for name, err := range map[string]error{
			"gorm commit":   fresh(tx).Commit().Error,
			"gorm rollback": fresh(tx).Rollback().Error,
			"gorm begin":    fresh(tx).Begin().Error,
			"pgx commit":    tx.Pgx.Commit(t.Context()),
			"pgx rollback":  tx.Pgx.Rollback(t.Context()),
		} {
			if err == nil {
				t.Errorf("%s was allowed", name)
			}
		}

		return writeBoth(t.Context(), tx, "a")
	})
	if err != nil || count(t, db) != 2 {
		t.Errorf("got %v and %d rows, want 2", err, count(t, db))
	}
}

// fresh is a session of its own: GORM keeps an error of Commit on the handle it was called on.
func fresh(tx pg.Tx) *gorm.DB { return tx.DB.Session(&gorm.Session{NewDB: true}) }

// TestCancelledIsAllOrNothing cancels at random places; each transaction is whole or not there, says
// why, and the pool stays usable.
func TestCancelledIsAllOrNothing(t *testing.T) {
	t.Parallel()
	db := newNotes(t)
	gone := errors.New("the caller went away")
	kept := 0

	for i := range 80 {
		ctx, cancel := context.WithCancelCause(t.Context())
		timer := time.AfterFunc(rand.N(4*time.Millisecond), func() { cancel(gone) })
		err := db.InTx(ctx, func(tx pg.Tx) error {
			if err := writeBoth(ctx, tx, fmt.Sprint(i)); err != nil {
				return err
			}
			if _, err := gorm.G[note](
				tx.DB,
			).Raw("SELECT n AS id, 'x' AS text FROM generate_series(1, 300) n").
				Find(ctx); err != nil {
				return err
			}

			return writeBoth(ctx, tx, fmt.Sprint(i, " again"))
		})
		timer.Stop()
		cancel(nil)

		switch {
		case err == nil:
			kept++
		case !errors.Is(err, gone):
			t.Errorf("got %v, want the cause joined", err)
		}
	}
	if n := count(t, db); n != 4*kept {
		t.Errorf("%d transactions were committed but %d rows are there", kept, n)
	}
}

func TestKilledBackendLosesOnlyItsTransaction(t *testing.T) {
	t.Parallel()
	db := newNotes(t)
	err := db.InTx(t.Context(), func(tx pg.Tx) error {
		if err := writeBoth(t.Context(), tx, "a"); err != nil {
			return err
		}
		mustExec(t, db, "SELECT pg_terminate_backend($1)", int32(tx.Pgx.Conn().PgConn().PID()))

		return writeBoth(t.Context(), tx, "b")
	})
	if err == nil {
		t.Fatal("a transaction on a dead connection was committed")
	}
	if err := db.InTx(
		t.Context(),
		func(tx pg.Tx) error { return writeBoth(t.Context(), tx, "c") },
	); err != nil {
		t.Fatalf("the pool did not recover: %v", err)
	}
	if n := count(t, db); n != 2 {
		t.Errorf("%d rows, want the 2 of the second transaction", n)
	}
}

func TestManyOnASmallPool(t *testing.T) {
	t.Parallel()
	db := newNotes(t) // 8 connections

	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			for j := range 5 {
				err := db.InTx(
					t.Context(),
					func(tx pg.Tx) error { return writeBoth(t.Context(), tx, fmt.Sprint(i, "/", j)) },
				)
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := count(t, db); n != 32*5*2 {
		t.Errorf("%d rows, want %d", n, 32*5*2)
	}
}

func TestRetryBeginsAgainAfterDeadlock(t *testing.T) {
	t.Parallel()
	db := newNotes(t)
	mustExec(t, db, "INSERT INTO notes (text) VALUES ('a'), ('b')")
	var both, wg sync.WaitGroup
	both.Add(2)
	touch := func(first, second int) {
		met := sync.OnceFunc(func() { both.Done(); both.Wait() })
		err := db.InTxRetry(t.Context(), func(tx pg.Tx) error {
			for i, id := range []int{first, second} {
				if _, err := tx.Pgx.Exec(
					t.Context(),
					"UPDATE notes SET text = text || '!' WHERE id = $1",
					id,
				); err != nil {
					return err
				}
				if i == 0 {
					met() // each holds its first row before either asks for its second
				}
			}

			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	wg.Go(func() { touch(1, 2) })
	wg.Go(func() { touch(2, 1) })
	wg.Wait()
	var text string
	if err := db.Pool().
		QueryRow(t.Context(), "SELECT string_agg(text, '' ORDER BY id) FROM notes").
		Scan(&text); err != nil ||
		text != "a!!b!!" {
		t.Errorf("got %q, %v; want both changes of both", text, err)
	}
	if pg.Retryable(&pgconn.PgError{Code: "23505"}) ||
		!pg.Retryable(fmt.Errorf("step: %w", &pgconn.PgError{Code: "40001"})) {
		t.Error("only 40001 and 40P01 are worth another try")
	}
}

func TestRowsLeftOpenDoNotHang(t *testing.T) {
	t.Parallel()
	db := newNotes(t)
	err := db.InTx(t.Context(), func(tx pg.Tx) error {
		open := tx.DB.Raw("SELECT * FROM generate_series(1, 100000)")
		_, err := open.Rows() //nolint:sqlclosecheck // that is the case

		return err
	})
	if err == nil || !strings.Contains(err.Error(), "rows left open") {
		t.Errorf("got %v, want the leak named", err)
	}
	if err := db.InTx(
		t.Context(),
		func(tx pg.Tx) error { return writeBoth(t.Context(), tx, "a") },
	); err != nil {
		t.Error(err)
	}
}
