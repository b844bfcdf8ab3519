// Package library holds the pages of the content library: what was published, found by its words, and what
// units keep by hand. Who sees and changes what is package library's to say, of drafts package post's.
package library

import (
	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/column"
	"juzhen/internal/library"
	"juzhen/internal/media"
	"juzhen/internal/org"
	"juzhen/internal/post"
	"juzhen/internal/web"
)

// Deps are the use cases the pages call.
type Deps struct {
	Library  *library.Service
	Posts    *post.Service
	Accounts *account.Service
	Columns  *column.Service
	Units    *org.Service
}

type pages struct {
	kit *web.Kit
	Deps
}

// oneUpload bounds a form with one picture.
const oneUpload = media.MaxUpload + 1<<20

// Register declares the pages and their routes.
func Register(kit *web.Kit, deps Deps) {
	h := &pages{kit, deps}
	kit.Belongs("/posts", "/library")
	kit.Declare("library/list", listPage{})
	kit.Declare("library/item", itemPage{})

	g := kit.Group("/library")
	kit.Handle(g, "GET", "", access.PostView, h.list)
	kit.Handle(g, "GET", "/new", access.LibraryManage, h.blank)
	kit.Handle(g, "POST", "/items", access.LibraryManage, h.create, web.MaxBody(oneUpload))
	kit.Handle(g, "GET", "/items/:id", access.PostView, h.item)
	kit.Handle(g, "GET", "/items/:id/picture", access.PostView, h.picture)
	kit.Handle(g, "POST", "/items/:id", access.LibraryManage, h.change)
	kit.Handle(g, "POST", "/items/:id/retire", access.LibraryManage, h.retire)
}

// picture sends the bytes of an item's picture; small: its thumbnail.
func (h *pages) picture(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	data, mime, err := h.Library.Picture(c.Request.Context(), web.Actor(c), id, c.Query("small") != "")
	if err != nil {
		return err
	}
	c.Header("Cache-Control", "private, max-age=86400")
	c.Header("X-Content-Type-Options", "nosniff")
	c.Data(200, mime, data)

	return nil
}
