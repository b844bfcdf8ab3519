package review

import (
	"juzhen/internal/access"
	"juzhen/internal/i18n"
	"juzhen/internal/notice"
	"juzhen/internal/todo"
)

// TodoSubject is the post that is reviewed.
const TodoSubject todo.Subject = "post"

// What waits for people, and for which reason.
var (
	matters todo.Declared

	todoWaiting = matters.Declare(todo.Matter{
		Code:       "review.waiting",
		Kind:       todo.KindReview,
		Subject:    TodoSubject,
		Permission: access.PostReview,
		Tone:       todo.Notice,
		Text:       i18n.N("待审：{.title}"),
		Act:        i18n.N("审核|动词"),
	})
	todoStep = matters.Declare(todo.Matter{
		Code:       "review.step",
		Kind:       todo.KindReview,
		Subject:    TodoSubject,
		Permission: access.PostReview,
		Tone:       todo.Notice,
		Text:       i18n.N("待审（{.step}）：{.title}"),
		Act:        i18n.N("审核|动词"),
	})
	todoLimit = matters.Declare(todo.Matter{
		Code:       "review.limit",
		Kind:       todo.KindReview,
		Subject:    TodoSubject,
		Permission: access.PostReview,
		Tone:       todo.Warning,
		Text:       i18n.N("“{.step}”快到时限：{.title}"),
		Act:        i18n.N("审核|动词"),
	})
	todoStandIn = matters.Declare(todo.Matter{
		Code:       "review.standin",
		Kind:       todo.KindReview,
		Subject:    TodoSubject,
		Permission: access.PostReview,
		Tone:       todo.Warning,
		Text:       i18n.N("“{.step}”已超时，请代审：{.title}"),
		Act:        i18n.N("审核|动词"),
	})
	todoRaised = matters.Declare(todo.Matter{
		Code:       "review.raised",
		Kind:       todo.KindReview,
		Subject:    TodoSubject,
		Permission: access.PostReview,
		Tone:       todo.Warning,
		Text:       i18n.N("{.unit}的“{.step}”已超时，转由上级审核：{.title}"),
		Act:        i18n.N("审核|动词"),
	})
	todoNote = matters.Declare(todo.Matter{
		Code:       "review.note",
		Kind:       todo.KindReview,
		Subject:    TodoSubject,
		Permission: access.PostReview,
		Tone:       todo.Notice,
		Notice:     notice.Mention,
		Text:       i18n.N("{.name}在审核批注里问您：{.title}"),
		Act:        i18n.N("查看"),
	})
)

// TodoMatters are the reasons for which this package puts something on the list.
func TodoMatters() []todo.Matter { return matters.All() }
