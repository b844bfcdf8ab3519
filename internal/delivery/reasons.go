package delivery

import (
	"fmt"

	"juzhen/internal/fault"
	"juzhen/internal/i18n"
)

// Reason is a code for why a delivery stands where it stands, and for each step in its story. Rows hold
// codes with parameters; texts are made when somebody reads them, in the reader's language.
type Reason string

// The reasons. Parameters are in brackets.
const (
	None           Reason = ""
	WasPlanned     Reason = "planned"
	WasReplanned   Reason = "replanned"
	WasApproved    Reason = "approved"
	ApprovedPaused Reason = "approved_paused"
	NotApproved    Reason = "not_approved" // due and not approved
	WasWithdrawn   Reason = "withdrawn"
	WasRevised     Reason = "revised"
	WasRescheduled Reason = "rescheduled"
	EarlierAsked   Reason = "earlier_asked" // a second person must agree before it goes out earlier
	EarlierAgreed  Reason = "earlier_agreed"
	EarlierRefused Reason = "earlier_refused"
	WasCancelled   Reason = "cancelled"
	AccountDropped Reason = "account_dropped" // the new version leaves this account out
	WasPaused      Reason = "paused"
	WasResumed     Reason = "resumed"
	// its unit or account went out of the pause's reach: a person decides
	PauseLeft        Reason = "pause_left"
	WishKept         Reason = "wish_kept" // [wish] a person acted while the outcome was open
	WasClaimed       Reason = "claimed"
	TakenOver        Reason = "taken_over" // the process that prepared it is gone
	GivenBack        Reason = "given_back" // the process shuts down
	Prepared         Reason = "prepared"
	Marked           Reason = "marked"
	MarkUndone       Reason = "mark_undone"   // the database did not acknowledge the mark; nothing was called
	MarkedAhead      Reason = "marked_ahead"  // of its instant: not called before it is released
	MarkRecalled     Reason = "mark_recalled" // marked ahead and taken back before it was called
	Published        Reason = "published"
	PublishedReview  Reason = "published_review" // and read by the platform first
	PublishedSlow    Reason = "published_slow"   // and shown by the platform later
	LateAnswer       Reason = "late_answer"
	LateConfirmation Reason = "late_confirmation" // was withdrawn or given up, and is out after all
	OutcomeOpen      Reason = "outcome_open"
	Repeated         Reason = "repeated" // [code, text] called repeated content after an open outcome
	OwnerGone        Reason = "owner_gone"
	CallOverdue      Reason = "call_overdue"
	Refused          Reason = "refused" // [code, text]
	NoConnection     Reason = "no_connection"
	TokenMissing     Reason = "token_missing"
	TokenRefused     Reason = "token_refused" // [code]
	TokenEnds        Reason = "token_ends"    // expires before the due time
	RestAccount      Reason = "rest_account"  // [code, until]
	RestShared       Reason = "rest_shared"   // [code, until]
	RestBehaviour    Reason = "rest_behaviour"
	RestGoesOn       Reason = "rest_goes_on" // [until] another delivery brought the rest about
	HashDiffers      Reason = "hash_differs"
	Wording          Reason = "wording"       // [text] a word list forbids it since the approval
	WordExcepted     Reason = "word_excepted" // two people said that it may stand there
	HeldFor          Reason = "held_for"      // [cause, for] until something is over
	ReleasedFor      Reason = "released_for"
	TextRefused      Reason = "text_refused" // [text] the interface's own rules, found before sending
	PictureRefused   Reason = "picture_refused"
	PictureWaits     Reason = "picture_waits" // upload failed for now
	LeadWaits        Reason = "lead_waits"    // the post that it passes on is not out, or gone
	AccountNotLive   Reason = "account_not_live"
	AccountStopped   Reason = "account_stopped" // suspended; ends by itself
	AccountClosed    Reason = "account_closed"
	TokenWithdrawn   Reason = "token_withdrawn" // by an administrator; ends by itself
	// the account is another user of the platform: a person decides
	UserChanged     Reason = "user_changed"
	AccountBack     Reason = "account_back"
	TooLate         Reason = "too_late"
	HandoffDue      Reason = "handoff_due"
	HandoffTaken    Reason = "handoff_taken"
	HandoffReturned Reason = "handoff_returned"
	HandoffSent     Reason = "handoff_sent"
	LookFound       Reason = "look_found"
	LookAbsent      Reason = "look_absent"
	LookFailed      Reason = "look_failed"
	LookTwo         Reason = "look_two"    // [n] several posts could be it
	LookWindow      Reason = "look_window" // the newest posts shown do not reach back far enough
	LookPerson      Reason = "look_person" // not found, and a person must decide
	// not found, and the platform says that the text stands there already
	LookRepeat      Reason = "look_repeat"
	LookRival       Reason = "look_rival"  // not found, but somebody else's post of the same text
	Resend          Reason = "resend"      // surely absent, in time, allowed for the account
	AbsentWish      Reason = "absent_wish" // [wish]
	Superseded      Reason = "superseded"  // a new version was begun while the outcome was open
	ConfirmedNot    Reason = "confirmed_not_sent"
	ResolvedSent    Reason = "resolved_sent"
	DecisionAsked   Reason = "decision_asked"
	DecisionRefused Reason = "decision_refused"
	Restored        Reason = "restored" // the database was restored: what was due since then is looked up
	Twice           Reason = "twice"    // possibly published twice
	ReadBackSame    Reason = "readback_same"
	ReadBackChanged Reason = "readback_changed"
	ReadBackHidden  Reason = "readback_hidden"
	ReadBackRemoved Reason = "readback_removed"
	WasTakenDown    Reason = "taken_down"
	TakedownFailed  Reason = "takedown_failed" // [code, text]
)

