package app

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"juzhen/internal/api"
)

// The bounds of docs/security.md for what is not named there by its path.
const (
	formBody = 1 << 20   // of a page's form
	jsonBody = 512 << 10 // of the interface
)

// securityText is docs/security.md, and the part of it that tells what each route can cost.
func securityText(t *testing.T) (whole, costs string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	_, costs, ok := strings.Cut(string(text), "The most memory each route can cost")
	if !ok {
		t.Fatal("docs/security.md has no table of costs")
	}
	costs, _, _ = strings.Cut(costs, "\n## ")

	return string(text), costs
}

// TestCostOfRoutesIsWrittenDown: a route that takes more than others of its kind, or answers without an
// end, is named in the table with what it takes; everything else keeps the bound of its kind.
func TestCostOfRoutesIsWrittenDown(t *testing.T) {
	t.Parallel()
	_, costs := securityText(t)

	named := func(path string) string {
		for _, line := range strings.Split(costs, "\n") {
			if strings.Contains(line, path+"`") {
				return line
			}
		}

		return ""
	}
	for _, route := range allRoutes(t) {
		path, usual := route.Path, int64(formBody)
		if strings.HasPrefix(path, api.Prefix) {
			path, usual = regexp.MustCompile(`:(\w+)`).ReplaceAllString(path, "{$1}"), jsonBody
		}
		if route.Body <= usual || route.Method == "GET" && route.Body <= formBody {
			continue
		}
		line := named(path)
		if line == "" {
			t.Errorf("%s %s takes %d bytes and is not in the table", route.Method, path, route.Body)
		} else if !strings.Contains(line, fmt.Sprintf("%d", route.Body>>20)) {
			t.Errorf("%s %s takes %d MB; the table says %s", route.Method, path, route.Body>>20, line)
		}
	}

	for _, path := range []string{"GET /media/:id", "GET /follow"} {
		if named(path) == "" {
			t.Errorf("%s is not in the table", path)
		}
	}
}

// TestSecurityNamesTestsThatAreThere: a probe is written down with the test that repeats it.
func TestSecurityNamesTestsThatAreThere(t *testing.T) {
	t.Parallel()
	whole, _ := securityText(t)
	have := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}

		text, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllStringSubmatch(string(text), -1) {
			have[m[1]] = true
		}

		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	for _, m := range regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(whole, -1) {
		if !have[m[1]] {
			t.Errorf("docs/security.md names %s, which is not there", m[1])
		}
	}
}
