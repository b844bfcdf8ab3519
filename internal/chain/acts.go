package chain

import (
	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
	"juzhen/internal/todo"
)

// The acts on chains and stand-ins that the trail records, in the order in which its filter offers them.
var (
	acts audit.Declared

	actAsk        = acts.Declare("chain.ask", i18n.N("申请修改审核流程"))
	actConfirm    = acts.Declare("chain.confirm", i18n.N("确认审核流程"))
	actStop       = acts.Declare("chain.stop", i18n.N("阻止审核流程的修改"))
	actStandIn    = acts.Declare("standin.set", i18n.N("指定代审"))
	actStandInEnd = acts.Declare("standin.end", i18n.N("结束代审"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{
		{
			Type:    "chain",
			Text:    i18n.N("审核流程"),
			NameSQL: `SELECT name FROM chain_versions WHERE chain_id = e.number ORDER BY number DESC LIMIT 1`,
		},
		{
			Type: "stand_in",
			Text: i18n.N("代审"),
			NameSQL: `SELECT u.display_name FROM stand_ins s JOIN users u ON u.id = s.user_id
			WHERE s.id = e.number`,
		},
	}
}

// TodoSubject is a chain.
const TodoSubject todo.Subject = "chain"

var (
	matters todo.Declared

	todoConfirm = matters.Declare(todo.Matter{
		Code:       "chain.confirm",
		Kind:       todo.KindConfirm,
		Subject:    TodoSubject,
		Permission: access.ChainConfirm,
		Tone:       todo.Warning,
		Text:       i18n.N("{.who} 申请修改审核流程“{.name}”，请确认"),
		Act:        i18n.N("查看并确认"),
	})
)

// TodoMatters are the reasons for which this package puts something on the list.
func TodoMatters() []todo.Matter { return matters.All() }
