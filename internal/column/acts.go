package column

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts on columns that the trail records, in the order in which its filter offers them.
var (
	acts audit.Declared

	actCreate = acts.Declare("column.create", i18n.N("新建栏目"))
	actChange = acts.Declare("column.change", i18n.N("修改栏目"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{
		{Type: "column", Text: i18n.N("栏目"), NameSQL: `SELECT name FROM columns WHERE id = e.number`},
	}
}
