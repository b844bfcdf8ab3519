package inbox

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts on matters that the trail records, in the order in which its filter offers them. Entries name
// the matter, never what was said or by whom: the trail cannot be purged.
var (
	acts audit.Declared

	actAssign    = acts.Declare("inbox.assign", i18n.N("分派互动"))
	actReturn    = acts.Declare("inbox.return", i18n.N("退回互动"))
	actRefer     = acts.Declare("inbox.refer", i18n.N("互动转外单位"))
	actBack      = acts.Declare("inbox.back", i18n.N("收回互动"))
	actSend      = acts.Declare("inbox.send", i18n.N("发出对市民的答复"))
	actAnswer    = acts.Declare("inbox.answer", i18n.N("登记对市民的答复"))
	actClose     = acts.Declare("inbox.close", i18n.N("办结互动"))
	actReopen    = acts.Declare("inbox.reopen", i18n.N("重新打开互动"))
	actSnooze    = acts.Declare("inbox.snooze", i18n.N("互动稍后处理"))
	actSort      = acts.Declare("inbox.sort", i18n.N("改互动的类别"))
	actMerge     = acts.Declare("inbox.merge", i18n.N("并入另一件互动"))
	actNote      = acts.Declare("inbox.note", i18n.N("互动备注"))
	actRate      = acts.Declare("inbox.rate", i18n.N("登记市民的评价"))
	actReveal    = acts.Declare("inbox.reveal", i18n.N("查看市民姓名和号码"))
	actTakeBack  = acts.Declare("inbox.take_back", i18n.N("撤回对市民的答复"))
	actSawIt     = acts.Declare("inbox.saw_it", i18n.N("核对：微博上已有答复"))
	actDeny      = acts.Declare("inbox.deny", i18n.N("核对：微博上没有答复"))
	actAgreeNot  = acts.Declare("inbox.agree_not", i18n.N("第二人确认答复没有发出"))
	actRefuseNot = acts.Declare("inbox.refuse_not", i18n.N("第二人不确认答复没有发出"))
	actTerms     = acts.Declare("inbox.terms", i18n.N("设置互动的答复时限"))
	actRule      = acts.Declare("inbox.rule", i18n.N("维护互动的分派规则"))
	actPurge     = acts.Declare("inbox.purge", i18n.N("按保存期限清除市民的文字"))
)

// recorded is what the trail calls an act.
var recorded = map[Act]audit.Act{
	Assign: actAssign,
	Return: actReturn,
	Refer:  actRefer,
	Back:   actBack,
	Send:   actSend,
	Answer: actAnswer,
	Close:  actClose,
	Reopen: actReopen,
	Snooze: actSnooze,
	Sort:   actSort,
	Merge:  actMerge,
	Note:   actNote,
	Rate:   actRate,
}

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{
		{Type: "inbox", Text: i18n.N("互动"), NameSQL: `SELECT '@' || a.handle
			FROM inbox_matters m JOIN accounts a ON a.id = m.account_id WHERE m.id = e.number`},
		{Type: "inbox_rule", Text: i18n.N("分派规则"), NameSQL: `SELECT name FROM inbox_rules
			WHERE id = e.number`},
	}
}
