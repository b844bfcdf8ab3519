// Package inspection holds the operations on inspections.
package inspection

import (
	"net/http"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/inspect"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct{ Inspect *inspect.Service }

// api are these operations with what they call.
type api struct {
	*rest.API
	Deps
}

// Register adds the operations to the interface.
func Register(to *rest.API, deps Deps) {
	a := &api{to, deps}
	rest.Register(a.API, rest.Op(http.MethodGet, "/inspection", "list-inspection", "inspection",
		i18n.N("哪个账号照现有安排哪天起检查不合格，最先的在前")), access.ReachView, a.board)
	rest.Register(a.API, rest.Op(http.MethodGet, "/inspection/runs", "list-inspection-runs", "inspection",
		i18n.N("存下的每周和每季检查，最近的在前")), access.ReachView, a.runs)
	rest.Register(a.API, rest.Op(http.MethodGet, "/inspection/runs/{id}", "get-inspection-run", "inspection",
		i18n.N("一次存下的检查：每个账号每条规则当时的结论")), access.ReachView, a.run)
	rest.Register(a.API, rest.Op(http.MethodGet, "/inspection/accounts/{id}", "get-interaction", "inspection",
		i18n.N("一个账号互动功能的检查表，最近的在前")), access.ReachView, a.looks)
	rest.Register(
		a.API,
		rest.Created(rest.Op(http.MethodPost, "/inspection/accounts/{id}", "check-interaction",
			"inspection", i18n.N("登记一次互动功能的检查"))),
		access.InspectManage,
		a.look,
	)
}
