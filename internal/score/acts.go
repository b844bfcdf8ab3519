package score

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts on the house score that the trail records.
var (
	acts audit.Declared

	actSet  = acts.Declare("score.set", i18n.N("设置内部得分的权重"))
	actDrop = acts.Declare("score.drop", i18n.N("取消内部得分的权重设置"))
)

// TrailActs are the acts that this package writes into the trail; they are about units.
func TrailActs() []audit.Act { return acts.All() }
