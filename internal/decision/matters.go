package decision

import (
	"fmt"

	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
	"juzhen/internal/todo"
)

// What the to-dos are about.
const (
	TodoSubject      todo.Subject = "decision"
	TodoBatchSubject todo.Subject = "takedown"
)

var (
	matters todo.Declared

	todoConfirm = matters.Declare(todo.Matter{
		Code:       "decision.confirm",
		Kind:       todo.KindConfirm,
		Subject:    TodoSubject,
		Permission: access.DeliveryConfirm,
		Tone:       todo.Warning,
		Text:       i18n.N("请作为第二人确认：{.account} {.what}"),
		Act:        i18n.N("核对并确认"),
	})
	todoConfirmBatch = matters.Declare(todo.Matter{
		Code:       "decision.confirm_batch",
		Kind:       todo.KindConfirm,
		Subject:    TodoBatchSubject,
		Permission: access.DeliveryConfirm,
		Tone:       todo.Warning,
		Text:       i18n.N("请作为第二人确认：从 {.n} 个账号下架"),
		Act:        i18n.N("核对并确认"),
	})
)

// TodoMatters are the reasons for which this package puts something on the list.
func TodoMatters() []todo.Matter { return matters.All() }

// The keys of the to-dos.
func todoKey(id int64) string  { return fmt.Sprintf("decision/%d", id) }
func batchKey(id int64) string { return fmt.Sprintf("takedown/%d", id) }

// The acts of the second person that the trail records.
var (
	acts audit.Declared

	actConfirm = acts.Declare("delivery.confirm", i18n.N("第二人确认"))
	actRefuse  = acts.Declare("delivery.refuse", i18n.N("第二人否决"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{{Type: "decision", Text: i18n.N("判定|对象")}}
}
