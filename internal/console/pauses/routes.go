// Package pauses holds the pages on which the sending of a unit or an account is stopped, with what that
// stops shown first, and resumed, with a choice for each delivery that was held. Rights and states are
// decided by package delivery.
package pauses

import (
	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/delivery"
	"juzhen/internal/org"
	"juzhen/internal/pause"
	"juzhen/internal/web"
)

// Deps are the use cases the pages call.
type Deps struct {
	Deliveries *delivery.Service
	Pauses     *pause.Service
	Accounts   *account.Service
	Units      *org.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// Register declares the pages and their routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Belongs("/posts", "/pauses")
	kit.Declare("pauses/list", pausesPage{})
	kit.Declare("pauses/form", pausePage{})
	kit.Declare("pauses/form#names", namesPart{})
	kit.Declare("pauses/form#reach", pausePage{})
	kit.Declare("pauses/resume", resumePage{})

	g := kit.Group("/pauses")
	kit.Handle(g, "GET", "", access.UnitView, h.pauses)
	kit.Handle(g, "GET", "/new", access.Pause, h.pauseForm)
	kit.Handle(g, "GET", "/accounts", access.Pause, h.pauseNames)
	kit.Handle(g, "GET", "/preview", access.Pause, h.pauseReach)
	kit.Handle(g, "POST", "", access.Pause, h.pause)
	kit.Handle(g, "GET", "/:id", access.Pause, h.resumeForm)
	kit.Handle(g, "POST", "/:id/resume", access.Pause, h.resume)
}
