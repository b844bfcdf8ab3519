package template

import (
	"juzhen/internal/access"
	"juzhen/internal/i18n"
	"juzhen/internal/todo"
)

// TodoSubject is a unit's duty.
const TodoSubject todo.Subject = "duty"

// What waits for people, and for which reason.
var (
	matters todo.Declared

	dutyMatters = map[Kind]todo.Matter{
		Live:     matters.Declare(due("duty.live", i18n.N("{.what} 的空气质量实况还没有批准的稿件，{.by} 前应发布"))),
		Daily:    matters.Declare(due("duty.daily", i18n.N("{.what} 的空气质量日报还没有批准的稿件，{.by} 前应发布"))),
		Forecast: matters.Declare(due("duty.forecast", i18n.N("{.what} 的空气质量预报还没有批准的稿件，{.by} 前应发布"))),
	}
)

func due(code, text string) todo.Matter {
	return todo.Matter{
		Code:       code,
		Kind:       todo.KindDuty,
		Subject:    TodoSubject,
		Permission: access.PostWrite,
		Tone:       todo.Warning,
		Text:       text,
		Act:        i18n.N("用模板写"),
	}
}

// TodoMatters are the reasons for which this package puts something on the list.
func TodoMatters() []todo.Matter { return matters.All() }
