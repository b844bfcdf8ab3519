// Package sandbox imitates the Weibo open platform over HTTP: accounts, OAuth, the public and the
// commercial interface, an audience that grows with the clock, faults on demand, and a page that shows
// the timelines as a citizen sees them. It does not know the console: it shares no type with the
// connector, so that a misspelt name on either side fails a test. What it imitates and where it differs
// from the real service stands in docs/sandbox.md.
package sandbox

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Options say how a sandbox starts. The zero value is a running clock, no lag, the documented limits,
// the twenty accounts of the demonstration matrix without past posts, and one application (DemoApp).
type Options struct {
	Clock  func() time.Time // the clock below the sandbox's own; default time.Now
	Frozen time.Time        // not zero: the sandbox's clock stands at this instant until it is turned
	Lag    time.Duration    // how long an accepted post stays invisible; default 0
	Review time.Duration    // how long a post answered with 20053 or 20032 stays hidden; default 3 minutes
	// posts written before the start, spread over the matrix; DemoPosts for the demonstration
	PastPosts int
	Born      time.Time // instant up to which past posts reach; default the clock at the start
	Seed      uint64    // of the past posts and the audience; default 1
	Limits    *Limits   // default DocumentedLimits
	Apps      []App     // default DemoApp alone
}

// Server is the imitation. It is an http.Handler; its methods turn the same wheels as the control API
// and are safe for concurrent use.
type Server struct {
	opt  Options
	mux  *http.ServeMux
	stop chan struct{}
	once sync.Once

	clock   *clock
	ids     idSource
	oauth   oauthStore
	faults  faultStore
	journal journal
	limits  limiter
	index   postIndex
	pics    pictureStore
	links   linkStore
	talk    commentStore
	pushes  pushStore

	lag    atomic.Int64 // nanoseconds
	review atomic.Int64
	acts   atomic.Int64 // changes made by hand

	mu       sync.RWMutex // guards the maps and slices below, not what they point to
	born     time.Time
	accounts []*account
	byUID    map[int64]*account
	byHandle map[string]*account
	apps     map[string]App
}

// New builds a sandbox with the demonstration matrix in it.
func New(opt Options) *Server {
	if opt.Seed == 0 {
		opt.Seed = 1
	}
	if opt.Review == 0 {
		opt.Review = 3 * time.Minute
	}
	if opt.Apps == nil {
		opt.Apps = []App{DemoApp()}
	}
	server := &Server{opt: opt, stop: make(chan struct{}), clock: newClock(opt.Clock, opt.Frozen)}
	server.fill()
	server.mux = server.routes()

	return server
}

// fill puts the state of a fresh start in place.
func (s *Server) fill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts, s.byUID, s.byHandle = nil, map[int64]*account{}, map[string]*account{}

	s.apps = map[string]App{}
	for _, app := range s.opt.Apps {
		s.apps[app.Key] = app
	}
	s.born = s.opt.Born
	if s.born.IsZero() {
		s.born = s.clock.now()
	}
	s.lag.Store(int64(s.opt.Lag))
	s.review.Store(int64(s.opt.Review))
	limits := DocumentedLimits()
	if s.opt.Limits != nil {
		limits = *s.opt.Limits
	}
	s.limits.set(limits)

	for _, a := range SeedAccounts() {
		s.addLocked(a)
	}
	s.seedPosts(s.opt.PastPosts)
}

// Reset forgets everything done since the start: posts, tokens, faults, log, counters, jumps, settings
// and the turning of the clock.
func (s *Server) Reset() {
	s.clock.reset()
	s.oauth.reset()
	s.faults.clear()
	s.journal.reset()
	s.limits.reset()
	s.index.reset()
	s.pics.reset()
	s.links.reset()
	s.talk.reset()
	s.pushes.reset()
	s.fill()
}

// Close lets every request go that waits in a delay; what waited to be accepted is not accepted.
func (s *Server) Close() { s.once.Do(func() { close(s.stop) }) }

// ServeHTTP answers the interfaces, the control API and the pages.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/2/", func(w http.ResponseWriter, r *http.Request) { s.serveCall(w, r, false) })
	mux.HandleFunc("/c/2/", func(w http.ResponseWriter, r *http.Request) { s.serveCall(w, r, true) })
	mux.HandleFunc("/oauth2/", func(w http.ResponseWriter, r *http.Request) { s.serveCall(w, r, false) })
	mux.HandleFunc("GET /oauth2/authorize", s.showAuthorize)
	mux.HandleFunc("POST /oauth2/authorize", s.decideAuthorize)
	s.controlRoutes(mux)
	s.pageRoutes(mux)

	return mux
}

// Now is the sandbox's clock.
func (s *Server) Now() time.Time { return s.clock.now() }

// Advance turns the clock forward by d; a frozen clock stays frozen, a running one runs on from there.
func (s *Server) Advance(d time.Duration) { s.clock.advance(d) }

// SetTime sets the clock to t; a running clock runs on from there.
func (s *Server) SetTime(t time.Time) { s.clock.set(t) }

// Freeze stops the clock where it stands; Advance and SetTime still turn it.
func (s *Server) Freeze() { s.clock.freeze() }

// SetLag changes how long a post accepted from now on stays invisible.
func (s *Server) SetLag(d time.Duration) { s.lag.Store(int64(d)) }

// SetReview changes how long a post answered with 20053 or 20032 stays hidden.
func (s *Server) SetReview(d time.Duration) { s.review.Store(int64(d)) }

// SetLimits changes the limits for the calls to come.
func (s *Server) SetLimits(limits Limits) { s.limits.set(limits) }
