// Package roster holds the operations on rosters of duty.
package roster

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/roster"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct{ Roster *roster.Service }

// api are these operations with what they call.
type api struct {
	*rest.API
	Deps
}

// Register adds the operations to the interface.
func Register(to *rest.API, deps Deps) {
	a := &api{to, deps}
	operation := func(method, path, id, text string) huma.Operation {
		return rest.Op(method, path, id, "plan", text)
	}
	rest.Register(a.API, operation(http.MethodGet, "/roster", "get-roster",
		i18n.N("一个单位的值班表：各班、空档、现在谁值班")), access.PostView, a.get)
	rest.Register(a.API, rest.Created(operation(http.MethodPost, "/roster/shifts", "add-shift",
		i18n.N("排一班"))), access.PlanManage, a.add)
	rest.Register(a.API, operation(http.MethodGet, "/roster/shifts/{id}", "get-shift",
		i18n.N("一班和它的交班说明")), access.PostView, a.find)
	rest.Register(a.API, operation(http.MethodPatch, "/roster/shifts/{id}", "change-shift",
		i18n.N("改班：换人、改时间；已经结束的不能改")), access.PlanManage, a.change)
	rest.Register(a.API, operation(http.MethodDelete, "/roster/shifts/{id}", "remove-shift",
		i18n.N("删除还没有开始的一班")), access.PlanManage, a.remove)
	rest.Register(a.API, operation(http.MethodPut, "/roster/shifts/{id}/note", "write-shift-note",
		i18n.N("写交班说明：由这一班的人，到结束后一天为止")), access.PostView, a.note)
	rest.Register(a.API, operation(http.MethodPost, "/roster/shifts/{id}/read", "read-shift-note",
		i18n.N("接班的人确认看过交班说明")), access.PostView, a.read)
	rest.Register(a.API, operation(http.MethodPut, "/roster/cover", "put-roster-cover",
		i18n.N("每天哪段时间要有人值班")), access.PlanManage, a.cover)
	importing := operation(http.MethodPost, "/roster/import", "import-roster",
		i18n.N("从 Excel 导入一个月的值班表，全部导入或一班不导入"))
	importing.MaxBodyBytes = roster.MaxFile + 64<<10
	rest.Register(a.API, importing, access.PlanManage, a.take)
}
