// Package matrix shows the accounts of the matrix by unit, and lets administrators connect, test and
// run them. It shows no text of a post: that is for the desk and the pages of reach.
package matrix

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/console/badge"
	"juzhen/internal/org"
	"juzhen/internal/push"
	"juzhen/internal/reach"
	"juzhen/internal/todo"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// Deps are the use cases behind the pages.
type Deps struct {
	Org      *org.Service
	Accounts *account.Service
	Reach    *reach.Service
	Push     *push.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// importLimit is the largest file of past posts a browser may send.
const importLimit = 33 << 20

// Register adds the routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Badges(badge.Find)
	kit.Duty(page.NavEntry{
		Text:  "矩阵",
		Href:  "/matrix",
		Icon:  "sitemap",
		Needs: []access.Permission{access.AccountView},
	})
	kit.Declare("matrix/list", listPage{})
	kit.Declare("matrix/form", formPage{})
	kit.Declare("matrix/account", accountPage{})
	kit.Declare("matrix/account#backfill", accountPage{})
	g := kit.Group("/matrix")
	kit.Handle(g, http.MethodGet, "", access.AccountView, h.list)
	kit.Handle(g, http.MethodGet, "/accounts/new", access.AccountManage, h.blank)
	kit.Handle(g, http.MethodPost, "/accounts", access.AccountManage, h.create)
	kit.Handle(g, http.MethodGet, "/accounts/:id", access.AccountView, h.show)
	kit.Handle(g, http.MethodGet, "/accounts/:id/backfill", access.AccountView, h.progress)

	for path, act := range map[string]web.Handler{
		"edit":      h.update,
		"state":     h.setState,
		"authorise": h.authorise,
		"token":     h.importToken,
		"revoke":    h.revoke,
		"test":      h.test,
		"backfill":  h.backfill,

		"push":        h.makePush,
		"push/revoke": h.revokePush,
	} {
		kit.Handle(g, http.MethodPost, "/accounts/:id/"+path, access.AccountManage, act)
	}
	kit.Handle(g, http.MethodGet, "/accounts/:id/edit", access.AccountManage, h.edit)
	h.importRoutes()
	kit.Handle(kit.Group("/oauth/weibo"), http.MethodGet, "/callback", access.AccountManage, h.callback)
}

var crumb = page.Crumb{Text: "矩阵", Href: "/matrix"}

func href(id int64) string { return fmt.Sprintf("/matrix/accounts/%d", id) }

// back leads to the account's page after an act and says what happened.
func (h *pages) back(c *gin.Context, id int64, text string, args ...any) error {
	return h.kit.See(c, href(id), text, args...)
}

// TodoPages say where what waits is dealt with.
func TodoPages() todo.Pages { return todo.Pages{}.Page(account.TodoSubject, "/matrix/accounts/%d") }
