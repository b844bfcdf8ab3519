package post

import (
	"juzhen/internal/access"
	"juzhen/internal/i18n"
	"juzhen/internal/review"
	"juzhen/internal/todo"
)

// TodoSubject is a post.
const TodoSubject = review.TodoSubject

// What waits for people, and for which reason.
var (
	matters todo.Declared

	todoReturned = matters.Declare(todo.Matter{
		Code:       "post.returned",
		Kind:       todo.KindReturned,
		Subject:    TodoSubject,
		Permission: access.PostWrite,
		Tone:       todo.Notice,
		Text:       i18n.N("被退回：“{.title}”。意见：{.opinion}"),
		Act:        i18n.N("修改|动词"),
	})
	todoVoided = matters.Declare(todo.Matter{
		Code:       "post.voided",
		Kind:       todo.KindReturned,
		Subject:    TodoSubject,
		Permission: access.PostWrite,
		Tone:       todo.Warning,
		Text:       i18n.N("改期使批准失效，请修改正文后重新提交：“{.title}”。不对的词：{.words}"),
		Act:        i18n.N("修改|动词"),
	})
)

// TodoMatters are the reasons for which this package puts something on the list.
func TodoMatters() []todo.Matter { return matters.All() }
