package deliveries_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"juzhen/internal/e2e"
	"juzhen/internal/web"
)

func TestABatchServesEverybodyInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	postID := w.sentToMany(300)
	server := httptest.NewServer(w.kit.Handler())
	t.Cleanup(server.Close)
	browser := e2e.Launch(t)
	tab := browser.Open(t, server.URL)
	tab.SetCookie(web.CookieName, "chief")
	form := fmt.Sprintf("/posts/%d/takedown", postID)

	for _, width := range []int64{390, 1440} {
		tab.Size(width, 900)

		for _, path := range []string{form, "/pauses/new?account=101"} {
			tab.Go(path)
			tab.Ready()
			tab.FitsWidth()
			tab.Axe()
			keep(tab, fmt.Sprintf("%s-%d", filepath.Base(path[:7]), width))
		}
	}
	tab.Go(form)
	tab.Click("tbody tr:nth-child(2) input[name=delivery]")
	tab.SeeText("[data-scope-count]", "已选 1 个")
	tab.Eval(`document.querySelector("#scope-some").checked`)
	tab.Click("#scope-all")
	tab.Type("textarea[name=reason]", "数据有误")
	tab.Follow(".form-end button[type=submit]")
	tab.SeeText(".banner-good", "已申请从 300 个账号下架")
	batch := tab.Path()

	second := browser.Open(t, server.URL)
	second.SetCookie(web.CookieName, "reviewer")

	for _, width := range []int64{390, 1440} {
		second.Size(width, 900)
		second.Go(batch)
		second.Ready()
		second.FitsWidth()
		second.Axe()
		keep(second, fmt.Sprintf("batch-%d", width))
	}
	second.Follow(".answers .btn-danger")
	second.SeeText("#batch-progress", "0 / 300")
	w.exec("UPDATE delivery_decisions SET state = 'done', done_at = now()")
	second.SeeText("#batch-progress", "300 / 300")
	second.Gone("[data-poll]")
}

func keep(tab *e2e.Tab, name string) {
	if dir := os.Getenv("E2E_PICTURES"); dir != "" {
		tab.Picture(filepath.Join(dir, name+".png"))
	}
}
