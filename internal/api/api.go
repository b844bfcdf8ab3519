// Package api is the JSON interface under /api/v1: what the pages can do, for programs. It binds
// requests, calls the same use cases with the same actor, and describes itself as OpenAPI. It does not
// decide who may do what, keeps no state of its own and knows no table.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"

	"juzhen/internal/account"
	"juzhen/internal/audit"
	"juzhen/internal/chain"
	"juzhen/internal/check"
	"juzhen/internal/column"
	"juzhen/internal/delivery"
	"juzhen/internal/identity"
	"juzhen/internal/lexicon"
	"juzhen/internal/link"
	"juzhen/internal/media"
	"juzhen/internal/org"
	"juzhen/internal/plan"
	"juzhen/internal/post"
	"juzhen/internal/reach"
	"juzhen/internal/replay"
	"juzhen/internal/review"
	"juzhen/internal/source"
	"juzhen/internal/template"
	"juzhen/internal/todo"
	"juzhen/internal/web"
)

// Prefix is where everything of this package but the probes lives.
const Prefix = "/api/v1"

// Deps are the use cases the interface calls and what else it needs. All services must be given.
type Deps struct {
	Identity   *identity.Service
	Units      *org.Service
	Accounts   *account.Service
	Media      *media.Service
	Lexicons   *lexicon.Service
	Columns    *column.Service
	Posts      *post.Service
	Templates  *template.Service
	Sources    *source.Service
	Reviews    *review.Service
	Chains     *chain.Service
	Checks     *check.Service
	Links      *link.Service
	Deliveries *delivery.Service
	Reach      *reach.Service
	Plan       *plan.Service
	Todos      *todo.Service
	Audit      *audit.Service
	Replays    *replay.Service

	Health func(ctx context.Context) (Sending, error) // of sending; nil: unknown
	Ready  func(ctx context.Context) error            // database and migrations; nil: always ready

	PublicURL string // address people use; default http://localhost:8080
	// networks that may read the figures beside this machine itself; none: whoever reaches their listener
	MetricsFrom []netip.Prefix
	BodyTime    time.Duration // for a whole body to arrive; default 20 s
	// for which a request waits until its file of past posts is worked through; default 60 s
	ImportTime time.Duration
	Version    string           // of the program
	Now        func() time.Time // default time.Now
	Log        *slog.Logger     // default slog.Default()
}

// api is the interface while it is built and served.
type api struct {
	Deps
	kit      *web.Kit
	huma     huma.API
	registry *prometheus.Registry
	document func() *document
}

// Register mounts the interface, its documentation, the probes and the measuring of requests on the
// kit, and gives the figures as a handler for a listener of their own. Call it before pages are
// registered: only routes registered later are measured.
func Register(kit *web.Kit, deps Deps) (metrics http.Handler) {
	if deps.Now == nil {
		deps.Now = time.Now
	}
	if deps.BodyTime == 0 {
		deps.BodyTime = 20 * time.Second
	}
	if deps.ImportTime == 0 {
		deps.ImportTime = time.Minute
	}
	if deps.PublicURL == "" {
		deps.PublicURL = "http://localhost:8080"
	}
	if deps.Log == nil {
		deps.Log = slog.Default()
	}
	a := &api{Deps: deps, kit: kit}
	a.measure()
	a.probes()
	a.huma = a.build()
	a.sessions()
	a.people()
	a.userChanges()
	a.units()
	a.air()
	a.checks()
	a.levels()
	a.domains()
	a.accounts()
	a.media()
	a.lexicons()
	a.columns()
	a.sources()
	a.posts()
	a.templates()
	a.advances()
	a.reviews()
	a.notes()
	a.chains()
	a.standIns()
	a.deliveries()
	a.pauses()
	a.reach()
	a.plan()
	a.feeds()
	a.indexes()
	a.todos()
	a.audits()
	a.sending()
	a.describe()

	return a.metrics()
}
