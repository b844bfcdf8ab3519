// Package faultbook holds the operations on the register of faults.
package faultbook

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/faultbook"
	"juzhen/internal/i18n"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct{ Faults *faultbook.Service }

// api are these operations with what they call.
type api struct {
	*rest.API
	Deps
}

// Register adds the operations to the interface.
func Register(to *rest.API, deps Deps) {
	a := &api{to, deps}
	operation := func(method, path, id, text string) huma.Operation {
		return rest.Op(method, path, id, "inspection", text)
	}
	rest.Register(a.API, operation(http.MethodGet, "/faultbook", "list-faults",
		i18n.N("问题台账，最近有变化的在前")), access.ReachView, a.list)
	rest.Register(a.API, operation(http.MethodGet, "/faultbook/quarters", "list-fault-quarters",
		i18n.N("最近八个季度的预警、提醒、记入、销号和逾期")), access.ReachView, a.quarters)
	rest.Register(a.API, operation(http.MethodGet, "/faultbook/held", "list-faults-held",
		i18n.N("规则查出而没有自动记入台账的，按哪一类计数；本人是主管的单位")), access.InspectManage, a.held)
	rest.Register(a.API, operation(http.MethodPost, "/faultbook/held", "enter-faults-held",
		i18n.N("把一类没有自动记入的记入台账，一次至多 500 个")), access.InspectManage, a.enter)
	rest.Register(a.API, operation(http.MethodGet, "/faultbook/{id}", "get-fault",
		i18n.N("一个问题和它的经过")), access.ReachView, a.find)
	rest.Register(a.API, rest.Created(operation(http.MethodPost, "/faultbook", "open-fault",
		i18n.N("记入问题台账"))), access.FaultWrite, a.open)
	rest.Register(a.API, operation(http.MethodPost, "/faultbook/{id}/assign", "assign-fault",
		i18n.N("分派给整改单位，定下期限；改派和改期限须有 faultbook.close")), access.FaultWrite, a.assign)
	rest.Register(a.API, operation(http.MethodPost, "/faultbook/{id}/correct", "correct-fault",
		i18n.N("登记整改")), access.FaultWrite, a.correct)
	rest.Register(a.API, operation(http.MethodPost, "/faultbook/{id}/check", "check-fault",
		i18n.N("复核：由登记整改以外的人通过或退回")), access.FaultWrite, a.check)
	rest.Register(a.API, operation(http.MethodPost, "/faultbook/{id}/close", "close-fault",
		i18n.N("销号，由登记整改以外的人")), access.FaultClose, a.close)
	rest.Register(a.API, operation(http.MethodPost, "/faultbook/{id}/reopen", "reopen-fault",
		i18n.N("重新打开")), access.FaultClose, a.reopen)
}
