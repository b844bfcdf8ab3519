package report

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts on reports that the trail records.
var (
	acts audit.Declared

	actMake   = acts.Declare("report.make", i18n.N("生成报告"))
	actEdit   = acts.Declare("report.words", i18n.N("修改报告文字"))
	actSign   = acts.Declare("report.sign", i18n.N("签发报告"))
	actReturn = acts.Declare("report.return", i18n.N("退回报告"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{{
		Type: "report", Text: i18n.N("报告"), NameSQL: `SELECT title FROM reports r WHERE r.id = e.number`,
	}}
}
