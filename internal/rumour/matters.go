package rumour

import (
	"fmt"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/beijing"
	"juzhen/internal/glyph"
	"juzhen/internal/i18n"
	"juzhen/internal/todo"
)

// TodoSubject is a rebuttal.
const TodoSubject todo.Subject = "rebuttal"

// What waits for people, and for which reason.
var (
	matters todo.Declared

	todoSign = matters.Declare(todo.Matter{
		Code:       "rebuttal.sign",
		Kind:       todo.KindConfirm,
		Subject:    TodoSubject,
		Permission: access.PostReview,
		Tone:       todo.Warning,
		Text:       i18n.N("辟谣“{.claim}”等待签发"),
		Act:        i18n.N("核对并签发"),
	})
	todoReturned = matters.Declare(todo.Matter{
		Code:       "rebuttal.returned",
		Kind:       todo.KindReturned,
		Subject:    TodoSubject,
		Permission: access.RebuttalManage,
		Tone:       todo.Notice,
		Text:       i18n.N("辟谣“{.claim}”被退回"),
		Act:        i18n.N("修改"),
	})
	todoReview = matters.Declare(todo.Matter{
		Code:       "rebuttal.review",
		Kind:       todo.KindRebuttal,
		Subject:    TodoSubject,
		Permission: access.RebuttalManage,
		Tone:       todo.Warning,
		Text:       i18n.N("辟谣“{.claim}”到了复查的时候：还属实吗"),
		Act:        i18n.N("复查|动词"),
	})
	todoEnds = matters.Declare(todo.Matter{
		Code:       "rebuttal.ends",
		Kind:       todo.KindRebuttal,
		Subject:    TodoSubject,
		Permission: access.RebuttalManage,
		Tone:       todo.Warning,
		Text:       i18n.N("辟谣“{.claim}”有效到 {.when}：请延长，或让它到期"),
		Act:        i18n.N("复查|动词"),
	})
	todoCorrect = matters.Declare(todo.Matter{
		Code:       "rebuttal.correct",
		Kind:       todo.KindRebuttal,
		Subject:    TodoSubject,
		Permission: access.RebuttalManage,
		Tone:       todo.Danger,
		Text:       i18n.N("辟谣“{.claim}”已撤回，须公开更正"),
		Act:        i18n.N("登记更正"),
	})
)

// TodoMatters are the reasons for which this package puts something on the list.
func TodoMatters() []todo.Matter { return matters.All() }

// todo is what the rebuttal waits for by its state; false where it waits for nothing.
func (r Rebuttal) todo() (todo.Item, bool) {
	switch {
	case r.State == Signing:
		return r.Round.Todo(r.item(todoSign)), true
	case r.State == Draft && r.ReturnedWhy != "":
		item := r.item(todoReturned)
		item.OnlyUsers = []int64{r.Last.By, r.AskedBy}

		return item, true
	case r.CorrectionDue():
		return r.item(todoCorrect), true
	}

	return todo.Item{}, false
}

// toReview asks whether the rebuttal still holds.
func (r Rebuttal) toReview() todo.Item {
	item := r.item(todoReview)
	item.Key = fmt.Sprintf("rebuttal/%d/review/%s", r.ID, r.ReviewAt.UTC().Format(time.RFC3339))
	item.DueAt = r.ReviewAt

	return item
}

// toEnd asks whether the rebuttal is to hold longer.
func (r Rebuttal) toEnd() todo.Item {
	item := r.item(todoEnds)
	item.Key = fmt.Sprintf("rebuttal/%d/ends/%s", r.ID, r.Signed.Until.UTC().Format(time.RFC3339))
	item.DueAt = &r.Signed.Until

	return item
}

func (r Rebuttal) item(matter todo.Matter) todo.Item {
	claim, until := r.Last.Claim, r.Last.Until
	if r.Signed != nil {
		until = r.Signed.Until
	}

	return todo.Item{
		Matter:    matter,
		Key:       fmt.Sprintf("rebuttal/%d/%d", r.ID, r.Revision),
		UnitPath:  r.UnitPath,
		SubjectID: r.ID,
		Args: map[string]any{
			"claim": glyph.Cut(claim, 40), "when": until.In(beijing.Zone).Format("2006-01-02 15:04"),
		},
	}
}
