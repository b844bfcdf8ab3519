// Package inbox holds the operations on what citizens say to the accounts.
package inbox

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/inbox"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct{ Inbox *inbox.Service }

// api are these operations with what they call.
type api struct {
	*rest.API
	Deps
}

// Register adds the operations to the interface.
func Register(to *rest.API, deps Deps) {
	a := &api{to, deps}
	operation := func(method, path, id, text string) huma.Operation {
		return rest.Op(method, path, id, "inbox", text)
	}
	rest.Register(a.API, operation(http.MethodGet, "/inbox", "list-inbox",
		i18n.N("市民互动，最先到答复时限的在前；姓名和号码隐去")), access.InboxView, a.list)
	rest.Register(a.API, rest.Tables(operation(http.MethodGet, "/inbox/rates", "get-inbox-rates",
		i18n.N("一个月的响应率、解决率、满意率（本台口径），按账号的单位"))), access.InboxView, a.rates)
	rest.Register(a.API, operation(http.MethodGet, "/inbox/terms", "list-inbox-terms",
		i18n.N("各单位的答复时限和服务时间")), access.InboxView, a.terms)
	rest.Register(a.API, operation(http.MethodGet, "/inbox/terms/{id}", "get-inbox-terms",
		i18n.N("一个单位的答复时限：现在的和以后的")), access.InboxView, a.termsOf)
	rest.Register(a.API, operation(http.MethodPut, "/inbox/terms/{id}", "set-inbox-terms",
		i18n.N("从某时起改一个单位的答复时限和服务时间")), access.ClockManage, a.setTerms)
	rest.Register(a.API, operation(http.MethodGet, "/inbox/rules", "list-inbox-rules",
		i18n.N("互动的分派规则，按单位和次序")), access.InboxView, a.rules)
	rest.Register(a.API, rest.Created(operation(http.MethodPost, "/inbox/rules", "create-inbox-rule",
		i18n.N("新建一条分派规则"))), access.InboxRule, a.makeRule)
	rest.Register(a.API, operation(http.MethodPut, "/inbox/rules/{id}", "change-inbox-rule",
		i18n.N("改一条分派规则")), access.InboxRule, a.changeRule)
	rest.Register(a.API, operation(http.MethodPost, "/inbox/rules/{id}/retire", "retire-inbox-rule",
		i18n.N("停用一条分派规则；已经分派的不变")), access.InboxRule, a.retireRule)
	rest.Register(a.API, operation(http.MethodPost, "/inbox/rules/{id}/apply", "apply-inbox-rule",
		i18n.N("对还没有人办理的互动用一次这条规则")), access.InboxRule, a.applyRule)
	rest.Register(a.API, operation(http.MethodGet, "/inbox/{id}", "get-inbox",
		i18n.N("一件互动：往来和经过")), access.InboxView, a.find)
	rest.Register(a.API, operation(http.MethodPost, "/inbox/{id}/reveal", "reveal-inbox",
		i18n.N("显示市民的姓名和号码，记入审计")), access.InboxReveal, a.reveal)
	rest.Register(a.API, operation(http.MethodGet, "/inbox/{id}/replies", "list-inbox-replies",
		i18n.N("本台发出的答复，最后的在前")), access.InboxView, a.replies)
	rest.Register(a.API, operation(http.MethodPost, "/inbox/{id}/reply", "reply-inbox",
		i18n.N("以本账号的名义答复市民最后那句话：立即发送，恰好一次")), access.InboxAnswer, a.reply)
	rest.Register(a.API, operation(http.MethodPost, "/inbox/{id}/replies/{reply}", "decide-inbox-reply",
		i18n.N("决定一条没有发出或结果待核的答复")), access.InboxAnswer, a.decide)
	rest.Register(a.API, operation(http.MethodPost, "/inbox/{id}/assign", "assign-inbox",
		i18n.N("分派给单位或个人")), access.InboxAssign, a.assign)
	rest.Register(a.API, operation(http.MethodPost, "/inbox/{id}/return", "return-inbox",
		i18n.N("退回分派")), access.InboxAnswer, a.noted(inbox.Return))
	rest.Register(a.API, operation(http.MethodPost, "/inbox/{id}/refer", "refer-inbox",
		i18n.N("转外单位，时限暂停")), access.InboxAnswer, a.refer)
	rest.Register(a.API, operation(http.MethodPost, "/inbox/{id}/back", "back-inbox",
		i18n.N("从外单位收回办理")), access.InboxAnswer, a.noted(inbox.Back))
	rest.Register(a.API, operation(http.MethodPost, "/inbox/{id}/answer", "answer-inbox",
		i18n.N("登记已经在微博上或用别的方式给出的答复")), access.InboxAnswer, a.answer)
	rest.Register(a.API, operation(http.MethodPost, "/inbox/{id}/close", "close-inbox",
		i18n.N("办结，写明结果")), access.InboxAnswer, a.close)
	rest.Register(a.API, operation(http.MethodPost, "/inbox/{id}/rate", "rate-inbox",
		i18n.N("登记市民对办理的评价")), access.InboxAnswer, a.rate)
	rest.Register(a.API, operation(http.MethodPost, "/inbox/{id}/reopen", "reopen-inbox",
		i18n.N("重新打开互动")), access.InboxAnswer, a.noted(inbox.Reopen))
	rest.Register(a.API, operation(http.MethodPost, "/inbox/{id}/snooze", "snooze-inbox",
		i18n.N("稍后处理，到时回到列表；时限照算")), access.InboxAnswer, a.snooze)
	rest.Register(a.API, operation(http.MethodPost, "/inbox/{id}/sort", "sort-inbox",
		i18n.N("改互动的类别")), access.InboxAnswer, a.sort)
	rest.Register(a.API, operation(http.MethodPost, "/inbox/{id}/merge", "merge-inbox",
		i18n.N("并入同一位市民的另一件互动")), access.InboxAnswer, a.merge)
	rest.Register(a.API, operation(http.MethodPost, "/inbox/{id}/note", "note-inbox",
		i18n.N("写备注")), access.InboxAnswer, a.noted(inbox.Note))
}
