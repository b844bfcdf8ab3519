package inspect

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts on inspections that the trail records, in the order in which its filter offers them.
var (
	acts audit.Declared

	actCheck = acts.Declare("inspect.check", i18n.N("登记互动检查"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }
