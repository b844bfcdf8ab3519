package reach_test

import (
	"fmt"
	"testing"

	"juzhen/internal/e2e"
	"juzhen/internal/web"
)

// TestFiguresAreDrawnSortedAndFitAPhone walks the pages of reach as a supervisor in a real browser.
func TestFiguresAreDrawnSortedAndFitAPhone(t *testing.T) {
	t.Parallel()
	pages, account, _ := filled(t)
	tab := e2e.Launch(t).Open(t, pages.URL)
	tab.SetCookie(web.CookieName, "boss")

	tab.Go("/reach")
	tab.See("#interactions canvas")
	tab.Axe()
	tab.Click("#interactions details summary")
	tab.SeeText("#interactions table", "2026-10-25")
	// without a jump: only the table and what leads on from it are taken over
	tab.Click("th a[href*='sort=followers']")
	tab.See("th[aria-sort=descending]")
	tab.See(".period-presets a[href*='sort=followers']")
	tab.SeeText(".reach-table tbody tr:first-child", "@环保北京")
	tab.Follow(".period-presets li:first-child a")
	tab.SeeText("main", "共 7 天")
	tab.See("th[aria-sort=descending]") // the order stays when the period changes
	tab.Follow(".reach-table tbody tr:first-child th a")
	tab.SeeText("h1", "@环保北京")
	tab.See("#posts canvas")
	tab.Axe()
	tab.Follow("#best tbody th a")
	tab.SeeText("h1", "平台上的微博")
	tab.Axe()

	tab.Size(390, 844)

	for _, path := range []string{"/reach", fmt.Sprintf("/reach/accounts/%d", account.ID), "/reach/budget"} {
		tab.Go(path)
		tab.FitsWidth()
	}
	tab.SetCookie("juzhen_lang", "en")
	tab.SetCookie("juzhen_theme", "dark")

	for _, path := range []string{"/reach", "/reach/budget"} {
		tab.Go(path)
		tab.Axe()
	}
	tab.SeeText("h1", "Call budget")
}
