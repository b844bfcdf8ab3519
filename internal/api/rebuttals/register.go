// Package rebuttals holds the operations on rebuttals.
package rebuttals

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/check"
	"juzhen/internal/i18n"
	"juzhen/internal/rumour"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct {
	Rumours *rumour.Service
	Checks  *check.Service
}

// api are these operations with what they call.
type api struct {
	*rest.API
	Deps
}

// Register adds the operations to the interface.
func Register(to *rest.API, deps Deps) {
	a := &api{to, deps}
	operation := func(method, path, id, text string) huma.Operation {
		return rest.Op(method, path, id, "rebuttals", text)
	}
	rest.Register(a.API, operation(http.MethodGet, "/rebuttals", "list-rebuttals",
		i18n.N("辟谣，最近有变化的在前")), access.PostView, a.list)
	rest.Register(a.API, rest.Created(operation(http.MethodPost, "/rebuttals", "write-rebuttal",
		i18n.N("起草辟谣"))), access.RebuttalManage, a.write)
	rest.Register(a.API, operation(http.MethodGet, "/rebuttals/{id}", "get-rebuttal",
		i18n.N("一条辟谣：各版文字，与它不一致的待发稿件")), access.PostView, a.find)
	rest.Register(a.API, operation(http.MethodPut, "/rebuttals/{id}", "edit-rebuttal",
		i18n.N("修改辟谣，成为新的一版，须重新签发")), access.RebuttalManage, a.edit)
	rest.Register(a.API, operation(http.MethodPost, "/rebuttals/{id}/ask", "ask-rebuttal",
		i18n.N("送签辟谣")), access.RebuttalManage, a.act(rumour.Ask))
	rest.Register(a.API, operation(http.MethodPost, "/rebuttals/{id}/sign", "sign-rebuttal",
		i18n.N("签发辟谣：起草或送签的人不能签发")), access.PostReview, a.act(rumour.Sign))
	rest.Register(a.API, operation(http.MethodPost, "/rebuttals/{id}/return", "return-rebuttal",
		i18n.N("退回辟谣，写明原因")), access.PostReview, a.act(rumour.Return))
	rest.Register(a.API, operation(http.MethodPost, "/rebuttals/{id}/review", "review-rebuttal",
		i18n.N("复查辟谣：仍然属实")), access.RebuttalManage, a.act(rumour.Review))
	rest.Register(a.API, operation(http.MethodPost, "/rebuttals/{id}/withdraw", "withdraw-rebuttal",
		i18n.N("撤回辟谣，写明原因；签发过的须公开更正")), access.RebuttalManage, a.act(rumour.Withdraw))
	rest.Register(a.API, operation(http.MethodPost, "/rebuttals/{id}/correct", "correct-rebuttal",
		i18n.N("登记撤回的辟谣在哪里公开更正")), access.RebuttalManage, a.act(rumour.Correct))
}
