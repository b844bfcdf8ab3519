// Package deliveries holds the pages on which the sending of posts is watched and decided: the list of
// deliveries, the story of one with its certificate, hand-off and take-down, what a second person
// confirms, and how the sending itself is. It decides nothing about rights or states: each act
// is one use case of package delivery.
package deliveries

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/console/badge"
	"juzhen/internal/decision"
	"juzhen/internal/delivery"
	"juzhen/internal/dispatch"
	"juzhen/internal/media"
	"juzhen/internal/org"
	"juzhen/internal/pause"
	"juzhen/internal/post"
	"juzhen/internal/review"
	"juzhen/internal/roster"
	"juzhen/internal/todo"
	"juzhen/internal/web"
)

// Deps are the use cases the pages call.
type Deps struct {
	Deliveries *delivery.Service
	Decisions  *decision.Service
	Pauses     *pause.Service
	Posts      *post.Service
	Reviews    *review.Service
	Media      *media.Service
	Accounts   *account.Service
	Units      *org.Service
	Roster     *roster.Service
	Health     func(ctx context.Context) (Health, error) // of the engine of this process
}

// Health is how the sending is, as its engine tells. Most of it are the fields of dispatch.Health,
// which this package does not know.
type Health struct {
	// why nothing is sent now: shutdown, restored, clock_unmeasured, clock_wrong, lock_lost; "" while it is
	Stopped       string
	Process       string
	ClockOffset   time.Duration
	ClockKnown    bool
	ClockWarn     bool
	WeiboOffset   *time.Duration
	Held          int // prepared and in memory of this process
	Calling       int
	Unrecorded    int
	LastSuccess   *time.Time
	LateP50       time.Duration
	LateP99       time.Duration
	LateMax       time.Duration
	OldestOverdue *time.Time
	Overdue       int
	Unknown       int
	DueSoon       int // within the next hour
	TokensBad     int
	Processes     int
	// the console's database role could change the schema and switch the trail's triggers off
	OwnsTables bool
}

type pages struct {
	kit *web.Kit
	Deps
}

// Register declares the pages and their routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Badges(badge.Find)
	kit.Belongs("/posts", "/deliveries", "/decisions", "/takedowns", "/sending")
	kit.Declare("deliveries/list", listPage{})
	kit.Declare("deliveries/show", showPage{})
	kit.Declare("deliveries/certificate", certificatePage{})
	kit.Declare("takedowns/form", takedownPage{})
	kit.Declare("takedowns/show", batchPage{})
	kit.Declare("takedowns/show#progress-part", batchPage{})
	kit.Declare("deliveries/decision", decisionPage{})
	kit.Declare("deliveries/health", healthPage{})
	h.routeDeliveries(kit.Group("/deliveries"))
	h.routeRest(kit.Group("/"))
}

func (h *pages) routeDeliveries(g *gin.RouterGroup) {
	h.kit.Handle(g, "GET", "", access.PostView, h.list)
	h.kit.Handle(g, "GET", "/:id", access.PostView, h.show)
	h.kit.Handle(g, "GET", "/:id/pictures/:n", access.PostView, h.picture)
	h.kit.Handle(g, "GET", "/:id/certificate", access.PostView, h.certificate)
	h.kit.Handle(g, "POST", "/:id/cancel", access.PostWrite, h.cancel)
	h.kit.Handle(g, "POST", "/:id/replan", access.DeliveryDecide, h.replan)
	h.kit.Handle(g, "POST", "/:id/sent", access.DeliveryDecide, h.resolveSent)
	h.kit.Handle(g, "POST", "/:id/not-sent", access.DeliveryDecide, h.resolveNotSent)
	h.kit.Handle(g, "POST", "/:id/take", access.DeliveryDecide, h.take)
	h.kit.Handle(g, "POST", "/:id/give-back", access.DeliveryDecide, h.giveBack)
	h.kit.Handle(g, "POST", "/:id/link", access.DeliveryDecide, h.recordLink)
}

func (h *pages) routeRest(g *gin.RouterGroup) {
	h.kit.Handle(g, "GET", "posts/:id/takedown", access.Takedown, h.takedownForm)
	h.kit.Handle(g, "POST", "posts/:id/takedown", access.Takedown, h.takedown)
	h.kit.Handle(g, "GET", "takedowns/:id", access.PostView, h.batch)
	h.kit.Handle(g, "GET", "takedowns/:id/progress", access.PostView, h.batchProgress)
	h.kit.Handle(g, "POST", "takedowns/:id/confirm", access.DeliveryConfirm, h.confirmBatch)
	h.kit.Handle(g, "POST", "takedowns/:id/refuse", access.DeliveryConfirm, h.refuseBatch)
	h.kit.Handle(g, "GET", "decisions/:id", access.PostView, h.decision)
	h.kit.Handle(g, "POST", "decisions/:id/confirm", access.DeliveryConfirm, h.confirm)
	h.kit.Handle(g, "POST", "decisions/:id/refuse", access.DeliveryConfirm, h.refuse)
	h.kit.Handle(g, "GET", "sending", access.Pause, h.health)
	h.kit.Handle(g, "POST", "sending/release", access.Pause, h.release)
}

// TodoPages say where what waits is dealt with.
func TodoPages() todo.Pages {
	return todo.Pages{}.
		Page(delivery.TodoSubject, "/deliveries/%d").
		Page(decision.TodoSubject, "/decisions/%d").
		Page(decision.TodoBatchSubject, "/takedowns/%d").
		Page(dispatch.TodoSubject, "/sending")
}
