package delivery

import (
	"juzhen/internal/access"
	"juzhen/internal/i18n"
	"juzhen/internal/post"
	"juzhen/internal/todo"
)

// What the to-dos are about.
const (
	TodoSubject    todo.Subject = "delivery"
	AdvanceSubject todo.Subject = "advance"
	ReplySubject   todo.Subject = "reply" // a delivery of a reply
)

// What waits for people, and for which reason.
var (
	matters todo.Declared

	todoPostExpired = matters.Declare(todo.Matter{
		Code:       "post.expired",
		Kind:       todo.KindMissed,
		Subject:    post.TodoSubject,
		Permission: access.PostWrite,
		Tone:       todo.Warning,
		Text:       i18n.N("发布时间已过，仍未获批准：{.title}"),
		Act:        i18n.N("重新安排或取消"),
	})
	todoAdvanceNow = matters.Declare(todo.Matter{
		Code:       "advance.now",
		Kind:       todo.KindConfirm,
		Subject:    AdvanceSubject,
		Permission: access.PostReview,
		Tone:       todo.Warning,
		Text:       i18n.N("请决定“{.title}”是否提前：由 {.from} 改为同意后立即发布"),
		Act:        i18n.N("查看并决定"),
	})
	todoAdvanceAt = matters.Declare(todo.Matter{
		Code:       "advance.at",
		Kind:       todo.KindConfirm,
		Subject:    AdvanceSubject,
		Permission: access.PostReview,
		Tone:       todo.Warning,
		Text:       i18n.N("请决定“{.title}”是否提前：由 {.from} 提前到 {.to}"),
		Act:        i18n.N("查看并决定"),
	})
	todoUnknown = matters.Declare(todo.Matter{
		Code:       "delivery.unknown",
		Kind:       todo.KindUnknown,
		Subject:    TodoSubject,
		Permission: access.DeliveryDecide,
		Tone:       todo.Danger,
		Text:       i18n.N("{.account}：微博未确认是否发出，系统也没有查到。请到微博上核对后判定，不要手动重发"),
		Act:        i18n.N("判定结果"),
	})
	todoTwice = matters.Declare(todo.Matter{
		Code:       "delivery.twice",
		Kind:       todo.KindIncident,
		Subject:    TodoSubject,
		Permission: access.DeliveryDecide,
		Tone:       todo.Danger,
		Text:       i18n.N("{.account}：同一条微博可能发出了两次，请立即核对"),
		Act:        i18n.N("核对"),
	})
	todoMissed = matters.Declare(todo.Matter{
		Code:       "delivery.missed",
		Kind:       todo.KindMissed,
		Subject:    TodoSubject,
		Permission: access.DeliveryDecide,
		Tone:       todo.Warning,
		Text:       i18n.N("{.account}：错过了发布时间，没有发出"),
		Act:        i18n.N("重新安排或取消"),
	})
	todoLate = matters.Declare(todo.Matter{
		Code:       "delivery.late",
		Kind:       todo.KindIncident,
		Subject:    TodoSubject,
		Permission: access.DeliveryDecide,
		Tone:       todo.Danger,
		Text:       i18n.N("{.account}：判定未发出之后，微博又确认了发布，请核对是否重复"),
		Act:        i18n.N("核对"),
	})
	todoHidden = matters.Declare(todo.Matter{
		Code:       "delivery.hidden",
		Kind:       todo.KindLive,
		Subject:    TodoSubject,
		Permission: access.DeliveryDecide,
		Tone:       todo.Warning,
		Text:       i18n.N("{.account}：已发出的微博被平台隐藏。{.reason}"),
		Act:        i18n.N("查看|动词"),
	})
	todoHandoff = matters.Declare(todo.Matter{
		Code:       "delivery.handoff",
		Kind:       todo.KindHandoff,
		Subject:    TodoSubject,
		Permission: access.DeliveryDecide,
		Tone:       todo.Warning,
		Text:       i18n.N("{.account}：请人工发布，并登记链接"),
		Act:        i18n.N("人工发布|动词"),
	})
	todoLive = matters.Declare(todo.Matter{
		Code:       "delivery.live",
		Kind:       todo.KindLive,
		Subject:    TodoSubject,
		Permission: access.DeliveryDecide,
		Tone:       todo.Warning,
		Text:       i18n.N("{.account}：计划的内容似乎已经在微博上，发送已停下"),
		Act:        i18n.N("核对"),
	})
	todoFailed = matters.Declare(todo.Matter{
		Code:       "delivery.failed",
		Kind:       todo.KindMissed,
		Subject:    TodoSubject,
		Permission: access.DeliveryDecide,
		Tone:       todo.Warning,
		Text:       i18n.N("{.account}：没有发出。{.reason}"),
		Act:        i18n.N("查看并处理"),
	})
	todoProblem = matters.Declare(todo.Matter{
		Code:       "delivery.problem",
		Kind:       todo.KindProblem,
		Subject:    TodoSubject,
		Permission: access.DeliveryDecide,
		Tone:       todo.Warning,
		Text:       i18n.N("{.account}：到时将无法发出。{.reason}"),
		Act:        i18n.N("查看并处理"),
	})
	todoRemoved = matters.Declare(todo.Matter{
		Code:       "delivery.removed",
		Kind:       todo.KindLive,
		Subject:    TodoSubject,
		Permission: access.DeliveryDecide,
		Tone:       todo.Warning,
		Text:       i18n.N("{.account}：已发出的微博在平台上找不到了"),
		Act:        i18n.N("查看|动词"),
	})
	todoChanged = matters.Declare(todo.Matter{
		Code:       "delivery.changed",
		Kind:       todo.KindLive,
		Subject:    TodoSubject,
		Permission: access.DeliveryDecide,
		Tone:       todo.Danger,
		Text:       i18n.N("{.account}：平台上的内容与批准的不一致"),
		Act:        i18n.N("核对"),
	})
	todoTakedown = matters.Declare(todo.Matter{
		Code:       "delivery.takedown",
		Kind:       todo.KindLive,
		Subject:    TodoSubject,
		Permission: access.DeliveryDecide,
		Tone:       todo.Danger,
		Text:       i18n.N("{.account}：下架没有成功，微博可能仍然可见"),
		Act:        i18n.N("查看并处理"),
	})
)

// TodoMatters are the reasons for which this package puts something on the list.
func TodoMatters() []todo.Matter { return matters.All() }
