package check

import (
	"context"
	"maps"
	"slices"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/lexicon"
	"juzhen/internal/post"
)

// Plea is what somebody asks from a finding: that its word may stand in its text.
type Plea struct {
	Key string // of the finding
	Why string
}

// ExceptPost asks for an exception for a finding of a version as it stands now. Fails with fault.Conflict
// when the finding is not there any more, else as lexicon.Except does.
func (s *Service) ExceptPost(
	ctx context.Context,
	actor access.Actor,
	p post.Post,
	version post.Version,
	plea Plea,
) (_ lexicon.Exception, err error) {
	defer fault.Step(&err, "check.ExceptPost %d", p.ID)

	checked, err := s.Post(ctx, p, version)
	if err != nil {
		return lexicon.Exception{}, err
	}
	texts := map[int64]string{0: version.Text}

	for _, target := range version.Targets {
		texts[target.AccountID] = target.TextOf(version)
	}

	return s.except(ctx, actor, checked.Findings, texts, lexicon.Plea{UnitID: p.UnitID, PostID: p.ID}, plea)
}

// ExceptText asks for an exception for a finding of what the actor is writing. Fails as ExceptPost does, and
// with fault.Invalid at "unit" without a unit.
func (s *Service) ExceptText(
	ctx context.Context,
	actor access.Actor,
	q Question,
	plea Plea,
) (_ lexicon.Exception, err error) {
	defer fault.Step(&err, "check.ExceptText")

	if q.UnitID == 0 {
		return lexicon.Exception{}, fault.Invalid("unit", "请选择单位")
	}
	found, err := s.Text(ctx, actor, q)
	if err != nil {
		return lexicon.Exception{}, err
	}
	texts := maps.Clone(q.Own)
	if texts == nil {
		texts = map[int64]string{}
	}
	texts[0] = q.Text

	return s.except(ctx, actor, found, texts, lexicon.Plea{UnitID: q.UnitID, PostID: q.Except}, plea)
}

func (s *Service) except(
	ctx context.Context,
	actor access.Actor,
	found []Finding,
	texts map[int64]string,
	wanted lexicon.Plea,
	plea Plea,
) (lexicon.Exception, error) {
	i := slices.IndexFunc(found, func(f Finding) bool {
		return f.Stops() && f.ListID != 0 && f.Key() == plea.Key
	})
	if i < 0 {
		return lexicon.Exception{}, fault.Conflict("正文已经改动，这一处现在没有问题，或须先改正；请刷新后再看").
			WithCode("finding_gone")
	}
	wanted.ListID, wanted.Word, wanted.Why = found[i].ListID, found[i].Word, plea.Why
	wanted.Text = texts[found[i].AccountID]

	return s.lists.Except(ctx, actor, wanted)
}
