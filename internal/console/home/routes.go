// Package home holds the page on which a person begins: what needs them, what goes out today and
// tomorrow, how the accounts are; for who answers for inspections who is silent, whose response falls, what
// is wrong and what went best; and the search in the head of every page. Rights and states are decided
// by the use cases it calls.
package home

import (
	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/faultbook"
	"juzhen/internal/inspect"
	"juzhen/internal/org"
	"juzhen/internal/post"
	"juzhen/internal/reach"
	"juzhen/internal/todo"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases the pages call.
type Deps struct {
	Posts      *post.Service
	Deliveries *delivery.Service
	Accounts   *account.Service
	Units      *org.Service
	Todos      *todo.Service
	Reach      *reach.Service
	Inspect    *inspect.Service
	Faults     *faultbook.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// Register declares the pages and their routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Duty(page.NavEntry{Text: "工作台", Href: "/", Icon: "layout-dashboard", Phone: true})

	kit.Declare("home/home", homePage{})
	kit.Declare("home/search", searchPage{})
	kit.Declare("home/past", pastPage{})

	root := kit.Group("/")
	kit.Handle(root, "GET", "", access.Self, h.home)
	kit.Handle(root, "GET", "search", access.Self, h.search)
	kit.Handle(root, "GET", "search/past", access.ReachView, h.searchPast)
}
