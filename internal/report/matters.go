package report

import (
	"fmt"

	"juzhen/internal/access"
	"juzhen/internal/i18n"
	"juzhen/internal/todo"
)

// TodoSubject is a report.
const TodoSubject todo.Subject = "report"

// What waits for people, and for which reason.
var (
	matters todo.Declared

	todoFirst = matters.Declare(todo.Matter{
		Code:       "report.first",
		Kind:       todo.KindConfirm,
		Subject:    TodoSubject,
		Permission: access.ReportSign,
		Tone:       todo.Notice,
		Text:       i18n.N("报告“{.title}”等待签发，须两人"),
		Act:        i18n.N("查看|动词"),
	})
	todoSecond = matters.Declare(todo.Matter{
		Code:       "report.second",
		Kind:       todo.KindConfirm,
		Subject:    TodoSubject,
		Permission: access.ReportSign,
		Tone:       todo.Notice,
		Text:       i18n.N("报告“{.title}”已有一人签发，等待第二人"),
		Act:        i18n.N("查看|动词"),
	})
)

// TodoMatters are the reasons for which this package puts something on the list.
func TodoMatters() []todo.Matter { return matters.All() }

// todo is what the report as it stands waits for; false where it waits for nothing. Who made it, and who
// signed it, knows.
func (r Report) todo() (todo.Item, bool) {
	item := todo.Item{
		Matter:    todoFirst,
		Key:       fmt.Sprintf("report/%d/%d", r.ID, r.Revision),
		UnitPath:  r.UnitPath,
		SubjectID: r.ID,
		Args:      map[string]any{"title": r.Title},
	}

	switch {
	case r.State == Signing:
		item.Matter, item.NotUser = todoSecond, *r.FirstBy
	case r.State == Signed:
		return todo.Item{}, false
	case r.MadeBy != nil:
		item.NotUser = *r.MadeBy
	}

	return item, true
}
