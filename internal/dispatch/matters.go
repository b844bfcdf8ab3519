package dispatch

import (
	"juzhen/internal/access"
	"juzhen/internal/i18n"
	"juzhen/internal/notice"
	"juzhen/internal/todo"
)

// TodoSubject is the sending of this installation.
const TodoSubject todo.Subject = "installation"

// What waits for people, and for which reason.
var (
	matters todo.Declared

	todoEngineClock = matters.Declare(todo.Matter{
		Code:       "engine.clock",
		Kind:       todo.KindProblem,
		Subject:    TodoSubject,
		Permission: access.AccountManage,
		Tone:       todo.Danger,
		Notice:     notice.Stop,
		Text:       i18n.N("服务器 {.host} 的时钟与数据库相差 {.s} 秒，这台机器已停止发送；校时后自动继续"),
		Act:        i18n.N("查看发送状况"),
	})
	todoEngineCheck = matters.Declare(todo.Matter{
		Code:       "engine.check",
		Kind:       todo.KindProblem,
		Subject:    TodoSubject,
		Permission: access.AccountManage,
		Tone:       todo.Warning,
		Text:       i18n.N("发送前的正文检查没能运行：稿件照批准的内容发出，没有再按词表查一遍；原因在服务器日志里，恢复后自动消除"),
		Act:        i18n.N("查看发送状况"),
	})
)

// TodoMatters are the reasons for which this package puts something on the list.
func TodoMatters() []todo.Matter { return matters.All() }
