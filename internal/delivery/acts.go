package delivery

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts on posts from their submission on, and on their deliveries that the trail records, in the
// order in which its filter offers them.
var (
	acts audit.Declared

	actPostSubmit        = acts.Declare("post.submit", i18n.N("提交审核"))
	actPostIgnore        = acts.Declare("post.ignore", i18n.N("说明理由，照发检查结果"))
	actPostAgree         = acts.Declare("post.agree", i18n.N("同意照发检查结果"))
	actPostApprove       = acts.Declare("post.approve", i18n.N("批准稿件"))
	actPostPass          = acts.Declare("post.pass", i18n.N("通过一步审核"))
	actPostEditStep      = acts.Declare("post.edit_step", i18n.N("审核中编辑"))
	actPostReturnStep    = acts.Declare("post.return_step", i18n.N("退回前面的步骤"))
	actPostReturn        = acts.Declare("post.return", i18n.N("退回稿件"))
	actPostCarry         = acts.Declare("post.carry", i18n.N("按已有批准转发"))
	actPostWithdraw      = acts.Declare("post.withdraw", i18n.N("撤回稿件"))
	actPostRevise        = acts.Declare("post.revise", i18n.N("修改稿件"))
	actPostReschedule    = acts.Declare("post.reschedule", i18n.N("改期"))
	actPostAdvance       = acts.Declare("post.advance", i18n.N("申请提前发布"))
	actPostAdvanceAgree  = acts.Declare("post.advance_agree", i18n.N("同意提前发布"))
	actPostAdvanceRefuse = acts.Declare("post.advance_refuse", i18n.N("不同意提前发布"))
	actCancel            = acts.Declare("delivery.cancel", i18n.N("取消发送"))
	actRelease           = acts.Declare("delivery.release", i18n.N("放行发送"))
	actReplan            = acts.Declare("delivery.replan", i18n.N("重新安排发送"))
	actResolve           = acts.Declare("delivery.resolve", i18n.N("判定发送结果"))
	actTakedown          = acts.Declare("delivery.takedown", i18n.N("申请下架"))
	actHandoff           = acts.Declare("delivery.handoff", i18n.N("人工发布"))
	actPause             = acts.Declare("delivery.pause", i18n.N("暂停发送"))
	actResume            = acts.Declare("delivery.resume", i18n.N("恢复发送"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{
		{Type: "delivery", Text: i18n.N("发送|对象"), NameSQL: `SELECT '@' || a.handle
			FROM deliveries d JOIN accounts a ON a.id = d.account_id WHERE d.id = e.number`},
		{Type: "installation", Text: i18n.N("发送服务|对象")},
	}
}
