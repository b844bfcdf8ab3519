package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"juzhen/internal/app"
	"juzhen/internal/config"
	"juzhen/internal/demo"
	"juzhen/internal/localpg"
	"juzhen/internal/seal"
)

type demoCommand struct {
	Serve bool          `help:"演示之后继续提供服务，直到 Ctrl-C。Go on serving afterwards."`
	Ahead time.Duration `default:"10s" help:"从撰写到发出的时间。From writing to the due time."`
}

// Run starts a private Postgres, the imitation Weibo and the console, does the main job in the
// terminal, and serves when asked to.
func (c demoCommand) Run(ctx context.Context) error {
	cfg, err := config.FromEnvironment()
	if err != nil {
		return err
	}
	stage := &stage{cfg: cfg, out: os.Stdout}
	defer stage.clear()
	if err := stage.set(ctx); err != nil {
		return err
	}
	if err := stage.play(ctx, c.Ahead); err != nil {
		if !c.Serve || ctx.Err() != nil {
			return err
		}
		fmt.Fprintf(stage.out, "\n演示没有做完，控制台照常服务。The show did not end well; the console goes on.\n%v\n", err)
	}
	stage.bill()
	if !c.Serve {
		return nil
	}
	fmt.Fprintln(stage.out, "按 Ctrl-C 停止。Press Ctrl-C to stop.")

	select {
	case <-ctx.Done():
	case err = <-stage.failed:
	}
	fmt.Fprintln(stage.out, "\n正在停止……")

	return err
}

// stage is everything a demonstration needs, in the order it is set; clear takes it down in reverse.
type stage struct {
	cfg       config.Config
	out       io.Writer
	log       *slog.Logger
	app       *app.App
	weibo     *demo.Weibo
	readers   net.Listener // of the public site; nil: there is none
	pushes    net.Listener // which the imitation pushes to
	site      string       // its address
	passwords map[string]string
	failed    chan error
	undo      []func()
}

func (s *stage) set(ctx context.Context) error {
	if err := os.MkdirAll(s.cfg.DataDir, 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(
		filepath.Join(s.cfg.DataDir, "demo.log"),
		os.O_CREATE|os.O_APPEND|os.O_WRONLY,
		0o600,
	)
	if err != nil {
		return err
	}
	s.undo = append(s.undo, func() { file.Close() })

	s.log = slog.New(slog.NewTextHandler(file, nil)) // the terminal is for the show
	for _, step := range []func(context.Context) error{
		s.setKey, s.setDatabase, s.setWeibo, s.openSite, s.openPushes, s.setConsole, s.setSite,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}

	return nil
}

func (s *stage) setKey(context.Context) (err error) {
	if s.cfg.SecretKey == "" {
		s.cfg.SecretKey, err = seal.CreateKeyFile(filepath.Join(s.cfg.DataDir, "secret.key"))
	}
	if err == nil {
		s.passwords, err = demo.Passwords(filepath.Join(s.cfg.DataDir, "demo-users.json"))
	}

	return err
}

func (s *stage) setDatabase(ctx context.Context) error {
	if s.cfg.DatabaseURL == "" {
		server, err := localpg.Start(ctx, localpg.Options{
			Dir: filepath.Join(s.cfg.DataDir, "postgres"),
			Log: s.log,
		})
		if err != nil {
			return err
		}
		s.undo = append(s.undo, func() { stopServer(server) })
		// as in earnest: who serves does not own the tables
		application, err := server.RoleURL(ctx, localpg.User+"_app")
		if err != nil {
			return err
		}
		s.cfg.MigrateURL, s.cfg.DatabaseURL = seal.Secret(server.URL("")), seal.Secret(application)
		reader, err := server.RoleURL(ctx, localpg.User+"_site")
		if err != nil {
			return err
		}
		s.cfg.SiteDatabaseURL = seal.Secret(reader)
		fmt.Fprintf(s.out, "私有 Postgres 在 127.0.0.1:%d\n", server.Port)
	}

	return migrate(ctx, s.cfg, s.log)
}

// setWeibo runs the imitation Weibo as a child that ends with us. The demonstration never talks to the
// real one.
func (s *stage) setWeibo(context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(filepath.Join(filepath.Dir(self), "weibo-sandbox"), "--listen", "127.0.0.1:0",
		"--data", filepath.Join(s.cfg.DataDir, "weibo-sandbox.data"), "--with-parent")
	secret := rand.Text() // of the application at the imitation: worth nothing after this run
	cmd.Env = append(
		os.Environ(),
		"WEIBO_SANDBOX_APP_KEY="+demo.AppKey,
		"WEIBO_SANDBOX_APP_SECRET="+secret,
		"WEIBO_SANDBOX_SAFE_DOMAIN="+demo.SafeDomain,
	)
	// Ctrl-C is for us; the child ends after the console
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("weibo-sandbox must lie beside juzhen (make build): %w", err)
	}
	s.undo = append(s.undo, func() { in.Close(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return fmt.Errorf("weibo-sandbox did not start: %w", err)
	}
	_, base, _ := strings.Cut(strings.TrimSpace(line), "listening on ")
	s.weibo = &demo.Weibo{Base: base, Client: &http.Client{Timeout: 10 * time.Second}}
	s.cfg.WeiboURL, s.cfg.WeiboCommercialURL = base, base+"/c"
	s.cfg.WeiboAppKey, s.cfg.WeiboAppSecret, s.cfg.WeiboSafeDomain = demo.AppKey, seal.Secret(
		secret,
	), demo.SafeDomain
	s.cfg.WeiboSource = demo.AppName
	fmt.Fprintf(s.out, "微博仿真在 %s\n", base)

	return nil
}

func (s *stage) setConsole(ctx context.Context) error {
	l, err := listen(s.cfg.Listen, s.out)
	if err != nil {
		return err
	}
	s.cfg.ReadBack = min(s.cfg.ReadBack, 2*time.Second)
	if s.app, err = app.New(ctx, s.cfg, l.Addr().String(), app.Options{
		Version: version, Log: s.log,
	}); err != nil {
		l.Close()
		return err
	}
	if err := s.app.Start(ctx); err != nil {
		l.Close()
		return err
	}
	s.failed = make(chan error, 1)
	serving, end := context.WithCancel(context.WithoutCancel(ctx))
	go func() { s.failed <- s.app.Serve(serving, l) }()
	go func() {
		if err := s.app.TakePushes(s.pushes); err != nil {
			s.log.Error("pushes", "error", err)
		}
	}()
	if m, err := listenForMetrics(s.cfg.MetricsListen); err != nil {
		s.log.Warn("metrics", "error", err) // no reason to end a show
	} else if m != nil {
		s.log.Info("metrics", "address", "http://"+m.Addr().String()+"/metrics")
		go func() { _ = s.app.Measure(serving, m) }()
	}
	s.undo = append(s.undo, func() {
		end()
		if err := s.app.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, "juzhen: stop:", err)
		}
	})
	fmt.Fprintf(s.out, "控制台在 %s\n", s.app.PublicURL())

	return nil
}

