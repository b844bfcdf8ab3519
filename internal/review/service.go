package review

import (
	"context"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// Service reads reviews for pages. Deciding is delivery's use case, which composes it with the plan.
type Service struct {
	db    *pg.DB
	clock func() time.Time
}

// New builds the service.
func New(db *pg.DB, now func() time.Time) *Service { return &Service{db: db, clock: now} }

func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// Pending lists the open steps that name the actor: urgent first, then by due time, then by age. What the
// actor worked on, or decided at another step, is listed too and marked as own.
func (s *Service) Pending(ctx context.Context, actor access.Actor) (_ []Waiting, err error) {
	defer fault.Step(&err, "review.Pending")

	return pending(ctx, s.db.Gorm(ctx), actor)
}

// OfPost lists all decisions about a post and what waits for one, the newest first. Fails with
// fault.NotFound outside of the actor's units.
func (s *Service) OfPost(ctx context.Context, actor access.Actor, postID int64) (_ []Review, err error) {
	defer fault.Step(&err, "review.OfPost %d", postID)

	matter, err := findMatter(ctx, s.db.Gorm(ctx), postID)
	if err != nil {
		return nil, err
	}
	if err := access.Require(actor, access.PostView, matter.UnitPath); err != nil {
		return nil, err
	}

	return reviewsOf(ctx, s.db.Pool(), postID)
}
