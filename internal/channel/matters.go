package channel

import (
	"juzhen/internal/access"
	"juzhen/internal/i18n"
	"juzhen/internal/todo"
)

// TodoSubject is a channel.
const TodoSubject todo.Subject = "channel"

// What waits for people, and for which reason.
var (
	matters todo.Declared

	todoFailing = matters.Declare(todo.Matter{
		Code:       "channel.failing",
		Kind:       todo.KindProblem,
		Subject:    TodoSubject,
		Permission: access.ChannelManage,
		Tone:       todo.Warning,
		Text:       i18n.N("通知渠道“{.name}”发不出去"),
		Act:        i18n.N("查看|动词"),
	})
)

// TodoMatters are the reasons for which this package puts something on the list.
func TodoMatters() []todo.Matter { return matters.All() }
