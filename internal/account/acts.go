package account

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts on accounts that the trail records, in the order in which its filter offers them.
var (
	acts audit.Declared

	actCreate      = acts.Declare("account.create", i18n.N("新建账号"))
	actUpdate      = acts.Declare("account.update", i18n.N("修改账号"))
	ActState       = acts.Declare("account.state", i18n.N("改变账号状态"))
	actAuthorise   = acts.Declare("account.authorise", i18n.N("授权账号"))
	actImportToken = acts.Declare("account.import_token", i18n.N("导入令牌"))
	actRevoke      = acts.Declare("account.revoke", i18n.N("撤销账号授权"))
	actReseal      = acts.Declare("account.reseal", i18n.N("以新的主密钥重新加密令牌"))
	actTest        = acts.Declare("account.test", i18n.N("测试账号连接"))
	actGroupSave   = acts.Declare("group.save", i18n.N("保存账号组"))
	actGroupDrop   = acts.Declare("group.drop", i18n.N("删除账号组"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{
		{
			Type:    "account",
			Text:    i18n.N("账号"),
			NameSQL: `SELECT '@' || handle FROM accounts WHERE id = e.number`,
		},
		{
			Type:    "group",
			Text:    i18n.N("账号组"),
			NameSQL: `SELECT name FROM account_groups WHERE id = e.number`,
		},
	}
}
