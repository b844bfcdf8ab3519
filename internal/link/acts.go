package link

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts that the trail records. They are about units.
var (
	acts audit.Declared

	actDomains = acts.Declare("link.domains", i18n.N("修改链接域名"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }
