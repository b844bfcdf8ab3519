package public

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// gate counts what each address asks. An IPv6 address counts by its /64.
type gate struct {
	limits Limits
	now    func() time.Time

	mu     sync.Mutex
	asked  map[netip.Prefix]*bucket
	conns  map[netip.Prefix]int
	opened int
}

// bucket fills with time; each request takes one out.
type bucket struct {
	left, searches float64
	at             time.Time
}

func newGate(limits Limits, now func() time.Time) *gate {
	return &gate{
		limits: limits, now: now, asked: map[netip.Prefix]*bucket{}, conns: map[netip.Prefix]int{},
	}
}

// searchBurst is how many searches one address may make at once.
const searchBurst = 6

// ask tells whether an address may ask once more.
func (g *gate) ask(of netip.Addr, search bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()

	b, known := g.asked[network(of)]
	if !known {
		if len(g.asked) >= g.limits.Addresses {
			g.forget(now)
		}
		b = &bucket{float64(g.limits.Burst), searchBurst, now}
		g.asked[network(of)] = b
	}
	passed := now.Sub(b.at).Seconds()
	b.left = min(b.left+passed*g.limits.Rate, float64(g.limits.Burst))
	b.searches = min(b.searches+passed*g.limits.Searches, searchBurst)
	b.at = now
	if b.left < 1 || search && b.searches < 1 {
		return false
	}
	b.left--
	if search {
		b.searches--
	}

	return true
}

// forget drops the addresses whose buckets are full again; where none is, all of them: memory is bounded
// before fairness is kept.
func (g *gate) forget(now time.Time) {
	full := time.Duration(float64(g.limits.Burst)/g.limits.Rate*float64(time.Second)) +
		time.Duration(searchBurst/g.limits.Searches*float64(time.Second))

	for of, b := range g.asked {
		if now.Sub(b.at) > full {
			delete(g.asked, of)
		}
	}
	if len(g.asked) >= g.limits.Addresses {
		clear(g.asked)
	}
}

func network(of netip.Addr) netip.Prefix {
	of = of.Unmap().WithZone("")
	if of.Is6() {
		prefix, _ := of.Prefix(64)
		return prefix
	}

	return netip.PrefixFrom(of, of.BitLen())
}

// address is who asks: the last part that a declared proxy wrote, else who connects.
func (s *Site) address(r *http.Request) netip.Addr {
	port, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.IPv4Unspecified()
	}
	from := port.Addr().Unmap()
	if !s.proxy(from) {
		return from
	}

	// What the nearest proxy appended stands last, also where the head has several lines.
	said := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(said) - 1; i >= 0; i-- {
		addr, err := netip.ParseAddr(strings.TrimSpace(said[i]))
		if err != nil {
			return from
		}
		if from = addr.Unmap(); !s.proxy(from) {
			return from
		}
	}

	return from
}

func (s *Site) proxy(addr netip.Addr) bool {
	for _, proxy := range s.opt.Proxies {
		if proxy.Contains(addr) {
			return true
		}
	}

	return false
}

// listen bounds how many connections there are, in all and of one address. Behind a declared proxy all come
// from it: the bound of one address is then the proxy's to keep.
func (g *gate) listen(l net.Listener) net.Listener { return &door{l, g} }

type door struct {
	net.Listener
	gate *gate
}

// Accept closes at once what is too much.
func (d *door) Accept() (net.Conn, error) {
	for {
		conn, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if from, ok := d.gate.enter(conn.RemoteAddr()); ok {
			return &guest{Conn: conn, leave: func() { d.gate.leave(from) }}, nil
		}
		_ = conn.Close()
	}
}

func (g *gate) enter(addr net.Addr) (netip.Prefix, bool) {
	port, err := netip.ParseAddrPort(addr.String())
	if err != nil {
		return netip.Prefix{}, false
	}
	from := network(port.Addr())
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.opened >= g.limits.Conns ||
		g.conns[from] >= g.limits.ConnsEach && !port.Addr().Unmap().IsLoopback() {
		return from, false
	}
	g.opened++
	g.conns[from]++

	return from, true
}

func (g *gate) leave(from netip.Prefix) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.opened--
	if g.conns[from]--; g.conns[from] <= 0 {
		delete(g.conns, from)
	}
}

type guest struct {
	net.Conn
	once  sync.Once
	leave func()
}

// Close gives the place free.
func (c *guest) Close() error {
	c.once.Do(c.leave)
	return c.Conn.Close()
}
