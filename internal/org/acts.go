package org

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts on units that the trail records, in the order in which its filter offers them.
var (
	acts audit.Declared

	actCreate = acts.Declare("unit.create", i18n.N("新建单位"))
	actRename = acts.Declare("unit.rename", i18n.N("修改单位"))
	actMove   = acts.Declare("unit.move", i18n.N("移动单位"))
	actDelete = acts.Declare("unit.delete", i18n.N("删除单位"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{
		{Type: "unit", Text: i18n.N("单位"), NameSQL: `SELECT name FROM units WHERE id = e.number`},
	}
}
