package identity

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts on people, their sessions and their grants that the trail records, in the order in which its
// filter offers them.
var (
	acts audit.Declared

	actSessionOpen = acts.Declare("session.open", i18n.N("登录"))
	// of older entries: refusals are counted now
	_                  = acts.Declare("session.refuse", i18n.N("登录失败"))
	actSessionClose    = acts.Declare("session.close", i18n.N("退出登录"))
	actSessionCloseAll = acts.Declare("session.close_all", i18n.N("退出全部会话"))
	actSessionRevoke   = acts.Declare("session.revoke", i18n.N("结束会话"))
	actChangeAsk       = acts.Declare("change.ask", i18n.N("申请人员与单位变更"))
	actChangeConfirm   = acts.Declare("change.confirm", i18n.N("确认人员与单位变更"))
	actChangeStop      = acts.Declare("change.stop", i18n.N("阻止人员与单位变更"))
	actChangeUndo      = acts.Declare("change.undo", i18n.N("撤回人员与单位变更"))
	actUserCreate      = acts.Declare("user.create", i18n.N("新建用户"))
	actUserUpdate      = acts.Declare("user.update", i18n.N("修改用户资料"))
	actUserDisable     = acts.Declare("user.disable", i18n.N("停用用户"))
	actUserEnable      = acts.Declare("user.enable", i18n.N("启用用户"))
	actUserPassword    = acts.Declare("user.password", i18n.N("修改本人密码"))
	actUserReset       = acts.Declare("user.reset", i18n.N("重置密码"))
	actUserVoid        = acts.Declare("user.void", i18n.N("作废密码"))
	actGrantCreate     = acts.Declare("grant.create", i18n.N("授予角色"))
	actGrantRevoke     = acts.Declare("grant.revoke", i18n.N("撤销角色"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{
		{Type: "user", Text: i18n.N("用户|对象"), NameSQL: `SELECT display_name FROM users WHERE id = e.number`},
		{
			Type: "user_change",
			Text: i18n.N("人员与单位变更"),
			NameSQL: `SELECT coalesce(u.display_name, c.what ->> 'display_name')
			FROM user_changes c LEFT JOIN users u ON u.id = c.user_id WHERE c.id = e.number`,
		},
	}
}
