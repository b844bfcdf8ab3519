package audit

import (
	"slices"

	"juzhen/internal/i18n"
)

// Action is a recorded act and the Chinese name under which a person reads it.
type Action struct{ Code, Text string }

// actions lists what is recorded, in the order in which the filter offers it.
var actions = []Action{
	{"audit.close", i18n.N("封存审计链")},
	{"session.open", i18n.N("登录")},
	{"session.refuse", i18n.N("登录失败")},
	{"session.close", i18n.N("退出登录")},
	{"session.close_all", i18n.N("退出全部会话")},
	{"session.revoke", i18n.N("结束会话")},
	{"change.ask", i18n.N("申请人员变更")},
	{"change.confirm", i18n.N("确认人员变更")},
	{"change.stop", i18n.N("阻止人员变更")},
	{"change.undo", i18n.N("撤回人员变更")},
	{"user.create", i18n.N("新建用户")},
	{"user.update", i18n.N("修改用户资料")},
	{"user.disable", i18n.N("停用用户")},
	{"user.enable", i18n.N("启用用户")},
	{"user.password", i18n.N("修改本人密码")},
	{"user.reset", i18n.N("重置密码")},
	{"user.void", i18n.N("作废密码")},
	{"grant.create", i18n.N("授予角色")},
	{"grant.revoke", i18n.N("撤销角色")},
	{"unit.create", i18n.N("新建单位")},
	{"unit.rename", i18n.N("修改单位")},
	{"unit.move", i18n.N("移动单位")},
	{"unit.delete", i18n.N("删除单位")},
	{"account.create", i18n.N("新建账号")},
	{"account.update", i18n.N("修改账号")},
	{"account.state", i18n.N("改变账号状态")},
	{"account.authorise", i18n.N("授权账号")},
	{"account.import_token", i18n.N("导入令牌")},
	{"account.revoke", i18n.N("撤销账号授权")},
	{"account.test", i18n.N("测试账号连接")},
	{"account.backfill", i18n.N("导入历史微博")},
	{"account.undo_import", i18n.N("撤销导入的历史微博")},
	{"reach.note", i18n.N("核对平台上的微博")},
	{"media.upload", i18n.N("上传图片")},
	{"post.create", i18n.N("新建稿件")},
	{"post.move", i18n.N("稿件换单位")},
	{"post.delete", i18n.N("删除草稿")},
	{"post.submit", i18n.N("提交审核")},
	{"post.approve", i18n.N("批准稿件")},
	{"post.return", i18n.N("退回稿件")},
	{"post.withdraw", i18n.N("撤回稿件")},
	{"post.revise", i18n.N("修改稿件")},
	{"post.reschedule", i18n.N("改期")},
	{"post.advance", i18n.N("申请提前发布")},
	{"post.advance_agree", i18n.N("同意提前发布")},
	{"post.advance_refuse", i18n.N("不同意提前发布")},
	{"delivery.cancel", i18n.N("取消发送")},
	{"delivery.release", i18n.N("放行发送")},
	{"delivery.replan", i18n.N("重新安排发送")},
	{"delivery.resolve", i18n.N("判定发送结果")},
	{"delivery.confirm", i18n.N("第二人确认")},
	{"delivery.refuse", i18n.N("第二人否决")},
	{"delivery.takedown", i18n.N("申请下架")},
	{"delivery.handoff", i18n.N("人工发布")},
	{"delivery.pause", i18n.N("暂停发送")},
	{"delivery.resume", i18n.N("恢复发送")},
	{"audit.export", i18n.N("导出审计日志")},
}

// Actions lists the acts that are recorded, for a filter.
func Actions() []Action { return slices.Clone(actions) }

// Label is the Chinese name of an act; a code without a name is given back as it is.
func Label(code string) string {
	if i := slices.IndexFunc(actions, func(a Action) bool { return a.Code == code }); i >= 0 {
		return actions[i].Text
	}
	return code
}
