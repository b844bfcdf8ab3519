package post

import (
	"juzhen/internal/access"
	"juzhen/internal/fault"
)

// needs is the permission for each act, at the unit of the post.
var needs = map[Act]access.Permission{
	Save:       access.PostWrite,
	Submit:     access.PostWrite,
	Approve:    access.PostReview,
	Return:     access.PostReview,
	Withdraw:   access.PostWrite,
	Revise:     access.PostWrite,
	Reschedule: access.PostWrite,
	Delete:     access.PostWrite,
}

// May says why the actor may not do it with the post as it stands; nil when he or she may. Who worked on
// the wording and what became of it on each account is for review and delivery to say.
func (p Post) May(actor access.Actor, act Act) error {
	if err := access.Require(actor, needs[act], p.UnitPath); err != nil {
		return err
	}

	return p.allows(act)
}

// allows is the part of May that does not ask who it is.
func (p Post) allows(act Act) error {
	switch {
	case !p.Phase.Allows(act):
		return refused(p.Phase)
	case act == Delete && p.VersionNumber > 1:
		return fault.Conflict("稿件提交过，不能删除，可以撤回")
	}

	return nil
}
