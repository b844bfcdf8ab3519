package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"juzhen/internal/check"
	"juzhen/internal/e2e/world"
)

// TestLinksOfAPostAreLookedAt: by the console's own job, at a server that the operator named; nobody waits
// for it, and what it found keeps nobody from submitting.
func TestLinksOfAPostAreLookedAt(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/open" {
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(site.Close)
	w := world.New(t, func(setup *world.Setup) {
		setup.Environ = append(
			setup.Environ,
			"JUZHEN_OUTWARD_HOSTS="+strings.TrimPrefix(site.URL, "http://"),
		)
	})
	officer, _ := w.Actor("xuanchuan")
	text := fmt.Sprintf("详情见 %s/open 和 %s/gone", site.URL, site.URL)
	ask := func() (said []string) {
		found, err := w.Checks.Text(
			t.Context(),
			officer,
			check.Question{UnitID: w.Matrix.Root.ID, Text: text},
		)
		if err != nil {
			t.Fatal(err)
		}

		for _, f := range found {
			if f.Rule == check.LinkState {
				said = append(said, fmt.Sprint(f.Level, " ", f.Found, " ", f.Text))
			}
		}

		return said
	}

	if said := ask(); len(said) > 0 {
		t.Errorf("before anybody saved it: %v", said)
	}
	w.Submit(text, world.In(time.Hour), "环保北京")
	w.Eventually("what became of the links", func() bool { return len(ask()) > 0 })
	want := "hint " + site.URL + "/gone 链接 {.at} 打不开：没有这个网页（{.status}）"
	if said := ask(); len(said) != 1 || said[0] != want {
		t.Errorf("%q, want %q", said, want)
	}
}
