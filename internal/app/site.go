package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/config"
	"juzhen/internal/fault"
	"juzhen/internal/identity"
	"juzhen/internal/library"
	"juzhen/internal/pg"
	"juzhen/internal/public"
	"juzhen/internal/site"
)

// Bounds of what the public site asks of the database, whatever is asked of it.
const (
	siteConnections = 8
	siteStatement   = 2 * time.Second
)

// Site is the public site, apart from the console: it holds no key and no connection but its own.
type Site struct {
	*public.Site
	URL string

	db *pg.DB
}

// NewSite connects to the database as the site's own role and builds the site. listen is the address that
// it will be reached at.
func NewSite(ctx context.Context, cfg config.Config, listen string, log *slog.Logger) (*Site, error) {
	db, err := pg.Open(ctx, cfg.SiteDatabaseURL.Reveal(), pg.Options{
		Name: "juzhen site", MaxConns: siteConnections, StatementLimit: siteStatement, Log: log,
	})
	if err != nil {
		return nil, err
	}
	var hosts []string
	if host, _, err := net.SplitHostPort(cfg.SiteListen); err == nil && host != "" {
		hosts = append(hosts, host)
	}
	built, err := public.New(ctx, public.Options{
		DB:      db,
		URL:     cfg.Site(listen),
		Asked:   library.Asked,
		Hosts:   hosts,
		Proxies: config.Prefixes(cfg.TrustedProxies),
		Log:     log,
	})
	if err != nil {
		db.Close()
		return nil, err
	}

	return &Site{Site: built, URL: cfg.Site(listen), db: db}, nil
}

// siteAddress is where readers find the public site, whoever serves it; "": nobody said where.
func (a *App) siteAddress() string {
	if a.cfg.SiteListen == "" && a.cfg.SiteURL == "" {
		return ""
	}

	return a.cfg.Site(a.cfg.SiteListen)
}

// sitePreview shows the pages of the public site with a look that is not public.
type sitePreview struct{ made *public.Preview }

func faceOf(look site.Look) public.Face {
	face := public.Face{
		Name: look.Name, NameEn: look.NameEn, Footer: look.Footer, Filing: look.Filing, Accent: look.Accent,
		AccentDark: site.OnDark(look.Accent),
	}
	if look.Emblem != "" {
		face.Emblem = []byte(look.Emblem)
	}

	return face
}

// Open implements the preview of the console's page.
func (p sitePreview) Open(
	ctx context.Context,
	look site.Look,
	path, parameters, at string,
) (kind string, body []byte, err error) {
	return p.made.Open(ctx, faceOf(look), path, parameters, at)
}

// Close ends its connections.
func (s *Site) Close() { s.db.Close() }

// ChangeSite does something with the settings of the site as the person who signs in for it, without a
// running console; the session ends with it. Fails with fault.Forbidden while the password is an initial
// one.
func ChangeSite(
	ctx context.Context,
	cfg config.Config,
	username, password string,
	do func(settings *site.Service, actor access.Actor) error,
) error {
	const ip, program = "127.0.0.1", "juzhen site"

	return withPeople(ctx, cfg, func(db *pg.DB, people *identity.Service) error {
		_, token, err := people.SignIn(ctx, username, password, ip, program)
		if err != nil {
			return err
		}
		actor, session, err := people.Actor(ctx, token, ip, program)
		if err != nil {
			return err
		}
		if session.MustChange {
			err = fault.Forbidden("请先登录控制台设置自己的密码")
		} else {
			err = do(site.New(db, nil, time.Now), actor)
		}

		return errors.Join(err, people.SignOut(ctx, actor))
	})
}
