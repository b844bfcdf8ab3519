package delivery

import (
	"context"
	"strings"
	"time"

	"juzhen/internal/access"
	"juzhen/internal/fault"
	"juzhen/internal/pg"
	"juzhen/internal/post"
)

// Filter selects deliveries. Zero fields do not select.
type Filter struct {
	States    []State
	UnitID    int64 // with everything below it
	AccountID int64
	PostID    int64
	From, To  *time.Time // due time, To exclusive
	Text      string     // in the wording that goes out, or in the name of the account
	Foreign   bool       // only of posts the actor does not see: others send them from the actor's accounts
	Cursor    string
	Limit     int // 50 when 0, at most 200
}

// Find reads one delivery. Fails with fault.NotFound outside of the actor's units.
func (s *Service) Find(ctx context.Context, actor access.Actor, id int64) (_ Delivery, err error) {
	defer fault.Step(&err, "delivery.Find %d", id)

	return findDelivery(ctx, s.db.Gorm(ctx), actor, access.PostView, id)
}

// List reads deliveries of the actor's units, latest due time first. A search for one character looks
// only at the last days, as with posts (post.OneCharacter).
func (s *Service) List(
	ctx context.Context,
	actor access.Actor,
	filter Filter,
) (_ pg.Page[Delivery], err error) {
	defer fault.Step(&err, "delivery.List")

	cond, args, err := filter.condition(actor)
	if err != nil {
		return pg.Page[Delivery]{}, err
	}
	limit := filter.Limit
	if limit <= 0 || limit > 200 {
		limit = 50
	}
	rows, err := s.find(ctx, strings.TrimSpace(filter.Text), cond, args, limit+1)
	if err != nil {
		return pg.Page[Delivery]{}, err
	}

	return pg.Cut(rows, limit, func(delivery Delivery) pg.Cursor {
		return pg.Cursor{
			At: delivery.listedAt(), ID: delivery.ID,
		}
	}), nil
}

// listedAt is the instant by which lists are ordered: the due time, or that of the plan while "as soon
// as approved" is open.
func (d Delivery) listedAt() time.Time {
	if d.DueAt != nil {
		return *d.DueAt
	}

	return d.CreatedAt
}

// OfPost reads the deliveries of a post, in the order of the matrix. Fails with fault.NotFound when the
// actor may not see the post.
func (s *Service) OfPost(ctx context.Context, actor access.Actor, postID int64) (list []Delivery, err error) {
	defer fault.Step(&err, "delivery.OfPost %d", postID)

	err = s.db.InTx(ctx, func(tx pg.Tx) error {
		if _, err := post.FindTx(ctx, tx, actor, access.PostView, postID); err != nil {
			return err
		}
		list, err = ofPost(ctx, tx.DB, postID)

		return err
	})

	return list, err
}

// Events reads the story of a delivery, from its beginning.
func (s *Service) Events(ctx context.Context, actor access.Actor, id int64) (_ []Event, err error) {
	defer fault.Step(&err, "delivery.Events %d", id)

	if _, err := findDelivery(ctx, s.db.Gorm(ctx), actor, access.PostView, id); err != nil {
		return nil, err
	}

	return eventsOf(ctx, s.db.Gorm(ctx), id)
}

// Tally counts deliveries by state. Those in doubt and those that did not go out are all counted.
type Tally struct {
	By   map[State]int
	More bool // of the other states there are more than were counted
}

// Counts counts the deliveries of the actor's units by state: those that are open, and of the settled
// ones those due in the last day.
func (s *Service) Counts(ctx context.Context, actor access.Actor) (_ Tally, err error) {
	defer fault.Step(&err, "delivery.Counts")

	scope, args := access.Scope(actor, access.PostView, "u.path")

	return countByState(ctx, s.db.Gorm(ctx), scope, args, s.now().Add(-24*time.Hour), s.now(), s.mostCounted)
}
