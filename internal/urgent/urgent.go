// Package urgent sends a warning from one page: what the template writes, the account that says it first, the
// accounts that carry it, and the submission are one act of one person; another one approves it. What becomes
// of it is shown by its parts: the post, its review, the relay and the deliveries.
package urgent

import (
	"context"
	"slices"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/check"
	"juzhen/internal/column"
	"juzhen/internal/delivery"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
	"juzhen/internal/relay"
	"juzhen/internal/template"
)

// Options are the use cases below.
type Options struct {
	Templates  *template.Service
	Columns    *column.Service
	Deliveries *delivery.Service
	Relays     *relay.Service
	Now        func() time.Time
}

// Service is the use case of urgent warnings. It is safe for concurrent use.
type Service struct{ opt Options }

// New makes the service.
func New(options Options) *Service { return &Service{options} }

// Kinds are the templates that can go out so: a warning, its change and its lifting.
func Kinds() []template.Kind {
	return []template.Kind{template.Warning, template.Change, template.Lift}
}

// Column is the name of the column that such a post belongs to where its unit has it: the fast lane of review
// and standing approvals go by it.
const Column = relay.StandingColumn

// Request is what one person writes and starts.
type Request struct {
	Warning       template.Ask
	LeadAccountID int64

	// The accounts that carry it; none: only the leading one says it.
	AccountIDs []int64
	Kind       relay.Kind
	Words      string
	Reason     string        // why so many say the same in posts of their own
	Within     time.Duration // after now; who has not answered by then has missed it
	AtOnce     bool          // whoever starts it confirms beforehand as relay.Request has it

	Reasons []check.Reason // for what the check finds
	Key     string         // of the form: one warning a form; "": none
}

// Started is what was made.
type Started struct {
	Post  post.Post
	Relay *relay.Board // nil where no other account was asked
}

// Start writes the warning, asks the accounts and submits all of it for review, due as soon as it is
// approved, or keeps nothing. It fails as template.Draft does at the fields of the template, as relay.Set
// at "accounts", "words", "reason" and "deadline", with fault.Invalid at "kind" and "lead", and as
// delivery.Submit does.
func (s *Service) Start(ctx context.Context, actor access.Actor, q Request) (started Started, err error) {
	defer fault.Step(&err, "urgent.Start %s", q.Warning.Kind)

	if err := q.check(); err != nil {
		return Started{}, err
	}
	columnID, err := s.columnOf(ctx, actor, q.Warning.UnitID)
	if err != nil {
		return Started{}, err
	}
	ask := relay.Request{
		AtOnce:        q.AtOnce,
		Kind:          q.Kind,
		LeadAccountID: q.LeadAccountID,
		AccountIDs:    q.AccountIDs,
		Words:         q.Words,
		Deadline:      s.opt.Now().Add(q.Within),
		Reason:        q.Reason,
	}
	if len(q.AccountIDs) > 0 {
		if err := s.opt.Relays.LookThrough(ctx, actor, ask); err != nil {
			return Started{}, err
		}
	}
	content := post.Content{
		ColumnID: columnID,
		Urgent:   true,
		DueNow:   true,
		Targets:  []post.TargetChoice{{AccountID: q.LeadAccountID}},
	}

	write := func(tx pg.Tx, _ time.Time) (post.Post, bool, error) {
		made, again, err := s.opt.Templates.DraftOnceTx(ctx, tx, actor, q.Warning, content, q.Key)
		if err != nil || again || len(q.AccountIDs) == 0 {
			return made, again, err
		}
		_, err = s.opt.Relays.SetTx(ctx, tx, actor, made.ID, ask)

		return made, false, err
	}
	if started.Post, err = s.opt.Deliveries.SubmitNew(ctx, actor, write, q.Reasons...); err != nil {
		return Started{}, err
	}
	started.Relay, err = s.opt.Relays.OfPost(ctx, actor, started.Post.ID)

	return started, err
}

func (q Request) check() error {
	switch {
	case !slices.Contains(Kinds(), q.Warning.Kind):
		return fault.Invalid("kind", "只有预警和它的变更、解除可以这样发布")
	case q.LeadAccountID == 0:
		return fault.Invalid("lead", "请选择首发账号")
	}

	return nil
}

// columnOf is the column of warnings in a unit; 0 where it has none.
func (s *Service) columnOf(ctx context.Context, actor access.Actor, unitID int64) (int64, error) {
	columns, err := s.opt.Columns.For(ctx, actor, unitID)
	if err != nil {
		return 0, err
	}

	for _, one := range columns {
		if one.Name == Column && one.Active {
			return one.ID, nil
		}
	}

	return 0, nil
}
