package pg

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"juzhen/internal/effect"
)

// effects tells whoever watches a context which statements outlive it: commits, and writes outside of a
// transaction. It looks at the connection, so that no use case can forget it.
type effects struct{}

type begunKey struct{}

func begin(ctx context.Context, lasts func() bool) context.Context {
	watch := effect.Of(ctx)
	if watch == nil || !lasts() {
		return ctx
	}
	watch.Begin()

	return context.WithValue(ctx, begunKey{}, watch)
}

func end(ctx context.Context, tag pgconn.CommandTag, err error) {
	watch, _ := ctx.Value(begunKey{}).(*effect.Watch)
	if watch != nil && (refused(err) || tag.String() == "ROLLBACK") {
		watch.Refused()
	}
}

// refused tells whether the server said that a statement was not done. A connection it ends (FATAL) may
// have committed before.
func refused(err error) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer) && answer.SeverityUnlocalized == "ERROR"
}

// States of a connection as the protocol names them.
const (
	stateIdle   = 'I'
	stateFailed = 'E'
)

// TraceQueryStart belongs to pgx.QueryTracer.
func (effects) TraceQueryStart(
	ctx context.Context,
	conn *pgx.Conn,
	d pgx.TraceQueryStartData,
) context.Context {
	return begin(ctx, func() bool {
		switch conn.PgConn().TxStatus() {
		case stateIdle:
			return writes(d.SQL)
		case stateFailed:
			return false
		}

		return firstWord(d.SQL) == "COMMIT"
	})
}

// TraceQueryEnd belongs to pgx.QueryTracer.
func (effects) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryEndData) {
	end(ctx, d.CommandTag, d.Err)
}

// TraceBatchStart belongs to pgx.BatchTracer. Outside of a transaction a batch is one.
func (effects) TraceBatchStart(
	ctx context.Context,
	conn *pgx.Conn,
	d pgx.TraceBatchStartData,
) context.Context {
	return begin(ctx, func() bool {
		if conn.PgConn().TxStatus() != stateIdle {
			return false
		}

		for _, q := range d.Batch.QueuedQueries {
			if writes(q.SQL) {
				return true
			}
		}

		return false
	})
}

// TraceBatchQuery belongs to pgx.BatchTracer.
func (effects) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd belongs to pgx.BatchTracer.
func (effects) TraceBatchEnd(ctx context.Context, _ *pgx.Conn, d pgx.TraceBatchEndData) {
	end(ctx, pgconn.CommandTag{}, d.Err)
}

// TraceCopyFromStart belongs to pgx.CopyFromTracer.
func (effects) TraceCopyFromStart(
	ctx context.Context,
	conn *pgx.Conn,
	_ pgx.TraceCopyFromStartData,
) context.Context {
	return begin(ctx, func() bool { return conn.PgConn().TxStatus() == stateIdle })
}

// TraceCopyFromEnd belongs to pgx.CopyFromTracer.
func (effects) TraceCopyFromEnd(ctx context.Context, _ *pgx.Conn, d pgx.TraceCopyFromEndData) {
	end(ctx, d.CommandTag, d.Err)
}

// writes tells whether a statement of its own may leave something behind. What it does not know, may.
func writes(sql string) bool {
	switch firstWord(sql) {
	case "SELECT", "BEGIN", "ROLLBACK", "SHOW", "SET", "VALUES", "LISTEN", "UNLISTEN", "DEALLOCATE", "":
		return false
	case "WITH":
		upper := strings.ToUpper(sql)

		return strings.Contains(upper, "INSERT") || strings.Contains(upper, "UPDATE") ||
			strings.Contains(upper, "DELETE") ||
			strings.Contains(upper, "MERGE")
	}

	return true
}

func firstWord(sql string) string {
	sql = strings.TrimLeft(sql, " \t\r\n(-;")
	end := strings.IndexFunc(sql, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') })
	if end < 0 {
		end = len(sql)
	}

	return strings.ToUpper(sql[:end])
}
