package channel

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts on channels that the trail records. What leaves by itself stands on the channel's page alone.
var (
	acts audit.Declared

	actCreate = acts.Declare("channel.create", i18n.N("新建通知渠道"))
	actChange = acts.Declare("channel.change", i18n.N("修改通知渠道"))
	actSwitch = acts.Declare("channel.switch", i18n.N("停用或启用通知渠道"))
	actReseal = acts.Declare("channel.reseal", i18n.N("以新的主密钥重新加密通知渠道的密钥"))
	actTest   = acts.Declare("channel.test", i18n.N("发送通知渠道的测试消息"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{
		{Type: "channel", Text: i18n.N("通知渠道"), NameSQL: `SELECT name FROM channels WHERE id = e.number`},
	}
}
