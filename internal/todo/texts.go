package todo

import (
	"fmt"
	"slices"
	"strings"

	"juzhen/internal/i18n"
)

// Tone is the weight of a matter, for icon and colour beside its words.
type Tone string

// The tones.
const (
	Danger  Tone = "danger"  // harm is done or near
	Warning Tone = "warning" // it will go wrong unless somebody acts
	Notice  Tone = "notice"  // work as usual
)

// text is what a reason says, how heavy it weighs and what the person does next.
type text struct {
	Text string
	Tone Tone
	Act  string
}

// texts gives the words of each reason. "{.name}" is filled from the matter's Args.
var texts = map[string]text{
	"review.waiting":         {i18n.N("待审：{.title}"), Notice, i18n.N("审核|动词")},
	"post.returned":          {i18n.N("被退回：“{.title}”。意见：{.opinion}"), Notice, i18n.N("修改|动词")},
	"post.expired":           {i18n.N("发布时间已过，仍未获批准：{.title}"), Warning, i18n.N("重新安排或取消")},
	"post.voided":            {i18n.N("改期使批准失效，请修改正文后重新提交：“{.title}”。不对的词：{.words}"), Warning, i18n.N("修改|动词")},
	"advance.now":            {i18n.N("请决定“{.title}”是否提前：由 {.from} 改为同意后立即发布"), Warning, i18n.N("查看并决定")},
	"advance.at":             {i18n.N("请决定“{.title}”是否提前：由 {.from} 提前到 {.to}"), Warning, i18n.N("查看并决定")},
	"decision.confirm":       {i18n.N("请作为第二人确认：{.account} {.what}"), Warning, i18n.N("核对并确认")},
	"decision.confirm_batch": {i18n.N("请作为第二人确认：从 {.n} 个账号下架"), Warning, i18n.N("核对并确认")},

	"delivery.unknown":  {i18n.N("{.account}：微博未确认是否发出，系统也没有查到。请到微博上核对后判定，不要手动重发"), Danger, i18n.N("判定结果")},
	"delivery.twice":    {i18n.N("{.account}：同一条微博可能发出了两次，请立即核对"), Danger, i18n.N("核对")},
	"delivery.missed":   {i18n.N("{.account}：错过了发布时间，没有发出"), Warning, i18n.N("重新安排或取消")},
	"delivery.late":     {i18n.N("{.account}：判定未发出之后，微博又确认了发布，请核对是否重复"), Danger, i18n.N("核对")},
	"delivery.hidden":   {i18n.N("{.account}：已发出的微博被平台隐藏。{.reason}"), Warning, i18n.N("查看|动词")},
	"delivery.handoff":  {i18n.N("{.account}：请人工发布，并登记链接"), Warning, i18n.N("人工发布|动词")},
	"delivery.live":     {i18n.N("{.account}：计划的内容似乎已经在微博上，发送已停下"), Warning, i18n.N("核对")},
	"delivery.failed":   {i18n.N("{.account}：没有发出。{.reason}"), Warning, i18n.N("查看并处理")},
	"delivery.problem":  {i18n.N("{.account}：到时将无法发出。{.reason}"), Warning, i18n.N("查看并处理")},
	"delivery.removed":  {i18n.N("{.account}：已发出的微博在平台上找不到了"), Warning, i18n.N("查看|动词")},
	"delivery.changed":  {i18n.N("{.account}：平台上的内容与批准的不一致"), Danger, i18n.N("核对")},
	"delivery.takedown": {i18n.N("{.account}：下架没有成功，微博可能仍然可见"), Danger, i18n.N("查看并处理")},

	"people.confirm":   {i18n.N("{.who} 申请{.what}：{.name}。请作为第二人确认或阻止"), Warning, i18n.N("核对并确认")},
	"people.asked":     {i18n.N("{.who} 申请{.what}：{.name}，等待第二人确认"), Notice, i18n.N("查看|动词")},
	"people.confirmed": {i18n.N("{.who} 申请、{.second} 确认：{.what}，{.name}。不妥的，七天内可以撤回"), Notice, i18n.N("查看|动词")},
	"people.stopped":   {i18n.N("{.who} 阻止了{.what}：{.name}。{.why}"), Notice, i18n.N("查看|动词")},
	"people.disabled":  {i18n.N("{.who} 停用了 {.name}"), Notice, i18n.N("知道了")},
	"people.revoked":   {i18n.N("{.who} 撤销了 {.name} 在{.unit}的{.role}"), Notice, i18n.N("知道了")},

	"engine.clock": {i18n.N("服务器 {.host} 的时钟与数据库相差 {.s} 秒，这台机器已停止发送；校时后自动继续"), Danger, i18n.N("查看发送状况")},

	"account.other_user": {i18n.N("{.account}：微博 UID 由 {.from} 改为 {.to}，没有发出的稿件已停下，请核对是否同一机构的账号"), Danger, i18n.N("核对")},
	"token.expiring":     {i18n.N("{.account}：授权还有 {.n} 天到期，到期后不能发布"), Warning, i18n.N("重新授权")},
	"token.expired":      {i18n.N("{.account}：授权已失效，待发微博将发不出去"), Danger, i18n.N("重新授权")},
	"token.revoked":      {i18n.N("{.account}：授权已被取消，待发微博将发不出去"), Danger, i18n.N("重新授权")},
	"token.missing":      {i18n.N("{.account}：尚未授权"), Warning, i18n.N("授权|动词")},
	"token.unreadable":   {i18n.N("{.account}：令牌无法解密，待发微博将发不出去"), Danger, i18n.N("重新授权")},

	"reach.elsewhere": {i18n.N("{.account}：出现一条非本台发出的微博：{.text}"), Danger, i18n.N("核对")},
	"reach.unseen":    {i18n.N("{.account}：平台计数比看到的微博多 {.n} 条，可能有人在别处连续发布，请登录微博核对"), Danger, i18n.N("核对")},
	"reach.gap":       {i18n.N("{.account}：两次查看之间的微博可能没有看全，请登录微博核对"), Danger, i18n.N("核对")},
	"reach.removed":   {i18n.N("{.account}：微博在平台上被删除：{.text}"), Warning, i18n.N("核对")},
	"reach.hidden":    {i18n.N("{.account}：微博在平台上被隐藏：{.text}"), Warning, i18n.N("核对")},
	"reach.changed":   {i18n.N("{.account}：微博在平台上的内容有变：{.text}"), Danger, i18n.N("核对")},
}

