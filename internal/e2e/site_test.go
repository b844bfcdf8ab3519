package e2e

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"juzhen/internal/app"
	"juzhen/internal/config"
	"juzhen/internal/delivery"
	"juzhen/internal/e2e/world"
	"juzhen/internal/pgtest"
	"juzhen/internal/seal"
	"juzhen/internal/site"
)

// publicSite opens the public site of a world, as two people do, in a server of its own.
func publicSite(t *testing.T, w *world.World) *httptest.Server {
	t.Helper()
	asker, _ := w.Actor("guanli")
	second, _ := w.Actor("zhuguan")
	draft, err := w.Site.Find(t.Context(), asker)
	must(t, err)
	draft, err = w.Site.Save(t.Context(), asker, draft.Revision, site.Look{
		Name: "某市生态环境", NameEn: "Ecology and Environment", Footer: "主办：某市生态环境局", Accent: "#1f5f8b",
	})
	must(t, err)
	draft, err = w.Site.Ask(t.Context(), asker, draft.Revision)
	must(t, err)
	_, err = w.Site.Answer(t.Context(), second, draft.Revision, true)
	must(t, err)

	server := httptest.NewUnstartedServer(nil)
	address := server.Listener.Addr().String()
	public, err := app.NewSite(t.Context(), config.Config{
		SiteListen: address, SiteURL: "http://" + address,
		SiteDatabaseURL: seal.Secret(pgtest.AsReader(w.DB.Pool().Config().ConnString())),
	}, address, slog.New(slog.DiscardHandler))
	must(t, err)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- public.Follow(ctx) }()
	t.Cleanup(func() { stop(); <-done; public.Close() })
	server.Config.Handler = public
	server.Start()
	t.Cleanup(server.Close)

	return server
}

// TestThePublicSiteInABrowser: what was sent and read back is there for everybody, fits a phone and a desk in
// both themes, passes axe, is reached by keys, and is gone once it is taken down.
func TestThePublicSiteInABrowser(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	sent := w.Approve("【提示】冬季取暖请注意通风，共护蓝天。\n详见 https://example.org/a", nil, "环保北京")
	d := w.Wait(sent.ID, "环保北京", delivery.Sent)
	w.Eventually("it is public", func() bool {
		_, err := w.Reach.Plan(t.Context())
		must(t, err)
		must(t, w.Site.Fill(t.Context()))
		public := false
		must(t, w.DB.Pool().QueryRow(t.Context(),
			"SELECT EXISTS (SELECT FROM site.posts WHERE text LIKE '【提示】%')").Scan(&public))

		return public
	})
	server := publicSite(t, w)
	tab := browser().Open(t, server.URL)
	tab.Go("/")
	tab.SeeText("article", "由 @环保北京 于")
	tab.Follow("article .more a")
	post := tab.Path()

	for _, theme := range []string{"light", "dark"} {
		tab.scheme(theme)

		for _, width := range []int64{1440, 390} {
			tab.Size(width, 900)

			for name, path := range map[string]string{
				"home": "/", "matrix": "/matrix", "post": post, "search": "/search?q=通風 藍天", "about": "/en/about",
				"contact": "/contact", "accessibility": "/accessibility", "missing": "/p/1",
			} {
				tab.Go(path)
				tab.See("#main")
				tab.FitsWidth()
				tab.Axe()
				if dir := os.Getenv("E2E_PICTURES"); dir != "" {
					tab.Picture(filepath.Join(dir, fmt.Sprintf("site-%s-%d-%s.png", name, width, theme)))
				}
			}
		}
	}

	tab.Go("/search?q=通風 藍天")
	tab.SeeText("article", "冬季取暖")
	tab.Press(kb.Tab)
	tab.focused(".skip")
	tab.Press(kb.Enter)
	tab.focused("#main")

	_, err := w.DB.Pool().Exec(t.Context(), "UPDATE deliveries SET live = 'taken_down' WHERE id = $1", d.ID)
	must(t, err)
	w.Eventually("the post is withdrawn", func() bool {
		answer, err := http.Get(server.URL + post)
		must(t, err)
		defer answer.Body.Close()

		return answer.StatusCode == http.StatusGone
	})
	// The browser may keep a page for half a minute; at another address it asks.
	tab.Go(post + "?again")
	tab.SeeText("h1", "内容已撤下")
	tab.Go("/?again")
	tab.Gone("article[itemtype] a[href='" + post + "']")
}

// scheme is what the reader's machine is set to.
func (b *Tab) scheme(name string) {
	b.t.Helper()
	b.Step("scheme "+name, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
		})

		return err
	}))
}
