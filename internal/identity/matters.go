package identity

import (
	"juzhen/internal/access"
	"juzhen/internal/i18n"
	"juzhen/internal/todo"
)

// What the to-dos are about.
const (
	ChangeSubject todo.Subject = "user_change"
	UserSubject   todo.Subject = "user"
)

// What waits for people, and for which reason.
var (
	matters todo.Declared

	todoConfirm = matters.Declare(todo.Matter{
		Code:       "people.confirm",
		Kind:       todo.KindConfirm,
		Subject:    ChangeSubject,
		Permission: access.UserConfirm,
		Tone:       todo.Warning,
		Text:       i18n.N("{.who} 申请{.what}：{.name}。请作为第二人确认或阻止"),
		Act:        i18n.N("核对并确认"),
	})
	todoAsked = matters.Declare(todo.Matter{
		Code:       "people.asked",
		Kind:       todo.KindNotice,
		Subject:    ChangeSubject,
		Permission: access.AuditView,
		Tone:       todo.Notice,
		Text:       i18n.N("{.who} 申请{.what}：{.name}，等待第二人确认"),
		Act:        i18n.N("查看|动词"),
	})
	todoConfirmed = matters.Declare(todo.Matter{
		Code:       "people.confirmed",
		Kind:       todo.KindNotice,
		Subject:    ChangeSubject,
		Permission: access.UserStop,
		Tone:       todo.Notice,
		Text:       i18n.N("{.who} 申请、{.second} 确认：{.what}，{.name}。不妥的，七天内可以撤回"),
		Act:        i18n.N("查看|动词"),
	})
	todoStopped = matters.Declare(todo.Matter{
		Code:       "people.stopped",
		Kind:       todo.KindNotice,
		Subject:    ChangeSubject,
		Permission: access.UserManage,
		Tone:       todo.Notice,
		Text:       i18n.N("{.who} 阻止了{.what}：{.name}。{.why}"),
		Act:        i18n.N("查看|动词"),
	})
	todoDisabled = matters.Declare(todo.Matter{
		Code:       "people.disabled",
		Kind:       todo.KindNotice,
		Subject:    UserSubject,
		Permission: access.UserStop,
		Tone:       todo.Notice,
		Text:       i18n.N("{.who} 停用了 {.name}"),
		Act:        i18n.N("知道了"),
	})
	todoRevoked = matters.Declare(todo.Matter{
		Code:       "people.revoked",
		Kind:       todo.KindNotice,
		Subject:    UserSubject,
		Permission: access.UserStop,
		Tone:       todo.Notice,
		Text:       i18n.N("{.who} 撤销了 {.name} 在{.unit}的{.role}"),
		Act:        i18n.N("知道了"),
	})
)

// TodoMatters are the reasons for which this package puts something on the list.
func TodoMatters() []todo.Matter { return matters.All() }