// Reasons lists every code, for tests that walk the texts.
func Reasons() []Reason {
	return []Reason{
		WasPlanned, WasReplanned, WasApproved, ApprovedPaused, NotApproved, WasWithdrawn,
		WasRevised, WasRescheduled, EarlierAsked, EarlierAgreed, EarlierRefused, WasCancelled,
		AccountDropped, WasPaused, WasResumed, PauseLeft, WishKept, WasClaimed, TakenOver,
		GivenBack, Prepared, Marked, MarkUndone, MarkedAhead, MarkRecalled, Published,
		PublishedReview, PublishedSlow, LateAnswer, LateConfirmation, OutcomeOpen, Repeated,
		OwnerGone, CallOverdue, Refused, NoConnection, TokenMissing, TokenRefused, TokenEnds,
		RestAccount, RestShared, RestBehaviour, RestGoesOn, HashDiffers, Wording, WordExcepted, TextRefused,
		HeldFor, ReleasedFor,
		LeadWaits,
		PictureRefused, PictureWaits, AccountNotLive, AccountStopped, AccountClosed, TokenWithdrawn,
		UserChanged, AccountBack, TooLate, HandoffDue, HandoffTaken, HandoffReturned, HandoffSent,
		LookFound, LookAbsent, LookFailed, LookTwo, LookWindow, LookPerson, LookRepeat, LookRival,
		Resend, AbsentWish, Superseded, ConfirmedNot, ResolvedSent, DecisionAsked, DecisionRefused,
		Restored, Twice, ReadBackSame, ReadBackChanged, ReadBackHidden, ReadBackRemoved,
		WasTakenDown, TakedownFailed,
	}
}

// Label is the Chinese text of the reason: what happened, what it means, what to do. "{.name}" is
// filled from the parameters.
func (r Reason) Label() string {
	if text, ok := reasonTexts[r]; ok {
		return text
	}

	return string(r)
}

