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

	"github.com/prometheus/client_golang/prometheus"

	"juzhen/internal/account"
	"juzhen/internal/api/accounts"
	"juzhen/internal/api/chains"
	"juzhen/internal/api/channels"
	"juzhen/internal/api/deliveries"
	faultops "juzhen/internal/api/faultbook"
	inboxops "juzhen/internal/api/inbox"
	incidentops "juzhen/internal/api/incidents"
	"juzhen/internal/api/inspection"
	libraryops "juzhen/internal/api/library"
	noticeops "juzhen/internal/api/notices"
	"juzhen/internal/api/people"
	"juzhen/internal/api/pictures"
	planops "juzhen/internal/api/plan"
	"juzhen/internal/api/posts"
	reachops "juzhen/internal/api/reach"
	rebuttalops "juzhen/internal/api/rebuttals"
	"juzhen/internal/api/relays"
	reportops "juzhen/internal/api/reports"
	"juzhen/internal/api/rest"
	rosterops "juzhen/internal/api/roster"
	siteops "juzhen/internal/api/site"
	"juzhen/internal/api/templates"
	"juzhen/internal/api/trail"
	viewops "juzhen/internal/api/views"
	"juzhen/internal/api/words"
	"juzhen/internal/audit"
	"juzhen/internal/chain"
	"juzhen/internal/channel"
	"juzhen/internal/check"
	"juzhen/internal/column"
	"juzhen/internal/decision"
	"juzhen/internal/delivery"
	"juzhen/internal/faultbook"
	"juzhen/internal/identity"
	"juzhen/internal/inbox"
	"juzhen/internal/incident"
	"juzhen/internal/inspect"
	"juzhen/internal/lexicon"
	"juzhen/internal/library"
	"juzhen/internal/link"
	"juzhen/internal/live"
	"juzhen/internal/media"
	"juzhen/internal/notice"
	"juzhen/internal/org"
	"juzhen/internal/peer"
	"juzhen/internal/plan"
	"juzhen/internal/post"
	"juzhen/internal/push"
	"juzhen/internal/reach"
	"juzhen/internal/relay"
	"juzhen/internal/replay"
	"juzhen/internal/report"
	"juzhen/internal/review"
	"juzhen/internal/roster"
	"juzhen/internal/rumour"
	"juzhen/internal/score"
	"juzhen/internal/site"
	"juzhen/internal/source"
	"juzhen/internal/template"
	"juzhen/internal/todo"
	"juzhen/internal/urgent"
	"juzhen/internal/view"
	"juzhen/internal/web"
)

// Prefix is where everything of this interface but the probes lives.
const Prefix = rest.Prefix

// Deps are the use cases the interface calls and what else it needs. All services must be given.
type Deps struct {
	Identity   *identity.Service
	Units      *org.Service
	Views      *view.Service
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
	Decisions  *decision.Service
	Reach      *reach.Service
	Plan       *plan.Service
	Relays     *relay.Service
	Urgent     *urgent.Service
	Library    *library.Service
	Inspect    *inspect.Service
	Faults     *faultbook.Service
	Reports    *report.Service
	Inbox      *inbox.Service
	Push       *push.Service
	Scores     *score.Service
	Peers      *peer.Service
	Roster     *roster.Service
	Rumours    *rumour.Service
	Incidents  *incident.Service
	Channels   *channel.Service
	Site       *site.Service
	Todos      *todo.Service
	Notices    *notice.Service
	Live       *live.Hub
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

// api is the interface with what measures it.
type api struct {
	*rest.API
	Deps
	kit      *web.Kit
	registry *prometheus.Registry
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
	a.API = rest.New(kit, rest.Settings{
		Units:     deps.Units,
		Replays:   deps.Replays,
		PublicURL: deps.PublicURL,
		BodyTime:  deps.BodyTime,
		Version:   deps.Version,
		Now:       deps.Now,
		Log:       deps.Log,
	})
	a.nouns()
	a.sending()
	a.Describe()

	return a.metrics()
}

// nouns registers the operations of every noun.
func (a *api) nouns() {
	people.Register(a.API, people.Deps{Identity: a.Identity})
	viewops.Register(a.API, viewops.Deps{Views: a.Views})
	accounts.Register(a.API, accounts.Deps{Accounts: a.Accounts, Push: a.Push})
	pictures.Register(a.API, pictures.Deps{Identity: a.Identity, Media: a.Media})
	words.Register(a.API, words.Deps{
		Checks:   a.Checks,
		Lexicons: a.Lexicons,
		Links:    a.Links,
		Plan:     a.Plan,
	})
	chains.Register(a.API, chains.Deps{Accounts: a.Accounts, Chains: a.Chains, Columns: a.Columns})
	deliveries.Register(a.API, deliveries.Deps{Deliveries: a.Deliveries, Decisions: a.Decisions})
	planops.Register(a.API, planops.Deps{Accounts: a.Accounts, Plan: a.Plan, Posts: a.Posts})
	relays.Register(a.API, relays.Deps{Relays: a.Relays})
	faultops.Register(a.API, faultops.Deps{Faults: a.Faults})
	reportops.Register(a.API, reportops.Deps{Reports: a.Reports})
	inboxops.Register(a.API, inboxops.Deps{Inbox: a.Inbox})
	rosterops.Register(a.API, rosterops.Deps{Roster: a.Roster})
	rebuttalops.Register(a.API, rebuttalops.Deps{Rumours: a.Rumours, Checks: a.Checks})
	incidentops.Register(a.API, incidentops.Deps{Incidents: a.Incidents})
	channels.Register(a.API, channels.Deps{Channels: a.Channels})
	siteops.Register(a.API, siteops.Deps{Site: a.Site})
	inspection.Register(a.API, inspection.Deps{Inspect: a.Inspect})
	libraryops.Register(a.API, libraryops.Deps{Library: a.Library})
	noticeops.Register(a.kit, a.API, noticeops.Deps{
		Notices: a.Notices, Channels: a.Channels, Live: a.Live,
	})
	trail.Register(a.API, trail.Deps{Audit: a.Audit, Todos: a.Todos})

	read := posts.Register(a.API, posts.Deps{
		Columns:    a.Columns,
		Deliveries: a.Deliveries,
		Links:      a.Links,
		Media:      a.Media,
		Plan:       a.Plan,
		Posts:      a.Posts,
		Reviews:    a.Reviews,
	})
	templates.Register(a.API, templates.Deps{
		Sources: a.Sources, Templates: a.Templates, Urgent: a.Urgent, Post: read,
	})
	reachops.Register(a.API, reachops.Deps{
		Accounts:   a.Accounts,
		Posts:      a.Posts,
		Reach:      a.Reach,
		Scores:     a.Scores,
		Peers:      a.Peers,
		ImportTime: a.ImportTime,
	})
}
