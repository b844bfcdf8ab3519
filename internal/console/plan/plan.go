// Package plan holds the pages that look ahead: how the days of a year are worked, and what each account has
// on which day. It belongs to the calendar.
package plan

import (
	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/column"
	"juzhen/internal/console/badge"
	"juzhen/internal/org"
	"juzhen/internal/plan"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases the pages call.
type Deps struct {
	Plan     *plan.Service
	Units    *org.Service
	Accounts *account.Service
	Columns  *column.Service
	Public   string // the address of the console
}

type pages struct {
	kit *web.Kit
	Deps
}

// crumb leads back to the calendar.
var crumb = page.Crumb{Text: "日历", Href: "/calendar"}

// gridCrumb leads back to accounts by days.
var gridCrumb = page.Crumb{Text: "账号与日期", Href: "/plan"}

// Register declares the pages and their routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Badges(badge.Find)
	kit.Belongs("/calendar", "/plan")
	kit.Declare("plan/grid", gridPage{})
	kit.Declare("plan/import", importPage{})
	kit.Declare("plan/preview", previewPage{})
	kit.Declare("plan/copy", copyPage{})
	kit.Declare("plan/move", movePage{})
	kit.Declare("plan/series", seriesListPage{})
	kit.Declare("plan/series_new", seriesNewPage{})
	kit.Declare("plan/series_show", seriesPage{})
	kit.Declare("plan/holidays", holidaysPage{})
	kit.Declare("plan/slots", slotsPage{})
	kit.Declare("plan/queue", queuePage{})

	g := kit.Group("/plan")
	kit.Handle(g, "GET", "", access.PostView, h.grid)
	kit.Handle(g, "GET", "/export.xlsx", access.PostView, h.export)
	kit.Handle(g, "GET", "/import", access.PostWrite, h.importForm)
	kit.Handle(g, "GET", "/import/template.xlsx", access.PostWrite, h.template)
	kit.Handle(g, "POST", "/import", access.PostWrite, h.takeFile, web.MaxBody(importBody))
	kit.Handle(g, "GET", "/import/:id", access.PostWrite, h.preview)
	kit.Handle(g, "POST", "/import/:id", access.PostWrite, h.importKept)
	kit.Handle(g, "POST", "/imports/:id/undo", access.PostWrite, h.undo)
	kit.Handle(g, "GET", "/copy", access.PostWrite, h.copyForm)
	kit.Handle(g, "POST", "/copy", access.PostWrite, h.copyWeek)
	kit.Handle(g, "GET", "/move", access.PostWrite, h.moveForm)
	kit.Handle(g, "POST", "/move", access.PostWrite, h.moveDay)
	kit.Handle(g, "GET", "/series", access.PostView, h.seriesList)
	kit.Handle(g, "GET", "/series/new", access.PostWrite, h.seriesForm)
	kit.Handle(g, "POST", "/series", access.PostWrite, h.makeSeries)
	kit.Handle(g, "GET", "/series/:id", access.PostView, h.showSeries)
	kit.Handle(g, "POST", "/series/:id/submit", access.PostWrite, h.submitSeries)
	kit.Handle(g, "POST", "/series/:id/stop", access.PostWrite, h.stopSeries)
	kit.Handle(kit.Group("/feeds"), "GET", "/plan/:file", web.Open, h.feed, web.NoSession())
	kit.Handle(g, "GET", "/holidays", access.PostView, h.holidays)
	kit.Handle(g, "POST", "/holidays", access.PlanManage, h.setHolidays)
	kit.Handle(g, "GET", "/slots", access.PostView, h.slots)
	kit.Handle(g, "POST", "/slots", access.PlanManage, h.setSlots)
	kit.Handle(g, "GET", "/queue", access.PostView, h.queue)
	kit.Handle(g, "POST", "/queue/move", access.PostWrite, h.moveInQueue)
}
