package reach

import (
	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/i18n"
	"juzhen/internal/todo"
)

// TodoSubject is a post of the platform.
const TodoSubject todo.Subject = "platform_post"

// What waits for people, and for which reason.
var (
	matters todo.Declared

	todoElsewhere = matters.Declare(todo.Matter{
		Code:       "reach.elsewhere",
		Kind:       todo.KindNoticed,
		Subject:    TodoSubject,
		Permission: access.DeliveryDecide,
		Tone:       todo.Danger,
		Text:       i18n.N("{.account}：出现一条非本台发出的微博：{.text}"),
		Act:        i18n.N("核对"),
	})
	todoUnseen = matters.Declare(todo.Matter{
		Code:       "reach.unseen",
		Kind:       todo.KindNoticed,
		Subject:    account.TodoSubject,
		Permission: access.DeliveryDecide,
		Tone:       todo.Danger,
		Text:       i18n.N("{.account}：平台计数比看到的微博多 {.n} 条，可能有人在别处连续发布，请登录微博核对"),
		Act:        i18n.N("核对"),
	})
	todoGap = matters.Declare(todo.Matter{
		Code:       "reach.gap",
		Kind:       todo.KindNoticed,
		Subject:    account.TodoSubject,
		Permission: access.DeliveryDecide,
		Tone:       todo.Danger,
		Text:       i18n.N("{.account}：两次查看之间的微博可能没有看全，请登录微博核对"),
		Act:        i18n.N("核对"),
	})
	todoRemoved = matters.Declare(todo.Matter{
		Code:       "reach.removed",
		Kind:       todo.KindNoticed,
		Subject:    TodoSubject,
		Permission: access.DeliveryDecide,
		Tone:       todo.Warning,
		Text:       i18n.N("{.account}：微博在平台上被删除：{.text}"),
		Act:        i18n.N("核对"),
	})
	todoHidden = matters.Declare(todo.Matter{
		Code:       "reach.hidden",
		Kind:       todo.KindNoticed,
		Subject:    TodoSubject,
		Permission: access.DeliveryDecide,
		Tone:       todo.Warning,
		Text:       i18n.N("{.account}：微博在平台上被隐藏：{.text}"),
		Act:        i18n.N("核对"),
	})
	todoChanged = matters.Declare(todo.Matter{
		Code:       "reach.changed",
		Kind:       todo.KindNoticed,
		Subject:    TodoSubject,
		Permission: access.DeliveryDecide,
		Tone:       todo.Danger,
		Text:       i18n.N("{.account}：微博在平台上的内容有变：{.text}"),
		Act:        i18n.N("核对"),
	})
)

// TodoMatters are the reasons for which this package puts something on the list.
func TodoMatters() []todo.Matter { return matters.All() }
