// Package e2e walks the running console with a real browser: named steps with a time limit each, a
// picture of every failure, the console of the page watched for errors and policy violations, axe-core
// for accessibility. It holds no page and no rule of the console.
package e2e

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// StepLimit bounds every step. A whole test run shares two cores, so it is generous.
const StepLimit = time.Minute

// T is the part of testing.TB that the kit needs, so that the picture tool can use it outside of tests.
type T interface {
	Helper()
	Name() string
	Cleanup(func())
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Browser is one Chromium, shared by the tests of a process. Each Tab has cookies of its own.
type Browser struct{ ctx context.Context }

// Launch starts Chromium and ends it with the test. Missing Chromium fails the test and says how to
// install it.
func Launch(t T) *Browser {
	t.Helper()
	profile, err := os.MkdirTemp("", "juzhen-chromium-*")
	if err != nil {
		t.Fatalf("profile: %v", err)
	}
	options := append(
		chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		// what moves and fades is drawn again and again, which takes most of the time of a slow machine
		chromedp.Flag("force-prefers-reduced-motion", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag(
			"lang",
			"zh-CN",
		),
		chromedp.Env("LANG=zh_CN.UTF-8", "LANGUAGE=zh_CN"),
		chromedp.Flag("force-color-profile", "srgb"),
		chromedp.UserDataDir(profile),
	)
	if shell, err := exec.LookPath("chromium-headless-shell"); err == nil {
		options = append(options, chromedp.ExecPath(shell)) // draws the same with less work
	}
	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stop := chromedp.NewContext(allocator, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(func() {
		stop()
		stopAllocator()
		_ = os.RemoveAll(profile)
	})
	// The first use of a context starts the browser, which would end with a time limit set here.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium (apt-get install chromium fonts-noto-cjk): %v", err)
	}

	return &Browser{ctx: ctx}
}

// Tab is one person at one window.
type Tab struct {
	t     T
	base  string
	ctx   context.Context
	dir   string // of pictures of failures
	mu    sync.Mutex
	noise []string

	axeFollows bool // axe-core comes with each page that is opened
}

// Open opens a window on the console at base, wide as a desk screen, with no cookies of others.
func (b *Browser) Open(t T, base string) *Tab {
	t.Helper()
	ctx, stop := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	tab := &Tab{t: t, base: strings.TrimSuffix(base, "/"), ctx: ctx, dir: failures()}
	// The first use of a context creates the window; it must not carry the limit of a step.
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1440, 900), calm()); err != nil {
		t.Fatalf("open a window: %v", err)
	}
	messages := chromedp.Console(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)

		for m, err := range messages {
			if err != nil {
				return
			}
			tab.hear(m)
		}
	}()
	t.Cleanup(func() {
		stop()
		<-done

		for _, n := range tab.Noise() {
			t.Errorf("the page wrote to the console: %s", n)
		}
	})

	return tab
}

// failures is where pictures of failed steps go.
func failures() string {
	if d := os.Getenv("E2E_PICTURES"); d != "" {
		return d
	}

	return filepath.Join(os.TempDir(), "juzhen-e2e")
}

// calm turns movement off, so that nothing is still sliding when it is clicked.
func calm() chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}},
		})

		return err
	})
}

var answered = regexp.MustCompile(`Failed to load resource: (the server responded with a status of 4\d\d|` +
	`net::ERR_INTERNET_DISCONNECTED)`)

// hear keeps errors, exceptions and policy violations. A refused form is an answer and no error of the page,
// and nor is a connection that a test takes away.
func (b *Tab) hear(m chromedp.ConsoleMessage) {
	bad := m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleException ||
		strings.Contains(m.Text, "Content Security Policy")
	if !bad || answered.MatchString(m.Text) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.noise = append(b.noise, m.Text+" ("+m.URL+")")
}

// Noise lists what the page wrote to the console and should not have.
func (b *Tab) Noise() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.noise
}

// Step runs actions under a name and a time limit; a failure is told by name, with address, notices and
// a picture.
func (b *Tab) Step(name string, actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, StepLimit)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.fail(name, err)
	}
}

func (b *Tab) fail(name string, err error) {
	b.t.Helper()
	if errors.Is(err, context.DeadlineExceeded) {
		err = errors.New("not within " + StepLimit.String())
	}
	ctx, cancel := context.WithTimeout(b.ctx, StepLimit)
	defer cancel()
	where, _ := chromedp.Run(ctx, chromedp.Location())
	says, _ := chromedp.Run(ctx, chromedp.Evaluate[string](
		`[...document.querySelectorAll('h1,.error-text,.banner,.field-error')].map(e => e.innerText).join(' | ').slice(0, 500)`,
	))
	picture := filepath.Join(
		b.dir,
		regexp.MustCompile(`[^\pL\pN]+`).ReplaceAllString(b.t.Name()+"-"+name, "-")+".png",
	)
	if png, perr := chromedp.Run(ctx, chromedp.FullScreenshot(100)); perr == nil {
		_ = os.MkdirAll(b.dir, 0o755)
		_ = os.WriteFile(picture, png, 0o644)
	}
	b.t.Fatalf("step %q: %v; at %s; the page says: %s; picture: %s", name, err, where, says, picture)
}

// value runs one action that gives a value, as a step.
func value[V any](tab *Tab, name string, a chromedp.Action[V]) V {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, StepLimit)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		tab.fail(name, err)
	}

	return v
}

// SetCookie puts a cookie before the first page, such as a session.
func (b *Tab) SetCookie(name, v string) {
	b.t.Helper()
	b.Step("cookie "+name, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.SetCookie, network.SetCookieParams{
			Name: name, Value: v, URL: b.base,
		})

		return err
	}))
}
