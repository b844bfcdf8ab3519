// Package plan holds the pages that look ahead: how the days of a year are worked, and what each account has
// on which day. It belongs to the calendar.
package plan

import (
	"juzhen/internal/access"
	"juzhen/internal/console/badge"
	"juzhen/internal/plan"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases the pages call.
type Deps struct {
	Plan *plan.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// crumb leads back to the calendar.
var crumb = page.Crumb{Text: "日历", Href: "/calendar"}

// Register declares the pages and their routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Badges(badge.Find)
	kit.Belongs("/calendar", "/plan/holidays")
	kit.Declare("plan/holidays", holidaysPage{})

	g := kit.Group("/plan")
	kit.Handle(g, "GET", "/holidays", access.PostView, h.holidays)
	kit.Handle(g, "POST", "/holidays", access.PlanManage, h.setHolidays)
}