var reasonTexts = map[Reason]string{
	WasPlanned:       i18n.N("已列入发布计划，待批准"),
	WasReplanned:     i18n.N("已重新列入发布计划"),
	WasApproved:      i18n.N("已批准，到时自动发出"),
	ApprovedPaused:   i18n.N("已批准；所在单位或账号正在暂停，恢复后再定"),
	NotApproved:      i18n.N("到时仍未批准，没有发出；批准时请选择立即发布或新的时间"),
	WasWithdrawn:     i18n.N("稿件已撤回，没有发出"),
	WasRevised:       i18n.N("稿件正在修改，原批准已失效"),
	WasRescheduled:   i18n.N("发布时间已改"),
	EarlierAsked:     i18n.N("已申请提前发布，待第二人同意"),
	EarlierAgreed:    i18n.N("第二人同意提前发布"),
	EarlierRefused:   i18n.N("第二人不同意提前发布，仍按原定时间"),
	WasCancelled:     i18n.N("已取消，没有发出"),
	AccountDropped:   i18n.N("新版本不再发往此账号"),
	WasPaused:        i18n.N("已暂停"),
	WasResumed:       i18n.N("已恢复"),
	PauseLeft:        i18n.N("单位或账号已移出暂停的范围，仍先不发；请重新安排或取消"),
	WishKept:         i18n.N("当时正在发送，已记下要求；结果查清后照办"),
	WasClaimed:       i18n.N("开始准备"),
	TakenOver:        i18n.N("原进程已停，由另一进程接手"),
	GivenBack:        i18n.N("进程停机，退回待发"),
	Prepared:         i18n.N("准备完毕，等候发布时刻"),
	AccountNotLive:   i18n.N("账号不在运行状态，暂不能发；请管理员启用账号"),
	AccountStopped:   i18n.N("账号已停用，先不发；启用后在最晚时限内自动继续"),
	AccountClosed:    i18n.N("账号已关停，不能再从它发出；请取消，或改由其他账号发布"),
	TokenWithdrawn:   i18n.N("账号授权已由管理员撤销，先不发；重新授权后在最晚时限内自动继续"),
	UserChanged:      i18n.N("账号已改指另一个微博用户，先不发；请核对账号后重新安排或取消"),
	AccountBack:      i18n.N("账号又可以发布，继续等候发布时刻"),
	TooLate:          i18n.N("已过最晚发布时刻，没有发出；如仍需发布，请重新定时"),
	HandoffDue:       i18n.N("请值班人员在微博人工发布，并登记链接"),
	HandoffTaken:     i18n.N("已有人领取，正在人工发布"),
	HandoffReturned:  i18n.N("领取已退回，请另一位值班人员处理"),
	HandoffSent:      i18n.N("已人工发布并登记链接"),
	Superseded:       i18n.N("发送结果查清前已开始修改稿件；旧版没有发出，请按新版重新安排"),
	HashDiffers:      i18n.N("待发内容与批准内容不一致，已停下；请重新提交审核"),
	Wording:          i18n.N("词表在批准以后有变动：正文中的“{.text}”现在必须改正，已停下；请修改正文重新提交，或由两人确认例外"),
	WordExcepted:     i18n.N("两人确认了这段文字中的例外，继续等候发布时刻"),
	HeldFor:          i18n.N("因“{.for}”暂停发布；随它结束恢复，也可以先恢复、重新安排或取消"),
	ReleasedFor:      i18n.N("暂停的原因已经过去，继续等候发布时刻"),
	TextRefused:      i18n.N("内容不符合接口规则：{.text}"),
	PictureRefused:   i18n.N("图片未能上传：{.text}"),
	PictureWaits:     i18n.N("图片暂未上传成功，正在重试"),
	LeadWaits:        i18n.N("要转发的首发微博还没有发出，或已不在，等到时限为止"),
	TokenMissing:     i18n.N("账号没有可用授权，暂不能发；授权后自动继续"),
	TokenEnds:        i18n.N("账号授权将在发布前到期；请尽快重新授权"),
	Marked:           i18n.N("到时，开始发送"),
	MarkedAhead:      i18n.N("同一时刻到时的很多，已提前就位，到时发出"),
	MarkRecalled:     i18n.N("提前就位的尚未发出，已收回"),
	MarkUndone:       i18n.N("发送标记未获数据库确认，没有调用微博，退回待发"),
	Published:        i18n.N("微博确认已发出"),
	PublishedReview:  i18n.N("微博确认已发出，平台正在人工复核，稍后取得编号"),
	PublishedSlow:    i18n.N("微博确认已发出，平台显示有延迟，稍后取得编号"),
	LateAnswer:       i18n.N("微博的答复晚到：已发出"),
	LateConfirmation: i18n.N("微博的答复晚到：已发出。此前曾判定未发，请核对并决定是否下架"),
	OutcomeOpen:      i18n.N("微博未确认是否发出。系统将查看该账号最新微博；请勿手动重发"),
	Repeated:         i18n.N("微博称内容重复（{.code}）：可能此前已发出，也可能他人已发同样内容。系统将查看该账号最新微博，不再自动重发；请勿手动重发"),
	OwnerGone:        i18n.N("发送进程中断，不能断定是否发出。系统将查看该账号最新微博；请勿手动重发"),
	CallOverdue:      i18n.N("发送超时未回报，不能断定是否发出。系统将查看该账号最新微博；请勿手动重发"),
	Refused:          i18n.N("微博拒绝发布：{.text}（{.code}）"),
	NoConnection:     i18n.N("没有连上微博，内容没有发出；稍后自动再试"),
	TokenRefused:     i18n.N("微博不接受账号授权（{.code}），没有发出；重新授权后自动继续"),
	RestAccount:      i18n.N("账号发布过于频繁（{.code}），微博要求暂歇，{.until} 后继续"),
	RestShared:       i18n.N("本机地址调用过于频繁（{.code}），全部账号暂歇，{.until} 后继续"),
	RestBehaviour:    i18n.N("微博认为账号行为异常（{.code}），暂歇至 {.until}；请登录微博查看"),
	RestGoesOn:       i18n.N("微博要求暂歇，尚未到时，{.until} 后继续发送"),
	Twice:            i18n.N("可能重复发布，请立即到微博核对"),
	LookFound:        i18n.N("在账号微博中找到，确认已发出"),
	LookAbsent:       i18n.N("已查看账号微博，尚未找到；{.next} 再查一次。请勿手动重发"),
	LookFailed:       i18n.N("未能读取账号微博，{.next} 再查。请勿手动重发"),
	LookTwo:          i18n.N("账号微博中有 {.n} 条可能就是这一条，请人工核对"),
	LookWindow:       i18n.N("接口只给出最新几条，看不到发送时段，请人工核对"),
	LookPerson:       i18n.N("多次查看仍未找到，不能断定；请人工核对后决定。请勿手动重发"),
	LookRepeat:       i18n.N("微博称内容重复，多次查看仍未找到本系统发出的这一条，可能他人已发同样内容；请人工核对后决定。请勿手动重发"),
	LookRival:        i18n.N("未找到本系统发出的这一条，但账号上已有他人发出的同样内容；请人工核对后决定。请勿手动重发"),
	Resend:           i18n.N("已确认没有发出，且仍在时限内，自动再发一次"),
	AbsentWish:       i18n.N("已确认没有发出，按发送期间的要求处理"),
	ConfirmedNot:     i18n.N("经两人核对，确认没有发出"),
	ResolvedSent:     i18n.N("经人工核对，确认已发出"),
	DecisionAsked:    i18n.N("已提出，待第二人确认"),
	DecisionRefused:  i18n.N("第二人未同意"),
	Restored:         i18n.N("数据库经过恢复，此后到时的发送需逐条核对；请勿手动重发"),
	ReadBackSame:     i18n.N("回读一致"),
	ReadBackChanged:  i18n.N("线上内容与批准稿不一致，请核对"),
	ReadBackHidden:   i18n.N("账号微博中暂看不到这一条，可能在平台复核中"),
	ReadBackRemoved:  i18n.N("这一条已不在平台上，可能被平台删除"),
	WasTakenDown:     i18n.N("已下架"),
	TakedownFailed:   i18n.N("下架未成功：{.text}（{.code}）"),
}

// ReasonText gives the text of the delivery's reason and its arguments, alternating names and values,
// ready for a printer.
func (d Delivery) ReasonText() (string, []any) { return d.Reason.Label(), d.ReasonArgs.pairs() }

// Text gives the text of the step and its arguments, ready for a printer.
func (e Event) Text() (string, []any) { return e.Code.Label(), e.Args.params().pairs() }

// pairs lists names and values in the order of the names. What Weibo or a rule said is a text to be
// translated too.
func (a Args) pairs() []any { return i18n.Pairs(a, "text") }

// FaultArgs keeps what a rule found wrong so that it can be told in any language.
func FaultArgs(failure *fault.Error) Args {
	inner := map[string]any{}
	for i := 0; i+1 < len(failure.Args); i += 2 {
		inner[fmt.Sprint(failure.Args[i])] = failure.Args[i+1]
	}

	return Args{"text": failure.Text, "text" + i18n.ArgsOf: inner}
}
