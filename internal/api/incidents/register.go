// Package incidents holds the operations on hot events.
package incidents

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/incident"
)

// Deps are the use cases behind these operations. All must be given.
type Deps struct {
	Incidents *incident.Service
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
		return rest.Op(method, path, id, "incidents", text)
	}
	rest.Register(a.API, operation(http.MethodGet, "/incidents", "list-incidents",
		i18n.N("热点事件，最近有变化的在前")), access.PostView, a.list)
	rest.Register(a.API, rest.Created(operation(http.MethodPost, "/incidents", "open-incident",
		i18n.N("启动热点事件"))), access.IncidentManage, a.open)
	rest.Register(a.API, operation(http.MethodGet, "/incidents/{id}", "get-incident",
		i18n.N("一个热点事件：时限、口径、谁已发声、将要发出和因它暂停的")), access.PostView, a.find)
	rest.Register(a.API, operation(http.MethodPut, "/incidents/{id}", "edit-incident",
		i18n.N("修改热点事件；改等级或起算时间须写原因")), access.IncidentManage, a.edit)
	rest.Register(a.API, operation(http.MethodGet, "/incidents/{id}/statements", "list-statements",
		i18n.N("口径的各版，最后一版在前")), access.PostView, a.statements)
	rest.Register(
		a.API,
		rest.Created(operation(http.MethodPost, "/incidents/{id}/statements", "write-statement",
			i18n.N("写新的一版口径，须另一人签发"))),
		access.IncidentManage,
		a.say,
	)

	const manage, review, end = access.IncidentManage, access.PostReview, access.IncidentClose

	for _, act := range []struct {
		act   incident.Act
		path  string
		id    string
		text  string
		needs access.Permission
	}{
		{incident.Ask, "statements/ask", "ask-statement", i18n.N("送签最后一版口径"), manage},
		{incident.Sign, "statements/sign", "sign-statement", i18n.N("签发最后一版口径：起草、送签的人不能"), review},
		{incident.Return, "statements/return", "return-statement", i18n.N("退回最后一版口径，附原因"), review},
		{incident.Link, "posts", "link-incident-post", i18n.N("关联一篇稿件：它发出即为发声"), manage},
		{incident.Record, "record", "record-incident-clock", i18n.N("登记在本台以外做到的一项时限"), manage},
		{incident.Follow, "follow", "follow-incident", i18n.N("记录进展，定下次查看的时间"), manage},
		{incident.Hold, "hold", "hold-for-incident", i18n.N("因事件暂停待发"), manage},
		{incident.Release, "release", "release-for-incident", i18n.N("恢复因事件暂停的"), manage},
		{incident.AskEnd, "ask-end", "ask-end-incident", i18n.N("申请结束，附小结"), manage},
		{incident.End, "end", "end-incident", i18n.N("确认结束：申请的人不能确认；因它暂停的恢复"), end},
		{incident.Resume, "resume", "resume-incident", i18n.N("不同意结束，写明原因"), end},
		{incident.Reopen, "reopen", "reopen-incident", i18n.N("重新启动，写明原因"), end},
	} {
		rest.Register(
			a.API,
			operation(http.MethodPost, "/incidents/{id}/"+act.path, act.id, act.text),
			act.needs,
			a.act(act.act),
		)
	}
}
