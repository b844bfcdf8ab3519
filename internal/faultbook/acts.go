package faultbook

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts on faults that the trail records, in the order in which its filter offers them.
var (
	acts audit.Declared

	actOpen    = acts.Declare("faultbook.open", i18n.N("记入问题台账"))
	actAssign  = acts.Declare("faultbook.assign", i18n.N("分派问题"))
	actCorrect = acts.Declare("faultbook.correct", i18n.N("登记整改"))
	actPass    = acts.Declare("faultbook.pass", i18n.N("复核通过"))
	actReturn  = acts.Declare("faultbook.return", i18n.N("复核退回"))
	actClose   = acts.Declare("faultbook.close", i18n.N("销号"))
	actReopen  = acts.Declare("faultbook.reopen", i18n.N("重新打开问题"))
)

// recorded is what the trail calls an act.
var recorded = map[Act]audit.Act{
	Assign:  actAssign,
	Correct: actCorrect,
	Pass:    actPass,
	Return:  actReturn,
	Close:   actClose,
	Reopen:  actReopen,
}

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{{Type: "fault", Text: i18n.N("问题"), NameSQL: `SELECT '@' || a.handle
		FROM faults f JOIN accounts a ON a.id = f.account_id WHERE f.id = e.number`}}
}
