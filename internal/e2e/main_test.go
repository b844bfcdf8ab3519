package e2e

import (
	"fmt"
	"os"
	"sync"
	"testing"

	"juzhen/internal/e2e/world"
	"juzhen/internal/web"
)

// stage is what the shared browser belongs to: it ends after all tests.
type stage struct{ ends []func() }

func (s *stage) Helper()                        {}
func (s *stage) Name() string                   { return "e2e" }
func (s *stage) Cleanup(f func())               { s.ends = append(s.ends, f) }
func (s *stage) Logf(format string, a ...any)   { fmt.Fprintf(os.Stderr, format+"\n", a...) }
func (s *stage) Errorf(format string, a ...any) { s.Logf(format, a...) }
func (s *stage) Fatalf(format string, a ...any) { panic(fmt.Sprintf(format, a...)) }

var theStage = &stage{}

// browser is one Chromium for all tests of the package; each tab has cookies of its own.
var browser = sync.OnceValue(func() *Browser { return Launch(theStage) })

func TestMain(m *testing.M) {
	code := m.Run()

	for i := len(theStage.ends) - 1; i >= 0; i-- {
		theStage.ends[i]()
	}
	os.Exit(code)
}

// person opens a window on a world with a session of a demonstration user.
func person(t *testing.T, w *world.World, username string) *Tab {
	t.Helper()
	_, token := w.Actor(username)
	tab := browser().Open(t, w.URL)
	tab.SetCookie(web.CookieName, token)

	return tab
}
