package push

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts on push addresses that the trail records. What is pushed is no act of anybody here.
var (
	acts audit.Declared

	actMake   = acts.Declare("push.make", i18n.N("新建推送地址"))
	actRevoke = acts.Declare("push.revoke", i18n.N("撤销推送地址"))
	actReseal = acts.Declare("push.reseal", i18n.N("以新的主密钥重新加密推送密钥"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }
