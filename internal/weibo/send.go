package weibo

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"juzhen/internal/effect"
)

// userAgent names the console on the wire.
const userAgent = "juzhen"

// request is a write as it goes on the wire. It carries the token.
type request struct {
	name  string // interface, for people and logs: "statuses/update/biz"
	to    route
	wire  []byte // head and body
	size  int    // of the body
	token Token
	err   error // it could not be made, and is not written
}

// newRequest writes a request down, head and all, so that at its instant one write is left.
func (c *Client) newRequest(call, base string, token Token, ctype string, body []byte) request {
	r := request{name: call, token: token, size: len(body)}
	r.wire, r.to, r.err = c.render(apiURL(base, call), ctype, body)
	return r
}

// render gives the bytes of a request and the way they go. A proxy on a way without TLS wants to read
// the whole address.
func (c *Client) render(address, ctype string, body []byte) ([]byte, route, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, route{}, err
	}
	to, via, err := routeTo(u, c.opt.Proxy)
	if err != nil {
		return nil, route{}, err
	}
	req, err := http.NewRequest(http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, route{}, err
	}
	write := req.Write
	if via != nil && !to.secure {
		req.Header, write = proxyHeader(via), req.WriteProxy
	}
	req.Header.Set("Content-Type", ctype)
	req.Header.Set("User-Agent", userAgent)
	wire := bytes.NewBuffer(make([]byte, 0, len(body)+512))
	err = write(wire)

	return wire.Bytes(), to, err
}

// reply is what came back for a write, or why nothing did.
type reply struct {
	status  int
	header  http.Header
	body    []byte
	err     error // transport, or the body could not be read to its end
	touched bool  // a byte of the request was, or may have been, written
	first   time.Time
	ended   time.Time
}

// write sends the request exactly once. It repeats by itself only when it is certain that no byte of it
// was written on a connection that turned out to be dead. A cancelled ctx stops it before the first
// byte; afterwards it listens on until the answer or the hard end, because to give up listening would
// make an unknown of what may be known in a moment.
func (c *Client) write(ctx context.Context, mark Mark, r request) reply {
	if mark.wall.IsZero() {
		mark = c.Mark()
	}
	watch := effect.Of(ctx)

	for {
		attempt := c.newAttempt(mark, r.size)
		watch.Begin()
		rep, kept := c.writeOnce(ctx, attempt, r)
		rep.ended = c.opt.Clock()
		if !rep.touched {
			watch.Refused()
		}
		stale := rep.err != nil && !rep.touched && kept && ctx.Err() == nil && attempt.left() > 0
		if !stale {
			return rep
		}
	}
}

// writeOnce makes one attempt. kept tells that it went by a connection that was idle before.
func (c *Client) writeOnce(ctx context.Context, a *attempt, r request) (rep reply, kept bool) {
	switch {
	case r.err != nil:
		return reply{err: r.err}, false
	case a.left() <= 0:
		return reply{err: ErrTooLate}, false
	case ctx.Err() != nil:
		return reply{err: ErrStopped}, false
	}
	if ctx.Done() != nil {
		stop := context.AfterFunc(ctx, func() { a.refuse(ErrStopped) })
		defer stop()
	}
	line, err := c.line(ctx, a, r.to)
	if err != nil {
		return reply{err: err}, false
	}
	if ctx.Err() != nil {
		a.refuse(ErrStopped)
	}
	kept = line.kept

	return c.exchange(a, line, r), kept
}

// line gets a connection within what is left to the attempt.
func (c *Client) line(ctx context.Context, a *attempt, to route) (*line, error) {
	l, err := c.lines.get(ctx, to, a.left())
	switch {
	case err == nil:
		return l, nil
	case ctx.Err() != nil:
		return nil, errors.Join(ErrStopped, err)
	case a.left() <= 0:
		return nil, errors.Join(ErrTooLate, err)
	}

	return nil, err
}

// exchange writes the request and reads the answer. At the hard end whatever it waits for ends, and the
// connection is closed with what the kernel still holds.
func (c *Client) exchange(a *attempt, l *line, r request) reply {
	l.guard.attempt.Store(a)
	_ = l.conn.SetDeadline(time.Now().Add(a.left()))
	got, err := l.converse(a, r.wire, or(c.opt.AnswerLimit, answerLimit))
	if err != nil && a.left() <= 0 {
		a.seal(ErrTooLate)
	}
	touched, first := a.close(err == nil)
	if err == nil && got.keep {
		c.lines.put(l)
	} else {
		l.close()
	}
	if why := a.reason(); err != nil && !errors.Is(why, errDone) {
		err = errors.Join(why, err)
	}

	return reply{
		status: got.status, header: got.header, body: got.body, err: err, touched: touched,
		first: first,
	}
}

var errAnswerSize = errors.New("weibo: the answer is larger than any real one")

func readAll(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = errAnswerSize
	}

	return b, err
}
