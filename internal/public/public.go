// Package public is the site that everybody may open: pages, feeds and data of what the matrix published. It
// knows no person and no right, reads the schema of the site under a role that may do nothing else, and
// writes nothing. What may be seen is decided by package site, which copies it there.
package public

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"juzhen/internal/live"
	"juzhen/internal/pg"
)

// Channel is where the schema tells that something of the site changed (migration 00190).
const Channel = "juzhen_site"

// Options of a site. DB and Asked must be given.
type Options struct {
	DB  *pg.DB // of the site's own role
	URL string // address people type, without a slash at its end

	// Asked turns the words of a search into terms, which stand in the folded text, and the numbers that a
	// text with all of them has; false where too much is asked.
	Asked func(words string) (terms []string, grams []int32, ok bool)

	Hosts   []string       // names it may be called by, beside that of URL
	Proxies []netip.Prefix // whose X-Forwarded-For is believed
	Limits  Limits
	Log     *slog.Logger     // slog.Default() when nil
	Now     func() time.Time // time.Now when nil
}

// Limits bound what one address and all together may ask. Zero values are replaced by the defaults.
type Limits struct {
	Rate      float64 // requests a second of one address; 20
	Burst     int     // of them at once; 120
	Searches  float64 // a second of one address; 0.5
	SearchAll int     // at once, of all; 4
	Conns     int     // of all; 2,000
	ConnsEach int     // of one address; 64
	Addresses int     // that are remembered; 50,000
}

func (l Limits) filled() Limits {
	set(&l.Rate, 20)
	set(&l.Burst, 120)
	set(&l.Searches, 0.5)
	set(&l.SearchAll, 4)
	set(&l.Conns, 2000)
	set(&l.ConnsEach, 64)
	set(&l.Addresses, 50_000)

	return l
}

func set[T comparable](value *T, fallback T) {
	var zero T
	if *value == zero {
		*value = fallback
	}
}

// Site answers requests. It is safe for concurrent use.
type Site struct {
	opt      Options
	hosts    map[string]bool
	always   http.Header // what every answer carries
	pages    pages
	cache    *cache
	gate     *gate
	hub      *live.Hub
	searches chan struct{} // one for each search under way
}

// New builds the site and looks whether its role is let in where it should be and nowhere else.
func New(ctx context.Context, options Options) (*Site, error) {
	if options.Log == nil {
		options.Log = slog.Default()
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	options.Limits = options.Limits.filled()
	address, err := url.Parse(options.URL)
	if err != nil || address.Host == "" {
		return nil, fmt.Errorf("address of the site %q", options.URL)
	}
	if err := pg.OnlyReads(ctx, options.DB, "site"); err != nil {
		return nil, err
	}
	db := options.DB

	site := &Site{
		opt:      options,
		hosts:    map[string]bool{},
		always:   heads(address.Scheme == "https"),
		cache:    newCache(options.Now),
		gate:     newGate(options.Limits, options.Now),
		searches: make(chan struct{}, options.Limits.SearchAll),
		hub: live.New(
			func(ctx context.Context) (live.Listener, error) { return db.Listen(ctx, Channel) },
			live.Options{Log: options.Log, Most: 1, PerOwner: 1},
		),
	}
	for _, host := range append(options.Hosts, address.Hostname()) {
		site.hosts[strings.ToLower(strings.TrimSuffix(host, "."))] = true
	}
	if site.pages, err = parsePages(); err != nil {
		return nil, err
	}

	return site, nil
}

// Follow forgets what it keeps of the pages whenever the schema tells that something changed, until ctx ends.
func (s *Site) Follow(ctx context.Context) error {
	heard, err := s.hub.Subscribe(0, 0, func(live.Mark) bool { return true })
	if err != nil {
		return err
	}
	defer heard.Close()
	go s.hub.Run(ctx)

	for {
		select {
		case <-ctx.Done():
			return nil
		case <-heard.Woken:
			s.cache.clear()
		}
	}
}

// Times after which a reader that is slow is cut off, and the largest head of a request.
const (
	headLimit  = 5 * time.Second
	readLimit  = 10 * time.Second
	writeLimit = 20 * time.Second
	idleLimit  = 30 * time.Second
	maxHead    = 8 << 10
)

// Serve answers requests on l, and follows changes, until ctx ends.
func (s *Site) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: headLimit,
		ReadTimeout:       readLimit,
		WriteTimeout:      writeLimit,
		IdleTimeout:       idleLimit,
		MaxHeaderBytes:    maxHead,
		ErrorLog:          slog.NewLogLogger(s.opt.Log.Handler(), slog.LevelDebug),
	}
	follow, stop := context.WithCancel(ctx)
	defer stop()
	go func() { _ = s.Follow(follow) }()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(s.gate.listen(l)) }()

	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), headLimit)
		defer cancel()
		if err := server.Shutdown(ending); err != nil {
			return server.Close()
		}

		return nil
	}
}
