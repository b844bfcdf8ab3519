// Package library holds the operations on the content library.
package library

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/library"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct{ Library *library.Service }

// api are these operations with what they call.
type api struct {
	*rest.API
	Deps
}

// Register adds the operations to the interface.
func Register(to *rest.API, deps Deps) {
	a := &api{to, deps}
	operation := func(method, path, id, text string) huma.Operation {
		return rest.Op(method, path, id, "library", text)
	}
	rest.Register(a.API, operation(http.MethodGet, "/library", "search-library",
		i18n.N("发布过的文字，按词查找，最近发布的在前")), access.PostView, a.search)
	rest.Register(a.API, operation(http.MethodGet, "/library/items", "list-library-items",
		i18n.N("单位收存的片段、文稿与图片")), access.PostView, a.items)
	rest.Register(a.API, rest.Created(operation(http.MethodPost, "/library/items", "create-library-item",
		i18n.N("收入素材库"))), access.LibraryManage, a.create)
	rest.Register(a.API, operation(http.MethodGet, "/library/items/{id}", "get-library-item",
		i18n.N("一项素材")), access.PostView, a.item)
	rest.Register(a.API, operation(http.MethodPatch, "/library/items/{id}", "update-library-item",
		i18n.N("修改素材")), access.LibraryManage, a.change)
	rest.Register(a.API, operation(http.MethodDelete, "/library/items/{id}", "retire-library-item",
		i18n.N("停用素材")), access.LibraryManage, a.retire)
	rest.Register(a.API, operation(http.MethodPost, "/library/items/{id}/use", "use-library-item",
		i18n.N("用在一个单位的稿件里：记一次使用，图片成为该单位的一张")), access.PostWrite, a.use)
}
