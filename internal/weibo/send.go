package weibo

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"time"
)

// request is a write as it goes on the wire. Its body carries the token.
type request struct {
	name  string // interface, for people and logs: "statuses/update/biz"
	url   string
	ctype string
	body  []byte
	token Token
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

// write sends the request exactly once. It repeats by itself only when it is certain that no byte of it was written on a
// connection that turned out to be dead. A cancelled ctx stops it before the first byte; afterwards it listens on until
// the answer or the hard end, because to give up listening would make an unknown of what may be known in a moment.
func (c *Client) write(ctx context.Context, m Mark, r request) reply {
	if m.wall.IsZero() {
		m = c.Mark()
	}
	for {
		a := c.newAttempt(m, len(r.body))
		rep := c.writeOnce(ctx, a, r)
		rep.ended = c.opt.Clock()
		stale := rep.err != nil && !rep.touched && a.reused && ctx.Err() == nil && a.left() > 0
		if !stale {
			return rep
		}
	}
}

func (c *Client) writeOnce(ctx context.Context, a *attempt, r request) reply {
	if a.left() <= 0 {
		return reply{err: ErrTooLate}
	}
	if ctx.Err() != nil {
		return reply{err: ErrStopped}
	}
	inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	if ctx.Done() != nil {
		stop := context.AfterFunc(ctx, func() {
			a.refuse(ErrStopped)
			if errors.Is(a.reason(), ErrStopped) {
				cancel()
			}
		})
		defer stop()
	}
	end := time.AfterFunc(a.left(), func() { a.kill(); cancel() })
	defer end.Stop()

	req, err := r.build(httptrace.WithClientTrace(inner, a.trace()))
	if err != nil {
		return reply{err: err}
	}
	return c.exchange(a, req)
}

// build makes the request without GetBody and with a body of known length, which is what keeps net/http from ever
// sending it a second time.
func (r request) build(ctx context.Context) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, io.NopCloser(bytes.NewReader(r.body)))
	if err != nil {
		return nil, err
	}
	req.GetBody = nil
	req.ContentLength = int64(len(r.body))
	req.Header.Set("Content-Type", r.ctype)
	req.Header.Set("User-Agent", "juzhen")
	return req, nil
}

func (c *Client) exchange(a *attempt, req *http.Request) reply {
	resp, err := c.writing.RoundTrip(req)
	if err != nil {
		touched := a.close(false)
		if why := a.reason(); !errors.Is(why, errDone) {
			err = errors.Join(why, err)
		}
		return reply{err: err, touched: touched, first: a.first}
	}
	defer resp.Body.Close()
	body, err := readAll(resp.Body, or(c.opt.AnswerLimit, answerLimit))
	a.close(err == nil)
	return reply{status: resp.StatusCode, header: resp.Header, body: body, err: err, touched: true, first: a.first}
}

var errAnswerSize = errors.New("weibo: the answer is larger than any real one")

func readAll(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = errAnswerSize
	}
	return b, err
}
