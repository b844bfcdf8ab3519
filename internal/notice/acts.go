package notice

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts of notices that the trail records.
var (
	acts audit.Declared

	actPassOn = acts.Declare("notice.pass_on", i18n.N("紧急通知转给下一级"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{{Type: "notice", Text: i18n.N("通知|对象")}}
}
