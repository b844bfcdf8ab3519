package inspect

import (
	"fmt"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/i18n"
	"juzhen/internal/todo"
)

// TodoSubject is the inspection of an account; its number is the account's.
const TodoSubject todo.Subject = "inspection"

// What waits for people, and for which reason.
var (
	matters todo.Declared

	todoSoon = matters.Declare(todo.Matter{
		Code:       "inspect.soon",
		Kind:       todo.KindDuty,
		Subject:    TodoSubject,
		Permission: access.InspectManage,
		Tone:       todo.Warning,
		Text:       i18n.N("{.account}：不再发布的话，{.day} 起检查不合格（{.reason}）"),
		Act:        i18n.N("查看|动词"),
	})

	todoLook = matters.Declare(todo.Matter{
		Code:       "inspect.interaction",
		Kind:       todo.KindDuty,
		Subject:    TodoSubject,
		Permission: access.InspectManage,
		Tone:       todo.Warning,
		Text:       i18n.N("{.account}：互动功能应在 {.day} 之前再检查"),
		Act:        i18n.N("查看|动词"),
	})
)

// Alarm is the matter that tells supervisors of an account about to fail.
func Alarm() todo.Matter { return todoSoon }

// TodoMatters are the reasons for which this package puts something on the list.
func TodoMatters() []todo.Matter { return matters.All() }

// todo is the finding as it stands on people's lists.
func (f Finding) todo() todo.Item {
	if f.Rule.Kind == Interactive {
		day := beijing.Date(f.LookBy)

		return todo.Item{
			Matter:    todoLook,
			Key:       fmt.Sprintf("inspect/%d/%s/%s", f.ID, f.Rule.Code, day),
			UnitPath:  f.UnitPath,
			SubjectID: f.ID,
			Args:      map[string]any{"account": f.At(), "day": day},
			DueAt:     &f.LookBy,
		}
	}
	day := beijing.Date(f.FailsOn)

	return todo.Item{
		Matter:    todoSoon,
		Key:       fmt.Sprintf("inspect/%d/%s/%s", f.ID, f.Rule.Code, day),
		UnitPath:  f.UnitPath,
		SubjectID: f.ID,
		Args:      map[string]any{"account": f.At(), "day": day, "reason": f.Rule.Kind.Label()},
		DueAt:     &f.FailsOn,
	}
}
