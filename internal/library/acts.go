package library

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts on the library that the trail records, in the order in which its filter offers them.
var (
	acts audit.Declared

	actCreate = acts.Declare("library.create", i18n.N("新建素材"))
	actChange = acts.Declare("library.change", i18n.N("修改素材"))
	actRetire = acts.Declare("library.retire", i18n.N("停用素材"))
	actUse    = acts.Declare("library.use", i18n.N("使用素材"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{
		{Type: "library", Text: i18n.N("素材"), NameSQL: `SELECT title FROM library_items WHERE id = e.number`},
	}
}
