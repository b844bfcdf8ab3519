package deliveries

import (
	"slices"
	"time"

	"juzhen/internal/console/badge"
	"juzhen/internal/console/parts"
	"juzhen/internal/delivery"
	"juzhen/internal/web/page"
)

// outlook says in plain words how a delivery stands, what happens next and when, and what must not be done.
type outlook struct {
	Tone, Icon string
	Now        string // why it stands where it stands
	Next       []string
}

// outlookOf is written in the reader's language.
func outlookOf(base page.Base, d delivery.Delivery) outlook {
	text, args := d.ReasonText()
	state := badge.Of(d.State)
	o := outlook{Tone: state.Tone, Icon: state.Icon}
	if text != "" {
		o.Now = base.T(text, args...)
	}
	say := func(text string, at *time.Time, more ...any) {
		if at != nil {
			more = append(more, "time", parts.Stamp(base, at))
		}
		o.Next = append(o.Next, base.T(text, more...))
	}

	switch d.State {
	case delivery.Unknown:
		if parts.Looked(d.Reason) {
			o.Now, o.Next = base.T("微博未确认是否发出。"), []string{o.Now}
		}
		nextOfUnknown(d, say)
	case delivery.Sent:
		nextOfSent(d, say)
	case delivery.Handoff:
		nextOfHandoff(d, say)
	default:
		nextOfRest(d, base.Now, say)
	}
	nextOfWish(d, say)

	return o
}

type sayer func(text string, at *time.Time, more ...any)

// nextOfUnknown adds what the reason does not say itself.
func nextOfUnknown(d delivery.Delivery, say sayer) {
	switch {
	case d.Reason == delivery.LookAbsent || d.Reason == delivery.LookFailed:
	case d.NextLookAt != nil:
		say("系统 {.time} 再查一次账号微博。", d.NextLookAt)
	default:
		say("系统不再自动查看，等人判定。", nil)
	}
	if slices.Contains([]delivery.Reason{delivery.LookTwo, delivery.LookWindow, delivery.Twice}, d.Reason) {
		say("判定之前请勿手动重发，以免重复。", nil)
	}
}

func nextOfSent(d delivery.Delivery, say sayer) {
	switch {
	case d.RemoteID == nil && d.NextLookAt != nil:
		say("平台尚未给出编号，{.time} 再查。", d.NextLookAt)
	case d.Live == nil && d.NextLookAt != nil:
		say("{.time} 回读线上内容，与批准稿核对。", d.NextLookAt)
	}
}

func nextOfHandoff(d delivery.Delivery, say sayer) {
	if d.TakenBy != nil {
		say("{.name} 于 {.time} 领取，正在人工发布；超时未登记会自动退回。", d.TakenAt, "name", d.TakenByName)
	} else {
		say("等一位值班人员领取并人工发布。", nil)
	}
	if d.NotAfter != nil {
		say("最晚 {.time}，过后记为错过。", d.NotAfter)
	}
}

func nextOfRest(d delivery.Delivery, now time.Time, say sayer) {
	switch d.State {
	case delivery.Planned:
		say("批准后到时自动发出；到时仍未批准则过期，不会发出。", nil)
	case delivery.Waiting, delivery.Preparing:
		nextOfWaiting(d, now, say)
	case delivery.Sending:
		say("正在发送，通常几秒内有结果。", nil)
	case delivery.Held:
		nextOfHeld(d, say)
	case delivery.Failed, delivery.Missed:
		say("系统不会自动再发；由人决定重新安排或取消。", nil)
	case delivery.Expired, delivery.Cancelled:
		say("不会再发。", nil)
	}
}

func nextOfWaiting(d delivery.Delivery, now time.Time, say sayer) {
	switch {
	case d.NotBefore != nil && d.NotBefore.After(now):
		say("{.time} 后自动继续。", d.NotBefore)
	case d.DueAt != nil && d.DueAt.After(now):
		say("{.time} 自动发送。", d.DueAt)
	default:
		say("马上发送。", nil)
	}
	if d.NotAfter != nil {
		say("最晚 {.time}，过后记为错过。", d.NotAfter)
	}
}

func nextOfHeld(d delivery.Delivery, say sayer) {
	switch {
	case d.PauseID != nil:
		say("恢复时由负责人逐条选择：立即发布、改期或取消。", nil)
	case d.Reason == delivery.AccountStopped, d.Reason == delivery.TokenWithdrawn:
		say("不用等的，可以重新安排，或由作者取消这个账号的发送。", nil)
	default:
		say("请核对后重新安排，或取消这个账号的发送。", nil)
	}
	if d.NotAfter != nil {
		say("最晚 {.time}，过后记为错过。", d.NotAfter)
	}
}

// nextOfWish tells what a person wanted while the outcome was open.
func nextOfWish(d delivery.Delivery, say sayer) {
	if d.Wish == nil {
		return
	}

	switch *d.Wish {
	case delivery.WishCancel:
		say("已有人要求取消：若没有发出，就此取消。", nil)
	case delivery.WishHold:
		say("已有人要求暂停：若没有发出，转为暂停。", nil)
	case delivery.WishReplan:
		say("已有人要求改期：若没有发出，改到 {.time}。", d.WishDueAt)
	case delivery.WishRevise:
		say("稿件已在修改：若没有发出，停下等新版。", nil)
	}
}
