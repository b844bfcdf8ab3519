package post

import (
	"slices"

	"juzhen/internal/fault"
)

// Phase is where the text of a post stands. What became of it on each account is delivery's to say.
type Phase string

// The phases.
const (
	Draft     Phase = "draft"
	Submitted Phase = "submitted"
	Returned  Phase = "returned"
	Approved  Phase = "approved"
	Withdrawn Phase = "withdrawn"
)

// Phases lists all phases in the order of a post's life.
func Phases() []Phase { return []Phase{Draft, Submitted, Returned, Approved, Withdrawn} }

// Label is the Chinese name of the phase.
func (p Phase) Label() string {
	return map[Phase]string{
		Draft: "草稿", Submitted: "待审", Returned: "退回", Approved: "已批准", Withdrawn: "已撤回",
	}[p]
}

// Act is what is done to a post.
type Act string

// The acts that change a phase or need one.
const (
	Save       Act = "save"
	Submit     Act = "submit"
	Approve    Act = "approve"
	Return     Act = "return"
	Withdraw   Act = "withdraw"
	Revise     Act = "revise"
	Reschedule Act = "reschedule"
	Delete     Act = "delete"
)

// Acts lists all acts.
func Acts() []Act { return []Act{Save, Submit, Approve, Return, Withdraw, Revise, Reschedule, Delete} }

// arrows is the whole life of a post: in which phases an act may be done, and to which phase it leads.
// A draft that was submitted before is withdrawn, not deleted: others have seen it.
var arrows = map[Act]struct {
	from []Phase
	to   Phase // "" keeps the phase
}{
	Save:       {from: []Phase{Draft}},
	Submit:     {from: []Phase{Draft, Returned}, to: Submitted},
	Approve:    {from: []Phase{Submitted}, to: Approved},
	Return:     {from: []Phase{Submitted}, to: Returned},
	Withdraw:   {from: []Phase{Draft, Submitted, Returned, Approved}, to: Withdrawn},
	Revise:     {from: []Phase{Submitted, Returned, Approved, Withdrawn}, to: Draft},
	Reschedule: {from: []Phase{Draft, Submitted, Returned, Approved}},
	Delete:     {from: []Phase{Draft}},
}

// After gives the phase to which act leads from p; ok is false when it may not be done there.
func (p Phase) After(act Act) (to Phase, ok bool) {
	arrow := arrows[act]
	if !slices.Contains(arrow.from, p) {
		return p, false
	}
	if arrow.to == "" {
		return p, true
	}

	return arrow.to, true
}

// Allows tells whether act may be done in this phase.
func (p Phase) Allows(act Act) bool {
	_, ok := p.After(act)
	return ok
}

// refused says why an act is not possible, in words for the person who tried.
func refused(phase Phase) *fault.Error {
	switch phase {
	case Draft:
		return fault.Conflict("稿件还是草稿，尚未提交")
	case Submitted:
		return fault.Conflict("稿件正在审核，不能这样操作；要修改请先点“修改”")
	case Returned:
		return fault.Conflict("稿件已被退回，请修改后重新提交")
	case Approved:
		return fault.Conflict("稿件已批准；要修改请先点“修改”，批准将随之失效")
	}

	return fault.Conflict("稿件已撤回；要再用请点“修改”")
}
