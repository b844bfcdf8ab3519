package bench

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// gate is a way to the database that can be shut: consoles keep one address while the server behind it
// stops, starts and moves, and one console can lose the database while another keeps it.
type gate struct {
	listener net.Listener
	target   atomic.Pointer[string]
	shut     atomic.Bool
	mu       sync.Mutex
	conns    map[net.Conn]struct{}
}

func newGate(target string) (*gate, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	g := &gate{listener: l, conns: map[net.Conn]struct{}{}}
	g.target.Store(&target)
	go g.serve()

	return g, nil
}

func (g *gate) address() string { return g.listener.Addr().String() }

func (g *gate) serve() {
	for {
		conn, err := g.listener.Accept()
		if err != nil {
			return
		}
		go g.carry(conn)
	}
}

func (g *gate) carry(conn net.Conn) {
	defer conn.Close()
	if g.shut.Load() {
		return
	}
	to, err := net.Dial("tcp", *g.target.Load())
	if err != nil {
		return
	}
	defer to.Close()
	g.keep(conn, to)
	defer g.drop(conn, to)
	both := make(chan struct{}, 2)
	pump := func(dst, src net.Conn) { _, _ = io.Copy(dst, src); both <- struct{}{} }
	go pump(to, conn)
	go pump(conn, to)
	<-both // one side has gone: the other goes too
}

func (g *gate) keep(list ...net.Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()

	for _, conn := range list {
		g.conns[conn] = struct{}{}
	}
}

func (g *gate) drop(list ...net.Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()

	for _, conn := range list {
		delete(g.conns, conn)
	}
}

// close cuts every connection and lets no new one through.
func (g *gate) close() {
	g.shut.Store(true)
	g.mu.Lock()
	defer g.mu.Unlock()

	for conn := range g.conns {
		_ = conn.Close()
	}
}

func (g *gate) open() { g.shut.Store(false) }
