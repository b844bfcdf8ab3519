package roster

import (
	"juzhen/internal/audit"
	"juzhen/internal/beijing"
	"juzhen/internal/i18n"
)

// The acts on rosters that the trail records.
var (
	acts audit.Declared

	actAdd    = acts.Declare("roster.add", i18n.N("排班"))
	actChange = acts.Declare("roster.change", i18n.N("改班"))
	actRemove = acts.Declare("roster.remove", i18n.N("删除一班"))
	actCover  = acts.Declare("roster.cover", i18n.N("改值班时段"))
	actImport = acts.Declare("roster.import", i18n.N("从 Excel 导入值班表"))
	actNote   = acts.Declare("roster.note", i18n.N("写交班说明"))
	actRead   = acts.Declare("roster.read", i18n.N("确认交班说明"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{
		{
			Type: "duty_shift",
			Text: i18n.N("值班|一班"),
			NameSQL: `SELECT u.name || ' ' || ` + beijing.DaySQL("s.starts_at") + `
FROM duty_shifts s JOIN units u ON u.id = s.unit_id WHERE s.id = e.number`,
		},
		{
			Type:    "roster",
			Text:    i18n.N("值班表"),
			NameSQL: `SELECT name FROM units WHERE id = e.number`,
		},
	}
}
