package peer

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts on peers that the trail records.
var (
	acts audit.Declared

	actCreate = acts.Declare("peer.create", i18n.N("新建同行组"))
	actAdd    = acts.Declare("peer.add", i18n.N("添加同行账号"))
	actDrop   = acts.Declare("peer.drop", i18n.N("移除同行账号"))
	actImport = acts.Declare("peer.import", i18n.N("导入同行账号"))
	actRetire = acts.Declare("peer.retire", i18n.N("停用同行组"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{{
		Type:    "peers",
		Text:    i18n.N("同行组"),
		NameSQL: `SELECT name FROM peer_groups WHERE id = e.number`,
	}}
}
