package pg_test

import (
	"context"
	"net"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"juzhen/internal/pg"
	"juzhen/internal/pgtest"
)

// startPooler puts a connection pooler in transaction mode before a server: a client holds a server
// connection from the first statement of a transaction to its end, and no longer.
func startPooler(t *testing.T, address string, servers int) string {
	t.Helper()

	free := make(chan *pgconn.HijackedConn, servers)
	for range cap(free) {
		free <- dial(t, address)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return // closed
			}
			go serveClient(conn, free)
		}
	}()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.Host = l.Addr().String()

	return u.String()
}

func dial(t *testing.T, address string) *pgconn.HijackedConn {
	t.Helper()
	c, err := pgconn.Connect(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	server, err := c.Hijack()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Conn.Close() })

	return server
}

func serveClient(conn net.Conn, free chan *pgconn.HijackedConn) {
	defer conn.Close()
	client := pgproto3.NewBackend(conn, conn)
	if _, err := client.ReceiveStartupMessage(); err != nil {
		return
	}
	client.Send(&pgproto3.AuthenticationOk{})
	client.Send(&pgproto3.ParameterStatus{Name: "client_encoding", Value: "UTF8"})
	client.Send(&pgproto3.ParameterStatus{Name: "standard_conforming_strings", Value: "on"})
	client.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	var server *pgconn.HijackedConn

	for client.Flush() == nil {
		msg, err := client.Receive()
		if _, bye := msg.(*pgproto3.Terminate); err != nil || bye {
			return
		}
		if server == nil {
			server = <-free
		}
		server.Frontend.Send(msg)

		switch msg.(type) {
		case *pgproto3.Query, *pgproto3.Sync:
			if relay(client, server) == 'I' {
				free <- server
				server = nil
			}
		}
	}
}

// relay hands the answers on until the server is ready again and gives its state: I idle, T in a transaction.
func relay(client *pgproto3.Backend, server *pgconn.HijackedConn) byte {
	if server.Frontend.Flush() != nil {
		return 0
	}

	for {
		msg, err := server.Frontend.Receive()
		if err != nil {
			return 0
		}
		client.Send(msg)
		_ = client.Flush() // messages live until the next Receive; a lost client is noticed by its next read
		if ready, ok := msg.(*pgproto3.ReadyForQuery); ok {
			return ready.TxStatus
		}
	}
}

func TestTransactionModePoolerIsRefused(t *testing.T) {
	t.Parallel()
	address := pgtest.Empty(t)
	if err := pg.CheckServer(t.Context(), address); err != nil && strings.Contains(err.Error(), "连接池") {
		t.Errorf("a server of its own was taken for a pooler: %v", err)
	}

	for servers := 1; servers <= 3; servers++ {
		err := pg.CheckServer(t.Context(), startPooler(t, address, servers))
		if err == nil || !strings.Contains(err.Error(), "事务级连接池") {
			t.Errorf("%d server connections: got %v, want the pooler named", servers, err)
		}
	}
}