// openPushes takes a port that the imitation pushes private messages to, on this machine alone.
func (s *stage) openPushes(context.Context) (err error) {
	if s.cfg.PushListen == "" {
		s.cfg.PushListen = "127.0.0.1:0"
	}
	if s.pushes, err = listen(s.cfg.PushListen, s.out); err != nil {
		return err
	}
	s.undo = append(s.undo, func() { _ = s.pushes.Close() })
	s.cfg.PushListen = s.pushes.Addr().String()
	if s.cfg.PushURL == "" {
		s.cfg.PushURL = "http://" + s.cfg.PushListen
	}

	return nil
}

// openSite takes a port for what the demonstration publishes, before the console starts, which tells where it
// is. Without a role for the site there is none.
func (s *stage) openSite(context.Context) (err error) {
	if s.cfg.SiteDatabaseURL == "" {
		return nil
	}
	if s.cfg.SiteListen == "" {
		s.cfg.SiteListen = "localhost:8090"
	}
	if s.readers, err = listen(s.cfg.SiteListen, s.out); err != nil {
		return err
	}
	s.undo = append(s.undo, func() { _ = s.readers.Close() })
	s.cfg.SiteURL = s.cfg.Site(s.readers.Addr().String())

	return nil
}

// setSite serves what the demonstration publishes.
func (s *stage) setSite(ctx context.Context) error {
	if s.readers == nil {
		return nil
	}
	site, err := app.NewSite(ctx, s.cfg, s.readers.Addr().String(), s.log)
	if err != nil {
		return err
	}
	serving, end := context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		if err := site.Serve(serving, s.readers); err != nil {
			s.log.Error("public site", "error", err)
		}
		site.Close()
	}()

	s.undo = append(s.undo, end)
	s.site = site.URL
	fmt.Fprintf(s.out, "微官网在 %s\n\n", s.site)

	return nil
}

// listen takes the address, or the next free port after it, and says so.
func listen(address string, out io.Writer) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if !errors.Is(err, syscall.EADDRINUSE) {
		return l, err
	}
	host, port, splitErr := net.SplitHostPort(address)
	if splitErr != nil {
		return nil, err
	}
	first, convErr := net.LookupPort("tcp", port)
	if convErr != nil {
		return nil, err
	}

	for next := first + 1; next < first+100; next++ {
		if l, err = net.Listen("tcp", net.JoinHostPort(host, fmt.Sprint(next))); err == nil {
			fmt.Fprintf(out, "端口 %d 已被占用，改用 %d。Port %d is taken, using %d.\n", first, next, first, next)
			return l, nil
		}
	}

	return nil, err
}

func (s *stage) play(ctx context.Context, ahead time.Duration) error {
	matrix, err := demo.Load(ctx, s.app.Services, s.weibo.Token, s.passwords)
	if err != nil {
		return fmt.Errorf("load the demonstration: %w", err)
	}
	show := demo.Show{
		Services:  s.app.Services,
		Matrix:    matrix,
		Weibo:     s.weibo,
		Passwords: s.passwords,
		Out:       s.out,
		Ahead:     ahead,
	}

	return show.Run(ctx)
}

// bill tells where to look and who may sign in.
func (s *stage) bill() {
	fmt.Fprintf(s.out, "\n控制台 Console  %s\n微博仿真 Weibo   %s/\n\n", s.app.PublicURL(), s.weibo.Base)
	if s.site != "" {
		fmt.Fprintf(s.out, "微官网 Site       %s/\n\n", s.site)
	}
	demo.PrintPeople(s.out, s.passwords)
}

func (s *stage) clear() {
	for i := len(s.undo) - 1; i >= 0; i-- {
		s.undo[i]()
	}
}
