package todo

import (
	"slices"

	"juzhen/internal/i18n"
	"juzhen/internal/notice"
)

// The kinds of matters.
const (
	KindIncident = "incident" // something went out twice
	KindUnknown  = "unknown"  // nobody knows whether it went out
	KindMissed   = "missed"   // the due time passed
	KindProblem  = "problem"  // it will not go out as things are
	KindDuty     = "duty"     // something is to be published by its time, and is not there
	KindHandoff  = "handoff"  // to be posted by hand
	KindLive     = "live"     // what went out, or seems to have, must be looked at on the platform
	KindNoticed  = "noticed"  // a post on the platform is not what it should be
	KindToken    = "token"    // an authorisation ends
	KindInbox    = "inbox"    // a citizen waits for an answer
	KindRoster   = "roster"   // somebody is to be on duty, or to take over
	KindRebuttal = "rebuttal" // a rebuttal is to be looked at again, or corrected in public
	KindHot      = "hot"      // a hot event: a clock runs, or many citizens say the same
	KindFault    = "fault"    // something found wrong is to be put right, looked at again or closed out
	KindConfirm  = "confirm"  // a second person is needed
	KindReview   = "review"
	KindReturned = "returned"
	KindNotice   = "notice" // to be known: it goes from a reader's list once that reader has read it
)

// heading is what the matters of one kind stand under, and the kind of notice under which people hear of
// them.
type heading struct {
	kind   string
	name   string
	notice notice.Kind
}

// headings are all of them, the most pressing first: the order of the list.
var headings = []heading{
	{KindIncident, i18n.N("可能重复发布"), notice.Outcome},
	{KindUnknown, i18n.N("结果待核"), notice.Outcome},
	{KindMissed, i18n.N("错过与失败"), notice.Missed},
	{KindProblem, i18n.N("发布前的问题"), notice.Problem},
	{KindHot, i18n.N("热点事件"), notice.Work},
	{KindDuty, i18n.N("到时应发布"), notice.Work},
	{KindHandoff, i18n.N("待人工发布"), notice.Work},
	{KindLive, i18n.N("线上内容须核对"), notice.Platform},
	{KindNoticed, i18n.N("平台上的异常"), notice.Platform},
	{KindToken, i18n.N("账号授权"), notice.Account},
	{KindInbox, i18n.N("市民互动"), notice.Work},
	{KindRoster, i18n.N("值班|待办"), notice.Work},
	{KindRebuttal, i18n.N("权威辟谣"), notice.Work},
	{KindFault, i18n.N("问题整改"), notice.Work},
	{KindConfirm, i18n.N("第二人确认"), notice.Confirm},
	{KindReview, i18n.N("待审稿件"), notice.Review},
	{KindReturned, i18n.N("退回的稿件"), notice.Returned},
	{KindNotice, i18n.N("告知"), notice.Other},
}

// headingOf finds the heading of a kind; one of general words for a kind this version does not know.
func headingOf(kind string) heading {
	for _, one := range headings {
		if one.kind == kind {
			return one
		}
	}

	return heading{kind: kind, name: i18n.N("其他事项"), notice: notice.Other}
}

// KindName is the Chinese heading of a kind.
func KindName(kind string) string { return headingOf(kind).name }

// Kinds lists the kinds in the order of the list.
func Kinds() []string {
	kinds := make([]string, len(headings))
	for i, one := range headings {
		kinds[i] = one.kind
	}

	return kinds
}

func isKind(kind string) bool { return slices.Contains(Kinds(), kind) }
