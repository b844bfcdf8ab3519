package app

import (
	"context"
	"net"

	"juzhen/internal/access"
	"juzhen/internal/api"
	"juzhen/internal/config"
	"juzhen/internal/console/admin"
	"juzhen/internal/console/calendar"
	"juzhen/internal/console/chains"
	channelpages "juzhen/internal/console/channels"
	"juzhen/internal/console/columns"
	"juzhen/internal/console/deliveries"
	"juzhen/internal/console/faults"
	"juzhen/internal/console/follow"
	"juzhen/internal/console/home"
	inboxpages "juzhen/internal/console/inbox"
	incidentpages "juzhen/internal/console/incidents"
	"juzhen/internal/console/inspection"
	lexiconpages "juzhen/internal/console/lexicon"
	librarypages "juzhen/internal/console/library"
	"juzhen/internal/console/matrix"
	"juzhen/internal/console/me"
	"juzhen/internal/console/notices"
	"juzhen/internal/console/pauses"
	planpages "juzhen/internal/console/plan"
	"juzhen/internal/console/posts"
	reachpages "juzhen/internal/console/reach"
	"juzhen/internal/console/rebuttals"
	relaypages "juzhen/internal/console/relays"
	"juzhen/internal/console/reports"
	"juzhen/internal/console/reviews"
	rosterpages "juzhen/internal/console/roster"
	"juzhen/internal/console/signin"
	sitepages "juzhen/internal/console/site"
	sourcepages "juzhen/internal/console/sources"
	"juzhen/internal/console/templates"
	"juzhen/internal/console/todo"
	"juzhen/internal/console/views"
	"juzhen/internal/identity"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// buildPages makes the kit of the pages and registers every route of every face.
func (a *App) buildPages() error {
	kit, err := web.New(web.Options{
		Sessions:     sessions{a},
		Installation: a.cfg.Name,
		PublicURL:    a.cfg.PublicURL,
		FormAction:   []string{a.cfg.WeiboURL},
		Log:          a.log,
		Now:          a.opt.Now,
		Proxies:      config.Prefixes(a.cfg.TrustedProxies),
		Hosts:        a.hosts(),
		Counts:       a.counts,
		NameOf:       a.Identity.NameOf,
		Prefer:       a.Identity.Prefer,
		Banners:      deliveries.Banners(a.sendingDeps(), a.opt.Now),
		Views:        views.Bar(a.Views),
	})
	if err != nil {
		return err
	}
	a.kit = kit
	a.register(kit)

	return kit.Check()
}

// hosts are the names the console is called by beside the public one: what it listens on, when that is
// no wildcard, and what the operator adds.
func (a *App) hosts() []string {
	names := append([]string{}, a.cfg.AllowedHosts...)
	if host, _, err := net.SplitHostPort(a.cfg.Listen); err == nil {
		names = append(names, host)
	}

	return names
}

// register hands every face its use cases; the navigation has its entries in this order. It asks
// nothing of them, so that a test can list the routes of an empty App.
func (a *App) register(kit *web.Kit) {
	// A stream lasts as long as its page: it is not measured.
	follow.Register(kit, follow.Deps{
		Hub:        a.Live,
		Posts:      a.Posts,
		Deliveries: a.Deliveries,
		Relays:     a.Relays,
		Inbox:      a.Inbox,
	})
	a.metrics = api.Register(kit, api.Deps{
		Identity:    a.Identity,
		Units:       a.Org,
		Views:       a.Views,
		Accounts:    a.Accounts,
		Media:       a.Media,
		Lexicons:    a.Lexicons,
		Columns:     a.Columns,
		Chains:      a.Chains,
		Posts:       a.Posts,
		Checks:      a.Checks,
		Links:       a.Links,
		Templates:   a.Templates,
		Sources:     a.Sources,
		Reviews:     a.Reviews,
		Deliveries:  a.Deliveries,
		Decisions:   a.Decisions,
		Reach:       a.Reach,
		Plan:        a.Plan,
		Relays:      a.Relays,
		Urgent:      a.Urgent,
		Library:     a.Library,
		Inspect:     a.Inspect,
		Faults:      a.Faults,
		Reports:     a.Reports,
		Inbox:       a.Inbox,
		Push:        a.Push,
		Scores:      a.Scores,
		Peers:       a.Peers,
		Roster:      a.Roster,
		Rumours:     a.Rumours,
		Incidents:   a.Incidents,
		Channels:    a.Channels,
		Site:        a.Site,
		Todos:       a.Todo,
		Notices:     a.Notices,
		Live:        a.Live,
		Audit:       a.Audit,
		Replays:     a.Replays,
		Health:      a.sendingReport,
		Ready:       a.ready,
		PublicURL:   a.cfg.PublicURL,
		MetricsFrom: config.Prefixes(a.cfg.MetricsFrom),
		Version:     a.opt.Version,
		Now:         a.opt.Now,
		Log:         a.log,
	})
	signin.Register(kit, signin.Deps{Identity: a.Identity})
	views.Register(kit, views.Deps{Views: a.Views})
	me.Register(kit, me.Deps{Identity: a.Identity, Plan: a.Plan, Public: a.cfg.Public(a.cfg.Listen)})
	home.Register(kit, home.Deps{
		Posts:      a.Posts,
		Deliveries: a.Deliveries,
		Accounts:   a.Accounts,
		Units:      a.Org,
		Todos:      a.Todo,
		Reach:      a.Reach,
		Inspect:    a.Inspect,
		Faults:     a.Faults,
	})
	posts.Register(kit, posts.Deps{
		Checks:     a.Checks,
		Relays:     a.Relays,
		Links:      a.Links,
		Posts:      a.Posts,
		Media:      a.Media,
		Reviews:    a.Reviews,
		Deliveries: a.Deliveries,
		Accounts:   a.Accounts,
		Units:      a.Org,
		Columns:    a.Columns,
		Plan:       a.Plan,
		PDF:        a.PDF,
		Library:    a.Library,
	})
	librarypages.Register(kit, librarypages.Deps{
		Library:  a.Library,
		Posts:    a.Posts,
		Accounts: a.Accounts,
		Columns:  a.Columns,
		Units:    a.Org,
	})
	templates.Register(kit, templates.Deps{
		Templates: a.Templates, Accounts: a.Accounts, Units: a.Org, Urgent: a.Urgent,
	})
	todo.Register(kit, todo.Deps{Todo: a.Todo, Roster: a.Roster})
	notices.Register(kit, notices.Deps{Notices: a.Notices, Channels: a.Channels})
	calendar.Register(kit, calendar.Deps{
		Posts:      a.Posts,
		Deliveries: a.Deliveries,
		Accounts:   a.Accounts,
		Units:      a.Org,
		Reach:      a.Reach,
		Plan:       a.Plan,
	})
	planpages.Register(kit, planpages.Deps{
		Plan: a.Plan, Units: a.Org, Accounts: a.Accounts, Columns: a.Columns,
		Public: a.cfg.Public(a.cfg.Listen),
	})
	relaypages.Register(kit, relaypages.Deps{
		Relays: a.Relays, Posts: a.Posts, Deliveries: a.Deliveries, Accounts: a.Accounts, Columns: a.Columns,
		Units: a.Org, Reviews: a.Reviews, Roster: a.Roster,
	})
	rosterpages.Register(kit, rosterpages.Deps{Roster: a.Roster, Units: a.Org})
	reviews.Register(kit, reviews.Deps{
		Posts:      a.Posts,
		Reviews:    a.Reviews,
		Checks:     a.Checks,
		Relays:     a.Relays,
		Links:      a.Links,
		Plan:       a.Plan,
		Deliveries: a.Deliveries,
	})
	deliveries.Register(kit, a.sendingDeps())
	pauses.Register(kit, pauses.Deps{
		Deliveries: a.Deliveries, Pauses: a.Pauses, Accounts: a.Accounts, Units: a.Org,
	})
	inboxpages.Register(kit, inboxpages.Deps{
		Inbox: a.Inbox, Accounts: a.Accounts, Units: a.Org, Columns: a.Columns,
	})
	incidentpages.Register(kit, incidentpages.Deps{
		Incidents: a.Incidents, Inbox: a.Inbox, Accounts: a.Accounts, Units: a.Org,
	})
	rebuttals.Register(kit, rebuttals.Deps{
		Rumours: a.Rumours, Checks: a.Checks, Units: a.Org, Inbox: a.Inbox,
	})
	matrix.Register(kit, matrix.Deps{
		Org: a.Org, Accounts: a.Accounts, Reach: a.Reach, Push: a.Push,
	})
	reachpages.Register(kit, reachpages.Deps{
		Reach: a.Reach, Scores: a.Scores, Peers: a.Peers, Units: a.Org, Now: a.opt.Now,
	})
	inspection.Register(kit, inspection.Deps{Inspect: a.Inspect, Accounts: a.Accounts, Units: a.Org})
	faults.Register(kit, faults.Deps{Faults: a.Faults, Accounts: a.Accounts, Units: a.Org})
	reports.Register(kit, reports.Deps{Reports: a.Reports, Accounts: a.Accounts, Units: a.Org})
	lexiconpages.Register(kit, lexiconpages.Deps{
		Lexicons: a.Lexicons,
		Checks:   a.Checks,
		Links:    a.Links,
		Units:    a.Org,
	})
	chains.Register(kit, chains.Deps{
		Chains: a.Chains, Columns: a.Columns, Units: a.Org, Accounts: a.Accounts,
	})
	columns.Register(kit, columns.Deps{Columns: a.Columns, Units: a.Org})
	sourcepages.Register(kit, sourcepages.Deps{Sources: a.Sources, Units: a.Org, People: a.Identity})
	channelpages.Register(kit, channelpages.Deps{Channels: a.Channels, Units: a.Org})
	sitepages.Register(kit, sitepages.Deps{Site: a.Site, Preview: a.preview, Address: a.siteAddress()})
	admin.Register(kit, admin.Deps{
		PublicURL: a.cfg.PublicURL,
		Org:       a.Org,
		Identity:  a.Identity,
		Audit:     a.Audit,
	})
}

func (a *App) sendingDeps() deliveries.Deps {
	return deliveries.Deps{
		Deliveries: a.Deliveries,
		Decisions:  a.Decisions,
		Pauses:     a.Pauses,
		Posts:      a.Posts,
		Reviews:    a.Reviews,
		Media:      a.Media,
		Accounts:   a.Accounts,
		Units:      a.Org,
		Roster:     a.Roster,
		Health:     a.sendingHealth,
	}
}

// sessions lets the page kit ask identity who a token belongs to.
type sessions struct{ a *App }

func (s sessions) Actor(ctx context.Context, token, ip, userAgent string) (access.Actor, web.Session, error) {
	actor, info, err := s.a.Identity.Actor(ctx, token, ip, userAgent)
	return actor, sessionOf(info), err
}

// Look implements web.Looker.
func (s sessions) Look(ctx context.Context, token, ip string) (access.Actor, web.Session, error) {
	actor, info, err := s.a.Identity.Look(ctx, token, ip)
	return actor, sessionOf(info), err
}

func sessionOf(info identity.SessionInfo) web.Session {
	session := web.Session{
		ID: info.ID, UnitName: info.UnitName, Expires: info.Expires, Lang: info.Lang,
		Theme: info.Theme, EndedOf: info.EndedOf,
	}
	if info.MustChange {
		session.Gate = "/me/password"
	}

	return session
}

// counts is what waits for the actor, shown in the navigation and at the to-do list.
func (a *App) counts(ctx context.Context, actor access.Actor) (page.Counts, error) {
	kinds, err := a.Todo.CountKinds(ctx, actor)

	c := page.Counts{ByKind: kinds}
	for _, n := range kinds {
		c.Todo += n
	}
	if err != nil {
		return c, err
	}
	c.Notices, c.Urgent, err = a.Notices.Count(ctx, actor)

	return c, err
}
