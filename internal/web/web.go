// Package web is the kit every page stands on: routes that name their permission, sessions, security
// headers, forms, templates, errors as pages, fragments or problems. It holds no use case, no page of a
// feature and no database.
package web

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/web/page"
)

// Options are what the kit needs from the rest of the program. Only Sessions must be given.
type Options struct {
	Sessions     Sessions
	Installation string // what the operator calls this installation, shown where people sign in
	// address people use; https makes cookies Secure; default http://localhost:8080
	PublicURL string
	// further origins a form may lead to by redirect, such as Weibo's OAuth page
	FormAction []string
	Log        *slog.Logger     // default slog.Default()
	Now        func() time.Time // default time.Now

	// Proxies are the networks whose X-Forwarded-For is believed; without any, who connects is who asks.
	Proxies []netip.Prefix
	// Hosts are names the console may be called by, beside those of PublicURL and of this machine for
	// itself; nil takes any name, which is for tests alone.
	Hosts []string

	// Extra has further pages/<section>/<page>.html beside those of package templates, for tests.
	Extra fs.FS

	// Counts gives what waits for the actor, Banners what concerns everybody; either may be nil. A
	// failure is logged and the page is shown without them.
	Counts  func(ctx context.Context, actor access.Actor) (page.Counts, error)
	Banners func(ctx context.Context, actor access.Actor) ([]page.Banner, error)
	// Views gives the kept views of the list at an address, nil where there is no such list; may be nil. A
	// failure is logged and the page is shown without them.
	Views func(ctx context.Context, actor access.Actor, path string, query url.Values) (*page.Views, error)
	// NameOf gives the name of a person by number, for the page that says for whom another one was
	// made; may be nil.
	NameOf func(ctx context.Context, user int64) (string, error)
	// Prefer stores the language and theme a signed-in person chose; may be nil, then only the cookies know.
	Prefer func(ctx context.Context, actor access.Actor, lang, theme string) error
}

// Kit registers routes and answers requests. Register everything before serving.
type Kit struct {
	opts   Options
	engine *gin.Engine
	assets *assets
	views  *views
	cross  *http.CrossOriginProtection
	routes []Route
	csp    string
	secure bool
	hosts  hosts

	duties     page.Duties
	badges     Badges
	undeclared sync.Once // a proxy nobody declared was told of
}

// New builds the kit. It fails when the assets are not built ("run make assets") or a layout does not parse.
func New(opts Options) (*Kit, error) {
	if opts.Sessions == nil {
		return nil, errors.New("web: no sessions given")
	}
	opts = withDefaults(opts)
	address, err := url.Parse(opts.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("web: public address: %w", err)
	}
	kit := &Kit{
		opts:   opts,
		csp:    policy(opts.FormAction),
		secure: address.Scheme == "https",
		cross:  http.NewCrossOriginProtection(),
		hosts:  newHosts(append([]string{address.Host}, opts.Hosts...)),
	}
	// a proxy may have put another name into Host
	if err := kit.cross.AddTrustedOrigin(originOf(address)); err != nil {
		return nil, fmt.Errorf("web: public address: %w", err)
	}
	if kit.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if kit.views, err = newViews(kit.assets, opts.Now, opts.Extra, &kit.badges); err != nil {
		return nil, err
	}
	if kit.engine, err = kit.newEngine(); err != nil {
		return nil, err
	}
	kit.declareOwn()

	return kit, nil
}

func withDefaults(options Options) Options {
	if options.Log == nil {
		options.Log = slog.Default()
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.PublicURL == "" {
		options.PublicURL = "http://localhost:8080"
	}

	return options
}

func (k *Kit) newEngine() (*gin.Engine, error) {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.HandleMethodNotAllowed = true
	e.RedirectTrailingSlash = true
	if err := trustProxies(e, k.opts.Proxies); err != nil {
		return nil, fmt.Errorf("web: trusted proxies: %w", err)
	}
	e.Use(k.forwarded, k.trace, k.recover, k.headers, k.known, k.readable, k.sameOrigin)
	e.NoRoute(k.adapt(access.Permission(""), nil, errNoPage))
	e.NoMethod(k.adapt(access.Permission(""), nil, errNoMethod))

	return e, nil
}

// declareOwn registers the kit's own pages and routes.
func (k *Kit) declareOwn() {
	k.Declare("error/error", errorPage{})
	k.Declare("error/error#fragment", errorPage{})
	k.Declare("signin/signin", SignInPage{})
	k.Declare("signin/resume", resumePage{})
	k.Declare("signin/other", otherPage{})
	k.Handle(k.Group(""), http.MethodGet, "/assets/:name", Open, k.serveAsset, NoSession())
	k.Handle(k.Group(""), http.MethodPost, "/preferences", Open, k.prefer)
}

// Badges tells how the states of the features are shown. It fails for a value that is no state: a
// template that shows it is wrong.
type Badges func(state any) (page.State, error)

// Badges says how the templates show states.
func (k *Kit) Badges(of Badges) { k.badges = of }

// Duty puts an entry into the navigation, in the order of calls. The face whose pages it opens declares it.
func (k *Kit) Duty(navEntry page.NavEntry) { k.duties.Add(navEntry) }

// Belongs says that a face's pages under these paths are shown as part of the duty at href, which
// another face declares.
func (k *Kit) Belongs(href string, paths ...string) { k.duties.Belong(href, paths...) }

// Check fails when the faces that were registered do not fit together: pages that belong to a duty
// which none has declared.
func (k *Kit) Check() error { return k.duties.Check() }

// Pages lists the paths under which the pages of the navigation lie, for a test that resolves them.
func (k *Kit) Pages() []string { return k.duties.Pages() }

// Engine is the Gin engine, for the API to mount on. Pages use Handle.
func (k *Kit) Engine() *gin.Engine { return k.engine }

// Group opens a group of routes below path.
func (k *Kit) Group(path string) *gin.RouterGroup { return k.engine.Group(path) }

// Handler is the whole console as one handler.
func (k *Kit) Handler() http.Handler { return k.engine }

// Server gives a server with the time limits of the console. A stream (SSE) lifts the write limit for
// itself through http.ResponseController.
func Server(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 60 * time.Second,
		WriteTimeout: 90 * time.Second, IdleTimeout: 120 * time.Second, MaxHeaderBytes: 64 << 10,
	}
}