// general stands for a reason this version has no words for, such as one left by a newer one.
var general = text{i18n.N("有一件事需要处理（{.code}）"), Warning, i18n.N("查看|动词")}

// lookup finds the words of a code: its own, else those of the longest prefix, so that "delivery.problem.token" reads
// like "delivery.problem" until it gets words of its own.
func lookup(code string) text {
	for c := code; c != ""; {
		if t, ok := texts[c]; ok {
			return t
		}
		i := strings.LastIndexByte(c, '.')
		if i < 0 {
			break
		}
		c = c[:i]
	}
	return general
}

// Text is the Chinese source text of the matter, to be translated with Pairs.
func (o Open) Text() string { return lookup(o.Code).Text }

// Tone is the weight of the matter.
func (o Open) Tone() Tone { return lookup(o.Code).Tone }

// Act names what the person does next: the words of the link.
func (o Open) Act() string { return lookup(o.Code).Act }

// Pairs gives Args as names and values in turn, as a printer takes them; the reason and what is asked are source texts with
// parameters of their own.
func (o Open) Pairs() []any {
	return append([]any{"code", o.Code}, i18n.Pairs(o.Args, "reason", "what", "role")...)
}

// kindNames are the headings of the list.
var kindNames = map[string]string{
	KindIncident: i18n.N("可能重复发布"), KindUnknown: i18n.N("结果待核"), KindMissed: i18n.N("错过与失败"), KindProblem: i18n.N("发布前的问题"),
	KindHandoff: i18n.N("待人工发布"), KindLive: i18n.N("线上内容须核对"), KindNoticed: i18n.N("平台上的异常"), KindToken: i18n.N("账号授权"), KindConfirm: i18n.N("第二人确认"),
	KindReview: i18n.N("待审稿件"), KindReturned: i18n.N("退回的稿件"), KindNotice: i18n.N("告知"),
}

// KindName is the Chinese heading of a kind.
func KindName(kind string) string {
	if n, ok := kindNames[kind]; ok {
		return n
	}
	return i18n.N("其他事项")
}

// Kinds lists the kinds in the order of the list.
func Kinds() []string { return slices.Clone(kinds) }

// Path is where the matter is dealt with, as an address within the console.
func (o Open) Path() string {
	pattern := map[string]string{
		"post": "/posts/%d", "delivery": "/deliveries/%d", "account": "/matrix/accounts/%d", "decision": "/decisions/%d",
		"takedown":      "/takedowns/%d",
		"advance":       "/advances/%d",
		"platform_post": "/reach/posts/%d",
		"user_change":   "/admin/changes/%d",
	}[o.SubjectType]
	if o.SubjectType == "installation" {
		return "/sending"
	}
	if o.Kind == KindReview {
		pattern = "/reviews/%d"
	}
	if pattern == "" {
		return "/todo"
	}
	return fmt.Sprintf(pattern, o.SubjectID)
}
