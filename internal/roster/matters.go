package roster

import (
	"fmt"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/i18n"
	"juzhen/internal/todo"
)

// What is waited for: a shift, whose number is its own, or a roster, whose number is its unit's.
const (
	ShiftSubject  todo.Subject = "duty_shift"
	RosterSubject todo.Subject = "roster"
)

// What waits for people, and for which reason.
var (
	matters todo.Declared

	todoHandover = matters.Declare(todo.Matter{
		Code:       "roster.handover",
		Kind:       todo.KindRoster,
		Subject:    ShiftSubject,
		Permission: access.PostView,
		Tone:       todo.Notice,
		Text:       i18n.N("{.name}留下了交班说明，请确认看过（{.when} 交班）"),
		Act:        i18n.N("看交班说明"),
	})
	todoGap = matters.Declare(todo.Matter{
		Code:       "roster.gap",
		Kind:       todo.KindRoster,
		Subject:    RosterSubject,
		Permission: access.PlanManage,
		Tone:       todo.Warning,
		Text:       i18n.N("{.unit}：{.from} 起没有人值班"),
		Act:        i18n.N("去排班"),
	})
)

// TodoMatters are the reasons for which this package puts something on the list.
func TodoMatters() []todo.Matter { return matters.All() }

// handover asks those who come to read the note. A new version of it is a new to-do.
func (s Shift) handover() todo.Item {
	people := make([]int64, 0, len(s.Next))

	for _, person := range s.Next {
		if person.ID != s.NoteBy {
			people = append(people, person.ID)
		}
	}

	return todo.Item{
		Matter:    todoHandover,
		Key:       fmt.Sprintf("roster/handover/%d/%d", s.ID, s.NoteVersion),
		UnitPath:  s.UnitPath,
		SubjectID: s.ID,
		OnlyUsers: people,
		Args:      map[string]any{"name": s.NoteByName, "when": clock(s.EndsAt)},
		DueAt:     &s.EndsAt,
	}
}

// gapOf asks for somebody to be put on duty from an instant on.
func gapOf(unit unitRow, gap Gap) todo.Item {
	return todo.Item{
		Matter:    todoGap,
		Key:       gapKey(unit.ID, gap.From),
		UnitPath:  unit.Path,
		SubjectID: unit.ID,
		Args:      map[string]any{"unit": unit.Name, "from": clock(gap.From)},
		DueAt:     &gap.From,
	}
}

func gapKey(unit int64, from time.Time) string {
	return fmt.Sprintf("roster/gap/%d/%s", unit, from.UTC().Format(time.RFC3339))
}

// clock is an instant as a to-do names it.
func clock(at time.Time) string { return at.In(beijing.Zone).Format("2006-01-02 15:04") }
