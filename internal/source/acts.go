package source

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts on sources that the trail records. A pull is recorded when a person asked for it, or when it
// made a draft; the others stand on the source's page alone.
var (
	acts audit.Declared

	actCreate = acts.Declare("source.create", i18n.N("新建数据来源"))
	actChange = acts.Declare("source.change", i18n.N("修改数据来源"))
	actSwitch = acts.Declare("source.switch", i18n.N("停用或启用数据来源"))
	actPull   = acts.Declare("source.pull", i18n.N("从数据来源取数"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{
		{Type: "source", Text: i18n.N("数据来源"), NameSQL: `SELECT name FROM sources WHERE id = e.number`},
	}
}
