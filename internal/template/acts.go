package template

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts on templates that the trail records.
var (
	acts audit.Declared

	actSave   = acts.Declare("template.save", i18n.N("修改模板"))
	actRetire = acts.Declare("template.retire", i18n.N("停用模板"))
	actDuty   = acts.Declare("template.duty", i18n.N("设置发布时限"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{
		{
			Type:    "template",
			Text:    i18n.N("模板|对象"),
			NameSQL: `SELECT coalesce(nullif(name, ''), kind) FROM templates WHERE id = e.number`,
		},
	}
}
