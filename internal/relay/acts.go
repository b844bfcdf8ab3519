package relay

import (
	"juzhen/internal/access"
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
	"juzhen/internal/todo"
)

// The acts on relays that the trail records, in the order in which its filter offers them.
var (
	acts audit.Declared

	actSet      = acts.Declare("relay.set", i18n.N("要求联动"))
	actAsk      = acts.Declare("relay.ask", i18n.N("联动开始"))
	actConfirm  = acts.Declare("relay.confirm", i18n.N("确认联动任务"))
	actDecline  = acts.Declare("relay.decline", i18n.N("不参加联动"))
	actRemind   = acts.Declare("relay.remind", i18n.N("提醒联动任务"))
	actRecall   = acts.Declare("relay.recall", i18n.N("首发修改，联动收回"))
	actWithdraw = acts.Declare("relay.withdraw", i18n.N("撤回联动"))
	actLapse    = acts.Declare("relay.lapse", i18n.N("联动截止"))
	actClose    = acts.Declare("relay.close", i18n.N("结束联动"))

	actStandingAsk     = acts.Declare("relay.standing_ask", i18n.N("申请常设批准"))
	actStandingConfirm = acts.Declare("relay.standing_confirm", i18n.N("确认常设批准"))
	actStandingEnd     = acts.Declare("relay.standing_end", i18n.N("停用常设批准"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{
		{Type: "relay", Text: i18n.N("联动")},
		{Type: "relay_standing", Text: i18n.N("常设批准"), NameSQL: `SELECT '@' || a.handle
			FROM relay_standings s JOIN accounts a ON a.id = s.account_id WHERE s.id = e.number`},
	}
}

// What the to-dos are about.
const (
	TodoSubject     todo.Subject = "relay"
	TaskSubject     todo.Subject = "relay_task"
	StandingSubject todo.Subject = "relay_standing"
)

var (
	matters todo.Declared

	todoTask = matters.Declare(todo.Matter{
		Code:       "relay.task",
		Kind:       todo.KindDuty,
		Subject:    TaskSubject,
		Permission: access.PostWrite,
		Tone:       todo.Warning,
		Text:       i18n.N("请为 {.account} 确认联动：{.title}"),
		Act:        i18n.N("查看并确认"),
	})
	todoRemind = matters.Declare(todo.Matter{
		Code:       "relay.remind",
		Kind:       todo.KindDuty,
		Subject:    TaskSubject,
		Permission: access.PostWrite,
		Tone:       todo.Danger,
		Text:       i18n.N("{.who} 提醒：{.account} 还没有完成联动：{.title}"),
		Act:        i18n.N("查看并确认"),
	})
	todoLate = matters.Declare(todo.Matter{
		Code:       "relay.late",
		Kind:       todo.KindNotice,
		Subject:    TodoSubject,
		Permission: access.RelayAsk,
		Tone:       todo.Warning,
		Text:       i18n.N("联动已截止，{.n} 个账号没有确认：{.title}"),
		Act:        i18n.N("查看|动词"),
	})
	todoUnfit = matters.Declare(todo.Matter{
		Code:       "relay.unfit",
		Kind:       todo.KindDuty,
		Subject:    TodoSubject,
		Permission: access.RelayAsk,
		Tone:       todo.Danger,
		Text:       i18n.N("联动的要求与首发不符，请改正或撤回：{.why}（{.title}）"),
		Act:        i18n.N("查看|动词"),
	})
	todoStanding = matters.Declare(todo.Matter{
		Code:       "relay.standing",
		Kind:       todo.KindConfirm,
		Subject:    StandingSubject,
		Permission: access.RelayStanding,
		Tone:       todo.Warning,
		Text:       i18n.N("{.who} 申请让 {.account} 自动转发预警，请作为第二人确认或停用"),
		Act:        i18n.N("核对并确认"),
	})
)

// TodoMatters are the reasons for which this package puts something on the list.
func TodoMatters() []todo.Matter { return matters.All() }
