package decision

import (
	"context"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// Service reads decisions for people. It is safe for concurrent use.
type Service struct {
	db *pg.DB
}

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Open lists what waits for a second person where the actor may be one or may see it, newest first.
func (s *Service) Open(ctx context.Context, actor access.Actor) (_ []Decision, err error) {
	defer fault.Step(&err, "decision.Open")

	return listWithin(ctx, s.db.Gorm(ctx), actor, "x.state = 'awaiting_second'")
}

// OfDelivery lists the decisions about a delivery as far as the actor may see it, newest first.
func (s *Service) OfDelivery(ctx context.Context, actor access.Actor, id int64) (_ []Decision, err error) {
	defer fault.Step(&err, "decision.OfDelivery %d", id)

	return listWithin(ctx, s.db.Gorm(ctx), actor, "x.delivery_id = ?", id)
}

// Find reads one the actor may see.
func (s *Service) Find(ctx context.Context, actor access.Actor, id int64) (_ Decision, err error) {
	defer fault.Step(&err, "decision.Find %d", id)

	list, err := listWithin(ctx, s.db.Gorm(ctx), actor, "x.id = ?", id)
	if err == nil && len(list) == 0 {
		return Decision{}, errNotFound()
	}
	if err != nil {
		return Decision{}, err
	}

	return list[0], nil
}

// FindBatch reads a batch as far as the actor may see it. It fails with fault.NotFound when that is nothing.
func (s *Service) FindBatch(ctx context.Context, actor access.Actor, id int64) (_ Batch, err error) {
	defer fault.Step(&err, "decision.FindBatch %d", id)

	return findBatch(ctx, s.db.Gorm(ctx), actor, id)
}
