package pause

import (
	"context"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
)

// Service reads pauses for people. It is safe for concurrent use.
type Service struct {
	db *pg.DB
}

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Open lists the open pauses that concern the actor: of units it sees, and of units above it.
func (s *Service) Open(ctx context.Context, actor access.Actor) (_ []Pause, err error) {
	defer fault.Step(&err, "pause.Open")

	return open(ctx, s.db.Gorm(ctx), actor)
}

// Past lists the pauses that have ended and concerned the actor as open ones do, the latest begun first,
// fifty a page.
func (s *Service) Past(ctx context.Context, actor access.Actor, after string) (_ pg.Page[Pause], err error) {
	defer fault.Step(&err, "pause.Past")

	rows, err := past(ctx, s.db.Gorm(ctx), actor, after, pastPage+1)
	if err != nil {
		return pg.Page[Pause]{}, err
	}

	return pg.Cut(rows, pastPage, func(pause Pause) pg.Cursor {
		return pg.Cursor{At: pause.PausedAt, ID: pause.ID}
	}), nil
}

const pastPage = 50

// Find reads one pause, open or ended, of a unit the actor sees.
func (s *Service) Find(ctx context.Context, actor access.Actor, id int64) (_ Pause, err error) {
	defer fault.Step(&err, "pause.Find %d", id)

	pause, err := find(ctx, s.db.Gorm(ctx), id)
	if err != nil {
		return Pause{}, err
	}

	return pause, access.Require(actor, access.UnitView, pause.UnitPath)
}
