package weibo

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"
)

// pool keeps the writing connections. Writes do not go by net/http's Transport: it hands each request
// to two goroutines and back, which at the instant of a burst costs more than the request itself.
type pool struct {
	dialer      net.Dialer
	tls         *tls.Config
	dialTimeout time.Duration
	idleLimit   time.Duration
	userTimeout time.Duration
	width       int // idle lines kept per route

	mu    sync.Mutex
	idle  map[route][]*line // the last one was used last
	broom *time.Timer       // closes what stays idle; nil when nothing is
}

func newPool(options Options) *pool {
	cfg := options.TLS.Clone()
	if cfg == nil {
		cfg = &tls.Config{}
	}
	cfg.NextProtos = []string{"http/1.1"}

	return &pool{
		dialer:      net.Dialer{Timeout: options.DialTimeout, KeepAlive: 15 * time.Second},
		tls:         cfg,
		dialTimeout: options.DialTimeout,
		idleLimit:   options.IdleLimit,
		userTimeout: options.UserTimeout,
		width:       options.Conns,
		idle:        map[route][]*line{},
	}
}

// get gives a line of the route on which the other side, as far as can be seen, still listens: a kept
// one, or a new one.
func (p *pool) get(ctx context.Context, to route, limit time.Duration) (*line, error) {
	for l := p.take(to); l != nil; l = p.take(to) {
		if l.quiet() {
			l.kept = true
			return l, nil
		}
		l.close()
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	return p.dial(ctx, to)
}

// take gives the line that was used last; nil when there is none, or none young enough.
func (p *pool) take(to route) *line {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.idle[to]
	if len(list) == 0 {
		return nil
	}
	l := list[len(list)-1]
	if time.Since(l.since) > p.idleLimit {
		return nil // the others are older still; the broom takes them
	}
	list[len(list)-1] = nil
	p.idle[to] = list[:len(list)-1]

	return l
}

// put keeps a line for the next request.
func (p *pool) put(l *line) {
	l.since = time.Now()
	p.mu.Lock()
	list := p.idle[l.to]
	full := len(list) >= p.width
	if !full {
		p.idle[l.to] = append(list, l)
		if p.broom == nil {
			p.broom = time.AfterFunc(p.idleLimit, p.sweep)
		}
	}
	p.mu.Unlock()
	if full {
		l.close()
	}
}

// sweep closes what was idle for too long, and comes again while anything is kept.
func (p *pool) sweep() {
	p.mu.Lock()
	var old []*line
	next := time.Duration(-1)

	for to, list := range p.idle {
		n := 0
		for n < len(list) && time.Since(list[n].since) >= p.idleLimit {
			n++
		}
		old = append(old, list[:n]...)
		if n == len(list) {
			delete(p.idle, to)
			continue
		}
		p.idle[to] = append([]*line(nil), list[n:]...)
		if left := max(0, p.idleLimit-time.Since(list[n].since)); next < 0 || left < next {
			next = left
		}
	}
	p.broom = nil
	if next >= 0 {
		p.broom = time.AfterFunc(next, p.sweep)
	}
	p.mu.Unlock()
	closeAll(old)
}

// closeIdle closes everything that is kept.
func (p *pool) closeIdle() {
	p.mu.Lock()

	var all []*line
	for _, list := range p.idle {
		all = append(all, list...)
	}
	p.idle = map[route][]*line{}
	p.mu.Unlock()
	closeAll(all)
}

func closeAll(list []*line) {
	for _, l := range list {
		l.close()
	}
}

// young counts the kept lines that will still be good for half their time.
func (p *pool) young(to route) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()

	for _, line := range p.idle[to] {
		if time.Since(line.since) < p.idleLimit/2 {
			n++
		}
	}

	return n
}

// warmers is how many connections are opened at once ahead of a burst.
const warmers = 16

// warm opens lines until n young ones are kept, or one cannot be opened.
func (p *pool) warm(ctx context.Context, to route, n int) error {
	n = min(n, p.width) - p.young(to)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	turns := make(chan struct{}, warmers)
	var crew sync.WaitGroup

	for range max(n, 0) {
		turns <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		crew.Go(func() {
			defer func() { <-turns }()
			line, err := p.dial(ctx, to)
			if err != nil {
				cancel(err)
				return
			}
			if line.settle() {
				p.put(line)
			} else {
				line.close()
			}
		})
	}
	crew.Wait()

	return context.Cause(ctx)
}
