// Command screens takes the pictures of docs/screens: a console in memory with the demonstration
// matrix, a day's work in it, and past posts read back. It writes into the folder named, and is no
// test:
//
//	go run ./internal/e2e/screens docs/screens
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"juzhen/internal/e2e"
	"juzhen/internal/e2e/world"
	"juzhen/internal/sandbox"
	"juzhen/internal/web"
)

// stage stands in for a test: it ends what was begun, and stops at the first failure.
type stage struct {
	testing.TB // the rest of the interface, never called
	ends       []func()
}

func (s *stage) Helper()                           {}
func (s *stage) Name() string                      { return "screens" }
func (s *stage) Failed() bool                      { return false }
func (s *stage) Context() context.Context          { return context.Background() }
func (s *stage) Cleanup(f func())                  { s.ends = append(s.ends, f) }
func (s *stage) Log(args ...any)                   { fmt.Fprintln(os.Stderr, args...) }
func (s *stage) Logf(format string, args ...any)   { s.Log(fmt.Sprintf(format, args...)) }
func (s *stage) Errorf(format string, args ...any) { s.Logf(format, args...) }

// Fatal tells why and ends.
func (s *stage) Fatal(args ...any) {
	s.Log(args...)
	s.end()
	os.Exit(1)
}

// Fatalf is Fatal with a format.
func (s *stage) Fatalf(format string, args ...any) { s.Fatal(fmt.Sprintf(format, args...)) }

// TempDir is removed at the end.
func (s *stage) TempDir() string {
	dir, err := os.MkdirTemp("", "juzhen-screens-*")
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = os.RemoveAll(dir) })

	return dir
}

func (s *stage) end() {
	for i := len(s.ends) - 1; i >= 0; i-- {
		s.ends[i]()
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: screens FOLDER")
		os.Exit(2)
	}
	s := &stage{}
	defer s.end()
	w := world.New(s, func(setup *world.Setup) {
		setup.Sandbox.PastPosts = sandbox.DemoPosts
		setup.Environ = []string{"JUZHEN_LOOK_AGAIN=10m", "JUZHEN_LOOK_LAG=2s"}
	})
	day := work(s, w)

	browser := e2e.Launch(s)
	for _, picture := range pictures(day) {
		take(s, w, browser, filepath.Join(os.Args[1], picture.name+".png"), picture)
	}
}

// picture is one page as somebody sees it.
type picture struct {
	name, user, path, lang, theme string
	width, height                 int64
	prepare                       string // script run on the page before
}

// take takes one picture and writes it small.
func take(s *stage, w *world.World, browser *e2e.Browser, file string, p picture) {
	tab := browser.Open(s, w.URL)
	if p.user != "" {
		_, token := w.Actor(p.user)
		tab.SetCookie(web.CookieName, token)
		tab.Prefer(p.lang, p.theme)
	}
	tab.Size(p.width, p.height)
	tab.Go(p.path)
	tab.Ready()
	if p.prepare != "" {
		tab.Eval(p.prepare)
	}
	raw := file + ".raw"
	tab.View(raw)
	defer os.Remove(raw)
	n, err := shrink(raw, file)
	if err != nil {
		s.Fatal(err)
	}
	s.Logf("%s %d kB", file, n/1000)
}
