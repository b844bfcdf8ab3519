package view

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts on saved views that the trail records.
var (
	acts audit.Declared

	actSave   = acts.Declare("view.save", i18n.N("保存视图"))
	actChange = acts.Declare("view.change", i18n.N("修改视图"))
	actDrop   = acts.Declare("view.drop", i18n.N("删除视图"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{
		{Type: "view", Text: i18n.N("视图|列表"), NameSQL: `SELECT name FROM list_views WHERE id = e.number`},
	}
}
