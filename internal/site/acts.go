package site

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts on the public site that the trail records, in the order in which its filter offers them.
var (
	acts audit.Declared

	actSave    = acts.Declare("site.save", i18n.N("修改微官网设置"))
	actAsk     = acts.Declare("site.ask", i18n.N("申请公开微官网"))
	actConfirm = acts.Declare("site.confirm", i18n.N("确认公开微官网"))
	actRefuse  = acts.Declare("site.refuse", i18n.N("不同意公开微官网"))
	actClose   = acts.Declare("site.close", i18n.N("关闭微官网"))
)

// trail is how each act is recorded.
var trail = map[Act]audit.Act{
	Save: actSave, Ask: actAsk, Confirm: actConfirm, Refuse: actRefuse, Close: actClose,
}

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{
		{Type: "site", Text: i18n.N("微官网"), NameSQL: `SELECT name FROM site_drafts`},
	}
}
