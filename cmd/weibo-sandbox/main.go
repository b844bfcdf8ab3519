// Command weibo-sandbox serves the imitation of the Weibo open platform for demonstrations, tests and
// trying things out. It is never part of an installation that posts for real.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"juzhen/internal/sandbox"
)

type options struct {
	Listen     string        `help:"Address to listen on; port 0 takes a free one." default:"127.0.0.1:8090" env:"WEIBO_SANDBOX_LISTEN"`
	Data       string        `help:"File that keeps posts and tokens over restarts; empty: memory only." env:"WEIBO_SANDBOX_DATA"`
	Posts      int           `help:"Past posts of the demonstration matrix." default:"30000" env:"WEIBO_SANDBOX_POSTS"`
	Seed       uint64        `help:"Seed of the past posts and the audience." default:"1" env:"WEIBO_SANDBOX_SEED"`
	Lag        time.Duration `help:"How long a new post is missing from timelines." default:"0s" env:"WEIBO_SANDBOX_LAG"`
	Review     time.Duration `help:"How long a post under manual review is hidden." default:"3m" env:"WEIBO_SANDBOX_REVIEW"`
	Gap        time.Duration `help:"Least time between two posts of an account." default:"1s" env:"WEIBO_SANDBOX_GAP"`
	NoLimits   bool          `help:"Lift every limit, the gap included." env:"WEIBO_SANDBOX_NO_LIMITS"`
	AppKey     string        `help:"Key of the application." default:"${key}" env:"WEIBO_SANDBOX_APP_KEY"`
	AppSecret  string        `help:"Secret of the application." default:"${secret}" env:"WEIBO_SANDBOX_APP_SECRET"`
	SafeDomain string        `help:"Domain that statuses/share demands a link on." default:"${domain}" env:"WEIBO_SANDBOX_SAFE_DOMAIN"`
	WithParent bool          `help:"Stop when standard input ends, that is, when the parent is gone."`
}

func main() {
	var o options
	kong.Parse(&o, kong.Name("weibo-sandbox"), kong.Description("微博开放平台仿真服务（演示与测试用）。"),
		kong.Vars{
			"key":    sandbox.DemoAppKey,
			"secret": sandbox.DemoAppSecret,
			"domain": sandbox.DemoSafeDomain,
		})
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if o.WithParent {
		ctx = untilEnd(ctx, os.Stdin)
	}
	if err := run(ctx, o, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "weibo-sandbox:", err)
		os.Exit(1)
	}
}

// untilEnd makes a context that also ends when nothing more can be read.
func untilEnd(parent context.Context, in io.Reader) context.Context {
	ctx, cancel := context.WithCancel(parent)
	go func() {
		_, _ = io.Copy(io.Discard, in)
		cancel()
	}()

	return ctx
}

// build makes the sandbox the options describe, with the data file's content in it if there is one.
func build(o options) (*sandbox.Server, error) {
	limits := sandbox.DocumentedLimits()
	limits.Gap = o.Gap
	if o.NoLimits {
		limits = sandbox.Limits{}
	}
	app := sandbox.DemoApp()
	app.Key, app.Secret, app.SafeDomain = o.AppKey, o.AppSecret, o.SafeDomain
	server := sandbox.New(sandbox.Options{
		Lag:       o.Lag,
		Review:    o.Review,
		PastPosts: o.Posts,
		Seed:      o.Seed,
		Limits:    &limits,
		Apps:      []sandbox.App{app},
	})
	if o.Data == "" {
		return server, nil
	}
	if err := server.Load(o.Data); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}

	return server, nil
}

const (
	saveEvery = 2 * time.Second
	grace     = 3 * time.Second
)

// run serves until the context ends, then lets running requests finish and saves.
func run(ctx context.Context, o options, out, warn io.Writer) error {
	server, err := build(o)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "weibo-sandbox: listening on http://%s\n", l.Addr())
	srv := &http.Server{Handler: server, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()

	kept := keep(ctx, server, o.Data, warn)
	select {
	case err = <-failed:
		return err
	case <-ctx.Done():
	}
	server.Close()
	end, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	if err := srv.Shutdown(end); err != nil {
		_ = srv.Close()
	}
	<-kept
	if o.Data == "" {
		return nil
	}

	return server.Save(o.Data)
}

// keep saves in the background; its channel is closed when it has ended.
func keep(ctx context.Context, server *sandbox.Server, path string, warn io.Writer) <-chan struct{} {
	ended := make(chan struct{})
	if path == "" {
		close(ended)
		return ended
	}
	report := func(err error) { fmt.Fprintln(warn, "weibo-sandbox:", err) }
	go func() {
		defer close(ended)
		if err := server.Keep(path, saveEvery, ctx.Done(), report); err != nil {
			report(err)
		}
	}()

	return ended
}
