package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"juzhen/internal/app"
	"juzhen/internal/config"
	"juzhen/internal/stoppoint"
)

type serveCommand struct {
	Migrate bool `help:"先升级数据库结构。Bring the schema up to date first."`
}

func (c serveCommand) Run(ctx context.Context) error {
	cfg, err := config.FromEnvironment()
	if err != nil {
		return err
	}
	if err := cfg.CheckServe(); err != nil {
		return err
	}
	log := logger(cfg)
	if err := useOwnDisk(cfg.DataDir); err != nil {
		return err
	}
	if c.Migrate {
		if err := migrate(ctx, cfg, log); err != nil {
			return err
		}
	}
	l, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return err
	}
	m, err := listenForMetrics(cfg.MetricsListen)
	if err != nil {
		l.Close()
		return err
	}

	pushes, err := listenForPushes(cfg.PushListen)
	if err != nil {
		l.Close()
		return err
	}

	ending, end := context.WithCancelCause(ctx)
	defer end(nil)
	if cfg.SiteListen != "" {
		public, err := net.Listen("tcp", cfg.SiteListen)
		if err != nil {
			l.Close()
			return err
		}
		go func() {
			if err := serveSite(ending, cfg, public, log); err != nil {
				end(fmt.Errorf("public site: %w", err))
			}
		}()
	}
	err = serve(ending, cfg, listeners{l, m, pushes}, log)
	if cause := context.Cause(ending); ctx.Err() == nil && cause != nil {
		err = errors.Join(err, cause)
	}

	return err
}

// useOwnDisk has what people upload wait beside the data: the machine's folder for temporary files is
// often kept in memory. What an earlier process left there when it was killed goes after an hour.
func useOwnDisk(dataDir string) error {
	dir := filepath.Join(dataDir, "uploads")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("folder for uploads: %w", err)
	}

	left, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("folder for uploads: %w", err)
	}

	for _, file := range left {
		if info, err := file.Info(); err == nil && time.Since(info.ModTime()) > time.Hour {
			_ = os.RemoveAll(filepath.Join(dir, file.Name()))
		}
	}

	return os.Setenv("TMPDIR", dir)
}

// listenForMetrics takes the address of the figures; nil when nobody may measure.
func listenForMetrics(address string) (net.Listener, error) {
	if address == config.NoMetrics {
		return nil, nil
	}
	l, err := net.Listen("tcp", address)
	if address == config.DefaultMetrics && errors.Is(err, syscall.EADDRINUSE) {
		return net.Listen("tcp", "localhost:0")
	}

	return l, err
}

// listenForPushes takes the address that the platform pushes to; nil when nothing does.
func listenForPushes(address string) (net.Listener, error) {
	if address == "" {
		return nil, nil
	}

	return net.Listen("tcp", address)
}

// listeners are where the console is reached: by people, by who measures and by the platform, the last two
// where somebody wants them.
type listeners struct{ people, metrics, pushes net.Listener }

// serve runs the console until ctx ends, then stops it in order.
func serve(ctx context.Context, cfg config.Config, on listeners, log *slog.Logger) error {
	begun, l, m := time.Now(), on.people, on.metrics
	a, err := app.New(ctx, cfg, l.Addr().String(), app.Options{
		Version: version, Log: log, Now: stoppoint.Now,
	})
	if err != nil {
		l.Close()
		return err
	}
	if err := a.Start(ctx); err != nil {
		l.Close()
		return fmt.Errorf("start: %w", err)
	}
	measuring, unmeasured := context.WithCancel(context.WithoutCancel(ctx))
	defer unmeasured()
	if m != nil {
		log.Info("metrics", "address", "http://"+m.Addr().String()+"/metrics")
		go func() {
			if err := a.Measure(measuring, m); err != nil {
				log.Error("metrics", "error", err)
			}
		}()
	}
	if on.pushes != nil {
		log.Info("pushes", "address", cfg.Push())
		go func() {
			if err := a.TakePushes(on.pushes); err != nil {
				log.Error("pushes", "error", err)
			}
		}()
	}
	log.Info("ready",
		"address", a.PublicURL(),
		"version", version,
		"took", time.Since(begun).Round(time.Millisecond),
	)
	debug.FreeOSMemory() // what was needed to start, a third of the heap
	err = a.Serve(ctx, l)
	log.Info("stopping")
	if stopErr := a.Stop(); err == nil {
		err = stopErr
	}

	return err
}

func logger(cfg config.Config) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(cfg.LogLevel)) // checked by config
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}
