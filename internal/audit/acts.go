package audit

import (
	"juzhen/internal/i18n"
)

// The acts on the trail itself that the trail records, in the order in which its filter offers them.
var (
	acts Declared

	actClose  = acts.Declare("audit.close", i18n.N("封存审计链"))
	actExport = acts.Declare("audit.export", i18n.N("导出审计日志"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []Act { return acts.All() }
