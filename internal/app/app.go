// Package app builds the console once from its configuration, starts it and stops it in the right
// order. It decides nothing about posts, people or rights; it is the only package that knows all the
// others.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"juzhen/internal/config"
	"juzhen/internal/library"
	"juzhen/internal/pg"
	"juzhen/internal/queue"
	"juzhen/internal/reach"
	"juzhen/internal/seal"
	"juzhen/internal/site"
	"juzhen/internal/web"
)

// Options are what does not come from the environment.
type Options struct {
	Version string
	Log     *slog.Logger
	Now     func() time.Time // UTC; the wall clock when nil

	// Forgetful takes a database server that could lose what it has confirmed. Tests say so: theirs is
	// quick and keeps nothing.
	Forgetful bool
}

// App is one built console. New builds, Start begins to work, Serve answers requests, Stop ends everything.
type App struct {
	Services

	cfg     config.Config
	preview sitePreview
	opt     Options
	log     *slog.Logger
	box     *seal.Box
	owner   bool   // the database role of the console could change the schema
	pages   *pg.DB // people's requests
	jobs    *pg.DB // River
	marks   *pg.DB // marks and records of sending: never waits behind a page
	kit     *web.Kit
	queue   *queue.Queue
	server  *http.Server
	pushed  *http.Server // what the platform pushes to
	metrics http.Handler
	loops   loops
	started bool
	closers []func()
}

// New connects to the database, checks server, schema and key, and builds everything. Nothing runs yet.
// listen is the address the console will be reached at; it decides the public address when none is
// configured.
func New(ctx context.Context, cfg config.Config, listen string, options Options) (_ *App, err error) {
	if options.Log == nil {
		options.Log = slog.Default()
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	app := &App{cfg: cfg, opt: options, log: options.Log}
	app.cfg.PublicURL = cfg.Public(listen)
	defer func() {
		if err != nil {
			app.close()
		}
	}()
	if app.box, err = seal.FromText(cfg.SecretKey.Reveal()); err != nil {
		return nil, fmt.Errorf("secret key: %w", err)
	}
	if err := app.connect(ctx); err != nil {
		return nil, err
	}
	if err := app.buildServices(ctx); err != nil {
		return nil, err
	}
	if err := app.buildQueue(); err != nil {
		return nil, err
	}
	if err := app.buildPages(); err != nil {
		return nil, err
	}
	app.server = web.Server(app.kit.Handler(), app.log)
	app.pushed = app.Push.Server()

	return app, nil
}

// markLimit ends a mark that hangs in the server before the engine stops asking what became of it (60 s).
const markLimit = 30 * time.Second

// connect opens the three pools on a checked server with the schema of this binary.
func (a *App) connect(ctx context.Context) error {
	url := a.cfg.DatabaseURL.Reveal()
	if err := pg.CheckServer(ctx, url); err != nil && !a.opt.Forgetful {
		return err
	}

	for _, p := range []struct {
		into  *(*pg.DB)
		name  string
		size  int32
		limit time.Duration
	}{
		{&a.pages, "juzhen pages", a.cfg.PageConnections, 0},
		{&a.jobs, "juzhen jobs", a.cfg.QueueConnections, 0},
		{&a.marks, "juzhen marks", a.cfg.MarkConnections, markLimit},
	} {
		db, err := pg.Open(ctx, url, pg.Options{
			Name:           p.name,
			MaxConns:       p.size,
			Log:            a.log,
			StatementLimit: p.limit,
			PlanEach:       p.into == &a.pages,
			Signer:         a.box,
		})
		if err != nil {
			return err
		}
		*p.into = db
		a.closers = append(a.closers, db.Close)
	}
	if err := pg.MigrationsCurrent(ctx, a.pages); err != nil {
		return err
	}
	var err error
	if a.owner, err = pg.OwnsTables(ctx, a.pages); a.owner {
		a.log.Warn("the console's database role owns the tables; see JUZHEN_MIGRATE_URL in docs/install.md")
	}

	return err
}

// Handler is the console as one handler, for tests and for Serve.
func (a *App) Handler() http.Handler { return a.kit.Handler() }

// Kit is the page kit with every route registered, for the walk over all routes.
func (a *App) Kit() *web.Kit { return a.kit }

// PublicURL is the address people type.
func (a *App) PublicURL() string { return a.cfg.PublicURL }

// Start begins to work: the engine first, because the queue hands it deliveries.
func (a *App) Start(ctx context.Context) error {
	a.started = true
	if err := a.Engine.Start(ctx); err != nil {
		return err
	}
	if err := a.queue.Start(ctx); err != nil {
		return err
	}
	a.loops.start(a.log,
		loop{
			"audit chain", time.Second,
			func(ctx context.Context) error { _, err := a.Audit.Sequence(ctx); return err },
		},
		loop{"posts by hour", 10 * time.Second, a.Posts.FoldHours},
		loop{"posts made findable", reach.MakeFindableEvery, a.Reach.MakeFindable},
		loop{"library", library.FillEvery, a.Library.Fill},
		loop{"public site", site.FillEvery, a.Site.Fill},
		loop{"accounts of the public site", site.KeepEvery, a.Site.Keep},
		loop{"word lists", 20 * time.Second, a.Lexicons.Keep},
		loop{"levels of checks", time.Minute, a.Checks.Expire},
		loop{"sign-in failures", time.Hour, a.Identity.Sweep},
		loop{
			"repeated requests", time.Hour,
			func(ctx context.Context) error { _, err := a.Replays.Sweep(ctx); return err },
		},
		loop{"changes", time.Second, func(ctx context.Context) error { a.Live.Run(ctx); return nil }},
	)

	return nil
}

// Serve answers requests on l until ctx ends or serving fails.
func (a *App) Serve(ctx context.Context, l net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- a.server.Serve(l) }()

	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return nil
	}
}

// Measure answers whoever asks for figures on l until ctx ends. They stay readable while the console stops.
func (a *App) Measure(ctx context.Context, l net.Listener) error {
	server := web.Server(a.metrics, a.log)
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}

	return nil
}

// TakePushes answers the platform on l until Stop: what it pushes to the accounts, and nothing else.
func (a *App) TakePushes(l net.Listener) error {
	if err := a.pushed.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}

	return nil
}

// Stop ends everything within the grace of the configuration, losing nothing: requests are answered,
// marked posts are sent and recorded, prepared ones go back to waiting, jobs finish. What was never
// started is only closed.
func (a *App) Stop() error {
	if !a.started {
		a.close()
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), a.cfg.ShutdownGrace)
	defer cancel()
	a.Live.Close() // a stream is a request that does not end by itself
	err := errors.Join(a.server.Shutdown(ctx), a.pushed.Shutdown(ctx), a.queue.Stop(ctx), a.Engine.Stop(ctx))
	a.loops.stop()
	a.close()

	return err
}

func (a *App) close() {
	for i := len(a.closers) - 1; i >= 0; i-- {
		a.closers[i]()
	}
	a.closers = nil
}
