package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"juzhen/internal/app"
	"juzhen/internal/beijing"
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

// TestThePublicSiteInABrowser: what was sent and read back is there for everybody, fits a phone and a desk
// in both themes, passes axe, is reached by keys, and is gone once it is taken down.
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
	said(t, w, sent.ID)
	server := publicSite(t, w)
	tab := browser().Open(t, server.URL)
	tab.Go("/matrix")
	tab.Follow("main h2 a")
	district := tab.Path()
	tab.Go("/rebuttals")
	tab.Follow("main .more a")
	rebuttal := tab.Path()
	tab.SeeText("article", "没有发布红色预警")
	tab.Go("/")
	tab.SeeText("aside.correction", "生效中的预警")
	tab.SeeText("article", "由 @环保北京 于")
	tab.Follow("article .more a")
	post := tab.Path()

	for _, theme := range []string{"light", "dark"} {
		tab.scheme(theme)

		for _, width := range []int64{1440, 390} {
			tab.Size(width, 900)

			for name, path := range map[string]string{
				"home": "/", "matrix": "/matrix", "post": post, "search": "/search?q=通風 藍天", "about": "/en/about",
				"contact": "/contact", "accessibility": "/accessibility", "missing": "/p/1", "air": "/air",
				"rebuttals": "/rebuttals", "rebuttal": rebuttal, "district": district, "english": "/en/air",
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

	tab.Go(post)
	readsInOrder(t, tab,
		"link 跳到正文", "link 某市生态环境", "navigation 主导航", "heading 提示", "heading 出处与核对",
		"StaticText 公开编号", "link 在微博上查看原文", "link 关于本站", "link English")
	tab.Go("/air")
	readsInOrder(t, tab,
		"heading 空气质量", "heading 预警信息", "heading 实况", "heading 预报", "heading 健康提示")
	printsForReaders(t, tab, post)
	staysInTwiceTheSize(tab, post, "/air", rebuttal, "/matrix")
	tab.Step("no scripts", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled,
			emulation.SetScriptExecutionDisabledParams{Value: true})

		return err
	}))

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

// said has a post that is public be begun by the template of a warning, and a rebuttal in force.
func said(t *testing.T, w *world.World, post int64) {
	t.Helper()
	local := func(days int) string {
		return time.Now().In(beijing.Zone).AddDate(0, 0, days).Format("2006-01-02T15:04")
	}
	author, _ := w.Actor("xuanchuan")
	_, err := w.DB.Pool().Exec(t.Context(), `
INSERT INTO template_uses (post_id, unit_id, kind, wording, filled, used_by, used_at)
VALUES ($1, $2, 'warning', '', jsonb_build_object('colour', '橙', 'from', $3::text, 'until', $4::text), $5, now())`,
		post, w.Matrix.Root.ID, local(0), local(2), author.UserID)
	must(t, err)

	for _, sql := range []string{
		"INSERT INTO site_unread (platform_post_id) SELECT id FROM platform_posts WHERE text LIKE '【提示】%'",
		`INSERT INTO site.rebuttals (number, unit_name, claim, truth, area, evidence, valid_from, valid_until,
    signed_at, hash, correction)
VALUES (4000000000000001, '某市生态环境局', '明天红色预警', '没有发布红色预警。', '全市',
    '[{"source": "https://example.org/e", "note": "会商结论"}]', now(), now() + interval '2 days', now(), 'x', '')`,
	} {
		_, err := w.DB.Pool().Exec(t.Context(), sql)
		must(t, err)
	}

	w.Eventually("the site knows the warning", func() (known bool) {
		must(t, w.Site.Fill(t.Context()))
		must(t, w.DB.Pool().QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM site.air)").Scan(&known))

		return known
	})
}

// readsInOrder walks the tree that a screen reader gets, and finds the parts in it one behind the other,
// each as "role name", where the name begins so.
func readsInOrder(t *testing.T, tab *Tab, parts ...string) {
	t.Helper()
	tab.Step(
		"the accessibility tree",
		chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			tree, err := cdp.Call(
				ctx,
				target,
				accessibility.GetFullAXTree,
				accessibility.GetFullAXTreeParams{},
			)
			if err != nil {
				return err
			}

			byID := map[accessibility.NodeID]*accessibility.Node{}
			for _, node := range tree.Nodes {
				byID[node.NodeID] = node
			}
			var read []string
			var walk func(node *accessibility.Node)
			walk = func(node *accessibility.Node) {
				if node == nil {
					return
				}
				if !node.Ignored {
					read = append(read, strings.TrimSpace(spoken(node.Role)+" "+spoken(node.Name)))
				}

				for _, child := range node.ChildIDs {
					walk(byID[child])
				}
			}
			walk(tree.Nodes[0])
			left := parts

			for _, one := range read {
				if len(left) > 0 && strings.HasPrefix(one, left[0]) {
					left = left[1:]
				}
			}
			if len(left) > 0 {
				t.Errorf("%q is not read in its place:\n%s", left[0], strings.Join(read, "\n"))
			}

			return nil
		}),
	)
}

// spoken is a value as it is spoken; a term is read by the text in it.
func spoken(value *accessibility.Value) (said string) {
	if value != nil {
		_ = json.Unmarshal(value.Value, &said)
	}

	return said
}

// staysInTwiceTheSize: letters of twice the size push nothing out of the page, at a desk and on a phone.
func staysInTwiceTheSize(tab *Tab, paths ...string) {
	for _, width := range []int64{1280, 390} {
		tab.Size(width, 900)

		for _, path := range paths {
			tab.Go(path)
			tab.Eval(`document.documentElement.style.fontSize = "34px"; true`)
			tab.FitsWidth()
		}
	}
}

// printsForReaders: on paper stand the text, its proof and where it is on Weibo, and none of the ways
// around.
func printsForReaders(t *testing.T, tab *Tab, path string) {
	t.Helper()
	tab.Go(path)
	tab.Step("print", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		printed, err := cdp.Call(ctx, target, page.PrintToPDF, page.PrintToPDFParams{})
		if err != nil {
			return err
		}
		read := exec.CommandContext(ctx, "pdftotext", "-layout", "-", "-")
		read.Stdin = bytes.NewReader(printed.Data)
		out, err := read.Output()
		if err != nil {
			return err
		}
		text := strings.Join(strings.Fields(string(out)), "")

		for _, want := range []string{"冬季取暖请注意通风", "公开编号", "SHA-256", "weibo.com/"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not on paper:\n%s", want, out)
			}
		}

		for _, none := range []string{"跳到正文", "最新辟谣", "English"} {
			if strings.Contains(text, none) {
				t.Errorf("%q is on paper:\n%s", none, out)
			}
		}

		return nil
	}))
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
