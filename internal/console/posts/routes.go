// Package posts holds the pages on which posts are written and followed: the list, the form, the page of
// one post with its story, and the pictures. Rights and states are decided by the use cases it calls.
package posts

import (
	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/check"
	"juzhen/internal/column"
	"juzhen/internal/console/badge"
	"juzhen/internal/delivery"
	"juzhen/internal/library"
	"juzhen/internal/link"
	"juzhen/internal/media"
	"juzhen/internal/org"
	"juzhen/internal/pdf"
	"juzhen/internal/plan"
	"juzhen/internal/post"
	"juzhen/internal/relay"
	"juzhen/internal/review"
	"juzhen/internal/todo"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases the pages call.
type Deps struct {
	Posts      *post.Service
	Media      *media.Service
	Reviews    *review.Service
	Checks     *check.Service
	Relays     *relay.Service
	Links      *link.Service
	Deliveries *delivery.Service
	Accounts   *account.Service
	Units      *org.Service
	Columns    *column.Service
	Plan       *plan.Service
	PDF        *pdf.Maker
	Library    *library.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// Bounds of a request with pictures: one that is sent by itself, and a whole form of a browser without
// scripts.
const (
	oneUpload = media.MaxUpload + 1<<20
	maxForm   = 64 << 20
)

// Register declares the pages and their routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Badges(badge.Find)
	kit.Duty(page.NavEntry{
		Text:  "稿件",
		Href:  "/posts",
		Icon:  "file-text",
		Phone: true,
		Needs: []access.Permission{access.PostView},
	})
	kit.Belongs("/posts", "/advances")

	kit.Declare("posts/list", listPage{})
	kit.Declare("posts/many", manyPage{})
	kit.Declare("posts/edit", composePage{})
	kit.Declare("posts/edit#autosaved", composePage{})
	kit.Declare("posts/edit#picture", pictureField{})
	kit.Declare("posts/edit#check", checkPart{})
	kit.Declare("posts/edit#library", libraryPart{})
	kit.Declare("posts/edit#branch", branchPart{})
	kit.Declare("posts/edit#accounts-found", foundPart{})
	kit.Declare("posts/edit#own", ownPart{})
	kit.Declare("posts/edit#own-answer", composePage{})
	kit.Declare("posts/edit#moved", composePage{})
	kit.Declare("posts/stale", stalePage{})
	kit.Declare("posts/show", postPage{})
	kit.Declare("posts/review_form", formPage{})
	kit.Declare("posts/show#story", storyPart{})
	kit.Declare("posts/advance", advancePage{})

	root := kit.Group("/")
	kit.Handle(root, "GET", "media/:id", access.PostView, h.picture)
	kit.Handle(root, "GET", "media/:id/thumb", access.PostView, h.thumb)
	h.routePosts(kit.Group("/posts"))

	advances := kit.Group("/advances")
	kit.Handle(advances, "GET", "/:id", access.PostView, h.advance)
	kit.Handle(advances, "POST", "/:id/agree", access.PostView, h.agreeAdvance)
	kit.Handle(advances, "POST", "/:id/refuse", access.PostView, h.refuseAdvance)
}

func (h *pages) routePosts(g *gin.RouterGroup) {
	h.kit.Handle(g, "GET", "", access.PostView, h.list)
	h.kit.Handle(g, "GET", "/many", access.PostWrite, h.many)
	h.kit.Handle(g, "POST", "/many", access.PostWrite, h.doMany)
	h.kit.Handle(g, "GET", "/new", access.PostWrite, h.compose)
	h.kit.Handle(g, "POST", "/save", access.PostWrite, h.save, web.MaxBody(maxForm))
	h.kit.Handle(g, "POST", "/pictures", access.PostWrite, h.upload, web.MaxBody(oneUpload))
	h.kit.Handle(g, "POST", "/check", access.PostWrite, h.check)
	h.kit.Handle(g, "POST", "/check/exceptions", access.PostWrite, h.exceptWriting)
	h.kit.Handle(g, "POST", "/free", access.PostWrite, h.free)
	h.kit.Handle(g, "GET", "/words", access.PostWrite, h.words)
	h.kit.Handle(g, "GET", "/library", access.PostWrite, h.lookIntoLibrary)
	h.kit.Handle(g, "POST", "/library/:id", access.PostWrite, h.takeFromLibrary)
	h.kit.Handle(g, "GET", "/accounts", access.PostWrite, h.accounts)
	h.kit.Handle(g, "GET", "/own", access.PostWrite, h.ownField)
	h.kit.Handle(g, "GET", "/:id", access.PostView, h.show)
	h.kit.Handle(g, "GET", "/:id/review-form", access.PostView, h.reviewForm)
	h.kit.Handle(g, "GET", "/:id/review-form.pdf", access.PostView, h.reviewFile)
	h.kit.Handle(g, "GET", "/:id/edit", access.PostWrite, h.edit)
	h.kit.Handle(g, "POST", "/:id/copy", access.PostWrite, h.copy)
	h.kit.Handle(g, "POST", "/:id/revise", access.PostWrite, h.revise)
	h.kit.Handle(g, "POST", "/:id/withdraw", access.PostWrite, h.withdraw)
	h.kit.Handle(g, "POST", "/:id/reschedule", access.PostWrite, h.reschedule)
	h.kit.Handle(g, "POST", "/:id/exceptions", access.PostView, h.except)
	h.kit.Handle(g, "POST", "/:id/links/look", access.PostView, h.lookAgain)
	h.kit.Handle(g, "POST", "/:id/delete", access.PostWrite, h.delete)
	h.kit.Handle(g, "GET", "/:id/deliveries/:delivery", access.PostView, h.story)
	h.kit.Handle(g, "POST", "/:id/deliveries/:delivery/cancel", access.PostWrite, h.cancel)
	h.kit.Handle(g, "POST", "/:id/deliveries/:delivery/replan", access.DeliveryDecide, h.replan)
}

// TodoPages say where what waits is dealt with.
func TodoPages() todo.Pages {
	return todo.Pages{}.Page(post.TodoSubject, "/posts/%d").Page(delivery.AdvanceSubject, "/advances/%d")
}
