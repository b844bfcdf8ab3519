package pg

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"
)

const (
	endLimit    = 10 * time.Second // for a commit or rollback, which the caller's cancellation does not cut
	settleLimit = 2 * time.Second  // for rows that are being closed; longer means that somebody forgot to
	tries       = 6                // of InTxRetry
)

// Tx is one transaction on one connection, seen through GORM and through pgx. Only InTx ends it: Commit
// and Rollback of either face are errors. GORM's nested transactions and pgx's Begin are savepoints.
type Tx struct {
	DB     *gorm.DB
	Pgx    pgx.Tx
	Signer Signer // the database's; nil without a key
}

// Signer vouches for what this process writes, with a key that is not in the database; seal.Box is one.
type Signer interface {
	MAC(use string, data []byte) (keyID string, mac []byte, err error)
	// CheckMAC fails when the key is not at hand or anything was changed.
	CheckMAC(use, keyID string, data, mac []byte) error
}

// errNotYours is the answer to an attempt to end a lent transaction.
var errNotYours = errors.New("pg: only InTx ends the transaction")

// InTx runs fn in a transaction: committed when fn returns nil, else (also on panic) rolled back. When
// ctx ended, its cause is joined to the error. A commit that has begun is not cut by ctx, so an error
// of fn or of the begin means "nothing happened"; an error of the commit itself can mean either when
// the connection broke.
func (d *DB) InTx(ctx context.Context, fn func(tx Tx) error) error {
	loan, err := d.lend(ctx)
	if err != nil {
		return withCause(ctx, fmt.Errorf("begin transaction: %w", err))
	}
	defer loan.giveBack()
	if err := fn(Tx{DB: loan.gorm, Pgx: lentTx{loan.tx}, Signer: d.signer}); err != nil {
		return withCause(ctx, err)
	}

	return withCause(ctx, loan.commit(ctx))
}

// InTxRetry is InTx that begins again, up to six times, when Postgres gave the transaction up for another one
// (serialization failure, deadlock). fn must have no effect outside of the transaction.
func (d *DB) InTxRetry(ctx context.Context, fn func(tx Tx) error) error {
	wait := 5 * time.Millisecond

	for try := 1; ; try++ {
		err := d.InTx(ctx, fn)
		if try == tries || !Retryable(err) {
			return err
		}

		select {
		case <-ctx.Done():
			return withCause(ctx, err)
		case <-time.After(wait + rand.N(wait)):
		}
		wait *= 2
	}
}

// Retryable tells whether a transaction failed only because of another one: 40001, 40P01.
func Retryable(err error) bool {
	var pgErr *pgconn.PgError
	return errors.As(err, &pgErr) && (pgErr.Code == "40001" || pgErr.Code == "40P01")
}

// withCause joins why ctx ended: drivers report their broken connection instead.
func withCause(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	if cause := context.Cause(ctx); !errors.Is(err, cause) {
		return errors.Join(err, cause)
	}

	return err
}

// loan is a connection taken from the pool on which pgx has begun a transaction and which GORM is lent.
type loan struct {
	conn *stdlib.Conn
	tx   pgx.Tx
	sql  *sql.DB
	gorm *gorm.DB
	open bool // rows were left open: the connection cannot be used again
}

// lend takes a connection and begins. Pinning a *sql.Conn and keeping its *pgx.Conn out of Raw would
// look simpler, but database/sql then touches the connection from a goroutine of its own: the race
// detector sees it.
func (d *DB) lend(ctx context.Context) (*loan, error) {
	c, err := stdlib.GetPoolConnector(d.pool).Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn := c.(*stdlib.Conn)
	tx, err := conn.Conn().Begin(ctx)
	if err != nil {
		_ = conn.Close() // the pool throws a broken connection away by itself
		return nil, err
	}
	lent := sql.OpenDB(lentConnector{lentConn{conn}})
	lent.SetMaxOpenConns(1)
	db := d.gorm.Session(&gorm.Session{NewDB: true, Context: ctx})
	db.Statement.ConnPool = &lentPool{lent}

	return &loan{conn: conn, tx: tx, sql: lent, gorm: db}, nil
}

func (l *loan) commit(ctx context.Context) error {
	if ctx.Err() != nil {
		return fmt.Errorf("commit: %w", ctx.Err())
	}
	if err := l.settle(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endLimit)
	defer cancel()
	if err := l.tx.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}

	return nil
}

// giveBack rolls back what was not committed and returns the connection to the pool.
func (l *loan) giveBack() {
	ctx, cancel := context.WithTimeout(context.Background(), endLimit)
	defer cancel()
	if l.open || l.settle() != nil {
		_ = l.conn.Conn().PgConn().Conn().Close()
	}
	_ = l.tx.Rollback(ctx) // after a commit it does nothing; a broken connection rolls back by itself
	_ = l.sql.Close()
	_ = l.conn.Close()
}

// settle waits until database/sql has put the connection down: after a cancellation it closes rows in a
// goroutine.
func (l *loan) settle() error {
	ctx, cancel := context.WithTimeout(context.Background(), settleLimit)
	defer cancel()
	c, err := l.sql.Conn(ctx)
	if err != nil {
		l.open = true
		return fmt.Errorf("rows left open in the transaction: %w", err)
	}

	return c.Close()
}

// lentTx is the transaction without the right to end it.
type lentTx struct{ pgx.Tx }

func (lentTx) Commit(context.Context) error   { return errNotYours }
func (lentTx) Rollback(context.Context) error { return errNotYours }

// lentConnector gives the one connection each time it is asked.
type lentConnector struct{ conn lentConn }

func (c lentConnector) Connect(context.Context) (driver.Conn, error) { return c.conn, nil }
func (c lentConnector) Driver() driver.Driver                        { return stdlib.GetDefaultDriver() }

// lentConn is the connection with an open transaction, which database/sql may neither reset (it would
// refuse an open transaction) nor close.
type lentConn struct{ *stdlib.Conn }

func (lentConn) ResetSession(context.Context) error { return nil }
func (lentConn) Close() error                       { return nil }

// lentPool is what GORM sees. It must be a pointer and have Commit and Rollback for GORM to take it for
// a transaction and nest with savepoints; BeginTx is hidden so that nobody begins a second one.
type lentPool struct{ db *sql.DB }

func (p *lentPool) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return p.db.PrepareContext(ctx, query)
}

func (p *lentPool) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return p.db.ExecContext(ctx, query, args...)
}

func (p *lentPool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return p.db.QueryContext(ctx, query, args...)
}

func (p *lentPool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return p.db.QueryRowContext(ctx, query, args...)
}

func (p *lentPool) Commit() error   { return errNotYours }
func (p *lentPool) Rollback() error { return errNotYours }
