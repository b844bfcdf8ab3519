package weibo

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

// line is one writing connection with what is read from it. One request at a time is on it.
type line struct {
	to    route
	guard *guardConn
	conn  net.Conn         // the guard, or TLS over it
	in    io.LimitedReader // bounds what one answer may bring, head and all
	r     *bufio.Reader
	kept  bool      // it comes from the pool, so the other side may have closed it
	since time.Time // idle since
}

// Bounds of an answer beside its body.
const (
	headLimit   = 64 << 10
	interimMost = 8 // 1xx answers before the real one
)

func newLine(to route, g *guardConn, conn net.Conn) *line {
	l := &line{to: to, guard: g, conn: conn}
	l.in.R = conn
	l.r = bufio.NewReader(&l.in)

	return l
}

func (l *line) close() { _ = l.conn.Close() }

// quiet tells whether a request may go out on a kept line: open, and without a byte nobody asked for.
func (l *line) quiet() bool { return l.r.Buffered() == 0 && l.guard.alive() }

// settleFor is how long a fresh line is listened to.
const settleFor = 200 * time.Millisecond

// settle takes in what a TLS server says of its own accord after the handshake, such as tickets, so
// that they are not taken for a dead connection later. A plain connection has nothing to say. It tells
// whether the line can be used.
func (l *line) settle() bool {
	if l.conn == net.Conn(l.guard) {
		return true
	}
	l.in.N = headLimit
	_ = l.conn.SetReadDeadline(time.Now().Add(settleFor))
	_, err := l.r.Peek(1)
	_ = l.conn.SetReadDeadline(time.Time{})

	return errors.Is(err, os.ErrDeadlineExceeded)
}

// received is an answer that was read to its end.
type received struct {
	status int
	header http.Header
	body   []byte
	keep   bool // the line can carry another request
}

// inline is how large a request is written before the answer is read. It fits into the socket's buffer;
// a larger one might be answered before it was read, and would wait for nobody.
const inline = 32 << 10

// converse writes a request and reads its answer. err tells why there is no answer that was read to its end.
func (l *line) converse(a *attempt, wire []byte, limit int64) (received, error) {
	if len(wire) > inline {
		return l.converseLarge(a, wire, limit)
	}
	if _, err := l.conn.Write(wire); err != nil {
		if !a.wrote() || a.reason() != nil {
			return received{}, err
		}
		got, readErr := l.receive(limit) // it may have answered and closed
		got.keep = false
		if readErr != nil {
			readErr = errors.Join(err, readErr)
		}

		return got, readErr
	}

	return l.receive(limit)
}

// afterAnswer is how long the writing of a request may outlast its answer.
const afterAnswer = 50 * time.Millisecond

// converseLarge reads while it writes: a server may answer, or refuse, before it has read everything.
func (l *line) converseLarge(a *attempt, wire []byte, limit int64) (received, error) {
	written := make(chan error, 1)
	go func() {
		_, err := l.conn.Write(wire)
		if err != nil && !a.wrote() {
			_ = l.guard.Conn.Close() // no answer will come
		}
		written <- err
	}()
	got, err := l.receive(limit)
	grace := time.NewTimer(afterAnswer)
	defer grace.Stop()
	if err != nil {
		l.guard.abort()
	}

	select {
	case failed := <-written:
		if err != nil {
			err = errors.Join(failed, err)
		}
		got.keep = got.keep && failed == nil

		return got, err
	case <-grace.C:
	}
	a.seal(errDone) // answered: the rest of the request must not go out
	l.guard.abort()
	<-written //nolint:errcheck // what became of the rest of the request does not matter any more
	got.keep = false

	return got, err
}

// receive reads one answer, past any interim ones.
func (l *line) receive(limit int64) (received, error) {
	l.in.N = limit + headLimit
	for range interimMost {
		resp, err := http.ReadResponse(l.r, nil) //nolint:bodyclose // readBody reads it to its end
		if err != nil {
			return received{}, unended(err)
		}
		if resp.StatusCode/100 == 1 && resp.StatusCode != http.StatusSwitchingProtocols {
			continue
		}
		body, err := readBody(resp, limit)
		if err != nil {
			return received{status: resp.StatusCode, header: resp.Header}, err
		}
		keep := !resp.Close && resp.StatusCode != http.StatusSwitchingProtocols && l.r.Buffered() == 0

		return received{status: resp.StatusCode, header: resp.Header, body: body, keep: keep}, nil
	}

	return received{}, errInterim
}

var errInterim = errors.New("weibo: nothing but interim answers")

// unended makes the end of a connection an unexpected one.
func unended(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}

	return err
}

// smallBody is how large a body of told length may be to be read in one piece.
const smallBody = 64 << 10

// readBody reads the body to its end, which for one without length is the end of the connection.
func readBody(resp *http.Response, limit int64) ([]byte, error) {
	if n := resp.ContentLength; n >= 0 && n <= min(limit, smallBody) {
		body := make([]byte, n)
		_, err := io.ReadFull(resp.Body, body)
		return body, unended(err)
	}

	return readAll(resp.Body, limit)
}
