package report

import (
	"slices"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/i18n"
)

// Act is what people do with a report.
type Act string

// The acts.
const (
	Edit   Act = "words"
	Sign   Act = "sign"
	Return Act = "return" // back to the draft, which ends the first signature
)

// Label is the Chinese word for the act.
func (a Act) Label() string {
	return map[Act]string{Edit: "修改文字", Sign: "签发", Return: "退回修改"}[a]
}

// open is in which states an act is to be done, and needs what it asks for.
var (
	open  = map[Act][]State{Edit: {Draft}, Sign: {Draft, Signing}, Return: {Signing}}
	needs = map[Act]access.Permission{
		Edit: access.ReportMake, Sign: access.ReportSign, Return: access.ReportSign,
	}
)

// May tells whether the actor may do an act with the report as it stands: nil, fault.Conflict in a state in
// which it is not to be done, fault.Forbidden without the right. Two distinct people sign; who holds the
// right twice, or made the report, is one of them at most.
func (r Report) May(actor access.Actor, act Act) error {
	if !slices.Contains(open[act], r.State) {
		return fault.Conflict("这份报告现在是“{.state}”，不能{.act}",
			"state", i18n.Text(r.State.Label()), "act", i18n.Text(act.Label()))
	}
	if !actor.CanAt(needs[act], r.place()) {
		return fault.Forbidden("您没有{.act}这份报告的权限", "act", i18n.Text(act.Label()))
	}
	if act == Sign && actor.UserID == 0 {
		return fault.Forbidden("报告由人签发")
	}
	if act == Sign && r.FirstBy != nil && *r.FirstBy == actor.UserID {
		return fault.Forbidden("您已签过，须由另一人签发")
	}

	return nil
}

// Acts lists what the actor may do with the report.
func (r Report) Acts(actor access.Actor) (acts []Act) {
	for _, act := range []Act{Edit, Sign, Return} {
		if r.May(actor, act) == nil {
			acts = append(acts, act)
		}
	}

	return acts
}
