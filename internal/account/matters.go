package account

import (
	"juzhen/internal/access"
	"juzhen/internal/i18n"
	"juzhen/internal/todo"
)

// TodoSubject is an account.
const TodoSubject todo.Subject = "account"

// What waits for people, and for which reason.
var (
	matters todo.Declared

	todoOtherUser = matters.Declare(todo.Matter{
		Code:       "account.other_user",
		Kind:       todo.KindToken,
		Subject:    TodoSubject,
		Permission: access.Pause,
		Tone:       todo.Danger,
		Text:       i18n.N("{.account}：微博 UID 由 {.from} 改为 {.to}，没有发出的稿件已停下，请核对是否同一机构的账号"),
		Act:        i18n.N("核对"),
	})
	todoTokenExpiring = matters.Declare(todo.Matter{
		Code:       "token.expiring",
		Kind:       todo.KindToken,
		Subject:    TodoSubject,
		Permission: access.AccountManage,
		Tone:       todo.Warning,
		Text:       i18n.N("{.account}：授权还有 {.n} 天到期，到期后不能发布"),
		Act:        i18n.N("重新授权"),
	})
	todoTokenExpired = matters.Declare(todo.Matter{
		Code:       "token.expired",
		Kind:       todo.KindToken,
		Subject:    TodoSubject,
		Permission: access.AccountManage,
		Tone:       todo.Danger,
		Text:       i18n.N("{.account}：授权已失效，待发微博将发不出去"),
		Act:        i18n.N("重新授权"),
	})
	todoTokenRevoked = matters.Declare(todo.Matter{
		Code:       "token.revoked",
		Kind:       todo.KindToken,
		Subject:    TodoSubject,
		Permission: access.AccountManage,
		Tone:       todo.Danger,
		Text:       i18n.N("{.account}：授权已被取消，待发微博将发不出去"),
		Act:        i18n.N("重新授权"),
	})
	todoTokenMissing = matters.Declare(todo.Matter{
		Code:       "token.missing",
		Kind:       todo.KindToken,
		Subject:    TodoSubject,
		Permission: access.AccountManage,
		Tone:       todo.Warning,
		Text:       i18n.N("{.account}：尚未授权"),
		Act:        i18n.N("授权|动词"),
	})
	todoTokenUnreadable = matters.Declare(todo.Matter{
		Code:       "token.unreadable",
		Kind:       todo.KindToken,
		Subject:    TodoSubject,
		Permission: access.AccountManage,
		Tone:       todo.Danger,
		Text:       i18n.N("{.account}：令牌无法解密，待发微博将发不出去"),
		Act:        i18n.N("重新授权"),
	})
)

// TodoMatters are the reasons for which this package puts something on the list.
func TodoMatters() []todo.Matter { return matters.All() }
