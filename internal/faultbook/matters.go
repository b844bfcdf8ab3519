package faultbook

import (
	"fmt"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/i18n"
	"juzhen/internal/instant"
	"juzhen/internal/todo"
)

// TodoSubject is a fault.
const TodoSubject todo.Subject = "fault"

// TodoHeld is what rules found in a unit and what was not entered; its number is the unit's.
const TodoHeld todo.Subject = "faults_held"

// What waits for people, and for which reason.
var (
	matters todo.Declared

	todoOpen = matters.Declare(todo.Matter{
		Code:       "faultbook.open",
		Kind:       todo.KindFault,
		Subject:    TodoSubject,
		Permission: access.FaultClose,
		Tone:       todo.Warning,
		Text:       i18n.N("{.account}：问题“{.what}”还没有分派"),
		Act:        i18n.N("分派"),
	})
	todoCorrect = matters.Declare(todo.Matter{
		Code:       "faultbook.correct",
		Kind:       todo.KindFault,
		Subject:    TodoSubject,
		Permission: access.FaultWrite,
		Tone:       todo.Warning,
		Text:       i18n.N("{.account}：“{.what}”须在 {.day} 前整改"),
		Act:        i18n.N("整改"),
	})
	todoCheck = matters.Declare(todo.Matter{
		Code:       "faultbook.check",
		Kind:       todo.KindFault,
		Subject:    TodoSubject,
		Permission: access.FaultWrite,
		Tone:       todo.Notice,
		Text:       i18n.N("{.account}：“{.what}”已登记整改，请复核"),
		Act:        i18n.N("复核"),
	})
	todoClose = matters.Declare(todo.Matter{
		Code:       "faultbook.close",
		Kind:       todo.KindFault,
		Subject:    TodoSubject,
		Permission: access.FaultClose,
		Tone:       todo.Notice,
		Text:       i18n.N("{.account}：“{.what}”复核通过，可以销号"),
		Act:        i18n.N("销号"),
	})
	todoOverdue = matters.Declare(todo.Matter{
		Code:       "faultbook.overdue",
		Kind:       todo.KindFault,
		Subject:    TodoSubject,
		Permission: access.FaultClose,
		Tone:       todo.Danger,
		Text:       i18n.N("{.account}：“{.what}”{.unit}逾期未整改，期限 {.day}"),
		Act:        i18n.N("查看|动词"),
	})
	todoHeld = matters.Declare(todo.Matter{
		Code:       "faultbook.held",
		Kind:       todo.KindFault,
		Subject:    TodoHeld,
		Permission: access.InspectManage,
		Tone:       todo.Warning,
		Text:       i18n.N("规则一次查出较多“{.what}”，一天自动记入 {.n} 个，其余的等您决定是否记入台账"),
		Act:        i18n.N("查看|动词"),
	})
)

// TodoMatters are the reasons for which this package puts something on the list.
func TodoMatters() []todo.Matter { return matters.All() }

// todo is what the fault as it stands waits for; false where it waits for nothing. Whose it is to put right
// hears of it alone; when the day is over, those above do.
func (f Fault) todo() (todo.Item, bool) {
	item := f.item(todoOpen)

	switch f.State {
	case Open, Reopened:
	case Assigned:
		item.Matter, item.Grant = todoCorrect, &todo.Grant{Here: true}
		item.DueAt = f.dayOver()
	case Corrected:
		item.Matter, item.NotUser = todoCheck, f.corrector()
	case Checked:
		item.Matter, item.NotUser = todoClose, f.corrector()
	default:
		return todo.Item{}, false
	}

	return item, true
}

// corrector is who says that it is put right; 0 where a rule does.
func (f Fault) corrector() int64 {
	if f.CorrectedBy == nil {
		return 0
	}

	return *f.CorrectedBy
}

// overdue is what supervisors hear when the last day is over.
func (f Fault) overdue() todo.Item {
	item := f.item(todoOverdue)
	item.Key = fmt.Sprintf("faultbook/%d/overdue/%s", f.ID, f.Due())
	item.DueAt = f.dayOver()

	return item
}

func (f Fault) item(matter todo.Matter) todo.Item {
	return todo.Item{
		Matter:    matter,
		Key:       fmt.Sprintf("faultbook/%d/%d", f.ID, f.Revision),
		UnitPath:  f.UnitPath,
		SubjectID: f.ID,
		Args: map[string]any{
			"account": f.At(), "what": f.Kind().Text, "day": f.Due(), "unit": f.UnitName,
		},
	}
}

// dayOver is the instant at which the last day ends; nil without one.
func (f Fault) dayOver() *time.Time {
	day, err := instant.Parse(f.Due(), time.DateOnly)
	if err != nil {
		return nil
	}
	end := day.AddDate(0, 0, 1)

	return &end
}
