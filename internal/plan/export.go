package plan

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/post"
)

// MaxExported is how many rows an export has at most.
const MaxExported = 20_000

// Exported is a post of an account as an export names it.
type Exported struct {
	DueAt    time.Time
	Handle   string
	UnitName string // of the account
	State    delivery.PostState
	Title    string
	PostID   int64
}

// Export gives what the accounts that are asked for have in a span, by time: what Grid counts, a row for each
// post of each account. Pages of the question are not asked for. Fails as Grid does, with fault.Invalid at
// "to" beyond MaxExported rows.
func (s *Service) Export(ctx context.Context, actor access.Actor, ask Ask) (_ []Exported, err error) {
	defer fault.Step(&err, "plan.Export")

	if err := ask.check(); err != nil {
		return nil, err
	}
	found, err := exportedOf(ctx, s.db, actor, ask)
	if err != nil {
		return nil, err
	}
	if len(found) > MaxExported {
		return nil, fault.Invalid("to", "超过 {.max} 行，请选单位、账号或少几天", "max", MaxExported)
	}

	rows := make([]Exported, len(found))
	for i, one := range found {
		rows[i] = Exported{
			DueAt: one.DueAt, Handle: one.Handle, UnitName: one.UnitName, Title: post.Title(one.Text),
			PostID: one.PostID, State: entryRow{Kind: one.Kind, Phase: one.Phase, State: one.State}.shown(),
		}
	}

	return rows, nil
}
