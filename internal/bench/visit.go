package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// VisitOptions say how a page is asked for again and again.
type VisitOptions struct {
	Address string // host and port
	Path    string
	Conns   int // that are kept open
	For     time.Duration
	Rate    int // requests a second; 0: each connection as fast as it is answered
}

// Visited is what came of it.
type Visited struct {
	Pages int
	Took  time.Duration
	P99   time.Duration // of one page; with a rate it counts from when it should have been asked for
}

// visitors are the addresses that requests say they come from: no limit of one address is met.
const visitors = 40_000

// Visit asks for a page over connections that stay open, as little as can be done for each answer: what is
// measured is the other side. It writes what came of it as one line of JSON.
func Visit(ctx context.Context, o VisitOptions, out io.Writer) error {
	found, err := visit(ctx, o)
	if err != nil {
		return err
	}

	return json.NewEncoder(out).Encode(found)
}

func visit(ctx context.Context, o VisitOptions) (Visited, error) {
	ctx, stop := context.WithTimeout(ctx, o.For)
	defer stop()
	var all sync.WaitGroup
	var turn atomic.Int64
	took, errs := make([]series, o.Conns), make([]error, o.Conns)
	began := time.Now()

	for i := range o.Conns {
		all.Go(func() {
			v := &visitor{VisitOptions: o, began: began, turn: &turn}
			errs[i] = v.run(ctx)
			took[i] = v.took
		})
	}
	all.Wait()
	elapsed := time.Since(began)
	var every series

	for _, one := range took {
		every = append(every, one...)
	}

	return Visited{Pages: len(every), Took: elapsed, P99: every.at(0.99)}, errors.Join(errs...)
}

// visitor is one connection.
type visitor struct {
	VisitOptions

	began time.Time
	turn  *atomic.Int64 // of all connections
	took  series
	conn  net.Conn
	in    *bufio.Reader
}

func (v *visitor) run(ctx context.Context) (err error) {
	if v.conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", v.Address); err != nil {
		return err
	}
	defer v.conn.Close()
	v.in = bufio.NewReaderSize(v.conn, 64<<10)
	head := []byte("GET " + v.Path + " HTTP/1.1\r\nHost: " + v.Address +
		"\r\nAccept-Encoding: gzip\r\nX-Forwarded-For: ")
	var asked []byte

	for ctx.Err() == nil {
		turn := v.turn.Add(1)
		from := time.Now()
		if v.Rate > 0 {
			from = v.began.Add(time.Duration(turn) * time.Second / time.Duration(v.Rate))
			wait(ctx, time.Until(from))
		}
		if ctx.Err() != nil {
			return nil
		}
		n := turn % visitors
		asked = append(asked[:0], head...)
		asked = fmt.Appendf(asked, "10.%d.%d.%d\r\n\r\n", n>>16, n>>8&0xff, n&0xff)
		if err := v.ask(asked); err != nil {
			return err
		}
		v.took = append(v.took, time.Since(from))
	}

	return nil
}

var (
	lengthIs  = []byte("Content-Length: ")
	statusIs  = []byte("HTTP/1.1 200 ")
	emptyLine = []byte("\r\n")
)

// ask writes one request and reads its answer away.
func (v *visitor) ask(request []byte) error {
	if _, err := v.conn.Write(request); err != nil {
		return err
	}
	status, err := v.in.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(status, statusIs) {
		return fmt.Errorf("answered %q", status)
	}

	for length := -1; ; {
		line, err := v.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if bytes.Equal(line, emptyLine) {
			_, err = v.in.Discard(length)
			return err
		}
		if said, ok := bytes.CutPrefix(line, lengthIs); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(said))); err != nil {
				return err
			}
		}
	}
}
