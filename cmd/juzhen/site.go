package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"

	"juzhen/internal/access"
	"juzhen/internal/app"
	"juzhen/internal/config"
	"juzhen/internal/pg"
	"juzhen/internal/site"
)

type siteCommand struct {
	Serve   siteServeCommand   `cmd:"" default:"1" help:"只提供微官网。Serve the public site alone."`
	Save    siteSaveCommand    `cmd:"" help:"保存设置，尚不公开。Keep settings, not yet public."`
	Ask     siteAskCommand     `cmd:"" help:"申请公开保存的设置。Ask that the kept settings become public."`
	Confirm siteConfirmCommand `cmd:"" help:"作为另一人确认公开。Confirm it as another person."`
	Close   siteCloseCommand   `cmd:"" help:"立即关闭微官网。Close the public site at once."`
}

// siteAs is who acts on the settings: the password is read from standard input.
type siteAs struct {
	User string `arg:"" help:"登录名；密码从标准输入读取。The name to sign in with; the password is read from standard input."`
}

// change acts on the settings as they stand.
func (c siteAs) change(
	ctx context.Context,
	do func(*site.Service, access.Actor, site.Draft) (site.Draft, error),
) error {
	cfg, password, err := withPassword()
	if err != nil {
		return err
	}

	return app.ChangeSite(ctx, cfg, c.User, password, func(settings *site.Service, actor access.Actor) error {
		draft, err := settings.Find(ctx, actor)
		if err != nil {
			return err
		}
		if draft, err = do(settings, actor, draft); err != nil {
			return err
		}
		fmt.Printf(
			"%s\n%s\n%s\n%s %s\n修订 Revision: %d  公开 Open: %v  待确认 Waits: %v  与公开的不同 Differs: %v\n",
			draft.Name,
			draft.NameEn,
			draft.Footer,
			draft.Filing,
			draft.Accent,
			draft.Revision,
			draft.Open,
			draft.Waits(),
			draft.Differs(),
		)

		return nil
	})
}

type siteSaveCommand struct {
	siteAs

	Name   string `required:"" help:"微官网的名称。What the site is called."`
	NameEn string `required:"" help:"英文名称。Its English name."`
	Footer string `required:"" help:"页脚：主办单位、联系方式。The footer: who runs the site."`
	Filing string `help:"备案号。The number of its filing."`
	Accent string `default:"#1f5f8b" help:"颜色，与白底的对比度至少 4.5。A colour with a contrast of 4.5 to white."`
}

// Run keeps the settings as the draft.
func (c siteSaveCommand) Run(ctx context.Context) error {
	return c.change(ctx, func(s *site.Service, actor access.Actor, draft site.Draft) (site.Draft, error) {
		return s.Save(ctx, actor, draft.Revision, site.Look{
			Name: c.Name, NameEn: c.NameEn, Footer: c.Footer, Filing: c.Filing, Accent: c.Accent,
		})
	})
}

type siteAskCommand struct{ siteAs }

// Run asks that the draft becomes public.
func (c siteAskCommand) Run(ctx context.Context) error {
	return c.change(ctx, func(s *site.Service, actor access.Actor, draft site.Draft) (site.Draft, error) {
		return s.Ask(ctx, actor, draft.Revision)
	})
}

type siteConfirmCommand struct {
	siteAs

	Revision int  `required:"" help:"申请时打印的修订号。The revision that asking printed."`
	Refuse   bool `help:"不同意。Refuse instead."`
}

// Run makes the draft public, as it was looked at.
func (c siteConfirmCommand) Run(ctx context.Context) error {
	return c.change(ctx, func(s *site.Service, actor access.Actor, _ site.Draft) (site.Draft, error) {
		return s.Answer(ctx, actor, c.Revision, !c.Refuse)
	})
}

type siteCloseCommand struct{ siteAs }

// Run takes the site away.
func (c siteCloseCommand) Run(ctx context.Context) error {
	return c.change(ctx, func(s *site.Service, actor access.Actor, draft site.Draft) (site.Draft, error) {
		return s.Close(ctx, actor, draft.Revision)
	})
}

type siteServeCommand struct{}

// Run serves the public site alone: on a machine of its own, without the key and without the console.
func (siteServeCommand) Run(ctx context.Context) error {
	cfg, err := config.FromEnvironment()
	if err != nil {
		return err
	}
	if err := cfg.CheckSite(); err != nil {
		return err
	}
	log := logger(cfg)
	l, err := net.Listen("tcp", cfg.SiteListen)
	if err != nil {
		return err
	}

	return serveSite(ctx, cfg, l, log)
}

// serveSite answers whoever asks on l until ctx ends.
func serveSite(ctx context.Context, cfg config.Config, l net.Listener, log *slog.Logger) error {
	public, err := app.NewSite(ctx, cfg, l.Addr().String(), log)
	if err != nil {
		l.Close()
		return err
	}
	defer public.Close()
	log.Info("public site", "address", public.URL, "version", version)

	return public.Serve(ctx, l)
}

// migrate brings the schema up to date and gives each role its rights.
func migrate(ctx context.Context, cfg config.Config, log *slog.Logger) error {
	owner := cfg.Owner().Reveal()
	if err := pg.MigrateFor(ctx, owner, cfg.DatabaseURL.Reveal(), log); err != nil {
		return err
	}
	if cfg.SiteDatabaseURL == "" {
		return nil
	}

	return pg.GrantReader(ctx, owner, cfg.SiteDatabaseURL.Reveal())
}
