package pg

import (
	"context"
	"fmt"
	"maps"

	"github.com/jackc/pgx/v5"
)

// Listener is a connection of its own, outside of the pool, that listens on one channel.
type Listener struct{ conn *pgx.Conn }

// Listen opens it. The server and this machine notice within seconds that the other side is gone. It
// needs a connection that is its own for as long as it lives: a pooler between must work by session.
func (d *DB) Listen(ctx context.Context, channel string) (*Listener, error) {
	cfg := d.pool.Config().ConnConfig.Copy()
	maps.Copy(cfg.RuntimeParams, map[string]string{
		"application_name":        "juzhen live",
		"tcp_keepalives_idle":     "5",
		"tcp_keepalives_interval": "2",
		"tcp_keepalives_count":    "3",
		"statement_timeout":       "10000",
	})
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{channel}.Sanitize()); err != nil {
		_ = conn.Close(ctx)
		return nil, fmt.Errorf("listen: %w", err)
	}

	return &Listener{conn}, nil
}

// Wait gives the payload of the next notice. When ctx ends first the connection stays good.
func (l *Listener) Wait(ctx context.Context) (string, error) {
	n, err := l.conn.WaitForNotification(ctx)
	if err != nil {
		return "", err
	}

	return n.Payload, nil
}

// Ping fails when the connection is broken.
func (l *Listener) Ping(ctx context.Context) error { return l.conn.Ping(ctx) }

// Close ends the connection.
func (l *Listener) Close() error { return l.conn.Close(context.Background()) }
