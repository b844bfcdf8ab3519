// Command shots signs in to a running console and takes pictures of pages at desk and phone width,
// light and dark:
//
//	go run ./internal/e2e/shots -base http://localhost:8080 -user press -password … \
//		-out /tmp/shots / /posts /calendar
//
// It is a tool for those who build pages and no test.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"juzhen/internal/e2e"
)

// tool reports like a test, to standard error.
type tool struct{ ends []func() }

func (t *tool) Helper()                        {}
func (t *tool) Name() string                   { return "shots" }
func (t *tool) Cleanup(f func())               { t.ends = append(t.ends, f) }
func (t *tool) Logf(format string, a ...any)   { fmt.Fprintf(os.Stderr, format+"\n", a...) }
func (t *tool) Errorf(format string, a ...any) { t.Logf(format, a...) }

func (t *tool) Fatalf(format string, a ...any) {
	t.Logf(format, a...)
	t.end()
	os.Exit(1)
}

func (t *tool) end() {
	for i := len(t.ends) - 1; i >= 0; i-- {
		t.ends[i]()
	}
}

func main() {
	base := flag.String("base", "http://localhost:8080", "address of the console")
	user := flag.String("user", "", "user name; empty: not signed in")
	password := flag.String("password", "", "password")
	out := flag.String("out", filepath.Join(os.TempDir(), "juzhen-shots"), "folder for the pictures")
	lang := flag.String("lang", "zh-CN", "language: zh-CN or en")
	themes := flag.String("themes", "light,dark", "themes")
	axe := flag.Bool("axe", false, "run axe-core on each page as well")
	flag.Parse()
	t := &tool{}
	defer t.end()
	tab := e2e.Launch(t).Open(t, *base)
	if *user != "" {
		tab.SignIn(*user, *password)
	}

	for _, theme := range strings.Split(*themes, ",") {
		tab.Prefer(*lang, theme)

		for _, width := range []int64{1440, 390} {
			tab.Size(width, map[int64]int64{1440: 900, 390: 844}[width])

			for _, path := range flag.Args() {
				take(t, tab, *out, path, theme, width, *axe)
			}
		}
	}
}

var notName = regexp.MustCompile(`[^a-zA-Z0-9]+`)

func take(t *tool, tab *e2e.Tab, out, path, theme string, width int64, axe bool) {
	tab.Go(path)
	tab.Ready()
	tab.FitsWidth()
	name := strings.Trim(notName.ReplaceAllString(path, "-"), "-")
	if name == "" {
		name = "home"
	}
	file := filepath.Join(out, fmt.Sprintf("%s-%d-%s.png", name, width, theme))
	tab.Picture(file)
	fmt.Println(file)
	if axe {
		tab.Axe()
	}
}
