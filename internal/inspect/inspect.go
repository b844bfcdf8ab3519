// Package inspect foretells the inspections of government accounts: rules with their sources, which account
// breaks which of them, on which day if nothing is done, and what would prevent it. It reads what was
// published and what is planned; it publishes nothing, and what inspectors found elsewhere it does not
// know.
package inspect

import (
	"slices"
	"strings"
	"time"

	"juzhen/internal/account"
	"juzhen/internal/i18n"
	"juzhen/internal/rescan"
)

// State is what a rule says of an account.
type State string

// The states.
const (
	OK   State = "ok"
	Soon State = "soon" // it fails within the days of warning that the rule gives
	Fail State = "fail" // an inspector who looks now finds it broken
)

// States lists all states, the most pressing first.
func States() []State { return []State{Fail, Soon, OK} }

// Valid tells whether s is one of the states.
func (s State) Valid() bool { return slices.Contains(States(), s) }

// Label is the Chinese word for the state.
func (s State) Label() string {
	return map[State]string{OK: "合格", Soon: "即将不合格", Fail: "不合格"}[s]
}

// Kind is what a rule looks at.
type Kind string

// The kinds.
const (
	Silence Kind = "silence" // no account is without a post for longer than a number of days
	Wording Kind = "wording" // nothing that is published holds a word that the lists take seriously

	DeadLinks Kind = "link_dead" // every link of what was published lately opens

	Interactive Kind = "interaction" // people see on the platform, now and again, that citizens can answer
)

// Label is the Chinese name of the kind.
func (k Kind) Label() string {
	return map[Kind]string{
		Silence: "内容不更新", Wording: "已发文字", DeadLinks: "已发链接", Interactive: "互动功能",
	}[k]
}

// Kinds lists all kinds.
func Kinds() []Kind { return []Kind{Silence, Interactive, Wording, DeadLinks} }

// Valid tells whether k is one of the kinds.
func (k Kind) Valid() bool { return slices.Contains(Kinds(), k) }

// Rule is a line of an inspection as data: of the country, or of a unit and all below it.
type Rule struct {
	ID       int64
	Code     string // stored with what was found; never changed
	Kind     Kind
	Days     int    // of Shanghai without a post, or without a look; 0: the rule has no days
	Warn     int    // days before the last day on which people are told
	UnitPath string // "" for everybody
	UnitName string
	Source   string    // where it is written
	From     time.Time // the first day on which it holds
	Until    time.Time // the last one; zero: it still holds
}

// holds tells whether the rule is asked of a unit on a day.
func (r Rule) holds(path string, day time.Time) bool {
	return strings.HasPrefix(path, r.UnitPath) && !day.Before(r.From) &&
		(r.Until.IsZero() || !day.After(r.Until))
}

// Account is what is known of an account, at an instant.
type Account struct {
	ID        int64
	Handle    string
	UnitID    int64
	UnitName  string
	UnitPath  string
	State     account.State
	Connector account.Connector
	Since     time.Time // when it was registered here

	Last      *time.Time // the latest post that is still there; nil: none is known
	Elsewhere bool       // that one was not sent from here, and nobody has looked at it

	Approved []time.Time // when what is approved goes out
	InReview []time.Time // when what waits for approval would
	Drafts   []time.Time // when what is written and not submitted would
	Held     int         // approved, and stopped
	ByHand   int         // waits for a person to post it
	Unknown  int         // nobody knows yet whether it went out

	NoToken    bool       // it has none that is valid, and needs one
	TokenUntil *time.Time // when its token ends

	Words    []rescan.Finding // what the lists take seriously in what is published, the first of them
	AllWords int              // how many there are
	Links    []rescan.Address // those of published posts that are dead, lead elsewhere or warn

	Look *look // the latest checklist of interaction; nil: none was written
}

// At is the handle as people write it.
func (a Account) At() string { return "@" + a.Handle }

// Finding is what one rule says of one account.
type Finding struct {
	Account
	Rule    Rule
	State   State
	Days    int       // since the latest post, or since the account was registered
	FailsOn time.Time // the first day on which it fails; past where it does; zero: no day is known
	Left    int       // days until then; 0 or less where it fails already
	Because []Reason
	Remedy  Reason    // what prevents it, or ends it
	LookBy  time.Time // the last day of the next look; zero: none is asked for, or none was

	Breaches []Breach // what of the account breaks the rule; none: the account as a whole does
}

// Breach is one thing that breaks a rule, as the register of faults has it.
type Breach struct {
	Code    string // of the register
	Subject string // what it is about, such as "platform_post/41"
	Since   time.Time
	Because Reason
}

// Number tells one finding of a board from the others.
func (f Finding) Number() int64 { return f.ID<<20 + f.Rule.ID }

// Reason is a sentence in Chinese source text with its arguments.
type Reason struct {
	Text string
	Args []any
}

func reason(text string, args ...any) Reason { return Reason{text, args} }

// What is said of accounts.
var (
	saidLast    = i18n.N("最近一条发布于 {.day}，距今 {.n} 天")
	saidNever   = i18n.N("没有见到发布过；从登记之日 {.day} 起算，已 {.n} 天")
	saidStrange = i18n.N("最近一条不是本台发出，还没有人核对")
	saidWaiting = i18n.N("已批准待发 {.n} 条，最早 {.at}")

	saidSuspended = i18n.N("账号已停用，待发的 {.n} 条不会发出，不计")
	saidNoToken   = i18n.N("授权失效，待发的 {.n} 条发不出去，不计")
	saidTokenEnds = i18n.N("授权 {.day} 到期，之后的 {.n} 条不计")
	saidHeld      = i18n.N("暂停中 {.n} 条，不计")
	saidByHand    = i18n.N("待人工发布 {.n} 条，发布并登记后才计")
	saidUnknown   = i18n.N("结果待核 {.n} 条，核实已发才计")

	saidIfApproved  = i18n.N("在审 {.n} 条，最早 {.at}；若批准并发出，可到 {.day}")
	saidTooLate     = i18n.N("在审 {.n} 条，最早 {.at}；批准了也太晚")
	saidIfSubmitted = i18n.N("草稿 {.n} 条，最早 {.at}；若提交、批准并发出，可到 {.day}")

	saidPostBy  = i18n.N("须在 {.day} 结束前发布一条")
	saidPostNow = i18n.N("现在就发布一条")
	saidWords   = i18n.N("已发微博中词表不放过的有 {.n} 处，{.day} 起查出")
	saidWord    = i18n.N("{.day} 发布的“{.passage}”：{.kind}“{.found}”，级别{.level}，依 {.list} 的词表")
	saidMend    = i18n.N("在平台上删除或改正；确可保留的禁止词，由两人登记例外")

	saidDead   = i18n.N("已发微博中打不开的链接有 {.n} 个，隔天看过两次")
	saidLink   = i18n.N("{.day} 发布的微博：{.address}")
	saidHint   = i18n.N("提示：{.day} 发布的微博中 {.address}，{.state}；不算不合格")
	saidRelink = i18n.N("恢复网页，或在平台上改正、删除；一周内再看")
	saidNoNeed = i18n.N("不必处理；请看一眼链接是否还对")

	saidRecover = i18n.N("{.at} 的一条发出后恢复合格；提前发布更好")
)
