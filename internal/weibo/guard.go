package weibo

import (
	"net"
	"sync/atomic"
	"syscall"
	"time"

	"juzhen/internal/stoppoint"
)

// guardChunk is the most that is handed to the kernel between two looks at the clocks.
const guardChunk = 16 << 10

// guardConn is a writing connection. Before each piece it asks the attempt it carries whether it may
// still write; an attempt that is over is closed with linger 0, so that the kernel throws away what it
// has not sent.
//
// It hides ReadFrom of the TCP connection on purpose: everything goes through Write.
type guardConn struct {
	net.Conn
	raw     syscall.RawConn         // nil where the connection has none
	attempt atomic.Pointer[attempt] // stays after the call, so that a late write meets a sealed attempt
}

func newGuard(conn net.Conn, userTimeout time.Duration) *guardConn {
	g := &guardConn{Conn: conn}
	if sc, ok := conn.(syscall.Conn); ok {
		g.raw, _ = sc.SyscallConn()
	}
	g.setUserTimeout(userTimeout)

	return g
}

// Write hands b to the kernel piece by piece. Without an attempt it is the handshake or the greeting of
// a proxy, which carries nothing of a request.
func (g *guardConn) Write(b []byte) (int, error) {
	attempt := g.attempt.Load()
	if attempt == nil {
		return g.Conn.Write(b)
	}
	total := 0

	for len(b) > 0 {
		n, err := g.writePiece(attempt, b[:min(len(b), guardChunk)])
		total += n
		if err != nil {
			return total, err
		}
		b = b[n:]
	}

	return total, nil
}

func (g *guardConn) writePiece(a *attempt, b []byte) (int, error) {
	if err := a.permit(); err != nil {
		g.abort()
		return 0, err
	}
	stoppoint.At(stoppoint.BeforeWrite, 0)
	n, err := g.Conn.Write(b)
	a.wroteBytes(n)

	return n, err
}

// Close ends the connection; a call that has not ended well takes its unsent bytes with it.
func (g *guardConn) Close() error {
	if attempt := g.attempt.Load(); attempt != nil && !attempt.endedWell() {
		g.linger0()
	}

	return g.Conn.Close()
}

func (g *guardConn) abort() {
	g.linger0()
	_ = g.Conn.Close()
}

func (g *guardConn) linger0() {
	if l, ok := g.Conn.(interface{ SetLinger(int) error }); ok {
		_ = l.SetLinger(0)
	}
}
