package inbox

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// named is the matter in the history of another one: its number and account, nothing of the citizen.
func (m Matter) named() string { return fmt.Sprintf("#%d %s", m.ID, m.At()) }

// mergesInto says why a matter is not merged into another: nil, or what is wrong with the choice. Nobody
// waits longer for it: who still waits goes where an answer is owed, and not later.
func (m Matter) mergesInto(into Matter) *fault.Error {
	switch {
	case m.ID == into.ID, m.Citizen == "", m.Citizen != into.Citizen:
		return fault.Invalid("into", "只能并入同一位市民的另一件互动")
	case into.State == Closed:
		return fault.Invalid("into", "那一件已经办结，请先重新打开")
	case m.State.Waits() && !into.State.Waits():
		return fault.Invalid("into", "市民还在等待答复，不能并入已答复的一件")
	case m.DueAt != nil && (into.DueAt == nil || into.DueAt.After(*m.DueAt)):
		return fault.Invalid("into", "请并入答复时限先到的一件，合并不能推迟时限")
	}

	return nil
}

// DealtIn is the matter in which it was dealt with instead; 0: in itself. What was opened again and ended by
// itself since has no other.
func (m Matter) DealtIn() int64 {
	if m.State != Closed || m.Result != Merged || m.MergedInto == nil {
		return 0
	}

	return *m.MergedInto
}

// target finds the matter that another is merged into, and keeps both as they are meanwhile.
func (s *Service) target(
	ctx context.Context, tx pg.Tx, actor access.Actor, m Matter, move Move,
) (Move, error) {
	// in one order, so that two who merge crosswise wait for each other and no more
	_, err := tx.Pgx.Exec(ctx, `
SELECT FROM inbox_matters WHERE id IN (@id, @into) ORDER BY id FOR UPDATE`,
		pgx.NamedArgs{"id": m.ID, "into": move.Into})
	if err != nil {
		return move, err
	}
	into, err := findMatter(ctx, tx.DB, actor, move.Into)
	if fault.Is(err, fault.KindNotFound) {
		return move, fault.Invalid("into", "没有找到这件互动，或不在您的管辖范围内")
	}
	if err != nil {
		return move, err
	}
	if bad := m.mergesInto(into); bad != nil {
		return move, bad
	}
	if err := into.May(actor, Note); err != nil {
		return move, err
	}
	move.into = into

	return move, nil
}

// took says in the history of the other matter what was merged into it.
func (s *Service) took(ctx context.Context, tx pg.Tx, actor access.Actor, m Matter, move Move) error {
	return insertStep(ctx, tx, move.into.ID, Step{
		Act: Took, From: move.into.State, To: move.into.State, Note: m.named(), At: s.now(),
	}, actor.UserID)
}

// mostAlike is how many matters of one citizen are offered.
const mostAlike = 50

// Alike are the matters that one could be merged into: of the same citizen, seen and dealt with by the actor,
// the next due first, masked.
func (s *Service) Alike(ctx context.Context, actor access.Actor, id int64) (_ []Matter, err error) {
	defer fault.Step(&err, "inbox.Alike %d", id)

	m, err := findMatter(ctx, s.db.Gorm(ctx), actor, id)
	if err != nil || m.May(actor, Merge) != nil || m.Citizen == "" {
		return nil, err
	}
	alike := "m.citizen = ? AND m.id <> ? AND m.state <> 'closed'"
	found, err := someMatters(ctx, s.db.Gorm(ctx), actor, alike, m.Citizen, id)
	found = slices.DeleteFunc(found, func(into Matter) bool {
		return m.mergesInto(into) != nil || into.May(actor, Note) != nil
	})

	return masked(found), err
}

// MergedHere are the matters that were merged into one, as far as the actor sees them, masked.
func (s *Service) MergedHere(ctx context.Context, actor access.Actor, id int64) (_ []Matter, err error) {
	defer fault.Step(&err, "inbox.MergedHere %d", id)

	here := "m.merged_into = ? AND m.state = 'closed' AND m.result = 'merged'"
	found, err := someMatters(ctx, s.db.Gorm(ctx), actor, here, id)

	return masked(found), err
}

func masked(list []Matter) []Matter {
	for i := range list {
		list[i] = list[i].masked()
	}

	return list
}
