package incident

import (
	"fmt"
	"strconv"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
	"juzhen/internal/todo"
)

// What the to-dos are about.
const (
	TodoSubject  todo.Subject = "incident"
	CrowdSubject todo.Subject = "incident_crowd" // of a unit: many citizens say the same
)

// What waits for people, and for which reason.
var (
	matters todo.Declared

	todoDue = matters.Declare(todo.Matter{
		Code:       "incident.due",
		Kind:       todo.KindHot,
		Subject:    TodoSubject,
		Permission: access.IncidentManage,
		Tone:       todo.Warning,
		Text:       i18n.N("热点事件“{.title}”：{.what}，不迟于 {.when}"),
		Act:        i18n.N("处置"),
	})
	todoLate = matters.Declare(todo.Matter{
		Code:       "incident.late",
		Kind:       todo.KindHot,
		Subject:    TodoSubject,
		Permission: access.IncidentManage,
		Tone:       todo.Danger,
		Text:       i18n.N("热点事件“{.title}”：{.what}，{.when} 已到时限，还没有做到"),
		Act:        i18n.N("处置"),
	})
	todoFollow = matters.Declare(todo.Matter{
		Code:       "incident.follow",
		Kind:       todo.KindHot,
		Subject:    TodoSubject,
		Permission: access.IncidentManage,
		Tone:       todo.Notice,
		Text:       i18n.N("热点事件“{.title}”：{.when} 再看一次进展"),
		Act:        i18n.N("跟踪"),
	})
	todoSign = matters.Declare(todo.Matter{
		Code:       "incident.sign",
		Kind:       todo.KindConfirm,
		Subject:    TodoSubject,
		Permission: access.PostReview,
		Tone:       todo.Danger,
		Text:       i18n.N("热点事件“{.title}”的口径等待签发"),
		Act:        i18n.N("核对并签发"),
	})
	todoReturned = matters.Declare(todo.Matter{
		Code:       "incident.returned",
		Kind:       todo.KindReturned,
		Subject:    TodoSubject,
		Permission: access.IncidentManage,
		Tone:       todo.Warning,
		Text:       i18n.N("热点事件“{.title}”的口径被退回"),
		Act:        i18n.N("修改"),
	})
	todoEnd = matters.Declare(todo.Matter{
		Code:       "incident.end",
		Kind:       todo.KindConfirm,
		Subject:    TodoSubject,
		Permission: access.IncidentClose,
		Tone:       todo.Notice,
		Text:       i18n.N("热点事件“{.title}”等待另一人确认结束"),
		Act:        i18n.N("确认结束"),
	})
	todoCrowd = matters.Declare(todo.Matter{
		Code:       "incident.crowd",
		Kind:       todo.KindHot,
		Subject:    CrowdSubject,
		Permission: access.IncidentManage,
		Tone:       todo.Danger,
		Text:       i18n.N("一小时内有 {.n} 位市民说到“{.words}”：是否启动热点事件"),
		Act:        i18n.N("启动"),
	})
)

// TodoMatters are the reasons for which this package puts something on the list.
func TodoMatters() []todo.Matter { return matters.All() }

// todos is what the event waits for at an instant: its clocks that are not met, a look, a signature, a
// second person.
func (i Incident) todos(now time.Time) (all []todo.Item) {
	if i.State == Closed {
		return nil
	}

	for _, clock := range i.Clocks() {
		if clock.MetAt != nil {
			continue
		}
		matter := todoDue
		if clock.Late(now) {
			matter = todoLate
		}
		item := i.item(matter, string(clock.Due), clock.Until)
		item.Args["what"] = clock.Due.Label()
		all = append(all, item)
	}

	if i.NextAt != nil {
		all = append(all, i.item(todoFollow, "", *i.NextAt))
	}
	if i.Stage == Signing {
		item := i.item(todoSign, strconv.Itoa(i.Words.Number), time.Time{})
		all = append(all, i.Round.Todo(item))
	}
	if i.Stage == Draft && i.ReturnedWhy != "" {
		item := i.item(todoReturned, strconv.Itoa(i.Words.Number), time.Time{})
		item.OnlyUsers = []int64{i.Words.By}
		all = append(all, item)
	}
	if i.State == Closing {
		item := i.item(todoEnd, strconv.FormatInt(i.EndAskedAt.Unix(), 10), time.Time{})
		item.NotUsers = []int64{i.EndAskedBy}
		all = append(all, item)
	}

	return all
}

// item is a to-do about the event. Its key is of what it asks, which of several, and until when: what is
// still the same is told to nobody again.
func (i Incident) item(matter todo.Matter, which string, due time.Time) todo.Item {
	item := todo.Item{
		Matter:    matter,
		Key:       fmt.Sprintf("%s/%s/%s", i.Ref(), matter.Code, which),
		UnitPath:  i.UnitPath,
		SubjectID: i.ID,
		Args:      map[string]any{"title": glyph.Cut(i.Title, 40)},
	}
	if !due.IsZero() {
		item.Key += fmt.Sprintf("/%d", due.Unix())
		item.DueAt = &due
		item.Args["when"] = beijing.ClockTime(due)
	}

	return item
}
