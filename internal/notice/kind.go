package notice

import (
	"slices"

	"juzhen/internal/i18n"
)

// Kind is a sort of thing that people are told of: one line of their settings.
type Kind string

// The kinds, in the order of the settings.
const (
	Outcome  Kind = "outcome"  // nobody knows whether it went out, or it went out twice
	Stop     Kind = "stop"     // sending was stopped
	Missed   Kind = "missed"   // it did not go out
	Problem  Kind = "problem"  // it will not go out as things are
	Work     Kind = "work"     // something is to be published by its time, or by hand
	Platform Kind = "platform" // a post on the platform is not what it should be
	Account  Kind = "account"  // an authorisation
	Review   Kind = "review"   // asked to review
	Mention  Kind = "mention"  // named with @
	Confirm  Kind = "confirm"  // asked to be the second person
	Approved Kind = "approved" // the own post was approved
	Returned Kind = "returned" // the own post came back
	Out      Kind = "out"      // the own post is out
	Trouble  Kind = "trouble"  // the own post has a problem
	Other    Kind = "other"    // to be known
)

// kindRow is a kind with its words.
type kindRow struct {
	kind        Kind
	label, help string
	outside     string // what a robot says in a group
}

var kinds = []kindRow{
	{
		Outcome, i18n.N("结果待核、可能重复"), i18n.N("微博没有确认是否发出，或可能发了两次"),
		i18n.N("有微博结果待核，或可能发了两次"),
	},
	{
		Stop, i18n.N("发送停下"), i18n.N("有人暂停了发送，或服务器停止了发送"),
		i18n.N("发送停下了"),
	},
	{
		Missed, i18n.N("错过与失败|通知"), i18n.N("到时没有发出"),
		i18n.N("有微博到时没有发出"),
	},
	{
		Problem, i18n.N("发布前的问题|通知"), i18n.N("照现在的样子到时发不出去"),
		i18n.N("有稿件照现在的样子到时发不出去"),
	},
	{
		Work, i18n.N("到时应发布"), i18n.N("该发的还没有稿件，或须人工发布"),
		i18n.N("有到时应发布的内容要处理"),
	},
	{
		Platform, i18n.N("平台上的异常"), i18n.N("已发的微博被删、被隐藏、内容有变，或出现不是本台发的微博"),
		i18n.N("已发的微博在平台上有异常"),
	},
	{
		Account, i18n.N("账号授权"), i18n.N("授权快到期、已失效或被取消"),
		i18n.N("有账号的授权要处理"),
	},
	{
		Review, i18n.N("请我审核"), i18n.N("有稿件等我审核"),
		i18n.N("有稿件等待审核"),
	},
	{
		Mention, i18n.N("@我"), i18n.N("同事在审核批注里问我"),
		i18n.N("审核批注里提到了人"),
	},
	{
		Confirm, i18n.N("请我作第二人确认"), i18n.N("判定、下架、人员变更等要第二个人"),
		i18n.N("有事等待第二人确认"),
	},
	{
		Approved, i18n.N("我的稿件获批准"), i18n.N("全部步骤都通过了"),
		i18n.N("有稿件获批准"),
	},
	{
		Returned, i18n.N("我的稿件被退回"), i18n.N("附审核人的意见"),
		i18n.N("有稿件被退回"),
	},
	{
		Out, i18n.N("我的稿件已发出"), i18n.N("在全部账号上发出，并在微博上核对过"),
		i18n.N("有稿件已全部发出"),
	},
	{
		Trouble, i18n.N("我的稿件有问题"), i18n.N("发不出去、没有发出或结果待核"),
		i18n.N("有稿件遇到问题"),
	},
	{
		Other, i18n.N("告知|通知"), i18n.N("要知道、不必处理的事"),
		i18n.N("有一件事要知道"),
	},
}

// Kinds are all kinds, in the order of the settings.
func Kinds() []Kind {
	list := make([]Kind, len(kinds))
	for i, row := range kinds {
		list[i] = row.kind
	}

	return list
}

func (k Kind) row() kindRow {
	i := slices.IndexFunc(kinds, func(row kindRow) bool { return row.kind == k })
	if i < 0 {
		return kinds[len(kinds)-1] // left by a newer version
	}

	return kinds[i]
}

// Valid tells whether k is one of the kinds.
func (k Kind) Valid() bool { return k != "" && k.row().kind == k }

// Label is the Chinese name of the kind.
func (k Kind) Label() string { return k.row().label }

// Help says in Chinese what belongs to the kind.
func (k Kind) Help() string { return k.row().help }

// Outside says in Chinese that there is such a thing, without a word of what: for those who listen outside.
func (k Kind) Outside() string { return k.row().outside }

// Own tells whether the kind is of people's own posts.
func (k Kind) Own() bool { return slices.Contains([]Kind{Approved, Returned, Out, Trouble}, k) }
