package weibo

import (
	"syscall"
	"time"
)

// tcpUserTimeout is TCP_USER_TIMEOUT of tcp(7), which package syscall does not name.
const tcpUserTimeout = 0x12

// setUserTimeout lets the kernel give up on bytes nobody acknowledges, so that it cannot deliver them
// much later.
func (g *guardConn) setUserTimeout(d time.Duration) {
	g.control(func(fd int) {
		_ = syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, tcpUserTimeout, int(d.Milliseconds()))
	})
}

// alive looks at an idle connection without waiting: closed by the other side, in error, or holding
// bytes nobody asked for means that no request should go out on it.
func (g *guardConn) alive() bool {
	ok := false
	g.control(func(fd int) {
		var one [1]byte
		_, _, err := syscall.Recvfrom(fd, one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		ok = err == syscall.EAGAIN || err == syscall.EWOULDBLOCK
	})

	return ok
}

func (g *guardConn) control(fn func(fd int)) {
	if g.raw != nil {
		_ = g.raw.Control(func(fd uintptr) { fn(int(fd)) })
	}
}
