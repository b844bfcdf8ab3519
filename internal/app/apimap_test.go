package app

import (
	"context"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"juzhen/internal/access"
	"juzhen/internal/api"
	"juzhen/internal/fault"
	"juzhen/internal/web"
)

type nobody struct{}

func (nobody) Actor(context.Context, string, string, string) (access.Actor, web.Session, error) {
	return access.Actor{}, web.Session{}, fault.Unauthenticated("请先登录")
}

// emptyKit holds every face, without anything behind them.
func emptyKit(t *testing.T) *web.Kit {
	t.Helper()
	kit, err := web.New(web.Options{Sessions: nobody{}})
	if err != nil {
		t.Fatal(err)
	}
	new(App).register(kit)

	return kit
}

// allRoutes are those of every face.
func allRoutes(t *testing.T) []web.Route { t.Helper(); return emptyKit(t).Routes() }

// TestWhatPagesDoTheAPIDoes holds the table of docs/api.md against the routes: each act of a page has
// an operation that is served, or says why not.
func TestWhatPagesDoTheAPIDoes(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}

	told := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `POST (/[^`]*)` \\| (.*?) \\|").FindAllStringSubmatch(string(text), -1) {
		told[m[1]] = m[2]
	}
	served := map[string]bool{}
	acts := map[string]bool{}

	for _, route := range allRoutes(t) {
		path := regexp.MustCompile(`:(\w+)`).ReplaceAllString(route.Path, "{$1}")
		switch {
		case strings.HasPrefix(path, api.Prefix):
			served[route.Method+" "+strings.TrimPrefix(path, api.Prefix)] = true
		case route.Method == http.MethodPost:
			acts[path] = true
		}
	}

	for path := range acts {
		if told[path] == "" {
			t.Errorf("POST %s is done by pages, docs/api.md names no operation for it", path)
		}
	}
	operation := regexp.MustCompile("`((?:POST|PUT|PATCH|DELETE|GET) [^`]*)`")

	for path, operations := range told {
		if !acts[path] {
			t.Errorf("docs/api.md tells of POST %s, no page does it", path)
		}

		for _, m := range operation.FindAllStringSubmatch(operations, -1) {
			if name, _, _ := strings.Cut(m[1], "?"); !served[name] {
				t.Errorf("POST %s: the API does not serve %s", path, name)
			}
		}
	}
}
