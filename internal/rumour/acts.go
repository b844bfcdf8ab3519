package rumour

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts on rebuttals that the trail records.
var (
	acts audit.Declared

	actWrite    = acts.Declare("rebuttal.write", i18n.N("起草辟谣"))
	actEdit     = acts.Declare("rebuttal.edit", i18n.N("修改辟谣"))
	actAsk      = acts.Declare("rebuttal.ask", i18n.N("送签辟谣"))
	actSign     = acts.Declare("rebuttal.sign", i18n.N("签发辟谣"))
	actReturn   = acts.Declare("rebuttal.return", i18n.N("退回辟谣"))
	actReview   = acts.Declare("rebuttal.review", i18n.N("复查辟谣"))
	actWithdraw = acts.Declare("rebuttal.withdraw", i18n.N("撤回辟谣"))
	actCorrect  = acts.Declare("rebuttal.correct", i18n.N("登记公开更正"))
)

// recorded are the acts as the trail has them.
var recorded = map[Act]audit.Act{
	Edit: actEdit, Ask: actAsk, Sign: actSign, Return: actReturn, Review: actReview, Withdraw: actWithdraw,
	Correct: actCorrect,
}

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{{
		Type: "rebuttal",
		Text: i18n.N("辟谣"),
		NameSQL: `SELECT v.claim FROM rebuttals r
JOIN rebuttal_versions v ON v.rebuttal_id = r.id AND v.number = r.version WHERE r.id = e.number`,
	}}
}
