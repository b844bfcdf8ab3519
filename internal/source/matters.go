package source

import (
	"juzhen/internal/access"
	"juzhen/internal/i18n"
	"juzhen/internal/post"
	"juzhen/internal/todo"
)

// TodoSubject is a source.
const TodoSubject todo.Subject = "source"

// What waits for people, and for which reason.
var (
	matters todo.Declared

	todoDrafted = matters.Declare(todo.Matter{
		Code:       "source.drafted",
		Kind:       todo.KindDuty,
		Subject:    post.TodoSubject,
		Permission: access.PostWrite,
		Tone:       todo.Notice,
		Text:       i18n.N("数据来源“{.name}”写好了一份草稿，请核对后提交审核"),
		Act:        i18n.N("核对|动词"),
	})
	todoFailing = matters.Declare(todo.Matter{
		Code:       "source.failing",
		Kind:       todo.KindProblem,
		Subject:    TodoSubject,
		Permission: access.SourceManage,
		Tone:       todo.Warning,
		Text:       i18n.N("数据来源“{.name}”连续 {.n} 次没有取到数据"),
		Act:        i18n.N("查看|动词"),
	})
)

// TodoMatters are the reasons for which this package puts something on the list.
func TodoMatters() []todo.Matter { return matters.All() }
